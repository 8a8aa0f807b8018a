"""One read of a cluster: who is asked what, and who is waited for."""

from __future__ import annotations

import threading

import pytest

from drconsole.errors import BadReply, EndpointError, NoRights, TimedOut, Unreachable
from drconsole.platforms.hyperv.cluster_round import Round, Told, patience_s
from tests.unit.hyperv_cluster import Node, facts, node

FOREVER_S = 3600.0


def run(*nodes: Node, seconds: float = FOREVER_S) -> Round:
    """One round."""
    names = [one.peer.name.removeprefix("gold.") for one in nodes]
    this = Round(dict(zip(names, nodes, strict=True)))
    this.run(seconds)
    return this


def well(name: str) -> Node:
    """A node that answers everything."""
    return Node(name, {"light.ps1": node(name), "cluster.ps1": facts()})


def dead(name: str) -> Node:
    """A node that refuses the connection."""
    return Node(name, {"light.ps1": Unreachable(f"No connection to {name}: refused. Is it up?")})


def test_every_node_is_read_and_one_tells_about_the_cluster() -> None:
    one, two = well("HV1"), well("HV2")
    this = run(one, two)
    assert [type(told) for told in this.told.values()] == [Told, Told]
    assert this.facts is not None
    assert this.facts.where == "gold"
    assert sorted(one.asked + two.asked) == ["cluster.ps1", "light.ps1", "light.ps1"]
    assert not any(each.closed.is_set() for each in (one, two))


def test_a_dead_node_is_never_asked_about_the_cluster() -> None:
    one, two = dead("HV1"), well("HV2")
    this = run(one, two)
    assert isinstance(this.told["HV1"], Unreachable)
    assert this.facts is not None
    assert (one.asked, two.asked) == (["light.ps1"], ["light.ps1", "cluster.ps1"])


def test_nodes_are_told_in_the_configs_order_whoever_answers_first() -> None:
    later = threading.Event()

    def at_last() -> object:
        later.wait()
        return node("HV1")

    def told() -> object:
        later.set()
        return facts()

    one = Node("HV1", {"light.ps1": at_last})
    two = Node("HV2", {"light.ps1": node("HV2"), "cluster.ps1": told})
    assert list(run(one, two).told) == ["HV1", "HV2"]


def test_where_one_node_cannot_tell_about_the_cluster_the_next_one_is_asked() -> None:
    for refusing in ("HV1", "HV2"):
        nodes = {name: well(name) for name in ("HV1", "HV2")}
        nodes[refusing].replies["cluster.ps1"] = NoRights("It may not see the cluster.")
        this = run(*nodes.values())
        assert this.facts is not None
        assert set(this.why_not) <= {refusing}


def test_where_none_can_tell_nobody_is_waited_for() -> None:
    nodes = [well("HV1"), well("HV2")]
    for one in nodes:
        one.replies["cluster.ps1"] = NoRights("It may not see the cluster.")
    this = run(*nodes)
    assert this.facts is None
    assert {name: type(error) for name, error in this.why_not.items()} == {"HV1": NoRights, "HV2": NoRights}


def test_where_a_node_hangs_over_the_cluster_the_next_one_is_asked() -> None:
    hangs = Node("HV1", {"light.ps1": node("HV1")}, hangs=("cluster.ps1",))

    def after() -> object:
        hangs.reached.wait()
        return node("HV2")

    two = Node("HV2", {"light.ps1": after, "cluster.ps1": facts()})
    this = run(hangs, two, seconds=4.0)
    assert this.facts is not None
    assert [type(told) for told in this.told.values()] == [Told, Told]
    assert hangs.closed.is_set()
    assert not two.closed.is_set()


def test_a_node_that_the_cluster_calls_down_is_not_waited_for() -> None:
    down = facts(nodes=[{"name": "hv1", "state": "Down"}, {"name": "HV2", "state": "Up"}])
    one = Node("HV1", {}, hangs=("light.ps1",))
    two = Node("HV2", {"light.ps1": node("HV2"), "cluster.ps1": down})
    this = run(one, two)
    assert isinstance(this.told["HV1"], TimedOut)
    assert "calls it down" in this.told["HV1"].message
    assert one.closed.is_set()


def test_a_silent_node_is_waited_for_only_so_long_and_goes_on_until_it_is_ended() -> None:
    one, two = Node("HV1", {}, hangs=("light.ps1",)), well("HV2")
    this = run(one, two, seconds=2.0)
    assert isinstance(this.told["HV1"], TimedOut)
    assert "hv1:5986 gave no complete answer" in this.told["HV1"].message
    assert isinstance(this.told["HV2"], Told)
    assert not any(each.closed.is_set() for each in (one, two))
    this.end()
    assert one.closed.is_set()
    assert not two.closed.is_set()


def test_a_node_that_answers_too_late_is_given_its_time_from_then_on() -> None:
    late = threading.Event()

    def answer() -> object:
        late.wait()
        return node("HV1")

    paces: dict[str, float] = {}
    nodes = {"HV1": Node("HV1", {"light.ps1": answer}), "HV2": well("HV2")}
    this = Round(nodes, paces)
    this.run(2.0)
    assert isinstance(this.told["HV1"], TimedOut)
    assert list(paces) == ["HV2"]
    late.set()
    for thread in threading.enumerate():
        if thread.name == "read gold.HV1":
            thread.join()
    assert paces["HV1"] > paces["HV2"]
    assert isinstance(this.told["HV1"], TimedOut)


@pytest.mark.parametrize(
    ("known", "pace", "patience"),
    [
        (1.0, 0.0, 8.0),
        (1.0, 1.0, 8.0),
        (1.0, 4.0, 12.0),
        (6.0, 0.0, 12.0),
        (6.0, 5.0, 15.0),
        (11.0, 0.0, 20.0),
        (1.0, 19.0, 20.0),
    ],
)
def test_how_long_a_node_is_waited_for_with_a_budget_of_20_s(
    known: float, pace: float, patience: float
) -> None:
    assert patience_s(20.0, known, pace) == pytest.approx(patience)


def test_the_clusters_own_address_is_tried_while_nodes_hang_and_closed_when_it_hangs_too() -> None:
    one, two = Node("HV1", {}, hangs=("light.ps1",)), Node("HV2", {}, hangs=("light.ps1",))
    door = Node("HV2", {"light.ps1": node("HV2"), "cluster.ps1": facts()})
    this = Round({"HV1": one, "HV2": two}, {}, door)
    this.run(4.0)
    assert [type(told) for told in this.told.values()] == [TimedOut, Told]
    assert this.facts is not None
    assert this.through is not None
    assert (this.through[0], type(this.through[1])) == ("HV2", TimedOut)
    assert not door.closed.is_set()
    this.end()
    hangs = Node("HV2", {}, hangs=("light.ps1",))
    that = Round({"HV1": Node("HV1", {"light.ps1": Unreachable("No.")})}, {}, hangs)
    that.run(1.0)
    assert (type(that.told["HV1"]), that.no_way, hangs.closed.is_set()) == (Unreachable, None, True)


def test_stop_ends_the_wait_at_once() -> None:
    one = Node("HV1", {}, hangs=("light.ps1",))
    this = Round({"HV1": one})
    ended = threading.Thread(target=this.run, args=(FOREVER_S,))
    ended.start()
    one.reached.wait()
    this.stop()
    ended.join()
    assert isinstance(this.told["HV1"], EndpointError)
    this.end()
    assert one.closed.is_set()


def test_a_defect_of_ours_in_one_node_does_not_cost_the_others() -> None:
    def breaks() -> object:
        raise ZeroDivisionError("of all things")

    this = run(Node("HV1", {"light.ps1": breaks}), well("HV2"))
    assert isinstance(this.told["HV1"], BadReply)
    assert "unforeseen" in this.told["HV1"].message
    assert isinstance(this.told["HV2"], Told)
    assert this.facts is not None
