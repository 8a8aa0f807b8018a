"""The read loop: one shell with one PowerShell on the host, kept open, that answers a line for a line."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
from winrm.exceptions import WSManFaultError

from drconsole.errors import EndpointError, TimedOut
from drconsole.platforms.hyperv import loop_form, script
from drconsole.platforms.hyperv.faults import NO_SHELL, QUOTA
from drconsole.platforms.hyperv.login import Connection, Login
from drconsole.platforms.hyperv.loop_form import Reply
from drconsole.platforms.hyperv.peer import Peer
from drconsole.platforms.hyperv.script import Answer, Failure
from drconsole.platforms.hyperv.shell import FAREWELL_S, NO_PROCESS, Intake, Shell
from drconsole.platforms.hyperv.shells import Shells
from drconsole.platforms.hyperv.watch import Watch, Why
from drconsole.platforms.hyperv.wire import ReplyCut

log = logging.getLogger(__name__)

# Longer than any sensible pause between two reads; a killed console's shell ends by itself after it.
IDLE = "PT900S"
# Share of the read's budget that the loop has to say that it is ready; the rest is for reading per call.
OPENING = 0.3
# Hosts allow an account 1 500 operations at once, and those of a kept shell may never count down.
RENEW_AFTER = 1000
# Each proves that what was sent was not begun.
GONE = (NO_SHELL, QUOTA, *NO_PROCESS)


@dataclass(frozen=True, slots=True)
class NoLoop:
    """The host is there and lets us log in, but the loop does not run on it; why, in a few words."""

    reason: str


@dataclass(frozen=True, slots=True)
class Lost:
    """The shell or the process of the loop is gone, and with it what was asked; what that would mean."""

    error: EndpointError


class Dropped:
    """The connection was lost; the loop may still run, and may have answered."""


class Loop:
    """The loop of one process on one host. All methods belong to one thread at a time.

    ``functions`` maps the names of the library to script texts.
    """

    def __init__(self, login: Login, shells: Shells, functions: Mapping[str, str]) -> None:
        self._login = login
        self._shells = shells
        self._functions = functions
        self._connection = Connection(login)
        self._shell: Shell | None = None
        self._serial = 0

    def run(self, function: str, arguments: Mapping[str, Any], end: float) -> Answer | NoLoop | EndpointError:
        """Call one function of the library until ``end``, in the shell of before if that still lives.

        A request that a lost shell took with it is asked again in a new one, once.
        """
        deadline = end - min(FAREWELL_S, self._login.endpoint.budget_s / 10)
        if self._shell and self._shell.operations >= RENEW_AFTER:
            self.close(min(deadline, time.monotonic() + FAREWELL_S))
        kept = self._shell is not None
        outcome = self._attempt(function, arguments, deadline, end)
        if isinstance(outcome, Lost) and kept:
            log.info("%s: the read loop is gone and begun anew", self._login.endpoint.name)
            outcome = self._attempt(function, arguments, deadline, end)
        return outcome.error if isinstance(outcome, Lost) else outcome

    def close(self, end: float) -> None:
        """Give the loop up and end its shell on the host; what fails is left to the host's own limit."""
        shell, self._shell = self._shell, None
        if shell:
            self._login.guarded(self._connection, end, shell.end, last=True)
        self._connection.close()

    def _attempt(
        self, function: str, arguments: Mapping[str, Any], deadline: float, end: float
    ) -> Answer | NoLoop | Lost | EndpointError:
        if self._shell is None:
            refusal = self._open(deadline, end)
            if refusal:
                return refusal
        self._serial += 1
        ident = str(self._serial)
        outcome, why = self._asked(ident, function, arguments, deadline)
        if isinstance(outcome, (Lost, EndpointError)):
            self._leave(end, why)
            return outcome
        reply, answer = outcome
        for words in (*reply.warnings, *(one.message or "" for one in reply.errors)):
            log.info("%s: the script said: %s", self._login.endpoint.name, self._login.peer.shown(words))
        if reply.state == "done":
            return answer
        if reply.state == "stuck":
            self._leave(end, None)
        return _unusable(reply, self._login.peer)

    def _open(self, deadline: float, end: float) -> NoLoop | EndpointError | None:
        """Start the loop, after ending what dead processes left on the host; None when it is ready."""
        shell = Shell(self._login, self._connection, self._shells)
        outcome: NoLoop | EndpointError | None
        outcome, why = self._login.guarded(
            self._connection, deadline, lambda watch: self._start(watch, shell)
        )
        if outcome is None:
            limit = time.monotonic() + self._login.endpoint.budget_s * OPENING
            outcome, why = self._login.guarded(
                self._connection, min(deadline, limit), lambda watch: self._begin(watch, shell)
            )
            if isinstance(outcome, TimedOut) and why is Why.DEADLINE:
                outcome = NoLoop("it did not get ready in time")
        self._shell = shell
        if outcome is not None:
            self._leave(end, why)
        return outcome

    def _start(self, watch: Watch, shell: Shell) -> None:
        protocol = self._connection.protocol
        for old in self._shells.left_over():
            watch.doing = "an old shell to be closed"
            try:
                protocol.close_shell(old, close_session=False)
            except WSManFaultError as error:
                if error.wsman_fault_code != NO_SHELL:
                    continue
            self._shells.closed(old)
        shell.open(watch, IDLE, loop_form.COMMAND_LINE)

    def _begin(self, watch: Watch, shell: Shell) -> NoLoop | None:
        """Send the loop itself and one echo; None when both were answered.

        Raises:
            Constrained: no script of ours can work there, per call neither.
        """
        word = f"{secrets.token_hex(8)} äß€🐘"
        echo = loop_form.request("0", loop_form.ECHO, {"word": word}, self._login.endpoint.budget_s)
        watch.doing = "the read loop to begin"
        shell.begin(loop_form.beginning(self._functions) + echo)
        intake = Intake(shell)
        while True:
            while line := self._line(intake):
                mode = line.strip()
                if mode in script.MODES[1:]:
                    raise script.constrained(mode.decode(), self._login.peer)
                reply = loop_form.reply(mode)
                if reply and reply.id == "0":
                    return None if _says(reply, word) else NoLoop("it garbles text")
            if intake.done:
                return self._no_process(intake)
            intake.more(watch)

    def _no_process(self, intake: Intake) -> NoLoop:
        shown = self._login.peer.shown(bytes(intake.err or intake.out))
        log.info("%s: the read loop ended: %s", self._login.endpoint.name, shown)
        return NoLoop(f"its PowerShell ended with code {intake.code}")

    def _asked(
        self, ident: str, function: str, arguments: Mapping[str, Any], deadline: float
    ) -> tuple[tuple[Reply, Answer] | Lost | EndpointError, Why | None]:
        """Ask once; where the connection is lost, again with the same id on a new one."""
        assert self._shell
        shell = self._shell
        left = deadline - time.monotonic()
        # The host is to give up first, so that the loop outlives a read that takes too long.
        line = loop_form.request(ident, function, arguments, max(left - max(left / 10, 0.5), 0.1))
        outcome, why = self._login.guarded(
            self._connection, deadline, lambda watch: self._ask(watch, shell, line, ident, again=False)
        )
        if isinstance(outcome, Dropped):
            log.info("%s: the connection was lost and is made anew", self._login.endpoint.name)
            self._connection.close()
            outcome, why = self._login.guarded(
                self._connection, deadline, lambda watch: self._ask(watch, shell, line, ident, again=True)
            )
        assert not isinstance(outcome, Dropped)
        return outcome, why

    def _ask(
        self, watch: Watch, shell: Shell, line: bytes, ident: str, *, again: bool
    ) -> tuple[Reply, Answer] | Lost | Dropped:
        try:
            started = time.time()
            watch.doing = "the script to be taken"
            shell.send(line)
            watch.doing = "the script's answer"
            intake = Intake(shell)
            reply = self._reply(watch, intake, ident)
        except WSManFaultError as error:
            if error.wsman_fault_code in GONE:
                return Lost(self._login.translated(error, watch, self._connection))
            raise
        except (requests.ConnectionError, ReplyCut):
            if again or watch.over:
                raise
            return Dropped()
        if reply is None:
            said = f"its PowerShell ended with code {intake.code} before it had answered"
            return Lost(self._login.peer.bad_reply(said, bytes(intake.err), script.PROFILE))
        middle = (started + time.time()) / 2
        return reply, Answer(bytes(reply.value), middle, watch.tls, watch.certificate_end)

    def _reply(self, watch: Watch, intake: Intake, ident: str) -> Reply | None:
        """The answer to one request; None when the process has ended.

        What was answered to an earlier one comes late, and what a lost connection left is no answer. The rest
        of a line that is dropped with what came before makes no answer either.
        """
        while True:
            while line := self._line(intake):
                reply = loop_form.reply(line.strip())
                if reply and reply.id == ident:
                    return reply
            if intake.done:
                return None
            intake.more(watch)

    @staticmethod
    def _line(intake: Intake) -> bytes:
        """Take one whole line out of what came; nothing where there is none yet."""
        end = intake.out.find(b"\n") + 1
        line = bytes(intake.out[:end])
        del intake.out[:end]
        return line

    def _leave(self, end: float, why: Why | None) -> None:
        """Give the loop up after a failure."""
        shell, self._shell = self._shell, None
        self._connection.close()
        if shell:
            shell.farewell(end, why)


def _says(reply: Reply, word: str) -> bool:
    return reply.state == "done" and script.text_in(reply.value) == word


def _unusable(reply: Reply, peer: Peer) -> EndpointError:
    """What an answer without a value means."""
    match reply.state:
        case "failed":
            return script.failed(reply.error or Failure(), peer)
        case "timeout" | "stuck":
            return peer.error(
                TimedOut,
                f"{peer.address} answers, but the script there did not end within {peer.budget_s:g} s.",
                "The host is overloaded, or its Hyper-V management service hangs.",
            )
        case "flood":
            return peer.bad_reply("the script wrote more than any host has to say")
    said = (reply.error or Failure()).message or reply.state
    return peer.bad_reply(f'its read loop refused the request: "{peer.shown(said)}"')
