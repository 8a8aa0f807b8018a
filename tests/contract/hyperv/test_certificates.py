"""Whom a read trusts, and what it says when it does not."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from cryptography import x509

from drconsole.errors import CertificateRejected
from drconsole.lab.wire_faults import WireFault
from drconsole.platforms.base import Tier
from tests.contract.hyperv.hosts import Host, host


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (WireFault.UNKNOWN_CA, "issued by an authority that the CA file .* does not know"),
        (WireFault.SELF_SIGNED, "vouches for itself"),
        (WireFault.OTHER_NAME, "made out to another name"),
        (WireFault.EXPIRED_CERTIFICATE, "has expired"),
    ],
)
def test_a_wrong_certificate_is_refused_in_its_own_words(ny: Host, fault: WireFault, words: str) -> None:
    ny.fault(fault)
    with pytest.raises(CertificateRejected, match=words) as caught:
        ny.platform().read(Tier.LIGHT)
    assert caught.value.hint
    assert caught.value.subject == "ny-hv1"
    assert ny.look(lambda: ny.service.counters.requests) == 0


@pytest.mark.parametrize(
    "fault",
    [WireFault.UNKNOWN_CA, WireFault.SELF_SIGNED, WireFault.OTHER_NAME, WireFault.EXPIRED_CERTIFICATE],
)
def test_insecure_takes_it_and_says_so(ny: Host, fault: WireFault) -> None:
    ny.fault(fault)
    reading = ny.platform(insecure=True).read(Tier.LIGHT)
    assert reading.complete
    assert "not verified (insecure)" in reading.transport


@pytest.mark.parametrize("insecure", [False, True])
def test_its_end_is_told_whoever_vouches_for_it(ny: Host, insecure: bool) -> None:
    """The certificate itself is asked for by another client."""
    pem = ssl.get_server_certificate(("127.0.0.1", ny.listener.port))
    end = x509.load_pem_x509_certificate(pem.encode()).not_valid_after_utc
    platform = ny.platform(insecure=insecure)
    # The second read goes over the connection of the first where that is kept.
    assert [platform.read(Tier.LIGHT).certificate_end for _ in range(2)] == [end, end]


def test_without_a_ca_file_the_system_is_trusted(ny: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CertificateRejected, match="this machine's system does not know"):
        ny.platform(ca_file=None).read(Tier.LIGHT)
    # OpenSSL's own variable stands for the system's store here.
    monkeypatch.setenv("SSL_CERT_FILE", str(ny.authority.certificate_file))
    assert ny.platform(ca_file=None).read(Tier.LIGHT).complete


def test_a_ca_file_is_the_only_anchor(ny: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(ny.authority.certificate_file))
    with host(tmp_path / "other") as other, pytest.raises(CertificateRejected):
        ny.platform(ca_file=other.authority.certificate_file).read(Tier.LIGHT)


def test_the_bundle_of_requests_is_no_anchor(
    ny: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(ny.authority.certificate_file))
    with host(tmp_path / "other") as other, pytest.raises(CertificateRejected):
        ny.platform(ca_file=other.authority.certificate_file).read(Tier.LIGHT)


def test_a_certificate_that_vouches_for_itself_can_be_its_own_anchor(ny: Host) -> None:
    ny.fault(WireFault.SELF_SIGNED)
    with pytest.raises(CertificateRejected):
        ny.platform().read(Tier.LIGHT)
    files = set(ny.authority.folder.glob("*.pem"))
    own = max(files, key=lambda file: file.stat().st_mtime_ns)
    assert ny.platform(ca_file=own).read(Tier.LIGHT).complete


@pytest.mark.parametrize("content", [None, b"", b"no certificate", b"\xff\xfe"])
def test_a_ca_file_that_is_none_is_named(ny: Host, tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "broken.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CertificateRejected, match=r"broken\.pem cannot be used"):
        ny.platform(ca_file=file).read(Tier.LIGHT)
