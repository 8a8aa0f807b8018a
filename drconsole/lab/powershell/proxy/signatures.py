"""The documented cmdlet signatures as the generator needs them, with the known contradictions settled."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FACTS = Path(__file__).resolve().parents[2] / "facts" / "hyperv-cmdlets.json"
BUILT_INS = FACTS.with_name("builtin-cmdlets.json")

CLUSTER_MODULE = "FailoverClusters"

CLUSTER_ENUMS = {
    "ClusterGroupState": "CLUSTER_GROUP_STATE",
    "ClusterResourceState": "CLUSTER_RESOURCE_STATE",
    "ClusterNodeState": "CLUSTER_NODE_STATE",
}
"""Names that the cluster objects use for the enumerations of clusapi.h."""

GUESSED = 900
"""First number of enumerations that are known by the names of their values alone; scripts judge by name."""


@dataclass(frozen=True, slots=True)
class Place:
    """How one parameter takes part in one parameter set; ``position`` is None where it must be named."""

    parameter_set: str
    mandatory: bool
    position: int | None
    by_value: bool
    by_property: bool


@dataclass(frozen=True, slots=True)
class Parameter:
    """One documented parameter; ``values`` are the accepted ones where they are listed."""

    name: str
    type: str
    aliases: tuple[str, ...]
    places: tuple[Place, ...]
    values: tuple[str, ...]
    range: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Cmdlet:
    """One documented cmdlet. WhatIf and Confirm are not among its parameters: PowerShell adds them."""

    name: str
    module: str
    default_set: str
    sets: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    outputs: tuple[str, ...]
    should_process: bool
    impact: str | None


@dataclass(frozen=True, slots=True)
class Signatures:
    """All that is documented: cmdlets, classes with their properties, enumerations with their numbers."""

    cmdlets: tuple[Cmdlet, ...]
    types: Mapping[str, Mapping[str, str]]
    enums: Mapping[str, Mapping[str, int]]
    cluster_enums: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def load(path: Path = FACTS) -> Signatures:
    """Read the signatures from their file."""
    facts = json.loads(path.read_text(encoding="utf-8"))
    _settle_positions(facts)
    cmdlets = tuple(_cmdlet(name, one) for name, one in facts["cmdlets"].items())
    enums = dict(facts["enums"])
    cluster_enums = {name: facts["cluster_enums"][there] for name, there in CLUSTER_ENUMS.items()}
    for cmdlet in cmdlets:
        for parameter in cmdlet.parameters:
            name = parameter.type.removesuffix("[]")
            if parameter.values and name not in enums and name != "String":
                known = facts["cluster_enums"]["CLUSGROUP_TYPE"] if name == "GroupType" else {}
                found = cluster_enums if cmdlet.module == CLUSTER_MODULE else enums
                found[name] = {**{v: GUESSED + i for i, v in enumerate(parameter.values)}, **known}
    return Signatures(cmdlets, facts["types"], enums, cluster_enums)


def built_ins(path: Path = BUILT_INS) -> tuple[Cmdlet, ...]:
    """Read what Windows PowerShell 5.1 itself offers to our scripts: a selection, in the same form."""
    facts = json.loads(path.read_text(encoding="utf-8"))
    return tuple(_cmdlet(name, one) for name, one in facts["cmdlets"].items())


def _settle_positions(facts: dict[str, Any]) -> None:
    """Where two parameters of one set are documented at one position, the reflected position decides."""
    for name, notes in facts["crosscheck_with_stub"].items():
        for flag in notes.get("flags", []):
            found = re.fullmatch(r"(\S+)/(\S+): position doc \S+ stub (\S+)", flag)
            if found is None:
                raise ValueError(f"{name}: a note that nobody understands: {flag}")
            rows = facts["cmdlets"][name]["parameter_sets"][found[1]]
            mine = next(row for row in rows if row["name"] == found[2])
            if sum(row["position"] == mine["position"] is not None for row in rows) > 1:
                mine["position"] = None if found[3] == "None" else int(found[3])


def _cmdlet(name: str, facts: dict[str, Any]) -> Cmdlet:
    sets = facts["parameter_sets"]
    return Cmdlet(
        name=name,
        module=facts["module"],
        default_set=facts["default_parameter_set"],
        sets=tuple(sets),
        parameters=tuple(
            _parameter(parameter, one, sets)
            for parameter, one in facts["parameters"].items()
            if parameter not in ("WhatIf", "Confirm")
        ),
        outputs=tuple(facts["outputs"]),
        should_process=facts["supports_shouldprocess"],
        impact=facts.get("confirm_impact"),
    )


def _parameter(name: str, facts: dict[str, Any], sets: dict[str, Any]) -> Parameter:
    return Parameter(
        name=name,
        type=facts["type"],
        aliases=tuple(facts["aliases"]),
        places=tuple(
            Place(
                parameter_set=one,
                mandatory=row["mandatory"],
                position=row["position"],
                by_value="value" in row.get("pipeline", ()),
                by_property="property" in row.get("pipeline", ()),
            )
            for one, rows in sets.items()
            for row in rows
            if row["name"] == name
        ),
        values=tuple(facts.get("accepted_values", ())),
        range=tuple(facts["range"]) if "range" in facts else None,
    )
