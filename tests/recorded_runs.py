"""Real runs on the lab for the pictures: their journals as they were written, but for ids and times.

How long a step took, and when, is another time each time; so is how often something was looked at. What a
picture shows of a run is its journal with one pace for all steps; titles, outcomes and evidence are its own.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from drconsole.cli.desk import Desk
from drconsole.domain.plan import Operation
from drconsole.runs.chain import Record
from drconsole.runs.codec import Order
from drconsole.runs.history import folded
from drconsole.runs.view import RunState, RunView
from tests.contract.run_site import let_time_pass
from tests.lab import LabProcess

STEP, BETWEEN = timedelta(seconds=31), timedelta(seconds=1)
# Since when the last thing in a picture is so.
LAST = timedelta(seconds=12)
BY = "operator@jump"
ALLOWED_BY = "! on the screen"
WAIT_S = 90.0
CLOCK = re.compile(r"\b\d\d:\d\d:\d\d\b(?:\.\d+)?")
DAY = re.compile(r"\b\d{4}-\d\d-\d\d[ T](?=\d\d:\d\d:\d\d)")
# How often somebody looked is the machine's pace, and so is how soon a guest tells its addresses.
PACE_KINDS, PACE_FACTS = frozenset({"seen"}), frozenset({"addresses"})
# Whether these had to be waited for at all.
PACE_ACTIONS, WAITED_KINDS = (
    frozenset({"await-heartbeat", "read-addresses"}),
    frozenset({"intent", "handle", "reply"}),
)


def runs_of(desk: Desk, lab: LabProcess, key: str, name: str, run: str, now: datetime) -> dict[str, RunView]:
    """A planned failover that asks, one in the middle of it, and one that is done.

    Args:
        run: the id that they have in pictures.
    """
    with _clock(desk, lab):
        lab.act_fault("Stop-VM", "no-effect", vm=key.removeprefix("hv:"))
        asking = _ran(desk, key, name, RunState.ASKING)
        desk.ask(asking.id, "abandon")
        _until(desk, asking.id, RunState.ABANDONED)
        done = _ran(desk, key, name, RunState.DONE)
    found = {one.id: desk.journal().records(one.id) for one in (asking, done)}
    asked = _up_to(found[asking.id], "asked")
    begun = _up_to(found[done.id], "handle", _step_of(done, "fail-over"))
    return {
        "asking": _view(asking, asked, RunState.ASKING, run, now),
        "running": _view(done, begun, RunState.RUNNING, run, now),
        "done": _view(done, found[done.id], RunState.DONE, run, now),
    }


@contextmanager
def _clock(desk: Desk, lab: LabProcess) -> Iterator[None]:
    """Let the lab's time pass while runs need it."""
    ended = threading.Event()
    thread = threading.Thread(target=let_time_pass, args=(lab, desk.journal(), ended), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _ran(desk: Desk, key: str, name: str, state: RunState) -> RunView:
    """Plan a failover of a workload, start it, and give it once it is in that state."""
    planned = desk.plan(Operation.PLANNED_FAILOVER, [key], {})
    return _until(desk, desk.start(planned, name, ALLOWED_BY), state)


def _until(desk: Desk, run: str, state: RunState) -> RunView:
    """A run once it is in that state.

    Raises:
        TimeoutError: it was not in time.
    """
    end = time.monotonic() + WAIT_S
    while (view := next(one for one in desk.runs() if one.id == run)).state is not state:
        if not view.state.is_open or time.monotonic() > end:
            said = "; ".join(view.history.differences)
            raise TimeoutError(f"run {run} is {view.state}, not {state}: {said}")
        threading.Event().wait(0.1)
    return view


def _step_of(view: RunView, action: str) -> str:
    return next(step.id for step in view.steps if step.action == action)


def _up_to(records: list[Record], kind: str, step: str = "") -> list[Record]:
    """The records up to the first of that kind."""
    last = next(at for at, one in enumerate(records) if one.kind == kind and step in ("", one.step))
    return records[: last + 1]


def _view(view: RunView, records: list[Record], state: RunState, run: str, now: datetime) -> RunView:
    """The run as these records tell it, at one pace."""
    by_pace = {step.id for step in view.steps if step.action in PACE_ACTIONS}
    kept = [
        record
        for record in records
        if record.kind not in PACE_KINDS and not (record.step in by_pace and record.kind in WAITED_KINDS)
    ]
    steps = list(dict.fromkeys(record.step for record in kept if record.step))
    lasted = len(steps) * (STEP + BETWEEN)
    open_step = steps[-1] if state is not RunState.DONE else ""
    began = now - LAST - lasted + (STEP + BETWEEN if open_step else timedelta())
    told = [_at_pace(one, began, steps, view.id, run) for one in kept]
    assert isinstance(view.order, Order)
    order = replace(view.order, by=BY, at=began - timedelta(seconds=1))
    return RunView(run, BY, order, folded(told), state)


def _at_pace(record: Record, began: datetime, steps: list[str], old: str, run: str) -> Record:
    """A record with the time that it has at one pace, in what was read back too."""
    place = steps.index(record.step) if record.step else len(steps) if record.kind == "end" else 0
    at = began + place * (STEP + BETWEEN) + (STEP if record.kind == "outcome" else timedelta())
    body: dict[str, Any] = json.loads(record.body.replace(old, run))
    if "facts" in body:
        body["facts"] = [_fact(fact, at) for fact in body["facts"] if fact["what"] not in PACE_FACTS]
    return replace(record, at=at.isoformat(), body=json.dumps(body))


def _fact(fact: dict[str, str], at: datetime) -> dict[str, str]:
    """A fact of that time; of several times in it the last one is that time, half a minute between them."""
    found = CLOCK.findall(fact["value"])
    times = iter(at - timedelta(seconds=30 * ago) for ago in reversed(range(len(found))))
    value = CLOCK.sub(lambda _: f"{next(times).astimezone(UTC):%H:%M:%S}", fact["value"])
    return {**fact, "value": DAY.sub(f"{at:%Y-%m-%d} ", value), "at": at.isoformat()}
