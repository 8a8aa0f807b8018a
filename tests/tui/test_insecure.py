"""What the config accepts by ``insecure: true`` is told in words wherever one looks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drconsole.cli.listing import lines
from drconsole.domain.endpoint import Insecurity
from drconsole.domain.roles import AlarmCode
from drconsole.domain.snapshot import Snapshot
from drconsole.tui import endpoint_list
from drconsole.tui.alarm_list import entries_of
from drconsole.tui.endpoint_facts import fact_lines
from drconsole.tui.head import head
from drconsole.tui.picture import study
from drconsole.tui.widgets.ink import plain
from tests.tui.pictures import NOW, estate, picture

TOLD = {
    Insecurity.UNVERIFIED: "its certificate is not verified, as the config says (insecure: true)",
    Insecurity.CLEAR_PASSWORD: "its password can be read on the wire, as the config says (insecure: true)",
}


def insecure(how: Insecurity | None, silent: frozenset[str] = frozenset()) -> Snapshot:
    """A picture with one endpoint that the config calls insecure, the last one."""
    first, *others, last = estate().endpoints
    return picture(where=estate((first, *others, replace(last, insecure=how))), silent=silent)


def last_name() -> str:
    return estate().endpoints[-1].name


@pytest.mark.parametrize("how", TOLD)
@pytest.mark.parametrize("silent", [False, True])
def test_the_endpoint_has_an_alarm_whether_it_answers_or_not(how: Insecurity, silent: bool) -> None:
    snapshot = insecure(how, frozenset({last_name()}) if silent else frozenset())

    found = [e.text(NOW) for e in entries_of(snapshot) if e.alarm.code is AlarmCode.INSECURE]

    assert found == [f"{last_name()}: INSECURE: {TOLD[how]}"]


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_first_line_of_every_screen_says_it(width: int) -> None:
    first, _ = head(study(None, insecure(Insecurity.UNVERIFIED)), NOW, width, asked=False)

    assert " INSECURE " in plain(first)
    assert len(plain(first)) == width
    assert plain(first).endswith(" read just now ")


def test_without_it_nothing_says_so() -> None:
    snapshot = insecure(None)
    first, _ = head(study(None, snapshot), NOW, 120, asked=False)

    assert "INSECURE" not in plain(first) + "".join(lines(snapshot, snapshot.workloads, 120))


def test_the_table_of_endpoints_says_it_at_its_endpoint_alone() -> None:
    snapshot = insecure(Insecurity.UNVERIFIED)
    layout = endpoint_list.layout(snapshot.endpoints, NOW, 80)
    *others, last = (
        " ".join(plain(cell) for cell in layout.cells(status, NOW)) for status in snapshot.endpoints
    )

    assert " ok INSECURE " in last
    assert not any("INSECURE" in line for line in others)
    facts = " ".join(plain(line).strip() for line in fact_lines(snapshot.endpoints[-1], NOW, 120))
    assert TOLD[Insecurity.UNVERIFIED] in facts


def test_the_plain_list_says_it_in_its_first_line_and_among_the_alarms() -> None:
    snapshot = insecure(Insecurity.CLEAR_PASSWORD)

    first, *others = lines(snapshot, snapshot.workloads, 120)

    assert " INSECURE " in first
    assert f"  warning: {last_name()}: INSECURE: {TOLD[Insecurity.CLEAR_PASSWORD]}" in others
