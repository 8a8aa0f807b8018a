"""``show --json`` compares copies that run at once; what nobody tells is null."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from drconsole.cli import answers
from drconsole.domain.deep import Adapter, Deep, Inspection
from drconsole.domain.reading import Power
from drconsole.domain.roles import Role
from drconsole.domain.snapshot import Workload
from tests.unit.domain.builders import NOW, only, picture, reading, recorded, relation, vm


def split() -> Workload:
    """An original that runs beside its recovered copy, which carries a record."""
    old = vm("ny", Power.ON, relation("Primary", "Error"), uptime_s=1200, auto_start="Start")
    new = recorded(vm("nj", Power.ON, relation("Replica", "FailedOver"), uptime_s=28800), Role.RECOVERED)
    return only(picture(reading("ny", old), reading("nj", new)))


def answer(workload: Workload) -> Any:
    """What ``show --json`` tells of one workload."""
    return json.loads(answers.encoded(answers.show_answer(picture(), workload)))


def test_both_sides_in_the_order_of_the_copies() -> None:
    workload = split()
    told = answer(workload)["comparison"]
    old, new = told["sides"]
    assert [side["copy"] for side in told["sides"]] == [copy.place.id for copy in workload.copies]
    assert told["at_once_since"] == old["running_since"] == "2026-03-01T11:40:00Z"
    assert (old["direction"], new["direction"]) == ("sent", "applied")
    assert (old["failed_over"], new["failed_over"]) == (False, True)
    assert (old["starts_by_itself"], new["starts_by_itself"]) == ("Start", None)
    assert (old["networks"], old["addresses"]) == (None, None)
    assert old["took_over"] is None
    assert new["took_over"] == {
        "at": "2026-03-01T12:00:00Z",
        "role": "RECOVERED",
        "run": "7f3c0a11",
        "by": "operator@jump",
    }
    assert {side["writes"] for side in told["sides"]} == {"possible"}


def test_what_looking_closely_told_is_there() -> None:
    workload = split()
    deep = Deep("v1", NOW, NOW, adapters=(Adapter("1", "LAN", "", addresses=("10.1.0.9\ud800",)),))
    first, second = workload.copies
    told = answer(replace(workload, copies=(replace(first, inspection=Inspection(deep=deep)), second)))
    side = told["comparison"]["sides"][0]
    assert side["networks"] == [{"network": None, "connected": False}]
    assert side["addresses"] == ["10.1.0.9\ufffd"]
    assert side["writes"] == "cut-off"


def test_a_workload_that_runs_once_has_none() -> None:
    off = vm("ny", Power.OFF, relation("Primary", "Error"))
    on = vm(
        "nj", Power.ON, relation("Replica", "FailedOver"), uptime_s=int(timedelta(hours=1).total_seconds())
    )
    assert "comparison" not in answer(only(picture(reading("ny", off), reading("nj", on))))
