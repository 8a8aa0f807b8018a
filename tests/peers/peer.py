"""One running vSphere simulator, and a pyVmomi client of its own to set it up as a person would."""

from __future__ import annotations

import json
import os
import signal
import ssl
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from pyVim.connect import Disconnect, SmartConnect
from pyVmomi import vim, vmodl

from tests.peers.certificates import Pair

USER, PASSWORD = "user", "pass-peer-4711"


class Peer:
    """A simulator process.

    Args:
        program: what ``tests.peers.build.simulator`` gave.
        pair: the certificate it shows.
        ca_file: what its clients trust.
        options: further flags of the program, such as ``-esx`` or ``-vms 40``.
    """

    def __init__(self, program: Path, pair: Pair, ca_file: Path, *options: str) -> None:
        self.ca_file = ca_file
        shown = ("-certificate", str(pair.certificate), "-key", str(pair.key))
        self.process = subprocess.Popen(
            [str(program), "-user", USER, *shown, *options],
            env={**os.environ, "PEER_PASSWORD": PASSWORD},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line.startswith("ready "):
            self.stop()
            raise RuntimeError(f"the simulator did not start; it ended with {self.process.returncode}")
        url = urlsplit(line.split()[1])
        assert url.hostname
        assert url.port
        self.host, self.port = url.hostname, url.port

    def __enter__(self) -> Peer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the process; a stopped or killed one too, and again is nothing."""
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        self.process.wait(timeout=30)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()

    def hang(self) -> None:
        """Accept connections and never answer again, until ``resume``."""
        self.process.send_signal(signal.SIGSTOP)
        # The signal is only asked for: wait until every thread of it stands still.
        os.waitpid(self.process.pid, os.WUNTRACED)
        while not _stands_still(self.process.pid):
            os.sched_yield()

    def resume(self) -> None:
        """Answer again."""
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """Die without a word."""
        self.process.kill()
        self.process.wait()

    def faults(self, *rules: dict[str, object]) -> None:
        """Replace the faults it answers with; each rule has ``method`` and ``kind`` (simulator/faults.go)."""
        request = urllib.request.Request(
            f"https://{self.host}:{self.port}/faults", data=json.dumps(rules).encode(), method="POST"
        )
        with urllib.request.urlopen(request, context=self.trust()):
            return

    def trust(self) -> ssl.SSLContext:
        """A client's context that trusts it."""
        return ssl.create_default_context(cafile=str(self.ca_file))

    @contextmanager
    def client(self) -> Iterator[Any]:
        """A logged-in pyVmomi service instance."""
        instance = SmartConnect(
            host=self.host, port=self.port, user=USER, pwd=PASSWORD, sslContext=self.trust()
        )
        try:
            yield instance
        finally:
            Disconnect(instance)

    @contextmanager
    def machines(self) -> Iterator[dict[str, Any]]:
        """Its virtual machines by name, as pyVmomi objects."""
        with self.client() as instance:
            content = instance.content
            view = content.viewManager.CreateContainerView(content.rootFolder, [vim.VirtualMachine], True)
            yield {machine.name: machine for machine in view.view}


def _stands_still(pid: int) -> bool:
    """Whether every thread of a process is stopped."""
    stats = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/stat")]
    return all(stat.rpartition(")")[2].split()[0] == "T" for stat in stats)


def wait(task: Any) -> None:
    """Wait for a task's end; its fault is raised.

    pyVim's own wait stumbles over a task that it meets while it runs and whose name pyVmomi does not know, as
    most names of the simulator are.
    """
    ended = (vim.TaskInfo.State.success, vim.TaskInfo.State.error)
    collector = vim.ServiceInstance("ServiceInstance", task._stub).content.propertyCollector
    query = vmodl.query.PropertyCollector
    spec = query.FilterSpec(
        objectSet=[query.ObjectSpec(obj=task)],
        propSet=[query.PropertySpec(type=vim.Task, pathSet=["info.state"])],
    )
    news = collector.CreateFilter(spec, partialUpdates=True)
    version = ""
    while (info := task.info).state not in ended:
        version = collector.WaitForUpdatesEx(version).version
    news.Destroy()
    if info.error is not None:
        raise info.error


def reconfigure(machine: Any, **spec: object) -> None:
    """Change a machine's configuration (``vim.vm.ConfigSpec``) and wait for it."""
    wait(machine.ReconfigVM_Task(vim.vm.ConfigSpec(**spec)))


def rename(machine: Any, name: str) -> None:
    """Give a machine another name and wait for it."""
    wait(machine.Rename_Task(name))


def replicate(machine: Any, gid: str, destination: str, *, rpo: int = 15, paused: bool = False) -> None:
    """Mark a machine as replicated; ``rpo`` in minutes."""
    spec = vim.vm.ReplicationConfigSpec(
        generation=1, vmReplicationId=gid, destination=destination, port=31031, rpo=rpo, paused=paused,
        quiesceGuestEnabled=False, oppUpdatesEnabled=False, disk=[],
    )  # fmt: skip
    reconfigure(machine, repConfig=spec)


def own(machine: Any, extension: str, kind: str) -> None:
    """Say that an extension owns a machine."""
    reconfigure(machine, managedBy=vim.ext.ManagedByInfo(extensionKey=extension, type=kind))
