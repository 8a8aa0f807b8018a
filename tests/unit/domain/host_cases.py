"""Copies on Hyper-V of which one is alone, its host silent, or the other one gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from drconsole.domain.reading import Node, Reading, Sighting

from .builders import NJ, NOW, NY, reading, relation, vm
from .case_form import DAY, FAILED, OFF, ON, SAVED, UNREPLICATED, WAITING, Case, alone, copy

LATE = NOW - timedelta(hours=2)
LATE_ENDS = tuple(
    vm(host, power, relation(mode, last_sync=LATE))
    for host, power, mode in (("ny", ON, "Primary"), ("nj", OFF, "Replica"))
)


def cluster(*sightings: Sighting) -> Reading:
    """What a cluster in New York tells one of whose two nodes it calls down."""
    names = tuple(name for node in ("n1", "n2") for name in (node, f"{node}.lab.example"))
    nodes = (Node("N1", True), Node("N2", False, "the cluster calls it down"))
    return replace(reading("ny", *sightings), names=names, nodes=nodes)


HOSTS = [
    Case(
        "late on both sides",
        (reading("ny", LATE_ENDS[0]), reading("nj", LATE_ENDS[1])),
        (copy(NY, "ORIGINAL", "H10", "rpo"), copy(NJ, "REPLICA", "H9", "rpo")),
    ),
    alone(
        "failed over, original silent",
        "nj",
        "Replica",
        "FailedOver",
        ON,
        copy(NJ, "RECOVERED", "H6", "unprotected", "original-not-verified-off"),
    ),
    Case(
        "failed over, the old host answers and has it no more",
        (
            reading("ny", vm("ny", ON, ident="other")),
            reading("nj", vm("nj", ON, relation("Replica", FAILED))),
        ),
        (copy(NJ, "RECOVERED", "H6", "unprotected"), copy(NY, "UNPROTECTED", "X2")),
    ),
    Case(
        "source gone",
        (reading("ny", vm("ny", ON, ident="other")), reading("nj", vm("nj", OFF, relation("Replica")))),
        (copy(NJ, "REPLICA", "H7", "source-gone"), copy(NY, "UNPROTECTED", "X2")),
    ),
    Case(
        "source not seen by an account that does not see everything",
        (
            reading("ny", vm("ny", ON, ident="other"), complete=False),
            reading("nj", vm("nj", OFF, relation("Replica"))),
        ),
        (copy(NJ, "REPLICA", "H9"), copy(NY, "UNPROTECTED", "X2")),
    ),
    Case(
        "replica gone",
        (reading("ny", vm("ny", ON, relation("Primary"))), reading("nj", vm("nj", ON, ident="other"))),
        (copy(NY, "ORIGINAL", "H10", "replica-gone"), copy(NJ, "UNPROTECTED", "X2")),
    ),
    alone("primary, replica silent", "ny", "Primary", "Replicating", ON, copy(NY, "ORIGINAL", "H10")),
    Case(
        "one runs without replication, the other is off",
        (reading("ny", vm("ny", OFF, **UNREPLICATED)), reading("nj", vm("nj", ON, **UNREPLICATED))),
        (copy(NY, "LEFTOVER", "H11"), copy(NJ, "UNPROTECTED", "H11")),
    ),
    Case(
        "both off without replication",
        (reading("ny", vm("ny", OFF, **UNREPLICATED)), reading("nj", vm("nj", OFF, **UNREPLICATED))),
        (copy(NY, "UNKNOWN", "H11"), copy(NJ, "UNKNOWN", "H11")),
    ),
    Case(
        "both run without replication",
        (reading("ny", vm("ny", ON, **UNREPLICATED)), reading("nj", vm("nj", ON, **UNREPLICATED))),
        (copy(NY, "UNPROTECTED", "H11"), copy(NJ, "UNPROTECTED", "H11")),
        workload_alarms=frozenset({"split-brain"}),
    ),
    Case(
        "saved without replication beside a running one",
        (reading("ny", vm("ny", SAVED, **UNREPLICATED)), reading("nj", vm("nj", ON, **UNREPLICATED))),
        (copy(NY, "UNKNOWN", "H11"), copy(NJ, "UNPROTECTED", "H11")),
    ),
    Case(
        "Get-VM says replicated, Get-VMReplication does not know it",
        (reading("ny", vm("ny", ON, own_mode="Primary")),),
        (copy(NY, "UNKNOWN", "", "states-differ"),),
    ),
    Case(
        "prepared, and nobody sees the other end",
        (reading("ny", vm("ny", OFF, relation("Primary", "PreparedForFailover"))),),
        (copy(NY, "ORIGINAL", "H4", "planned-in-progress"),),
    ),
    Case(
        "the stale original runs while the recovered copy is saved",
        (
            reading("ny", vm("ny", ON, relation("Primary", "Error"))),
            reading("nj", vm("nj", SAVED, relation("Replica", "FailedOver"))),
        ),
        (
            copy(NY, "FORMER ORIGINAL", "H3", "stale-original-serves"),
            copy(NJ, "RECOVERED", "H6", "unprotected"),
        ),
    ),
    Case(
        "Get-VM says replicated, Get-VMReplication does not know it, and the same VM runs elsewhere",
        (
            reading("ny", vm("ny", OFF, own_mode="Primary")),
            reading("nj", vm("nj", ON, **UNREPLICATED)),
        ),
        (copy(NY, "UNKNOWN", "H11", "states-differ"), copy(NJ, "UNPROTECTED", "H11")),
    ),
    Case(
        "the node that receives answers and has no such VM, whatever the broker is called",
        (
            reading("ny", vm("ny", ON, relation("Primary", replica="broker", receiver="nj.lab.example"))),
            reading("nj", vm("nj", ON, ident="other")),
        ),
        (copy(NY, "ORIGINAL", "H10", "replica-gone"), copy(NJ, "UNPROTECTED", "X2")),
    ),
    Case(
        "the named node of a cluster is down, and nobody else shows the VM",
        (
            cluster(vm("ny", ON, ident="other")),
            reading("nj", vm("nj", OFF, relation("Replica", primary="n2.lab.example"))),
        ),
        (copy(NY, "UNPROTECTED", "X2"), copy(NJ, "REPLICA", "H9")),
    ),
    Case(
        "failed over, and the named node of a cluster is down",
        (
            cluster(vm("ny", ON, ident="other")),
            reading("nj", vm("nj", ON, relation("Replica", FAILED, primary="n2.lab.example"))),
        ),
        (
            copy(NY, "UNPROTECTED", "X2"),
            copy(NJ, "RECOVERED", "H6", "unprotected", "original-not-verified-off"),
        ),
    ),
    Case(
        "the named node of a cluster answers and has no such VM",
        (
            cluster(vm("ny", ON, ident="other")),
            reading("nj", vm("nj", OFF, relation("Replica", primary="n1.lab.example"))),
        ),
        (copy(NY, "UNPROTECTED", "X2"), copy(NJ, "REPLICA", "H7", "source-gone")),
    ),
    Case(
        "last-known original of a silent site beside a recovered copy",
        (
            reading("ny", vm("ny", ON, relation("Primary")), age_s=900),
            reading("nj", vm("nj", ON, relation("Replica", FAILED))),
        ),
        (
            copy(NY, "FORMER ORIGINAL", "H3"),
            copy(NJ, "RECOVERED", "H6", "unprotected", "original-not-verified-off"),
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
            copy(NY, "ORIGINAL", "H10"),
            copy(NJ, "RECOVERED", "H6", "unprotected"),
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
            copy(NY, "FORMER ORIGINAL", "H3"),
            copy(NJ, "RECOVERED", "H6", "unprotected"),
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
        (copy(NY, "ORIGINAL", "H10"), copy(NJ, "ORIGINAL", "H10")),
        silent=("ny",),
    ),
    Case(
        "an old partner does not make two replicas",
        (
            reading("ny", vm("ny", OFF, relation("Replica", primary="nj.lab.example"))),
            reading("nj", vm("nj", ON, relation("Replica")), age_s=DAY),
        ),
        (copy(NY, "REPLICA", "H9"), copy(NJ, "REPLICA", "H9")),
        silent=("nj",),
    ),
    Case(
        "an old reverse copy says nothing about a replica that was synchronised since",
        (
            reading("ny", vm("ny", OFF, relation("Replica", WAITING, last_sync=NOW - timedelta(minutes=1)))),
            reading("nj", vm("nj", ON, relation("Replica", "FailedOver")), age_s=DAY),
        ),
        (
            copy(NY, "REPLICA", "H9", "first-copy"),
            copy(NJ, "RECOVERED", "H6", "unprotected"),
        ),
        silent=("nj",),
    ),
    Case(
        "off here, and the copy elsewhere was seen running only once",
        (
            reading("ny", vm("ny", OFF, **UNREPLICATED)),
            reading("nj", vm("nj", ON, **UNREPLICATED), age_s=DAY),
        ),
        (copy(NY, "UNKNOWN", "H11"), copy(NJ, "UNPROTECTED", "H11")),
        silent=("nj",),
    ),
    Case(
        "prepared again since its other end was seen failed over",
        (
            reading("ny", vm("ny", OFF, relation("Primary", "PreparedForFailover"))),
            reading("nj", vm("nj", ON, relation("Replica", "FailedOver")), age_s=9 * DAY),
        ),
        (
            copy(NY, "ORIGINAL", "H4", "planned-in-progress"),
            copy(NJ, "RECOVERED", "H6", "unprotected"),
        ),
        silent=("nj",),
    ),
    Case(
        "prepared, and the other end was last seen as a primary too",
        (
            reading("ny", vm("ny", OFF, relation("Primary", "PreparedForFailover"))),
            reading("nj", vm("nj", ON, relation("Primary")), age_s=DAY),
        ),
        (copy(NY, "ORIGINAL", "H10", "original-off"), copy(NJ, "ORIGINAL", "H10")),
        silent=("nj",),
    ),
    Case(
        "nobody answers: each is what it was when both were seen",
        (
            reading("ny", vm("ny", OFF, relation("Primary")), age_s=DAY),
            reading("nj", vm("nj", ON, relation("Replica", FAILED)), age_s=DAY),
        ),
        (
            copy(NY, "FORMER ORIGINAL", "H3"),
            copy(NJ, "RECOVERED", "H6", "unprotected", "original-not-verified-off"),
        ),
        silent=("ny", "nj"),
    ),
]
