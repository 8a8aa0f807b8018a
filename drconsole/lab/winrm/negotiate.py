"""Negotiate: the login of one connection by raw NTLM, or by SPNEGO with NTLM or Kerberos inside."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import spnego
from spnego._context import ContextProxy, GSSMech
from spnego._negotiate import NegotiateProxy
from spnego.channel_bindings import GssChannelBindings
from spnego.exceptions import BadMechanismError, SpnegoError

from drconsole.lab.winrm.authentication import Accounts
from drconsole.lab.winrm.ntlm import Hardening, NtlmAcceptor, user_file, variable

KEYTAB = "KRB5_KTNAME"
NTLM_TOKEN = b"NTLMSSP\0"
BAD_TOKEN = (SpnegoError, ValueError, LookupError, OverflowError, AttributeError, struct.error)
"""What pyspnego raises for tokens that are none; AttributeError for one that Kerberos refuses."""


class LoginFailed(Exception):
    """The token proves nothing; the text says why, for the lab's own log."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How one host takes Negotiate. ``folder`` is where NTLM's password hashes lie for a moment.

    ``keytab``: take Kerberos too, with the keys in this file; needs MIT Kerberos and the package gssapi.
    """

    accounts: Accounts
    folder: Path
    hardening: Hardening = Hardening.RELAXED
    keytab: Path | None = None


class Negotiation:
    """One login; ``fingerprint`` is the SHA-256 of the certificate that the connection shows, if any.

    ``user`` is the account once the login is proven. ``context`` then seals and unseals.
    """

    def __init__(self, rules: Rules, fingerprint: bytes | None) -> None:
        self.user: str | None = None
        self._rules = rules
        self._bindings = fingerprint and GssChannelBindings(
            application_data=b"tls-server-end-point:" + fingerprint
        )
        self._context: ContextProxy | None = None

    @property
    def context(self) -> ContextProxy:
        """Pyspnego's side of it, after the first step."""
        assert self._context is not None
        return self._context

    def step(self, token: bytes) -> bytes:
        """Take the client's token; returns the answer, which may be empty.

        Raises:
            LoginFailed: the login is over.
        """
        with user_file(self._rules.accounts, self._rules.folder), variable(KEYTAB, self._keytab):
            try:
                if self._context is None:
                    self._context = self._acceptor(token)
                answer = self._context.step(token) or b""
            except BAD_TOKEN as error:
                raise LoginFailed(f"{type(error).__name__}: {error}") from error
        if self._context.complete:
            self.user = self._account(self._context)
        return answer

    @property
    def _keytab(self) -> str:
        """Where MIT Kerberos looks for the keys of the host; nowhere on a host without them."""
        return str(self._rules.keytab or self._rules.folder / "no-keytab")

    def _acceptor(self, token: bytes) -> ContextProxy:
        if token.startswith(NTLM_TOKEN):
            return self._ntlm()
        return _Spnego(self)

    def _ntlm(self) -> ContextProxy:
        rules = self._rules
        return NtlmAcceptor(rules.accounts, self._bindings or None, rules.hardening)

    def _kerberos(self) -> ContextProxy:
        return spnego.server(protocol="kerberos", service="HTTP", channel_bindings=self._bindings or None)

    def mechanism(self, mech: GSSMech) -> ContextProxy | None:
        """An acceptor inside SPNEGO, None where this host does not take the mechanism."""
        if mech is GSSMech.ntlm:
            return self._ntlm()
        if mech is GSSMech.kerberos and self._rules.keytab is not None:
            return self._kerberos()
        return None

    def _account(self, context: ContextProxy) -> str:
        principal = context.client_principal or ""
        if context.negotiated_protocol == "kerberos":
            # The key distribution centre vouches for the name; only its realm is not the machine's.
            principal = principal.partition("@")[0]
        account = self._rules.accounts.account(principal)
        if account is None:
            raise LoginFailed(f"{principal!r} is no account")
        return account


class _Spnego(NegotiateProxy):
    """SPNEGO that chooses among the mechanisms of one login and not among all that this process has."""

    def __init__(self, login: Negotiation) -> None:
        super().__init__(usage="accept")
        self._login = login

    def _rebuild_context_list(
        self, mech_types: list[str] | None = None, channel_bindings: GssChannelBindings | None = None
    ) -> list[str]:
        self._available_contexts = {}
        for mech in (GSSMech.kerberos, GSSMech.ntlm):
            if not any(self._is_same_mech(mech, oid) for oid in mech_types or []):
                continue
            if (context := self._login.mechanism(mech)) is not None:
                context._is_wrapped = True
                self._available_contexts[mech] = context
        if not self._available_contexts:
            raise BadMechanismError(context_msg="No mechanism of the client is one of this host")
        return super()._rebuild_context_list(mech_types, channel_bindings)
