"""A pinned certificate: right is who shows exactly it, and nobody else learns the password."""

from __future__ import annotations

import ssl
from hashlib import sha256

import pytest

from drconsole.errors import CertificateRejected
from drconsole.lab.wire_faults import WireFault
from drconsole.platforms.base import Tier
from tests.contract.hyperv.hosts import Host

OTHER = sha256(b"the certificate of another host").digest()


def shown_by(host: Host) -> bytes:
    """The SHA-256 of the certificate that the host shows now."""
    shown = ssl.get_server_certificate(("127.0.0.1", host.listener.port))
    return sha256(ssl.PEM_cert_to_DER_cert(shown)).digest()


def test_the_pinned_certificate_is_right_without_its_authority(ny: Host) -> None:
    reading = ny.platform(ca_file=None, pins=frozenset((OTHER, shown_by(ny)))).read(Tier.LIGHT)

    assert reading.complete
    assert "pinned certificate" in reading.transport


@pytest.mark.parametrize(
    "fault",
    [WireFault.UNKNOWN_CA, WireFault.SELF_SIGNED, WireFault.OTHER_NAME, WireFault.EXPIRED_CERTIFICATE],
)
def test_a_pin_alone_decides(ny: Host, fault: WireFault) -> None:
    ny.fault(fault)

    assert ny.platform(ca_file=None, pins=frozenset((shown_by(ny),))).read(Tier.LIGHT).complete


def test_another_certificate_is_refused_although_its_authority_is_known(ny: Host) -> None:
    platform = ny.platform(pins=frozenset((OTHER,)))

    with pytest.raises(CertificateRejected, match="not one that the config pins") as caught:
        platform.read(Tier.LIGHT)

    assert f"sha256:{shown_by(ny).hex()}" in caught.value.message
    assert caught.value.hint
    assert ny.look(lambda: ny.service.counters.requests) == 0


def test_a_certificate_that_changes_later_is_refused(ny: Host) -> None:
    platform = ny.platform(pins=frozenset((shown_by(ny),)))
    assert platform.read(Tier.LIGHT).complete
    platform.close()
    ny.fault(WireFault.SELF_SIGNED)
    before = ny.look(lambda: ny.service.counters.requests)

    with pytest.raises(CertificateRejected, match="not one that the config pins"):
        platform.read(Tier.LIGHT)

    assert ny.look(lambda: ny.service.counters.requests) == before
