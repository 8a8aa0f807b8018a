"""Negotiate on the host's side: who is taken, in whose name, and what is left behind."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
import spnego
from hypothesis import given, settings
from hypothesis import strategies as st
from spnego._ntlm_raw.messages import AvId, Challenge
from spnego.channel_bindings import GssChannelBindings

from drconsole.lab.winrm.authentication import Accounts
from drconsole.lab.winrm.negotiate import LoginFailed, Negotiation, Rules
from drconsole.lab.winrm.ntlm import USER_FILE, Hardening, user_file

HOST = "NY-HYPERV-HOST-01"
USER, PASSWORD = "Admin", "pass:wörd"
ACCOUNTS = Accounts(HOST, {USER: PASSWORD, "other": "word"})
MINE, FOREIGN = b"\x01" * 32, b"\x02" * 32
NTLM_START = spnego.client("u", "p", protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm).step()


def bound(fingerprint: bytes | None) -> GssChannelBindings | None:
    """What a client adds to its proof."""
    if fingerprint is None:
        return None
    return GssChannelBindings(application_data=b"tls-server-end-point:" + fingerprint)


def log_in(
    login: Negotiation,
    *,
    user: str = USER,
    password: str = PASSWORD,
    protocol: str = "ntlm",
    to: bytes | None = None,
) -> spnego.ContextProxy:
    """Let pyspnego's own client log in."""
    client = spnego.client(user, password, hostname="ny-hv1", channel_bindings=bound(to), protocol=protocol)
    token = client.step()
    while token:
        answer = login.step(token)
        token = client.step(answer) if answer else None
    return client


@pytest.mark.parametrize("protocol", ["ntlm", "negotiate"])
@pytest.mark.parametrize("user", [USER, "ADMIN", f"{HOST}\\admin", f"{HOST.lower()}\\Admin", ".\\admin"])
def test_every_spelling_is_the_same_account(tmp_path: Path, protocol: str, user: str) -> None:
    login = Negotiation(Rules(ACCOUNTS, tmp_path), None)
    log_in(login, user=user, protocol=protocol)
    assert login.user == "admin"


@pytest.mark.parametrize("protocol", ["ntlm", "negotiate"])
@pytest.mark.parametrize(
    ("user", "password"),
    [
        (USER, "wrong"),
        (USER, ""),
        ("nobody", PASSWORD),
        ("OTHER\\admin", PASSWORD),
        (f"admin@{HOST}", PASSWORD),
        ("other", PASSWORD),
    ],
)
def test_anybody_else_is_refused(tmp_path: Path, protocol: str, user: str, password: str) -> None:
    login = Negotiation(Rules(ACCOUNTS, tmp_path), None)
    with pytest.raises(LoginFailed):
        log_in(login, user=user, password=password, protocol=protocol)
    assert login.user is None


def test_the_challenge_names_the_machine(tmp_path: Path) -> None:
    challenge = Challenge.unpack(Negotiation(Rules(ACCOUNTS, tmp_path), None).step(NTLM_START or b""))
    assert challenge.target_name == "NY-HYPERV-HOST-"
    assert challenge.target_info is not None
    assert challenge.target_info[AvId.nb_domain_name] == "NY-HYPERV-HOST-"
    assert challenge.target_info[AvId.dns_computer_name] == HOST


def test_the_name_in_the_challenge_is_a_domain_that_clients_may_echo(tmp_path: Path) -> None:
    login = Negotiation(Rules(ACCOUNTS, tmp_path), None)
    log_in(login, user="NY-HYPERV-HOST-\\admin")
    assert login.user == "admin"


@pytest.mark.parametrize("protocol", ["ntlm", "negotiate"])
@pytest.mark.parametrize(
    ("hardening", "to", "taken"),
    [
        (Hardening.RELAXED, MINE, True),
        (Hardening.RELAXED, None, True),
        (Hardening.RELAXED, FOREIGN, False),
        (Hardening.STRICT, MINE, True),
        (Hardening.STRICT, None, False),
        (Hardening.STRICT, FOREIGN, False),
    ],
)
def test_channel_bindings(
    tmp_path: Path, protocol: str, hardening: Hardening, to: bytes | None, taken: bool
) -> None:
    login = Negotiation(Rules(ACCOUNTS, tmp_path, hardening), MINE)
    if taken:
        log_in(login, protocol=protocol, to=to)
    else:
        with pytest.raises(LoginFailed):
            log_in(login, protocol=protocol, to=to)
    assert (login.user is not None) == taken


def test_over_clear_http_a_binding_means_nothing(tmp_path: Path) -> None:
    login = Negotiation(Rules(ACCOUNTS, tmp_path, Hardening.STRICT), None)
    log_in(login, to=FOREIGN)
    assert login.user == "admin"


def test_ntlm_version_1_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LM_COMPAT_LEVEL", "1")
    login = Negotiation(Rules(ACCOUNTS, tmp_path), None)
    with pytest.raises(LoginFailed, match="NTLMv1"):
        log_in(login)


def test_a_host_without_a_keytab_takes_no_kerberos(tmp_path: Path) -> None:
    kerberos_alone = bytes.fromhex("601b06062b0601050502a011300fa00d300b06092a864886f712010202")
    with pytest.raises(LoginFailed, match="mechanism"):
        Negotiation(Rules(ACCOUNTS, tmp_path), None).step(kerberos_alone)


def test_password_hashes_lie_about_only_while_a_step_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(USER_FILE, "what was there before")
    with user_file(ACCOUNTS, tmp_path):
        file = Path(os.environ[USER_FILE])
        assert list(tmp_path.iterdir()) == [file]
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert PASSWORD not in file.read_text(encoding="utf-8")
    assert os.environ[USER_FILE] == "what was there before"
    monkeypatch.delenv(USER_FILE)
    log_in(Negotiation(Rules(ACCOUNTS, tmp_path), None))
    assert list(tmp_path.iterdir()) == []
    assert USER_FILE not in os.environ


@settings(deadline=None)
@given(st.data())
def test_no_token_does_more_than_fail(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.getbasetemp()
    client = spnego.client(USER, PASSWORD, protocol=data.draw(st.sampled_from(["ntlm", "negotiate"])))
    login = Negotiation(Rules(ACCOUNTS, folder), None)
    tokens = [client.step() or b""]
    if data.draw(st.booleans()):
        tokens.append(client.step(login.step(tokens[0])) or b"")
    token = bytearray(tokens[-1])
    for position in data.draw(st.lists(st.integers(0, len(token) - 1), max_size=4)):
        token[position] = data.draw(st.integers(0, 255))
    spoiled = bytes(token[: data.draw(st.integers(0, len(token)))])
    try:
        login.step(spoiled)
    except LoginFailed:
        assert login.user is None
    assert login.user is None or login.user == "admin"
