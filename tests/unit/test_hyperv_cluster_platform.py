"""A cluster as a platform: what it remembers, whom it blames, and how it is closed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from drconsole.domain.deep import Deep
from drconsole.domain.endpoint import Endpoint, EndpointKind
from drconsole.errors import (
    Busy,
    Constrained,
    EndpointError,
    LoginRefused,
    NoRights,
    ScriptFailed,
    TimedOut,
    Unreachable,
)
from drconsole.platforms.base import Access, Tier
from drconsole.platforms.hyperv.cluster_platform import HyperVCluster
from tests.contract.hyperv.answers import VM_A, VM_B, vm
from tests.unit.hyperv_cluster import Node, facts, node

DENIED = NoRights("gold.HV1 lets reader log in, but not see its VMs.", hint="Ask for rights.")


def gold(
    *nodes: Node,
    secret: Callable[[], str] = lambda: "",
    budget_s: float = 3600.0,
    door: Node | None = None,
) -> HyperVCluster:
    """The cluster with these nodes; ``door`` answers at its own address."""
    endpoint = Endpoint("gold", "New York", EndpointKind.HYPERV_CLUSTER, "gold", budget_s=budget_s)
    access = Access("gold", 5986, "reader", secret)
    made = HyperVCluster(endpoint, access, {})
    made.hosts = cast(Any, {one.peer.name.removeprefix("gold."): one for one in nodes})
    made.door = cast(Any, door)
    return made


def pair(cluster_facts: object = None) -> list[Node]:
    """Two nodes with a VM each."""
    about = facts() if cluster_facts is None else cluster_facts
    return [
        Node("HV1", {"light.ps1": node("HV1", [vm()]), "cluster.ps1": about}),
        Node("HV2", {"light.ps1": node("HV2", [vm(VM_B)]), "cluster.ps1": about}),
    ]


def test_what_cluster_it_is_is_remembered_when_nobody_tells_any_more() -> None:
    nodes = pair()
    cluster = gold(*nodes)
    assert cluster.read(Tier.LIGHT).complete
    for one in nodes:
        one.replies["cluster.ps1"] = DENIED
    reading = cluster.read(Tier.LIGHT)
    assert {s.place.where for s in reading.sightings} == {"gold"}
    assert (reading.complete, reading.broker) == (False, None)
    assert reading.limits[0].startswith(
        "No node tells about the cluster, its broker and its owners (HV1, HV2:"
    )


def test_where_no_node_ever_told_which_cluster_it_is_there_is_no_reading() -> None:
    with pytest.raises(
        NoRights, match=r"none tells which cluster it belongs to \(HV1, HV2: gold.HV1 lets"
    ) as caught:
        gold(*pair(DENIED)).read(Tier.LIGHT)
    assert caught.value.subject == "gold"
    assert caught.value.hint == "On a node: Grant-ClusterAccess -User reader -ReadOnly."


def test_without_the_module_the_hint_is_to_install_it() -> None:
    missing = ScriptFailed("Get-Cluster is not there.", error_id="CommandNotFoundException")
    with pytest.raises(ScriptFailed) as caught:
        gold(*pair(missing)).read(Tier.LIGHT)
    assert "Failover Clustering" in caught.value.hint


@pytest.mark.parametrize(
    ("errors", "kind"),
    [
        ((LoginRefused("No. Try."), LoginRefused("No. Try.")), LoginRefused),
        ((LoginRefused("No."), TimedOut("Late.")), Unreachable),
    ],
)
def test_where_no_node_answers_the_reasons_are_told_once_each(
    errors: tuple[EndpointError, ...], kind: type[EndpointError]
) -> None:
    nodes = [Node(f"HV{at}", {"light.ps1": error}) for at, error in enumerate(errors, 1)]
    with pytest.raises(EndpointError) as caught:
        gold(*nodes).read(Tier.LIGHT)
    assert type(caught.value) is kind
    told = "HV1, HV2: No." if kind is LoginRefused else "HV1: No; HV2: Late."
    assert caught.value.message == f"No node answered. {told}"


def at_its_own_address(name: str, **replies: object) -> Node:
    """Who answers at the cluster's own address: a node by its own name, or what is given instead."""
    return Node("door", {"light.ps1": node(name, [vm()]), "cluster.ps1": facts(), **replies})


def nobody(*names: str) -> list[Node]:
    """Nodes at whose addresses nobody answers."""
    return [Node(name, {"light.ps1": Unreachable(f"No connection to {name}. Is it up?")}) for name in names]


def test_where_no_node_answers_the_clusters_own_address_leads_to_one() -> None:
    door = at_its_own_address("hv2")
    reading = gold(*nobody("HV1", "HV2"), door=door).read(Tier.LIGHT)
    assert [(one.name, one.answers) for one in reading.nodes] == [("HV1", False), ("HV2", True)]
    assert {(s.node, s.place.where) for s in reading.sightings} == {("HV2", "gold")}
    assert (reading.complete, reading.broker is not None) == (False, True)
    assert reading.limits[0] == (
        "HV2 answers only at the cluster's own address gold, not at its own: No connection to HV2."
    )
    assert door.asked == ["light.ps1", "cluster.ps1"]


def test_a_node_that_says_anything_at_its_own_address_leaves_the_clusters_own_alone() -> None:
    door = at_its_own_address("hv2")
    one, two = pair()
    assert not gold(*nobody("HV1"), two, door=door).read(Tier.LIGHT).complete
    for said in (LoginRefused("No."), NoRights("No."), Constrained("No.")):
        one.replies["light.ps1"] = said
        with pytest.raises(type(said)):
            gold(one, Node("HV2", {"light.ps1": said}), door=door).read(Tier.LIGHT)
    assert door.asked == []


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (Unreachable("No way there. Look."), "its own address: No way there"),
        (node("stranger"), "answered, but as stranger, which is no node in the config"),
        (node(""), "answered, but as nobody"),
    ],
)
def test_where_nobody_of_the_config_is_at_its_own_address_either_that_is_told_too(
    answers: object, words: str
) -> None:
    door = at_its_own_address("", **{"light.ps1": answers})
    with pytest.raises(Unreachable) as caught:
        gold(*nobody("HV1", "HV2"), door=door).read(Tier.LIGHT)
    assert caught.value.message.startswith("No node answered. HV1: No connection to HV1; HV2: No connection")
    assert words in caught.value.message


def test_the_password_is_asked_for_in_the_reading_thread_first() -> None:
    asked: list[threading.Thread] = []

    def secret() -> str:
        asked.append(threading.current_thread())
        raise LoginRefused("none")

    assert gold(*pair(), secret=secret).read(Tier.LIGHT).complete
    assert asked == [threading.current_thread()]


def test_close_breaks_off_a_read_and_the_next_one_begins_anew() -> None:
    nodes = pair()
    nodes[0].hangs = ("light.ps1",)
    cluster = gold(*nodes)
    told: list[EndpointError] = []

    def read() -> None:
        try:
            cluster.read(Tier.LIGHT)
        except EndpointError as error:
            told.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    nodes[0].reached.wait()
    cluster.close()
    thread.join()
    assert [type(error) for error in told] == [Unreachable]
    assert "broken off by the console" in told[0].message
    assert all(one.closed.is_set() for one in nodes)
    nodes[0].hangs = ()
    assert cluster.read(Tier.LIGHT).complete


def test_a_node_has_a_little_less_time_than_the_cluster_and_a_name_of_its_own() -> None:
    endpoint = Endpoint("gold", "New York", EndpointKind.HYPERV_CLUSTER, "gold", budget_s=20.0)
    access = Access("hv1", 5986, "reader", lambda: "")
    made = HyperVCluster(endpoint, access, {"HV1": access})
    assert (made.hosts["HV1"].endpoint.name, made.hosts["HV1"].endpoint.budget_s) == ("gold.HV1", 18.0)
    made.close()


class Looked:
    """A node that is looked at closely: gives a deep reading, or fails."""

    def __init__(self, outcome: Deep | EndpointError) -> None:
        self.outcome = outcome

    def deep(self, vm_id: str) -> Deep:
        """Give it."""
        if isinstance(self.outcome, EndpointError):
            raise self.outcome
        return self.outcome

    def break_off(self) -> None:
        """Have nothing that hangs."""


NOT_HERE = ScriptFailed("not here")


@pytest.mark.parametrize(
    ("outcomes", "raised"),
    [
        ((NOT_HERE, NOT_HERE), ScriptFailed),
        ((Unreachable("dead"), NOT_HERE), Unreachable),
        ((NOT_HERE, Busy("one at a time")), Busy),
    ],
)
def test_where_a_vm_is_not_found_a_node_that_could_not_say_is_blamed_first(
    outcomes: tuple[EndpointError, ...], raised: type[EndpointError]
) -> None:
    cluster = gold()
    cluster.hosts = cast(Any, {f"HV{at}": Looked(one) for at, one in enumerate(outcomes, 1)})
    with pytest.raises(EndpointError) as caught:
        cluster.deep(VM_A)
    assert type(caught.value) is raised


def test_a_node_that_is_busy_for_another_vm_is_the_answer() -> None:
    cluster = gold()
    asked: list[str] = []

    def statistics(name: str, outcome: EndpointError) -> Any:
        def ask(_vm: str) -> None:
            asked.append(name)
            raise outcome

        return SimpleNamespace(statistics=ask, close=lambda: None)

    cluster.hosts = cast(
        Any, {"HV1": statistics("HV1", Busy("one at a time")), "HV2": statistics("HV2", NOT_HERE)}
    )
    with pytest.raises(Busy):
        cluster.statistics(VM_A)
    assert asked == ["HV1"]


def test_where_a_vm_was_read_deep_it_is_asked_for_statistics_first() -> None:
    cluster = gold()
    now = datetime.now(UTC)
    asked: list[str] = []

    def node(name: str, deep: Deep | EndpointError) -> Any:
        def statistics(_vm: str) -> tuple[()]:
            asked.append(name)
            return ()

        return SimpleNamespace(deep=Looked(deep).deep, statistics=statistics, break_off=lambda: None)

    cluster.hosts = cast(Any, {"HV1": node("HV1", NOT_HERE), "HV2": node("HV2", Deep(VM_A, now, now))})
    assert cluster.deep(VM_A).node == "HV2"
    cluster.statistics(VM_A)
    assert asked == ["HV2"]


def test_no_further_node_is_begun_when_the_time_is_over() -> None:
    cluster = gold()
    cluster.endpoint = replace(cluster.endpoint, budget_s=0.0)
    cluster.hosts = cast(
        Any,
        {"HV1": Looked(Unreachable("dead")), "HV2": Looked(Deep(VM_A, datetime.now(UTC), datetime.now(UTC)))},
    )
    with pytest.raises(Unreachable):
        cluster.deep(VM_A)


def test_a_node_that_hangs_in_a_deep_read_is_broken_off_in_time() -> None:
    cluster = gold()
    cluster.endpoint = replace(cluster.endpoint, budget_s=0.01)
    closed = threading.Event()

    def hang(_vm: str) -> Deep:
        assert closed.wait(30)
        raise Unreachable("broken off")

    cluster.hosts = cast(Any, {"HV1": SimpleNamespace(deep=hang, break_off=closed.set)})
    with pytest.raises(Unreachable, match="broken off"):
        cluster.deep(VM_A)


def test_a_read_that_is_broken_off_leaves_the_statistics_of_its_nodes_alone() -> None:
    cluster = gold()
    told: list[str] = []
    node = SimpleNamespace(break_off=lambda: told.append("read"), close=lambda: told.append("all"))
    cluster.hosts, cluster.door = cast(Any, {"HV1": node}), None
    cluster.break_off()
    assert told == ["read"]
    cluster.close()
    assert told == ["read", "all"]


def test_closing_meets_a_read_that_ends_at_this_very_moment() -> None:
    stopped: list[str] = []
    last = SimpleNamespace(stop=lambda: stopped.append("stopped"))

    class Ending(HyperVCluster):
        """Its reading thread forgets the round as soon as somebody has seen it."""

        seen = False

        @property
        def _round(self) -> Any:
            before, self.seen = self.seen, True
            return None if before else last

        @_round.setter
        def _round(self, _value: object) -> None:
            """Nothing is kept."""

    endpoint = Endpoint("gold", "New York", EndpointKind.HYPERV_CLUSTER, "gold", budget_s=1)
    Ending(endpoint, Access("gold", 5986, "reader", lambda: ""), {}).close()
    assert stopped == ["stopped"]
