"""What probing an endpoint found: at which point it stands, and how bad that is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drconsole.cli.findings import Finding, State, findings_of, worst
from drconsole.cli.probing import Probed
from drconsole.config.model import Connection, NodeAddress
from drconsole.config.secrets import Secret
from drconsole.domain.endpoint import Endpoint, EndpointKind, Insecurity
from drconsole.domain.reading import Node, Reading
from drconsole.errors import (
    BadReply,
    CertificateRejected,
    Constrained,
    EndpointError,
    LoginRefused,
    NoRights,
    ScriptFailed,
    TimedOut,
    Unreachable,
)
from drconsole.platforms.certificate import Certificate

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
ENDPOINT = Endpoint("hv1", "New York", EndpointKind.HYPERV_HOST, "hv1.example")
SECRET = Secret("ops", "dr", "keyring", lambda: "")
CONNECTION = Connection(ENDPOINT, "hv1.example", 5986, "dr", SECRET, Path("/ca.pem"), "basic", False)
GOOD = Certificate("hv1.example", "corp CA", NOW + timedelta(days=200), b"\xab" * 32, True)
READING = Reading(
    *("hv1", "New York", NOW, NOW, True, ()),
    skew_s=0.4,
    version="PowerShell 5.1",
    user="dr",
    transport="basic, TLSv1.3, per call",
)


def found(
    result: Reading | EndpointError = READING,
    certificate: Certificate | None = GOOD,
    connection: Connection = CONNECTION,
) -> list[Finding]:
    certificates = {"": certificate} if certificate else {}
    return list(findings_of(Probed(connection, result, NOW, certificates)))


def states(findings: list[Finding]) -> dict[str, State]:
    return {one.what: one.state for one in findings}


def test_an_endpoint_that_is_well_is_fine_at_every_point() -> None:
    findings = found()

    assert [(one.what, one.told) for one in findings] == [
        ("reachable", "hv1.example:5986"),
        ("certificate", "ends 2027-06-14 (in 200 days), issued by 'corp CA', verified by /ca.pem"),
        ("login", "dr, basic, TLSv1.3, per call"),
        ("PowerShell", "FullLanguage"),
        ("rights", "sees everything, 0 VMs"),
        ("version", "PowerShell 5.1"),
        ("clock", "agrees with this one (+0.4 s)"),
    ]
    assert worst(findings) is State.OK


@pytest.mark.parametrize(
    ("kind", "what", "before"),
    [
        (Unreachable, "reachable", []),
        (CertificateRejected, "certificate", ["reachable"]),
        (LoginRefused, "login", ["reachable", "certificate"]),
        (Constrained, "PowerShell", ["reachable", "certificate"]),
        (NoRights, "rights", ["reachable", "certificate"]),
        (TimedOut, "answer", ["reachable", "certificate"]),
        (BadReply, "answer", ["reachable", "certificate"]),
        (ScriptFailed, "answer", ["reachable", "certificate"]),
    ],
)
def test_an_error_shows_at_its_point_after_what_went_well(
    kind: type[EndpointError], what: str, before: list[str]
) -> None:
    certificate = replace(GOOD, trusted=False) if kind is CertificateRejected else GOOD
    findings = found(kind("It said no.", hint="Do that."), certificate)

    failed = next(one for one in findings if one.told == "It said no.")
    assert (failed.what, failed.state, failed.hint) == (what, State.FAILED, "Do that.")
    assert [one.what for one in findings[: findings.index(failed)]] == before
    assert worst(findings) is State.FAILED


def test_a_certificate_that_is_not_trusted_is_told_as_it_would_be_pinned() -> None:
    (shown,) = (
        one
        for one in found(CertificateRejected("no"), replace(GOOD, trusted=False, issuer=""))
        if "NOT trusted" in one.told
    )

    assert shown.state is State.FAILED
    assert f"vouches for itself, NOT trusted, 'hv1.example' sha256:{'ab' * 32}" in shown.told
    assert "pins: [sha256:...]" in shown.hint


@pytest.mark.parametrize(
    ("days", "state", "told"),
    [
        (31, State.OK, "ends 2026-12-27 (in 31 days)"),
        (29, State.LOOK, "ends 2026-12-25 (in 29 days)"),
        (-2, State.LOOK, "ended 2026-11-24 (2 days ago)"),
    ],
)
def test_the_end_of_a_certificate(days: int, state: State, told: str) -> None:
    certificate = next(
        one
        for one in found(certificate=replace(GOOD, end=NOW + timedelta(days=days)))
        if one.what == "certificate"
    )

    assert certificate.state is state
    assert certificate.told.startswith(told)


@pytest.mark.parametrize(
    ("skew", "state", "told"),
    [
        (59.0, State.OK, "agrees with this one (+59.0 s)"),
        (-3600.0, State.LOOK, "60m behind this one"),
        (120.0, State.LOOK, "2m ahead of this one"),
        (None, State.LOOK, "it tells no time"),
    ],
)
def test_the_clock(skew: float | None, state: State, told: str) -> None:
    clock = next(one for one in found(replace(READING, skew_s=skew)) if one.what == "clock")

    assert (clock.state, clock.told) == (state, told)


@pytest.mark.parametrize("how", Insecurity)
def test_what_the_config_accepts_by_name_is_to_be_looked_at(how: Insecurity) -> None:
    clear = how is Insecurity.CLEAR_PASSWORD
    connection = replace(
        CONNECTION, insecure=True, tls=not clear, ca_file=None, endpoint=replace(ENDPOINT, insecure=how)
    )

    certificate = next(
        one
        for one in found(certificate=None if clear else GOOD, connection=connection)
        if one.what == "certificate"
    )

    assert certificate.state is State.LOOK
    assert ("can be read on the wire" if clear else "NOT verified") in certificate.told
    assert "insecure: true" in certificate.hint


def test_sealed_messages_need_no_certificate() -> None:
    sealed = replace(CONNECTION, tls=False, transport="ntlm", ca_file=None)

    assert states(found(certificate=None, connection=sealed))["certificate"] is State.OK


def test_what_could_not_be_seen_is_to_be_looked_at() -> None:
    findings = found(replace(READING, complete=False, limits=("No VM was seen.", "Not all.")))

    assert [(one.state, one.told) for one in findings if one.what == "rights"] == [
        (State.LOOK, "No VM was seen."),
        (State.LOOK, "Not all."),
    ]


def test_a_node_that_does_not_answer_fails() -> None:
    nodes = (NodeAddress("N1", "n1", 5986), NodeAddress("N2", "n2", 5986))
    cluster = replace(CONNECTION, nodes=nodes, endpoint=replace(ENDPOINT, kind=EndpointKind.HYPERV_CLUSTER))
    reading = replace(READING, nodes=(Node("N1", True), Node("N2", False, "no connection")))

    findings = found(reading, connection=cluster)

    assert [(one.state, one.told) for one in findings if one.what == "node"] == [
        (State.OK, "N1 answers"),
        (State.FAILED, "N2: no connection"),
    ]
    assert findings[0].told == "n1:5986, n2:5986"
    assert findings[1].told.startswith("own address: ends ")


def test_a_cluster_whose_own_address_shows_nothing_is_to_be_looked_at() -> None:
    nodes = (NodeAddress("N1", "n1", 5986),)
    cluster = replace(CONNECTION, nodes=nodes, endpoint=replace(ENDPOINT, kind=EndpointKind.HYPERV_CLUSTER))

    findings = findings_of(Probed(cluster, READING, NOW, {"N1": GOOD}))

    own = next(one for one in findings if one.what == "own address")
    assert (own.state, own.told) == (State.LOOK, "hv1.example:5986 shows no certificate")
    assert next(one.told for one in findings if one.what == "certificate").startswith("N1: ends ")


def test_a_vsphere_endpoint_has_no_powershell() -> None:
    vcenter = replace(CONNECTION, endpoint=replace(ENDPOINT, kind=EndpointKind.VSPHERE))

    assert "PowerShell" not in states(found(connection=vcenter))
