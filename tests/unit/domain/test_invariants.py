"""What must hold of every picture, whatever was seen: one to three copies, on both platforms."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from drconsole.domain.assemble import assemble
from drconsole.domain.operations import offers
from drconsole.domain.plan import Operation
from drconsole.domain.reading import (
    ApplianceRow,
    HbrSource,
    ManagedBy,
    Power,
    Reading,
    ReplicaFiles,
    Sighting,
)
from drconsole.domain.roles import Role
from drconsole.domain.snapshot import EndpointState, Snapshot
from drconsole.domain.vendors import Column

from .builders import (
    MODES,
    NOW,
    STATES,
    codes,
    estate,
    picture,
    reading,
    recorded,
    relation,
    status,
    vm,
    vs,
)

POWERS = st.sampled_from(list(Power))
ENDS = st.builds(relation, st.sampled_from(MODES), st.sampled_from((*STATES, "SomethingNew")))
LEGS = st.builds(lambda end: replace(end, relationship="Extended"), ENDS)
RELATIONS = st.one_of(st.just(()), st.tuples(ENDS), st.tuples(ENDS, LEGS), st.tuples(LEGS, ENDS))
RECORDS = st.one_of(st.none(), st.sampled_from(list(Role)))
World = tuple[list[Reading], list[str]]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """One to three copies of one VM on as many hosts, some of them silent, one with a test copy."""
    hosts = draw(st.lists(st.sampled_from(["ny", "nj", "nj2"]), min_size=1, max_size=3, unique=True))
    readings = []
    for host in hosts:
        own = draw(st.sampled_from(("", *MODES)))
        sighting, role = vm(host, draw(POWERS), *draw(RELATIONS), own_mode=own), draw(RECORDS)
        sightings = [recorded(sighting, role) if role else sighting]
        if host == hosts[0] and draw(st.booleans()):
            sightings.append(vm(host, draw(POWERS), ident="t1", own_mode="TestReplica"))
        readings.append(reading(host, *sightings, complete=draw(st.booleans())))
    return readings, [host for host in hosts if draw(st.booleans())]


GROUPS = st.sampled_from(["GID-1", "GID-2"])
SOURCES = st.builds(HbrSource, GROUPS, st.sampled_from(["", "10.9.9.9"]), st.sampled_from([None, True]))
OWNERS = st.builds(
    ManagedBy,
    st.sampled_from(["com.vmware.vcDr-1", "com.example"]),
    st.sampled_from(["placeholderVm", "other"]),
)
FILES = st.builds(ReplicaFiles, GROUPS, st.booleans(), st.booleans(), st.booleans(), st.integers(1, 3))
SAID = st.sampled_from(["OK", "NOT_ACTIVE", "RECOVERED"])
ROWS_OF_APPLIANCE = st.builds(
    ApplianceRow, GROUPS, SAID, recovered=st.booleans(), test_image=st.booleans(), rpo_violation=st.booleans()
)


@st.composite
def vsphere_worlds(draw: st.DrawFn) -> World:
    """One to three sightings at two vCenters: registered VMs, replica directories, rows of an appliance."""
    found: dict[str, list[Sighting]] = {"vc-ny": [], "vc-nj": []}
    for number in range(draw(st.integers(1, 3))):
        host = draw(st.sampled_from(list(found)))
        uuid, path = draw(st.sampled_from(["u1", "u2"])), f"[ds] {number}"
        kind = draw(st.sampled_from(["registered", "files", "row"]))
        if kind == "registered":
            sighting = vs(host, uuid, draw(POWERS), path=path, hbr=draw(st.one_of(st.none(), SOURCES)))
            inside, owner = draw(st.one_of(st.just(""), GROUPS)), draw(st.one_of(st.none(), OWNERS))
            sighting, role = replace(sighting, replica_dir=inside, managed_by=owner), draw(RECORDS)
            found[host].append(recorded(sighting, role) if role else sighting)
        elif kind == "files":
            found[host].append(vs(host, "", Power.OFF, path=path, files=draw(FILES)))
        else:
            row = draw(ROWS_OF_APPLIANCE)
            found[host].append(vs(host, "", Power.UNKNOWN, path=path, appliance=row))
    readings = [reading(host, *sightings, complete=draw(st.booleans())) for host, sightings in found.items()]
    return readings, [host for host in found if draw(st.booleans())]


MAY_SERVE = {"ORIGINAL", "RECOVERED", "FORMER ORIGINAL", "UNPROTECTED", "UNKNOWN"}


def check_invariants(world: World) -> None:
    readings, silent = world
    snapshot = picture(*readings, silent=silent)
    copies = [c for w in snapshot.workloads for c in w.copies]
    assert len({c.place for c in copies}) == len(copies)
    for workload in snapshot.workloads:
        serving = [c for c in workload.copies if c.fresh and c.power is Power.ON and c.role in MAY_SERVE]
        assert ("split-brain" in codes(workload)) is (len(serving) > 1)
        for one in offers(workload, Column.HYPERV, frozenset(Operation)):
            assert one.starts is None or one.starts.role not in (Role.FORMER_ORIGINAL, Role.LEFTOVER)
    assert all(not c.fresh for c in copies if c.endpoint in silent)
    dark = picture(*readings, silent=[r.endpoint for r in readings])
    assert all("split-brain" not in codes(w) for w in dark.workloads)


@given(worlds())
@settings(max_examples=400, deadline=None)
def test_invariants(world: World) -> None:
    check_invariants(world)
    told = [c for w in picture(*world[0]).workloads for c in w.copies]
    # One copy for each VM that was seen, with one role.
    assert len(told) == sum(len(r.sightings) for r in world[0])


@given(vsphere_worlds())
@settings(max_examples=400, deadline=None)
def test_invariants_on_vsphere(world: World) -> None:
    check_invariants(world)


@given(worlds(), worlds(), st.booleans(), st.booleans())
@settings(max_examples=300, deadline=None)
def test_a_picture_does_not_depend_on_the_one_before(
    world: World, other: World, dark: bool, missed: bool
) -> None:
    def seen(readings: dict[str, Reading], silent: list[str], before: Snapshot | None = None) -> Snapshot:
        states = [
            status(name, EndpointState.SILENT if name in silent else EndpointState.OK) for name in readings
        ]
        places = {s.place: None for r in readings.values() for s in r.sightings} if before and missed else {}
        return assemble(estate(), states, readings, NOW, recorded=places, before=before)

    readings = {one.endpoint: one for one in world[0]}
    before = seen(readings, world[1])
    # One endpoint was read anew; of the others everything is the very same object.
    mixed = readings | {one.endpoint: one for one in other[0][-1:]}
    silent = other[1] if dark else world[1]
    after = seen(mixed, silent, before)
    assert after == seen(mixed, silent, replace(before, basis=None))
    assert seen(mixed, silent, after) == after
