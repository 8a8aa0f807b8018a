"""The certificate that a host shows to anybody, and whether it is one to be trusted."""

from __future__ import annotations

import ssl

from drconsole.platforms.base import Access
from drconsole.platforms.certificate import Shown
from drconsole.platforms.hyperv.dial import dial
from drconsole.platforms.hyperv.peer import Peer
from drconsole.platforms.hyperv.trust import context_for
from drconsole.platforms.hyperv.watch import Watch
from drconsole.platforms.pins import check_pin


def shown_certificate(access: Access, seconds: float) -> Shown | None:
    """Look at it; None where none came in time. Nothing is sent, and nobody logs in."""
    if not access.tls:
        return None
    peer = Peer("", f"{access.host}:{access.port}", access.user, access.tls, seconds)
    try:
        with Watch(seconds) as watch:
            try:
                trust = context_for(access.ca_file, access.insecure or bool(access.pins), peer)
                return Shown(_handshake(access, trust, watch, access.pins), not access.insecure)
            except Exception:
                # Refused, or something that the second try meets too.
                return Shown(_handshake(access, context_for(None, True, peer), watch), False)
    except Exception:
        # Whatever it was: a read of the same host meets it too, and says it in words.
        return None


def _handshake(
    access: Access, trust: ssl.SSLContext, watch: Watch, pins: frozenset[bytes] = frozenset()
) -> bytes:
    plain = dial(access.host, access.port, watch)
    with plain, trust.wrap_socket(plain, server_hostname=access.host) as secured:
        if pins:
            check_pin(secured, pins)
        return secured.getpeercert(binary_form=True) or b""
