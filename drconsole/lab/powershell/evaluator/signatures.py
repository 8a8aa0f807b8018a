"""Signatures of cmdlets, read from the facts of Hyper-V and from a small file of built-ins."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from drconsole.lab.powershell.proxy.signatures import load

BUILT_IN = "Microsoft.PowerShell.Commands."
HYPERV_COMMANDS = "Microsoft.HyperV.PowerShell.Commands."
CLUSTER_COMMANDS = "Microsoft.FailoverClusters.PowerShell."
LIMITS = {("ConvertTo-Json", "Depth"): (1, 100)}
"""Ranges that the files do not hold."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter; ``sets`` are the parameter sets it is in, ``mandatory`` those that demand it."""

    name: str
    type: str
    aliases: tuple[str, ...]
    sets: frozenset[str]
    mandatory: frozenset[str]
    position: int | None
    limits: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Signature:
    """A cmdlet's parameters; ``suffix`` is the class name that ends its error ids.

    ``impact`` is its ConfirmImpact.
    """

    name: str
    suffix: str
    default_set: str
    sets: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    impact: str = "Medium"


def _signature(name: str, facts: dict[str, Any]) -> Signature:
    """Read one cmdlet of the files."""
    sets: dict[str, list[dict[str, Any]]] = facts["parameter_sets"]
    parameters = []
    for key, described in facts["parameters"].items():
        rows = {s: row for s, listed in sets.items() for row in listed if row["name"] == key}
        limits = described.get("range") or LIMITS.get((name, key))
        positions = [row["position"] for row in rows.values() if row.get("position") is not None]
        parameters.append(
            Parameter(
                key,
                described["type"],
                tuple(described.get("aliases", ())),
                frozenset(rows or sets),
                frozenset(s for s, row in rows.items() if row.get("mandatory")),
                min(positions) if positions else None,
                (limits[0], limits[1]) if limits else None,
            )
        )
    return Signature(
        name,
        _class(name, str(facts["module"])),
        facts.get("default_parameter_set") or next(iter(sets)),
        tuple(sets),
        tuple(parameters),
        facts.get("confirm_impact") or "Medium",
    )


def _class(cmdlet: str, module: str) -> str:
    """Return the name of a cmdlet's class, which ends its error ids."""
    name = cmdlet.replace("-", "")
    if module == "FailoverClusters":
        return f"{CLUSTER_COMMANDS}{name}Command"
    return (
        f"{BUILT_IN}{name}Command" if module.startswith("Microsoft.PowerShell.") else HYPERV_COMMANDS + name
    )


def _read(name: str) -> dict[str, Any]:
    """Read a file of facts."""
    text = (resources.files("drconsole.lab") / "facts" / name).read_text(encoding="utf-8")
    facts: dict[str, Any] = json.loads(text)
    return facts


@cache
def signatures() -> dict[str, Signature]:
    """Return all signatures by lower-case name."""
    known = _read("hyperv-cmdlets.json")["cmdlets"] | _read("builtin-cmdlets.json")["cmdlets"]
    return {name.lower(): _signature(name, facts) for name, facts in known.items()}


@cache
def documented_properties() -> dict[str, dict[str, str]]:
    """Return the documented types of the properties of each type, names in lower case."""
    types = _read("hyperv-cmdlets.json")["types"]
    return {name: {p.lower(): kind for p, kind in properties.items()} for name, properties in types.items()}


@cache
def enumerations() -> dict[str, dict[str, int]]:
    """Return the documented enumerations of Hyper-V by short name."""
    known: dict[str, dict[str, int]] = _read("hyperv-cmdlets.json")["enums"]
    return known


@cache
def cluster_enumerations() -> dict[str, dict[str, int]]:
    """Return the enumerations of clusters by short name, with the numbers that both engines give them."""
    return {name: dict(members) for name, members in load().cluster_enums.items()}
