"""Certificates of the lab: kept, private, and wrong only where they say so."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from drconsole.lab.certificates import LOOPBACK, YEAR, Authority


def certificates(file: Path) -> list[x509.Certificate]:
    """The certificates in a file that may hold a key as well."""
    return x509.load_pem_x509_certificates(file.read_bytes())


def trusts(authority: Authority, leaf: Path, name: str) -> bool:
    """Whether a verifier that is not OpenSSL accepts a leaf for a name."""
    verifier = PolicyBuilder().store(Store(certificates(authority.certificate_file)))
    try:
        verifier.build_server_verifier(x509.DNSName(name)).verify(certificates(leaf)[0], [])
    except VerificationError:
        return False
    return True


def test_an_authority_is_found_again_in_its_folder(tmp_path: Path) -> None:
    first = Authority(tmp_path / "tls")
    before = first.certificate_file.read_bytes()
    again = Authority(tmp_path / "tls")
    assert again.certificate_file.read_bytes() == before
    leaf = again.issue("ny-hv1", [LOOPBACK], datetime.now(UTC) + YEAR)
    assert trusts(first, leaf, "ny-hv1")


def test_two_folders_are_two_authorities(tmp_path: Path) -> None:
    one, other = Authority(tmp_path / "one"), Authority(tmp_path / "other")
    leaf = one.issue("ny-hv1", [LOOPBACK], datetime.now(UTC) + YEAR)
    assert trusts(one, leaf, "ny-hv1")
    assert not trusts(other, leaf, "ny-hv1")
    assert not trusts(one, leaf, "ny-hv2")


def test_a_leaf_names_its_endpoint_and_the_loopback_address(tmp_path: Path) -> None:
    leaf = Authority(tmp_path).issue("ny-hv1", [LOOPBACK], datetime.now(UTC) + YEAR)
    names = certificates(leaf)[0].extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["ny-hv1"]
    assert names.get_values_for_type(x509.IPAddress) == [LOOPBACK]


def test_files_are_the_owner_s_alone(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "tls")
    authority.issue("ny-hv1", [LOOPBACK], datetime.now(UTC) + YEAR)
    authority.self_sign("ny-hv1", [LOOPBACK])
    modes = {stat.S_IMODE(file.stat().st_mode) for file in authority.folder.iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE(authority.folder.stat().st_mode) == 0o700


def test_a_folder_with_a_foreign_key_is_refused(tmp_path: Path) -> None:
    Authority(tmp_path)
    (tmp_path / "ca.key").write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    with pytest.raises(ValueError, match=r".+"):
        Authority(tmp_path)
