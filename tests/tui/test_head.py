"""The first two lines: who answers, what is worst, and what gives way when it is narrow."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from drconsole.domain.endpoint import Endpoint, EndpointKind, Pair
from drconsole.domain.reading import Node
from drconsole.domain.roles import Alarm, AlarmCode, Severity
from drconsole.domain.snapshot import EndpointState, Snapshot
from drconsole.tui.head import head
from drconsole.tui.picture import Picture, study
from drconsole.tui.rows import absences
from drconsole.tui.standing import site_line, standings
from drconsole.tui.widgets.ink import plain
from tests.tui.pictures import KINDS, NEW_JERSEY, NEW_YORK, NOW, STEADY, estate, picture, protected
from tests.tui.test_structure import FACTS, OF_ENDPOINTS


def _lines(snapshot: Snapshot, width: int = 80, *, asked: bool = False) -> tuple[str, str]:
    first, second = head(study(None, snapshot), NOW, width, asked=asked)
    return plain(first), plain(second)


def _with(snapshot: Snapshot, state: EndpointState, error: str = "") -> Snapshot:
    endpoints = tuple(replace(e, state=state, error=error, last_read=None) for e in snapshot.endpoints)
    return replace(snapshot, endpoints=endpoints, workloads=())


@pytest.mark.parametrize("width", range(60, 160, 7))
@pytest.mark.parametrize(
    "silent", [frozenset[str](), frozenset({"goldr2-n1"}), frozenset({"gold-n1", "vc-ny"})]
)
def test_both_lines_take_the_width_and_keep_their_right_ends(width: int, silent: frozenset[str]) -> None:
    first, second = _lines(picture(silent=silent), width)
    assert len(first) == len(second) == width
    assert first.endswith(" read just now ")
    assert second.endswith((" a all alarms ", " a all "))


def test_a_silent_site_says_since_when_and_in_a_wide_line_who() -> None:
    snapshot = picture(silent=frozenset({"goldr2-n1"}))
    assert "New York  gold-n1 ok  vc-ny ok   New Jersey ! silent 4m " in _lines(snapshot, 120)[0]
    assert "New York 2/2   New Jersey ! silent 4m" in _lines(snapshot, 80)[0]
    one_of_two = picture(silent=frozenset({"vc-ny"}))
    assert "New York 1/2 ! vc-ny silent 4m   New Jersey 1/1" in _lines(one_of_two, 92)[0]
    assert "New York 1/2 ! silent 4m   New Jersey 1/1" in _lines(one_of_two, 85)[0]
    assert "New York 1/2 ! 4m   New Jersey 1/1" in _lines(one_of_two, 80)[0]


def clustered(state: EndpointState, *silent: str) -> Snapshot:
    """A cluster of three and a host in New York, a host in New Jersey; some of the nodes do not answer."""
    names = ("GOLD1", "GOLD2", "GOLD3")
    where = estate(
        [
            Endpoint("gold", NEW_YORK, EndpointKind.HYPERV_CLUSTER, "10.1.0.10", nodes=names),
            Endpoint("vc-ny", NEW_YORK, KINDS["vc"], "10.1.0.20"),
            Endpoint("goldr2-n1", NEW_JERSEY, KINDS["hv"], "10.2.0.11"),
        ]
    )
    told = picture([], where=where)
    gold, *others = told.endpoints
    nodes = tuple(Node(name, name not in silent) for name in names)
    since = NOW - timedelta(hours=2) if state is EndpointState.SILENT else None
    return replace(told, endpoints=(replace(gold, state=state, nodes=nodes, silent_since=since), *others))


@pytest.mark.parametrize(
    ("snapshot", "wide", "narrow"),
    [
        (clustered(EndpointState.OK), "New York  gold 3/3  vc-ny ok", "New York 4/4  "),
        (clustered(EndpointState.PARTIAL), "New York  gold 3/3 partial  vc-ny ok", "New York 4/4 partial  "),
        (
            clustered(EndpointState.OK, "GOLD2"),
            "New York  gold 2/3  vc-ny ok",
            "New York 3/4 ! silent  ",
        ),
        (
            clustered(EndpointState.PARTIAL, "GOLD2"),
            "gold 2/3 partial  vc-ny",
            "New York 3/4 ! silent  ",
        ),
        (clustered(EndpointState.SILENT), "gold silent 2h  vc-ny ok", "New York 1/4 ! silent 2h  "),
        (clustered(EndpointState.NEVER), "New York  gold asking  vc-ny ok", "New York 1/4 asking  "),
    ],
)
def test_a_cluster_counts_by_its_nodes(snapshot: Snapshot, wide: str, narrow: str) -> None:
    assert wide in _lines(snapshot, 120)[0]
    assert narrow in _lines(snapshot, 84)[0]


def test_a_console_that_only_asks_calls_nobody_silent() -> None:
    """It was opened on what was kept: nobody had time to answer yet."""
    told = picture(STEADY, silent=frozenset({"goldr2-n1", "vc-nj"}))
    asked = tuple(
        replace(one, error="", error_code="", silent_since=None, asking=True, alarms=())
        if one.state is EndpointState.SILENT
        else one
        for one in told.endpoints
    )
    snapshot = replace(told, endpoints=asked)
    for width in (60, 80, 120, 160):
        first = _lines(snapshot, width)[0]
        assert "silent" not in first
        assert "asking" in first
    assert "asking, last seen 9h ago" in _lines(snapshot, 160)[0]
    assert set(absences(snapshot.endpoints).values()) == {"asking"}


def test_a_silent_node_is_no_dead_endpoint_and_is_drawn_so() -> None:
    for silent, ink in (((), "good"), (("GOLD2",), "warning")):
        (gold, *_), _ = (
            standings(clustered(EndpointState.OK, *silent))[site] for site in (NEW_YORK, NEW_JERSEY)
        )
        assert [span.ink for span in gold.told(NOW)] == [ink]
        assert site_line(NEW_YORK, [gold], NOW, 1)[1].ink == ink


def test_where_many_sites_have_no_room_the_silent_one_stays() -> None:
    names = [f"Site number {i}" for i in range(8)]
    endpoints = [Endpoint(f"vc-{i}", name, KINDS["vc"], "10.0.0.1") for i, name in enumerate(names)]
    where = estate(endpoints, (Pair(NEW_YORK, NEW_JERSEY),))
    first, _ = _lines(picture([], where=where, silent=frozenset({"vc-7"})))
    assert "Site number 7 ! silent 4m" in first
    assert "more" in first


def test_the_age_is_that_of_the_oldest_answer_that_counts() -> None:
    assert "read 40 s ago" in _lines(picture(read_ago_s=47))[0]
    assert "reading ..." in _lines(picture(), asked=True)[0]


def test_without_any_answer_nothing_is_called_calm() -> None:
    asking = _lines(_with(picture(), EndpointState.NEVER))
    assert "asking" in asking[0]
    assert "no answer yet" in asking[0]
    assert "nobody has answered yet" in asking[1]


def test_calm_says_what_is_due_and_whether_all_answer() -> None:
    calm = picture(protected("web-01", 1))
    assert _lines(calm)[1].strip() == "no alarms   nothing is due"
    first, *others = calm.endpoints
    asking = replace(first, state=EndpointState.NEVER)
    assert "from those who answer" in _lines(replace(calm, endpoints=(asking, *others)))[1]


def test_the_worst_alarm_is_split_brain_even_beside_a_silent_endpoint() -> None:
    _, second = _lines(picture(STEADY, silent=frozenset({"vc-ny"})))
    assert "SPLIT-BRAIN erp-db" in second


# Where a statement may end and what explains it may be left out.
ENDS = (": ", "; ", ". ", " (", ", ", " since ")
LONG = "production-database-of-the-head-office-01"
MORE = FACTS | {
    "owner": "gold-n1",
    "node": "gold-n2",
    "skew_s": "400",
    "twin": "vc-nj",
    "asks": "Turn it off?",
}
MORE |= {"end": NOW.isoformat(), "run": "7f3c0a11", "operation": "planned-failover", "step": "2"}
MORE |= {"at": NOW.isoformat(), "by": "j.smith", "role": "RECOVERED", "days": "90"}
MORE |= {
    "error": "No node answered. GOLD1: refused.",
    "limits": "not all VMs are seen: no rights on 3 folders",
}


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("code", sorted(AlarmCode))
def test_the_worst_alarm_is_a_whole_statement(code: AlarmCode, width: int) -> None:
    since = None if code in (AlarmCode.SPLIT_BRAIN, AlarmCode.RECORD_STRANGE) else NOW - timedelta(minutes=80)
    alarm = Alarm(code, Severity.CRITICAL, since, tuple(MORE.items()))
    for name in ("web", "erp-db-02", LONG):
        ill = _only(name, alarm)
        whole = ill.summary.entries[0].text(NOW)
        second = plain(head(ill, NOW, width, asked=False)[1])
        assert second.endswith((" a all alarms ", " a all "))
        assert len(second) == width
        told = second.removeprefix(" 1 alarm  ").rsplit(" a all", 1)[0].rstrip()
        if name == LONG and LONG not in told:
            # Of a long name the middle may be missing.
            lead = whole.partition(LONG)[0]
            begun, _, rest = told.removeprefix(lead).partition("…")
            kept = next(LONG[at:] for at in range(len(LONG)) if rest.startswith(LONG[at:]))
            assert LONG.startswith(begun)
            assert min(len(begun), len(kept)) >= 3
            told = f"{lead}{LONG}{rest.removeprefix(kept)}"
        assert "…" not in told
        assert told == whole or (whole.startswith(told) and whole[len(told) :].startswith(ENDS)), told


def _only(name: str, alarm: Alarm) -> Picture:
    """A picture whose only alarm this is."""
    calm = picture(protected("web-01", 1))
    if alarm.code in OF_ENDPOINTS:
        first, *others = calm.endpoints
        ill = replace(calm, endpoints=(replace(first, name=name, alarms=(alarm,)), *others))
    else:
        ill = replace(calm, workloads=(replace(calm.workloads[0], name=name, alarms=(alarm,)),))
    return study(None, ill)


def test_a_test_copy_on_production_is_told_whole_at_80_columns() -> None:
    networks = (("networks", "Production"),)
    alarm = Alarm(AlarmCode.TEST_ON_PRODUCTION, Severity.CRITICAL, None, networks)
    second = plain(head(_only("erp-db", alarm), NOW, 80, asked=False)[1])
    assert "erp-db: TEST COPY on a network that is not a test network " in second


@pytest.mark.parametrize("code", [AlarmCode.INSECURE, AlarmCode.NOT_KEPT])
def test_of_what_stands_in_brackets_no_half_is_left(code: AlarmCode) -> None:
    facts = (("why", "it is full: /state"),)
    ill = _only("nyhv01", Alarm(code, Severity.WARNING, None, facts))
    for width in range(60, 160):
        told = plain(head(ill, NOW, width, asked=False)[1])
        assert told.count("(") == told.count(")"), told


def test_what_was_last_seen_is_told_as_that_however_little_room_there_is() -> None:
    facts = (("seen_at", (NOW - timedelta(hours=9)).isoformat()), ("primary", "gold-n1.corp.example"))
    second = plain(
        head(_only(LONG, Alarm(AlarmCode.SOURCE_GONE, Severity.CRITICAL, None, facts)), NOW, 80, asked=False)[
            1
        ]
    )
    assert "SOURCE GONE (seen 9 h ago)" in second


def test_of_what_several_nodes_said_no_half_is_left() -> None:
    facts = (("error", "No node answered. GOLD1, GOLD2: There is no password. Start it again."),)
    second = plain(
        head(_only("gold", Alarm(AlarmCode.SILENT, Severity.CRITICAL, NOW, facts)), NOW, 80, asked=False)[1]
    )
    assert second.startswith(" 1 alarm  gold: silent since 0s: No node answered  ")
