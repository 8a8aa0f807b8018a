"""Probing all endpoints at once: the certificate that each one shows, and one read of it."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from drconsole.errors import EndpointError, TimedOut, Unreachable

if TYPE_CHECKING:
    from drconsole.config.model import Config, Connection
    from drconsole.domain.reading import Reading
    from drconsole.platforms.base import Access
    from drconsole.platforms.certificate import Certificate

# How long an address that takes no connection may still take to show a certificate.
GIVEN_UP_S = 0.5


@dataclass(frozen=True, slots=True)
class Probed:
    """What one endpoint gave: a reading or an error, and the certificates that its addresses showed.

    ``certificates`` go by the names of a cluster's nodes; ``""`` is that of the endpoint's own address.
    """

    connection: Connection
    result: Reading | EndpointError
    at: datetime
    certificates: dict[str, Certificate] = field(default_factory=dict)


def probe_all(config: Config, wait_s: float) -> Iterator[Probed]:
    """Probe every endpoint; each is given when it is done, those that are late after ``wait_s``."""
    done: queue.SimpleQueue[_Probe] = queue.SimpleQueue()
    probes = [_Probe(config, connection, done) for connection in config.connections]
    for probe in probes:
        probe.start()
    waiting, end = list(probes), time.monotonic() + wait_s
    try:
        while waiting:
            try:
                probe = done.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                break
            waiting.remove(probe)
            yield probe.outcome(wait_s)
        for probe in waiting:
            yield probe.outcome(wait_s)
    finally:
        _end(probes)


def _end(probes: list[_Probe]) -> None:
    """End what is open, all at once: saying good-bye to a dead host must not wait for another one."""
    closing = [threading.Thread(target=probe.close, daemon=True) for probe in probes]
    for thread in closing:
        thread.start()
    until = time.monotonic() + 2.0
    for thread in closing:
        thread.join(max(0.0, until - time.monotonic()))


class _Probe(threading.Thread):
    """Probes one endpoint; a dead one hangs alone."""

    def __init__(self, config: Config, connection: Connection, done: queue.SimpleQueue[_Probe]) -> None:
        from drconsole.cli.wiring import platform_of

        super().__init__(name=f"probe {connection.endpoint.name}", daemon=True)
        self._connection = connection
        self._platform = platform_of(connection, config.state)
        self._done = done
        self._result: Reading | EndpointError | None = None
        self._certificates: dict[str, Certificate] = {}

    def run(self) -> None:
        """Look at the certificates, read, and tell that it is done."""
        looks = [
            threading.Thread(target=self._look, args=item, name=f"{self.name} {item[0]}", daemon=True)
            for item in self._addresses().items()
        ]
        for look in looks:
            look.start()
        result = self._read()
        patience = GIVEN_UP_S if isinstance(result, Unreachable) else self._seconds
        until = time.monotonic() + patience
        for look in looks:
            look.join(max(0.0, until - time.monotonic()))
        self._result = result
        self._done.put(self)

    def outcome(self, wait_s: float) -> Probed:
        """What came so far."""
        name = self._connection.endpoint.name
        late = TimedOut(
            f"It has not answered completely within {wait_s:g} s.",
            subject=name,
            hint="Check that the host is up and not overloaded; --wait gives it more time.",
        )
        shown = dict(self._certificates)
        in_order = {node: shown[node] for node in self._addresses() if node in shown}
        return Probed(self._connection, self._result or late, datetime.now(UTC), in_order)

    def close(self) -> None:
        """Break off what waits."""
        self._platform.close()

    @property
    def _seconds(self) -> float:
        return self._connection.endpoint.budget_s

    def _addresses(self) -> dict[str, Access]:
        from drconsole.cli.wiring import access_of, nodes_of

        return {**nodes_of(self._connection), "": access_of(self._connection)}

    def _look(self, name: str, access: Access) -> None:
        from drconsole.cli.wiring import shown_certificate
        from drconsole.platforms.certificate import certificate_of

        shown = shown_certificate(self._connection.endpoint.kind, access, self._seconds)
        found = certificate_of(shown) if shown else None
        if found:
            self._certificates[name] = found

    def _read(self) -> Reading | EndpointError:
        from drconsole.platforms.base import Tier
        from drconsole.platforms.guarded import guarded

        return guarded(lambda: self._platform.read(Tier.LIGHT), self._connection.endpoint.name)
