"""The form of a world with its verdict: readings, and what must be said of each copy, from the rules."""

from __future__ import annotations

from dataclasses import dataclass

from drconsole.domain.reading import Power, Reading
from drconsole.domain.roles import Role

from .builders import reading, recorded, relation, vm

ON, OFF, SAVED = Power.ON, Power.OFF, Power.SAVED
DAY = 86400.0
WAITING = "WaitingForInitialReplication"
FAILED = "FailedOverWaitingCompletion"
UNREPLICATED = {"own_mode": "None"}

Expected = tuple[str, str, str, frozenset[str]]


@dataclass(frozen=True)
class Case:
    """One world and what must be said of it."""

    name: str
    readings: tuple[Reading, ...]
    copies: tuple[Expected, ...]
    silent: tuple[str, ...] = ()
    workload_alarms: frozenset[str] = frozenset()


def copy(site: str, role: str, row: str, *alarms: str) -> Expected:
    return (site, role, row, frozenset(alarms))


def pair(
    name: str,
    left: tuple[Power, str, str],
    right: tuple[Power, str, str],
    *expected: Expected,
    records: tuple[Role | None, Role | None] = (None, None),
    split: bool = False,
    **more: object,
) -> Case:
    """A copy at ny and one at nj, each (power, mode, state), with a failover record or without."""
    sightings = [
        vm(host, power, relation(mode, state), **more)  # type: ignore[arg-type]
        for host, (power, mode, state) in (("ny", left), ("nj", right))
    ]
    sightings = [recorded(s, role) if role else s for s, role in zip(sightings, records, strict=True)]
    alarms = frozenset({"split-brain"}) if split else frozenset[str]()
    return Case(name, (reading("ny", sightings[0]), reading("nj", sightings[1])), expected, (), alarms)


def alone(name: str, host: str, mode: str, state: str, power: Power, *expected: Expected) -> Case:
    """One copy; the other site's host is silent and was never read."""
    return Case(name, (reading(host, vm(host, power, relation(mode, state))),), expected)
