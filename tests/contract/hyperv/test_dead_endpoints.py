"""Endpoints that are dead or lie: each is told in its own words, within the budget."""

from __future__ import annotations

import logging
import socket
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from drconsole.errors import BadReply, EndpointError, LoginRefused, NoRights, TimedOut, Unreachable
from drconsole.lab.wire_faults import WireFault
from drconsole.platforms.base import Tier
from drconsole.platforms.hyperv.platform import HyperV
from tests.contract.hyperv.answers import framed, light
from tests.contract.hyperv.hosts import PASSWORD, Host, host
from tests.contract.hyperv.stub_peer import (
    Answer,
    Peer,
    Reply,
    fault,
    received,
    soap,
    stub_peer,
    write_forever,
)

SHORT_S = 1.0


@pytest.fixture
def ny(tmp_path: Path) -> Iterator[Host]:
    """A host of the lab."""
    with host(tmp_path) as one:
        yield one


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[Peer]:
    """A peer whose answers the test chooses."""
    with stub_peer(tmp_path) as one:
        yield one


def refused(read: Callable[[], object]) -> EndpointError:
    """Read in vain; nothing of the error may hold the password."""
    with pytest.raises(EndpointError) as caught:
        read()
    error = caught.value
    shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert "Canary" not in f"{shown} {error!r} {error.args} {error.__dict__}"
    assert error.__context__ is None
    assert error.subject == "ny-hv1"
    return error


WIRE_FAULTS = [
    (WireFault.REFUSE, Unreachable, "Connection refused"),
    (WireFault.SILENT_TCP, TimedOut, "waiting for the TLS handshake"),
    (WireFault.SILENT_TLS, TimedOut, "waiting for the TLS handshake"),
    (WireFault.SILENT_HTTP, TimedOut, "waiting for a shell"),
    (WireFault.SSH_BANNER, BadReply, "but not TLS"),
    (WireFault.HTML_PAGE, BadReply, "a web page"),
    (WireFault.REFUSE_LOGIN, LoginRefused, "refused the password"),
    (WireFault.EMPTY_500, BadReply, "HTTP status 500 and no WSMan fault"),
    (WireFault.DRIP, TimedOut, "no complete answer"),
    (WireFault.CUT, BadReply, "in the middle of its reply"),
    (WireFault.MALFORMED_XML, BadReply, "not well-formed XML"),
    (WireFault.HUGE, BadReply, "exceeds 1 MiB"),
    (WireFault.WRONG_ENCODING, BadReply, "not in UTF-8"),
    (WireFault.WRONG_SOAP, BadReply, "not what was asked for"),
]


@pytest.mark.parametrize(("wrong", "kind", "words"), WIRE_FAULTS, ids=[case[0] for case in WIRE_FAULTS])
def test_the_labs_faults(ny: Host, wrong: WireFault, kind: type[EndpointError], words: str) -> None:
    ny.fault(wrong)
    platform = ny.platform(budget_s=SHORT_S)
    error = refused(lambda: platform.read(Tier.LIGHT))
    assert type(error) is kind
    assert words in error.message
    assert error.hint
    ny.fault(None)
    assert platform.read(Tier.LIGHT).complete


def entities() -> bytes:
    """A small document that unfolds to a huge one."""
    nested = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9))
    return f'<!DOCTYPE a [<!ENTITY e0 "0123456789">{nested}]><a>&e8;</a>'.encode()


MID_READ: list[tuple[str, str, Answer, type[EndpointError], str]] = [
    ("quota", "Create", fault(2150859174, sub="w:QuotaLimit"), EndpointError, "quota is used up"),
    ("quota of another number", "Create", fault(7, sub="w:QuotaLimit"), EndpointError, "quota is used up"),
    ("access denied", "Create", fault(5, sub="w:AccessDenied"), NoRights, "denies it access"),
    ("unknown fault", "Create", fault(4711), BadReply, "WSMan fault 4711"),
    ("a fault whose number is none", "Create", fault("many"), BadReply, "not what was asked for"),
    ("forbidden", "Create", lambda _: Reply(b"", 403), NoRights, "HTTP 403"),
    ("not found", "Create", lambda _: Reply(b"nothing here", 404), BadReply, "nothing here"),
    ("not ready", "Create", lambda _: Reply(b"", 503), BadReply, "HTTP status 503"),
    (
        "no Basic",
        "Create",
        lambda _: Reply(b"", 401, (("WWW-Authenticate", "Negotiate"), ("WWW-Authenticate", "Kerberos"))),
        LoginRefused,
        "it offers: Negotiate, Kerberos",
    ),
    (
        "elsewhere",
        "Create",
        lambda _: Reply(b"", 307, (("Location", "https://example.com/\x1b[31m"),)),
        BadReply,
        "not followed",
    ),
    ("no shell id", "Create", soap('<w:Selector Name="ShellId"/>'), BadReply, "names no shell"),
    ("nothing", "Create", lambda _: Reply(b""), BadReply, "not well-formed"),
    ("no command id", "Command", soap("<r:CommandId/>"), BadReply, "names no command"),
    ("service restart", "Receive", fault(995), Unreachable, "is restarting"),
    ("shell gone", "Receive", fault(2150858843), Unreachable, "lost the shell"),
    ("timed out elsewhere", "Send", fault(2150858793), TimedOut, "its own time limit"),
    ("output is no base64", "Receive", soap('<r:Stream Name="stdout">A</r:Stream>'), BadReply, "not what"),
    ("a stream without name", "Receive", soap("<r:Stream>QQ==</r:Stream>"), BadReply, "not what"),
    ("no output", "Receive", received(), BadReply, "before the script's end marker"),
    ("no end marker", "Receive", received(framed(light())[:-16]), BadReply, "before the script's end marker"),
    ("a banner", "Receive", received(b"Welcome!\r\n" + framed(light())), BadReply, "wrote 3 lines"),
    (
        "constrained",
        "Receive",
        received(
            err=b"\x1b[31;1mMethod invocation is supported only on core types in this language mode.", code=1
        ),
        BadReply,
        "constrained language mode",
    ),
    ("OEM bytes", "Receive", received(err=b"Zugriff verweigert f\x81r", code=1), BadReply, "Zugriff"),
    ("never any output", "Receive", received(code=None), BadReply, "held no output"),
    ("endless output", "Receive", received(b"QUJD" * 100_000, code=None), BadReply, "exceeds 32 MiB"),
    (
        "entities",
        "Receive",
        lambda _: Reply(entities()),
        BadReply,
        "not well-formed",
    ),
    ("deep", "Receive", lambda _: Reply(b"<a>" * 100_000 + b"</a>" * 100_000), BadReply, "held no output"),
]


@pytest.mark.parametrize(
    ("action", "answer", "kind", "words"), [case[1:] for case in MID_READ], ids=[case[0] for case in MID_READ]
)
def test_replies_that_are_wrong(
    peer: Peer, action: str, answer: Answer, kind: type[EndpointError], words: str
) -> None:
    peer.answers[action] = answer
    error = refused(lambda: peer.platform().read(Tier.LIGHT))
    assert type(error) is kind
    assert words in error.message
    assert "\x1b" not in str(error)
    assert ("Delete" in peer.asked) == (action != "Create")
    assert ("Signal" in peer.asked) == (action not in ("Create", "Command"))


def test_a_password_that_comes_back_is_cut_out(peer: Peer) -> None:
    peer.answers["Create"] = lambda _: Reply(f"you are {PASSWORD}".encode(), 404)
    assert "you are [secret]" in refused(lambda: peer.platform().read(Tier.LIGHT)).message
    peer.answers["Create"] = fault(4711, text=f"bad password {PASSWORD}")
    assert "bad password [secret]" in refused(lambda: peer.platform().read(Tier.LIGHT)).message


def test_nothing_secret_is_logged(peer: Peer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    peer.platform().read(Tier.LIGHT)
    peer.answers["Receive"] = fault(995)
    refused(lambda: peer.platform().read(Tier.LIGHT))
    assert caplog.records
    assert "Canary" not in caplog.text


@pytest.mark.parametrize("action", ["Create", "Command", "Send", "Receive"])
def test_a_hang_ends_with_the_budget_and_says_where(peer: Peer, action: str) -> None:
    peer.answers[action] = lambda _: Reply(peer.hang)
    error = refused(lambda: peer.platform(budget_s=SHORT_S).read(Tier.LIGHT))
    assert type(error) is TimedOut
    assert "within 1 s; it was waiting for" in error.message


def test_a_host_that_hangs_in_the_end_too_does_not_hide_the_first_error(peer: Peer) -> None:
    peer.answers["Receive"] = fault(995)
    peer.answers["Signal"] = fault(4711)
    peer.answers["Delete"] = lambda _: Reply(peer.hang)
    error = refused(lambda: peer.platform(budget_s=SHORT_S).read(Tier.LIGHT))
    assert "fault 995" in error.message


def test_a_shell_whose_end_got_lost_is_ended_on_another_connection(peer: Peer) -> None:
    deletes = iter([lambda _: Reply(lambda handler: None), peer.answers["Delete"]])
    peer.answers["Delete"] = lambda relates: next(deletes)(relates)
    assert peer.platform().read(Tier.LIGHT).complete
    assert peer.asked[-3:] == ["Delete", "Signal", "Delete"]


def test_an_answer_that_came_is_not_lost_by_a_shell_that_will_not_end(peer: Peer) -> None:
    peer.answers["Signal"] = fault(4711)
    peer.answers["Delete"] = fault(2150858843)
    assert peer.platform().read(Tier.LIGHT).complete


OK = b"HTTP/1.1 200 OK\r\n"
ENDLESS = [
    ("body", OK + b"Content-Type: application/soap+xml\r\n\r\n<a>", b"A"),
    ("chunks", OK + b"Transfer-Encoding: chunked\r\n\r\n", b"4\r\nAAAA\r\n"),
    ("header", OK + b"X-Long: ", b"A"),
    ("headers", OK, b"X-A: b\r\n"),
    ("status line", b"", b"A"),
]
endless = pytest.mark.parametrize(("head", "piece"), [c[1:] for c in ENDLESS], ids=[c[0] for c in ENDLESS])


@endless
def test_endless_data_is_cut_off(peer: Peer, head: bytes, piece: bytes) -> None:
    peer.answers["Receive"] = lambda _: Reply(lambda handler: write_forever(handler, head, piece * 4096))
    error = refused(lambda: peer.platform().read(Tier.LIGHT))
    assert type(error) is BadReply


@endless
def test_data_that_drips_for_ever_ends_with_the_budget(peer: Peer, head: bytes, piece: bytes) -> None:
    def pause() -> None:
        peer.over.wait(0.05)

    peer.answers["Receive"] = lambda _: Reply(lambda handler: write_forever(handler, head, piece, pause))
    error = refused(lambda: peer.platform(budget_s=SHORT_S).read(Tier.LIGHT))
    assert type(error) is TimedOut


def test_output_that_drips_for_ever_ends_with_the_budget(peer: Peer) -> None:
    peer.answers["Receive"] = received(b"Q", code=None)
    error = refused(lambda: peer.platform(budget_s=SHORT_S).read(Tier.LIGHT))
    assert type(error) is TimedOut
    assert peer.asked[-2:] == ["Signal", "Delete"]


def test_a_connection_that_is_dropped_is_lost(peer: Peer) -> None:
    peer.answers["Receive"] = lambda _: Reply(lambda handler: None)
    error = refused(lambda: peer.platform().read(Tier.LIGHT))
    assert type(error) is Unreachable
    assert "dropped it without an answer" in error.message


def test_a_name_without_address_is_unreachable(peer: Peer) -> None:
    error = refused(lambda: peer.platform(host="no-such-host.invalid").read(Tier.LIGHT))
    assert type(error) is Unreachable
    assert "no-such-host.invalid" in error.message


@pytest.mark.parametrize("name", ["a b", "x" * 300, "ä..b", "%"])
def test_an_address_that_is_none_is_unreachable(peer: Peer, name: str) -> None:
    assert type(refused(lambda: peer.platform(host=name).read(Tier.LIGHT))) is Unreachable


@contextmanager
def swallowing() -> Iterator[int]:
    """A port whose queue of connections is full: further ones wait for an answer that never comes."""
    with ExitStack() as stack:
        listening = stack.enter_context(socket.socket())
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(4):
            one = stack.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(listening.getsockname())
        yield listening.getsockname()[1]


def test_a_way_that_swallows_packets_is_unreachable(peer: Peer) -> None:
    with swallowing() as port:
        error = refused(lambda: peer.platform(port=port, budget_s=SHORT_S).read(Tier.LIGHT))
    assert type(error) is Unreachable
    assert "did not take a connection within 1 s" in error.message


def closed_while(platform: HyperV, reached: Callable[[], object]) -> EndpointError:
    """Close from another thread once the read is where it hangs."""

    def close() -> None:
        reached()
        platform.close()

    closer = threading.Thread(target=close)
    closer.start()
    error = refused(lambda: platform.read(Tier.LIGHT))
    closer.join()
    return error


@pytest.mark.parametrize("action", ["Create", "Receive"])
def test_close_breaks_off_a_read_that_hangs(peer: Peer, action: str) -> None:
    peer.answers[action] = lambda _: Reply(peer.hang)
    error = closed_while(peer.platform(budget_s=3000), peer.reached.wait)
    assert type(error) is Unreachable
    assert "broken off by the console" in error.message


def test_close_breaks_off_a_connection_that_is_not_made_yet(
    peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = threading.Event()
    connect = socket.socket.connect_ex

    def told(sock: socket.socket, address: Any) -> int:
        code = connect(sock, address)
        began.set()
        return code

    with swallowing() as port:
        monkeypatch.setattr(socket.socket, "connect_ex", told)
        error = closed_while(peer.platform(port=port, budget_s=3000), began.wait)
    assert "broken off by the console" in error.message


def test_close_breaks_off_a_look_up_that_hangs(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = threading.Event()

    def look_up(*args: object, **kwargs: object) -> list[object]:
        asked.set()
        peer.over.wait()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    error = closed_while(peer.platform(host="hv-ny1.lab", budget_s=3000), asked.wait)
    assert "broken off by the console" in error.message
