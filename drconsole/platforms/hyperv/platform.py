"""A stand-alone Hyper-V host as a platform: light reads over WinRM."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drconsole.domain.deep import Deep, Statistics
from drconsole.domain.endpoint import Endpoint
from drconsole.domain.reading import Reading
from drconsole.errors import Busy
from drconsole.platforms.base import Access, Tier
from drconsole.platforms.hyperv.deep import deep_of, statistics_of
from drconsole.platforms.hyperv.doorstep import Doorstep
from drconsole.platforms.hyperv.peer import Peer
from drconsole.platforms.hyperv.proof import check
from drconsole.platforms.hyperv.reader import light_reading
from drconsole.platforms.hyperv.script import Answer
from drconsole.platforms.hyperv.shells import Shells

if TYPE_CHECKING:
    from drconsole.platforms.hyperv.session import Session

SCRIPTS = {Tier.LIGHT: "light.ps1"}
# A primary asks its partner for them, and waits about ten minutes for a dead one (facts/hyperv, section 11).
STATISTICS_S = 900.0


class HyperV:
    """One Hyper-V host. What it keeps open there is listed in the folder ``state``, where one is given.

    pywinrm is loaded and the password asked for by the first read, in its thread. With a ``door`` a refused
    login is not tried again at once; without one whoever reads sees to that.
    """

    def __init__(
        self, endpoint: Endpoint, access: Access, state: Path | None = None, door: Doorstep | None = None
    ) -> None:
        self.endpoint = endpoint
        self.access = access
        host = f"[{access.host}]" if ":" in access.host else access.host
        self.peer = Peer(endpoint.name, f"{host}:{access.port}", access.user, access.tls, endpoint.budget_s)
        self._shells = Shells(state, endpoint.name, self.peer.address)
        self._session: Session | None = None
        self._state = state
        self._measuring = threading.Lock()
        self._measurer: HyperV | None = None
        self._door = door

    def read(self, tier: Tier) -> Reading:
        """Read the host within ``endpoint.budget_s``.

        Raises:
            EndpointError: a subclass that tells why there is no usable answer.
        """
        started = time.monotonic()
        answer, way = self.ask(SCRIPTS[tier], {})
        return light_reading(
            answer,
            way,
            self.endpoint,
            self.access,
            self.peer,
            taken_at=datetime.now(UTC),
            duration_s=time.monotonic() - started,
        )

    def ask(self, script: str, arguments: Mapping[str, Any]) -> tuple[Answer, str]:
        """Run one of our reading scripts within the budget; its answer, and how it came over in words.

        Raises:
            EndpointError: a subclass that tells why there is no usable answer.
        """
        if self._door is None:
            return self._asked(script, arguments)
        return self._door.knock(lambda: self._asked(script, arguments))

    def _asked(self, script: str, arguments: Mapping[str, Any]) -> tuple[Answer, str]:
        check(self.access, self.peer)
        session = self._opened()
        return session.run(script, arguments), session.way

    def deep(self, vm_id: str) -> Deep:
        """Read one VM deep; belongs to the thread that reads.

        Raises:
            EndpointError: there is no usable answer, or no such VM.
        """
        answer, _ = self.ask("deep.ps1", {"vm": vm_id})
        return deep_of(answer.value, vm_id, self.peer, datetime.now(UTC))

    def statistics(self, vm_id: str) -> tuple[Statistics, ...]:
        """Read a VM's replication statistics: per call, on a connection of its own, for as long as it takes.

        Raises:
            EndpointError: there is no usable answer, or the host is being asked for another VM.
        """
        if not self._measuring.acquire(blocking=False):
            raise self.peer.error(
                Busy, f"{self.peer.address} is being asked for statistics; one VM is asked for at a time."
            )
        try:
            patient = replace(self.endpoint, budget_s=STATISTICS_S)
            per_call = replace(self.access, way="per-call")
            measurer = self._measurer = HyperV(patient, per_call, self._state, self._door)
            answer, _ = measurer.ask("statistics.ps1", {"vm": vm_id})
        finally:
            self._measurer = None
            self._measuring.release()
        return statistics_of(answer.value, self.peer)

    def break_off(self) -> None:
        """Break off a read that hangs and end what it keeps open; statistics that are awaited go on."""
        session, self._session = self._session, None
        if session:
            session.close()

    def close(self) -> None:
        """Break off a read that hangs and end what is kept open; later reads ask for the password again."""
        self.break_off()
        if measurer := self._measurer:
            measurer.close()

    def _opened(self) -> Session:
        from drconsole.platforms.hyperv.session import Session

        session = self._session
        # Whoever broke it off may have done so while it was taken up here.
        if session is None or session.ended:
            session = Session(self.endpoint, self.access, self.peer, self._shells)
        self._session = session
        return session
