"""Certificates that the config pins: right is who shows exactly one of them."""

from __future__ import annotations

import hmac
import ssl
from hashlib import sha256


class NotPinned(OSError):
    """The peer showed another certificate than the pinned ones; the argument is its fingerprint."""


def check_pin(sock: ssl.SSLSocket, pins: frozenset[bytes]) -> None:
    """Compare the certificate that the peer has proven to own, before anything is sent to it.

    Raises:
        NotPinned: it has none of these SHA-256 digests.
    """
    shown = sha256(sock.getpeercert(binary_form=True) or b"").digest()
    if not any(hmac.compare_digest(shown, pin) for pin in pins):
        raise NotPinned(written(shown))


def written(digest: bytes) -> str:
    """A digest as the config has it."""
    return f"sha256:{digest.hex()}"
