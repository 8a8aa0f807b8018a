"""Worlds with the verdict that the truth table gives them, written by hand from the rules, section 3.

Each case: its name, the readings, the silent endpoints, and for each copy (site, role, row, alarm codes).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from drconsole.domain.reading import HbrSource, ManagedBy, Power, Reading

from .builders import NJ, NOW, NY, reading, relation, vm, vs

ON, OFF, SAVED = Power.ON, Power.OFF, Power.SAVED
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
    notes: str = "",
    split: bool = False,
) -> Case:
    """A copy at ny and one at nj, each (power, mode, state)."""
    sightings = [
        vm(host, power, relation(mode, state), notes=notes)
        for host, (power, mode, state) in (("ny", left), ("nj", right))
    ]
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
        "first copy under a failover record, which is not judged yet",
        (ON, "Primary", "InitialReplicationInProgress"),
        (OFF, "Replica", WAITING),
        _copy(NY, "ORIGINAL", "H10"),
        _copy(NJ, "UNKNOWN", "H5"),
        notes='drconsole: reversed\ndrconsole-record: {"v":1}',
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
        "extended replica, not judged yet",
        (ON, "Primary", "Replicating"),
        (OFF, "ExtendedReplica", "Replicating"),
        _copy(NY, "ORIGINAL", "H10"),
        _copy(NJ, "UNKNOWN", "H8"),
    ),
    _pair(
        "extended replica failed over",
        (OFF, "Primary", "Replicating"),
        (ON, "ExtendedReplica", "FailedOver"),
        _copy(NY, "FORMER ORIGINAL", "H3"),
        _copy(NJ, "RECOVERED", "H6", "unprotected"),
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

OTHERS = [
    Case(
        "late on both sides",
        (reading("ny", _LATE[0]), reading("nj", _LATE[1])),
        (_copy(NY, "ORIGINAL", "H10", "rpo"), _copy(NJ, "REPLICA", "H9", "rpo")),
    ),
    Case(
        "test copy, not judged yet",
        (
            reading("ny", vm("ny", ON, relation("Primary"))),
            reading(
                "nj",
                vm("nj", OFF, relation("Replica", test_vm="t1")),
                vm("nj", OFF, ident="t1", own_mode="TestReplica"),
            ),
        ),
        (
            _copy(NY, "ORIGINAL", "H10"),
            _copy(NJ, "UNKNOWN", "C2"),
            _copy(NJ, "REPLICA", "H9"),
        ),
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
        "Get-VM's own word for the mode does not count",
        (reading("ny", vm("ny", ON, own_mode="Primary")),),
        (_copy(NY, "UNPROTECTED", "X2"),),
    ),
    Case(
        "vSphere source",
        (reading("vc-ny", vs("vc-ny", "u1", hbr=HbrSource("GID-1", "10.9.9.9"))),),
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
        "vSphere source, paused",
        (reading("vc-ny", vs("vc-ny", "u1", hbr=HbrSource("GID-1", "10.9.9.9", paused=True))),),
        (_copy(NY, "ORIGINAL", "V3", "paused"),),
    ),
    Case(
        "vSphere source and an unrelated copy of its uuid",
        (
            reading(
                "vc-ny", vs("vc-ny", "u1", hbr=HbrSource("GID-1", "d")), vs("vc-ny", "u2"), vs("vc-ny", "u3")
            ),
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
                    hbr=HbrSource("GID-1", "d"),
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
]

CASES = [*TWO_COPIES, *OTHERS]
assert len({c.name for c in CASES}) == len(CASES)
