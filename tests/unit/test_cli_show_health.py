"""Naming a workload, ``show`` and ``health``: what is found, what is told, and the exit codes."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from drconsole.cli import answers, failures
from drconsole.cli.health_command import CRITICAL, OK, UNKNOWN, WARNING, exit_code
from drconsole.cli.main import main
from drconsole.cli.reading import workload_named
from drconsole.domain.reading import Power, Reading
from drconsole.domain.snapshot import EndpointState, Snapshot
from drconsole.errors import NotSeen, UsageError
from drconsole.tui.alarm_list import entries_of
from tests.unit.domain.builders import picture, reading, relation, vm
from tests.unit.domain.cases import CASES

IDS = ("5c1f0000-0000-4000-8000-000000000001", "5c1f0000-0000-4000-8000-000000000002")


def pair(power: Power = Power.ON, state: str = "Replicating") -> list[Reading]:
    return [
        reading("ny", vm("ny", power, relation("Primary", state))),
        reading("nj", vm("nj", Power.OFF, relation("Replica", state))),
    ]


def named_alike() -> Snapshot:
    one, other = (vm("ny", Power.ON, relation("Primary"), ident=i, name="same\x1b") for i in IDS)
    return picture(reading("ny", one, other, vm("ny", ident="77770000", name="only")))


@pytest.mark.parametrize("word", ["only", "hv:77770000", "hv:777"])
def test_a_workload_is_found_by_name_key_or_prefix(word: str) -> None:
    assert workload_named(named_alike(), word).key == "hv:77770000"


@pytest.mark.parametrize("word", ["nothing", "hv:77", "hv:5c1f0000-0000", "same\x1b", "same␛"])
def test_what_is_not_one_workload_is_an_error_that_names_the_keys(word: str) -> None:
    with pytest.raises(UsageError) as told:
        workload_named(named_alike(), word)
    ambiguous = word.startswith(("same", "hv:5c1f"))
    assert all((f"hv:{i}" in told.value.message) is ambiguous for i in IDS)
    assert "\x1b" not in str(told.value)


@pytest.mark.parametrize("dark", ["silent", "partial"])
def test_that_a_workload_is_not_there_is_said_only_where_everybody_told_everything(dark: str) -> None:
    snapshot = picture(*pair(), silent=["nj"])
    if dark == "partial":
        partial = replace(snapshot.endpoints[1], state=EndpointState.PARTIAL)
        snapshot = replace(snapshot, endpoints=(snapshot.endpoints[0], partial))
    with pytest.raises(NotSeen, match=r"shows a workload 'nothing', but 1 of 2 endpoints .*: nj\.") as told:
        workload_named(snapshot, "nothing")
    assert failures.exit_code(told.value) == failures.UNKNOWN
    assert workload_named(snapshot, "files-02").key == "hv:v1"


def test_a_problem_names_the_copies_that_raise_it() -> None:
    snapshot = picture(*pair(state="Suspended"))
    told = answers.health_answer(snapshot, [(one, None) for one in entries_of(snapshot)], "critical")
    copies = [[copy.place.id for copy in workload.copies] for workload in snapshot.workloads]
    assert [problem.copies for problem in told.problems if problem.code == "paused"] == copies


@pytest.mark.parametrize(
    ("readings", "silent", "code"),
    [
        (pair(), [], OK),
        (pair(Power.OFF), [], WARNING),
        (pair(state="Error"), [], CRITICAL),
        (pair(), ["ny", "nj"], UNKNOWN),
        ([], [], OK),
    ],
)
def test_exit_codes(readings: list[Reading], silent: list[str], code: int) -> None:
    snapshot = picture(*readings, silent=silent)
    assert exit_code(snapshot, entries_of(snapshot)) == code


def test_problems_are_told_worst_first_and_once() -> None:
    late = reading("nj2", vm("nj2", Power.OFF, relation("Primary"), ident="v2"))
    snapshot = picture(*pair(state="Error"), late)
    answer = json.loads(
        answers.encoded(
            answers.health_answer(snapshot, [(one, None) for one in entries_of(snapshot)], "critical")
        )
    )
    severities = [p["severity"] for p in answer["problems"]]
    assert severities == ["critical"] * severities.count("critical") + ["warning"] * severities.count(
        "warning"
    )
    assert len(set(severities)) == 2
    assert len({(p["subject"], p["code"]) for p in answer["problems"]}) == len(answer["problems"])


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_show_tells_the_row_and_the_evidence_of_every_copy(case: object) -> None:
    snapshot = picture(*case.readings, silent=case.silent)  # type: ignore[attr-defined]
    for workload in snapshot.workloads:
        answer = json.loads(answers.encoded(answers.show_answer(snapshot, workload)))
        assert [c["row"] for c in answer["copies"]] == [c.row for c in workload.copies]
        assert all(c["evidence"] for c in answer["copies"])
        assert [c["id"] for c in answer["workload"]["copies"]] == [c["id"] for c in answer["copies"]]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["health", "--nonsense"], 3),
        (["--config", "/nowhere.yaml", "health"], 3),
        (["--config", "/nowhere.yaml", "list"], 64),
        (["show"], 64),
    ],
)
def test_monitoring_gets_unknown_where_others_get_64(words: list[str], code: int) -> None:
    result = CliRunner().invoke(main, words)
    assert (result.exit_code, result.stdout) == (code, "")
    assert failures.USAGE == 64
