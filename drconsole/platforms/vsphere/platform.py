"""One vCenter or stand-alone ESXi host as a platform."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from drconsole.domain.endpoint import Endpoint
from drconsole.domain.reading import Reading
from drconsole.errors import LoginRefused
from drconsole.platforms.base import Access, Tier
from drconsole.platforms.vsphere.presence import Presence

if TYPE_CHECKING:
    from drconsole.platforms.vsphere.look import Look
    from drconsole.platforms.vsphere.session import Session

log = logging.getLogger(__name__)

_FAREWELL_S = 2.0

# Objects that vanish under a read make it begin anew, but not for ever.
_MOST_TRIES = 3


class VSphere:
    """A vCenter or an ESXi host; its session is kept between reads and ended by ``close``."""

    def __init__(self, endpoint: Endpoint, access: Access) -> None:
        self.endpoint = endpoint
        self._access = access
        self._session: Session | None = None
        self._presence = Presence()
        self._reading = False
        self._lock = threading.Lock()

    def read(self, tier: Tier) -> Reading:
        """Read all machines within ``endpoint.budget_s``; vSphere has one tier.

        Asking for the password does not count.

        Raises:
            EndpointError: a subclass that tells why there is no usable answer.
        """
        from drconsole.platforms.vsphere.faults import logged_out, translate

        session = self._begin()
        try:
            if not session.open:
                # Before its time begins; and who has no password does not trouble the endpoint.
                self._access.secret()
            begun = time.monotonic()
            session.wire.begin(self.endpoint.budget_s)
            return self._read(session, begun)
        except Exception as error:
            log.debug("reading %r failed", self.endpoint.name, exc_info=error)
            self._drop(session, polite=not isinstance(error, OSError))
            told = translate(error, self.endpoint, self._access, session.wire)
            if isinstance(told, LoginRefused) and not logged_out(error):
                self._access.refused()
            # The cause is left out on purpose: its frames hold the password.
            raise told from None
        finally:
            with self._lock:
                self._reading = False

    def close(self) -> None:
        """End the session, in two seconds at most; a read that is under way is broken off.

        The session of a read that was broken off is left to its idle end.
        """
        with self._lock:
            session, self._session = self._session, None
            busy = self._reading
        if session is None:
            return
        if busy:
            session.wire.break_off()
        else:
            session.leave(_FAREWELL_S)

    def _begin(self) -> Session:
        from drconsole.platforms.vsphere.session import Session

        with self._lock:
            self._session = self._session or Session(self._access)
            self._reading = True
            return self._session

    def _drop(self, session: Session, *, polite: bool) -> None:
        # An endpoint that answers is told, or refused reads would fill its list of sessions.
        if polite:
            session.leave()
        else:
            session.forget()
        with self._lock:
            if self._session is session:
                self._session = None

    def _read(self, session: Session, begun: float) -> Reading:
        seen = self._look(session)
        about = session.content.about
        return Reading(
            endpoint=self.endpoint.name,
            site=self.endpoint.site,
            taken_at=seen.taken_at,
            clock=seen.clock,
            skew_s=seen.skew_s,
            complete=not seen.doubts,
            sightings=seen.sightings,
            limits=seen.doubts,
            version=about.fullName or "",
            instance=about.instanceUuid or "",
            user=session.user,
            transport=self._transport(session),
            duration_s=time.monotonic() - begun,
            certificate_end=session.wire.certificate_end,
        )

    def _look(self, session: Session) -> Look:
        """Log in where needed and look; again for a kept session that ended, and for vanished objects."""
        from drconsole.platforms.vsphere.faults import LOST, logged_out, vanished
        from drconsole.platforms.vsphere.look import look

        tries = 0
        while True:
            tries += 1
            kept = session.open
            try:
                if not kept:
                    session.enter()
                return look(session, self.endpoint.site, self._presence)
            except Exception as error:
                if vanished(error) and tries < _MOST_TRIES:
                    session.forget_views()
                elif kept and not session.wire.broken and (logged_out(error) or isinstance(error, LOST)):
                    session.forget()
                else:
                    raise

    def _transport(self, session: Session) -> str:
        checked = "pinned certificate" if self._access.pins else "verified"
        if self._access.insecure:
            checked = "certificate not verified (insecure)"
        return f"{session.wire.protocol}, {checked}"
