"""The certificate that an endpoint showed: when it ends, who issued it, and how a pin would name it."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256


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


@dataclass(frozen=True, slots=True)
class Shown:
    """A certificate in DER form as a peer showed it, and whether the config trusts it."""

    der: bytes
    trusted: bool


@dataclass(frozen=True, slots=True)
class Certificate:
    """What people must know of a certificate; names are foreign text.

    ``issuer`` is empty where it vouches for itself; ``digest`` is its SHA-256; ``trusted``: the config says
    that it is right.
    """

    subject: str
    issuer: str
    end: datetime
    digest: bytes
    trusted: bool


def certificate_of(shown: Shown) -> Certificate | None:
    """Read a certificate; None where it cannot be read."""
    from cryptography.x509 import Name, load_der_x509_certificate
    from cryptography.x509.oid import NameOID

    def short(name: Name) -> str:
        common = name.get_attributes_for_oid(NameOID.COMMON_NAME)
        return str(common[0].value) if common else name.rfc4514_string()

    try:
        found = load_der_x509_certificate(shown.der)
        issuer = "" if found.issuer == found.subject else short(found.issuer)
        return Certificate(
            short(found.subject),
            issuer,
            found.not_valid_after_utc,
            sha256(shown.der).digest(),
            shown.trusted,
        )
    except ValueError:
        return None
