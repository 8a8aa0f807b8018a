"""Small worlds for tests of the domain: two sites, hosts with readings, copies in any state."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from drconsole import lab
from drconsole.domain.assemble import assemble
from drconsole.domain.endpoint import Endpoint, EndpointKind, Estate, Pair, Site
from drconsole.domain.place import Place
from drconsole.domain.reading import Power, Reading, Relation, Sighting
from drconsole.domain.record import Record, written
from drconsole.domain.roles import Role
from drconsole.domain.snapshot import EndpointState, EndpointStatus, Snapshot, Workload

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NY, NJ = "New York", "New Jersey"
NAMES = {name: (name, f"{name}.lab.example") for name in ("ny", "nj", "nj2")}

_DOCUMENTED = (Path(lab.__file__).parent / "facts" / "hyperv-cmdlets.json").read_text(encoding="utf-8")
_ENUMS = json.loads(_DOCUMENTED)["enums"]
MODES, STATES = tuple(_ENUMS["VMReplicationMode"]), tuple(_ENUMS["VMReplicationState"])
"""All that is documented of a replication."""


def estate(*more: Endpoint) -> Estate:
    """Hyper-V hosts and one vCenter at each of two paired sites; New Jersey has two hosts."""
    hosts = [
        Endpoint("ny", NY, EndpointKind.HYPERV_HOST, "10.0.0.1"),
        Endpoint("nj", NJ, EndpointKind.HYPERV_HOST, "10.0.0.2"),
        Endpoint("vc-ny", NY, EndpointKind.VSPHERE, "10.0.0.3"),
        Endpoint("vc-nj", NJ, EndpointKind.VSPHERE, "10.0.0.4"),
        Endpoint("nj2", NJ, EndpointKind.HYPERV_HOST, "10.0.0.5"),
    ]
    return Estate(
        "TEST",
        (Site(NY, frozenset({"isolated"})), Site(NJ, frozenset({"isolated"}))),
        (Pair(NY, NJ),),
        (*hosts, *more),
    )


SITE = {e.name: e.site for e in estate().endpoints}


def relation(mode: str, state: str = "Replicating", **more: object) -> Relation:
    """A relation between ny (primary) and nj (replica), last synced four minutes ago, every five."""
    values: dict[str, object] = {
        "health": "Normal",
        "primary": "ny.lab.example",
        "replica": "nj.lab.example",
        "last_sync": NOW - timedelta(minutes=4),
        "frequency_s": 300,
        **more,
    }
    return Relation(mode, state, **values)  # type: ignore[arg-type]


def vm(
    endpoint: str, power: Power = Power.ON, *relations: Relation, ident: str = "v1", **more: object
) -> Sighting:
    """A Hyper-V VM on a host."""
    place = Place("hyperv", SITE[endpoint], NAMES[endpoint][1], ident)
    values: dict[str, object] = {"name": "files-02", **more}
    return Sighting(place, ident, power=power, relations=relations, **values)  # type: ignore[arg-type]


def vs(endpoint: str, uuid: str, power: Power = Power.ON, *, path: str = "", **more: object) -> Sighting:
    """A vSphere VM at a vCenter."""
    place = Place("vsphere", SITE[endpoint], f"ds-{endpoint}", path or f"[ds] {uuid}/{uuid}.vmx")
    values: dict[str, object] = {"name": "web-01", "uuid": uuid, **more}
    return Sighting(place, "vm-1", power=power, **values)  # type: ignore[arg-type]


def recorded(sighting: Sighting, role: Role, place: Place | None = None) -> Sighting:
    """The same VM with a failover record in its notes, written at its own place or at another."""
    record = Record("vs:GID-1", role, place or sighting.place, "7f3c0a11", NOW, "operator@jump")
    return replace(sighting, notes=written(sighting.notes, record, "Failed over."))


def reading(endpoint: str, *sightings: Sighting, complete: bool = True, age_s: float = 0) -> Reading:
    """A reading taken ``age_s`` ago; the endpoint's clock agrees with the console's."""
    taken = NOW - timedelta(seconds=age_s)
    return Reading(
        endpoint, SITE[endpoint], taken, taken, complete, sightings, NAMES.get(endpoint, (endpoint,))
    )


def status(endpoint: str, state: EndpointState = EndpointState.OK) -> EndpointStatus:
    """An endpoint that answers, or does not."""
    known = {e.name: e for e in estate().endpoints}[endpoint]
    return EndpointStatus(known.name, known.site, known.kind.value, known.address, state)


def picture(*readings: Reading, silent: Iterable[str] = ()) -> Snapshot:
    """The snapshot of these readings; endpoints in ``silent`` do not answer now."""
    dark = set(silent)
    states = [
        status(r.endpoint, EndpointState.SILENT if r.endpoint in dark else EndpointState.OK) for r in readings
    ]
    return assemble(estate(), states, {r.endpoint: r for r in readings}, NOW)


def only(snapshot: Snapshot) -> Workload:
    """The only workload of a snapshot."""
    (workload,) = snapshot.workloads
    return workload


def codes(workload: Workload) -> set[str]:
    """All alarm codes of a workload and its copies."""
    return {a.code.value for a in workload.all_alarms}
