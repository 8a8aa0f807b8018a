"""The end of a read: a deadline that breaks off whatever waits on the network, and the same on request."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from types import TracebackType

from drconsole.platforms.hyperv.deadlines import DEADLINES, Due

PATIENCE_S = 5.0


class Why(StrEnum):
    """Why a read was broken off."""

    DEADLINE = "deadline"
    CLOSED = "closed"


class BrokenOff(Exception):
    """The read was broken off: its time is over, or it is not wanted any more."""


class Watch:
    """Guards one stretch of network work of one thread.

    Time-outs of sockets count from one byte to the next, so a peer that drips never meets them. Here the
    connection is shut down at the deadline, whatever the thread waits for (connect, handshake, headers,
    body); ``break_off`` does the same from any thread.

    ``doing`` says in words what is going on; ``connected`` whether the peer took the connection;
    ``tls`` is the protocol version spoken, ``certificate_end`` when the certificate ends that was shown.
    """

    def __init__(self, seconds: float) -> None:
        self.deadline = time.monotonic() + seconds
        self.why: Why | None = None
        self.doing = "connecting"
        self.connected = False
        self.tls = ""
        self.certificate_end: datetime | None = None
        self._lock = threading.Lock()
        self._breakers: list[Callable[[], object]] = []
        self._twins: list[socket.socket] = []
        self._due: Due | None = None

    def __enter__(self) -> Watch:
        self._due = DEADLINES.at(self.deadline, lambda: self.break_off(Why.DEADLINE))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._due:
            self._due.cancel()
        with self._lock:
            self._breakers.clear()
            for twin in self._twins:
                twin.close()
            self._twins.clear()

    @property
    def left(self) -> float:
        """Seconds until the deadline, never below a millisecond (zero would mean "do not block")."""
        return max(self.deadline - time.monotonic(), 0.001)

    @property
    def patience(self) -> float:
        """A time-out for sockets that lets the watch be first, so that its reason is the one that is told."""
        return self.left + PATIENCE_S

    @property
    def over(self) -> Why | None:
        """Why the read is not to go on, None while it is; the break may be a little late."""
        if self.why is None and time.monotonic() >= self.deadline:
            self.why = Why.DEADLINE
        return self.why

    def check(self) -> None:
        """Raise BrokenOff when the read is not to go on."""
        if self.over:
            raise BrokenOff

    def on_break(self, breaker: Callable[[], object]) -> None:
        """Call ``breaker`` (quick, from another thread) when the read is broken off."""
        with self._lock:
            if self.why is None:
                self._breakers.append(breaker)
                return
        raise BrokenOff

    def guard(self, sock: socket.socket) -> None:
        """Shut ``sock`` down when the read is broken off.

        A twin of its descriptor is kept, because wrapping it for TLS takes the socket object's own away, and
        because a TLS socket can only be shut down with a farewell that may hang.
        """
        twin = socket.socket(fileno=os.dup(sock.fileno()))
        with self._lock:
            self._twins.append(twin)
        self.on_break(lambda: twin.shutdown(socket.SHUT_RDWR))

    def break_off(self, why: Why = Why.CLOSED) -> None:
        """End all waits at once; from any thread, any number of times."""
        with self._lock:
            self.why = self.why or why
            for breaker in self._breakers:
                with contextlib.suppress(OSError):
                    breaker()
