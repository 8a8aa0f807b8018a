"""The certificate that a host shows, looked at without a login."""

from __future__ import annotations

import socket
import ssl
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from drconsole.lab.certificates import Authority
from drconsole.lab.wire_faults import WireFault
from drconsole.platforms.base import Access
from drconsole.platforms.certificate import certificate_of
from drconsole.platforms.hyperv.probe import shown_certificate
from tests.contract.hyperv.hosts import Host


def asked() -> str:
    pytest.fail("a password was asked for")


def access_of(host: Host) -> Access:
    return Access("127.0.0.1", host.listener.port, "u", asked, host.authority.certificate_file)


def digest_of(host: Host) -> bytes:
    shown = ssl.get_server_certificate(("127.0.0.1", host.listener.port))
    return sha256(ssl.PEM_cert_to_DER_cert(shown)).digest()


def test_it_is_told_whether_it_is_trusted_and_what_it_is(loop_host: Host, tmp_path: Path) -> None:
    access, digest = access_of(loop_host), digest_of(loop_host)
    stranger = Authority(tmp_path / "stranger").certificate_file
    looks = {
        "known": shown_certificate(access, 20),
        "unknown": shown_certificate(replace(access, ca_file=stranger), 20),
        "pinned": shown_certificate(replace(access, ca_file=None, pins=frozenset((digest,))), 20),
        "another pinned": shown_certificate(replace(access, pins=frozenset((b"x" * 32,))), 20),
        "insecure": shown_certificate(replace(access, ca_file=None, insecure=True), 20),
        "no file": shown_certificate(replace(access, ca_file=tmp_path / "gone.pem"), 20),
    }

    assert {name: look and look.trusted for name, look in looks.items()} == {
        "known": True,
        "unknown": False,
        "pinned": True,
        "another pinned": False,
        "insecure": False,
        "no file": False,
    }
    for look in looks.values():
        found = look and certificate_of(look)
        assert found
        assert (found.digest, found.subject, found.issuer) == (digest, "hv-ny1.lab", "drconsole lab CA")
    assert loop_host.look(lambda: loop_host.service.counters.requests) == 0


@pytest.mark.parametrize(
    "fault", [WireFault.EXPIRED_CERTIFICATE, WireFault.OTHER_NAME, WireFault.SELF_SIGNED]
)
def test_what_is_wrong_with_it_does_not_hide_it(loop_host: Host, fault: WireFault) -> None:
    loop_host.fault(fault)

    look = shown_certificate(access_of(loop_host), 20)

    found = look and certificate_of(look)
    assert found
    assert not found.trusted
    assert found.digest == digest_of(loop_host)
    assert (found.issuer == "") is (fault is WireFault.SELF_SIGNED)


def test_without_tls_there_is_none(loop_host: Host) -> None:
    assert shown_certificate(replace(access_of(loop_host), tls=False), 20) is None


def test_who_never_shakes_hands_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        access = Access("127.0.0.1", silent.getsockname()[1], "u", asked)
        assert shown_certificate(access, 0.5) is None
