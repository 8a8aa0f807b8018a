"""What people want of a run while it goes on: shared by the thread that reads requests and those that act."""

from __future__ import annotations

import threading


class Control:
    """Cancel, abandon and stop-waiting as flags; every change wakes those who wait."""

    def __init__(self) -> None:
        self.cancelled_by = ""
        self.abandoned_by = ""
        self.broken = False
        self._stopped: dict[str, str] = {}
        self._wakes: dict[str, threading.Event] = {}
        self._lock = threading.Lock()

    def cancel(self, by: str) -> None:
        """Begin no further act."""
        self.cancelled_by = by

    def abandon(self, by: str) -> None:
        """Begin nothing, and wait for nothing."""
        self.abandoned_by = by
        self._wake_all()

    def break_off(self) -> None:
        """This process may not go on: the journal is lost, or somebody else has the run."""
        self.broken = True
        self._wake_all()

    def stop_waiting(self, step: str, by: str) -> None:
        """Wait for the effect of one step no longer; its act goes on."""
        with self._lock:
            self._stopped[step] = by
        self.wake(step).set()

    def stopped_by(self, step: str) -> str:
        """Who asked to wait no longer for a step; empty: nobody."""
        return self.abandoned_by or self._stopped.get(step, "")

    @property
    def ended(self) -> str:
        """Why nothing more may be begun, in words; empty while it may."""
        if self.abandoned_by:
            return f"abandoned by {self.abandoned_by}"
        return f"cancelled by {self.cancelled_by}" if self.cancelled_by else ""

    def fresh(self, step: str) -> None:
        """A step begins to wait anew."""
        with self._lock:
            self._stopped.pop(step, None)
            if not (self.abandoned_by or self.broken):
                self._wakes[step] = threading.Event()

    def wake(self, step: str) -> threading.Event:
        """The event that ends the pauses of a step."""
        with self._lock:
            return self._wakes.setdefault(step, threading.Event())

    def _wake_all(self) -> None:
        with self._lock:
            wakes = list(self._wakes.values())
        for wake in wakes:
            wake.set()
