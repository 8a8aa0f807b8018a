"""One host as steps need it: reading per call, and acts that outlive whoever began them.

An act runs in a shell of its own (design, section 4; rules, section 8). Its handle is shell and command; the
script is handed over only after the handle was kept, and nothing on the host limits or ends it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from winrm.exceptions import WinRMOperationTimeoutError, WSManFaultError

from drconsole.domain.endpoint import Endpoint
from drconsole.domain.step import Followed, Json, Progress
from drconsole.errors import BadReply, EndpointError, LoginRefused, Lost, ScriptFailed
from drconsole.platforms.base import Access
from drconsole.platforms.hyperv import script
from drconsole.platforms.hyperv.faults import NO_SHELL
from drconsole.platforms.hyperv.login import Connection, Login
from drconsole.platforms.hyperv.loop_form import LOOKS
from drconsole.platforms.hyperv.peer import Peer
from drconsole.platforms.hyperv.per_call import PerCall
from drconsole.platforms.hyperv.proof import check
from drconsole.platforms.hyperv.refusals import decoded
from drconsole.platforms.hyperv.script import Output
from drconsole.platforms.hyperv.session import Session
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


class Reach:
    """One host; every call is safe from several threads, each has a connection of its own."""

    def __init__(self, endpoint: Endpoint, access: Access, state: Path | None, node: str = "") -> None:
        self.endpoint = endpoint
        self.access = access
        self.node = node
        host = f"[{access.host}]" if ":" in access.host else access.host
        self.peer = Peer(endpoint.name, f"{host}:{access.port}", access.user, access.tls, endpoint.budget_s)
        self._shells = Shells(state, endpoint.name, self.peer.address)
        self._posts: dict[tuple[str, str], _Post] = {}
        self._lock = threading.Lock()
        self._logins: set[Login] = set()
        self._sessions: list[Session] = []
        self._idle: list[Session] = []
        self._state = state
        self._closed = False

    def ask(self, name: str, arguments: Mapping[str, Any], budget_s: float = 0.0) -> bytes:
        """The value of a reading script, within the endpoint's budget or a longer one.

        Looks go by a loop that is kept open where that is possible, one for each thread that looks at once.

        Raises:
            EndpointError: there is no usable answer.
        """
        if name in LOOKS:
            session = self._session()
            try:
                return session.run(name, arguments).value
            finally:
                with self._lock:
                    self._idle.append(session)
        login = self._login()
        try:
            end = time.monotonic() + max(budget_s, self.endpoint.budget_s)
            answer = PerCall(login, self._shells).run(name, arguments, end)
        finally:
            self._logins.discard(login)
        if isinstance(answer, EndpointError):
            raise answer
        return answer.value

    def begin(self, name: str, arguments: Mapping[str, Any], keep: Callable[[Json], None]) -> Json:
        """Begin an act: shell and command first, then its handle is kept, then the script is handed over.

        Raises:
            EndpointError: it did not begin.
            Lost: nobody knows whether it did; the handle was kept.
        """
        post = _Post(self._login(), self._shells)
        request = script.request_for(name, arguments)
        try:
            post.open()
            handle = {"node": self.node, "shell": post.shell.ident, "command": post.shell.command}
            keep(handle)
        except BaseException:
            # Nothing was handed over, so nothing runs in it.
            post.end()
            raise
        with self._lock:
            self._posts[post.key] = post
        try:
            post.send(request)
        except EndpointError as error:
            if not isinstance(error, Lost):
                self.settle(handle)
            raise
        return handle

    def follow(self, handle: Json) -> Followed:
        """What became of an act, after waiting a moment for news.

        Raises:
            EndpointError: the host cannot be asked now.
        """
        return self._post(handle).news()

    def settle(self, handle: Json) -> None:
        """End the shell of an act; never raises."""
        try:
            post = self._post(handle)
        except EndpointError as error:
            log.info("%s: the shell of an act stays open: %s", self.endpoint.name, error.message)
            return
        with self._lock:
            self._posts.pop(post.key, None)
            self._logins.discard(post.login)
        post.end()

    def close(self) -> None:
        """Give up connections; what runs on the host goes on."""
        with self._lock:
            self._closed = True
            posts, logins = list(self._posts.values()), list(self._logins)
            sessions = list(self._sessions)
            self._posts.clear()
        for session in sessions:
            session.close()
        for login in logins:
            login.break_off()
        for post in posts:
            post.drop()

    def _session(self) -> Session:
        """A session that nobody looks by now; each lists its own shell, which others do not take for lost.

        Raises:
            LoginRefused: this machine cannot log in in this way.
        """
        check(self.access, self.peer)
        with self._lock:
            if self._idle:
                return self._idle.pop()
            shells = Shells(self._state, self.endpoint.name, self.peer.address)
            session = Session(self.endpoint, self.access, self.peer, shells, LOOKS)
            self._sessions.append(session)
            return session

    def _post(self, handle: Json) -> _Post:
        key = (handle["shell"], handle["command"])
        with self._lock:
            post = self._posts.get(key)
        if post is None:
            post = _Post(self._login(), self._shells)
            post.resume(*key)
            with self._lock:
                post = self._posts.setdefault(key, post)
        return post

    def _login(self) -> Login:
        """A login of one call.

        Raises:
            LoginRefused: this machine cannot log in in this way, or there is no password.
        """
        check(self.access, self.peer)
        login = Login(self.endpoint, self.access, self.peer)
        login.ask_password()
        with self._lock:
            self._logins.add(login)
        if self._closed:
            raise self.peer.error(LoginRefused, f"{self.peer.address} is not asked any more: the run ends.")
        return login


class _Post:
    """The shell of one act, its connection, and what it has written so far; one thread at a time."""

    def __init__(self, login: Login, shells: Shells) -> None:
        self.login = login
        self._lock = threading.Lock()
        self._connection = Connection(login)
        self._out, self._err = bytearray(), bytearray()
        self._end: Followed | None = None
        # Whether all that it wrote came to us: what a lost answer held is written only once.
        self._whole = True
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
        self._whole = False

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
            self._whole = False
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

    def _receive(self, watch: Watch) -> Followed | None:
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
            value = script.value_of(output, self.login.peer)
        except BadReply as error:
            # Without its end marker nobody knows how far it came.
            lost = "" if self._whole else "Part of its answer was lost on the way. "
            return Followed(Progress.GONE, error=f"{lost}{error.message}")
        except ScriptFailed as error:
            return Followed(Progress.ENDED, error=decoded(error), error_id=error.error_id)
        except EndpointError as error:
            return Followed(Progress.ENDED, error=str(error), error_id=error.code)
        return Followed(Progress.ENDED, result=msgspec.json.decode(value))

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
