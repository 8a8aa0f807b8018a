"""Test copies beside what they were made of."""

from __future__ import annotations

from datetime import datetime, timedelta

from drconsole.domain.place import Place
from drconsole.domain.reading import ApplianceRow, Sighting

from .builders import NJ, NOW, NY, reading, relation, vm
from .case_form import OFF, ON, UNREPLICATED, Case, copy


def rehearsed(*networks: str, created: datetime = NOW - timedelta(hours=2), **more: object) -> list[Sighting]:
    """A replica at nj and its test copy."""
    test = vm("nj", ON, ident="t1", own_mode="TestReplica", networks=networks, created=created, **more)
    return [vm("nj", OFF, relation("Replica", test_vm="t1")), test]


REHEARSALS = [
    Case(
        "test copy on a test network",
        (reading("ny", vm("ny", ON, relation("Primary"))), reading("nj", *rehearsed("isolated"))),
        (
            copy(NY, "ORIGINAL", "H10"),
            copy(NJ, "TEST COPY", "C2", "test-running"),
            copy(NJ, "REPLICA", "H9"),
        ),
    ),
    Case(
        "test copy on a production network, left running",
        (reading("nj", *rehearsed("prod-10", created=NOW - timedelta(days=2))),),
        (
            copy(NJ, "TEST COPY", "C2", "test-on-production", "test-running"),
            copy(NJ, "REPLICA", "H9"),
        ),
    ),
    Case(
        "test copy whose networks were not read",
        (reading("nj", *rehearsed(unread=("networks",))),),
        (
            copy(NJ, "TEST COPY", "C2", "test-network-unknown", "test-running"),
            copy(NJ, "REPLICA", "H9"),
        ),
    ),
    Case(
        "orphan test",
        (reading("nj", vm("nj", OFF, ident="t1", own_mode="TestReplica")),),
        (copy(NJ, "TEST COPY", "C2", "orphan-test", "test-running"),),
    ),
    Case(
        "off without replication, and only a test of its replica runs",
        (
            reading("ny", vm("ny", OFF, **UNREPLICATED)),
            reading(
                "nj",
                vm("nj", OFF, relation("Replica", test_vm="t1")),
                vm("nj", ON, ident="t1", own_mode="TestReplica", networks=("isolated",)),
            ),
        ),
        (
            copy(NY, "UNKNOWN", "H11"),
            copy(NJ, "TEST COPY", "C2", "test-running"),
            copy(NJ, "REPLICA", "H9"),
        ),
    ),
    Case(
        "test image that an appliance tells of",
        (
            reading(
                "vc-nj",
                Sighting(
                    Place("vsphere", NJ, "appliance", "GID-1"),
                    "",
                    "web-01",
                    OFF,
                    appliance=ApplianceRow("GID-1", "OK", test_image=True),
                ),
            ),
        ),
        (copy(NJ, "TEST COPY", "C2", "orphan-test", "test-running"),),
    ),
]
