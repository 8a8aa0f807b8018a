"""The shells of one simulated host: who owns them, what they run, and the quotas that count them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from drconsole.lab.winrm import faults
from drconsole.lab.winrm.command import Command


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
    """One Windows Remote Shell."""

    id: str
    owner: str
    codepage: int
    environment: Mapping[str, str]
    working_directory: str | None = None
    commands: dict[str, Command] = field(default_factory=dict)
    started: int = 0

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
    """All living shells of one host."""

    def __init__(self, quotas: Quotas) -> None:
        self.quotas = quotas
        self._shells: dict[str, Shell] = {}

    def __len__(self) -> int:
        return len(self._shells)

    def __iter__(self) -> Iterator[Shell]:
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
        self._shells[shell.id] = shell

    def find(self, shell_id: str, user: str) -> Shell:
        """Find a shell of a user.

        Raises:
            Fault: there is none of that id, or it belongs to somebody else.
        """
        shell = self._shells.get(shell_id.upper())
        if shell is None:
            raise faults.shell_not_found(shell_id)
        if shell.owner != user:
            raise faults.access_denied()
        return shell

    def count_operation(self, shell: Shell) -> None:
        """Note that a command is about to start.

        Raises:
            Fault: the owner's count is used up; nothing was started.
        """
        if sum(other.started for other in self._of(shell.owner)) >= self.quotas.operations_per_user:
            raise faults.too_many_operations(self.quotas.operations_per_user)
        shell.started += 1

    def remove(self, shell: Shell) -> None:
        """End a shell and everything in it."""
        del self._shells[shell.id]
        shell.end()

    def end_all(self) -> None:
        """End every shell, as a restart of the service or of the host does."""
        for shell in self:
            self.remove(shell)

    def _of(self, owner: str) -> list[Shell]:
        return [shell for shell in self._shells.values() if shell.owner == owner]
