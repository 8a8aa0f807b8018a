"""Not knocking again at once where a login was refused: repeated wrong passwords lock accounts.

A run looks once a second; an account that it locks is the one that all hosts of a domain share.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from drconsole.errors import LoginRefused

T = TypeVar("T")

# Twice as long after each refusal in a row: four in the first five minutes, below what usually locks.
FIRST_S, LONGEST_S = 30.0, 300.0


class Doorstep:
    """The door of one host for one account; every call is safe from several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._refused: LoginRefused | None = None
        self._until = 0.0
        self._pause_s = FIRST_S

    def knock(self, work: Callable[[], T]) -> T:
        """Do something that may have to log in.

        Raises:
            LoginRefused: it was refused, or was lately and is not tried again yet.
        """
        with self._lock:
            if self._refused is not None and (left := self._until - self._clock()) > 0:
                raise self._again(self._refused, left)
        try:
            done = work()
        except LoginRefused as error:
            with self._lock:
                self._refused, self._until = error, self._clock() + self._pause_s
                told = self._again(error, self._pause_s)
                self._pause_s = min(2 * self._pause_s, LONGEST_S)
            raise told from None
        with self._lock:
            self._refused, self._pause_s = None, FIRST_S
        return done

    def _again(self, refused: LoginRefused, left_s: float) -> LoginRefused:
        # The endpoint itself may be asked even later.
        why = f"It is tried again in {left_s:.0f} s at the earliest, so that the account is not locked."
        return LoginRefused(refused.message, hint=f"{refused.hint} {why}".strip(), subject=refused.subject)
