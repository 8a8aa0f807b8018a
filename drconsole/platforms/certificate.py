"""The certificate that an endpoint showed: when it ends."""

from __future__ import annotations

import ssl
from datetime import datetime


def end_of(sock: ssl.SSLSocket) -> datetime | None:
    """When the peer's own certificate ends, verified or not; None where it showed none that can be read."""
    shown = sock.getpeercert(binary_form=True)
    if not shown:
        return None
    # Only the connecting thread needs it, and start-up must not wait for it.
    from cryptography.x509 import load_der_x509_certificate

    try:
        return load_der_x509_certificate(shown).not_valid_after_utc
    except ValueError:
        return None
