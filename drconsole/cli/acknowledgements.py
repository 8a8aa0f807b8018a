"""The acknowledgements in this console's journal, for the alarms of a picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from drconsole.errors import StateError, UsageError

if TYPE_CHECKING:
    from drconsole.config.model import Config
    from drconsole.domain.acknowledged import Acknowledgement
    from drconsole.runs.journal import Journal
    from drconsole.tui.alarm_list import Entry

Told = tuple["Entry", "Acknowledgement | None"]


def with_acknowledgements(config: Config, entries: Sequence[Entry]) -> list[Told]:
    """Alarms, each with what holds of it, open ones first; an unreadable journal is told and means none."""
    from drconsole.domain.acknowledged import acknowledgement_of

    now = datetime.now(UTC)
    known = standing_of(config)
    told = [(one, acknowledgement_of(known, subject_of(one), one.alarm, now)) for one in entries]
    return sorted(told, key=lambda pair: pair[1] is not None)


def subject_of(entry: Entry) -> str:
    """What an alarm is acknowledged under: the key of a workload, the name of an endpoint."""
    return entry.about


def time_of(word: str) -> datetime:
    """A point in time; without a zone in that of this machine.

    Raises:
        UsageError: it is none.
    """
    try:
        return datetime.fromisoformat(word).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(
            f"{word!r} is no date.", hint="Write it so: 2030-01-31, or 2030-01-31T18:00"
        ) from None


@contextmanager
def journal_of(config: Config) -> Iterator[Journal]:
    """The journal of a configuration, for as long as the block lasts.

    Raises:
        StateError: it cannot be used.
    """
    from drconsole.runs.journal import Journal
    from drconsole.runs.store import Store

    store = Store(config.state)
    try:
        yield Journal(store)
    finally:
        store.close()


def standing_of(config: Config) -> list[Acknowledgement]:
    """What was said of alarms and stands; an unreadable journal is told and means none."""
    from drconsole.runs.acknowledging import standing
    from drconsole.runs.store import FILE

    if not (config.state / FILE).exists():
        return []
    try:
        with journal_of(config) as journal:
            return standing(journal, datetime.now(UTC))
    except StateError as error:
        click.echo(f"Which alarms were acknowledged is not known: {error}", err=True)
        return []
