"""The certificate that a vSphere endpoint shows to anybody, whether it is to be trusted or not."""

from __future__ import annotations

from dataclasses import replace

from drconsole.platforms.base import Access
from drconsole.platforms.vsphere.wire import Wire


def shown_certificate(access: Access, seconds: float) -> bytes | None:
    """The certificate in DER form; None where none came in time. Nothing is sent, and nobody logs in."""
    wire = Wire(replace(access, insecure=True, pins=frozenset(), ca_file=None))
    wire.begin(seconds)
    try:
        with wire.open() as secured:
            return secured.getpeercert(binary_form=True)
    except (OSError, ValueError):
        # Whatever it was: a read of the same endpoint meets it too, and says it in words.
        return None
