"""Certificates of the lab: one authority per lab folder, good and bad leaves for its endpoints."""

from __future__ import annotations

import hashlib
import os
import ssl
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

YEAR = timedelta(days=365)
LOOPBACK = IPv4Address("127.0.0.1")


class CertificateKind(StrEnum):
    """What is right or wrong with a leaf."""

    GOOD = "good"
    EXPIRED = "expired"
    OTHER_NAME = "other-name"
    UNKNOWN_CA = "unknown-ca"
    SELF_SIGNED = "self-signed"


class Authority:
    """A certificate authority whose files lie in ``folder``, made when it has none.

    ``certificate_file`` is what clients trust; keys are readable by the owner alone.
    """

    def __init__(self, folder: Path, name: str = "drconsole lab CA") -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder = folder
        self.certificate_file = folder / "ca.pem"
        key_file = folder / "ca.key"
        if self.certificate_file.exists() and key_file.exists():
            self._key = _load_key(key_file)
            self._certificate = x509.load_pem_x509_certificate(self.certificate_file.read_bytes())
        else:
            self._key = ec.generate_private_key(ec.SECP256R1())
            self._certificate = _sign_authority(name, self._key)
            _write(key_file, _key_pem(self._key))
            _write(self.certificate_file, _pem(self._certificate))

    def endpoint(self, name: str) -> EndpointCertificates:
        """The certificates of the endpoint called ``name`` at 127.0.0.1."""
        return EndpointCertificates(self, name)

    def issue(self, subject: str, addresses: list[IPv4Address], not_after: datetime) -> Path:
        """Issue a leaf; returns a file with its key and certificate."""
        key = ec.generate_private_key(ec.SECP256R1())
        names: list[x509.GeneralName] = [x509.DNSName(subject), *map(x509.IPAddress, addresses)]
        issuer, issuer_key = self._certificate.subject, self._key
        leaf = _sign_leaf(subject, key, names, issuer, issuer_key, not_after)
        return self._store(key, leaf)

    def self_sign(self, subject: str, addresses: list[IPv4Address]) -> Path:
        """Make a leaf that vouches for itself, as Windows makes them on its own; returns its file."""
        key = ec.generate_private_key(ec.SECP256R1())
        names: list[x509.GeneralName] = [x509.DNSName(subject), *map(x509.IPAddress, addresses)]
        leaf = _sign_leaf(subject, key, names, _common_name(subject), key, datetime.now(UTC) + YEAR)
        return self._store(key, leaf)

    def _store(self, key: ec.EllipticCurvePrivateKey, leaf: x509.Certificate) -> Path:
        file = self.folder / f"{leaf.serial_number:x}.pem"
        _write(file, _key_pem(key) + _pem(leaf))
        return file


class EndpointCertificates:
    """The TLS contexts of one endpoint: made when first needed, one per kind."""

    def __init__(self, authority: Authority, name: str) -> None:
        self._authority = authority
        self._name = name
        self._contexts: dict[CertificateKind, ssl.SSLContext] = {}
        self._fingerprints: dict[ssl.SSLContext, bytes] = {}

    def context(self, kind: CertificateKind = CertificateKind.GOOD) -> ssl.SSLContext:
        """A server's context that shows a certificate of this kind."""
        if kind not in self._contexts:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            leaf = self._leaf(kind)
            context.load_cert_chain(leaf)
            self._contexts[kind] = context
            shown = x509.load_pem_x509_certificates(leaf.read_bytes())[0]
            self._fingerprints[context] = hashlib.sha256(
                shown.public_bytes(serialization.Encoding.DER)
            ).digest()
        return self._contexts[kind]

    def fingerprint(self, context: ssl.SSLContext) -> bytes:
        """The SHA-256 of the certificate that one of these contexts shows: its channel binding (RFC 5929)."""
        return self._fingerprints[context]

    def _leaf(self, kind: CertificateKind) -> Path:
        now = datetime.now(UTC)
        match kind:
            case CertificateKind.GOOD:
                return self._authority.issue(self._name, [LOOPBACK], now + YEAR)
            case CertificateKind.EXPIRED:
                return self._authority.issue(self._name, [LOOPBACK], now - timedelta(days=1))
            case CertificateKind.OTHER_NAME:
                return self._authority.issue(f"not-{self._name}", [], now + YEAR)
            case CertificateKind.UNKNOWN_CA:
                stranger = Authority(self._authority.folder / "unknown-ca", "an authority nobody knows")
                return stranger.issue(self._name, [LOOPBACK], now + YEAR)
            case CertificateKind.SELF_SIGNED:
                return self._authority.self_sign(self._name, [LOOPBACK])


def _sign_authority(name: str, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    subject, now = _common_name(name), datetime.now(UTC)
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + 5 * YEAR)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _sign_leaf(
    subject: str,
    key: ec.EllipticCurvePrivateKey,
    names: list[x509.GeneralName],
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    not_after: datetime,
) -> x509.Certificate:
    server = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(_common_name(subject))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_after - 2 * YEAR)
        .not_valid_after(not_after)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(server, critical=False)
        .add_extension(identifier, critical=False)
        .sign(issuer_key, hashes.SHA256())
    )


def _common_name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _load_key(file: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError(f"{file} holds no key of this lab")
    return key


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _write(file: Path, data: bytes) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
