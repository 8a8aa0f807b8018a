"""Negotiate by hand: one connection, and requests on it that no client library sends."""

from __future__ import annotations

import http.client
import ssl
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from xml.etree.ElementTree import fromstring

import pytest
import spnego
from pypsrp.encryption import WinRMEncryption

from drconsole.lab.winrm import faults, names
from tests.contract.winrm.lab_thread import PASSWORD, USER, Host
from tests.contract.winrm.raw import ANY, NEW_SHELL, Reply, message

SPNEGO = "application/HTTP-SPNEGO-session-encrypted"
SEALED = f'multipart/encrypted;protocol="{SPNEGO}";boundary="Encrypted Boundary"'
OPEN = "application/soap+xml;charset=UTF-8"
CREATE = message(names.CREATE, NEW_SHELL)


class Wire:
    """One connection, on which pyspnego's client may log in."""

    def __init__(self, host: Host, *, tls: bool) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", host.port, timeout=60)
        if tls:
            trusted = ssl.create_default_context(cafile=str(host.ca_file))
            self._http = http.client.HTTPSConnection("127.0.0.1", host.port, timeout=60, context=trusted)
        self.context = self._new_context(USER, PASSWORD, "ntlm")

    def send(self, body: bytes = b"", content_type: str = OPEN, authorization: str = "") -> Reply:
        """One request."""
        headers = {"Content-Type": content_type}
        if authorization:
            headers["Authorization"] = authorization
        self._http.request("POST", "/wsman", body=body, headers=headers)
        reply = self._http.getresponse()
        return Reply(reply.status, reply.headers, reply.read())

    def log_in(
        self, user: str = USER, password: str = PASSWORD, protocol: str = "ntlm", scheme: str = "Negotiate"
    ) -> Reply:
        """Take every step; the last reply."""
        self.context = self._new_context(user, password, protocol)
        token = self.context.step()
        while True:
            reply = self.send(authorization=f"{scheme} {b64encode(token or b'').decode()}")
            answer = (reply.headers["WWW-Authenticate"] or "").partition(" ")[2]
            token = self.context.step(b64decode(answer)) if answer else None
            if not token:
                return reply

    def seal(self, body: bytes) -> bytes:
        """Seal a message for this connection."""
        return WinRMEncryption(self.context, SPNEGO).wrap_message(body)[1]

    def unseal(self, reply: Reply) -> bytes:
        """What a sealed reply holds."""
        assert reply.headers["Content-Type"] == SEALED
        return WinRMEncryption(self.context, SPNEGO).unwrap_message(reply.body, "Encrypted Boundary")

    def close(self) -> None:
        """Hang up."""
        self._http.close()

    @staticmethod
    def _new_context(user: str, password: str, protocol: str) -> spnego.ContextProxy:
        return spnego.client(user, password, hostname="127.0.0.1", protocol=protocol)


@pytest.fixture(params=[True, False], ids=["tls", "clear"])
def tls(request: pytest.FixtureRequest) -> bool:
    """Whether the host speaks TLS."""
    return bool(request.param)


@pytest.fixture
def both(start_host: Callable[..., Host], tls: bool) -> Host:
    """A host with TLS, and one without."""
    return start_host(tls=tls)


@pytest.fixture
def connect(both: Host, tls: bool) -> Iterator[Callable[[], Wire]]:
    """Open connections to it."""
    opened: list[Wire] = []

    def make() -> Wire:
        opened.append(Wire(both, tls=tls))
        return opened[-1]

    yield make
    for wire in opened:
        wire.close()


@pytest.fixture
def wire(connect: Callable[[], Wire]) -> Wire:
    """One connection."""
    return connect()


def test_negotiate_is_offered_with_and_without_tls_and_basic_with_it(wire: Wire, tls: bool) -> None:
    offers = wire.send(CREATE).headers.get_all("WWW-Authenticate")
    assert offers == (["Negotiate", 'Basic realm="WSMAN"'] if tls else ["Negotiate"])


@pytest.mark.parametrize("protocol", ["ntlm", "negotiate"])
def test_a_sealed_request_is_answered_sealed(wire: Wire, both: Host, protocol: str) -> None:
    assert wire.log_in(protocol=protocol).status == 200
    reply = wire.send(wire.seal(CREATE), SEALED)
    assert reply.status == 200
    assert fromstring(wire.unseal(reply)).findtext(".//rsp:ShellId", None, ANY)
    assert [shell.owner for shell in both.service.shells] == [USER.lower()]


def test_a_fault_is_sealed_as_well(wire: Wire) -> None:
    wire.log_in()
    reply = wire.send(wire.seal(message(names.RECEIVE, "<rsp:Receive/>")), SEALED)
    assert reply.status == 500
    fault = fromstring(wire.unseal(reply)).find(".//f:WSManFault", ANY)
    assert fault is not None
    assert int(fault.attrib["Code"]) == faults.SHELL_NOT_FOUND


def test_an_open_request_is_answered_open_over_tls_and_500_without(wire: Wire, both: Host, tls: bool) -> None:
    wire.log_in()
    reply = wire.send(CREATE)
    assert (reply.status, len(both.service.shells)) == ((200, 1) if tls else (500, 0))
    assert b"Encrypted" not in reply.body


def test_an_empty_request_without_a_login_is_401_on_a_connection_that_has_one(wire: Wire) -> None:
    wire.log_in()
    assert wire.send().status == 401


@pytest.mark.parametrize("spoil", [lambda body: body[:-30], lambda body: b"", lambda body: body[::-1]])
def test_a_malformed_sealed_body_is_400_and_ends_the_login(
    wire: Wire, both: Host, spoil: Callable[[bytes], bytes]
) -> None:
    wire.log_in()
    reply = wire.send(spoil(wire.seal(CREATE)) or b"rubbish", SEALED)
    assert (reply.status, reply.body) == (400, b"")
    assert wire.send(wire.seal(CREATE), SEALED).status == 401
    assert len(both.service.shells) == 0
    wire.log_in()
    assert wire.send(wire.seal(CREATE), SEALED).status == 200


def test_a_body_sealed_for_another_connection_is_400(connect: Callable[[], Wire], both: Host) -> None:
    one, other = connect(), connect()
    one.log_in()
    other.log_in()
    assert other.send(one.seal(CREATE), SEALED).status == 400
    assert len(both.service.shells) == 0


def test_a_sealed_body_on_a_connection_without_a_login_is_401(connect: Callable[[], Wire]) -> None:
    one = connect()
    one.log_in()
    assert connect().send(one.seal(CREATE), SEALED).status == 401


def test_a_second_login_on_a_connection_replaces_the_first(wire: Wire, both: Host) -> None:
    wire.log_in()
    wire.send(wire.seal(CREATE), SEALED)
    assert wire.log_in("other", "word").status == 200
    wire.send(wire.seal(CREATE), SEALED)
    assert sorted(shell.owner for shell in both.service.shells) == [USER.lower(), "other"]


def test_a_failed_second_login_leaves_none(wire: Wire) -> None:
    wire.log_in()
    assert wire.log_in(password="wrong").status == 401
    assert wire.send(CREATE).status == 401


@pytest.mark.parametrize("header", ["Negotiate", "Negotiate ?", "Negotiate AAAA", "Kerberos YWJj"])
def test_a_token_that_is_none_is_refused_and_the_next_may_be_right(wire: Wire, header: str) -> None:
    assert wire.send(CREATE, authorization=header).status == 401
    assert wire.log_in().status == 200


def test_the_scheme_ntlm_is_not_taken(wire: Wire, both: Host) -> None:
    assert wire.log_in(scheme="NTLM").status == 401
    assert both.service.counters.refused == 1


def test_steps_of_a_login_are_not_refusals(wire: Wire, both: Host) -> None:
    wire.log_in()
    assert (both.service.counters.requests, both.service.counters.refused) == (2, 0)
    wire.log_in(password="wrong")
    assert (both.service.counters.requests, both.service.counters.refused) == (4, 1)
