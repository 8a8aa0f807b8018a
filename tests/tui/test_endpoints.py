"""Endpoints: each told in full, no two names alike, and the lines that the config lacks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import yaml

from drconsole.domain.endpoint import Endpoint
from drconsole.domain.reading import Broker, Node
from drconsole.domain.roles import Alarm, AlarmCode, Severity
from drconsole.domain.snapshot import EndpointState, EndpointStatus, Snapshot
from drconsole.domain.unlisted import Unlisted
from drconsole.tui.endpoint_facts import fact_lines, unlisted_lines
from drconsole.tui.endpoint_list import layout
from drconsole.tui.widgets.ink import plain
from drconsole.wording.endpoints import facts_of
from tests.tui.driver import Driver, drive
from tests.tui.pictures import KINDS, NEW_JERSEY, NEW_YORK, NOW, STEADY, estate, picture, protected
from tests.tui.reachable import SIZES, assert_sound, everything, squeezed
from tests.tui.test_names import CONTROLS, HOSTILE

ERROR = "No connection to goldr2-n1:5986: refused. Is the service WinRM running there, and its port open?"
LONG_NAMES = [f"hyperv-production-building-A-rack-{rack}-datacenter-primary" for rack in ("07", "08", "11")]


def told(**changes: object) -> EndpointStatus:
    """The first endpoint with everything that can be known of one."""
    known = {
        "certificate_end": NOW + timedelta(days=200),
        "skew_s": 0.3,
        "transport": "ntlm, TLSv1.3, read loop",
        "next_try": NOW + timedelta(seconds=25),
    }
    return replace(picture().endpoints[0], **{**known, **changes})  # type: ignore[arg-type]


def facts(**changes: object) -> dict[str, str]:
    """The facts of that endpoint by label; the last of several."""
    return {fact.label: fact.text for fact in facts_of(told(**changes), NOW)}


def with_unlisted(*hosts: Unlisted) -> Snapshot:
    return replace(picture(), unlisted=hosts)


def test_every_fact_of_one_that_answers() -> None:
    assert facts() == {
        "state": "answers; read just now, 11:59:57 UTC",
        "next try": "in 20s, or at once when you ask",
        "address": "10.1.0.11, hyperv-host at New York",
        "user": "lab\\operator",
        "spoken to": "ntlm, TLSv1.3, read loop",
        "certificate": "ends 2026-09-18 12:00:00 UTC, in 200 days",
        "version": "10.0.20348",
        "clock": "agrees with this one",
    }


def test_one_that_is_silent_says_what_happened_in_full() -> None:
    found = facts(
        state=EndpointState.SILENT, error=ERROR, silent_since=NOW - timedelta(minutes=4), reading=True
    )
    assert found["state"] == "silent since 11:56:00 UTC; last read just now, 11:59:57 UTC"
    assert found["said"] == ERROR
    assert found["next try"] == "being read now"


@pytest.mark.parametrize(
    ("days", "text", "severity"),
    [
        (200, "in 200 days", Severity.INFO),
        (12, "in 12 days: renew it", Severity.WARNING),
        (0.5, "in 12h: renew it", Severity.WARNING),
        (-1, "ended 2026-03-01", Severity.CRITICAL),
    ],
)
def test_a_certificate_that_ends_soon_is_told_so(days: float, text: str, severity: Severity) -> None:
    found = facts_of(told(certificate_end=NOW + timedelta(days=days)), NOW)
    (fact,) = [fact for fact in found if fact.label == "certificate"]
    assert text in fact.text
    assert fact.severity is severity


def test_a_pinned_certificate_that_has_ended_is_told_as_taken() -> None:
    end = NOW - timedelta(days=1)
    ended = Alarm(AlarmCode.CERTIFICATE, Severity.WARNING, None, (("end", end.isoformat()), ("ended", "yes")))
    found = facts(certificate_end=end, alarms=(ended,))
    assert found["certificate"].endswith(", and is taken because the config pins it: renew it")
    assert "alarm" not in found


def test_what_could_not_be_seen_and_how_the_cluster_stands() -> None:
    status = told(
        state=EndpointState.PARTIAL,
        limits=("HV2 could not be read.", "2 VM role(s) are not shown."),
        broker=Broker("GOLD-Broker", "Failed", "HV1"),
        nodes=(Node("HV1", True), Node("HV2", False, "no route")),
        skew_s=-75.0,
    )
    lines = [plain(line).strip() for line in fact_lines(status, NOW, 80)]
    text = "\n".join(lines)
    assert "does not show everything" in text
    assert "not seen      HV2 could not be read.\n2 VM role(s) are not shown." in text
    assert "broker        GOLD-Broker is Failed on HV1" in text
    assert "node          HV1 answers\nHV2 does not answer: no route" in text
    assert "75 s behind this one" in text


@pytest.mark.parametrize("width", [60, 80, 100, 120])
def test_no_two_long_names_look_alike_and_states_are_never_cut(width: int) -> None:
    statuses = [told(name=name, site="A site with rather a long name") for name in [*LONG_NAMES, "gold"]]
    found = layout(statuses, NOW, width)
    names = [plain(found.cells(status, NOW)[0]) for status in statuses]
    assert len(set(names)) == len(names)
    columns = found.columns()
    assert 2 + sum(column.width + column.gap for column in columns) <= width
    assert [column.title for column in columns][:4] == ["ENDPOINT", "SITE", "STATE", "READ"]
    for status in statuses:
        for column, cell in zip(columns, found.cells(status, NOW), strict=True):
            assert len(plain(cell)) <= column.width


@pytest.mark.parametrize(("size", "theme"), SIZES)
def test_the_table_the_facts_and_the_whole_page(
    size: tuple[int, int], theme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if theme == "ansi":
        monkeypatch.setenv("NO_COLOR", "1")
    hosts = [Endpoint(name, NEW_YORK, KINDS["hv"], f"10.1.0.{at}") for at, name in enumerate(LONG_NAMES, 1)]
    snapshot = picture(STEADY, where=estate((*estate().endpoints, *hosts)), silent=frozenset({LONG_NAMES[1]}))
    error = ERROR * 6

    async def script(d: Driver) -> None:
        await d.press("e")
        assert_sound(d)
        shown = [line for line in d.lines()[4:10] if line.strip()]
        assert len({line[2:].split("  ")[0] for line in shown}) == 6
        for _ in range(4):
            await d.press("down")
        assert "silent 4m" in d.cursor_line
        assert LONG_NAMES[1] in d.table()
        await d.press("enter")
        assert d.screen == "endpoint"
        assert_sound(d)
        text = await everything(d)
        assert squeezed(error) in text
        assert squeezed(LONG_NAMES[1]) in text
        await d.press("n")
        await d.press("b")
        assert d.screen == "endpoints"
        assert LONG_NAMES[1] in d.table()
        await d.press("b")
        assert d.screen == "inventory"

    endpoints = tuple(replace(e, error=error) if e.error else e for e in snapshot.endpoints)
    source = drive(script, replace(snapshot, endpoints=endpoints), size=size, theme=theme)
    assert source.asked == [LONG_NAMES[1]]


def test_facts_without_room_are_said_to_go_on() -> None:
    status = told(state=EndpointState.SILENT, error=ERROR * 20)

    async def script(d: Driver) -> None:
        await d.press("e")
        assert "enter shows the rest" in d.text()
        await d.press("down")
        assert "enter shows the rest" not in d.text()

    snapshot = picture()
    drive(script, replace(snapshot, endpoints=(status, *snapshot.endpoints[1:])))


@pytest.mark.parametrize(("size", "theme"), SIZES)
def test_hosts_that_the_config_lacks_come_with_the_lines_to_add(size: tuple[int, int], theme: str) -> None:
    partner = Unlisted("hv9.corp.example", "gold-n1", sites=(NEW_JERSEY,), workloads=3)
    node = Unlisted("HV3", "gold-n1", cluster="gold-n1", sites=(NEW_YORK,))

    async def script(d: Driver) -> None:
        await d.press("e")
        assert "config lacks  hv9.corp.example, the partner of 3 VMs" in d.table()
        await d.press("enter")
        assert "config lacks  hv9.corp.example, the partner of 3 VMs" in d.table()
        text = await everything(d)
        for line in ("hv9:", "kind: hyperv", "site: New Jersey", "address: hv9.corp.example", "HV3: HV3"):
            assert squeezed(line) in text

    drive(script, with_unlisted(partner, node), size=size, theme=theme)


def test_the_lines_to_add_are_yaml_as_they_stand_on_the_page() -> None:
    host = Unlisted("it's: #1 [x]", "gold-n1", sites=("New: Jersey",))
    lines = [plain(line)[3:] for line in unlisted_lines((host,), (), 80) if plain(line).startswith("   ")]
    (entry,) = yaml.safe_load("\n".join(lines))["endpoints"].values()
    assert entry["address"] == "it's: #1 [x]"


def test_a_partner_that_is_no_endpoint_is_found_in_the_readings() -> None:
    ends = protected("web-01", 1)
    elsewhere = tuple(replace(r, replica="hv9.corp.example") for r in ends[0].relations)
    snapshot = picture([replace(ends[0], relations=elsewhere), ends[1]])
    assert [(one.name, one.named_by) for one in snapshot.unlisted] == [("hv9.corp.example", "gold-n1")]


def test_an_endpoint_that_left_the_config_says_so() -> None:
    async def script(d: Driver) -> None:
        await d.press("e", "enter")
        await d.show(picture([], where=estate(estate().endpoints[1:]), serial=2))
        assert "not in the config" in d.text()

    drive(script, picture())


@pytest.mark.parametrize(("size", "theme"), SIZES)
def test_hostile_names_are_shown_letter_by_letter(size: tuple[int, int], theme: str) -> None:
    for name, shown in HOSTILE.items():
        host = Endpoint(name, NEW_JERSEY, KINDS["hv"], name)
        snapshot = picture(STEADY, where=estate((host,)))
        status = replace(
            snapshot.endpoints[0],
            state=EndpointState.PARTIAL,
            user=name,
            version=name,
            transport=name,
            limits=(name,),
            broker=Broker(name, name, name),
            nodes=(Node(name, False, name),),
        )
        lacked = Unlisted(name, name, sites=(name,), nodes=(name,), workloads=1)
        snapshot = replace(snapshot, endpoints=(status,), unlisted=(lacked,))

        async def script(d: Driver, shown: str = shown) -> None:
            await d.press("e")
            assert squeezed(shown) in squeezed(d.table())
            assert not CONTROLS.search("".join(d.lines()))
            await d.press("enter")
            text = await everything(d)
            assert squeezed(f"{shown} does not answer: {shown}") in text
            assert not CONTROLS.search("".join(d.lines()))
            assert all(strip.cell_length == size[0] for strip in d.strips())

        drive(script, snapshot, size=size, theme=theme)
