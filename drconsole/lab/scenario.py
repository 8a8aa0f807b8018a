"""Scenarios as text: what the two sites hold, what goes wrong and when, and what a console must make of it.

A scenario is a YAML file. Its form is the classes below; unknown keys, names that mean nothing and double
keys are errors that name the file and the key. Durations are texts such as ``90s``, ``5m``, ``2h``, ``41d``
and count back from the scenario's start, but for ``at``, which counts from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import yaml
from msgspec import UNSET, UnsetType

from drconsole.lab.wire_faults import WireFault

Guid = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Duration = Annotated[str, msgspec.Meta(pattern=r"^\d+(\.\d+)?[smhd]$")]
Sync = Annotated[str, msgspec.Meta(pattern=r"^(\d+(\.\d+)?[smhd]|never)$")]
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class ScenarioError(Exception):
    """A scenario, or a change asked of one, is wrong; the text says where."""


class _Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of all parts of a scenario."""


class Site(_Form, frozen=True):
    """A site; networks not named here are production."""

    test_networks: list[str] = []


class HostForm(_Form, frozen=True):
    """A stand-alone host. ``ahead`` and ``behind`` are what its clock is wrong by."""

    fqdn: str
    switches: list[str] = []
    rights: bool = True
    ahead: Duration = "0s"
    behind: Duration = "0s"


class EndpointForm(_Form, frozen=True):
    """An address at which a host answers; ``fault`` is what is wrong with it from the start."""

    name: str
    site: str
    host: str
    fault: WireFault | None = None


class Relationship(_Form, frozen=True):
    """One side of a replication relationship; what is not given is as before, or the default."""

    mode: str | UnsetType = UNSET
    state: str | UnsetType = UNSET
    health: str | UnsetType = UNSET
    frequency: Duration | UnsetType = UNSET
    synced: Sync | UnsetType = UNSET
    stalled: bool | UnsetType = UNSET
    history: int | UnsetType = UNSET
    primary: str | UnsetType = UNSET
    replica: str | UnsetType = UNSET


class Copy(Relationship, frozen=True):
    """One copy of a workload on one host; also what a timeline or a test may change of it.

    ``networks`` are switches, one adapter each. ``points`` is how many hourly recovery points there are.
    ``own_mode`` and ``own_state`` are what Get-VM says against Get-VMReplication.
    """

    name: str | UnsetType = UNSET
    power: str | UnsetType = UNSET
    up: Duration | UnsetType = UNSET
    notes: str | UnsetType = UNSET
    networks: list[str] | UnsetType = UNSET
    points: int | UnsetType = UNSET
    own_mode: str | UnsetType = UNSET
    own_state: str | UnsetType = UNSET
    test: Guid | UnsetType | None = UNSET


class WorkloadForm(_Form, frozen=True):
    """What the business calls one VM: its copies by host, and what both ends of its replication share."""

    name: str
    id: Guid
    copies: dict[str, Copy]
    replication: Relationship = Relationship()


class Moment(_Form, frozen=True):
    """Something that happens ``at`` a time: an endpoint gets or loses a fault, or a copy changes."""

    at: Duration
    endpoint: str | UnsetType = UNSET
    fault: WireFault | UnsetType | None = UNSET
    host: str | UnsetType = UNSET
    vm: Guid | UnsetType = UNSET
    set: Copy | UnsetType = UNSET


class CopyTruth(_Form, frozen=True):
    """What one copy is, by the rules: its role and the codes of its alarms."""

    vm: Guid
    host: str
    role: str
    alarms: list[str] = []


class EndpointTruth(_Form, frozen=True):
    """How an endpoint must be shown; ``error`` is the stable code of what it did."""

    state: Literal["ok", "partial", "silent", "never"]
    error: str = ""
    alarms: list[str] = []


class Truth(_Form, frozen=True):
    """What a fresh console must say. ``workloads`` are alarms of the workload as a whole, by VM id."""

    endpoints: dict[str, EndpointTruth]
    copies: list[CopyTruth]
    workloads: dict[Guid, list[str]] = {}


class Scenario(_Form, frozen=True):
    """A whole scenario."""

    about: str
    sites: dict[str, Site]
    pairs: list[tuple[str, str]]
    hosts: dict[str, HostForm]
    endpoints: list[EndpointForm]
    workloads: list[WorkloadForm]
    truth: Truth
    timeline: list[Moment] = []


def names() -> list[str]:
    """The scenarios that come with the lab."""
    folder = files("drconsole.lab").joinpath("scenarios")
    return sorted(
        entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml")
    )


def load(name: str) -> Scenario:
    """Read a scenario that comes with the lab, or any ``.yaml`` file.

    Raises:
        ScenarioError: there is no such scenario, or it is wrong.
    """
    if name.endswith(".yaml"):
        path = Path(name)
        if not path.is_file():
            raise ScenarioError(f"{name}: no such file")
        return parse(path.read_text(encoding="utf-8"), name)
    if name not in names():
        raise ScenarioError(f"there is no scenario {name!r}; there are: {', '.join(names())}")
    entry = files("drconsole.lab").joinpath("scenarios", f"{name}.yaml")
    return parse(entry.read_text(encoding="utf-8"), f"{name}.yaml")


def parse(text: str, file: str) -> Scenario:
    """Check a scenario's text.

    Raises:
        ScenarioError: naming ``file`` and the key.
    """
    try:
        scenario = msgspec.convert(yaml.load(text, _Loader), Scenario)
    except yaml.YAMLError as error:
        raise ScenarioError(f"{file}: {error}") from None
    except msgspec.ValidationError as error:
        raise ScenarioError(f"{file}: {error}") from None
    if wrong := list(_mistakes(scenario)):
        raise ScenarioError("\n".join(f"{file}: {line}" for line in wrong))
    return scenario


def changes(fields: object) -> Copy:
    """Check what a test or a timeline wants to change of a copy.

    Raises:
        ScenarioError: an unknown field or a value of the wrong kind.
    """
    try:
        return msgspec.convert(fields, Copy)
    except msgspec.ValidationError as error:
        raise ScenarioError(str(error)) from None


def duration(text: str) -> timedelta:
    """A duration of a scenario: ``90s``, ``5m``, ``2h``, ``41d``."""
    found = re.fullmatch(r"([\d.]+)([smhd])", text)
    if found is None:
        raise ScenarioError(f"{text!r} is no duration")
    return timedelta(seconds=float(found[1]) * SECONDS[found[2]])


def _mistakes(scenario: Scenario) -> Iterator[str]:
    """References that lead nowhere and things named twice."""
    yield from _repeated("endpoints", [endpoint.name for endpoint in scenario.endpoints])
    yield from _repeated("workloads", [workload.id for workload in scenario.workloads])
    yield from _repeated("truth.copies", [f"{copy.vm} on {copy.host}" for copy in scenario.truth.copies])
    sites, hosts = set(scenario.sites), set(scenario.hosts)
    endpoints = {endpoint.name for endpoint in scenario.endpoints}
    copies = {(workload.id, host) for workload in scenario.workloads for host in workload.copies}
    for pair in scenario.pairs:
        yield from _unknown("pairs", set(pair), sites, "site")
    for endpoint in scenario.endpoints:
        yield from _unknown(f"endpoints {endpoint.name}.site", {endpoint.site}, sites, "site")
        yield from _unknown(f"endpoints {endpoint.name}.host", {endpoint.host}, hosts, "host")
    for workload in scenario.workloads:
        yield from _unknown(f"workloads {workload.id}.copies", set(workload.copies), hosts, "host")
    for moment in scenario.timeline:
        yield from _wrong_moment(moment, endpoints, copies)
    yield from _unknown("truth.endpoints", set(scenario.truth.endpoints), endpoints, "endpoint")
    yield from _unknown("truth.endpoints", endpoints, set(scenario.truth.endpoints), "truth for endpoint")
    for copy in scenario.truth.copies:
        if (copy.vm, copy.host) not in copies:
            yield f"truth.copies: there is no copy of {copy.vm} on {copy.host}"


def _wrong_moment(moment: Moment, endpoints: set[str], copies: set[tuple[str, str]]) -> Iterator[str]:
    where = f"timeline at {moment.at}"
    about_endpoint = moment.endpoint is not UNSET and moment.fault is not UNSET
    about_copy = moment.host is not UNSET and moment.vm is not UNSET and moment.set is not UNSET
    if about_endpoint == about_copy:
        yield f"{where}: needs either endpoint and fault, or host, vm and set"
    elif about_endpoint and moment.endpoint not in endpoints:
        yield f"{where}: there is no endpoint {moment.endpoint}"
    elif about_copy and (moment.vm, moment.host) not in copies:
        yield f"{where}: there is no copy of {moment.vm} on {moment.host}"


def _unknown(where: str, used: set[str], known: set[str], what: str) -> Iterator[str]:
    for name in sorted(used - known):
        yield f"{where}: there is no {what} {name}"


def _repeated(where: str, values: list[str]) -> Iterator[str]:
    for value in sorted({value for value in values if values.count(value) > 1}):
        yield f"{where}: {value} is there twice"


class _Loader(yaml.SafeLoader):
    """YAML's safe types, without double keys."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Refuse a key that a mapping has twice."""
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key: Any = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} is there twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)
