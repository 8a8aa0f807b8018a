"""Three copies on Hyper-V: a replica of a replica, and VMs that moved to another host."""

from __future__ import annotations

from drconsole.domain.reading import Relation

from .builders import NJ, NY, reading, relation, vm
from .case_form import FAILED, OFF, ON, SAVED, WAITING, Case, copy


def leg(mode: str, state: str = "Replicating") -> Relation:
    """The outer leg of a chain: from nj to nj2."""
    ends = {"primary": "nj.lab.example", "replica": "nj2.lab.example"}
    return relation(mode, state, relationship="Extended", **ends)


CHAINS = [
    Case(
        "both relationships, the outer leg broken",
        (
            reading(
                "nj",
                vm("nj", OFF, relation("Replica"), relation("Replica", "Error", relationship="Extended")),
            ),
        ),
        (copy(NJ, "REPLICA", "H9", "extended-trouble"),),
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
            copy(NY, "REPLICA", "H8", "extended-leg"),
            copy(NJ, "RECOVERED", "H6", "unprotected", "original-not-verified-off"),
        ),
    ),
    Case(
        "the outer replica of a chain took over, the first one silent",
        (
            reading("ny", vm("ny", ON, relation("Primary")), age_s=900),
            reading("nj", vm("nj", OFF, relation("Replica"), leg("Replica"))),
            reading("nj2", vm("nj2", ON, leg("ExtendedReplica", "FailedOver"))),
        ),
        (
            copy(NY, "ORIGINAL", "H10"),
            copy(NJ, "REPLICA", "H9"),
            copy(NJ, "RECOVERED", "H6", "unprotected", "original-not-verified-off"),
        ),
        silent=("ny",),
    ),
    Case(
        "the outer replica of a chain took over, and nobody ever saw the first one",
        (
            reading("nj", vm("nj", OFF, relation("Replica"), leg("Replica"))),
            reading("nj2", vm("nj2", ON, leg("ExtendedReplica", "FailedOver"))),
        ),
        (
            copy(NJ, "REPLICA", "H9"),
            copy(NJ, "RECOVERED", "H6", "unprotected", "original-not-verified-off"),
        ),
    ),
    Case(
        "the outer replica of a chain took over, and the first one is off",
        (
            reading("ny", vm("ny", OFF, relation("Primary", "Error"))),
            reading("nj", vm("nj", OFF, relation("Replica"), leg("Replica"))),
            reading("nj2", vm("nj2", ON, leg("ExtendedReplica", "FailedOver"))),
        ),
        (
            copy(NY, "ORIGINAL", "H10", "replication-error", "original-off"),
            copy(NJ, "REPLICA", "H9"),
            copy(NJ, "RECOVERED", "H6", "unprotected"),
        ),
    ),
    Case(
        "the outer replica of a chain took over, and the first host answers and has it no more",
        (
            reading("ny", vm("ny", ON, ident="other")),
            reading("nj", vm("nj", OFF, relation("Replica"), leg("Replica"))),
            reading("nj2", vm("nj2", ON, leg("ExtendedReplica", "FailedOver"))),
        ),
        (
            copy(NY, "UNPROTECTED", "X2"),
            copy(NJ, "REPLICA", "H7", "source-gone"),
            copy(NJ, "RECOVERED", "H6", "unprotected"),
        ),
    ),
    Case(
        "the outer replica of a chain took over from a middle one that had taken over, and is silent",
        (
            reading("ny", vm("ny", OFF, relation("Primary", "PreparedForFailover"))),
            reading("nj", vm("nj", ON, relation("Replica", FAILED), leg("Replica")), age_s=60),
            reading("nj2", vm("nj2", ON, leg("ExtendedReplica", "FailedOver"))),
        ),
        (
            copy(NY, "FORMER ORIGINAL", "H3"),
            copy(NJ, "RECOVERED", "H6", "unprotected"),
            copy(NJ, "RECOVERED", "H6", "unprotected", "original-not-verified-off"),
        ),
        silent=("nj",),
    ),
    Case(
        "the outer replica waits for its first copy from a middle one that took over",
        (
            reading("nj", vm("nj", ON, relation("Replica", "FailedOver"), leg("Replica"))),
            reading("nj2", vm("nj2", OFF, leg("ExtendedReplica", WAITING))),
        ),
        (
            copy(NJ, "RECOVERED", "H6", "unprotected", "original-not-verified-off"),
            copy(NJ, "REPLICA", "H8", "extended-leg", "first-copy"),
        ),
    ),
    Case(
        "the outer replica of a chain whose middle host answers and has it no more",
        (
            reading("nj", vm("nj", ON, ident="other")),
            reading("nj2", vm("nj2", OFF, leg("ExtendedReplica"))),
        ),
        (copy(NJ, "UNPROTECTED", "X2"), copy(NJ, "REPLICA", "H8")),
    ),
    Case(
        "the original moved to another host, which its replica does not name yet",
        (
            reading("ny", vm("ny", OFF, relation("Replica", primary="nj.lab.example"))),
            reading("nj", vm("nj", ON, ident="other")),
            reading("nj2", vm("nj2", ON, relation("Primary", primary="nj2.lab.example", replica="ny"))),
        ),
        (
            copy(NY, "REPLICA", "H9"),
            copy(NJ, "UNPROTECTED", "X2"),
            copy(NJ, "ORIGINAL", "H10"),
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
            copy(NY, "ORIGINAL", "H10"),
            copy(NJ, "UNPROTECTED", "X2"),
            copy(NJ, "REPLICA", "H9"),
        ),
    ),
    Case(
        "both relationships, the outer leg told first",
        (reading("nj", vm("nj", OFF, leg("Replica", "Error"), relation("Replica"))),),
        (copy(NJ, "REPLICA", "H9", "extended-trouble"),),
    ),
    Case(
        "both relationships, the outer leg paused, its middle failed over",
        (reading("nj", vm("nj", ON, relation("Replica", "FailedOver"), leg("Replica", "Suspended"))),),
        (
            copy(
                NJ,
                "RECOVERED",
                "H6",
                *("unprotected", "original-not-verified-off", "extended-trouble"),
            ),
        ),
    ),
    Case(
        "two replicas, and the one that the original does not name was failed over long ago",
        (
            reading("ny", vm("ny", ON, relation("Primary"))),
            reading("nj", vm("nj", OFF, relation("Replica"))),
            reading("nj2", vm("nj2", OFF, relation("Replica", "FailedOver"))),
        ),
        (
            copy(NY, "ORIGINAL", "H10"),
            copy(NJ, "REPLICA", "H9"),
            copy(NJ, "RECOVERED", "H6", "unprotected"),
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
            copy(NY, "FORMER ORIGINAL", "H3"),
            copy(NJ, "REPLICA", "H9"),
            copy(NJ, "RECOVERED", "H6", "unprotected"),
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
            copy(NY, "RECOVERED", "H6", "unprotected"),
            copy(NJ, "FORMER ORIGINAL", "H3"),
            copy(NJ, "FORMER ORIGINAL", "H3"),
        ),
    ),
]
