"""What is asked before an operation, row by row (rules, section 4)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drconsole.domain.confirmation import STRENGTHS, Attestation, Strength, confirmation, named
from drconsole.domain.plan import Operation, Plan, Subject
from drconsole.wording.operations import asked, asked_of_command

VM = "hv:460c65b3-58ff-404a-8ba4-42d83df5966f"


def plan(operation: Operation, *names: str) -> Plan:
    """A plan for workloads of these names, from New York to New Jersey."""
    keys = [VM, *(f"hv:{n:08d}-58ff-404a-8ba4-42d83df5966f" for n in range(1, len(names)))]
    subjects = (
        Subject(key, name, "hyperv", "New York", "New Jersey", ())
        for key, name in zip(keys, names, strict=True)
    )
    return Plan(operation, "TEST", tuple(subjects), ())


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (Operation.TEST_FAILOVER, "y"),
        (Operation.STOP_TEST, "y"),
        (Operation.PAUSE, "y"),
        (Operation.RESUME, "y"),
        (Operation.SYNC_NOW, "y"),
        (Operation.PLANNED_FAILOVER, "sql-erp"),
        (Operation.COMPLETE, "sql-erp"),
        (Operation.CANCEL, "sql-erp"),
        (Operation.ENABLE, "sql-erp"),
        (Operation.DISABLE, "sql-erp"),
        (Operation.RESYNC, "sql-erp"),
        (Operation.REMOVE_LEFTOVERS, "sql-erp"),
        (Operation.UNPLANNED_FAILOVER, "sql-erp"),
        (Operation.REVERSE, "New Jersey"),
    ],
)
def test_one_workload(operation: Operation, expected: str) -> None:
    told = confirmation(plan(operation, "sql-erp"), ["sql-erp", "web"])
    assert told.expected == expected
    assert told.accepts(expected)
    assert expected in asked(told)
    # A command always gives the name.
    assert told.command == "sql-erp"
    assert "--confirm sql-erp" in asked_of_command(operation, told)


def test_every_operation_has_its_row() -> None:
    assert set(STRENGTHS) == set(Operation)


@pytest.mark.parametrize("typed", ["", "SQL-ERP", "sql-erp ", "sql", "y", "yes"])
def test_nothing_else_is_taken(typed: str) -> None:
    assert not confirmation(plan(Operation.PLANNED_FAILOVER, "sql-erp"), ["sql-erp"]).accepts(typed)


@pytest.mark.parametrize("operation", list(Operation))
def test_several_ask_for_their_number(operation: Operation) -> None:
    told = confirmation(plan(operation, "a", "b", "c"), ["a", "b", "c"])
    assert (told.expected, told.command) == ("3", "3")
    assert told.strength is STRENGTHS[operation]


def test_a_silent_original_is_attested() -> None:
    told = confirmation(plan(Operation.UNPLANNED_FAILOVER, "a", "b"), ["a", "b"], silent=[VM])
    assert told.strength is Strength.ATTESTED
    assert told.attest == (VM,)
    assert not told.attested(None)
    assert not told.attested(Attestation("looked", "", "me"))
    assert told.attested(Attestation("looked", "12:04", "me"))
    assert "--attest-by" in asked_of_command(Operation.UNPLANNED_FAILOVER, told)


def test_only_an_unplanned_failover_can_be_attested() -> None:
    assert confirmation(plan(Operation.PLANNED_FAILOVER, "a"), ["a"], silent=[VM]).attest == ()


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("web", ["web", "web"]),
        ("w" * 41, []),
        ("wéb", []),
        ("web\x1b[2J", []),
        ("", []),
        (" web", []),
        ("web ", []),
    ],
)
def test_a_name_that_cannot_be_typed_is_not_asked_for(name: str, names: list[str]) -> None:
    assert named(name, VM, names)[1] == "460c65b3"


@given(st.text(max_size=60), st.lists(st.text(max_size=60)))
def test_what_is_asked_is_always_short_plain_and_not_empty(name: str, names: list[str]) -> None:
    _, expected = named(name, VM, names)
    assert expected
    assert expected.isascii()
    assert expected.isprintable()
    assert len(expected) <= 40
    assert expected == expected.strip()
