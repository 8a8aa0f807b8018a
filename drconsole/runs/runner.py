"""Runs a plan: steps of different workloads beside each other, what people ask of it, and its result."""

from __future__ import annotations

import logging
import queue
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Any

from drconsole.domain.plan import Plan
from drconsole.domain.step import Outcome, Step
from drconsole.errors import DrConsoleError, Refused, StateError
from drconsole.platforms.acting import Actor
from drconsole.runs.clocks import Clocks
from drconsole.runs.contract import AGAIN, BEFORE_ACT, WHILE_OPEN, Broken, Contract
from drconsole.runs.control import Control
from drconsole.runs.history import NOTHING, History, Result, StepHistory
from drconsole.runs.journal import Request
from drconsole.runs.notes import Appends, Notes
from drconsole.runs.results import offers, result_of, retryable
from drconsole.runs.schedule import Schedule

log = logging.getLogger(__name__)

_BEAT_S = 0.2
_THREADS = 64

Finished = tuple[Step, Outcome | BaseException | None]


class Runner:
    """One run in one process, from where its journal stands to its end.

    Args:
        load: gives the history as the journal has it now.
        actors: the acting side of each endpoint of the plan.
        inbox: gives new requests, each once.
    """

    def __init__(
        self,
        plan: Plan,
        load: Callable[[], History],
        writer: Appends,
        actors: Mapping[str, Actor],
        inbox: Callable[[], list[Request]],
        clocks: Clocks | None = None,
    ) -> None:
        history = load()
        self._plan = plan
        self._load = load
        self._steps = history.steps
        self._writer = writer
        self._actors = actors
        self._inbox = inbox
        self._control = Control()
        self._control.cancelled_by = history.cancelled_by
        self._control.abandoned_by = history.abandoned_by
        self._notes = Notes(writer)
        self._contract = Contract(self._notes, self._control, clocks or Clocks())
        self._schedule = Schedule(plan, history)
        self._finished: queue.SimpleQueue[Finished] = queue.SimpleQueue()
        self._early: dict[str, tuple[Request, StepHistory]] = {}
        self._broken: DrConsoleError | None = None

    def run(self) -> Result:
        """Go on until every step has ended; waits for answers while steps ask.

        Raises:
            TokenLost: somebody else has taken the run; nothing more is done here.
            StateError: the journal cannot be written; nothing more is done.
        """
        workers = max(1, min(_THREADS, len(self._plan.steps)))
        with ThreadPoolExecutor(workers, thread_name_prefix="step") as pool:
            try:
                self._look_again()
                while not self._schedule.over:
                    self._requests()
                    self._start(pool)
                    self._collect()
            except (Refused, StateError) as error:
                self._broken = error
            finally:
                # Whoever waits ends its waiting: the pool is left only when its threads are free.
                self._control.break_off()
        if self._broken is not None:
            raise self._broken
        return result_of(self._plan, self._load())

    def settle(self) -> None:
        """Give up what acts of earlier processes keep open on endpoints: the run is settled."""
        history = self._load()
        for step in (*self._plan.steps, *self._plan.compensation):
            past = history.step(step.id)
            if past.handle is not None and past.reply is not None and step.id not in self._contract.settled:
                self._actors[step.endpoint].settle(past.handle)

    def _start(self, pool: ThreadPoolExecutor) -> None:
        if self._control.cancelled_by or self._control.abandoned_by:
            self._skip_all()
        for step, cause in self._schedule.pointless():
            self._skip(step, f"because of step {cause}")
        for step in self._schedule.startable():
            self._schedule.begin(step)
            # Not in its thread: what is asked of it from now on holds, however late that begins.
            self._control.fresh(step.id)
            pool.submit(self._perform, self._as_asked(step), self._steps.get(step.id, NOTHING))

    def _as_asked(self, step: Step) -> Step:
        """The step without its question, where the answer that it doubts was seen."""
        reply = self._load().step(step.doubts).reply if step.doubts else None
        return replace(step, ask="") if reply and reply.get("answer") == "ok" else step

    def _perform(self, step: Step, past: StepHistory) -> None:
        """One step, in a thread of the pool."""
        result: Outcome | BaseException | None
        try:
            result = self._contract.perform(step, self._actors[step.endpoint], past)
        except BaseException as error:
            result = error
        self._finished.put((step, result))

    def _collect(self) -> None:
        """Take what has ended; waits a moment for the first."""
        with suppress(queue.Empty):
            self._take(self._finished.get(timeout=_BEAT_S))
            while True:
                self._take(self._finished.get_nowait())

    def _take(self, finished: Finished) -> None:
        step, result = finished
        if isinstance(result, Refused | StateError):
            raise result
        if isinstance(result, Broken):
            return
        if isinstance(result, BaseException):
            log.error("step %s ended by an unforeseen error", step.id, exc_info=result)
            why = f"drconsole itself made a mistake: {type(result).__name__}"
            begun = self._load().step(step.id).baseline is not None
            self._notes.asked(step, why, WHILE_OPEN if begun else BEFORE_ACT, (), over=not begun)
            self._asks(step)
        elif result is None:
            self._asks(step)
        else:
            self._schedule.end(step, result)
            if early := self._early.pop(step.id, None):
                self._pass_over(early[0])

    def _asks(self, step: Step) -> None:
        self._schedule.asks(step)
        if early := self._early.pop(step.id, None):
            request, before = early
            if _is_meant(request.body, before, self._load().step(step.id)):
                self._take_up(request)
            else:
                self._pass_over(request)

    def _skip(self, step: Step, reason: str) -> None:
        self._notes.outcome(step, Outcome.SKIPPED, acted=False, reason=reason)
        self._schedule.end(step, Outcome.SKIPPED)

    def _skip_all(self) -> None:
        """Everything that has not begun ends as skipped, asked or not; what has goes on unless abandoned."""
        abandoned = self._control.abandoned_by
        by = f"abandoned by {abandoned}" if abandoned else f"cancelled by {self._control.cancelled_by}"
        asking = [step for step in map(self._schedule.step, self._schedule.asking) if step is not None]
        concerned = [*self._schedule.waiting(), *asking]
        steps = self._load().steps if concerned else {}
        for step in concerned:
            begun = steps.get(step.id, NOTHING).baseline is not None
            if not begun:
                self._skip(step, by)
            elif abandoned:
                self._notes.outcome(step, Outcome.UNKNOWN, acted=True, reason=by)
                self._schedule.end(step, Outcome.UNKNOWN)

    def _requests(self) -> None:
        for request in self._inbox():
            self._take_up(request)

    def _take_up(self, request: Request) -> None:
        """Do what somebody asks, and record that it was taken up."""
        body = {"by": request.by, "request": request.id}
        match request.kind:
            # It holds before it is on disk: whoever reads that nothing more is begun can rely on it.
            case "cancel":
                self._control.cancel(request.by)
                self._writer.append("", "cancel", body)
            case "abandon":
                self._control.abandon(request.by)
                self._writer.append("", "abandoned", body)
            case "stop-waiting":
                self._writer.append("", "stop-waiting", {**body, "of": request.step})
                self._control.stop_waiting(request.step, request.by)
            case "answer" if request.step in self._schedule.asking and self._is_choice(request):
                self._answered(request)
            case "answer" if request.step in self._schedule.running and (asked := self._asked(request.step)):
                # A question that is being looked at again: the answer holds when it comes to the same.
                self._early[request.step] = request, asked
                if request.body != AGAIN:
                    # What is to be done again is watched for its whole limit first.
                    self._control.stop_waiting(request.step, request.by)
            case "retry":
                self._retry(body)
            case "back":
                self._lead_back(request.step, body)
            case _:
                self._pass_over(request)

    def _pass_over(self, request: Request) -> None:
        """Record that a request came to nothing: it fits nothing that is asked."""
        body = {"by": request.by, "request": request.id, "kind": request.kind, "of": request.step}
        self._writer.append("", "passed-over", body)

    def _asked(self, step: str) -> StepHistory | None:
        """The step as it asked, in this moment or when this process took it up; None where it did not."""
        told = (self._load().step(step), self._steps.get(step, NOTHING))
        known = next((one for one in told if one.question is not None), None)
        return None if step in self._early else known

    def _is_choice(self, request: Request) -> bool:
        """Whether an answer is one of those that its question takes."""
        question = self._load().step(request.step).question
        return question is None or request.body in question.choices

    def _answered(self, request: Request) -> None:
        body = {"say": request.body, "by": request.by, "request": request.id}
        self._writer.append(request.step, "answered", body)
        self._steps = self._load().steps
        self._schedule.answered(request.step)

    def _retry(self, body: Mapping[str, Any]) -> None:
        """All steps that did not end well begin anew, unless their workload was led back."""
        history = self._load()
        steps = retryable(self._plan, history)
        self._writer.append("", "reopened", body)
        for step in steps:
            self._writer.append(step.id, "retried", body)
        self._control.cancelled_by = self._control.abandoned_by = ""
        self._steps = self._load().steps
        self._schedule.again(step.id for step in steps)

    def _lead_back(self, workload: str, body: Mapping[str, Any]) -> None:
        """Do the compensation of a workload, where it is offered."""
        offered = workload in offers(self._plan, self._load())
        kind = "back" if offered else "passed-over"
        self._writer.append("", kind, {**body, "workload": workload})
        if offered:
            self._control.cancelled_by = self._control.abandoned_by = ""
            self._schedule.lead_back(workload)

    def _look_again(self) -> None:
        """Take answers that wait; then look again at what asked when the last process ended."""
        self._requests()
        self._writer.append("", "going-on")
        for ident in list(self._schedule.asking):
            self._schedule.answered(ident)


def _is_meant(answer: str, before: StepHistory, now: StepHistory) -> bool:
    """Whether an answer to what was asked before is one to what is asked now: nothing was begun between."""
    if before.question is None or now.question is None:
        return False
    return answer in now.question.choices and before.acts == now.acts
