"""A shell on a host with one command in it: opening, receiving within limits, and leaving nothing behind."""

from __future__ import annotations

import logging
import time

from winrm.exceptions import WinRMOperationTimeoutError, WSManFaultError

from drconsole.platforms.hyperv.login import Connection, Login
from drconsole.platforms.hyperv.shells import READ, Shells
from drconsole.platforms.hyperv.watch import Watch, Why

log = logging.getLogger(__name__)

CODEPAGE_UTF8 = 65001
# The process of a command has ended (ERROR_NO_DATA and ERROR_BROKEN_PIPE, bare and as HRESULT).
NO_PROCESS = (232, 109, 0x800700E8, 0x8007006D)
# A host of 1 024 VMs with 4 kB of notes each stays below a third of this, base64 twice included.
OUTPUT_BYTES = 32 << 20
# A Receive waits on the host until there is output, or until a fault says that its time is over; replies
# without output, and such faults at once, come from a peer that would make us spin.
QUICK_S, EMPTY_ANSWERS = 0.5, 20
# Kept back for ending the shell when the read itself failed: what stays open counts against a quota.
FAREWELL_S, FAREWELL_AFTER_CLOSE_S = 2.0, 1.0


class Shell:
    """What exists on the host because of us. ``operations`` is how often the host was asked in it.

    ``use`` is what it is listed for: reads, or one act.
    """

    def __init__(self, login: Login, connection: Connection, shells: Shells, use: str = READ) -> None:
        self.use = use
        self.login = login
        self.connection = connection
        self.shells = shells
        self.ident = ""
        self.command = ""
        self.operations = 0

    def open(self, watch: Watch, idle: str, command_line: str) -> None:
        """Create the shell and start the command in it."""
        protocol = self.connection.protocol
        watch.doing = "a shell to be opened"
        ident = protocol.open_shell(codepage=CODEPAGE_UTF8, idle_timeout=idle)
        self.ident = self._named(ident, "shell")
        self.shells.opened(self.ident, self.use)
        watch.doing = "PowerShell to be started"
        # The input is a pipe, not a console's: PowerShell reads it to its end.
        command = protocol.run_command(self.ident, command_line, console_mode_stdin=False)
        self.command = self._named(command, "command")
        self.operations += 1

    def begin(self, data: bytes, *, end: bool = False) -> None:
        """Hand the first input over; of a process that has ended by then, its output tells why."""
        try:
            self.send(data, end=end)
        except WSManFaultError as error:
            if error.wsman_fault_code not in NO_PROCESS:
                raise

    def send(self, data: bytes, *, end: bool = False) -> None:
        """Hand input to the command."""
        self.operations += 1
        self.connection.protocol.send_command_input(self.ident, self.command, data, end=end)

    def end(self, watch: Watch) -> None:
        """Signal and Delete; what fails here costs a shell on the host, never an answer that came."""
        watch.doing = "the shell to be closed"
        protocol = self.connection.protocol
        try:
            if self.command:
                protocol.cleanup_command(self.ident, self.command)
        except Exception as error:
            self._log("ending a command", error)
        try:
            protocol.close_shell(self.ident, close_session=False)
        except Exception as error:
            self._log("closing a shell", error)
            if not isinstance(error, WSManFaultError):
                return
        # Deleted, or the host itself says that it will not be: asking again changes nothing.
        self.shells.closed(self.ident)
        self.ident = ""

    def farewell(self, end: float, why: Why | None) -> None:
        """End the shell after a failure, on a connection of its own, in the time that is left."""
        if not self.ident:
            return
        limit = FAREWELL_AFTER_CLOSE_S if why is Why.CLOSED else FAREWELL_S
        self.connection = Connection(self.login)
        self.login.guarded(self.connection, min(end, time.monotonic() + limit), self.end, last=True)
        self.connection.close()

    def _named(self, ident: object, what: str) -> str:
        if isinstance(ident, str) and ident.strip():
            return ident
        raise self.login.peer.bad_reply(f"it names no {what} id")

    def _log(self, what: str, error: Exception) -> None:
        log.info("%s: %s failed: %s", self.login.endpoint.name, what, type(error).__name__)


class Intake:
    """The output of a shell's command, taken piece by piece within limits of size and patience.

    ``code`` is the exit code once ``done``.
    """

    def __init__(self, shell: Shell) -> None:
        self.out = bytearray()
        self.err = bytearray()
        self.code = -1
        self.done = False
        self._shell = shell
        self._empty = 0

    def more(self, watch: Watch) -> None:
        """Take what there is, or wait for it as long as the host lets us.

        Raises:
            BadReply: too much, or too often nothing.
        """
        shell, peer = self._shell, self._shell.login.peer
        watch.check()
        asked = time.monotonic()
        at_once = True
        shell.operations += 1
        try:
            out, err, self.code, self.done = shell.connection.protocol.get_command_output_raw(
                shell.ident, shell.command
            )
        except WinRMOperationTimeoutError:
            out = err = b""
            at_once = time.monotonic() - asked < QUICK_S
        self.out += out
        self.err += err
        self._empty += at_once and not (out or err or self.done)
        if len(self.out) + len(self.err) > OUTPUT_BYTES:
            raise peer.bad_reply(f"its output exceeds {OUTPUT_BYTES >> 20} MiB", bytes(self.out[:4000]))
        if self._empty > EMPTY_ANSWERS:
            raise peer.bad_reply(f"{self._empty} of its replies held no output")
