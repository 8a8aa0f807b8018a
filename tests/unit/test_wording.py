"""Words: names letter by letter, ages, arrows, and a text for every alarm, role and row."""

from __future__ import annotations

import time
import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from drconsole.domain.reading import ManagedBy, Power
from drconsole.domain.roles import Alarm, AlarmCode, Arrow, ArrowKind, Severity
from drconsole.domain.verdict import ROWS
from drconsole.wording.actions import next_action
from drconsole.wording.ages import age, ago, exact, moment, rpo
from drconsole.wording.alarms import alarm_text, workload_alarm
from drconsole.wording.arrows import between, sentence
from drconsole.wording.fit import cut_middle, fit, width
from drconsole.wording.names import visible
from drconsole.wording.roles import cell, reason
from tests.unit.domain.builders import NOW, only, picture, reading, relation, vm, vs
from tests.unit.domain.cases import CASES


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a'b\"; $(x)", "a'b\"; $(x)"),
        ("[@click=x]", "[@click=x]"),
        ("\x1b[31mred\x1b[0m", "␛[31mred␛[0m"),
        ("two\nlines\r\t", "two␊lines␍␉"),
        ("\x9b1m", "<U+009B>1m"),
        ("abc\u202edef", "abc<U+202E>def"),
        ("Grüße 日本 🖥", "Grüße 日本 🖥"),
        ("  padded ", "␠␠padded␠"),
        ("   ", "␠␠␠"),
        ("no\u00a0break", "no<U+00A0>break"),
        ("\x7f", "␡"),
        ("", ""),
    ],
)
def test_names_are_shown_letter_by_letter(raw: str, shown: str) -> None:
    assert visible(raw) == shown


@given(st.text())
@example("\ud800")
def test_no_shown_name_holds_a_control_or_invisible_letter(raw: str) -> None:
    kinds = {unicodedata.category(char) for char in visible(raw)}
    assert not kinds & {"Cc", "Cf", "Cs", "Zl", "Zp", "Cn", "Co"}


@given(st.text(max_size=30).map(visible), st.integers(0, 40))
def test_fitted_text_takes_exactly_its_cells(text: str, cells: int) -> None:
    assert width(fit(text, cells)) == cells
    assert width(cut_middle(text, cells)) <= cells


def test_long_names_are_cut_in_the_middle() -> None:
    assert cut_middle("production-database-01", 11) == "produ…se-01"
    assert cut_middle("日本語日本語", 6) == "日…語"


@pytest.mark.parametrize(
    ("seconds", "short", "long"),
    [
        (0, "0s", "just now"), (47, "40s", "40 s ago"), (38 * 60, "38m", "38 min ago"),
        (6 * 3600, "6h", "6 h ago"), (31 * 86400, "31d", "31 days ago"), (-5, "0s", "just now"),
        (-59, "0s", "just now"), (-61, "?", "ahead of this clock"), (-9 * 86400, "?", "ahead of this clock"),
    ],
)  # fmt: skip
def test_ages(seconds: int, short: str, long: str) -> None:
    assert (age(seconds), ago(seconds)) == (short, long)


def test_rpo() -> None:
    assert rpo(240, 900) == "4m 15m"
    assert rpo(2280, 900) == "38m! 15m"
    assert rpo(None, 900) == "-"
    assert rpo(240, None) == "4m"


@pytest.mark.parametrize("kind", ArrowKind)
def test_arrows_turn_with_their_direction(kind: ArrowKind) -> None:
    right, left = between(Arrow(kind, "A", "B"), "A"), between(Arrow(kind, "B", "A"), "A")
    assert len(right) == len(left) == (0 if kind is ArrowKind.NONE else 3)
    if kind in (ArrowKind.FLOWS, ArrowKind.PAUSED, ArrowKind.COPYING):
        assert right != left


def test_arrow_sentence() -> None:
    assert sentence(Arrow(ArrowKind.FLOWS, "New York", "New Jersey")) == "New York ==> New Jersey"
    assert sentence(Arrow(ArrowKind.UNKNOWN)) == "?"


@pytest.mark.parametrize(("power", "said"), [(Power.OFF, "not started"), (Power.ON, "not reversed yet")])
def test_a_recovered_copy_that_is_off_is_called_not_started(power: Power, said: str) -> None:
    (copy,) = only(picture(reading("nj", vm("nj", power, relation("Replica", "FailedOver"))))).copies
    assert reason(copy).startswith("failed over to this copy")
    assert reason(copy).endswith(said)


def test_the_original_of_a_placeholder_is_not_established() -> None:
    held = ManagedBy("com.vmware.vcDr", "placeholderVm")
    (copy,) = only(picture(reading("vc-nj", vs("vc-nj", "u1", managed_by=held)))).copies
    assert reason(copy).endswith("original not established")


def test_every_alarm_has_words() -> None:
    facts = tuple((n, "7") for n in ("site1", "site2", "target", "primary", "replica", "state"))
    facts += tuple((n, "8") for n in ("extension", "twin", "skew_s", "error", "limits"))
    facts += tuple((n, NOW.isoformat()) for n in ("end", "at"))
    for code in AlarmCode:
        text = alarm_text(Alarm(code, Severity.WARNING, NOW - timedelta(hours=9), facts), NOW)
        assert text != code.value
        assert text


@pytest.mark.parametrize(
    ("code", "facts", "text"),
    [
        (AlarmCode.RPO, (("target", "900"),), "late since 9h: no sync within 15m"),
        (AlarmCode.SILENT, (("error", "No route. Is it: up?"),), "silent since 9h: No route. Is it: up?"),
        (AlarmCode.PAUSED, (), "replication is paused since 9h"),
        (AlarmCode.TEST_RUNNING, (), "TEST COPY on since 9h"),
        (AlarmCode.TEST_RUNNING, (("power", "off"),), "TEST COPY off since 9h"),
        (
            AlarmCode.RPO,
            (("target", "900"), ("seen_at", NOW.isoformat())),
            "late: no sync within 15m (seen just now)",
        ),
    ],
)
def test_how_long_an_alarm_lasts_stands_before_its_explanation(
    code: AlarmCode, facts: tuple[tuple[str, str], ...], text: str
) -> None:
    assert alarm_text(Alarm(code, Severity.WARNING, NOW - timedelta(hours=9), facts), NOW) == text


def test_every_row_and_case_has_a_reason_and_a_cell() -> None:
    seen = set()
    for case in CASES:
        for workload in picture(*case.readings, silent=case.silent).workloads:
            next_action(workload)
            for copy in workload.copies:
                assert len(reason(copy)) > 10
                assert cell(copy, NOW).startswith(copy.role.value)
                seen.add(copy.row)
    assert seen >= set(ROWS)


def test_a_last_known_copy_is_never_written_as_current() -> None:
    snapshot = picture(reading("ny", vm("ny", Power.ON, relation("Primary")), age_s=9 * 3600), silent=["ny"])
    (copy,) = only(snapshot).copies
    assert cell(copy, NOW) == "ORIGINAL seen 9h"


def test_what_was_seen_at_a_time_still_to_come_is_of_unknown_age() -> None:
    """The clock was set back since: seconds old is the last thing that it is."""
    snapshot = picture(reading("ny", vm("ny", Power.ON, relation("Primary")), age_s=-3600), silent=["ny"])
    (copy,) = only(snapshot).copies
    assert cell(copy, NOW) == "ORIGINAL seen ?"


def test_hostile_names_in_alarms_are_inert() -> None:
    hostile = vm("ny", Power.OFF, relation("Primary"), name="\x1b]52;c;AAAA\x07[@click=x]\n")
    workload = only(picture(reading("ny", hostile)))
    text = workload_alarm(workload, workload.all_alarms[0], NOW)
    assert text == "␛]52;c;AAAA␇[@click=x]␊: the original is off"


@pytest.mark.parametrize(
    ("when", "shown"),
    [
        ("2026-03-02 01:00", "01:00:00"),
        ("2026-03-01 21:00", "21:00:00"),
        ("2026-03-01 14:06", "14:06:00"),
        ("2026-03-01 13:54", "2026-03-01 13:54:00"),
        ("2026-02-28 21:00", "2026-02-28 21:00:00"),
        ("2026-03-03 01:00", "2026-03-03 01:00:00"),
    ],
)
def test_what_happened_in_the_evening_is_told_by_its_time_after_midnight(when: str, shown: str) -> None:
    now = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
    assert moment(datetime.fromisoformat(f"{when}+00:00"), now) == f"{shown} UTC"


def test_a_time_of_today_needs_no_date() -> None:
    evening = datetime(2026, 3, 2, 23, 0, tzinfo=UTC)
    assert moment(evening - timedelta(hours=22), evening) == "01:00:00 UTC"


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
@pytest.mark.parametrize("when", [datetime.min, datetime.max])
def test_times_at_the_ends_of_the_calendar_are_told(
    when: datetime, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A certificate without an end ends in the year 9999, which has no last hours east of Greenwich."""
    with monkeypatch.context() as there:
        there.setenv("TZ", zone)
        time.tzset()
        texts = exact(when.replace(tzinfo=UTC)), moment(when.replace(tzinfo=UTC), NOW)
    time.tzset()
    assert all(text.startswith(("1-01-01", "0001-01-01", "9999-12-31")) for text in texts)
