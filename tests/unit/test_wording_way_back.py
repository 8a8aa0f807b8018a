"""What is told of the way back: whether cancel still leads there, and why a reverse would be refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drconsole.domain.deep import Deep, Inspection, Receiver
from drconsole.domain.reading import Power
from drconsole.domain.snapshot import Workload
from drconsole.wording.way_back import way_back_texts
from tests.unit.domain.builders import NJ, NOW, NY, only, picture, reading, relation, vm

PREPARED, WAITING = "PreparedForFailover", "FailedOverWaitingCompletion"
ANYONE = Receiver(True, "CertificateAndKerberos", anyone=True)


def workload(left: str, right: str) -> Workload:
    """An original at ny and its replica at nj, in these states."""
    recovered = Power.ON if right in (WAITING, "FailedOver") else Power.OFF
    old = vm("ny", Power.OFF, relation("Primary", left))
    return only(picture(reading("ny", old), reading("nj", vm("nj", recovered, relation("Replica", right)))))


def looked_at(told: Workload, receiver: Receiver | None) -> Workload:
    """The same with deep reads of both; ``receiver`` is what ny takes."""
    reads = {
        NY: Deep("v1", NOW, NOW, receiver=receiver, versions=("10.0",)),
        NJ: Deep("v1", NOW, NOW, version="10.0", authentication="Kerberos"),
    }
    copies = (replace(c, inspection=Inspection(deep=reads[c.place.site])) for c in told.copies)
    return replace(told, copies=tuple(copies))


def test_cancel_leads_back_until_reverse_or_complete() -> None:
    (text,) = way_back_texts(workload(PREPARED, WAITING))
    assert text == (
        f"cancel still leads back, until reverse or complete; what was written at {NJ} since is lost then"
    )


def test_a_completed_failover_cannot_be_cancelled() -> None:
    assert way_back_texts(workload(PREPARED, "FailedOver")) == [
        "cancel does not lead back any more: the failover is completed"
    ]


@pytest.mark.parametrize(
    ("left", "right"), [("Replicating", "Replicating"), ("Error", WAITING), (PREPARED, "Replicating")]
)
def test_nothing_is_promised_of_what_cancel_cannot_take_back(left: str, right: str) -> None:
    assert way_back_texts(workload(left, right)) == []


@pytest.mark.parametrize("states", [("Replicating", "Replicating"), (PREPARED, WAITING)])
def test_an_old_side_that_takes_nothing_back_is_told_before_and_after_the_failover(
    states: tuple[str, str],
) -> None:
    told = workload(*states)
    closed = [one for one in way_back_texts(looked_at(told, Receiver(False))) if "reverse will" in one]
    assert closed == [
        "reverse will be refused: ny does not accept replication. Enable it as a Replica server "
        "(on a cluster: in the settings of its Replica Broker)."
    ]
    for open_ in (ANYONE, None):
        assert not [one for one in way_back_texts(looked_at(told, open_)) if "refused" in one]
