"""One act on a host: the shell that it has of its own, handing it over, and what it writes."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import msgspec
from winrm.exceptions import WinRMOperationTimeoutError, WSManFaultError

from drconsole.domain.step import Followed, Progress
from drconsole.errors import BadReply, EndpointError, Lost, ScriptFailed
from drconsole.parsing import parsed
from drconsole.platforms.hyperv import script
from drconsole.platforms.hyperv.faults import NO_SHELL
from drconsole.platforms.hyperv.login import Connection, Login
from drconsole.platforms.hyperv.refusals import decoded
from drconsole.platforms.hyperv.script import Output
from drconsole.platforms.hyperv.shell import FAREWELL_S, Shell
from drconsole.platforms.hyperv.shells import ACT, Shells
from drconsole.platforms.hyperv.watch import Watch

log = logging.getLogger(__name__)

# The documented default of hosts, so that none refuses it: from the last question for it, not from its start.
IDLE = "PT7200S"
# How long a Receive may wait on the host for news of an act.
NEWS_S = 1
# Our scripts answer a few lines; of what else comes only the end is kept, and nothing is ever stopped.
KEPT_BYTES = 4 << 20


class Post:
    """The shell of one act, its connection, and what it has written so far; one thread at a time."""

    def __init__(self, login: Login, shells: Shells) -> None:
        self.login = login
        self._lock = threading.Lock()
        self._connection = Connection(login)
        self._out, self._err = bytearray(), bytearray()
        self._end: Followed | None = None
        # Whether all that it wrote came to us: what a lost answer held is written only once.
        self._whole = True
        # Whether its script may never have come to it.
        self._unfed = False
        self.shell = Shell(login, self._connection, shells, ACT)

    @property
    def key(self) -> tuple[str, str]:
        """Shell and command."""
        return self.shell.ident, self.shell.command

    def open(self) -> None:
        """Create shell and command.

        Raises:
            EndpointError: there is none.
        """
        self._do(lambda watch: self.shell.open(watch, IDLE, script.COMMAND_LINE))

    def resume(self, shell: str, command: str) -> None:
        """Take up an act that another process began."""
        self.shell.ident, self.shell.command = shell, command
        self._whole, self._unfed = False, True

    def send(self, request: bytes) -> None:
        """Hand the script over; it is one message, so it begins whole or not at all.

        Raises:
            EndpointError: the host itself refused it.
            Lost: it may have begun.
        """

        def hand_over(watch: Watch) -> None:
            watch.doing = "the act to be taken"
            self.shell.send(request, end=True)

        with self._lock:
            outcome, _ = self.login.guarded(self._connection, self._deadline(), hand_over)
        if isinstance(outcome, EndpointError):
            # Only a used up quota is told so, and proves that nothing was started.
            if type(outcome) is EndpointError:
                raise outcome
            self._whole, self._unfed = False, True
            raise Lost(
                f"The connection went while an act was handed over; it may have begun. {outcome.message}",
                hint="It is looked for by its handle and by its effect; it is not repeated.",
                subject=outcome.subject,
            )

    def news(self) -> Followed:
        """Take what it wrote; the same end is told each time.

        Raises:
            EndpointError: the host cannot be asked now.
        """
        with self._lock:
            if self._end is None:
                outcome, _ = self.login.guarded(self._connection, self._deadline(), self._receive)
                if isinstance(outcome, EndpointError):
                    self._whole = False
                    raise outcome
                self._end = outcome
        return self._end or Followed(Progress.RUNNING)

    def _close_input(self, watch: Watch) -> None:
        """End its input: without its script it would wait for it for ever, and so ends having done nothing.

        Where the script came, its input has ended before: a host that refuses a second end changes nothing.
        Nor can whoever was frozen before handing it over do so from now on.
        """
        watch.doing = "the input of an act to be closed"
        try:
            self.shell.send(b"", end=True)
        except WSManFaultError as error:
            log.debug(
                "%s: closing the input of an act: fault %s", self.login.endpoint.name, error.wsman_fault_code
            )
        self._unfed = False

    def _receive(self, watch: Watch) -> Followed | None:
        if self._unfed:
            self._close_input(watch)
        watch.doing = "news of the act"
        protocol = self._connection.protocol
        protocol.operation_timeout_sec = NEWS_S
        try:
            out, err, code, done = protocol.get_command_output_raw(*self.key)
        except WinRMOperationTimeoutError:
            return None
        except WSManFaultError as error:
            # The shell is gone, or it has no such command.
            sub = (error.fault_subcode or "").rsplit(":", 1)[-1]
            if error.wsman_fault_code != NO_SHELL and sub != "InvalidSelectors":
                raise
            return Followed(Progress.GONE, error="The host does not know the shell of the act any more.")
        self._out, self._err = (self._out + out)[-KEPT_BYTES:], (self._err + err)[-KEPT_BYTES:]
        return self._told(code) if done else None

    def _told(self, code: int) -> Followed:
        """What the act answered when it ended."""
        output = Output(bytes(self._out), bytes(self._err), code)
        try:
            result = parsed(script.value_of(output, self.login.peer), dict[str, Any])
        except msgspec.DecodeError as error:
            return Followed(Progress.GONE, error=f"Its answer cannot be read ({error}).")
        except BadReply as error:
            # Without its end marker nobody knows how far it came.
            lost = "" if self._whole else "Part of its answer was lost on the way. "
            return Followed(Progress.GONE, error=f"{lost}{error.message}")
        except ScriptFailed as error:
            return Followed(Progress.ENDED, error=decoded(error), error_id=error.error_id)
        except EndpointError as error:
            return Followed(Progress.ENDED, error=str(error), error_id=error.code)
        return Followed(Progress.ENDED, result=result)

    def end(self) -> None:
        """End the shell, as far as that is possible."""
        with self._lock:
            if self.shell.ident:
                limit = min(self._deadline(), time.monotonic() + FAREWELL_S)
                self.login.guarded(self._connection, limit, self.shell.end, last=True)
            self._connection.close()

    def drop(self) -> None:
        """Give the connection up; the act goes on."""
        self.login.break_off()

    def _do(self, work: Callable[[Watch], None]) -> None:
        with self._lock:
            outcome, _ = self.login.guarded(self._connection, self._deadline(), work)
        if isinstance(outcome, EndpointError):
            raise outcome

    def _deadline(self) -> float:
        return time.monotonic() + self.login.endpoint.budget_s
