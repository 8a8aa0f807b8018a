"""One thread for each endpoint: reads it when due or when asked, and reports what came."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from drconsole.domain.deep import Deep
from drconsole.domain.place import Place
from drconsole.domain.reading import Reading
from drconsole.errors import EndpointError, LoginRefused, ScriptFailed
from drconsole.inventory.agenda import Agenda, Target
from drconsole.inventory.pace import pause_s
from drconsole.inventory.rotation import Rotation
from drconsole.platforms.base import DeepPlatform, Platform, Tier
from drconsole.platforms.guarded import guarded


@dataclass(frozen=True, slots=True)
class Started:
    """A read has begun at ``at`` (monotonic)."""

    endpoint: str
    at: float


@dataclass(frozen=True, slots=True)
class Finished:
    """A read has ended with a reading or an error; ``next_try`` is on the wall clock, UTC."""

    endpoint: str
    result: Reading | EndpointError
    next_try: datetime


@dataclass(frozen=True, slots=True)
class LookStarted:
    """A deep read of one VM has begun at ``at`` (monotonic)."""

    endpoint: str
    at: float


@dataclass(frozen=True, slots=True)
class Looked:
    """A deep read of one VM has ended."""

    endpoint: str
    place: Place
    result: Deep | EndpointError


ReaderReport = Started | Finished | LookStarted | Looked


class EndpointReader(threading.Thread):
    """Reads one endpoint until it is told to end; only this thread calls ``platform.read`` and ``deep``."""

    def __init__(self, platform: Platform, report: Callable[[ReaderReport], None]) -> None:
        super().__init__(name=f"read {platform.endpoint.name}", daemon=True)
        self.platform = platform
        self.agenda = Agenda()
        self._report = report
        self._rotation = Rotation(platform.endpoint)
        self._failures = 0

    def read_now(self) -> None:
        """Read as soon as the present read, if any, has ended."""
        self.agenda.read_now()

    def end(self) -> None:
        """End after the present read; the caller may ``platform.close()`` to break it off."""
        self.agenda.end()

    def break_off(self) -> None:
        """Break off the present read, and nothing else where the platform can; from any thread."""
        if isinstance(self.platform, DeepPlatform):
            self.platform.break_off()
        else:
            self.platform.close()

    def run(self) -> None:
        """Do what is due, and report; at the end give up connections."""
        while (task := self.agenda.next()) is not None:
            if isinstance(task, Target):
                self._look(task)
            else:
                self._read(task)
        self.platform.close()

    def _read(self, tier: Tier) -> None:
        endpoint = self.platform.endpoint
        began = time.monotonic()
        self._report(Started(endpoint.name, began))
        result = guarded(lambda: self.platform.read(tier), endpoint.name)
        failed = isinstance(result, EndpointError)
        self._failures = self._failures + 1 if failed else 0
        refused = isinstance(result, LoginRefused)
        pause = pause_s(endpoint, self._failures, time.monotonic() - began, refused)
        spare = None
        if isinstance(result, Reading) and isinstance(self.platform, DeepPlatform):
            spare = self._rotation.next(result, pause)
        self.agenda.rest(pause, answered=not failed, spare=spare)
        self._report(Finished(endpoint.name, result, datetime.now(UTC) + timedelta(seconds=pause)))

    def _look(self, target: Target) -> None:
        platform = self.platform
        assert isinstance(platform, DeepPlatform)
        began = time.monotonic()
        self._report(LookStarted(platform.endpoint.name, began))
        result = guarded(lambda: platform.deep(target.handle), platform.endpoint.name)
        self._rotation.looked(target.place, time.monotonic() - began)
        # That one VM cannot be read says nothing about the host.
        if isinstance(result, EndpointError) and not isinstance(result, ScriptFailed):
            self.agenda.hold()
        self._report(Looked(platform.endpoint.name, target.place, result))
