"""Reading hosts of the lab over NTLM: sealed over clear HTTP, and bound to the certificate over TLS."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers import Cipher
from spnego._ntlm_raw.messages import AvId, Challenge
from spnego._ntlm_raw.messages import NegotiateFlags as Flags

from drconsole.errors import BadReply, EndpointError, LoginRefused, Unreachable
from drconsole.lab.winrm import negotiate, service
from drconsole.lab.winrm.ntlm import Hardening, NtlmAcceptor
from drconsole.lab.winrm.sealing import Sealed
from drconsole.lab.winrm.service import Ways
from drconsole.lab.wire_faults import WireFault
from drconsole.platforms.base import Tier
from drconsole.platforms.hyperv.platform import HyperV
from tests.contract.hyperv.answers import light, looped
from tests.contract.hyperv.conftest import WAYS
from tests.contract.hyperv.hosts import USER, Host, host
from tests.contract.hyperv.refusals import refused
from tests.contract.winrm.relay import Relay

OPEN = "application/soap+xml;charset=UTF-8"
OTHER = 'multipart/encrypted;protocol="application/HTTP-Other-encrypted";boundary="Encrypted Boundary"'
NEW_LOGIN = 3
"""Requests of a login: one without, one that begins, one that proves."""


@pytest.fixture(params=[f"{safety} {way}" for safety in ("tls", "sealed") for way in WAYS])
def ny(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Host]:
    """A host as Windows sets it up: without Basic; and strict about channel binding."""
    safety, _, way = request.param.partition(" ")
    yield from started(tmp_path, tls=safety == "tls", way=way)


@pytest.fixture
def sealed(tmp_path: Path) -> Iterator[Host]:
    """A host that is read by the loop over clear HTTP, every message sealed."""
    yield from started(tmp_path, tls=False, way="loop")


def started(folder: Path, *, tls: bool, way: str) -> Iterator[Host]:
    """One host that takes NTLM alone."""
    logins = Ways(basic=False, negotiate=folder, hardening=Hardening.STRICT)
    with host(folder, tls=tls, way=way, logins=logins) as one:
        yield one


def reader(ny: Host, **access: Any) -> HyperV:
    """The product's side of it."""
    facts: dict[str, Any] = {"transport": "ntlm", "tls": ny.tls}
    return ny.platform(**(facts | access))


def test_a_host_is_read(ny: Host) -> None:
    platform = reader(ny)
    for _ in range(2):
        assert [sighting.name for sighting in platform.read(Tier.LIGHT).sightings] == ["erp01"]


def test_the_reading_says_how_it_was_protected(ny: Host) -> None:
    said = reader(ny).read(Tier.LIGHT).transport
    assert said.startswith("ntlm, TLSv1." if ny.tls else "ntlm, every message sealed, ")


@pytest.mark.parametrize("user", [f"HV-NY1\\{USER}", f".\\{USER.upper()}"])
def test_a_local_account_may_be_written_in_each_way(ny: Host, user: str) -> None:
    assert reader(ny, user=user).read(Tier.LIGHT).sightings


@pytest.mark.parametrize("user", [USER, "nobody"])
def test_a_wrong_login_is_refused(ny: Host, user: str) -> None:
    platform = reader(ny, user=user, secret=lambda: "CanaryWrong")
    error = refused(lambda: platform.read(Tier.LIGHT))
    assert isinstance(error, LoginRefused)
    assert "refused the password" in str(error)
    assert ny.shells == 0


def test_refused_logins_are_not_taken_for_a_host_without_ntlm(ny: Host) -> None:
    ny.fault(WireFault.REFUSE_LOGIN)
    platform = reader(ny)
    error = refused(lambda: platform.read(Tier.LIGHT))
    assert isinstance(error, LoginRefused)
    assert "refused the password" in str(error)


def test_a_host_without_ntlm_is_named_so(tmp_path: Path) -> None:
    with host(tmp_path) as basic_alone:
        platform = reader(basic_alone)
        error = refused(lambda: platform.read(Tier.LIGHT))
    assert isinstance(error, LoginRefused)
    assert "does not take NTLM logins; it offers: Basic" in str(error)


def test_where_rc4_is_forbidden_the_host_is_not_even_asked(ny: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    def encryptor(self: object) -> None:
        raise UnsupportedAlgorithm("disabled")

    monkeypatch.setattr(Cipher, "encryptor", encryptor)
    platform = reader(ny)
    error = refused(lambda: platform.read(Tier.LIGHT))
    assert isinstance(error, LoginRefused)
    assert "FIPS" in str(error)
    assert ny.listener.connections == 0


def test_a_login_passed_on_by_who_opens_tls_is_refused(tmp_path: Path) -> None:
    logins = Ways(basic=False, negotiate=tmp_path)
    with host(tmp_path, logins=logins) as relaxed:
        relay = Relay(relaxed.listener.port, relaxed.authority)
        relaxed.wait(relay.open())
        platform = reader(relaxed, port=relay.port)
        error = refused(lambda: platform.read(Tier.LIGHT))
        relaxed.wait(relay.close())
        assert isinstance(error, LoginRefused)
        assert "opens TLS" in error.hint
        assert relaxed.actions == {}


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (WireFault.REFUSE, Unreachable, "Connection refused"),
        (WireFault.SSH_BANNER, BadReply, "does not answer in HTTP"),
        (WireFault.HTML_PAGE, BadReply, "a web page"),
        (WireFault.EMPTY_500, BadReply, "HTTP status 500"),
        (WireFault.WRONG_SOAP, BadReply, "not what was asked for"),
        (WireFault.HUGE, BadReply, "exceeds 1 MiB"),
        (WireFault.CUT, BadReply, "ended in the middle"),
        (WireFault.MALFORMED_XML, BadReply, "not what was asked for"),
        (WireFault.WRONG_ENCODING, BadReply, "not what was asked for"),
    ],
)
def test_a_dead_or_lying_host_is_told_as_such_and_read_when_it_is_well(
    sealed: Host, fault: WireFault, kind: type[EndpointError], words: str
) -> None:
    platform = reader(sealed)
    sealed.fault(fault)
    error = refused(lambda: platform.read(Tier.LIGHT))
    assert type(error) is kind
    assert words in str(error)
    sealed.fault(None)
    assert platform.read(Tier.LIGHT).sightings


def test_nothing_of_a_sealed_read_can_be_read_on_the_way(sealed: Host) -> None:
    relay = Relay(sealed.listener.port)
    sealed.wait(relay.open())
    assert reader(sealed, port=relay.port).read(Tier.LIGHT).sightings
    sealed.wait(relay.close())
    for word in (b"Envelope", b"rsp:", b"CanaryP", b"erp01", b"powershell"):
        assert word not in relay.heard
    assert relay.heard.count(b"HTTP-SPNEGO-session-encrypted") > 10


@pytest.mark.parametrize("missing", [Flags.sign, Flags.seal, Flags.key_128, Flags.extended_session_security])
def test_weaker_seals_than_there_are_are_not_agreed_to(
    sealed: Host, monkeypatch: pytest.MonkeyPatch, missing: Flags
) -> None:
    class Weak(NtlmAcceptor):
        """Somebody on the way who strikes a flag from the challenge."""

        def _step_accept_negotiate(self, token: bytes) -> bytes:
            challenge = Challenge.unpack(super()._step_accept_negotiate(token))
            info = challenge.target_info
            assert info is not None
            # With a time in it, the client would sign the login itself.
            del info[AvId.timestamp]
            flags = challenge.flags & ~missing
            self._temp_challenge = Challenge(flags, challenge.server_challenge, target_info=info)
            return self._temp_challenge.pack()

    monkeypatch.setattr(negotiate, "NtlmAcceptor", Weak)
    platform = reader(sealed)
    error = refused(lambda: platform.read(Tier.LIGHT))
    assert isinstance(error, LoginRefused)
    assert "not signed, or sealed by a short key" in str(error)
    assert sealed.actions == {}


@pytest.mark.parametrize("content_type", [OPEN, OTHER])
def test_an_open_reply_is_not_believed_where_all_are_sealed(
    sealed: Host, monkeypatch: pytest.MonkeyPatch, content_type: str
) -> None:
    def leave_open(context: object, protocol: str, message: bytes) -> Sealed:
        return Sealed(content_type, message)

    monkeypatch.setattr(service, "seal", leave_open)
    platform = reader(sealed)
    error = refused(lambda: platform.read(Tier.LIGHT))
    assert isinstance(error, BadReply)
    assert "not sealed" in str(error)


def test_a_kept_loop_costs_two_requests_a_read(sealed: Host) -> None:
    platform = reader(sealed)
    platform.read(Tier.LIGHT)
    before = requests(sealed)
    platform.read(Tier.LIGHT)
    assert requests(sealed) - before == 2


def test_a_connection_closed_between_reads_costs_a_login_and_no_loop(sealed: Host) -> None:
    platform = reader(sealed)
    platform.read(Tier.LIGHT)
    before = requests(sealed)
    sealed.fault(None)
    platform.read(Tier.LIGHT)
    assert requests(sealed) - before == NEW_LOGIN + 2
    assert (len(sealed.script.players), sealed.shells) == (1, 1)


def test_a_connection_lost_in_a_read_costs_one_retry_and_asks_nothing_twice(sealed: Host) -> None:
    breaking: list[asyncio.Task[None]] = []

    def answer(request: dict[str, Any]) -> bytes:
        if len(sealed.script.players[0].requests) == 2 and not breaking:
            breaking.append(asyncio.get_running_loop().create_task(sealed.listener.set_fault(None)))
        return looped(request["id"], light())

    sealed.script.behaviour["answer"] = answer
    platform = reader(sealed)
    platform.read(Tier.LIGHT)
    sends = sealed.actions["Send"]
    assert platform.read(Tier.LIGHT).sightings
    assert breaking
    assert sealed.actions["Send"] - sends == 2
    assert len(sealed.script.players[0].requests) == 2
    assert (len(sealed.script.players), sealed.shells) == (1, 1)


def requests(ny: Host) -> int:
    """How many requests the host has had."""
    return ny.look(lambda: ny.service.counters.requests)
