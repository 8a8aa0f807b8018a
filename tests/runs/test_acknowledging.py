"""Alarms that are acknowledged: kept in the journal, until a date, and for no worse than they were."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drconsole.domain.acknowledged import Acknowledgement, acknowledgement_of
from drconsole.domain.roles import Alarm, AlarmCode, Severity
from drconsole.errors import Refused, UsageError
from drconsole.runs.acknowledging import acknowledge, standing, withdraw
from drconsole.runs.journal import Journal
from drconsole.runs.store import Store

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LATER = NOW + timedelta(days=7)
ONE = Acknowledgement("hv:one", AlarmCode.RPO, Severity.WARNING, "ada@here", NOW, LATER, "line is cut")


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(Store(tmp_path))


def test_it_stands_until_its_date(journal: Journal, tmp_path: Path) -> None:
    acknowledge(journal, ONE)
    assert standing(Journal(Store(tmp_path)), NOW) == [ONE]
    assert standing(journal, LATER) == []


def test_the_newest_of_an_alarm_holds_and_it_is_withdrawn_on_record(journal: Journal) -> None:
    other = replace(ONE, subject="hv:two")
    longer = replace(ONE, until=LATER + timedelta(days=1), reason="still cut")
    for one in (ONE, other, longer):
        acknowledge(journal, one)
    assert standing(journal, NOW) == [longer, other]
    withdraw(journal, "hv:one", AlarmCode.RPO, "ben@here", NOW)
    assert standing(journal, NOW) == [other]
    with pytest.raises(Refused, match="not acknowledged"):
        withdraw(journal, "hv:one", AlarmCode.RPO, "ben@here", NOW)
    with sqlite3.connect(journal.store.file) as connection:
        told = connection.execute("SELECT kind, by FROM mark ORDER BY id").fetchall()
    assert told == [*[("acknowledged", "ada@here")] * 3, ("withdrawn", "ben@here")]


@pytest.mark.parametrize(
    ("one", "error"),
    [
        (replace(ONE, code=AlarmCode.SPLIT_BRAIN), Refused),
        (replace(ONE, reason="  "), UsageError),
        (replace(ONE, until=NOW), UsageError),
    ],
)
def test_what_cannot_be_acknowledged_is_refused(
    journal: Journal, one: Acknowledgement, error: type[Exception]
) -> None:
    with pytest.raises(error):
        acknowledge(journal, one)
    assert standing(journal, NOW) == []


@pytest.mark.parametrize(
    ("subject", "alarm", "now", "holds"),
    [
        ("hv:one", Alarm(AlarmCode.RPO, Severity.WARNING), NOW, True),
        ("hv:one", Alarm(AlarmCode.RPO, Severity.INFO), NOW, True),
        ("hv:one", Alarm(AlarmCode.RPO, Severity.CRITICAL), NOW, False),
        ("hv:one", Alarm(AlarmCode.PAUSED, Severity.WARNING), NOW, False),
        ("hv:two", Alarm(AlarmCode.RPO, Severity.WARNING), NOW, False),
        ("hv:one", Alarm(AlarmCode.RPO, Severity.WARNING), LATER, False),
    ],
)
def test_it_holds_of_its_alarm_as_bad_as_it_was(
    subject: str, alarm: Alarm, now: datetime, holds: bool
) -> None:
    assert (acknowledgement_of([ONE], subject, alarm, now) == ONE) is holds


def test_split_brain_counts_whatever_the_journal_says() -> None:
    forged = replace(ONE, code=AlarmCode.SPLIT_BRAIN, severity=Severity.CRITICAL)
    alarm = Alarm(AlarmCode.SPLIT_BRAIN, Severity.CRITICAL)
    assert acknowledgement_of([forged], "hv:one", alarm, NOW) is None


def test_what_nobody_can_read_sets_no_alarm_aside(journal: Journal) -> None:
    acknowledge(journal, ONE)
    with sqlite3.connect(journal.store.file) as connection:
        for body in ("{", '{"code": "rpo", "severity": 9, "reason": "x"}', '{"code": "tomorrow"}'):
            connection.execute(
                "INSERT INTO mark (kind, subject, body, by, at, until) VALUES (?, ?, ?, ?, ?, ?)",
                ("acknowledged", "hv:odd", body, "eve", NOW.isoformat(), LATER.isoformat()),
            )
    assert standing(journal, NOW) == [ONE]
