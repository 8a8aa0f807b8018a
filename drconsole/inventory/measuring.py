"""Asking for the replication statistics of one VM, in a thread that can wait for a dead partner."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from drconsole.domain.deep import Measured
from drconsole.domain.place import Place
from drconsole.errors import EndpointError
from drconsole.platforms.base import DeepPlatform
from drconsole.platforms.guarded import guarded


@dataclass(frozen=True, slots=True)
class Answered:
    """A question for statistics has ended with an answer or an error."""

    place: Place
    result: Measured | EndpointError


class Measuring(threading.Thread):
    """One question; a host asks its partner, and waits ten minutes for a dead one (facts/hyperv, section 11).

    Nobody waits for it. ``platform.close()`` breaks it off.
    """

    def __init__(
        self, platform: DeepPlatform, place: Place, handle: str, report: Callable[[Answered], None]
    ) -> None:
        super().__init__(name=f"measure {handle}", daemon=True)
        self._platform = platform
        self._place = place
        self._handle = handle
        self._report = report

    def run(self) -> None:
        """Ask, and report."""
        self._report(Answered(self._place, measured(self._platform, self._handle)))


def measured(platform: DeepPlatform, handle: str) -> Measured | EndpointError:
    """The statistics of one VM, or why there are none; it may take ten minutes."""

    def ask() -> Measured:
        relations = platform.statistics(handle)
        return Measured(datetime.now(UTC), relations)

    return guarded(ask, platform.endpoint.name, "Asking for statistics")
