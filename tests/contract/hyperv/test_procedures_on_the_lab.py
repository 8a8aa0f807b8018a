"""Whole operations on the lab, on both engines: what they do, read back, and what they leave alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drconsole.domain.deep import FailoverAddress
from drconsole.domain.endpoint import Pair
from drconsole.domain.mapping import AddressMap, NetworkMap
from drconsole.domain.plan import Operation, Readiness
from drconsole.domain.roles import Role
from drconsole.domain.step import Json, Progress, Verdict
from drconsole.errors import EndpointError, Lost
from drconsole.platforms.hyperv.post import Post
from drconsole.platforms.hyperv.reach import Reach
from tests.contract.hyperv.walk import TWO_HOSTS, WEB, Ended, Walk
from tests.lab import LabPool

THERE = {"nyhv01": "ORIGINAL", "njhv01": "REPLICA"}
ACROSS = f"""
about: A host protects web, with two adapters, in a cluster of two.
sites: {{New York: {{test_networks: [Isolated]}}, New Jersey: {{test_networks: [Isolated]}}}}
pairs: [[New York, New Jersey]]
hosts:
  NYHV01: {{fqdn: nyhv01.corp.example, switches: [Production, Backup, Isolated]}}
  NJCL01: {{fqdn: njcl01.corp.example, switches: [Recovery, Isolated]}}
  NJCL02: {{fqdn: njcl02.corp.example, switches: [Recovery, Isolated]}}
clusters:
  GOLDR2: {{fqdn: goldr2.corp.example, nodes: [NJCL01, NJCL02], broker: goldr2-broker.corp.example}}
endpoints:
  - {{name: nyhv01, site: New York, host: NYHV01}}
  - {{name: goldr2, site: New Jersey, cluster: GOLDR2}}
workloads:
  - name: web
    id: {WEB}
    replication: {{frequency: 5m, synced: 2m}}
    copies:
      NYHV01: {{mode: Primary, power: Running, networks: [Production]}}
      NJCL02: {{mode: Replica, points: 3, networks: [Isolated]}}
truth:
  endpoints: {{nyhv01: {{state: ok}}, goldr2: {{state: ok}}}}
  copies:
    - {{vm: {WEB}, host: NYHV01, role: ORIGINAL}}
    - {{vm: {WEB}, host: GOLDR2, role: REPLICA}}
"""
ADAPTER = "Network Adapter"
PWSH = pytest.mark.pwsh
on_both = pytest.mark.parametrize(
    "walk", ["evaluator", pytest.param("powershell", marks=PWSH)], indirect=True
)
# A real PowerShell takes its time: in the default tier it shows one operation and one whole cycle.
at_times_on_both = pytest.mark.parametrize(
    "walk", ["evaluator", pytest.param("powershell", marks=(PWSH, pytest.mark.slow))], indirect=True
)
PAIR = Pair(
    "New York",
    "New Jersey",
    networks=(NetworkMap("Production", "Recovery", left_vlan=10, right_vlan=110),),
    addresses=(
        AddressMap(
            f"hv:{WEB}",
            ADAPTER,
            left=FailoverAddress("10.1.10.21", "255.255.255.0", "10.1.10.1", ("10.1.10.2",)),
            right=FailoverAddress(
                "10.2.10.21",
                "255.255.255.0",
                "10.2.10.1",
                ("10.2.10.2", "10.2.10.3"),
                v6="fd00:2::21",
                v6_length=64,
                v6_gateway="fe80::1",
                v6_dns=("fd00:2::2", "fd00:2::3"),
            ),
        ),
    ),
)


@pytest.fixture(scope="module")
def labs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabPool]:
    """One lab per engine."""
    pool = LabPool(tmp_path_factory.mktemp("labs"))
    yield pool
    pool.stop()


@pytest.fixture
def walk(request: pytest.FixtureRequest, labs: LabPool, tmp_path: Path) -> Iterator[Walk]:
    """Two hosts on either engine."""
    program = None if request.param == "evaluator" else str(request.getfixturevalue("pwsh"))
    file = tmp_path / "two-hosts.yaml"
    file.write_text(TWO_HOSTS, encoding="utf-8")
    one = Walk(labs.lab(str(file), program))
    yield one
    one.close()
    labs.check()


@pytest.fixture
def across(walk: Walk, tmp_path: Path) -> Iterator[Walk]:
    """A host and a cluster, whose networks and addresses are other ones at each site."""
    file = tmp_path / "across.yaml"
    file.write_text(ACROSS, encoding="utf-8")
    walk.lab.reset(str(file))
    one = Walk(walk.lab, pairs=(PAIR,))
    yield one
    one.close()


def actions(ended: list[Ended]) -> list[str]:
    """The actions that were acted, in their order."""
    return [one.step.action for one in ended if one.acted]


def facts(ended: list[Ended], action: str) -> dict[str, str]:
    """What was read back of one step."""
    return next(one.facts for one in ended if one.step.action == action)


@on_both
def test_a_test_is_made_connected_started_and_removed(walk: Walk) -> None:
    before = disks(walk)
    made = walk.walk(Operation.TEST_FAILOVER, WEB)
    assert actions(made)[:4] == ["start-test", "write-record", "connect-adapters", "start"]
    assert facts(made, "connect-adapters")["adapters"] == "Network Adapter: Isolated"
    assert facts(made, "await-heartbeat")["heartbeat"].startswith("OkApplications")
    assert re.fullmatch(rf"{ADAPTER}: 10(\.\d+){{3}}", facts(made, "read-addresses")["addresses"])
    assert Role.TEST_COPY in {copy.role for copy in walk.workload(WEB).copies}
    alarms = {alarm.code.value for alarm in walk.workload(WEB).all_alarms}
    assert alarms.isdisjoint({"test-on-production", "orphan-test", "test-network-unknown"})
    stopped = walk.walk(Operation.STOP_TEST, WEB)
    assert actions(stopped) == ["stop-test"]
    assert "is gone" in facts(stopped, "stop-test")["test copy"]
    assert walk.roles(WEB) == THERE
    assert disks(walk) == before
    assert alive(walk) == []


@on_both
def test_planned_reversed_and_back_leaves_no_trace(walk: Walk) -> None:
    went = walk.walk(Operation.PLANNED_FAILOVER, WEB)
    assert facts(went, "nothing-pending")["pending"] == "0 bytes"
    assert facts(went, "planned-type")["failed over type"] == "Planned"
    assert walk.roles(WEB) == {"nyhv01": "FORMER ORIGINAL", "njhv01": "RECOVERED"}
    walk.walk(Operation.REVERSE, WEB)
    assert walk.roles(WEB) == {"nyhv01": "REPLICA", "njhv01": "ORIGINAL"}
    back = walk.walk(Operation.PLANNED_FAILOVER, WEB, reverse="yes")
    order = actions(back)
    assert order.index("reverse") < order.index("start") < order.index("remove-record")
    assert walk.roles(WEB) == THERE
    assert [copy.sighting.notes for copy in walk.workload(WEB).copies] == ["", ""]
    assert alive(walk) == []


@on_both
def test_an_act_whose_script_never_came_ends_for_whoever_follows_and_has_done_nothing(
    walk: Walk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(post: Post, request: bytes) -> None:
        raise Killed

    endpoint, access, _ = walk.ends["nyhv01"]
    kept: list[Json] = []
    dying, other = Reach(endpoint, access, tmp_path), Reach(endpoint, access, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(Post, "send", killed)
        with pytest.raises(Killed):
            dying.begin("vm_stop.ps1", {"vm": WEB}, kept.append)
    (handle,) = kept
    while (told := other.follow(handle)).progress is Progress.RUNNING:
        walk.lab.advance(1)
    assert told.progress is Progress.GONE
    with pytest.raises(Lost):
        # Whoever was frozen before it handed the script over cannot do so any more.
        dying._post(handle).send(b"late")
    other.settle(handle)
    dying.close()
    other.close()
    assert {one["power"] for one in walk.lab.machines() if one["host"] == "NYHV01"} == {"Running"}
    assert walk.roles(WEB) == THERE


@at_times_on_both
def test_cancel_takes_the_recovered_side_back_first(walk: Walk) -> None:
    walk.walk(Operation.PLANNED_FAILOVER, WEB)
    ended = walk.walk(Operation.CANCEL, WEB)
    # On a slow engine the heartbeat is there when it is first looked for.
    assert actions(ended)[:4] == ["cancel-failover", "remove-record", "unlock", "start"]
    assert facts(ended, "cancel-failover") == {"state": "Replicating", "power": "Off"}
    assert walk.roles(WEB) == THERE
    assert alive(walk) == []


@at_times_on_both
def test_what_was_only_prepared_is_finished_by_planning_it_again(walk: Walk) -> None:
    begun = walk.procedure(Operation.PLANNED_FAILOVER, WEB).steps
    prepared = [step.action for step in begun].index("prepare") + 1
    walk.steps(begun[:prepared])
    went = walk.walk(Operation.PLANNED_FAILOVER, WEB)
    # The second look at its being off begins nothing on the host.
    assert actions(went)[:5] == ["read-off-twice", "fail-over", "write-record", "connect-adapters", "start"]
    assert facts(went, "planned-type")["failed over type"] == "Planned"
    assert walk.roles(WEB) == {"nyhv01": "FORMER ORIGINAL", "njhv01": "RECOVERED"}
    assert alive(walk) == []


@at_times_on_both
def test_an_address_that_was_not_planned_is_told_and_never_green(across: Walk) -> None:
    steps = across.procedure(Operation.PLANNED_FAILOVER, WEB).steps
    last = steps[-1]
    assert list(last.params["planned"].values()) == [["10.2.10.21", "fd00:2::21"]]
    # Somebody clears what was set before the failover makes it so.
    across.steps(tuple(step for step in steps[:-1] if step.action != "set-addresses"))
    ended = across.step(across.acting[last.endpoint], last)
    assert ended.last.verdict is Verdict.READY
    assert "planned is 10.2.10.21 and fd00:2::21" in ended.last.reason
    assert ended.facts["addresses"].startswith(f"{ADAPTER}: 10.")


@at_times_on_both
def test_a_disk_that_is_not_replicated(walk: Walk, tmp_path: Path) -> None:
    """Each side as it is: the replica never had it, and the one that serves then lacks it."""
    file = tmp_path / "disks.yaml"
    one, two = "{mode: Primary, power: Running, up: 1d,", "{mode: Replica, points: 2,"
    text = TWO_HOSTS.replace(one, f"{one} disks: [system, page], excluded: [page],")
    file.write_text(text.replace(two, f"{two} disks: [system],"), encoding="utf-8")
    walk.lab.reset(str(file))
    for operation in (Operation.PLANNED_FAILOVER, Operation.TEST_FAILOVER):
        told = walk.procedure(operation, WEB)
        (check,) = (c for c in told.subject.checks if "is not replicated" in c.text)
        assert (check.readiness, check.source) == (Readiness.WARNING, "nyhv01")
        assert check.text.startswith("disk D:\\Hyper-V\\Virtual Hard Disks\\")
        assert "page.vhdx is not replicated" in check.text
        assert "Loses nothing" not in " ".join(told.subject.costs)
    walk.walk(Operation.PLANNED_FAILOVER, WEB, reverse="yes")
    told = walk.procedure(Operation.PLANNED_FAILOVER, WEB)
    assert "is not replicated" not in str(told.subject.checks)
    assert told.subject.costs[0].startswith("Loses nothing")


def alive(walk: Walk) -> list[object]:
    """What the lab's own watch saw: two copies of one workload alive at once."""
    seen: list[object] = walk.lab.control("alive")["two_alive"]
    return seen


@at_times_on_both
def test_across_to_a_cluster_with_its_networks_and_addresses_and_back(across: Walk) -> None:
    went = across.walk(Operation.PLANNED_FAILOVER, WEB, reverse="yes")
    assert facts(went, "set-addresses") == {"addresses": f"{ADAPTER}: 10.2.10.21 and fd00:2::21"}
    assert facts(went, "connect-adapters") == {"adapters": f"{ADAPTER}: Recovery"}
    assert across.roles(WEB) == {"nyhv01": "REPLICA", "goldr2": "ORIGINAL"}
    told = facts(went, "read-addresses")
    assert told == {"addresses": f"{ADAPTER}: 10.2.10.21, fd00:2::21"}
    (_, home) = [one.facts for one in went if one.step.action == "set-addresses"]
    assert home == {"addresses": f"{ADAPTER}: 10.1.10.21"}
    back = across.walk(Operation.PLANNED_FAILOVER, WEB, reverse="yes")
    assert facts(back, "connect-adapters") == {"adapters": f"{ADAPTER}: Production"}
    assert "10.1.10.21" in facts(back, "read-addresses")["addresses"]
    assert across.roles(WEB) == {"nyhv01": "ORIGINAL", "goldr2": "REPLICA"}
    assert alive(across) == []


@at_times_on_both
def test_a_test_on_a_cluster_leaves_no_role(across: Walk) -> None:
    across.walk(Operation.TEST_FAILOVER, WEB, point="latest")
    stopped = across.walk(Operation.STOP_TEST, WEB)
    assert facts(stopped, "stop-test")["cluster role"] == "none"


@at_times_on_both
def test_cancel_on_a_cluster(across: Walk) -> None:
    across.walk(Operation.PLANNED_FAILOVER, WEB)
    across.walk(Operation.CANCEL, WEB)
    assert across.roles(WEB) == {"nyhv01": "ORIGINAL", "goldr2": "REPLICA"}
    assert alive(across) == []


@at_times_on_both
def test_what_was_written_last_is_on_the_recovered_copy(walk: Walk) -> None:
    walk.walk(Operation.PLANNED_FAILOVER, WEB, start="no")
    told = [one for one in fingerprints(walk) if one["workload"] == WEB and one["point"] is None]
    assert {one["host"] for one in told} == {"NYHV01", "NJHV01"}
    assert len({one["fingerprint"] for one in told}) == len(told) // 2
    assert len({one["last"] for one in told}) == 1


@at_times_on_both
def test_half_a_reverse_is_unknown_and_never_repeated(walk: Walk) -> None:
    walk.walk(Operation.PLANNED_FAILOVER, WEB)
    step = walk.procedure(Operation.REVERSE, WEB).steps[0]
    walk.lab.act_fault("Set-VMReplication", "half", host="NJHV01")
    ended = walk.step(walk.acting[step.endpoint], step)
    assert ended.last.verdict is Verdict.UNKNOWN
    assert "only one end" in ended.last.reason
    with pytest.raises(EndpointError, match="Nothing was begun"):
        walk.acting[step.endpoint].act(step, {}, lambda handle: pytest.fail("it was begun again"))


def test_acts_go_over_sealed_messages(labs: LabPool, tmp_path: Path) -> None:
    """What seals messages belongs to one connection, so each act has one of its own."""
    file = tmp_path / "sealed.yaml"
    plain = "name: njhv01, site: New Jersey, host: NJHV01"
    file.write_text(TWO_HOSTS.replace(plain, f"{plain}, transport: ntlm, tls: false"), encoding="utf-8")
    walk = Walk(labs.lab(str(file)))
    try:
        walk.walk(Operation.TEST_FAILOVER, WEB, heartbeat="skip")
        walk.walk(Operation.STOP_TEST, WEB)
        assert walk.roles(WEB) == THERE
    finally:
        walk.close()
    labs.check()


def fingerprints(walk: Walk) -> list[dict[str, Any]]:
    """What every disk of the lab holds."""
    told: list[dict[str, Any]] = walk.lab.control("fingerprints")["disks"]
    return told


def disks(walk: Walk) -> set[str]:
    """All disks of the lab, wherever they are; recovery points come and go by themselves."""
    return {f"{one['host']} {one['vm']} {one['disk']}" for one in fingerprints(walk)}
