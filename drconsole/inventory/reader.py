"""One thread for each endpoint: reads it when due or when asked, and reports what came."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from drconsole.domain.reading import Reading
from drconsole.errors import BadReply, EndpointError, LoginRefused
from drconsole.inventory.pace import pause_s
from drconsole.platforms.base import Platform, Tier

log = logging.getLogger(__name__)


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


Report = Callable[[Started | Finished], None]


class EndpointReader(threading.Thread):
    """Reads one endpoint until it is told to end; the only thread that calls ``platform.read``."""

    def __init__(self, platform: Platform, report: Report) -> None:
        super().__init__(name=f"read {platform.endpoint.name}", daemon=True)
        self.platform = platform
        self._report = report
        self._wake = threading.Event()
        self._ending = False

    def read_now(self) -> None:
        """Read as soon as the present read, if any, has ended."""
        self._wake.set()

    def end(self) -> None:
        """End after the present read; the caller may ``platform.close()`` to break it off."""
        self._ending = True
        self._wake.set()

    def run(self) -> None:
        """Read, report, pause; at the end give up connections."""
        failures = 0
        while not self._ending:
            self._wake.clear()
            endpoint = self.platform.endpoint
            began = time.monotonic()
            self._report(Started(endpoint.name, began))
            result = self._read()
            failures = failures + 1 if isinstance(result, EndpointError) else 0
            refused = isinstance(result, LoginRefused)
            pause = pause_s(endpoint, failures, time.monotonic() - began, refused)
            next_try = datetime.now(UTC) + timedelta(seconds=pause)
            self._report(Finished(endpoint.name, result, next_try))
            if not self._ending:
                self._wake.wait(pause)
        self.platform.close()

    def _read(self) -> Reading | EndpointError:
        try:
            return self.platform.read(Tier.LIGHT)
        except EndpointError as error:
            return error
        except Exception as error:
            # A defect of ours in one platform must not end this endpoint's thread for good.
            log.exception("reading %r failed in an unforeseen way", self.platform.endpoint.name)
            return BadReply(
                f"Reading it failed in an unforeseen way ({type(error).__name__}).",
                subject=self.platform.endpoint.name,
                hint="The log file has the details; please report them.",
            )
