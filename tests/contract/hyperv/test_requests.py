"""What goes over the wire."""

from __future__ import annotations

import base64
from pathlib import Path

from drconsole.platforms.base import Tier
from tests.contract.hyperv.hosts import PASSWORD, USER
from tests.contract.hyperv.stub_peer import Peer, stub_peer


def test_a_read_per_call_is_six_requests_with_the_options_it_needs(tmp_path: Path) -> None:
    with stub_peer(tmp_path, "per-call") as peer:
        peer.platform().read(Tier.LIGHT)
    assert peer.asked == ["Create", "Command", "Send", "Receive", "Signal", "Delete"]
    create, command, send = (body for _, body in peer.sent[:3])
    assert '<w:Option Name="WINRS_CODEPAGE">65001</w:Option>' in create
    assert "<rsp:IdleTimeOut>PT180S</rsp:IdleTimeOut>" in create
    assert '<w:Option Name="WINRS_CONSOLEMODE_STDIN">FALSE</w:Option>' in command
    assert 'End="true"' in send


def test_the_login_is_utf_8_and_replies_may_not_be_compressed(peer: Peer) -> None:
    peer.platform().read(Tier.LIGHT)
    login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    assert {headers["Authorization"] for headers, _ in peer.sent} == {f"Basic {login}"}
    assert {headers["Accept-Encoding"] for headers, _ in peer.sent} == {"identity"}


def test_the_host_is_told_to_answer_before_we_stop_listening(peer: Peer) -> None:
    peer.platform(budget_s=2).read(Tier.LIGHT)
    peer.platform(budget_s=300).read(Tier.LIGHT)
    assert "<w:OperationTimeout>PT1S</w:OperationTimeout>" in peer.sent[0][1]
    assert "<w:OperationTimeout>PT10S</w:OperationTimeout>" in peer.sent[-1][1]
