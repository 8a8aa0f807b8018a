"""Where an actor looks and acts: on the node that has the VM, seen once more right before it begins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from drconsole.domain.step import Effect, Json, Progress, Step, Verdict
from drconsole.errors import EndpointError, Unreachable
from drconsole.platforms.hyperv.actor import NOTHING, HyperVActor
from tests.unit.hyperv_looks import NOW, OTHER, PEER, PLACE, TEST, VM, leg, machine


class FakeHost:
    """One node: what it answers to each script, and what was begun on it."""

    def __init__(self, node: str, vm: Mapping[str, Any] | None, *legs: Mapping[str, Any]) -> None:
        self.node = node
        self.peer = PEER
        self.vm = vm
        self.legs = legs
        self.test: Mapping[str, Any] | None = None
        self.listed = [OTHER]
        self.owner = ""
        self.silent = False
        self.asked: list[str] = []
        self.given: Mapping[str, Any] = {}
        self.begun: list[tuple[str, Mapping[str, Any]]] = []
        self.closed = False

    def ask(self, name: str, arguments: Mapping[str, Any], budget_s: float = 0) -> bytes:
        """A reading script."""
        self.asked.append(name)
        self.given = arguments
        if self.silent:
            raise Unreachable("No connection.", subject=self.node)
        if name == "owner.ps1":
            return msgspec.json.encode({"owner": self.owner})
        if name == "role.ps1":
            return msgspec.json.encode({"roles": []})
        answer = {
            "now": NOW.isoformat(),
            "vm": self.vm,
            "listed": [] if self.vm else self.listed,
            "relations": list(self.legs),
            "points": [],
            "test": self.test,
            "files": [],
        }
        return msgspec.json.encode(answer)

    def begin(self, name: str, arguments: Mapping[str, Any], keep: Callable[[Json], None]) -> Json:
        """An act."""
        handle = {"node": self.node, "shell": "S", "command": "C"}
        keep(handle)
        self.begun.append((name, arguments))
        return handle

    def close(self) -> None:
        """Note it."""
        self.closed = True


def actor(*hosts: FakeHost, others: Mapping[str, HyperVActor] | None = None) -> HyperVActor:
    """The actor of these nodes."""
    known = others or {}
    reaches: Any = {host.node: host for host in hosts}
    return HyperVActor("goldr2", reaches, PEER, lambda name: known.get(name))


def step(action: str, **params: object) -> Step:
    """A step about the VM."""
    told = {"vm": VM, "place": PLACE, **params}
    return Step("1", f"hv:{VM}", "goldr2", action, told, "", "", 60, Effect.POWER)


def test_the_node_that_has_it_is_found_and_asked_first_from_then_on() -> None:
    one, two = FakeHost("N1", None), FakeHost("N2", machine(), leg("Primary"))
    cluster = actor(one, two)
    assert cluster.observe(step("prepare"), None).verdict is Verdict.READY
    assert (one.asked, two.asked) == (["look.ps1"], ["look.ps1"])
    cluster.observe(step("prepare"), None)
    assert (len(one.asked), len(two.asked)) == (1, 2)


def test_it_is_followed_when_it_moves() -> None:
    one, two = FakeHost("N1", machine(), leg("Primary")), FakeHost("N2", None)
    cluster = actor(one, two)
    cluster.observe(step("prepare"), None)
    one.vm, two.vm, two.legs = None, machine(), (leg("Primary"),)
    handle = cluster.act(step("prepare"), {}, lambda handle: None)
    assert handle["node"] == "N2"
    assert (one.begun, len(two.begun)) == ([], 1)


def test_a_node_that_is_silent_may_hold_it() -> None:
    one, two = FakeHost("N1", None), FakeHost("N2", None)
    two.silent = True
    with pytest.raises(Unreachable):
        actor(one, two).observe(step("prepare"), None)


def test_absent_only_where_every_node_says_so() -> None:
    one, two = FakeHost("N1", None), FakeHost("N2", None)
    assert actor(one, two).observe(step("prepare"), None).verdict is Verdict.CONFLICT
    # A node that lists nothing at all may show nothing to this account.
    two.listed = []
    assert actor(one, two).observe(step("prepare"), None).verdict is Verdict.UNKNOWN


def test_what_others_have_taken_over_is_not_off_where_it_is_still_shown() -> None:
    """A node that has left the cluster shows its old machines; the cluster runs them elsewhere."""
    left, has = FakeHost("N1", machine("Off", clustered=True), leg("Primary")), FakeHost("N2", None)
    has.vm, has.legs = machine("Running", clustered=True), (leg("Primary"),)
    left.owner = has.owner = "N2"
    seen = actor(left, has).observe(step("read-off-twice"), None)
    assert (seen.verdict, seen.reason) == (Verdict.CONFLICT, "it is not off any more (Running)")
    # The new owner is silent: then nobody knows, whatever the old one shows.
    has.silent = True
    with pytest.raises(EndpointError, match="owned by N2"):
        actor(left, has).observe(step("read-off-twice"), None)


def test_where_nobody_tells_the_owner_a_machine_that_runs_counts() -> None:
    left, has = FakeHost("N1", machine("Off", clustered=True), leg("Primary")), FakeHost("N2", None)
    has.vm, has.legs = machine("Running", clustered=True), (leg("Primary"),)
    assert actor(left, has).observe(step("read-off-twice"), None).verdict is Verdict.CONFLICT
    has.vm = None
    assert actor(left, has).observe(step("read-off-twice"), None).verdict is Verdict.READY


def test_a_machine_that_is_no_role_has_no_owner() -> None:
    host = FakeHost("N1", machine("Off"), leg("Primary"))
    host.owner = "N2"
    assert actor(host).observe(step("read-off-twice"), None).verdict is Verdict.READY
    assert host.asked == ["look.ps1"]


def test_nothing_is_begun_while_its_role_is_owned_by_another_node() -> None:
    host = FakeHost("N1", machine(), leg("Primary"))
    host.owner = "N2"
    with pytest.raises(EndpointError, match="seems to move"):
        actor(host).act(step("prepare"), {}, lambda handle: pytest.fail("kept"))
    host.owner = "n1.lab.example"
    assert actor(host).act(step("prepare"), {}, lambda handle: None)["node"] == "N1"
    assert host.begun == [("failover_prepare.ps1", {"vm": VM})]


@pytest.mark.parametrize(
    ("vm", "state"),
    [(machine("Running"), "Replicating"), (machine(), "PreparedForFailover"), (machine(), "Suspended")],
)
def test_nothing_is_begun_when_it_is_not_as_it_was(vm: Mapping[str, Any], state: str) -> None:
    host = FakeHost("", vm, leg("Primary", state))
    with pytest.raises(EndpointError, match="Nothing was begun"):
        actor(host).act(step("prepare"), {}, lambda handle: pytest.fail("kept"))
    assert host.begun == []


def test_nothing_is_begun_on_another_test_copy_than_was_observed() -> None:
    """Somebody stopped the test and made one of their own between the two looks: theirs is left alone."""
    host = FakeHost("", machine(), leg("Replica", test=TEST))
    host.test = machine(ident=TEST)
    one = actor(host)
    baseline = one.observe(step("stop-test"), None).baseline
    host.legs, host.test = (leg("Replica", test=OTHER),), machine(ident=OTHER)
    with pytest.raises(EndpointError, match="another test copy"):
        one.act(step("stop-test"), baseline, lambda handle: pytest.fail("kept"))
    assert host.begun == []


def test_what_is_meant_is_looked_for_before_anything_was_observed() -> None:
    host = FakeHost("", machine(), leg("Replica"))
    actor(host).observe(step("stop-test", meant=TEST, disks=["C:\\a.vhdx"]), None)
    assert host.given == {"vm": VM, "other": TEST, "files": ["C:\\a.vhdx"]}


def test_a_guest_that_was_started_again_meanwhile_is_not_shut_down() -> None:
    host = FakeHost("", machine("Running", uptime_s=0), leg("Primary"))
    early = {"at": (NOW - timedelta(minutes=1)).isoformat(), "node": ""}
    with pytest.raises(EndpointError, match="started it again"):
        actor(host).act(step("shut-down"), early, lambda handle: pytest.fail("kept"))
    assert host.begun == []


def test_what_only_looks_begins_nothing_and_has_ended_at_once() -> None:
    host = FakeHost("", machine(), leg("Primary"))
    kept: list[Json] = []
    one = actor(host)
    assert one.act(step("read-off-twice"), {}, kept.append) == NOTHING
    assert kept == [NOTHING]
    assert one.follow(NOTHING).progress is Progress.ENDED
    one.settle(NOTHING)
    assert (host.asked, host.begun) == ([], [])


def test_a_node_that_the_config_lacks_now_tells_nothing_of_its_act() -> None:
    gone = {"node": "N9", "shell": "S", "command": "C"}
    assert actor(FakeHost("N1", None)).follow(gone).progress is Progress.GONE


def test_other_ends_are_looked_at_by_their_own_actors() -> None:
    here = FakeHost("", machine("Off"), leg("Replica", "FailedOverWaitingCompletion"))
    there = FakeHost("", machine("Running"), leg("Primary"))
    start = step("start", rivals=({"endpoint": "ny", "vm": VM},))
    with_other = actor(here, others={"ny": actor(there)})
    assert with_other.observe(start, None).verdict is Verdict.CONFLICT
    there.silent = True
    assert with_other.observe(start, None).verdict is Verdict.UNKNOWN
    assert actor(here).observe(start, None).verdict is Verdict.UNKNOWN
    there.silent, there.vm = False, machine("Off")
    assert with_other.observe(start, None).verdict is Verdict.READY


def test_closing_reaches_every_node() -> None:
    hosts = FakeHost("N1", None), FakeHost("N2", None)
    actor(*hosts).close()
    assert all(host.closed for host in hosts)
