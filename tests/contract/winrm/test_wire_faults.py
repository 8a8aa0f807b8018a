"""Every fault at the wire, as a bare client sees it; the host next door never notices."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from xml.etree.ElementTree import ParseError, fromstring

import pytest

from drconsole.lab.winrm import names
from drconsole.lab.wire_faults import FaultSize, WireFault
from tests.contract.winrm.lab_thread import Host
from tests.contract.winrm.raw import LOGIN, NEW_SHELL, create, message, post

StartHost = Callable[..., Host]

SHORT_S = 0.2
"""How long a test listens to an endpoint that says nothing; longer would show no more."""

CREATE = message(names.CREATE, NEW_SHELL)


@pytest.fixture
def ill(start_host: StartHost) -> Host:
    """A host whose faults are small enough for a test."""
    return start_host(size=FaultSize(drip_s=0, huge_bytes=20_000_000))


@pytest.fixture
def plain(ill: Host) -> Iterator[Callable[[], socket.socket]]:
    """Open bare TCP connections to it."""
    opened: list[socket.socket] = []

    def connect() -> socket.socket:
        opened.append(socket.create_connection(("127.0.0.1", ill.port), timeout=60))
        return opened[-1]

    yield connect
    for connection in opened:
        connection.close()


def trusting(host: Host) -> ssl.SSLContext:
    """A context that trusts the lab's authority."""
    return ssl.create_default_context(cafile=str(host.ca_file))


@pytest.mark.parametrize("fault", WireFault)
def test_the_host_next_door_and_the_host_itself_are_well_again(
    ill: Host, host: Host, fault: WireFault
) -> None:
    ill.break_with(fault)
    assert create(host)
    ill.break_with(None)
    assert create(ill)


def test_refuse_answers_like_a_closed_port_and_keeps_the_port(ill: Host) -> None:
    ill.break_with(WireFault.REFUSE)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", ill.port))
    port = ill.port
    ill.break_with(WireFault.SILENT_TCP)
    ill.break_with(WireFault.REFUSE)
    ill.break_with(None)
    assert ill.port == port
    assert create(ill)


def test_silent_at_tcp_sends_nothing(ill: Host, plain: Callable[[], socket.socket]) -> None:
    ill.break_with(WireFault.SILENT_TCP)
    connection = plain()
    connection.settimeout(SHORT_S)
    with pytest.raises(TimeoutError):
        trusting(ill).wrap_socket(connection, server_hostname="127.0.0.1")


def test_silent_at_tls_begins_a_handshake_and_stops(ill: Host, plain: Callable[[], socket.socket]) -> None:
    ill.break_with(WireFault.SILENT_TLS)
    connection = plain()
    connection.sendall(b"\x16\x03\x01\x00\x01\x01")
    assert connection.recv(100)[0] == 0x16
    connection.settimeout(SHORT_S)
    with pytest.raises(TimeoutError):
        connection.recv(1)


def test_silent_at_http_speaks_tls_and_nothing_more(ill: Host, plain: Callable[[], socket.socket]) -> None:
    ill.break_with(WireFault.SILENT_HTTP)
    with trusting(ill).wrap_socket(plain(), server_hostname="127.0.0.1") as connection:
        connection.sendall(b"POST /wsman HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        connection.settimeout(SHORT_S)
        with pytest.raises(TimeoutError):
            connection.recv(1)


def test_an_ssh_server_greets_first(ill: Host, plain: Callable[[], socket.socket]) -> None:
    ill.break_with(WireFault.SSH_BANNER)
    assert plain().recv(100).startswith(b"SSH-2.0-")


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (WireFault.EXPIRED_CERTIFICATE, "expired"),
        (WireFault.OTHER_NAME, "not valid for '127.0.0.1'"),
        (WireFault.UNKNOWN_CA, "unable to get local issuer"),
        (WireFault.SELF_SIGNED, "self-signed certificate"),
    ],
)
def test_a_wrong_certificate_is_wrong_in_one_way_only(ill: Host, fault: WireFault, why: str) -> None:
    ill.break_with(fault)
    with pytest.raises(ssl.SSLCertVerificationError, match=why):
        post(ill, CREATE)


def test_an_open_connection_breaks_when_the_fault_comes(
    ill: Host, plain: Callable[[], socket.socket]
) -> None:
    with trusting(ill).wrap_socket(plain(), server_hostname="127.0.0.1") as connection:
        connection.sendall(b"POST /wsman HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        assert connection.recv(4096).startswith(b"HTTP/1.1 401")
        ill.break_with(WireFault.SILENT_HTTP)
        with suppress(ConnectionError, ssl.SSLError):
            assert connection.recv(1) == b""


def test_another_web_server_answers_200_with_a_page(ill: Host) -> None:
    ill.break_with(WireFault.HTML_PAGE)
    reply = post(ill, CREATE)
    assert (reply.status, reply.headers.get_content_type()) == (200, "text/html")


def test_500_comes_without_a_word(ill: Host) -> None:
    ill.break_with(WireFault.EMPTY_500)
    reply = post(ill, CREATE)
    assert (reply.status, reply.body) == (500, b"")


def test_refused_logins_are_401_with_the_right_password(ill: Host) -> None:
    ill.break_with(WireFault.REFUSE_LOGIN)
    assert post(ill, CREATE).status == 401


def test_wrong_soap_is_well_formed_and_of_another_protocol(ill: Host) -> None:
    ill.break_with(WireFault.WRONG_SOAP)
    reply = post(ill, CREATE)
    assert (reply.status, reply.xml.tag) == (200, f"{{{names.SOAP}}}Envelope")
    assert b"ShellId" not in reply.body


@pytest.mark.parametrize("fault", [WireFault.MALFORMED_XML, WireFault.WRONG_ENCODING])
def test_a_spoiled_reply_is_no_xml_and_the_request_was_carried_out(ill: Host, fault: WireFault) -> None:
    ill.break_with(fault)
    reply = post(ill, CREATE)
    assert reply.status == 200
    with pytest.raises(ParseError):
        fromstring(reply.body)
    assert len(ill.service.shells) == 1


def test_only_the_bytes_of_the_wrong_encoding_are_wrong(ill: Host) -> None:
    ill.break_with(WireFault.WRONG_ENCODING)
    body = post(ill, CREATE).body
    with pytest.raises(UnicodeDecodeError):
        body.decode()
    assert fromstring(body.decode("latin-1")).tag == f"{{{names.SOAP}}}Envelope"


def test_a_cut_reply_ends_in_its_middle(ill: Host) -> None:
    ill.break_with(WireFault.CUT)
    with pytest.raises(http.client.IncompleteRead) as cut:
        post(ill, CREATE)
    assert cut.value.partial.startswith(b"<s:Envelope")
    assert len(ill.service.shells) == 1


def test_a_drip_is_the_true_reply_byte_by_byte(ill: Host) -> None:
    ill.break_with(WireFault.DRIP)
    reply = post(ill, CREATE)
    assert (reply.status, reply.xml.tag) == (200, f"{{{names.SOAP}}}Envelope")


def test_a_drip_stops_when_the_endpoint_is_well_again(start_host: StartHost) -> None:
    slow = start_host(size=FaultSize(drip_s=3600))
    slow.break_with(WireFault.DRIP)
    connection = http.client.HTTPSConnection("127.0.0.1", slow.port, timeout=60, context=trusting(slow))
    try:
        connection.request("POST", "/wsman", body=CREATE, headers={"Authorization": LOGIN})
        reply = connection.getresponse()
        assert reply.read(1) == b"<"
        slow.break_with(None)
        with pytest.raises((http.client.IncompleteRead, ConnectionError, ssl.SSLError)):
            reply.read()
    finally:
        connection.close()


def test_a_huge_reply_is_as_long_as_announced_nowhere(ill: Host) -> None:
    ill.break_with(WireFault.HUGE)
    reply = post(ill, CREATE)
    assert reply.headers["Content-Length"] is None
    assert len(reply.body) > 20_000_000
    assert reply.body.endswith(b"</s:Envelope>")


def test_a_client_that_leaves_a_huge_reply_costs_nothing_more(start_host: StartHost) -> None:
    endless = start_host(size=FaultSize(huge_bytes=10**15))
    endless.break_with(WireFault.HUGE)
    connection = http.client.HTTPSConnection("127.0.0.1", endless.port, timeout=60, context=trusting(endless))
    try:
        connection.request("POST", "/wsman", body=CREATE, headers={"Authorization": LOGIN})
        assert connection.getresponse().read(100_000)
    finally:
        connection.close()
    endless.break_with(None)
    assert create(endless)
