"""Seam values are built from the documentation and checked against it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from drconsole.lab.hyperv.cmdlets import Turn, cmdlet
from drconsole.lab.hyperv.documented import ModelDefect, documented_object, enum_names, parameters


def test_values_become_the_documented_types() -> None:
    built = documented_object(
        "VMReplication",
        "replication/h/1/Simple",
        VMId="1",
        ReplicationState="FailedOver",
        ReplicationFrequencySec=300,
        LastReplicationTime=datetime(2026, 3, 2, tzinfo=UTC),
        AutoResynchronizeIntervalStart=timedelta(hours=18),
        TestVirtualMachine=None,
        InitialReplicationStartTime=None,
    )
    assert built == {
        "$type": "VMReplication",
        "$ref": "replication/h/1/Simple",
        "$text": "VMReplication",
        "VMId": {"$guid": "1"},
        "ReplicationState": {"$enum": "VMReplicationState", "name": "FailedOver"},
        "ReplicationFrequencySec": 300,
        "LastReplicationTime": {"$date": "2026-03-02T00:00:00+00:00"},
        "AutoResynchronizeIntervalStart": {"$span": 64800.0},
        "TestVirtualMachine": None,
        "InitialReplicationStartTime": None,
    }


@pytest.mark.parametrize(
    "values",
    [
        {"Color": "red"},
        {"Uptime": 5},
        {"State": "Sideways"},
        {"State": None},
        {"Generation": "2"},
        {"Generation": True},
        {"IsClustered": 0},
        {"CreationTime": datetime(2026, 3, 2)},  # without a zone
        {"NetworkAdapters": [{"$type": "VMSwitch"}]},
        {"StatusDescriptions": [1]},
    ],
)
def test_what_the_real_class_does_not_have_is_a_defect(values: dict[str, Any]) -> None:
    with pytest.raises(ModelDefect):
        documented_object("VirtualMachine", "vm/h/1", **values)


def test_a_handler_may_not_invent_parameters() -> None:
    async def handler(turn: Turn) -> None:
        await turn.write()

    for name in ("Get-VM", "Get-Date"):
        with pytest.raises(ValueError, match="Colour"):
            cmdlet(name, "Colour")(handler)
    assert "ReplicationMode" in parameters("Get-VMReplication")
    assert enum_names("VMReplicationState")[7] == "FailedOver"
