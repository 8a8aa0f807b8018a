"""How the account proves itself to a host: Basic, NTLM or Kerberos, and what each needs on this machine.

Basic sends the password, so it needs TLS. NTLM and Kerberos prove it without sending it; over clear HTTP they
seal every message, over TLS they bind the login to the certificate, so that nobody can pass it on.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from drconsole.errors import LoginRefused
from drconsole.platforms.base import Access
from drconsole.platforms.hyperv.peer import Peer

BASIC, NTLM, KERBEROS = "basic", "ntlm", "kerberos"
SCHEMES = {BASIC: ("basic",), NTLM: ("negotiate", "ntlm"), KERBEROS: ("kerberos", "negotiate")}
"""What a host offers when it takes the transport."""

# MS-NLMP 2.2.2.5: sign, seal, extended session security, 128-bit keys.
SEALED_WELL = 0x10 | 0x20 | 0x80000 | 0x20000000


def check(access: Access, peer: Peer) -> None:
    """See before anything is sent whether this machine can log in in this way, and safely.

    Raises:
        LoginRefused: it cannot, or the password would go over the network in clear text.
    """
    said = hint = ""
    if access.transport == BASIC and not access.tls and not access.insecure:
        said = f"The password for {peer.address} would go over the network in clear text; nothing was sent."
        hint = "Use TLS on port 5986, or set insecure: true for this endpoint if that is what you want."
    elif access.transport == NTLM and not has_rc4():
        said = f"This machine's cryptography refuses RC4, without which there is no NTLM; {peer.address} was "
        said += "not asked. So it is in FIPS mode."
        hint = "Use transport: kerberos for this endpoint, or basic over TLS."
    elif access.transport == KERBEROS and not has_kerberos():
        said = f"Kerberos is not installed on this machine; {peer.address} was not asked."
        hint = "Install MIT Kerberos and drconsole[kerberos], or use transport: ntlm for this endpoint."
    if said:
        raise peer.error(LoginRefused, said, hint)


def needs_password(access: Access) -> bool:
    """Whether the password is used at all: Kerberos takes the ticket that kinit has left."""
    return access.transport != KERBEROS


def sealed(access: Access) -> bool:
    """Whether every message is encrypted for one connection, and lost with it."""
    return access.transport != BASIC and not access.tls


def protocol_arguments(access: Access, password: str) -> dict[str, Any]:
    """What pywinrm's ``Protocol`` is told about the way to log in.

    It would seal by sending a request as soon as its session is built; ``sealed`` messages are set up later,
    when the session goes through our adapter.
    """
    if access.transport == BASIC:
        return {"transport": BASIC, "username": _as_sent(access.user), "password": _as_sent(password)}
    return {
        "transport": access.transport,
        "username": access.user,
        "password": password,
        "message_encryption": "never",
    }


def check_agreed(auth: Any, peer: Peer) -> None:
    """Look at what NTLM has agreed on for sealed messages: the peer, or whoever is between, may ask for less.

    Raises:
        LoginRefused: messages could be read or changed on the way.
    """
    # requests_ntlm keeps the context of pyspnego to itself; of its flags pyspnego tells only some.
    agreed = auth.session_security._context._context_attr
    if agreed & SEALED_WELL != SEALED_WELL:
        raise peer.error(
            LoginRefused,
            f"{peer.address} wants messages that are not signed, or sealed by a short key; it was not asked.",
            "Somebody on the way may have brought this about. Use TLS on port 5986 for this endpoint.",
        )


def has_rc4() -> bool:
    """Whether this machine's cryptography computes RC4; in FIPS mode it does not."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
    from cryptography.hazmat.primitives.ciphers import Cipher

    try:
        Cipher(ARC4(bytes(16)), mode=None).encryptor()
    except UnsupportedAlgorithm:
        return False
    return True


def has_kerberos() -> bool:
    """Whether pywinrm finds a library of Kerberos."""
    return any(find_spec(name) for name in ("kerberos", "winkerberos"))


def _as_sent(text: str) -> str:
    """Hosts expect UTF-8 in a Basic header; requests makes Latin-1 of text, so each byte gets its letter."""
    return text.encode("utf-8", "surrogatepass").decode("latin-1")
