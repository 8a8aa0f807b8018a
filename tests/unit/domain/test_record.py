"""The failover record: written and read back, people's text untouched, believed only at its own place."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from drconsole.domain.place import Place
from drconsole.domain.record import Record, Strange, believed, records_in, without, written
from drconsole.domain.roles import Role

AT = datetime(2026, 3, 1, 12, 6, tzinfo=UTC)
HERE = Place("hyperv", "New Jersey", "njhv01", "5c1f")
THERE = Place("hyperv", "New York", "nyhv01", "5c1f")

texts = st.text(max_size=20)
places = st.builds(Place, texts, texts, texts, texts)
times = st.datetimes(timezones=st.just(UTC))
records = st.builds(
    Record,
    key=texts,
    role=st.sampled_from(Role),
    place=places,
    run=texts,
    at=times,
    by=texts,
    origin=texts,
    objects=st.lists(texts, max_size=3).map(tuple),
)
notes_of_people = st.text(max_size=60).filter(lambda text: "drconsole" not in text)


def record(place: Place = HERE, at: datetime = AT, role: Role = Role.RECOVERED) -> Record:
    return Record("hv:5c1f", role, place, "7f3c0a11", at, "operator@jump", "New York", ("vm:1",))


@given(notes_of_people, records, st.text(max_size=40))
@example("\n", record(), "moved")
@example("\nOwner: web\n", record(), "moved")
def test_round_trip(notes: str, one: Record, sentence: str) -> None:
    text = written(notes, one, sentence)
    assert text.startswith(notes)
    assert believed(text, one.place) == one
    assert len(text[len(notes) :].strip("\n").split("\n")) == 2
    assert without(text, one.place) == notes


@given(notes_of_people, records, records, st.booleans())
def test_two_records_keep_apart(notes: str, one: Record, other: Record, same_place: bool) -> None:
    if same_place:
        other = Record(other.key, other.role, one.place, other.run, other.at, other.by)
    text = written(written(notes, one, "first"), other, "second")
    assert believed(text, other.place) == other
    expected = 1 if one.place == other.place else 2
    assert len(records_in(text)) == expected
    assert without(without(text, other.place), one.place) == notes


@given(st.text(max_size=200))
def test_any_text_is_read_without_an_error(notes: str) -> None:
    for found in records_in(f"{notes}\ndrconsole: x\ndrconsole-record: {notes}"):
        assert isinstance(found, (Record, Strange))
    assert without(notes, HERE) == notes or "drconsole" in notes


def test_the_literal_text() -> None:
    assert written("Owner: web team\r\n", record(), "Failed over  to\nNew Jersey.") == (
        "Owner: web team\r\n\n"
        "drconsole: Failed over to New Jersey.\n"
        'drconsole-record: {"v":1,"key":"hv:5c1f","role":"RECOVERED","place":{"platform":"hyperv",'
        '"site":"New Jersey","where":"njhv01","ident":"5c1f"},"run":"7f3c0a11",'
        '"at":"2026-03-01T12:06:00+00:00","by":"operator@jump","origin":"New York","objects":["vm:1"]}'
    )


def test_a_record_of_another_place_is_shown_and_never_believed() -> None:
    replicated = written("", record(HERE), "x")
    assert believed(replicated, THERE) is None
    assert records_in(replicated) == (record(HERE),)


def test_of_several_the_newest_whose_place_fits_counts() -> None:
    new, old = record(at=AT + timedelta(hours=1)), record(role=Role.TEST_COPY)
    foreign = record(THERE, AT + timedelta(days=1))
    text = "\n".join(written("", r, "x") for r in (new, foreign, old))
    assert believed(text, HERE) == new


def test_an_unknown_version_and_damage_are_shown_and_not_believed() -> None:
    good = written("", record(), "x")
    for damage in (
        good.replace('"v":1', '"v":2'),
        good.replace('"v":1', '"v":true'),
        good[:-3],
        good.replace("RECOVERED", "KING"),
        good.replace("+00:00", ""),
        re.sub('"at":"[^"]*"', '"at":"0001-01-01T00:00:00+14:00"', good),
        good.replace('["vm:1"]', "[1]"),
        good.replace('["vm:1"]', '"vm"'),
        good.replace('"run":"7f3c0a11",', ""),
        re.sub("{.*}", "[" * 100_000, good),
    ):
        (found,) = records_in(damage)
        assert isinstance(found, Strange)
        assert believed(damage, HERE) is None


def test_line_ends_of_windows_are_understood() -> None:
    text = written("", record(), "x").replace("\n", "\r\n")
    assert believed(text, HERE) == record()
    assert believed(written("", record(), "x") + "\r\nmore", HERE) == record()
