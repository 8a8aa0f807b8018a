"""Reading one host: through the loop where that is possible, per call otherwise (design, section 4)."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from typing import Any

from drconsole.domain.endpoint import Endpoint
from drconsole.errors import EndpointError, LoginRefused
from drconsole.platforms.base import Access
from drconsole.platforms.hyperv import loop_form
from drconsole.platforms.hyperv.login import Login
from drconsole.platforms.hyperv.loop import Loop, NoLoop
from drconsole.platforms.hyperv.peer import Peer
from drconsole.platforms.hyperv.per_call import PerCall
from drconsole.platforms.hyperv.script import Answer
from drconsole.platforms.hyperv.shell import FAREWELL_AFTER_CLOSE_S
from drconsole.platforms.hyperv.shells import Shells

log = logging.getLogger(__name__)

# How long a host that does not run the loop is read per call before that is tried again.
WITHOUT_LOOP_S = 900.0
# How it reads that every read is a call of its own.
ONE_BY_ONE = "reads go one by one"


class Session:
    """One account on one host. ``run`` belongs to one thread at a time; ``close`` to any.

    ``reads`` are the scripts that its loop knows; ``way`` says in words how the last run went over.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        access: Access,
        peer: Peer,
        shells: Shells,
        reads: tuple[str, ...] = loop_form.READS,
    ) -> None:
        self.way = ""
        self._reads = reads
        self._endpoint = endpoint
        self._wants_loop = access.way == "loop"
        self._login = Login(endpoint, access, peer)
        self._loop = Loop(self._login, shells, loop_form.library(reads))
        self._per_call = PerCall(self._login, shells)
        self._running = threading.Lock()
        self._no_loop: NoLoop | None = None
        self._until = 0.0

    @property
    def ended(self) -> bool:
        """Whether it was closed, so that nothing is read by it any more."""
        return self._login.broken_off

    def close(self) -> None:
        """End a run that waits, at once, and the shell that is kept; the session is not used again."""
        self._login.break_off()
        # A run that still goes on ends with the shell by itself.
        if self._running.acquire(blocking=False):
            try:
                self._loop.close(time.monotonic() + FAREWELL_AFTER_CLOSE_S)
            finally:
                self._running.release()

    def run(self, name: str, arguments: Mapping[str, Any]) -> Answer:
        """Run one script, within the endpoint's budget; asking for the password does not count.

        Raises:
            EndpointError: nothing came that could be read.
        """
        with self._running:
            self._login.ask_password()
            outcome = self._run(name, arguments, time.monotonic() + self._endpoint.budget_s)
        if self._login.broken_off:
            self.close()
        if isinstance(outcome, LoginRefused):
            self._login.forget_password()
        if isinstance(outcome, EndpointError):
            raise outcome
        return outcome

    def _run(self, name: str, arguments: Mapping[str, Any], end: float) -> Answer | EndpointError:
        if not self._wants_loop or name not in self._reads:
            self.way = ONE_BY_ONE if self._wants_loop else f"{ONE_BY_ONE}, as the config says"
            return self._per_call.run(name, arguments, end)
        found = self._no_loop if time.monotonic() < self._until else None
        if found is None:
            outcome = self._loop.run(loop_form.function_of(name), arguments, end)
            self.way = "read loop"
            if not isinstance(outcome, NoLoop):
                return outcome
            found = outcome
        called = self._per_call.run(name, arguments, end)
        self.way = f"{ONE_BY_ONE}: slower, nothing is lost (it keeps no read loop: {found.reason})"
        if isinstance(called, Answer) and self._no_loop is not found:
            # Only now it is known that it was the loop which failed, and not the host.
            self._no_loop, self._until = found, time.monotonic() + WITHOUT_LOOP_S
            log.info("%s: it is %s", self._endpoint.name, self.way)
        return called
