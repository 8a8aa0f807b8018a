"""What is said of a workload one end of which does not answer, or is only being asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drconsole.domain.assemble import assemble
from drconsole.domain.reading import Power, Sighting
from drconsole.domain.roles import ArrowKind
from drconsole.domain.snapshot import EndpointState, Snapshot
from drconsole.wording.arrows import sentence
from tests.unit.domain.builders import NOW, codes, estate, only, picture, reading, relation, status, vm

HOURS = 9 * 3600
FAILED = relation("Replica", "FailedOverWaitingCompletion")


def seen(sender: str, receiver: str, *silent: str) -> Snapshot:
    """A primary and its replica in these states; who is silent was last seen nine hours ago."""
    ages = {name: HOURS if name in silent else 0 for name in ("ny", "nj")}
    left, right = (
        vm("ny", Power.ON, relation("Primary", sender)),
        vm("nj", Power.OFF, relation("Replica", receiver)),
    )
    return picture(
        reading("ny", left, age_s=ages["ny"]), reading("nj", right, age_s=ages["nj"]), silent=silent
    )


@pytest.mark.parametrize(
    ("sender", "receiver", "silent", "kind"),
    [
        ("Replicating", "Replicating", (), ArrowKind.FLOWS),
        ("Replicating", "Replicating", ("nj",), ArrowKind.FLOWS),
        ("Replicating", "Replicating", ("ny",), ArrowKind.UNKNOWN),
        ("Replicating", "Replicating", ("ny", "nj"), ArrowKind.UNKNOWN),
        ("Suspended", "Replicating", (), ArrowKind.PAUSED),
        ("Suspended", "Replicating", ("ny",), ArrowKind.PAUSED),
        ("Replicating", "Suspended", ("ny",), ArrowKind.PAUSED),
        ("Error", "Replicating", ("ny",), ArrowKind.PAUSED),
        ("Resynchronizing", "Resynchronizing", (), ArrowKind.COPYING),
        ("Resynchronizing", "Resynchronizing", ("ny",), ArrowKind.UNKNOWN),
    ],
)
def test_a_silent_sender_is_never_drawn_as_sending(
    sender: str, receiver: str, silent: tuple[str, ...], kind: ArrowKind
) -> None:
    arrow = only(seen(sender, receiver, *silent)).arrow
    assert arrow.kind is kind
    if len(silent) < 2:
        assert (arrow.source, arrow.target) == ("New York", "New Jersey")


@pytest.mark.parametrize(
    ("state", "kind"),
    [("Replicating", ArrowKind.UNKNOWN), ("Suspended", ArrowKind.PAUSED), ("Error", ArrowKind.PAUSED)],
)
def test_a_replica_whose_sender_nobody_sees_is_known_to_be_paused_at_most(
    state: str, kind: ArrowKind
) -> None:
    found = only(picture(reading("nj", vm("nj", Power.OFF, relation("Replica", state)))))
    assert found.arrow.kind is kind
    assert sentence(found.arrow) == f"New York {kind.value} New Jersey"


def asked(former: Power, *, asking: bool) -> Snapshot:
    """A failed over copy and its old original, both as kept; both endpoints are asked, or silent."""
    sides: list[tuple[str, Sighting]] = [
        ("ny", vm("ny", former, relation("Primary"))),
        ("nj", vm("nj", Power.ON, FAILED)),
    ]
    states = [replace(status(name, EndpointState.SILENT), asking=asking) for name, _ in sides]
    readings = {name: reading(name, one, age_s=HOURS) for name, one in sides}
    return assemble(estate(), states, readings, NOW)


@pytest.mark.parametrize(
    ("former", "asking", "unverified"),
    [
        (Power.OFF, True, False),
        (Power.OFF, False, True),
        (Power.ON, True, True),
        (Power.SAVED, True, True),
    ],
)
def test_an_original_that_was_off_is_not_doubted_before_its_endpoint_had_time_to_answer(
    former: Power, asking: bool, unverified: bool
) -> None:
    found = only(asked(former, asking=asking))
    assert ("original-not-verified-off" in codes(found)) is unverified
    assert {copy.asking for copy in found.copies} == {asking}
    assert not any(copy.fresh for copy in found.copies)
