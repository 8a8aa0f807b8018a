"""The certificate that a vSphere endpoint shows, looked at without a login."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_pem_x509_certificate

from drconsole.platforms.base import Access
from drconsole.platforms.certificate import Shown, certificate_of
from drconsole.platforms.vsphere.probe import shown_certificate
from tests.peers.certificates import Authority
from tests.peers.impostor import Interceptor
from tests.peers.peer import Peer

pytestmark = pytest.mark.peers


def asked() -> str:
    pytest.fail("a password was asked for")


def test_it_is_told_whether_it_is_trusted_and_what_it_is(
    vcenter: Peer, authority: Authority, tmp_path: Path
) -> None:
    pair = authority.issue("127.0.0.1")
    digest = load_pem_x509_certificate(pair.certificate.read_bytes()).fingerprint(SHA256())
    stranger = Authority(tmp_path, "stranger").ca_file
    with Interceptor(vcenter, pair) as server:
        access = Access(server.host, server.port, "u", asked, authority.ca_file)
        looks = {
            "known": shown_certificate(access, 20),
            "unknown": shown_certificate(replace(access, ca_file=stranger), 20),
            "pinned": shown_certificate(replace(access, ca_file=None, pins=frozenset((digest,))), 20),
            "another pinned": shown_certificate(replace(access, pins=frozenset((b"x" * 32,))), 20),
            "insecure": shown_certificate(replace(access, ca_file=None, insecure=True), 20),
        }
        assert server.calls == []

    assert {name: look and look.trusted for name, look in looks.items()} == {
        "known": True,
        "unknown": False,
        "pinned": True,
        "another pinned": False,
        "insecure": False,
    }
    for look in looks.values():
        found = look and certificate_of(look)
        assert found
        assert (found.digest, found.subject, found.issuer) == (digest, "127.0.0.1", "authority")


def test_who_never_shakes_hands_is_given_up(authority: Authority) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        access = Access("127.0.0.1", silent.getsockname()[1], "u", asked, authority.ca_file)
        assert shown_certificate(access, 0.5) is None


def test_what_is_no_certificate_is_none() -> None:
    assert certificate_of(Shown(b"no certificate", True)) is None
