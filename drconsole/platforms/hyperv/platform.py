"""A stand-alone Hyper-V host as a platform: light reads over WinRM."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from drconsole.domain.endpoint import Endpoint
from drconsole.domain.reading import Reading
from drconsole.platforms.base import Access, Tier
from drconsole.platforms.hyperv.peer import Peer
from drconsole.platforms.hyperv.proof import check
from drconsole.platforms.hyperv.reader import light_reading
from drconsole.platforms.hyperv.shells import Shells

if TYPE_CHECKING:
    from drconsole.platforms.hyperv.session import Session

SCRIPTS = {Tier.LIGHT: "light.ps1"}


class HyperV:
    """One Hyper-V host. What it keeps open there is listed in the folder ``state``, where one is given.

    pywinrm is loaded and the password asked for by the first read, in its thread.
    """

    def __init__(self, endpoint: Endpoint, access: Access, state: Path | None = None) -> None:
        self.endpoint = endpoint
        self.access = access
        host = f"[{access.host}]" if ":" in access.host else access.host
        self.peer = Peer(endpoint.name, f"{host}:{access.port}", access.user, access.tls, endpoint.budget_s)
        self._shells = Shells(state, endpoint.name, self.peer.address)
        self._session: Session | None = None

    def read(self, tier: Tier) -> Reading:
        """Read the host within ``endpoint.budget_s``.

        Raises:
            EndpointError: a subclass that tells why there is no usable answer.
        """
        started = time.monotonic()
        check(self.access, self.peer)
        session = self._opened()
        answer = session.run(SCRIPTS[tier], {})
        return light_reading(
            answer,
            session.way,
            self.endpoint,
            self.access,
            self.peer,
            taken_at=datetime.now(UTC),
            duration_s=time.monotonic() - started,
        )

    def close(self) -> None:
        """Break off a read that hangs and end what is kept open; later reads ask for the password again."""
        session, self._session = self._session, None
        if session:
            session.close()

    def _opened(self) -> Session:
        from drconsole.platforms.hyperv.session import Session

        session = self._session or Session(self.endpoint, self.access, self.peer, self._shells)
        self._session = session
        return session
