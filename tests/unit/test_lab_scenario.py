"""Scenarios are strict text, and those that come with the lab say what they promise."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from drconsole.lab import scenario as scenarios
from drconsole.lab.hyperv.populate import build_hosts
from drconsole.lab.scenario import parse
from drconsole.lab.scenario_checks import place_names
from drconsole.lab.scenario_form import ScenarioError

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
WEB = "11111111-1111-4111-8111-111111111111"
SMALL = f"""
about: one workload
sites: {{A: {{}}, B: {{test_networks: [Isolated]}}}}
pairs: [[A, B]]
hosts:
  HA: {{fqdn: ha.example, switches: [LAN]}}
  HB: {{fqdn: hb.example, switches: [LAN], behind: 5m}}
endpoints:
  - {{name: ha, site: A, host: HA}}
  - {{name: hb, site: B, host: HB, fault: refuse}}
workloads:
  - name: web
    id: {WEB}
    replication: {{frequency: 15m, synced: 2m}}
    copies:
      HA: {{mode: Primary, power: Running, up: 2d, networks: [LAN]}}
      HB: {{mode: Replica, synced: never, points: 3}}
timeline:
  - {{at: 2m, endpoint: ha, fault: silent-tcp}}
  - {{at: 3m, host: HA, vm: {WEB}, set: {{power: Off}}}}
truth:
  endpoints: {{ha: {{state: ok}}, hb: {{state: never, error: unreachable}}}}
  copies:
    - {{vm: {WEB}, host: HA, role: ORIGINAL}}
"""
TRUE_COPY = f"    - {{vm: {WEB}, host: HA, role: ORIGINAL}}"


def test_a_scenario_becomes_hosts_full_of_machines() -> None:
    ha, hb = build_hosts(parse(SMALL, "small.yaml"), NOW)
    original, replica = ha.machines[WEB], hb.machines[WEB]
    assert (original.power, original.adapters[0].switch) == ("Running", "LAN")
    assert original.since is not None
    assert (NOW - original.since).days == 2
    (sent,), (received,) = original.legs, replica.legs
    assert (sent.mode, sent.state, sent.frequency_s) == ("Primary", "Replicating", 900)
    assert (sent.primary, sent.replica, sent.receiver) == ("ha.example", "hb.example", "hb.example")
    assert sent.last_sync is not None
    assert (NOW - sent.last_sync).total_seconds() == 120
    assert received.last_sync is None
    assert len({point.id for point in replica.points}) == 3
    assert replica.points[0].at == NOW
    assert hb.skew.total_seconds() == -300


def test_notes_tell_times_that_long_ago() -> None:
    text = SMALL.replace("power: Running,", 'power: Running, notes: "at {ago 90m}, {ago 2d} {ago no}",')
    ha, _ = build_hosts(parse(text, "small.yaml"), NOW)
    told = "at 2026-03-02T06:30:00+00:00, 2026-02-28T08:00:00+00:00 {ago no}"
    assert ha.machines[WEB].notes == told


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("power: Running", "powr: Running", r"unknown field `powr` - at `\$\.workloads\[0\]\.copies"),
        (
            "power: Running",
            "power: Runing",
            r"small\.yaml: workloads .*\.HA\.power: VMState has no 'Runing'",
        ),
        (
            "mode: Replica, synced: never, points: 3",
            "mode: TestReplica",
            rf"workloads {WEB}\.made_from: no replica names this test copy",
        ),
        (
            "    replication: {",
            "    made_from: 99999999-9999-4999-8999-999999999999\n    replication: {",
            rf"workloads {WEB}\.made_from: there is no workload 9999",
        ),
        ("mode: Replica", "mode: Copy", r"copies\.HB\.mode: VMReplicationMode has no 'Copy'"),
        ("networks: [LAN]", "networks: [WAN]", r"copies\.HA\.networks: there is no switch 'WAN'"),
        ("up: 2d", "up: 2 days", r"regex"),
        ("fault: refuse", "fault: sulk", r"Invalid enum value 'sulk'"),
        ("host: HB, fault", "host: HC, fault", r"endpoints hb\.host: there is no host HC"),
        ("site: A,", "site: C,", r"endpoints ha\.site: there is no site C"),
        ("pairs: [[A, B]]", "pairs: [[A, C]]", r"pairs: there is no site C"),
        ("      HB: {mode", "      HC: {mode", r"copies: there is no host HC"),
        ("{name: hb, ", "{name: ha, ", r"endpoints: ha is there twice"),
        ("about: one", "about: two\nabout: one", r"the key 'about' is there twice"),
        (
            "endpoint: ha, fault: silent-tcp",
            "endpoint: ha",
            r"timeline at 2m: these make nothing that can happen: endpoint;",
        ),
        ("endpoint: ha,", "endpoint: hx,", r"timeline at 2m: endpoint: there is no endpoint hx"),
        ("host: HA, vm", "host: HX, vm", r"timeline at 3m: host: there is no host HX"),
        ("set: {power: Off}", "set: {power: Of}", r"timeline at 3m: set\.power: VMState has no 'Of'"),
        ("HA, role", "HX, role", r"copies: there is no copy of .* on HX"),
        ("endpoints: {ha: {state: ok}, ", "endpoints: {", r"there is no truth for endpoint ha"),
        (
            "endpoints: {ha: {state: ok}, ",
            "endpoints: {hx: {state: ok}, ",
            r"truth\.fresh\.endpoints: there is no endpoint hx",
        ),
        (TRUE_COPY, f"{TRUE_COPY}\n{TRUE_COPY}", r"truth\.fresh\.copies: .* on HA is there twice"),
        (
            "timeline:",
            f"  - {{name: web, id: {WEB}, copies: {{}}}}\ntimeline:",
            r"workloads: .* is there twice",
        ),
        ("role: ORIGINAL", "role: ORIGINAL, color: red", r"unknown field `color`"),
        ("mode: Primary", "mode: None", r"copies\.HB: mode Replica needs primary, which no copy tells"),
        (
            "hosts:\n  HA: {",
            "clusters: {C: {fqdn: c.example, nodes: [HA]}}\nhosts:\n  HA: {accepts_from: [], ",
            r"hosts HA\.accepts_from: the cluster C says so for its nodes",
        ),
        ("about: one workload", "about: [", r"small\.yaml: "),
    ],
)
def test_what_is_wrong_is_named_with_file_and_key(old: str, new: str, said: str) -> None:
    assert SMALL.count(old) >= 1
    with pytest.raises(ScenarioError, match=said):
        parse(SMALL.replace(old, new, 1), "small.yaml")


def test_an_unknown_scenario_names_those_there_are() -> None:
    with pytest.raises(ScenarioError, match=r"broker-down, contradictions, .*steady"):
        scenarios.load("stormy")
    with pytest.raises(ScenarioError, match="no such file"):
        scenarios.load("stormy.yaml")


@pytest.mark.parametrize("name", scenarios.names())
def test_every_scenario_can_be_built_and_names_each_copy_that_can_be_seen(name: str) -> None:
    scenario = scenarios.load(name)
    build_hosts(scenario, NOW)
    places = place_names(scenario)
    copies = {(workload.id, places[host]) for workload in scenario.workloads for host in workload.copies}
    removed = {(moment.vm, places[str(moment.host)]) for moment in scenario.timeline if moment.removed}
    for part, said in scenario.truth.parts().items():
        read = [one for one in scenario.endpoints if said.endpoints[one.name].state == "ok"]
        seen = {one.host or one.cluster for one in read}
        told = {(copy.vm, copy.host) for copy in said.copies if copy.fresh}
        there = copies if part == "before" else copies - removed
        assert told == {copy for copy in there if copy[1] in seen}


def test_steady_has_both_directions_and_one_of_each_trouble() -> None:
    scenario = scenarios.load("steady")
    roles = Counter((copy.role, copy.host) for copy in scenario.truth.fresh.copies)
    assert min(roles["ORIGINAL", host] for host in ("NYHV01", "NJHV01")) >= 8
    assert min(roles["REPLICA", cluster] for cluster in scenario.clusters) >= 1
    alarms = {alarm for copy in scenario.truth.fresh.copies for alarm in copy.alarms}
    assert alarms >= {"rpo", "paused", "resynchronizing", "first-copy", "original-off", "planned-in-progress"}
    assert {copy.role for copy in scenario.truth.fresh.copies} >= {
        "RECOVERED",
        "FORMER ORIGINAL",
        "UNPROTECTED",
    }


def test_hostile_names_are_hostile() -> None:
    names = [workload.name for workload in scenarios.load("hostile-names").workloads]
    for part in ("a'b\"; $(x)", "[@click=x]boo[/]", "\x1b]52;", "\n", "\x07", "\u202e", "\U0001f525", "Größ"):
        assert any(part in name for name in names), ascii(part)
    assert max(map(len, names)) == 100
    assert Counter(names).most_common(1)[0][1] == 2
    assert any(name and not name.strip() for name in names)
    assert any(name.endswith(" ") and name.strip() in names for name in names)
