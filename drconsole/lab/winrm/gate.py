"""The gate of one host: which requests come from whom, by their header or by their connection."""

from __future__ import annotations

import asyncio
import base64
import binascii
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from aiohttp import web

from drconsole.lab.certificates import EndpointCertificates
from drconsole.lab.winrm.authentication import Basic
from drconsole.lab.winrm.negotiate import LoginFailed, Negotiation, Rules

NEGOTIATE, KERBEROS = "negotiate", "kerberos"


@dataclass(frozen=True, slots=True)
class Admitted:
    """Who asks. ``login`` is the connection's, where it can unseal; ``token`` goes out with the answer."""

    user: str
    login: Negotiation | None = None
    token: str = ""


class Refused(Exception):
    """Answered by 401 with ``offers``; ``going_on`` when they are the next step of a login."""

    def __init__(self, offers: list[str], *, going_on: bool = False) -> None:
        super().__init__(", ".join(offers))
        self.offers = offers
        self.going_on = going_on


class Gate:
    """Basic by each request, Negotiate by each connection; what a connection has proven dies with it.

    ``closed`` refuses every login, also the right ones, after the client has said what it has to say.
    """

    def __init__(self, basic: Basic | None, negotiate: Rules | None) -> None:
        self.closed = False
        self._basic = basic
        self._negotiate = negotiate
        self._logins: WeakKeyDictionary[asyncio.BaseTransport, Negotiation] = WeakKeyDictionary()

    def admit(self, request: web.Request, certificates: EndpointCertificates | None, body: bytes) -> Admitted:
        """Say who asks, over TLS where there are ``certificates``.

        Raises:
            Refused: nobody who is known.
        """
        header = request.headers.get("Authorization", "")
        scheme, _, credentials = header.partition(" ")
        tls = certificates is not None
        admitted: Admitted | None = None
        if scheme.lower() in (NEGOTIATE, KERBEROS) and self._negotiate is not None:
            admitted = self._stepped(request, certificates, self._negotiate, scheme, credentials)
        elif header:
            user = self._basic.user(header, tls=tls) if self._basic is not None else None
            admitted = Admitted(user) if user is not None else None
        elif body and (login := self._login_of(request)) is not None and login.user is not None:
            admitted = Admitted(login.user, login)
        if admitted is None or self.closed:
            self.forget(request)
            raise Refused(self.offers(tls=tls))
        return admitted

    def forget(self, request: web.Request) -> None:
        """Let the connection prove itself anew."""
        if request.transport is not None:
            self._logins.pop(request.transport, None)

    def offers(self, *, tls: bool) -> list[str]:
        """What a refusal says that the client may try, in the order of hosts."""
        offers: list[str] = []
        if self._negotiate is not None:
            offers.append("Negotiate")
            if self._negotiate.keytab is not None:
                offers.append("Kerberos")
        return offers + (self._basic.offers(tls=tls) if self._basic is not None else [])

    def _login_of(self, request: web.Request) -> Negotiation | None:
        return None if request.transport is None else self._logins.get(request.transport)

    def _stepped(
        self,
        request: web.Request,
        certificates: EndpointCertificates | None,
        rules: Rules,
        scheme: str,
        credentials: str,
    ) -> Admitted | None:
        """Take one step of a login; None when it has failed.

        Raises:
            Refused: the login goes on.
        """
        if request.transport is None:
            return None
        login = self._logins.get(request.transport)
        if login is None or login.user is not None:
            login = Negotiation(rules, _fingerprint(request, certificates))
            self._logins[request.transport] = login
        try:
            answer = login.step(base64.b64decode(credentials, validate=True))
        except (LoginFailed, binascii.Error):
            return None
        token = f"{scheme.capitalize()} {base64.b64encode(answer).decode()}" if answer else ""
        if login.user is None:
            raise Refused([token or "Negotiate"], going_on=True)
        return Admitted(login.user, login, token)


def _fingerprint(request: web.Request, certificates: EndpointCertificates | None) -> bytes | None:
    """The SHA-256 of the certificate that this very connection shows; it may have been changed since."""
    assert request.transport is not None
    tls = request.transport.get_extra_info("ssl_object")
    return None if tls is None or certificates is None else certificates.fingerprint(tls.context)
