"""What a verdict rests on is told with it, and what was not believed as well."""

from __future__ import annotations

from dataclasses import replace

from drconsole.domain.reading import Power, Sighting
from drconsole.domain.roles import Role

from .builders import NOW, only, picture, reading, recorded, relation, vm


def told(sighting: Sighting) -> dict[str, str]:
    """The evidence of the only copy."""
    (copy,) = only(picture(reading("nj", sighting))).copies
    assert {(one.endpoint, one.at) for one in copy.evidence} == {("nj", NOW)}
    return {one.what: one.value for one in copy.evidence}


def test_the_record_that_is_believed() -> None:
    facts = told(recorded(vm("nj", Power.ON, relation("Replica", "FailedOver")), Role.RECOVERED))
    assert facts["record"] == "RECOVERED run 7f3c0a11 by operator@jump"
    assert (facts["power"], facts["mode"], facts["state"]) == ("on", "Replica", "FailedOver")


def test_a_record_of_another_place_is_shown_and_not_believed() -> None:
    replicated = vm("nj", Power.OFF, relation("Replica"))
    facts = told(recorded(replicated, Role.RECOVERED, vm("ny").place))
    assert facts["foreign record"] == (
        "of ny.lab.example at New York, not believed here: RECOVERED run 7f3c0a11 by operator@jump"
    )
    assert "record" not in facts


def test_a_record_that_is_not_understood_is_shown() -> None:
    strange = '{"v":9,"role":"KING"}'
    notes = f"Owner: web\ndrconsole: x\ndrconsole-record: {strange}"
    facts = told(replace(vm("nj", Power.OFF, relation("Replica")), notes=notes))
    assert facts["strange record"] == f"not understood, not believed: {strange}"


def test_what_get_vm_says_otherwise() -> None:
    own = {"own_mode": "Primary", "own_state": "Error"}
    assert told(vm("nj", Power.ON, relation("Replica"), **own))["Get-VM says"] == "Primary Error"
    assert told(vm("nj", Power.ON, **own))["Get-VM says"] == "Primary Error"
    agreed = {"own_mode": "Replica", "own_state": "Replicating"}
    assert "Get-VM says" not in told(vm("nj", Power.OFF, relation("Replica"), **agreed))
    assert "Get-VM says" not in told(vm("nj", Power.ON, own_mode="None", own_state="Disabled"))
