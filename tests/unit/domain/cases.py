"""Worlds with the verdict that the truth table gives them, written by hand from the rules, section 3.

Each case: its name, the readings, the silent endpoints, and for each copy (site, role, row, alarm codes).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from drconsole.domain.place import Place
from drconsole.domain.reading import (
    ApplianceRow,
    HbrSource,
    ManagedBy,
    Node,
    Power,
    Reading,
    Relation,
    ReplicaFiles,
    Sighting,
)
from drconsole.domain.roles import Role

from .builders import NJ, NOW, NY, reading, recorded, relation, vm, vs

ON, OFF, SAVED = Power.ON, Power.OFF, Power.SAVED
DAY = 86400.0
LATE = NOW - timedelta(hours=2)

Expected = tuple[str, str, str, frozenset[str]]


@dataclass(frozen=True)
class Case:
    """One world and what must be said of it."""

    name: str
    readings: tuple[Reading, ...]
    copies: tuple[Expected, ...]
    silent: tuple[str, ...] = ()
    workload_alarms: frozenset[str] = frozenset()


def _copy(site: str, role: str, row: str, *alarms: str) -> Expected:
    return (site, role, row, frozenset(alarms))


def _pair(
    name: str,
    left: tuple[Power, str, str],
    right: tuple[Power, str, str],
    *expected: Expected,
    records: tuple[Role | None, Role | None] = (None, None),
    split: bool = False,
    **more: object,
) -> Case:
    """A copy at ny and one at nj, each (power, mode, state), with a failover record or without."""
    sightings = [
        vm(host, power, relation(mode, state), **more)  # type: ignore[arg-type]
        for host, (power, mode, state) in (("ny", left), ("nj", right))
    ]
    sightings = [recorded(s, role) if role else s for s, role in zip(sightings, records, strict=True)]
    alarms = frozenset({"split-brain"}) if split else frozenset[str]()
    return Case(name, (reading("ny", sightings[0]), reading("nj", sightings[1])), expected, (), alarms)


def _alone(name: str, host: str, mode: str, state: str, power: Power, *expected: Expected) -> Case:
    """One copy; the other site's host is silent and was never read."""
    return Case(name, (reading(host, vm(host, power, relation(mode, state))),), expected)


HEALTHY = (ON, "Primary", "Replicating"), (OFF, "Replica", "Replicating")
WAITING = "WaitingForInitialReplication"
FAILED = "FailedOverWaitingCompletion"

TWO_COPIES = [
    _pair("healthy", *HEALTHY, _copy(NY, "ORIGINAL", "H10"), _copy(NJ, "REPLICA", "H9")),
    _pair(
        "both primary, one off",
        (ON, "Primary", "Replicating"),
        (OFF, "Primary", "Replicating"),
        _copy(NY, "UNKNOWN", "H1", "contradiction"),
        _copy(NJ, "UNKNOWN", "H1", "contradiction"),
    ),
    _pair(
        "both primary and running",
        (ON, "Primary", "Replicating"),
        (ON, "Primary", "Replicating"),
        _copy(NY, "UNKNOWN", "H1", "contradiction"),
        _copy(NJ, "UNKNOWN", "H1", "contradiction"),
        split=True,
    ),
    _pair(
        "both primary, one prepared",
        (OFF, "Primary", "PreparedForFailover"),
        (OFF, "Primary", "Replicating"),
        _copy(NY, "UNKNOWN", "H1", "contradiction"),
        _copy(NJ, "UNKNOWN", "H1", "contradiction"),
    ),
    _pair(
        "both replica",
        (OFF, "Replica", "Replicating"),
        (OFF, "Replica", WAITING),
        _copy(NY, "REPLICA", "H2", "no-original"),
        _copy(NJ, "REPLICA", "H2", "no-original"),
    ),
    _pair(
        "stale original serves",
        (ON, "Primary", "Error"),
        (OFF, "Replica", "FailedOver"),
        _copy(NY, "FORMER ORIGINAL", "H3", "stale-original-serves"),
        _copy(NJ, "RECOVERED", "H6", "unprotected"),
    ),
    _pair(
        "nothing serves",
        (OFF, "Primary", "PreparedForFailover"),
        (OFF, "Replica", FAILED),
        _copy(NY, "FORMER ORIGINAL", "H3", "nothing-serves"),
        _copy(NJ, "RECOVERED", "H6", "unprotected"),
    ),
    _pair(
        "failed over as it should be",
        (OFF, "Primary", "PreparedForFailover"),
        (ON, "Replica", FAILED),
        _copy(NY, "FORMER ORIGINAL", "H3"),
        _copy(NJ, "RECOVERED", "H6", "unprotected"),
    ),
    _pair(
        "split-brain after a failover",
        (ON, "Primary", "Error"),
        (ON, "Replica", "FailedOver"),
        _copy(NY, "FORMER ORIGINAL", "H3"),
        _copy(NJ, "RECOVERED", "H6", "unprotected"),
        split=True,
    ),
    _pair(
        "prepared",
        (OFF, "Primary", "PreparedForFailover"),
        (OFF, "Replica", "Replicating"),
        _copy(NY, "ORIGINAL", "H4", "planned-in-progress"),
        _copy(NJ, "REPLICA", "H9"),
    ),
    _pair(
        "reverse after unplanned",
        (OFF, "Replica", WAITING),
        (ON, "Replica", "FailedOver"),
        _copy(NY, "FORMER ORIGINAL", "H5", "no-good-replica"),
        _copy(NJ, "RECOVERED", "H6", "unprotected"),
    ),
    _pair(
        "first copy",
        (ON, "Primary", "InitialReplicationInProgress"),
        (OFF, "Replica", WAITING),
        _copy(NY, "ORIGINAL", "H10"),
        _copy(NJ, "REPLICA", "H9", "first-copy"),
    ),
    _pair(
        "reverse in progress by record",
        (OFF, "Replica", WAITING),
        (ON, "Primary", "InitialReplicationInProgress"),
        _copy(NY, "FORMER ORIGINAL", "H5", "no-good-replica"),
        _copy(NJ, "ORIGINAL", "H10"),
        records=(None, Role.RECOVERED),
    ),
    _pair(
        "both primary, a record says which took over",
        (OFF, "Primary", "Error"),
        (ON, "Primary", "Replicating"),
        _copy(NY, "FORMER ORIGINAL", "H1", "contradiction"),
        _copy(NJ, "RECOVERED", "H1", "contradiction"),
        records=(None, Role.RECOVERED),
    ),
    _pair(
        "both primary, both records agree",
        (OFF, "Primary", "Error"),
        (ON, "Primary", "Replicating"),
        _copy(NY, "FORMER ORIGINAL", "H1", "contradiction"),
        _copy(NJ, "RECOVERED", "H1", "contradiction"),
        records=(Role.FORMER_ORIGINAL, Role.RECOVERED),
    ),
    _pair(
        "both primary, and both were recovered once",
        (OFF, "Primary", "Error"),
        (ON, "Primary", "Replicating"),
        _copy(NY, "UNKNOWN", "H1", "contradiction"),
        _copy(NJ, "UNKNOWN", "H1", "contradiction"),
        records=(Role.RECOVERED, Role.RECOVERED),
    ),
    _pair(
        "the old original would start by itself",
        (OFF, "Primary", "PreparedForFailover"),
        (ON, "Replica", FAILED),
        _copy(NY, "FORMER ORIGINAL", "H3", "starts-by-itself"),
        _copy(NJ, "RECOVERED", "H6", "unprotected"),
        auto_start="Start",
    ),
    _pair(
        "the old original would start only if it ran, and it is off",
        (OFF, "Primary", "PreparedForFailover"),
        (ON, "Replica", FAILED),
        _copy(NY, "FORMER ORIGINAL", "H3"),
        _copy(NJ, "RECOVERED", "H6", "unprotected"),
        auto_start="StartIfRunning",
    ),
    _pair(
        "the old original would start because it was saved while it ran",
        (SAVED, "Primary", "Error"),
        (ON, "Replica", FAILED),
        _copy(NY, "FORMER ORIGINAL", "H3", "starts-by-itself"),
        _copy(NJ, "RECOVERED", "H6", "unprotected", "original-not-verified-off"),
        auto_start="StartIfRunning",
    ),
    _pair(
        "the old original is saved, which is not off",
        (SAVED, "Primary", "Error"),
        (ON, "Replica", FAILED),
        _copy(NY, "FORMER ORIGINAL", "H3"),
        _copy(NJ, "RECOVERED", "H6", "unprotected", "original-not-verified-off"),
    ),
    _pair(
        "saved original",
        (SAVED, "Primary", "Replicating"),
        (OFF, "Replica", "Replicating"),
        _copy(NY, "ORIGINAL", "H10", "original-not-running"),
        _copy(NJ, "REPLICA", "H9"),
    ),
    _pair(
        "Get-VM says another state",
        (ON, "Primary", "Replicating"),
        (OFF, "Replica", "Replicating"),
        _copy(NY, "ORIGINAL", "H10", "states-differ"),
        _copy(NJ, "REPLICA", "H9", "states-differ"),
        own_mode="Replica",
        own_state="Error",
    ),
    _pair(
        "a record nobody can read",
        (ON, "Primary", "Replicating"),
        (OFF, "Replica", "Replicating"),
        _copy(NY, "ORIGINAL", "H10", "record-strange"),
        _copy(NJ, "REPLICA", "H9", "record-strange"),
        notes='drconsole: x\ndrconsole-record: {"v":9}',
    ),
    _pair(
        "replica runs",
        (ON, "Primary", "Replicating"),
        (ON, "Replica", "Replicating"),
        _copy(NY, "ORIGINAL", "H10"),
        _copy(NJ, "REPLICA", "H9", "contradiction"),
    ),
    _pair(
        "paused on the replica",
        (ON, "Primary", "Suspended"),
        (OFF, "Replica", "Suspended"),
        _copy(NY, "ORIGINAL", "H10", "paused"),
        _copy(NJ, "REPLICA", "H9", "paused"),
    ),
    _pair(
        "resynchronizing",
        (ON, "Primary", "WaitingForStartResynchronize"),
        (OFF, "Replica", "Resynchronizing"),
        _copy(NY, "ORIGINAL", "H10", "resync-needed"),
        _copy(NJ, "REPLICA", "H9", "resynchronizing"),
    ),
    _pair(
        "error and off",
        (OFF, "Primary", "UpdateError"),
        (OFF, "Replica", "Replicating"),
        _copy(NY, "ORIGINAL", "H10", "replication-error", "original-off"),
        _copy(NJ, "REPLICA", "H9"),
    ),
    _pair(
        "extended replica",
        (ON, "Replica", "Replicating"),
        (OFF, "ExtendedReplica", "Suspended"),
        _copy(NY, "REPLICA", "H9", "contradiction"),
        _copy(NJ, "REPLICA", "H8", "paused"),
    ),
    _pair(
        "extended replica whose middle was failed over",
        (ON, "Replica", "FailedOver"),
        (OFF, "ExtendedReplica", "Replicating"),
        _copy(NY, "RECOVERED", "H6", "unprotected", "original-not-verified-off"),
        _copy(NJ, "REPLICA", "H8", "extended-leg"),
    ),
    _pair(
        "extended replica failed over",
        (OFF, "Primary", "Replicating"),
        (ON, "ExtendedReplica", "FailedOver"),
        _copy(NY, "FORMER ORIGINAL", "H3", "stale-job"),
        _copy(NJ, "RECOVERED", "H6", "unprotected"),
    ),
    _pair(
        "a replica that says that it replicates beside one that was failed over",
        (OFF, "Replica", "Replicating"),
        (ON, "Replica", "FailedOver"),
        _copy(NY, "REPLICA", "H9"),
        _copy(NJ, "RECOVERED", "H6", "unprotected"),
    ),
    _pair(
        "a first copy from a primary whose record says that it was the original",
        (OFF, "Replica", WAITING),
        (ON, "Primary", "InitialReplicationInProgress"),
        _copy(NY, "REPLICA", "H9", "first-copy"),
        _copy(NJ, "ORIGINAL", "H10"),
        records=(None, Role.FORMER_ORIGINAL),
    ),
    _pair(
        "both primary, and their records do not fit each other",
        (OFF, "Primary", "Error"),
        (ON, "Primary", "Replicating"),
        _copy(NY, "UNKNOWN", "H1", "contradiction"),
        _copy(NJ, "UNKNOWN", "H1", "contradiction"),
        records=(Role.RECOVERED, Role.ORIGINAL),
    ),
    _pair(
        "the old replication resynchronizes onto the recovered copy",
        (OFF, "Primary", "Resynchronizing"),
        (ON, "Replica", "FailedOver"),
        _copy(NY, "FORMER ORIGINAL", "H3", "stale-job"),
        _copy(NJ, "RECOVERED", "H6", "unprotected"),
    ),
    _pair(
        "failed over under the name that older versions document",
        (OFF, "Primary", "PreparedForFailover"),
        (ON, "Replica", "FailOverWaitingCompletion"),
        _copy(NY, "FORMER ORIGINAL", "H3"),
        _copy(NJ, "RECOVERED", "H6", "unprotected"),
    ),
    _pair(
        "resynchronization suspended on both sides",
        (ON, "Primary", "ResynchronizeSuspended"),
        (OFF, "Replica", "ResynchronizeSuspended"),
        _copy(NY, "ORIGINAL", "H10", "paused"),
        _copy(NJ, "REPLICA", "H9", "paused"),
    ),
    _pair(
        "a mode nobody knows",
        (ON, "Primary", "Replicating"),
        (OFF, "Quantum", "Replicating"),
        _copy(NY, "ORIGINAL", "H10"),
        _copy(NJ, "UNKNOWN", ""),
    ),
]

_LATE = tuple(
    vm(host, power, relation(mode, last_sync=LATE))
    for host, power, mode in (("ny", ON, "Primary"), ("nj", OFF, "Replica"))
)
_NONE = {"own_mode": "None"}
HBR = HbrSource("GID-1", "10.9.9.9")


def _tested(*networks: str, created: datetime = NOW - timedelta(hours=2), **more: object) -> list[Sighting]:
    """A replica at nj and its test copy."""
    test = vm("nj", ON, ident="t1", own_mode="TestReplica", networks=networks, created=created, **more)
    return [vm("nj", OFF, relation("Replica", test_vm="t1")), test]


def _files(**more: object) -> Sighting:
    """A replica directory at the second vCenter's datastore."""
    files = ReplicaFiles("GID-1", **more)  # type: ignore[arg-type]
    place = Place("vsphere", NJ, "ds-vc-nj", "[ds] replica-of-web-01")
    return Sighting(place, "", "web-01", OFF, files=files)


def _row(status: str, **more: object) -> Sighting:
    """A replication as the second site's appliance tells it."""
    row = ApplianceRow("GID-1", status, **more)  # type: ignore[arg-type]
    return Sighting(Place("vsphere", NJ, "appliance", "GID-1"), "", "web-01", Power.UNKNOWN, appliance=row)


def _leg(mode: str, state: str = "Replicating") -> Relation:
    """The outer leg of a chain: from nj to nj2."""
    ends = {"primary": "nj.lab.example", "replica": "nj2.lab.example"}
    return relation(mode, state, relationship="Extended", **ends)


def _cluster(*sightings: Sighting) -> Reading:
    """What a cluster in New York tells one of whose two nodes it calls down."""
    names = tuple(name for node in ("n1", "n2") for name in (node, f"{node}.lab.example"))
    nodes = (Node("N1", True), Node("N2", False, "the cluster calls it down"))
    return replace(reading("ny", *sightings), names=names, nodes=nodes)


OTHERS = [
    Case(
        "late on both sides",
        (reading("ny", _LATE[0]), reading("nj", _LATE[1])),
        (_copy(NY, "ORIGINAL", "H10", "rpo"), _copy(NJ, "REPLICA", "H9", "rpo")),
    ),
    Case(
        "test copy on a test network",
        (reading("ny", vm("ny", ON, relation("Primary"))), reading("nj", *_tested("isolated"))),
        (
            _copy(NY, "ORIGINAL", "H10"),
            _copy(NJ, "TEST COPY", "C2", "test-running"),
            _copy(NJ, "REPLICA", "H9"),
        ),
    ),
    Case(
        "test copy on a production network, left running",
        (reading("nj", *_tested("prod-10", created=NOW - timedelta(days=2))),),
        (
            _copy(NJ, "TEST COPY", "C2", "test-on-production", "test-running"),
            _copy(NJ, "REPLICA", "H9"),
        ),
    ),
    Case(
        "test copy whose networks were not read",
        (reading("nj", *_tested(unread=("networks",))),),
        (
            _copy(NJ, "TEST COPY", "C2", "test-network-unknown", "test-running"),
            _copy(NJ, "REPLICA", "H9"),
        ),
    ),
    Case(
        "orphan test",
        (reading("nj", vm("nj", OFF, ident="t1", own_mode="TestReplica")),),
        (_copy(NJ, "TEST COPY", "C2", "orphan-test", "test-running"),),
    ),
    Case(
        "test copy by record, on vSphere",
        (
            reading("vc-ny", vs("vc-ny", "u1", hbr=HBR)),
            reading("vc-nj", recorded(vs("vc-nj", "u9"), Role.TEST_COPY)),
        ),
        (_copy(NY, "ORIGINAL", "V3"), _copy(NJ, "TEST COPY", "C2", "orphan-test", "test-running")),
    ),
    Case(
        "both relationships, the outer leg broken",
        (
            reading(
                "nj",
                vm("nj", OFF, relation("Replica"), relation("Replica", "Error", relationship="Extended")),
            ),
        ),
        (_copy(NJ, "REPLICA", "H9", "extended-trouble"),),
    ),
    _alone(
        "failed over, original silent",
        "nj",
        "Replica",
        "FailedOver",
        ON,
        _copy(NJ, "RECOVERED", "H6", "unprotected", "original-not-verified-off"),
    ),
    Case(
        "failed over, the old host answers and has it no more",
        (
            reading("ny", vm("ny", ON, ident="other")),
            reading("nj", vm("nj", ON, relation("Replica", FAILED))),
        ),
        (_copy(NJ, "RECOVERED", "H6", "unprotected"), _copy(NY, "UNPROTECTED", "X2")),
    ),
    Case(
        "source gone",
        (reading("ny", vm("ny", ON, ident="other")), reading("nj", vm("nj", OFF, relation("Replica")))),
        (_copy(NJ, "REPLICA", "H7", "source-gone"), _copy(NY, "UNPROTECTED", "X2")),
    ),
    Case(
        "source not seen by an account that does not see everything",
        (
            reading("ny", vm("ny", ON, ident="other"), complete=False),
            reading("nj", vm("nj", OFF, relation("Replica"))),
        ),
        (_copy(NJ, "REPLICA", "H9"), _copy(NY, "UNPROTECTED", "X2")),
    ),
    Case(
        "replica gone",
        (reading("ny", vm("ny", ON, relation("Primary"))), reading("nj", vm("nj", ON, ident="other"))),
        (_copy(NY, "ORIGINAL", "H10", "replica-gone"), _copy(NJ, "UNPROTECTED", "X2")),
    ),
    _alone("primary, replica silent", "ny", "Primary", "Replicating", ON, _copy(NY, "ORIGINAL", "H10")),
    Case(
        "one runs without replication, the other is off",
        (reading("ny", vm("ny", OFF, **_NONE)), reading("nj", vm("nj", ON, **_NONE))),
        (_copy(NY, "LEFTOVER", "H11"), _copy(NJ, "UNPROTECTED", "H11")),
    ),
    Case(
        "off without replication, and only a test of its replica runs",
        (
            reading("ny", vm("ny", OFF, **_NONE)),
            reading(
                "nj",
                vm("nj", OFF, relation("Replica", test_vm="t1")),
                vm("nj", ON, ident="t1", own_mode="TestReplica", networks=("isolated",)),
            ),
        ),
        (
            _copy(NY, "UNKNOWN", "H11"),
            _copy(NJ, "TEST COPY", "C2", "test-running"),
            _copy(NJ, "REPLICA", "H9"),
        ),
    ),
    Case(
        "both off without replication",
        (reading("ny", vm("ny", OFF, **_NONE)), reading("nj", vm("nj", OFF, **_NONE))),
        (_copy(NY, "UNKNOWN", "H11"), _copy(NJ, "UNKNOWN", "H11")),
    ),
    Case(
        "both run without replication",
        (reading("ny", vm("ny", ON, **_NONE)), reading("nj", vm("nj", ON, **_NONE))),
        (_copy(NY, "UNPROTECTED", "H11"), _copy(NJ, "UNPROTECTED", "H11")),
        workload_alarms=frozenset({"split-brain"}),
    ),
    Case(
        "saved without replication beside a running one",
        (reading("ny", vm("ny", SAVED, **_NONE)), reading("nj", vm("nj", ON, **_NONE))),
        (_copy(NY, "UNKNOWN", "H11"), _copy(NJ, "UNPROTECTED", "H11")),
    ),
    Case(
        "Get-VM says replicated, Get-VMReplication does not know it",
        (reading("ny", vm("ny", ON, own_mode="Primary")),),
        (_copy(NY, "UNKNOWN", "", "states-differ"),),
    ),
    Case(
        "vSphere source",
        (reading("vc-ny", vs("vc-ny", "u1", hbr=HBR)),),
        (_copy(NY, "ORIGINAL", "V3"),),
    ),
    Case(
        "vSphere machine whose replication could not be read",
        (reading("vc-ny", vs("vc-ny", "u1", unread=("config.repConfig",))),),
        (_copy(NY, "UNKNOWN", ""),),
    ),
    Case(
        "vSphere machine of which something else could not be read",
        (reading("vc-ny", vs("vc-ny", "u1", unread=("config.annotation",))),),
        (_copy(NY, "UNPROTECTED", "X2"),),
    ),
    Case(
        "vSphere source, and a clone of it that took the settings along",
        (
            reading(
                "vc-ny",
                vs("vc-ny", "u1", hbr=HBR),
                vs("vc-ny", "u2", OFF, hbr=HBR),
            ),
        ),
        (_copy(NY, "ORIGINAL", "V3", "group-shared"), _copy(NY, "ORIGINAL", "V3", "group-shared")),
    ),
    Case(
        "vSphere source, and a clone of it that runs",
        (
            reading(
                "vc-ny",
                vs("vc-ny", "u1", hbr=HBR),
                vs("vc-ny", "u2", hbr=HBR),
            ),
        ),
        (_copy(NY, "ORIGINAL", "V3", "group-shared"), _copy(NY, "ORIGINAL", "V3", "group-shared")),
        workload_alarms=frozenset({"split-brain"}),
    ),
    Case(
        "vSphere source, paused",
        (reading("vc-ny", vs("vc-ny", "u1", hbr=HbrSource("GID-1", "10.9.9.9", paused=True))),),
        (_copy(NY, "ORIGINAL", "V3", "paused"),),
    ),
    Case(
        "vSphere source and an unrelated copy of its uuid",
        (
            reading("vc-ny", vs("vc-ny", "u1", hbr=HBR), vs("vc-ny", "u2"), vs("vc-ny", "u3")),
            reading("vc-nj", vs("vc-nj", "u1", power=OFF)),
        ),
        (
            _copy(NY, "ORIGINAL", "V3"),
            _copy(NJ, "UNKNOWN", "X1"),
            _copy(NY, "UNPROTECTED", "X2"),
            _copy(NY, "UNPROTECTED", "X2"),
        ),
    ),
    Case(
        "vSphere source that an appliance calls late and not active",
        (
            reading("vc-ny", vs("vc-ny", "u1", hbr=HBR)),
            reading("vc-nj", _row("NOT_ACTIVE_RPO_VIOLATION")),
        ),
        (_copy(NY, "ORIGINAL", "V3", "not-replicating", "rpo"), _copy(NJ, "REPLICA", "V6", "files-not-seen")),
    ),
    Case(
        "replica directory of a source",
        (
            reading("vc-ny", vs("vc-ny", "u1", hbr=HBR)),
            reading("vc-nj", _files(torn=True, syncing=True, points=3), _row("OK")),
        ),
        (
            _copy(NY, "ORIGINAL", "V3"),
            _copy(NJ, "REPLICA", "V4", "torn", "syncing", "several-points"),
        ),
    ),
    Case(
        "replica directory known to an appliance alone",
        (reading("vc-nj", _files(), _row("OK")),),
        (_copy(NJ, "REPLICA", "V4"),),
    ),
    Case(
        "replica directory whose source is gone",
        (reading("vc-ny", vs("vc-ny", "u2")), reading("vc-nj", _files())),
        (_copy(NJ, "REPLICA", "V5", "source-gone"), _copy(NY, "UNPROTECTED", "X2")),
    ),
    Case(
        "replica directory whose source's site is silent",
        (reading("vc-nj", _files()),),
        (_copy(NJ, "REPLICA", "V5"),),
    ),
    Case(
        "only disks of a known replica are left",
        (reading("vc-ny", vs("vc-ny", "u1", hbr=HBR)), reading("vc-nj", _files(has_config=False))),
        (_copy(NY, "ORIGINAL", "V3"), _copy(NJ, "LEFTOVER", "V2", "rebuild-possible")),
    ),
    Case(
        "disks of nothing that is known",
        (reading("vc-nj", _files(has_config=False)),),
        (_copy(NJ, "UNKNOWN", ""),),
    ),
    Case(
        "recovered by an appliance, the source still configured",
        (
            reading("vc-ny", vs("vc-ny", "u1", OFF, hbr=HBR)),
            reading("vc-nj", _row("RECOVERED", recovered=True)),
        ),
        (
            _copy(NY, "FORMER ORIGINAL", "V1", "stale-job"),
            _copy(NJ, "RECOVERED", "V1", "unprotected"),
        ),
    ),
    Case(
        "recovered from its files, both run",
        (
            reading("vc-ny", vs("vc-ny", "u1", hbr=HbrSource("GID-1", "d", paused=True))),
            reading("vc-nj", vs("vc-nj", "u9", replica_dir="GID-1"), _files()),
        ),
        (_copy(NY, "FORMER ORIGINAL", "V1"), _copy(NJ, "RECOVERED", "V1", "unprotected")),
        workload_alarms=frozenset({"split-brain"}),
    ),
    Case(
        "recovered from its files, nothing serves",
        (
            reading("vc-ny", vs("vc-ny", "u1", OFF, hbr=HbrSource("GID-1", ""))),
            reading("vc-nj", vs("vc-nj", "u9", OFF, replica_dir="GID-1")),
        ),
        (
            _copy(NY, "FORMER ORIGINAL", "V1", "nothing-serves"),
            _copy(NJ, "RECOVERED", "V1", "unprotected"),
        ),
    ),
    Case(
        "recovered from its files and off, the source runs",
        (
            reading("vc-ny", vs("vc-ny", "u1", hbr=HbrSource("GID-1", ""))),
            reading("vc-nj", vs("vc-nj", "u9", OFF, replica_dir="GID-1")),
        ),
        (
            _copy(NY, "FORMER ORIGINAL", "V1", "stale-original-serves"),
            _copy(NJ, "RECOVERED", "V1", "unprotected"),
        ),
    ),
    Case(
        "recovered by record, the source's site silent",
        (reading("vc-nj", recorded(vs("vc-nj", "u1"), Role.RECOVERED)),),
        (_copy(NJ, "RECOVERED", "V1", "unprotected", "original-not-verified-off"),),
    ),
    Case(
        "former original by its own record",
        (reading("vc-ny", recorded(vs("vc-ny", "u1", OFF), Role.FORMER_ORIGINAL)),),
        (_copy(NY, "FORMER ORIGINAL", "V1"),),
    ),
    Case(
        "a record that replication brought along is not believed",
        (reading("vc-nj", recorded(vs("vc-nj", "u1"), Role.RECOVERED, vs("vc-ny", "u1").place)),),
        (_copy(NJ, "UNPROTECTED", "X2"),),
    ),
    Case(
        "replication configured without a destination",
        (reading("vc-ny", vs("vc-ny", "u1", hbr=HbrSource("GID-1", ""))),),
        (_copy(NY, "UNKNOWN", ""),),
    ),
    Case(
        "SRM placeholder, even with replication marks",
        (
            reading(
                "vc-nj",
                vs(
                    "vc-nj",
                    "u1",
                    power=OFF,
                    managed_by=ManagedBy("com.vmware.vcDr-ny", "placeholderVm"),
                    hbr=HBR,
                ),
            ),
        ),
        (_copy(NJ, "PLACEHOLDER", "C1"),),
    ),
    Case(
        "placeholder of another extension, and a VM that SRM manages otherwise",
        (
            reading(
                "vc-nj",
                vs("vc-nj", "u1", managed_by=ManagedBy("com.example.backup", "placeholderVm")),
                vs("vc-nj", "u2", managed_by=ManagedBy("com.vmware.vcDr-ny", "testVm")),
            ),
        ),
        (_copy(NJ, "UNPROTECTED", "X2", "managed-by"), _copy(NJ, "UNPROTECTED", "X2", "managed-by")),
    ),
    Case(
        "last-known original of a silent site beside a recovered copy",
        (
            reading("ny", vm("ny", ON, relation("Primary")), age_s=900),
            reading("nj", vm("nj", ON, relation("Replica", FAILED))),
        ),
        (
            _copy(NY, "FORMER ORIGINAL", "H3"),
            _copy(NJ, "RECOVERED", "H6", "unprotected", "original-not-verified-off"),
        ),
        silent=("ny",),
    ),
    Case(
        "an old failed-over partner says nothing about an original that still replicates",
        (
            reading("ny", vm("ny", ON, relation("Primary"))),
            reading("nj", vm("nj", ON, relation("Replica", "FailedOver")), age_s=9 * DAY),
        ),
        (
            _copy(NY, "ORIGINAL", "H10"),
            _copy(NJ, "RECOVERED", "H6", "unprotected"),
        ),
        silent=("nj",),
    ),
    Case(
        "an old failed-over partner, seen after the last sync, makes a former original",
        (
            reading("ny", vm("ny", ON, relation("Primary", "Error", last_sync=NOW - timedelta(days=10)))),
            reading("nj", vm("nj", OFF, relation("Replica", "FailedOver")), age_s=DAY),
        ),
        (
            _copy(NY, "FORMER ORIGINAL", "H3"),
            _copy(NJ, "RECOVERED", "H6", "unprotected"),
        ),
        silent=("nj",),
    ),
    Case(
        "an old partner does not make a second primary a contradiction",
        (
            reading("ny", vm("ny", ON, relation("Primary")), age_s=DAY),
            reading(
                "nj", vm("nj", ON, relation("Primary", primary="nj.lab.example", replica="ny.lab.example"))
            ),
        ),
        (_copy(NY, "ORIGINAL", "H10"), _copy(NJ, "ORIGINAL", "H10")),
        silent=("ny",),
    ),
    Case(
        "an old partner does not make two replicas",
        (
            reading("ny", vm("ny", OFF, relation("Replica", primary="nj.lab.example"))),
            reading("nj", vm("nj", ON, relation("Replica")), age_s=DAY),
        ),
        (_copy(NY, "REPLICA", "H9"), _copy(NJ, "REPLICA", "H9")),
        silent=("nj",),
    ),
    Case(
        "an old reverse copy says nothing about a replica that was synchronised since",
        (
            reading("ny", vm("ny", OFF, relation("Replica", WAITING, last_sync=NOW - timedelta(minutes=1)))),
            reading("nj", vm("nj", ON, relation("Replica", "FailedOver")), age_s=DAY),
        ),
        (
            _copy(NY, "REPLICA", "H9", "first-copy"),
            _copy(NJ, "RECOVERED", "H6", "unprotected"),
        ),
        silent=("nj",),
    ),
    Case(
        "off here, and the copy elsewhere was seen running only once",
        (
            reading("ny", vm("ny", OFF, **_NONE)),
            reading("nj", vm("nj", ON, **_NONE), age_s=DAY),
        ),
        (_copy(NY, "UNKNOWN", "H11"), _copy(NJ, "UNPROTECTED", "H11")),
        silent=("nj",),
    ),
    Case(
        "prepared, and nobody sees the other end",
        (reading("ny", vm("ny", OFF, relation("Primary", "PreparedForFailover"))),),
        (_copy(NY, "ORIGINAL", "H4", "planned-in-progress"),),
    ),
    Case(
        "an extended replica does not stand for the silent original",
        (
            reading(
                "nj",
                vm("nj", ON, relation("Replica", FAILED)),
            ),
            reading("ny", vm("ny", OFF, relation("ExtendedReplica", primary="nj.lab.example"))),
        ),
        (
            _copy(NY, "REPLICA", "H8", "extended-leg"),
            _copy(NJ, "RECOVERED", "H6", "unprotected", "original-not-verified-off"),
        ),
    ),
    Case(
        "the stale original runs while the recovered copy is saved",
        (
            reading("ny", vm("ny", ON, relation("Primary", "Error"))),
            reading("nj", vm("nj", SAVED, relation("Replica", "FailedOver"))),
        ),
        (
            _copy(NY, "FORMER ORIGINAL", "H3", "stale-original-serves"),
            _copy(NJ, "RECOVERED", "H6", "unprotected"),
        ),
    ),
    Case(
        "the outer replica of a chain took over, the first one silent",
        (
            reading("ny", vm("ny", ON, relation("Primary")), age_s=900),
            reading("nj", vm("nj", OFF, relation("Replica"), _leg("Replica"))),
            reading("nj2", vm("nj2", ON, _leg("ExtendedReplica", "FailedOver"))),
        ),
        (
            _copy(NY, "ORIGINAL", "H10"),
            _copy(NJ, "REPLICA", "H9"),
            _copy(NJ, "RECOVERED", "H6", "unprotected", "original-not-verified-off"),
        ),
        silent=("ny",),
    ),
    Case(
        "the outer replica of a chain took over, and nobody ever saw the first one",
        (
            reading("nj", vm("nj", OFF, relation("Replica"), _leg("Replica"))),
            reading("nj2", vm("nj2", ON, _leg("ExtendedReplica", "FailedOver"))),
        ),
        (
            _copy(NJ, "REPLICA", "H9"),
            _copy(NJ, "RECOVERED", "H6", "unprotected", "original-not-verified-off"),
        ),
    ),
    Case(
        "the outer replica of a chain took over, and the first one is off",
        (
            reading("ny", vm("ny", OFF, relation("Primary", "Error"))),
            reading("nj", vm("nj", OFF, relation("Replica"), _leg("Replica"))),
            reading("nj2", vm("nj2", ON, _leg("ExtendedReplica", "FailedOver"))),
        ),
        (
            _copy(NY, "ORIGINAL", "H10", "replication-error", "original-off"),
            _copy(NJ, "REPLICA", "H9"),
            _copy(NJ, "RECOVERED", "H6", "unprotected"),
        ),
    ),
    Case(
        "the outer replica of a chain took over, and the first host answers and has it no more",
        (
            reading("ny", vm("ny", ON, ident="other")),
            reading("nj", vm("nj", OFF, relation("Replica"), _leg("Replica"))),
            reading("nj2", vm("nj2", ON, _leg("ExtendedReplica", "FailedOver"))),
        ),
        (
            _copy(NY, "UNPROTECTED", "X2"),
            _copy(NJ, "REPLICA", "H7", "source-gone"),
            _copy(NJ, "RECOVERED", "H6", "unprotected"),
        ),
    ),
    Case(
        "prepared again since its other end was seen failed over",
        (
            reading("ny", vm("ny", OFF, relation("Primary", "PreparedForFailover"))),
            reading("nj", vm("nj", ON, relation("Replica", "FailedOver")), age_s=9 * DAY),
        ),
        (
            _copy(NY, "ORIGINAL", "H4", "planned-in-progress"),
            _copy(NJ, "RECOVERED", "H6", "unprotected"),
        ),
        silent=("nj",),
    ),
    Case(
        "prepared, and the other end was last seen as a primary too",
        (
            reading("ny", vm("ny", OFF, relation("Primary", "PreparedForFailover"))),
            reading("nj", vm("nj", ON, relation("Primary")), age_s=DAY),
        ),
        (_copy(NY, "ORIGINAL", "H10", "original-off"), _copy(NJ, "ORIGINAL", "H10")),
        silent=("nj",),
    ),
    Case(
        "Get-VM says replicated, Get-VMReplication does not know it, and the same VM runs elsewhere",
        (
            reading("ny", vm("ny", OFF, own_mode="Primary")),
            reading("nj", vm("nj", ON, **_NONE)),
        ),
        (_copy(NY, "UNKNOWN", "H11", "states-differ"), _copy(NJ, "UNPROTECTED", "H11")),
    ),
    Case(
        "the outer replica waits for its first copy from a middle one that took over",
        (
            reading("nj", vm("nj", ON, relation("Replica", "FailedOver"), _leg("Replica"))),
            reading("nj2", vm("nj2", OFF, _leg("ExtendedReplica", WAITING))),
        ),
        (
            _copy(NJ, "RECOVERED", "H6", "unprotected", "original-not-verified-off"),
            _copy(NJ, "REPLICA", "H8", "extended-leg", "first-copy"),
        ),
    ),
    Case(
        "the outer replica of a chain whose middle host answers and has it no more",
        (
            reading("nj", vm("nj", ON, ident="other")),
            reading("nj2", vm("nj2", OFF, _leg("ExtendedReplica"))),
        ),
        (_copy(NJ, "UNPROTECTED", "X2"), _copy(NJ, "REPLICA", "H8")),
    ),
    Case(
        "the original moved to another host, which its replica does not name yet",
        (
            reading("ny", vm("ny", OFF, relation("Replica", primary="nj.lab.example"))),
            reading("nj", vm("nj", ON, ident="other")),
            reading("nj2", vm("nj2", ON, relation("Primary", primary="nj2.lab.example", replica="ny"))),
        ),
        (
            _copy(NY, "REPLICA", "H9"),
            _copy(NJ, "UNPROTECTED", "X2"),
            _copy(NJ, "ORIGINAL", "H10"),
        ),
    ),
    Case(
        "the replica moved to another host, which its original does not name yet",
        (
            reading("ny", vm("ny", ON, relation("Primary"))),
            reading("nj", vm("nj", ON, ident="other")),
            reading("nj2", vm("nj2", OFF, relation("Replica"))),
        ),
        (
            _copy(NY, "ORIGINAL", "H10"),
            _copy(NJ, "UNPROTECTED", "X2"),
            _copy(NJ, "REPLICA", "H9"),
        ),
    ),
    Case(
        "the node that receives answers and has no such VM, whatever the broker is called",
        (
            reading("ny", vm("ny", ON, relation("Primary", replica="broker", receiver="nj.lab.example"))),
            reading("nj", vm("nj", ON, ident="other")),
        ),
        (_copy(NY, "ORIGINAL", "H10", "replica-gone"), _copy(NJ, "UNPROTECTED", "X2")),
    ),
    Case(
        "both relationships, the outer leg told first",
        (reading("nj", vm("nj", OFF, _leg("Replica", "Error"), relation("Replica"))),),
        (_copy(NJ, "REPLICA", "H9", "extended-trouble"),),
    ),
    Case(
        "both relationships, the outer leg paused, its middle failed over",
        (reading("nj", vm("nj", ON, relation("Replica", "FailedOver"), _leg("Replica", "Suspended"))),),
        (
            _copy(
                NJ,
                "RECOVERED",
                "H6",
                *("unprotected", "original-not-verified-off", "extended-trouble"),
            ),
        ),
    ),
    Case(
        "the named node of a cluster is down, and nobody else shows the VM",
        (
            _cluster(vm("ny", ON, ident="other")),
            reading("nj", vm("nj", OFF, relation("Replica", primary="n2.lab.example"))),
        ),
        (_copy(NY, "UNPROTECTED", "X2"), _copy(NJ, "REPLICA", "H9")),
    ),
    Case(
        "failed over, and the named node of a cluster is down",
        (
            _cluster(vm("ny", ON, ident="other")),
            reading("nj", vm("nj", ON, relation("Replica", FAILED, primary="n2.lab.example"))),
        ),
        (
            _copy(NY, "UNPROTECTED", "X2"),
            _copy(NJ, "RECOVERED", "H6", "unprotected", "original-not-verified-off"),
        ),
    ),
    Case(
        "the named node of a cluster answers and has no such VM",
        (
            _cluster(vm("ny", ON, ident="other")),
            reading("nj", vm("nj", OFF, relation("Replica", primary="n1.lab.example"))),
        ),
        (_copy(NY, "UNPROTECTED", "X2"), _copy(NJ, "REPLICA", "H7", "source-gone")),
    ),
    Case(
        "registered in its replica directory with the settings of the source still in its vmx",
        (
            reading("vc-ny", vs("vc-ny", "u1", OFF, hbr=HBR)),
            reading("vc-nj", vs("vc-nj", "u9", replica_dir="GID-1", hbr=HBR)),
        ),
        (
            _copy(NY, "FORMER ORIGINAL", "V1", "stale-job"),
            _copy(NJ, "RECOVERED", "V1", "unprotected"),
        ),
    ),
    Case(
        "recovered, and replicated by a group of its own since",
        (reading("vc-nj", recorded(vs("vc-nj", "u1", hbr=HbrSource("GID-2", "d")), Role.RECOVERED)),),
        (_copy(NJ, "ORIGINAL", "V3"),),
    ),
    Case(
        "recovered, and its own replication was taken away again",
        (reading("vc-nj", recorded(vs("vc-nj", "u1", hbr=HbrSource("GID-2", "")), Role.RECOVERED)),),
        (_copy(NJ, "RECOVERED", "V1", "unprotected", "original-not-verified-off"),),
    ),
    Case(
        "a record that says no more than that it was the original",
        (reading("vc-ny", recorded(vs("vc-ny", "u1"), Role.ORIGINAL)),),
        (_copy(NY, "UNPROTECTED", "X2"),),
    ),
    Case(
        "recovered by an appliance, the source's site silent",
        (
            reading("vc-ny", vs("vc-ny", "u1", OFF, hbr=HBR), age_s=DAY),
            reading("vc-nj", _row("RECOVERED", recovered=True)),
        ),
        (
            _copy(NY, "FORMER ORIGINAL", "V1"),
            _copy(NJ, "RECOVERED", "V1", "unprotected", "original-not-verified-off"),
        ),
        silent=("vc-ny",),
    ),
    Case(
        "recovered from its files, and an appliance at the source's site knows the group",
        (
            reading("vc-ny", replace(_row("OK"), place=Place("vsphere", NY, "appliance", "GID-1"))),
            reading("vc-nj", vs("vc-nj", "u9", replica_dir="GID-1")),
        ),
        (
            _copy(NY, "REPLICA", "V6", "files-not-seen"),
            _copy(NJ, "RECOVERED", "V1", "unprotected", "original-not-verified-off"),
        ),
    ),
    Case(
        "replica directory of a source, without an appliance",
        (reading("vc-ny", vs("vc-ny", "u1", hbr=HBR)), reading("vc-nj", _files())),
        (_copy(NY, "ORIGINAL", "V3"), _copy(NJ, "REPLICA", "V4")),
    ),
    Case(
        "two replicas, and the one that the original does not name was failed over long ago",
        (
            reading("ny", vm("ny", ON, relation("Primary"))),
            reading("nj", vm("nj", OFF, relation("Replica"))),
            reading("nj2", vm("nj2", OFF, relation("Replica", "FailedOver"))),
        ),
        (
            _copy(NY, "ORIGINAL", "H10"),
            _copy(NJ, "REPLICA", "H9"),
            _copy(NJ, "RECOVERED", "H6", "unprotected"),
        ),
    ),
    Case(
        "two replicas, and the one that the original names was failed over",
        (
            reading("ny", vm("ny", OFF, relation("Primary", "Error", replica="nj2"))),
            reading("nj", vm("nj", OFF, relation("Replica"))),
            reading("nj2", vm("nj2", ON, relation("Replica", "FailedOver"))),
        ),
        (
            _copy(NY, "FORMER ORIGINAL", "H3"),
            _copy(NJ, "REPLICA", "H9"),
            _copy(NJ, "RECOVERED", "H6", "unprotected"),
        ),
    ),
    Case(
        "two primaries, and the one that the recovered copy names is off",
        (
            reading("ny", vm("ny", ON, relation("Replica", "FailedOver", primary="nj2.lab.example"))),
            reading("nj", vm("nj", SAVED, relation("Primary", "Error", replica="x"))),
            reading("nj2", vm("nj2", OFF, relation("Primary", "Error", replica="ny.lab.example"))),
        ),
        (
            _copy(NY, "RECOVERED", "H6", "unprotected"),
            _copy(NJ, "FORMER ORIGINAL", "H3"),
            _copy(NJ, "FORMER ORIGINAL", "H3"),
        ),
    ),
    Case(
        "nobody answers: each is what it was when both were seen",
        (
            reading("ny", vm("ny", OFF, relation("Primary")), age_s=DAY),
            reading("nj", vm("nj", ON, relation("Replica", FAILED)), age_s=DAY),
        ),
        (
            _copy(NY, "FORMER ORIGINAL", "H3"),
            _copy(NJ, "RECOVERED", "H6", "unprotected", "original-not-verified-off"),
        ),
        silent=("ny", "nj"),
    ),
]

CASES = [*TWO_COPIES, *OTHERS]
assert len({c.name for c in CASES}) == len(CASES)
