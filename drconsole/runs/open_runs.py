"""The runs that have not ended, by the workloads that they hold: what lists and screens show of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from drconsole.domain.open_run import OpenRun, RunStanding
from drconsole.runs.chain import Record
from drconsole.runs.history import History
from drconsole.runs.journal import Journal
from drconsole.runs.locks import is_alive
from drconsole.runs.view import RunState, RunView, updated


@dataclass(slots=True)
class _Read:
    """One run as far as it was read: the time of its last record, and since when each step asks."""

    view: RunView
    last: datetime | None = None
    asked: dict[str, datetime | None] = field(default_factory=dict)


class OpenRuns:
    """What is known of open runs; kept, it reads only what was written since. For one thread at a time."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._read: dict[str, _Read] = {}
        self._holders: Mapping[str, str] = {}

    def now(self, *, written: bool = True) -> dict[str, OpenRun]:
        """The open run of each workload that has one, by the workload's key.

        Args:
            written: something may have been written since the last time; without that only the processes of
                the runs are looked at.

        Raises:
            StateError: the journal cannot be read.
        """
        if written:
            self._holders = self._journal.holders()
        held = set(self._holders.values())
        self._read = {run: self._look(run, written=written) for run in held}
        found = {key: _shown(self._read[run], key) for key, run in self._holders.items()}
        return {key: one for key, one in found.items() if one is not None}

    def _look(self, run: str, *, written: bool) -> _Read:
        known = self._read.get(run)
        if known is not None and not written:
            state, lives = known.view.state, is_alive(self._journal.store.folder, run)
            # One that is starting becomes interrupted by the mere passing of time.
            if state is not RunState.STARTING and lives is (state in (RunState.RUNNING, RunState.ASKING)):
                return known
        before = known.view.history if known else History()
        news: list[Record] = []

        def read() -> list[Record]:
            news.extend(self._journal.records(run, before.seq))
            return news

        view = updated(self._journal, run, before, read)
        read_now = replace(known, view=view) if known else _Read(view)
        _take_times(read_now, news)
        return read_now


def _take_times(read: _Read, news: Iterable[Record]) -> None:
    for record in news:
        read.last = _time(record.at) or read.last
        if record.kind == "asked":
            read.asked[record.step] = _time(record.at)


def _shown(read: _Read, key: str) -> OpenRun | None:
    """What one workload shows of a run; None where it has ended meanwhile."""
    view = read.view
    operation = view.plan.operation if view.plan else None
    if not view.state.is_open:
        return None
    if view.state is RunState.INTERRUPTED:
        return OpenRun(view.id, operation, RunStanding.INTERRUPTED, read.last)
    asking = view.history.asking if view.state is RunState.ASKING else {}
    others = {step.id for step in view.steps if step.workload != key}
    # Of several workloads that one run holds only those ask whose own steps do.
    for step, question in asking.items():
        if step not in others:
            since = read.asked.get(step)
            return OpenRun(view.id, operation, RunStanding.ASKS, since, step, question.why)
    return OpenRun(view.id, operation, RunStanding.UNDER_WAY)


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
