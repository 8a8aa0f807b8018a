"""The shells of one simulated host: who owns them, what they run, and the quotas that count them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from drconsole.lab.winrm import faults
from drconsole.lab.winrm.command import Command

IDLE_S = 7200.0
"""IdleTimeout of a host, where the client asks for none of its own."""


@dataclass(frozen=True, slots=True)
class Quotas:
    """Limits of one host. Defaults: Windows 2012 to 2025 as documented for WinRM's configuration.

    ``operations_per_user`` counts every command that a living shell has ever run, ended or not: for text
    shells the Terminate signal does not lower the count (a defect of real hosts, reported from the field).
    """

    shells_per_user: int = 30
    operations_per_user: int = 1500
    envelope_bytes: int = 500 * 1024
    timeout_s: float = 60.0
    chunk_bytes: int = 32 * 1024


@dataclass(slots=True)
class Shell:
    """One Windows Remote Shell; it ends by itself ``idle_s`` after the last request for it was answered."""

    id: str
    owner: str
    codepage: int
    environment: Mapping[str, str]
    idle_s: float = IDLE_S
    commands: dict[str, Command] = field(default_factory=dict)
    started: int = 0
    used: float = 0.0
    waiting: int = 0

    def command(self, command_id: str) -> Command:
        """Find a command.

        Raises:
            Fault: there is none of that id.
        """
        found = self.commands.get(command_id.upper())
        if found is None:
            raise faults.command_not_found(command_id)
        return found

    def end(self) -> None:
        """End every process of the shell."""
        for command in self.commands.values():
            command.end()


class Shells:
    """All living shells of one host. ``now`` gives seconds; it decides when idle shells end."""

    def __init__(self, quotas: Quotas, now: Callable[[], float] = time.monotonic) -> None:
        self.quotas = quotas
        self._now = now
        self._shells: dict[str, Shell] = {}

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __iter__(self) -> Iterator[Shell]:
        self._end_idle()
        return iter(list(self._shells.values()))

    def add(self, shell: Shell) -> None:
        """Let a shell live.

        Raises:
            Fault: its owner has as many as allowed, or the id is taken.
        """
        if len(self._of(shell.owner)) >= self.quotas.shells_per_user:
            raise faults.too_many_shells(self.quotas.shells_per_user)
        if shell.id in self._shells:
            raise faults.invalid_parameter("ShellId is in use")
        shell.used = self._now()
        self._shells[shell.id] = shell

    @contextmanager
    def using(self, shell_id: str, user: str) -> Iterator[Shell]:
        """Find a shell of a user for one request; it is not idle until the request is answered.

        Raises:
            Fault: there is none of that id, or it belongs to somebody else.
        """
        self._end_idle()
        shell = self._shells.get(shell_id.upper())
        if shell is None:
            raise faults.shell_not_found(shell_id)
        if shell.owner != user:
            raise faults.access_denied()
        shell.waiting += 1
        try:
            yield shell
        finally:
            shell.waiting -= 1
            shell.used = self._now()

    def count_operation(self, shell: Shell) -> None:
        """Note that a command is about to start.

        Raises:
            Fault: the owner's count is used up; nothing was started.
        """
        if sum(other.started for other in self._of(shell.owner)) >= self.quotas.operations_per_user:
            raise faults.too_many_operations(self.quotas.operations_per_user)
        shell.started += 1

    def remove(self, shell: Shell) -> None:
        """End a shell and everything in it; one that has ended meanwhile stays so."""
        self._shells.pop(shell.id, None)
        shell.end()

    def end_all(self) -> None:
        """End every shell, as a restart of the service or of the host does."""
        for shell in self:
            self.remove(shell)

    def _of(self, owner: str) -> list[Shell]:
        return [shell for shell in self if shell.owner == owner]

    def _end_idle(self) -> None:
        """Looked at with every request: nobody can tell a shell that ended before from one that ends now."""
        now = self._now()
        for shell in list(self._shells.values()):
            if not shell.waiting and now - shell.used > shell.idle_s:
                self.remove(shell)
