"""What an endpoint is asked next: read-now first, then a light read that is due, then deep reads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from drconsole.domain.place import Place
from drconsole.platforms.base import Tier

NEVER = float("inf")


@dataclass(frozen=True, slots=True)
class Target:
    """One VM to be read deep: its place, and the id by which its endpoint knows it."""

    place: Place
    handle: str


@dataclass(frozen=True, slots=True)
class Spare:
    """A deep read that nobody waits for; it is left out unless it can begin by ``latest`` (monotonic)."""

    target: Target
    latest: float


class Agenda:
    """The queue of one endpoint: one thread takes from it by ``next``, any thread puts into it.

    What is being done is never interrupted, so a light read waits for one deep read at most. Deep reads are
    done only after a light read that was answered: a dead endpoint is not asked for more, nor a wrong
    password tried more often.

    Args:
        clock: a monotonic clock, seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._turn = threading.Condition()
        self._light_at = clock()
        self._now = False
        self._wanted: dict[Place, Target] = {}
        self._spare: Spare | None = None
        self._may_look = False
        self._ending = False

    def read_now(self) -> None:
        """Have a light read begin as soon as what is being done has ended."""
        with self._turn:
            self._now = True
            self._turn.notify()

    def want(self, targets: Iterable[Target]) -> None:
        """Have these read deep, because somebody looks at them."""
        with self._turn:
            self._wanted |= {target.place: target for target in targets}
            self._turn.notify()

    def want_nothing(self) -> None:
        """Nobody looks any more at what was wanted so far."""
        with self._turn:
            self._wanted.clear()

    def rest(self, seconds: float, *, answered: bool, spare: Spare | None = None) -> None:
        """A light read has ended: the next one is due in so many seconds; deep reads fit in between."""
        with self._turn:
            self._light_at = self._clock() + seconds
            self._may_look, self._spare = answered, spare

    def hold(self) -> None:
        """The endpoint did not answer a deep read: no more of them before the next light read."""
        with self._turn:
            self._may_look = False

    def end(self) -> None:
        """Have nothing more done."""
        with self._turn:
            self._ending = True
            self._turn.notify()

    @property
    def ending(self) -> bool:
        """Whether nothing more is to be done."""
        return self._ending

    def next(self) -> Tier | Target | None:
        """Wait for what is to be done next: a light read, a deep read of one VM; None at the end."""
        with self._turn:
            while not self._ending:
                if self._now or self._light_at <= self._clock():
                    self._now, self._light_at = False, NEVER
                    return Tier.LIGHT
                if target := self._deep():
                    return target
                self._turn.wait(min(max(self._light_at - self._clock(), 0.0), threading.TIMEOUT_MAX))
            return None

    def _deep(self) -> Target | None:
        if not self._may_look:
            return None
        if self._wanted:
            return self._wanted.pop(next(iter(self._wanted)))
        spare, self._spare = self._spare, None
        return spare.target if spare and self._clock() <= spare.latest else None
