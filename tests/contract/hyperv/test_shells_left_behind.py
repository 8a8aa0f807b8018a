"""Shells of killed consoles are closed by the next one, those of the living never (rules, section 8)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from drconsole.platforms.base import Tier
from tests.contract.hyperv.hosts import PASSWORD, USER, Host


class Console:
    """A console that runs as a process of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def say(self, line: str) -> None:
        """One line to it."""
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def read(self) -> str:
        """Let it read; how that went over."""
        self.say("read")
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def kill(self) -> None:
        """Let it die as by ``kill -9``."""
        self.process.kill()
        self.process.wait()


@contextmanager
def console(host: Host) -> Iterator[Console]:
    """Start one on the host."""
    command = [sys.executable, "-m", "tests.contract.hyperv.console_process"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        one = Console(process)
        told = {"port": host.listener.port, "user": USER, "password": PASSWORD, "state": str(host.state)}
        one.say(json.dumps(told | {"ca_file": str(host.authority.certificate_file)}))
        try:
            yield one
        finally:
            process.kill()


def shells(host: Host) -> set[str]:
    """The ids of the shells that live on the host."""
    return host.look(lambda: {shell.id for shell in host.service.shells})


def listed(host: Host) -> set[str]:
    """The ids in the list."""
    lines = (host.state / "shells" / "ny-hv1.jsonl").read_text(encoding="utf-8").splitlines()
    return {json.loads(line)["shell"] for line in lines}


def test_a_killed_consoles_shell_is_closed_and_a_living_ones_is_not(loop_host: Host) -> None:
    with console(loop_host) as living, console(loop_host) as killed:
        assert living.read() == "basic, TLSv1.3, read loop"
        lives = shells(loop_host)
        assert killed.read() == "basic, TLSv1.3, read loop"
        orphan = shells(loop_host) - lives
        killed.kill()
        assert shells(loop_host) == listed(loop_host) == lives | orphan
        with console(loop_host) as again:
            assert again.read() == "basic, TLSv1.3, read loop"
            assert orphan.isdisjoint(shells(loop_host))
            assert lives < shells(loop_host) == listed(loop_host)
            before = loop_host.actions
            assert living.read() == "basic, TLSv1.3, read loop"
            assert loop_host.actions["Create"] == before["Create"]


def test_a_process_that_died_and_was_not_waited_for_is_dead(loop_host: Host) -> None:
    with console(loop_host) as killed:
        killed.read()
        orphan = shells(loop_host)
        killed.process.kill()
        # It is seen to have ended, but nobody takes leave of it yet: /proc still has it, as a zombie.
        os.waitid(os.P_PID, killed.process.pid, os.WEXITED | os.WNOWAIT)
        loop_host.platform().read(Tier.LIGHT)
        assert orphan.isdisjoint(shells(loop_host))


def test_a_console_that_ends_leaves_neither_shell_nor_line(loop_host: Host) -> None:
    with console(loop_host) as one:
        one.read()
        assert one.process.stdin
        one.process.stdin.close()
        one.process.wait()
    assert shells(loop_host) == listed(loop_host) == set()


def test_what_a_restart_of_the_service_ended_leaves_the_list(loop_host: Host) -> None:
    with console(loop_host) as killed:
        killed.read()
        killed.kill()
    loop_host.look(loop_host.service.restart)
    loop_host.platform().read(Tier.LIGHT)
    assert shells(loop_host) == listed(loop_host)


def test_a_shell_with_an_act_is_never_closed(loop_host: Host) -> None:
    with console(loop_host) as killed:
        killed.read()
        killed.kill()
    file = loop_host.state / "shells" / "ny-hv1.jsonl"
    file.write_text(file.read_text(encoding="utf-8").replace('"use":"read"', '"use":"act"'), encoding="utf-8")
    acting = shells(loop_host)
    loop_host.platform().read(Tier.LIGHT)
    assert acting < shells(loop_host) == listed(loop_host)


def test_an_unusable_list_stops_no_read(loop_host: Host) -> None:
    folder = loop_host.state / "shells"
    folder.mkdir(parents=True)
    (folder / "ny-hv1.jsonl").write_bytes(b'\xff\xfe{"shell"\n{}\n[1]\n')
    assert loop_host.platform().read(Tier.LIGHT).complete
    (folder / "ny-hv1.jsonl").unlink()
    (folder / "ny-hv1.jsonl").mkdir()
    assert loop_host.platform().read(Tier.LIGHT).complete


def test_the_list_is_private(loop_host: Host) -> None:
    loop_host.platform().read(Tier.LIGHT)
    file = loop_host.state / "shells" / "ny-hv1.jsonl"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
