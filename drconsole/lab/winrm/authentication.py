"""Who asks: local accounts of a simulated host, and what a Basic header proves."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Iterator, Mapping

from spnego._ntlm_raw.crypto import ntowfv1

NETBIOS_LENGTH = 15
NO_LM_HASH = "0" * 32


class Accounts:
    """The local accounts of one host.

    ``user``, ``HOST\\user`` and ``.\\user`` are the same account, in any letter case; ``netbios`` is the name
    by which older protocols know the host, and is as good.
    """

    def __init__(self, host: str, passwords: Mapping[str, str]) -> None:
        self.host = host
        self.netbios = host[:NETBIOS_LENGTH].upper()
        self._domains = {host.lower(), self.netbios.lower(), "."}
        self._passwords = {user.lower(): password for user, password in passwords.items()}
        self._nt_hashes = {
            user: ntowfv1(password).hex().upper() for user, password in self._passwords.items()
        }

    def account(self, name: str) -> str | None:
        """The account that a login name means, None where it is none of this host."""
        domain, separator, user = name.lower().rpartition("\\")
        if separator and domain not in self._domains:
            return None
        return user if user in self._passwords else None

    def check(self, name: str, password: str) -> str | None:
        """The account, None where the name is unknown or the password wrong."""
        user = self.account(name)
        if user is None:
            return None
        right = hmac.compare_digest(self._passwords[user].encode(), password.encode())
        return user if right else None

    def smbpasswd(self) -> Iterator[str]:
        """Lines of the smbpasswd format with the NT hash of every spelling of every account."""
        for user, nt_hash in self._nt_hashes.items():
            for prefix in ("", *(f"{domain}\\" for domain in self._domains)):
                yield f"{prefix}{user}:0:{NO_LM_HASH}:{nt_hash}:[U]:LCT-0"


class Basic:
    """Basic authentication: never offered and never accepted over clear HTTP."""

    challenge = 'Basic realm="WSMAN"'

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def offers(self, *, tls: bool) -> list[str]:
        """What a refusal says that the client may try."""
        return [self.challenge] if tls else []

    def user(self, authorization: str, *, tls: bool) -> str | None:
        """The account that a request's header proves, None where it proves none."""
        scheme, _, credentials = authorization.partition(" ")
        if not tls or scheme.lower() != "basic":
            return None
        try:
            raw = base64.b64decode(credentials, validate=True)
        except binascii.Error:
            return None
        # Clients disagree about the encoding of names and passwords: the older ones send Latin-1.
        for encoding in ("utf-8", "latin-1"):
            try:
                name, _, password = raw.decode(encoding).partition(":")
            except UnicodeDecodeError:
                continue
            if (user := self._accounts.check(name, password)) is not None:
                return user
        return None
