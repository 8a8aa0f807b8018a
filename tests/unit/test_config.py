"""A right configuration as the rest of the house gets it."""

from __future__ import annotations

import ssl
import stat
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from drconsole.cli.wiring import platform_of, run_console
from drconsole.config import paths
from drconsole.config.address import split_address
from drconsole.config.load import load
from drconsole.config.model import NodeAddress
from drconsole.domain.endpoint import EndpointKind, Insecurity, Pair, Site
from drconsole.errors import ConfigError, LoginRefused, StateError
from drconsole.platforms.hyperv.cluster_platform import HyperVCluster
from drconsole.platforms.hyperv.platform import HyperV

CONFIG = """\
environment: "Töst 12:30"
sites:
  NO: {test_networks: [isolated, "vlan 7"]}
  New Jersey: {}
  Third: {}
pairs: [{from: NO, to: New Jersey}]
credentials:
  ops: {user: ops, password_command: [pass, ops]}
  vc: {user: vc@vsphere.local, env: VC_PASSWORD}
endpoints:
  gold-1: {kind: hyperv, site: NO, address: gold, credentials: ops, refresh_s: 5, budget_s: 7.5}
  gold-2: {kind: hyperv, site: NO, address: "[fe80::1]:15986", credentials: ops, ca_file: ca/one.pem}
  vc.nj: {kind: vsphere, site: New Jersey, address: "10.0.0.1", credentials: vc, insecure: true}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "c.yaml"
    path.write_text(CONFIG.replace(", ca_file: ca/one.pem", ""), encoding="utf-8")
    return path


def test_estate_keeps_the_order_and_words_of_the_file(file: Path) -> None:
    estate = load(file).estate

    assert estate.environment == "Töst 12:30"
    assert estate.sites == (
        Site("NO", frozenset({"isolated", "vlan 7"})),
        Site("New Jersey"),
        Site("Third"),
    )
    assert estate.pairs == (Pair("NO", "New Jersey"),)
    assert [(e.name, e.kind, e.refresh_s, e.budget_s) for e in estate.endpoints] == [
        ("gold-1", EndpointKind.HYPERV_HOST, 5.0, 7.5),
        ("gold-2", EndpointKind.HYPERV_HOST, 30.0, 20.0),
        ("vc.nj", EndpointKind.VSPHERE, 30.0, 20.0),
    ]


def test_as_whom_and_how_an_endpoint_is_asked_stands_in_words(file: Path) -> None:
    told = [(one.user, one.transport) for one in load(file).estate.endpoints]
    assert told == [
        ("ops", "basic, TLS"),
        ("ops", "basic, TLS"),
        ("vc@vsphere.local", "TLS, certificate not verified (insecure)"),
    ]


def test_connections_carry_defaults_and_share_the_secret_of_a_credential(file: Path) -> None:
    one, two, vc = load(file).connections

    assert (one.host, one.port, one.user, one.transport, one.insecure) == (
        "gold",
        5986,
        "ops",
        "basic",
        False,
    )
    assert (two.host, two.port) == ("fe80::1", 15986)
    assert (vc.host, vc.port, vc.user, vc.insecure) == ("10.0.0.1", 443, "vc@vsphere.local", True)
    assert one.secret is two.secret
    assert one.secret is not vc.secret


def test_relative_paths_start_at_the_file(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = tmp_path / "ca" / "one.pem"
    certificate.parent.mkdir()
    certificate.write_bytes(make_certificate())
    file.write_text("state: ../elsewhere/state\ntheme: mine.yaml\n" + CONFIG, encoding="utf-8")
    (tmp_path / "mine.yaml").write_text("primary: '#ffffff'\n")
    monkeypatch.chdir("/")

    config = load(file)

    assert config.connections[1].ca_file == certificate
    assert config.state == tmp_path.parent / "elsewhere" / "state"
    assert config.theme == str(tmp_path / "mine.yaml")


def test_reading_a_configuration_leaves_no_trace(file: Path, tmp_path: Path) -> None:
    file.write_text("state: state\n" + file.read_text(encoding="utf-8"), encoding="utf-8")

    load(file)

    assert list(tmp_path.iterdir()) == [file]


def test_nodes_make_a_cluster_and_inherit_the_rest(file: Path) -> None:
    nodes = "nodes: {HV1: hv1.example, HV2: '[fe80::2]:15986'}, transport: ntlm, way: per-call, "
    file.write_text(CONFIG.replace(", ca_file: ca/one.pem", "").replace("gold-1: {", "gold-1: {" + nodes))

    config = load(file)

    one, two, _ = config.connections
    assert [e.kind for e in config.estate.endpoints][:2] == [
        EndpointKind.HYPERV_CLUSTER,
        EndpointKind.HYPERV_HOST,
    ]
    assert one.nodes == (NodeAddress("HV1", "hv1.example", 5986), NodeAddress("HV2", "fe80::2", 15986))
    assert (one.transport, one.way, two.transport, two.way, two.nodes) == (
        "ntlm",
        "per-call",
        "basic",
        "loop",
        (),
    )
    cluster = platform_of(one, config.state)
    assert isinstance(cluster, HyperVCluster)
    assert [(host.peer.address, host.access.user) for host in cluster.hosts.values()] == [
        ("hv1.example:5986", "ops"),
        ("[fe80::2]:15986", "ops"),
    ]
    assert all(
        host.access == replace(cluster.access, host=host.access.host, port=host.access.port)
        for host in cluster.hosts.values()
    )


@pytest.mark.parametrize(
    ("told", "meant"), [("30s", 30), ("15m", 900), ("1h", 3600), ("2d", 172800), ("999999s", 999999)]
)
def test_the_rpo_of_a_pair(file: Path, told: str, meant: int) -> None:
    file.write_text(
        file.read_text(encoding="utf-8").replace("to: New Jersey", f"to: New Jersey, rpo: {told}")
    )

    assert load(file).estate.pairs == (Pair("NO", "New Jersey", meant),)


@pytest.mark.parametrize("transport", ["ntlm", "kerberos"])
@pytest.mark.parametrize(("address", "port"), [("gold", 5985), ("'gold:5985'", 5985), ("'gold:80'", 80)])
def test_a_transport_that_seals_needs_no_tls(file: Path, transport: str, address: str, port: int) -> None:
    clear = f"address: {address}, credentials: ops, transport: {transport}, tls: false"
    text = file.read_text(encoding="utf-8").replace("address: gold, credentials: ops", clear)
    file.write_text(text, encoding="utf-8")

    one, two, _ = load(file).connections

    assert (one.transport, one.tls, one.port) == (transport, False, port)
    assert (two.transport, two.tls) == ("basic", True)


@pytest.mark.parametrize(
    ("address", "kind", "host", "port"),
    [
        ("hv1", "hyperv", "hv1", 5986),
        ("hv1.example.com.", "vsphere", "hv1.example.com.", 443),
        ("münchen-hv_1:1", "hyperv", "münchen-hv_1", 1),
        ("::1", "vsphere", "::1", 443),
        ("[::1]", "hyperv", "::1", 5986),
        ("[::1]:65535", "hyperv", "::1", 65535),
    ],
)
def test_addresses(address: str, kind: str, host: str, port: int) -> None:
    assert split_address(address, kind) == (host, port)


def test_file_is_found_by_option_then_variable_then_platform(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("DRCONSOLE_CONFIG", str(tmp_path / "named.yaml"))
    assert paths.find(Path("given.yaml")) == Path.cwd() / "given.yaml"
    assert paths.find() == tmp_path / "named.yaml"

    monkeypatch.setenv("DRCONSOLE_CONFIG", "")
    with pytest.raises(ConfigError) as caught:
        paths.find()
    assert "drconsole lab" in caught.value.hint
    assert str(paths.usual()) in caught.value.message

    paths.usual().parent.mkdir(parents=True)
    paths.usual().touch()
    assert paths.find() == paths.usual()


def test_state_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "state"

    paths.prepare_state(folder)

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("where", ["file", "file/state", "proc"])
def test_state_that_cannot_be_written_is_told_with_its_remedy(where: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    folder = Path("/proc/drconsole") if where == "proc" else tmp_path / where

    with pytest.raises(StateError) as caught:
        paths.prepare_state(folder)

    assert str(folder) in caught.value.message
    assert "state: PATH" in caught.value.hint


def make_certificate() -> bytes:
    """A self-signed certificate in PEM."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test CA")])
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )


def test_pins_are_fingerprints_or_files(file: Path, tmp_path: Path) -> None:
    one, two = make_certificate(), make_certificate()
    (tmp_path / "both.pem").write_bytes(one + two)
    der = [ssl.PEM_cert_to_DER_cert(text.decode()) for text in (one, two)]
    written = ":".join(f"{byte:02X}" for byte in sha256(b"x").digest())
    pins = f"pins: [both.pem, 'SHA256:{written}'], "
    file.write_text(CONFIG.replace(", ca_file: ca/one.pem", "").replace("gold-1: {", "gold-1: {" + pins))

    connection = load(file).connections[0]

    assert connection.pins == {sha256(data).digest() for data in (*der, b"x")}
    platform = platform_of(connection, tmp_path)
    assert isinstance(platform, HyperV)
    assert platform.access.pins == connection.pins


@pytest.mark.parametrize(
    ("keys", "how"),
    [
        ("insecure: true", Insecurity.UNVERIFIED),
        ("insecure: true, tls: false", Insecurity.CLEAR_PASSWORD),
        ("insecure: false", None),
        ("transport: ntlm, tls: false", None),
    ],
)
def test_what_is_insecure_is_said_by_name(file: Path, keys: str, how: Insecurity | None) -> None:
    text = CONFIG.replace(", ca_file: ca/one.pem", "").replace("gold-1: {", f"gold-1: {{{keys}, ")
    file.write_text(text, encoding="utf-8")

    assert load(file).estate.endpoints[0].insecure is how


def test_kerberos_needs_no_source_of_a_password(file: Path) -> None:
    text = CONFIG.replace(", ca_file: ca/one.pem", "").replace("credentials: ops", "credentials: me")
    text = text.replace("credentials: me", "credentials: me, transport: kerberos")
    file.write_text(text.replace("  ops: {user", "  me: {user: me}\n  ops: {user"), encoding="utf-8")

    config = load(file)

    assert [secret.name for secret in config.needed_secrets] == ["vc"]
    with pytest.raises(LoginRefused, match="names no source"):
        config.connections[0].secret()


@pytest.mark.parametrize(("line", "mouse"), [("", None), ("mouse: false", False), ("mouse: true", True)])
def test_the_mouse(file: Path, line: str, mouse: bool | None) -> None:
    file.write_text(f"{line}\n{CONFIG.replace(', ca_file: ca/one.pem', '')}", encoding="utf-8")

    assert load(file).mouse is mouse


def test_the_console_gets_theme_and_mouse(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = CONFIG.replace(", ca_file: ca/one.pem", "")
    file.write_text(f"theme: light\nmouse: false\nstate: {tmp_path}/state\n{text}", encoding="utf-8")
    opened: list[tuple[object, ...]] = []

    def run(source: object, desk: object, theme: str | None, *, mouse: bool | None) -> int:
        opened.append((type(source).__name__, type(desk).__name__, theme, mouse))
        return 7

    monkeypatch.setattr("drconsole.tui.console.run_console", run)

    assert run_console(load(file)) == 7
    assert opened == [("Inventory", "Desk", "light", False)]
