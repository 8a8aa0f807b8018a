"""A pinned certificate of a vSphere endpoint: right is who shows exactly it."""

from __future__ import annotations

from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_pem_x509_certificate

from drconsole.errors import CertificateRejected
from drconsole.platforms.base import Tier
from tests.contract.vsphere.conftest import Reach
from tests.peers.certificates import Authority, Pair
from tests.peers.impostor import Interceptor
from tests.peers.peer import Peer

pytestmark = pytest.mark.peers

OTHER = sha256(b"the certificate of another host").digest()


def digest_of(pair: Pair) -> bytes:
    return load_pem_x509_certificate(pair.certificate.read_bytes()).fingerprint(SHA256())


def test_the_pinned_certificate_is_right_whatever_its_name_and_end(
    vcenter: Peer, authority: Authority, reach: Reach
) -> None:
    shown = authority.issue("vcenter.example", expired=True)
    with Interceptor(vcenter, shown) as server:
        platform = reach(server, ca_file=None, pins=frozenset((OTHER, digest_of(shown))))
        reading = platform.read(Tier.LIGHT)
        platform.close()

    assert reading.sightings
    assert "pinned certificate" in reading.transport


def test_another_certificate_is_refused_before_anything_is_sent(
    vcenter: Peer, authority: Authority, reach: Reach
) -> None:
    shown = authority.issue("127.0.0.1")
    with Interceptor(vcenter, shown) as server:
        with pytest.raises(CertificateRejected, match="not one that the config pins") as caught:
            reach(server, pins=frozenset((OTHER,))).read(Tier.LIGHT)
        assert server.calls == []

    assert f"sha256:{digest_of(shown).hex()}" in caught.value.message
    assert caught.value.subject == "new-york-vc"
