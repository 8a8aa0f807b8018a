"""Whom a TLS connection trusts, and why it does not."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

from drconsole.errors import CertificateRejected, EndpointError
from drconsole.platforms.hyperv.peer import Peer

# OpenSSL's numbers of verification errors (x509_vfy.h).
NOT_YET_VALID, EXPIRED, SELF_SIGNED, OTHER_NAME, OTHER_ADDRESS = 9, 10, 18, 62, 64
UNKNOWN_ISSUER = (2, 19, 20, 21)


def context_for(ca_file: Path | None, unverified: bool, peer: Peer) -> ssl.SSLContext:
    """Trust ``ca_file`` alone where it is given, else what this machine's system trusts.

    ``unverified``: whoever asks looks at the certificate by itself, or not at all. The bundle that ships with
    requests is used only on a machine that has no store of its own.

    Raises:
        CertificateRejected: the file cannot be used.
    """
    try:
        context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or type(error).__name__
        raise peer.error(
            CertificateRejected,
            f"The CA file {ca_file} cannot be used ({reason}), so no certificate could be checked.",
            "It must be a readable file of certificates in PEM form.",
        ) from None
    if ca_file is None and not _system_has_a_store(context):
        import certifi

        context.load_verify_locations(certifi.where())
    if unverified:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _system_has_a_store(context: ssl.SSLContext) -> bool:
    """A folder of certificates is read only when needed, so the context may not count them yet."""
    folder = ssl.get_default_verify_paths().capath
    return bool(context.cert_store_stats()["x509_ca"]) or bool(folder and os.listdir(folder))


def not_pinned(shown: str, peer: Peer) -> EndpointError:
    """The host showed another certificate than the config's; ``shown`` is its fingerprint."""
    return peer.error(
        CertificateRejected,
        f"The certificate of {peer.address} is not one that the config pins: it is {shown}. "
        "No password was sent.",
        "If the host has got a new one, compare it there and write it into pins; if not, somebody stands "
        "between.",
    )


def rejected(error: ssl.SSLCertVerificationError, peer: Peer, ca_file: Path | None) -> EndpointError:
    """Say which of the things that a certificate must be it is not."""
    code, host = error.verify_code, peer.address
    anchor = f"the CA file {ca_file}" if ca_file else "this machine's system"
    if code == SELF_SIGNED:
        said = f"The certificate of {host} vouches for itself; {anchor} does not know it."
        hint = "Give the host one of an authority, or set ca_file of this endpoint to this very certificate."
    elif code in UNKNOWN_ISSUER:
        said = f"The certificate of {host} was issued by an authority that {anchor} does not know."
        hint = "Set ca_file of this endpoint to the certificate of the authority that issued it."
    elif code in (OTHER_NAME, OTHER_ADDRESS):
        said = f"The certificate of {host} is valid, but made out to another name."
        hint = "Use in the config a name that stands in the certificate, or give the host one with this name."
    elif code == EXPIRED:
        said = f"The certificate of {host} has expired."
        hint = "Renew it on the host; if it is not old, look at this machine's clock."
    elif code == NOT_YET_VALID:
        said = f"The certificate of {host} is not valid yet."
        hint = "Look at this machine's clock and at the host's."
    else:
        said = f"The certificate of {host} was refused: {peer.shown(error.verify_message)}."
        hint = "Look at the certificate of the host's WinRM listener."
    return peer.error(CertificateRejected, f"{said} No password was sent.", hint)
