"""The step contract: look, intend, act, keep the handle, follow, look until it is done or the limit passed.

Nothing is repeated that may have happened: where somebody was here before, the first thing is to look.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from drconsole.domain.step import Fact, Json, Observation, Outcome, Step, Verdict
from drconsole.errors import DrConsoleError, EndpointError, Lost
from drconsole.platforms.acting import Actor
from drconsole.runs.clocks import Clocks, Patience, pauses
from drconsole.runs.control import Control
from drconsole.runs.history import StepHistory
from drconsole.runs.notes import Notes
from drconsole.runs.waiting import Act, Ended, Wait

log = logging.getLogger(__name__)

# After a longer gap between intent and act another process may have taken the run.
LEASE_S = 1.0

AGAIN, WAIT, DONE, FAILED, LEAVE = "again", "wait", "done", "failed", "leave"
BEFORE_ACT = (AGAIN, DONE, FAILED)
# Only what is over may be done again: while a call may still take effect, a second one could run beside it.
WHILE_OPEN = (WAIT, DONE, FAILED, LEAVE)
ONCE_OVER = (WAIT, AGAIN, DONE, FAILED, LEAVE)
YES, NO = "yes", "no"

_SAID = {DONE: Outcome.DONE, FAILED: Outcome.FAILED, LEAVE: Outcome.UNKNOWN, NO: Outcome.SKIPPED}


class Broken(Exception):
    """This process may not go on; the journal holds what a successor needs."""


class Contract:
    """Performs single steps; safe from several threads, for different steps.

    ``settled``: steps whose act keeps nothing open any more.
    """

    def __init__(self, notes: Notes, control: Control, clocks: Clocks) -> None:
        self._notes = notes
        self._control = control
        self._clocks = clocks
        self.settled: set[str] = set()

    def perform(self, step: Step, actor: Actor, past: StepHistory) -> Outcome | None:
        """Bring one step to its outcome; None when a person must decide first.

        Raises:
            Broken, TokenLost, StateError: this process may not go on.
        """
        said = past.said.what if past.said else ""
        if past.said and said in _SAID:
            reason = f"{past.said.by} said no" if said == NO else ""
            return self._notes.outcome(
                step,
                _SAID[said],
                acted=past.acts > 0,
                facts=past.facts,
                reason=reason,
                said_by=past.said.by,
            )
        if past.baseline is None:
            return self._begin(step, actor, past)
        if said == AGAIN:
            return self._again(step, actor, past, past.baseline)
        return self._await(step, actor, past, Act(past.baseline, past.handle, past.reply))

    def _again(self, step: Step, actor: Actor, past: StepHistory, baseline: Json) -> Outcome | None:
        """A person wants it done again: once its act is over, unless it is seen to have happened."""
        if past.over:
            seen = self._look(step, actor, baseline, (Verdict.DONE, Verdict.READY, Verdict.CONFLICT))
            if isinstance(seen, Observation) and seen.verdict is Verdict.DONE:
                return self._notes.outcome(step, Outcome.DONE, acted=True, facts=seen.facts)
            return self._begin(step, actor, past)
        act = Act(baseline, past.handle, past.reply)
        ended, last = self._watch(step, actor, past, act)
        if ended.over:
            return self._begin(step, actor, past)
        return self._conclude(step, act, ended, last)

    def _begin(self, step: Step, actor: Actor, past: StepHistory) -> Outcome | None:
        """The first look, whose result is the baseline; then the act, if that is ready."""
        seen = self._look(step, actor, None, (Verdict.DONE, Verdict.READY, Verdict.CONFLICT))
        if self._control.ended:
            return self._called_off(step, past)
        if isinstance(seen, EndpointError):
            return self._unreached(step, past, seen)
        if seen.verdict is Verdict.READY:
            if step.ask and not _agreed(past):
                return self._ask(step, step.ask, (YES, NO), seen, over=True)
            return self._act(step, actor, past, seen)
        if seen.verdict is Verdict.UNKNOWN:
            why = f"before anything is done, nothing decisive can be read: {seen.reason}"
            return self._ask(step, why, BEFORE_ACT, seen, over=True)
        if seen.verdict is Verdict.DONE:
            return self._done_already(step, actor, past, seen)
        changed = seen.verdict is Verdict.CONFLICT
        reason = f"changed elsewhere: {seen.reason}" if changed else f"not begun, busy: {seen.reason}"
        return self._not_done(step, past, reason, seen.facts)

    def _done_already(self, step: Step, actor: Actor, past: StepHistory, seen: Observation) -> Outcome | None:
        """It is there: for who knows what was before an act of ours as well, where there was one."""
        if past.baseline is not None:
            known = self._look(step, actor, past.baseline, tuple(Verdict))
            if not isinstance(known, Observation) or known.verdict is not Verdict.DONE:
                why = known.reason if isinstance(known, Observation) else str(known)
                last = known if isinstance(known, Observation) else seen
                return self._ask(step, f"not all of it is there: {why}", ONCE_OVER, last, over=True)
        return self._notes.outcome(step, Outcome.DONE, acted=past.acts > 0, facts=seen.facts)

    def _not_done(self, step: Step, past: StepHistory, reason: str, facts: tuple[Fact, ...] = ()) -> Outcome:
        """It cannot be begun; of an act before that nobody has decided it stays unknown what it did."""
        outcome = Outcome.FAILED if past.baseline is None else Outcome.UNKNOWN
        return self._notes.outcome(step, outcome, acted=past.acts > 0, facts=facts, reason=reason)

    def _unreached(self, step: Step, past: StepHistory, error: EndpointError) -> Outcome:
        """Its endpoint does not answer, so it cannot be begun; that may have been reckoned with."""
        reason = f"not begun: {error}"
        if not step.expected or past.baseline is not None:
            return self._not_done(step, past, reason)
        why = f"{reason}; {step.expected}"
        return self._notes.outcome(step, Outcome.EXPECTED_FAILURE, acted=past.acts > 0, reason=why)

    def _called_off(self, step: Step, past: StepHistory) -> Outcome:
        """Nothing may be begun any more; what an act before may have done nobody has decided."""
        outcome = Outcome.SKIPPED if past.baseline is None else Outcome.UNKNOWN
        return self._notes.outcome(
            step, outcome, acted=past.acts > 0, facts=past.facts, reason=self._control.ended
        )

    def _act(self, step: Step, actor: Actor, past: StepHistory, seen: Observation) -> Outcome | None:
        before = self._clocks.boottime()
        self._notes.intent(step, seen)
        self._still_ours(step, before)
        if self._control.ended:
            return self._called_off(step, past)
        act = Act(seen.baseline)
        error = self._call(step, actor, act)
        if error is not None and act.handle is None:
            begun = isinstance(error, Lost) or not isinstance(error, EndpointError)
            if not begun and (ended := self._not_begun(step, actor, act, error)):
                return ended
            act.reply = {"answer": "lost", "error": str(error)}
            self._notes.lost(step, str(error))
        # With a handle it is asked what became of it, whatever broke on the way.
        return self._await(step, actor, replace(past, acts=past.acts + 1), act)

    def _call(self, step: Step, actor: Actor, act: Act) -> Exception | None:
        """Begin the act and keep its handle; what broke on the way.

        Raises:
            TokenLost, StateError: this process may not go on.
        """
        fenced: list[Exception] = []

        def keep(handle: Json) -> None:
            began = self._clocks.boottime()
            try:
                self._notes.handle(step, handle)
                self._still_ours(step, began)
            except DrConsoleError as error:
                fenced.append(error)
                raise
            act.handle = handle

        try:
            handle = actor.act(step, act.baseline, keep)
            if act.handle is None and not fenced:
                keep(handle)
        except Exception as error:
            broke: Exception | None = error
            if not fenced and not isinstance(error, EndpointError):
                log.exception("step %s: the act ended by an unforeseen error", step.id)
        else:
            broke = None
        if fenced:
            raise fenced[0]
        return broke

    def _not_begun(self, step: Step, actor: Actor, act: Act, error: Exception) -> Outcome | None:
        """The platform says that it could not begin: believed where a look shows that nothing has changed."""
        seen = self._look(step, actor, act.baseline, (Verdict.READY, Verdict.DONE, Verdict.CONFLICT))
        if not isinstance(seen, Observation) or seen.verdict is not Verdict.READY:
            return None
        reason = f"it could not begin: {error}"
        return self._notes.outcome(step, Outcome.FAILED, acted=False, facts=seen.facts, reason=reason)

    def _still_ours(self, step: Step, since: float) -> None:
        """Ask for the token again when this process may have been frozen (each append checks it)."""
        if self._clocks.boottime() - since > min(LEASE_S, step.limit_s / 4):
            self._notes.thawed(step)

    def _await(self, step: Step, actor: Actor, past: StepHistory, act: Act) -> Outcome | None:
        """Follow and look until it is decided, then write what it was."""
        ended, last = self._watch(step, actor, past, act)
        repeatable = ended.may_repeat and step.action in actor.repeatable and past.acts < 2
        if ended.never_left or repeatable:
            undecided = None if ended.never_left else act.baseline
            return self._begin(step, actor, replace(past, acts=past.acts + 1, baseline=undecided))
        return self._conclude(step, act, ended, last)

    def _watch(
        self, step: Step, actor: Actor, past: StepHistory, act: Act
    ) -> tuple[Ended, Observation | None]:
        """Follow and look until it is decided, or is waited for no longer; with what was seen last."""
        wait = Wait(step, actor, act, self._notes, self._clocks, self._control)
        wait.last_shown = (past.verdict, past.facts) if past.verdict else None
        while (ended := wait.round()) is None:
            if self._control.broken:
                raise Broken
        if act.handle is not None and act.reply is not None:
            actor.settle(act.handle)
            self.settled.add(step.id)
        return ended, wait.last

    def _conclude(self, step: Step, act: Act, ended: Ended, last: Observation | None) -> Outcome | None:
        """Write the outcome, or ask for it."""
        if ended.outcome is None:
            choices = ONCE_OVER if ended.over else WHILE_OPEN
            return self._ask(step, ended.reason, choices, last, over=ended.over)
        outcome, reason = ended.outcome, ended.reason
        if step.expected and outcome is Outcome.FAILED and ended.over:
            outcome, reason = Outcome.EXPECTED_FAILURE, f"{reason}; {step.expected}"
        return self._notes.outcome(
            step, outcome, acted=True, facts=ended.facts, reason=reason, answer=act.answer
        )

    def _ask(
        self, step: Step, why: str, choices: tuple[str, ...], seen: Observation | None, *, over: bool
    ) -> Outcome | None:
        """Ask a person; of an abandoned run nobody is asked any more."""
        if self._control.abandoned_by:
            reason = f"abandoned by {self._control.abandoned_by}: {why}"
            acted = choices in (WHILE_OPEN, ONCE_OVER)
            return self._notes.outcome(step, Outcome.UNKNOWN, acted=acted, reason=reason)
        self._notes.asked(step, why, choices, seen.facts if seen else (), over=over)
        return None

    def _look(
        self, step: Step, actor: Actor, baseline: Json | None, decisive: tuple[Verdict, ...]
    ) -> Observation | EndpointError:
        """Look until something decisive is seen, the limit has passed, or a person waits no longer."""
        patience = Patience(step.limit_s, self._clocks.monotonic)
        pause: Callable[[], None] = pauses(self._clocks, self._control.wake(step.id))
        while True:
            if self._control.broken:
                raise Broken
            seen: Observation | EndpointError
            try:
                seen = actor.observe(step, baseline)
                patience.heard(seen.at)
                if seen.verdict in decisive:
                    return seen
            except EndpointError as error:
                seen = error
                patience.silent()
            if patience.over or self._control.stopped_by(step.id) or self._control.cancelled_by:
                return seen
            pause()


def _agreed(past: StepHistory) -> bool:
    """Whether a person said yes to what the step does: in as many words, or by wanting it done again."""
    if past.said is None:
        return False
    return past.said.what == YES or (past.said.what == AGAIN and past.acts > 0)
