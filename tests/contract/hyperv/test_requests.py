"""What goes over the wire."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest

from drconsole.lab.winrm.service import Ways
from drconsole.platforms.base import Tier
from tests.contract.hyperv.conftest import WAYS
from tests.contract.hyperv.hosts import PASSWORD, USER, host
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


@pytest.mark.parametrize("logins", [None, "ntlm"], ids=["basic", "ntlm"])
@pytest.mark.parametrize("way", WAYS)
def test_a_read_neither_heeds_nor_changes_the_environment(
    tmp_path: Path, way: str, logins: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed: list[bytes] = []
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere")
    monkeypatch.setattr(os, "putenv", lambda name, _value: changed.append(name))
    monkeypatch.setattr(os, "unsetenv", changed.append)
    ways = Ways(basic=False, negotiate=tmp_path) if logins else None
    with host(tmp_path, way=way, logins=ways) as one:
        platform = one.platform(transport=logins) if logins else one.platform()
        assert platform.read(Tier.LIGHT).complete
        platform.close()
    # The lab, in the same process here, has variables of its own for NTLM.
    assert not {name for name in changed if b"proxy" in name.lower()}


def test_the_host_is_told_to_answer_before_we_stop_listening(peer: Peer) -> None:
    peer.platform(budget_s=2).read(Tier.LIGHT)
    peer.platform(budget_s=300).read(Tier.LIGHT)
    assert "<w:OperationTimeout>PT1S</w:OperationTimeout>" in peer.sent[0][1]
    assert "<w:OperationTimeout>PT10S</w:OperationTimeout>" in peer.sent[-1][1]
