"""The certificate that a vSphere endpoint shows to anybody, and whether it is one to be trusted."""

from __future__ import annotations

from dataclasses import replace

from drconsole.platforms.base import Access
from drconsole.platforms.certificate import Shown
from drconsole.platforms.vsphere.wire import Wire


def shown_certificate(access: Access, seconds: float) -> Shown | None:
    """Look at it; None where none came in time. Nothing is sent, and nobody logs in."""
    try:
        return Shown(_handshake(access, seconds), not access.insecure)
    except (OSError, ValueError):
        # Refused, or something that the second try meets too.
        unverified = replace(access, insecure=True, pins=frozenset(), ca_file=None)
    try:
        return Shown(_handshake(unverified, seconds), False)
    except (OSError, ValueError):
        # Whatever it was: a read of the same endpoint meets it too, and says it in words.
        return None


def _handshake(access: Access, seconds: float) -> bytes:
    wire = Wire(access)
    wire.begin(seconds)
    with wire.open() as secured:
        return secured.getpeercert(binary_form=True) or b""
