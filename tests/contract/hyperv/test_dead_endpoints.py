"""Endpoints that are dead or lie: each is told in its own words, within the budget."""

from __future__ import annotations

import logging
import socket
import threading
from pathlib import Path

import pytest

from drconsole.errors import (
    BadReply,
    Constrained,
    EndpointError,
    LoginRefused,
    NoRights,
    TimedOut,
    Unreachable,
)
from drconsole.lab.wire_faults import WireFault
from drconsole.platforms.base import Tier
from tests.contract.hyperv.answers import framed, light
from tests.contract.hyperv.hosts import PASSWORD, Host
from tests.contract.hyperv.refusals import refused
from tests.contract.hyperv.stub_peer import (
    Answer,
    Peer,
    Reply,
    fault,
    received,
    soap,
    stub_peer,
)

SHORT_S = 1.0


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
    short = ny.platform(budget_s=SHORT_S) if kind is TimedOut else ny.platform()
    error = refused(lambda: short.read(Tier.LIGHT))
    assert type(error) is kind
    assert words in error.message
    assert error.hint
    ny.fault(None)
    assert ny.platform().read(Tier.LIGHT).complete


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
    ("a banner", "Receive", received(b"Welcome!\r\n" + framed(light())), BadReply, "wrote 4 lines"),
    (
        "constrained",
        "Receive",
        received(b"ConstrainedLanguage\r\n", err=b"a refusal in the host's own words", code=1),
        Constrained,
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
    ("deep", "Receive", lambda _: Reply(b"<a>" * 50_000 + b"</a>" * 50_000), BadReply, "held no output"),
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


def test_a_host_that_hangs_in_the_end_too_does_not_hide_the_first_error(peer: Peer) -> None:
    peer.answers["Receive"] = fault(995)
    peer.answers["Signal"] = fault(4711)
    peer.answers["Delete"] = lambda _: Reply(peer.hang)
    error = refused(lambda: peer.platform(budget_s=5).read(Tier.LIGHT))
    assert "fault 995" in error.message


def test_a_shell_whose_end_got_lost_is_ended_on_another_connection(tmp_path: Path) -> None:
    with stub_peer(tmp_path, "per-call") as peer:
        deletes = iter([lambda _: Reply(lambda handler: None), peer.answers["Delete"]])
        peer.answers["Delete"] = lambda relates: next(deletes)(relates)
        assert peer.platform().read(Tier.LIGHT).complete
    assert peer.asked[-3:] == ["Delete", "Signal", "Delete"]


def test_an_answer_that_came_is_not_lost_by_a_shell_that_will_not_end(peer: Peer) -> None:
    peer.answers["Signal"] = fault(4711)
    peer.answers["Delete"] = fault(2150858843)
    assert peer.platform().read(Tier.LIGHT).complete


def test_a_connection_that_is_dropped_in_the_handshake_is_lost(peer: Peer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drop() -> None:
            connection, _ = listening.accept()
            connection.recv(1)
            connection.close()

        dropper = threading.Thread(target=drop)
        dropper.start()
        error = refused(lambda: peer.platform(port=listening.getsockname()[1]).read(Tier.LIGHT))
        dropper.join()
    assert type(error) is Unreachable
    assert "dropped it without an answer" in error.message


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
