"""A node that its cluster calls down takes nothing along that no other node shows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from drconsole.domain.reading import Node, Power, Reading, Sighting
from drconsole.domain.snapshot import CopyState, EndpointState, Snapshot
from tests.unit.domain.builders import codes, reading, relation, vm
from tests.unit.test_inventory import PATIENCE_S, Scripted, endpoint, running

UP = (Node("N1", True), Node("N2", True))
DOWN = (Node("N1", True), Node("N2", False, "the cluster calls it down"))


def on(node: str, ident: str, power: Power = Power.ON) -> Sighting:
    """A replicated VM on a node."""
    return vm("ny", power, relation("Primary"), ident=ident, node=node)


def told(nodes: tuple[Node, ...], *sightings: Sighting) -> Reading:
    """What the nodes that answer show."""
    return replace(reading("ny", *sightings), nodes=nodes)


def asked(state: Path, answer: Reading) -> Snapshot:
    """What a console of its own says when it has read this once."""
    with running(state, Scripted(endpoint("a"), answer)) as inventory:
        return inventory.wait(PATIENCE_S)


def copies(snapshot: Snapshot) -> dict[str, CopyState]:
    return {copy.place.ident: copy for workload in snapshot.workloads for copy in workload.copies}


def test_what_only_the_node_held_stays_last_known_until_it_answers(tmp_path: Path) -> None:
    asked(tmp_path, told(UP, on("N1", "v1"), on("N2", "v2"), on("N2", "v3")))
    for _ in range(2):
        seen = asked(tmp_path, told(DOWN, on("N1", "v1"), on("N1", "v2")))
        assert {ident: copy.fresh for ident, copy in copies(seen).items()} == {
            "v1": True,
            "v2": True,
            "v3": False,
        }
        (status,) = seen.endpoints
        assert status.state is EndpointState.PARTIAL
        assert status.limits == ("N2 is down, and 1 VM(s) that it held are on no other node.",)
        assert {alarm.code.value for alarm in status.alarms} == {"partial", "node-silent"}
    gone = asked(tmp_path, told(UP, on("N1", "v1"), on("N1", "v2")))
    assert set(copies(gone)) == {"v1", "v2"}
    assert all("not-protected" not in codes(workload) for workload in gone.workloads)


def test_a_node_that_held_nothing_of_its_own_is_not_missed(tmp_path: Path) -> None:
    asked(tmp_path, told(UP, on("N1", "v1"), on("N2", "v2")))
    (status,) = asked(tmp_path, told(DOWN, on("N1", "v1"), on("N1", "v2"))).endpoints
    assert (status.state, status.limits) == (EndpointState.OK, ())
