"""What the answers of a cluster's nodes mean together; whatever else comes is an error of the endpoint."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drconsole.domain.endpoint import Endpoint, EndpointKind
from drconsole.domain.identity import Answer as Seen
from drconsole.domain.identity import copies_of
from drconsole.domain.reading import Broker, Power, Reading
from drconsole.domain.reading import Node as NodeState
from drconsole.errors import BadReply, EndpointError, Unreachable
from drconsole.platforms.hyperv import cluster, light
from drconsole.platforms.hyperv.cluster_merge import reading_of
from drconsole.platforms.hyperv.cluster_round import Told
from drconsole.platforms.hyperv.peer import Peer
from tests.contract.hyperv.answers import VM_A, VM_B, relation, vm
from tests.unit.hyperv_cluster import NOON_S, Node, facts, node

ENDPOINT = Endpoint("gold", "New York", EndpointKind.HYPERV_CLUSTER, "gold")
NOON = datetime.fromtimestamp(NOON_S, UTC)
REFUSED = Unreachable("No connection to hv2:5986: refused. Is it up?")


def told(name: str, answer: Any) -> Told:
    """One node's light answer as it came over."""
    host = Node(name, {})
    decoded = light.decode(json.dumps(answer).encode(), host.peer)
    return Told(decoded, host, NOON_S, "TLSv1.3", "per call")


def merge(
    answers: Mapping[str, Any], about: dict[str, Any] | None = None, unknown: str = ""
) -> Reading | EndpointError:
    """Merge answers by node, errors among them."""
    decoded = cluster.decode(json.dumps(about or facts()).encode(), Node("HV1", {}).peer)
    came = {name: one if isinstance(one, EndpointError) else told(name, one) for name, one in answers.items()}
    return reading_of(ENDPOINT, decoded, came, unknown, taken_at=NOON, duration_s=1.0)


def reading(answers: Mapping[str, Any], about: dict[str, Any] | None = None, unknown: str = "") -> Reading:
    """Merge answers that make a reading."""
    merged = merge(answers, about, unknown)
    assert isinstance(merged, Reading)
    return merged


def test_the_place_of_every_copy_is_the_cluster_and_its_node_is_told() -> None:
    whole = reading({"HV1": node("HV1", [vm()]), "HV2": node("hv2", [vm(VM_B)])})
    assert [(s.place.site, s.place.where, s.place.ident, s.node) for s in whole.sightings] == [
        ("New York", "gold", VM_A, "HV1"),
        ("New York", "gold", VM_B, "HV2"),
    ]
    assert (whole.complete, whole.limits, whole.endpoint) == (True, (), "gold")
    assert whole.nodes == (NodeState("HV1", True), NodeState("HV2", True))
    assert whole.broker == Broker("GOLD-Broker", "Online", "HV2")


def test_partners_may_call_it_by_its_broker_and_its_nodes_too() -> None:
    names = reading({"HV1": node("HV1", [vm()]), "HV2": REFUSED}).names
    short = {"gold", "gold-broker", "hv1", "hv2"}
    assert set(names) == short | {f"{name}.example.com" for name in short}


def test_one_vm_that_two_nodes_show_is_one_copy_with_two_sightings() -> None:
    for running in ("HV1", "HV2"):
        answers = {
            name: node(name, [vm(power="Running" if name == running else "Paused", uptime_s=5)])
            for name in ("HV1", "HV2")
        }
        whole = reading(answers)
        (copy,) = copies_of([Seen(whole, True)])
        assert [s.node for s in whole.sightings] == ["HV1", "HV2"]
        assert (copy.sighting.node, copy.sighting.power, copy.doubled) == (running, Power.ON, False)


def test_one_vm_that_runs_on_two_nodes_for_long_is_told() -> None:
    answers = {name: node(name, [vm(uptime_s=61)]) for name in ("HV1", "HV2")}
    (copy,) = copies_of([Seen(reading(answers), True)])
    assert copy.doubled


def test_both_relationships_of_a_vm_stay_with_what_they_say() -> None:
    legs = [
        relation(mode="Replica", state="Suspended", relationship="Simple"),
        relation(mode="Replica", state="Error", relationship="Extended", replica="third"),
    ]
    (one,) = reading(
        {"HV1": node("HV1", [vm()], relations=legs)}, facts(nodes=[{"name": "HV1", "state": "Up"}])
    ).sightings
    assert [(leg.relationship, leg.state, leg.replica) for leg in one.relations] == [
        ("Simple", "Suspended", "hv-nj1.example.com"),
        ("Extended", "Error", "third"),
    ]


def test_a_node_that_is_silent_makes_the_reading_incomplete_and_is_named() -> None:
    about = facts(roles=[{"state": "Online", "owner": "HV1"}, {"state": "Online", "owner": "hv2"}])
    part = reading({"HV1": node("HV1", [vm()]), "HV2": REFUSED}, about)
    assert not part.complete
    assert part.limits == (
        "HV2 could not be read: No connection to hv2:5986: refused; "
        "the cluster says that 1 VM role(s) are there.",
    )
    assert part.nodes == (
        NodeState("HV1", True),
        NodeState("HV2", False, "No connection to hv2:5986: refused"),
    )


def test_a_silent_node_that_the_cluster_calls_down_lacks_nothing() -> None:
    about = facts(nodes=[{"name": "HV1", "state": "Up"}, {"name": "HV2", "state": "Down"}])
    whole = reading({"HV1": node("HV1", [vm()]), "HV2": REFUSED}, about)
    assert (whole.complete, whole.limits) == (True, ())
    assert whole.nodes[1] == NodeState("HV2", False, "the cluster calls it down")


@pytest.mark.parametrize("state", ["Up", "Paused", "Joining", "down", "", "Sleeping"])
def test_only_the_word_down_excuses_a_node(state: str) -> None:
    about = facts(nodes=[{"name": "HV1", "state": "Up"}, {"name": "HV2", "state": state}])
    assert not reading({"HV1": node("HV1", [vm()]), "HV2": REFUSED}, about).complete


def test_an_empty_node_is_believed_where_the_cluster_says_that_it_owns_nothing() -> None:
    assert reading({"HV1": node("HV1", [vm()]), "HV2": node("HV2")}).complete


def test_an_empty_node_that_should_own_something_is_not_believed() -> None:
    about = facts(roles=[{"state": "Online", "owner": "HV1"}, {"state": "Online", "owner": "HV2"}])
    part = reading({"HV1": node("HV1", [vm()]), "HV2": node("HV2")}, about)
    assert not part.complete
    assert part.limits[0].startswith("HV2: No VM was seen")
    assert "2 VM role(s) are on HV1, HV2, but only 1 VM(s)" in part.limits[1]


def test_an_empty_node_that_does_not_tell_its_name_is_not_believed() -> None:
    part = reading({"HV1": node("HV1", [vm()]), "HV2": node("HV2", host={"name": None, "fqdn": None})})
    assert part.limits == ("HV2: The host does not tell its name to reader.",)


def test_a_vm_that_is_shown_by_two_nodes_counts_once_against_the_clusters_roles() -> None:
    about = facts(roles=[{"state": "Online", "owner": "HV1"}, {"state": "Online", "owner": "HV2"}])
    part = reading({"HV1": node("HV1", [vm()]), "HV2": node("HV2", [vm()])}, about)
    assert ["only 1 VM(s)" in text for text in part.limits] == [True]


def test_a_node_that_the_config_lacks_is_named() -> None:
    about = facts(nodes=[*facts()["nodes"], {"name": "HV3", "state": "Up"}, {"name": "HV4", "state": "Down"}])
    part = reading({"HV1": node("HV1", [vm()]), "HV2": node("HV2", [vm(VM_B)])}, about)
    assert part.limits == (
        "The cluster has a node HV3 that the config lacks: add it to this endpoint's nodes.",
    )
    assert part.unlisted_nodes == ("HV3", "HV4")


def test_of_several_certificates_the_first_to_end_counts() -> None:
    ends = {"HV1": datetime(2027, 5, 1, tzinfo=UTC), "HV2": datetime(2027, 3, 1, tzinfo=UTC)}
    machines = {"HV1": node("HV1", [vm()]), "HV2": node("HV2", [vm(VM_B)])}
    came = {name: replace(told(name, one), certificate_end=ends[name]) for name, one in machines.items()}
    about = cluster.decode(json.dumps(facts()).encode(), Node("HV1", {}).peer)
    merged = reading_of(ENDPOINT, about, came, taken_at=NOON, duration_s=1.0)
    assert isinstance(merged, Reading)
    assert merged.certificate_end == ends["HV2"]
    assert reading(machines).certificate_end is None


def test_an_address_at_which_another_node_answers_is_no_node() -> None:
    part = reading({"HV1": node("HV1", [vm()]), "HV2": node("HV1", [vm()])})
    assert [s.node for s in part.sightings] == ["HV1"]
    assert "as hv1, not as HV2" in part.nodes[1].error
    assert not part.complete


def test_full_names_in_the_config_mean_the_node_too() -> None:
    whole = reading({"hv1.example.com": node("HV1", [vm()]), "HV2": node("HV2", [vm(VM_B)])})
    assert whole.complete


def test_without_the_clusters_own_word_nobody_vouches_for_a_silent_node() -> None:
    about = facts(nodes=[{"name": "HV1", "state": "Up"}, {"name": "HV2", "state": "Down"}])
    part = reading({"HV1": node("HV1", [vm()]), "HV2": REFUSED}, about, unknown="Nobody tells.")
    assert part.limits[0] == "Nobody tells."
    assert part.limits[1].startswith("HV2 could not be read")
    assert (part.broker, part.sightings[0].place.where) == (None, "gold")


@pytest.mark.parametrize(
    ("brokers", "meant"),
    [
        ([], None),
        ([("Failed", "a")], Broker("a", "Failed", "HV1")),
        ([("Online", "a"), ("Failed", "b")], Broker("b", "Failed", "HV1")),
        ([("OnlinePending", "a")], Broker("a", "OnlinePending", "HV1")),
    ],
)
def test_the_broker_is_judged_by_its_resource(brokers: list[tuple[str, str]], meant: Broker | None) -> None:
    rows = [{"state": state, "owner": "HV1", "group": group} for state, group in brokers]
    answers = {"HV1": node("HV1", [vm()]), "HV2": node("HV2", [vm(VM_B)])}
    assert reading(answers, facts(brokers=rows)).broker == meant


def test_a_node_with_a_wrong_clock_is_told_and_ages_go_by_a_right_one() -> None:
    late = node("HV2", [vm(VM_B)], now="2026-11-26T14:00:00Z")
    whole = reading({"HV1": node("HV1", [vm()]), "HV2": late})
    assert (whole.clock, whole.skew_s) == (NOON, timedelta(hours=2).total_seconds())


def test_answers_that_cannot_be_used_are_a_node_that_is_silent() -> None:
    part = reading({"HV1": node("HV1", [vm()]), "HV2": node("HV2", [vm("no-id")])})
    assert part.nodes[1].error.startswith("hv2:5986 answered, but it names a VM id that is none")
    broken = merge({"HV1": node("HV1", [vm("no-id")]), "HV2": REFUSED})
    assert isinstance(broken, BadReply)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "without a name"),
        ({"name": " "}, "without a name"),
        ({"nodes": []}, "without nodes"),
        ({"nodes": None}, r"\$\.nodes"),
        ({"brokers": [{"state": 4}]}, r"\$\.brokers\[0\]"),
        ({"roles": "none"}, r"\$\.roles"),
    ],
)
def test_what_cannot_be_a_cluster_is_refused(changes: dict[str, Any], words: str) -> None:
    peer = Peer("gold.HV1", "hv1:5986", "reader", True, 20.0)
    with pytest.raises(BadReply, match=words):
        cluster.decode(json.dumps(facts(**changes)).encode(), peer)


# A busy machine is no failure.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
NAMES = st.sampled_from(["HV1", "HV2", "HV3"])
IDS = st.sampled_from([VM_A, VM_B, VM_A[:-1] + "1"])
ROLES = st.lists(st.fixed_dictionaries({"state": st.just("Online"), "owner": NAMES}), max_size=4)
STATES = st.sampled_from(["Up", "Down", "Paused"])
ANSWERS = st.dictionaries(NAMES, st.none() | st.lists(IDS, max_size=3, unique=True), min_size=1)


@patient
@given(ANSWERS, st.dictionaries(NAMES, STATES, min_size=1), ROLES)
def test_completeness_is_never_claimed_for_what_nobody_showed(
    answers: dict[str, list[str] | None], states: dict[str, str], roles: list[dict[str, str]]
) -> None:
    """Complete: every node is the cluster's word Down or answered, and no role is missing among them."""
    came = {
        name: REFUSED if ids is None else node(name, [vm(one) for one in ids])
        for name, ids in answers.items()
    }
    about = facts(nodes=[{"name": name, "state": state} for name, state in states.items()], roles=roles)
    merged = merge(came, about)
    heard = {name for name, ids in answers.items() if ids is not None}
    if not heard:
        assert merged is REFUSED
        return
    assert isinstance(merged, Reading)
    assert {s.node for s in merged.sightings} <= heard
    assert {s.place.where for s in merged.sightings} <= {"gold"}
    assert [one.name for one in merged.nodes if one.answers] == [name for name in came if name in heard]
    assert merged.complete == (not merged.limits)
    if merged.complete:
        assert all(name in heard or states.get(name) == "Down" for name in {*answers, *states})
        owned = [role["owner"] for role in roles if role["owner"] in heard]
        assert len(owned) <= len({s.place for s in merged.sightings})
        assert all(answers[name] for name in owned)


ODD = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=6)
    | st.lists(st.text(max_size=4), max_size=2)
)


@patient
@given(
    st.sampled_from(sorted(facts())), ODD | st.lists(st.dictionaries(st.text(max_size=5), ODD), max_size=3)
)
def test_spoiled_facts_are_a_cluster_or_an_endpoint_error(key: str, value: Any) -> None:
    peer = Node("HV1", {}).peer
    failure: EndpointError | None = None
    try:
        told = cluster.decode(json.dumps(facts(**{key: value})).encode(), peer)
    except EndpointError as error:
        failure = error
    if failure is None:
        assert told.where
        assert told.where in cluster.names(told, ["hv1.example.com"])
        return
    assert failure.subject == "gold.HV1"
    assert str(failure).isprintable()
