"""``drconsole lab``: what it starts, what it writes, and that it leaves nothing behind."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import stat
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.contract.commands import PATIENCE_S, Terminal, run, serving


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_served_lab_ends_cleanly_with_its_server_and_folder(number: signal.Signals, tmp_path: Path) -> None:
    with serving("lab", "--serve", home=tmp_path) as process:
        assert process.stdout
        config = Path(process.stdout.readline().removeprefix("ready ").strip())
        assert config.is_file()
        ca_file = next(iter(yaml.safe_load(config.read_text())["endpoints"].values()))["ca_file"]
        assert Path(ca_file).is_relative_to(config.parent)

        process.send_signal(number)

        assert process.wait(PATIENCE_S) == 0
        assert not config.parent.exists()
        assert servers_of(config.parent) == []


def test_killed_lab_takes_its_server_along(tmp_path: Path) -> None:
    with serving("lab", "--serve", "--write-config", "lab.yaml", home=tmp_path) as process:
        assert process.stdout
        process.stdout.readline()
        (server,) = servers_of(tmp_path / "lab.yaml.lab")
        ended = os.pidfd_open(server)

        process.kill()

        process.wait(PATIENCE_S)
        assert select.select([ended], [], [], PATIENCE_S)[0]
        os.close(ended)


def test_killed_console_of_a_lab_leaves_neither_server_nor_password(tmp_path: Path) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    terminal = Terminal("lab", home=tmp_path, more={"TMPDIR": str(temporary)})
    terminal.until("WORKLOAD")
    (folder,) = temporary.iterdir()
    (server,) = servers_of(folder)
    ended = os.pidfd_open(server)

    terminal.process.kill()

    assert select.select([ended], [], [], PATIENCE_S)[0]
    os.close(ended)
    assert terminal.end() == -signal.SIGKILL
    assert list(temporary.iterdir()) == []


def test_the_next_lab_removes_what_a_killed_one_left(tmp_path: Path) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    more = {"TMPDIR": str(temporary)}
    (temporary / "drconsole-lab-of-somebody").mkdir()
    with (
        serving("lab", "--serve", home=tmp_path, more=more) as killed,
        serving("lab", "--serve", home=tmp_path, more=more) as alive,
    ):
        left, kept = (folder_of(process) for process in (killed, alive))
        (server,) = servers_of(left)
        # It cannot clean up after the one that started it.
        os.kill(server, signal.SIGSTOP)
        ended = os.pidfd_open(server)
        killed.kill()
        killed.wait(PATIENCE_S)
        os.kill(server, signal.SIGKILL)
        assert select.select([ended], [], [], PATIENCE_S)[0]
        os.close(ended)
        assert (left / "password").is_file()

        with serving("lab", "--serve", home=tmp_path, more=more) as process:
            fresh = folder_of(process)
            assert not left.exists()
            assert {one.name for one in temporary.iterdir()} == {
                kept.name,
                fresh.name,
                "drconsole-lab-of-somebody",
            }
            assert (kept / "password").is_file()


def folder_of(process: subprocess.Popen[str]) -> Path:
    """The folder of a lab that is served."""
    assert process.stdout
    return Path(process.stdout.readline().removeprefix("ready ").strip()).parent


@pytest.mark.pwsh
def test_a_real_powershell_says_which_it_is_and_that_its_hook_holds(pwsh: Path, tmp_path: Path) -> None:
    with serving("lab", "--serve", "--powershell", pwsh, home=tmp_path) as process:
        assert process.stdout
        assert process.stdout.readline().startswith("ready ")
        assert process.stderr
        said = process.stderr.readline()
        assert said.startswith("PowerShell 7.")
        assert str(pwsh) in said
        assert "the start-up hook holds" in said


def servers_of(folder: Path) -> list[int]:
    """The processes that serve a lab from this folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if b"drconsole.lab" in words and str(folder).encode() in words:
                found.append(int(entry.name))
    return found


def test_lab_opens_the_console_and_leaves_nothing_behind(tmp_path: Path) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    terminal = Terminal("lab", "--scenario", "steady", home=tmp_path, more={"TMPDIR": str(temporary)})
    terminal.until("WORKLOAD")
    (folder,) = temporary.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700

    terminal.type("q")

    assert terminal.end() == 0
    assert list(temporary.iterdir()) == []
    assert servers_of(folder) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_console_of_a_lab_that_is_told_to_end_leaves_nothing_behind(
    number: signal.Signals, tmp_path: Path
) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    terminal = Terminal("lab", home=tmp_path, more={"TMPDIR": str(temporary)})
    terminal.until("WORKLOAD")
    (folder,) = temporary.iterdir()

    terminal.process.send_signal(number)

    assert terminal.end() == 128 + number
    assert list(temporary.iterdir()) == []
    assert servers_of(folder) == []
    assert "\x1b[?1049l" in terminal.seen, "the terminal is left as it was"
    assert "Traceback" not in terminal.seen


def test_files_that_are_not_a_labs_are_left_as_they_are(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("environment: Production\n")
    (tmp_path / "new.yaml.lab").mkdir()
    (tmp_path / "new.yaml.lab" / "precious").touch()

    for name in ("own.yaml", "new.yaml"):
        ran = run("lab", "--serve", "--write-config", name, home=tmp_path)
        assert ran.returncode == 64
        assert "it is left as it is" in ran.stderr

    assert own.read_text() == "environment: Production\n"
    assert (tmp_path / "new.yaml.lab" / "precious").exists()


def test_lab_without_its_extra_says_how_to_install_it(tmp_path: Path) -> None:
    hide = tmp_path / "sitecustomize.py"
    hide.write_text("import sys\nsys.modules['aiohttp'] = None\n")

    ran = run("lab", home=tmp_path, more={"PYTHONPATH": str(tmp_path)})

    assert (ran.returncode, ran.stdout) == (64, "")
    assert "aiohttp" in ran.stderr
    assert re.search(r"-m pip install 'drconsole\[lab\]'", ran.stderr)


def test_file_in_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    ran = run("lab", "--serve", "--write-config", "no/such/lab.yaml", home=tmp_path)

    assert (ran.returncode, ran.stdout) == (1, "")
    assert "cannot be written: No such file or directory" in ran.stderr
    assert "--write-config" in ran.stderr


def test_lab_whose_time_stands_still_answers_too(tmp_path: Path) -> None:
    with serving("lab", "--serve", "--speed", "0", "--write-config", "lab.yaml", home=tmp_path) as process:
        assert process.stdout
        assert process.stdout.readline().startswith("ready ")

        listed = run("--config", "lab.yaml", "list", home=tmp_path)

    assert listed.returncode == 0
    assert "DO NOT ANSWER" not in listed.stdout


def test_next_lab_on_the_same_file_starts_from_nothing(tmp_path: Path) -> None:
    def names(*options: str) -> set[str]:
        listed = run("--config", "lab.yaml", "list", "--all", "--json", *options, home=tmp_path)
        return {workload["name"] for workload in json.loads(listed.stdout)["workloads"]}

    seen = []
    for scenario in ("hostile-names", "steady"):
        with serving(
            "lab", "--serve", "--scenario", scenario, "--write-config", "lab.yaml", home=tmp_path
        ) as process:
            assert process.stdout
            assert process.stdout.readline().startswith("ready ")
            at_once, read = names("--wait", "0"), names()
            assert at_once <= read, "what nobody has answered yet is known from no other lab"
            seen.append(read)
    assert seen[0] - seen[1], "the labs differ"

    assert "LAB steady" in run("--config", "lab.yaml", "list", "--wait", "0", home=tmp_path).stdout
