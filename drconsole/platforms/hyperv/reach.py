"""One host as steps need it: reading per call, and acts that outlive whoever began them.

An act runs in a shell of its own (design, section 4; rules, section 8). Its handle is shell and command; the
script is handed over only after the handle was kept, and nothing on the host limits or ends it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from drconsole.domain.endpoint import Endpoint
from drconsole.domain.step import Followed, Json
from drconsole.errors import EndpointError, Lost, Unreachable
from drconsole.platforms.base import Access
from drconsole.platforms.hyperv import script
from drconsole.platforms.hyperv.doorstep import Doorstep
from drconsole.platforms.hyperv.login import Login
from drconsole.platforms.hyperv.loop_form import LOOKS
from drconsole.platforms.hyperv.peer import Peer
from drconsole.platforms.hyperv.per_call import PerCall
from drconsole.platforms.hyperv.post import Post
from drconsole.platforms.hyperv.proof import check
from drconsole.platforms.hyperv.session import Session
from drconsole.platforms.hyperv.shells import Shells

log = logging.getLogger(__name__)


class Reach:
    """One host; every call is safe from several threads, each has a connection of its own."""

    def __init__(self, endpoint: Endpoint, access: Access, state: Path | None, node: str = "") -> None:
        self.endpoint = endpoint
        self.access = access
        self.node = node
        host = f"[{access.host}]" if ":" in access.host else access.host
        self.peer = Peer(endpoint.name, f"{host}:{access.port}", access.user, access.tls, endpoint.budget_s)
        self._shells = Shells(state, endpoint.name, self.peer.address)
        self._posts: dict[tuple[str, str], Post] = {}
        self._lock = threading.Lock()
        self._logins: set[Login] = set()
        self._sessions: list[Session] = []
        self._idle: list[Session] = []
        self._state = state
        self._closed = False
        self._door = Doorstep()

    def ask(self, name: str, arguments: Mapping[str, Any], budget_s: float = 0.0) -> bytes:
        """The value of a reading script, within the endpoint's budget or a longer one.

        Looks go by a loop that is kept open where that is possible, one for each thread that looks at once.

        Raises:
            EndpointError: there is no usable answer.
        """
        return self._door.knock(lambda: self._asked(name, arguments, budget_s))

    def _asked(self, name: str, arguments: Mapping[str, Any], budget_s: float) -> bytes:
        if name in LOOKS:
            session = self._session()
            try:
                return session.run(name, arguments).value
            finally:
                with self._lock:
                    self._idle.append(session)
        budget_s = max(budget_s, self.endpoint.budget_s)
        login = self._login(budget_s)
        try:
            end = time.monotonic() + budget_s
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
        request = script.request_for(name, arguments)
        post = self._door.knock(self._opened)
        try:
            handle = {"node": self.node, "shell": post.shell.ident, "command": post.shell.command}
            keep(handle)
        except BaseException:
            # Nothing was handed over, so nothing runs in it.
            self._done_with(post)
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

    def _opened(self) -> Post:
        """A shell and a command that wait for their script."""
        post = Post(self._login(), self._shells)
        try:
            post.open()
        except BaseException:
            self._done_with(post)
            raise
        return post

    def _done_with(self, post: Post) -> None:
        """End a shell in which no act was begun, or whose act is settled."""
        with self._lock:
            self._posts.pop(post.key, None)
            self._logins.discard(post.login)
        post.end()

    def follow(self, handle: Json) -> Followed:
        """What became of an act, after waiting a moment for news.

        Raises:
            EndpointError: the host cannot be asked now.
        """
        return self._door.knock(lambda: self._post(handle).news())

    def settle(self, handle: Json) -> None:
        """End the shell of an act; never raises."""
        try:
            post = self._post(handle)
        except EndpointError as error:
            log.info("%s: the shell of an act stays open: %s", self.endpoint.name, error.message)
            return
        self._done_with(post)

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
            Unreachable: the run ends.
        """
        check(self.access, self.peer)
        with self._lock:
            if self._closed:
                raise self._ended()
            if self._idle:
                return self._idle.pop()
            shells = Shells(self._state, self.endpoint.name, self.peer.address)
            session = Session(self.endpoint, self.access, self.peer, shells, LOOKS)
            self._sessions.append(session)
            return session

    def _post(self, handle: Json) -> Post:
        key = (handle["shell"], handle["command"])
        with self._lock:
            post = self._posts.get(key)
        if post is None:
            post = Post(self._login(), self._shells)
            post.resume(*key)
            with self._lock:
                post = self._posts.setdefault(key, post)
        return post

    def _login(self, budget_s: float = 0.0) -> Login:
        """A login of one call, within the endpoint's budget or another one.

        Raises:
            LoginRefused: this machine cannot log in in this way, or there is no password.
            Unreachable: the run ends.
        """
        check(self.access, self.peer)
        budget_s = budget_s or self.endpoint.budget_s
        peer = replace(self.peer, budget_s=budget_s)
        login = Login(replace(self.endpoint, budget_s=budget_s), self.access, peer)
        login.ask_password()
        with self._lock:
            if self._closed:
                raise self._ended()
            self._logins.add(login)
        return login

    def _ended(self) -> EndpointError:
        return self.peer.error(Unreachable, f"{self.peer.address} is not asked any more: the run ends.")
