"""Logins that a host must not take, tried with two makers' clients."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from drconsole.lab.winrm.ntlm import Hardening
from drconsole.lab.winrm.service import Ways
from drconsole.lab.wire_faults import WireFault
from tests.contract.winrm.clients import (
    BASIC,
    NEGOTIATED,
    OVER_TLS,
    Access,
    CertificateRefused,
    Client,
    LoginRefused,
    NoFault,
)
from tests.contract.winrm.lab_thread import HOST, Host
from tests.contract.winrm.relay import Relay

UTF8 = 65001

Connect = Callable[..., Client]
StartHost = Callable[..., Host]

BOUND = [access for access in NEGOTIATED if access.tls]
SEALED = [access for access in NEGOTIATED if not access.tls]


def each(accesses: list[Access]) -> pytest.MarkDecorator:
    """Run a test with each of these clients."""
    return pytest.mark.parametrize("access", accesses, indirect=True, ids=str)


@pytest.fixture
def relay(host: Host) -> Iterator[Relay]:
    """Somebody between client and host whose certificate the client trusts."""
    between = Relay(host.port, host.lab.authority)
    host.lab.run(between.open())
    yield between
    host.lab.run(between.close())


@each(BASIC)
def test_basic_over_clear_http_is_refused(connect: Connect, start_host: StartHost) -> None:
    clear = start_host(tls=False)
    with pytest.raises(LoginRefused):
        connect(port=clear.port, tls=False).create(UTF8, {})
    assert not clear.service.counters.actions


@each(SEALED)
def test_a_proven_login_does_not_open_clear_http_to_open_messages(connect: Connect, host: Host) -> None:
    with pytest.raises(NoFault) as seen:
        connect(seal="never").create(UTF8, {})
    assert seen.value.status == 500
    assert not host.service.counters.actions


@each(NEGOTIATED)
def test_a_host_may_take_basic_alone(connect: Connect, start_host: StartHost, access: Access) -> None:
    basic_alone = start_host(tls=access.tls, ways=Ways())
    with pytest.raises(LoginRefused):
        connect(port=basic_alone.port).create(UTF8, {})


@each(BASIC)
def test_a_host_may_take_no_basic(connect: Connect, start_host: StartHost, host: Host) -> None:
    negotiate_alone = start_host(ways=Ways(basic=False, negotiate=host.lab.folder))
    with pytest.raises(LoginRefused):
        connect(port=negotiate_alone.port).create(UTF8, {})


@each(NEGOTIATED)
def test_an_account_of_another_machine_is_none(connect: Connect, host: Host) -> None:
    for user in ("OTHER\\Administrator", f"{HOST}\\nobody", "Administrator@example.com"):
        with pytest.raises(LoginRefused):
            connect(user=user).create(UTF8, {})
    assert not host.service.counters.actions


@each(BOUND)
@pytest.mark.parametrize("hardening", Hardening)
def test_a_login_bound_to_another_certificate_is_refused(
    connect: Connect, start_host: StartHost, hardening: Hardening, host: Host
) -> None:
    ways = Ways(negotiate=host.lab.folder, hardening=hardening)
    behind = start_host(ways=ways)
    between = Relay(behind.port, host.lab.authority)
    host.lab.run(between.open())
    try:
        with pytest.raises(LoginRefused):
            connect(port=between.port).create(UTF8, {})
    finally:
        host.lab.run(between.close())
    assert not behind.service.counters.actions


@each(BOUND)
def test_a_login_that_is_not_bound_is_taken_by_the_default(connect: Connect, relay: Relay) -> None:
    assert connect(bind=False).create(UTF8, {})
    assert connect(bind=False, port=relay.port).create(UTF8, {})


@each(BOUND)
def test_a_strict_host_refuses_a_login_that_is_not_bound(
    connect: Connect, start_host: StartHost, host: Host
) -> None:
    strict = start_host(ways=Ways(negotiate=host.lab.folder, hardening=Hardening.STRICT))
    with pytest.raises(LoginRefused):
        connect(port=strict.port, bind=False).create(UTF8, {})
    assert not strict.service.counters.actions
    assert connect(port=strict.port).create(UTF8, {})


@each(OVER_TLS)
def test_an_authority_that_the_client_does_not_know_is_refused(connect: Connect, host: Host) -> None:
    with pytest.raises(CertificateRefused, match="CERTIFICATE_VERIFY_FAILED"):
        connect(ca_file=host.lab.stranger.certificate_file).create(UTF8, {})


@each(BASIC)
@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (WireFault.UNKNOWN_CA, "unable to get local issuer"),
        (WireFault.SELF_SIGNED, "self-signed|self signed"),
        (WireFault.OTHER_NAME, "not valid for '127.0.0.1'|doesn't match"),
        (WireFault.EXPIRED_CERTIFICATE, "expired"),
    ],
)
def test_a_wrong_certificate_is_refused(connect: Connect, host: Host, fault: WireFault, why: str) -> None:
    host.break_with(fault)
    with pytest.raises(CertificateRefused, match=why):
        connect().create(UTF8, {})
    assert host.service.counters.requests == 0
