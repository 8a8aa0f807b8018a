"""Waiting for the effect of one act: its answer and what is seen, until both together decide."""

from __future__ import annotations

from dataclasses import dataclass

from drconsole.domain.step import Fact, Followed, Json, Observation, Outcome, Progress, Step, Verdict
from drconsole.errors import EndpointError
from drconsole.platforms.acting import Actor
from drconsole.runs.clocks import Clocks, Patience, pauses
from drconsole.runs.control import Control
from drconsole.runs.notes import Notes


@dataclass(slots=True)
class Act:
    """One act: what was seen before it, what it is known by, and how it answered."""

    baseline: Json
    handle: Json | None = None
    reply: Json | None = None

    @property
    def answer(self) -> str:
        """ok, error or lost; empty while it runs."""
        return str(self.reply["answer"]) if self.reply else ""

    @property
    def runs(self) -> bool:
        """Whether it may still answer."""
        return self.handle is not None and self.reply is None

    @property
    def error(self) -> str:
        """What it answered when it did not succeed."""
        return str(self.reply.get("error", "")) if self.reply else ""


@dataclass(frozen=True, slots=True)
class Ended:
    """What the wait came to; without an outcome a person must decide.

    ``may_repeat``: nothing is seen of it and nothing runs, but its answer was lost. ``never_left``: a process
    ended between intent and act, and the whole limit showed no effect. ``over``: its call has ended or is
    gone, and no effect of it came that could be seen: nothing of it is to come.
    """

    outcome: Outcome | None
    reason: str = ""
    facts: tuple[Fact, ...] = ()
    may_repeat: bool = False
    never_left: bool = False
    over: bool = False


class Wait:
    """The wait for one act; ``round`` is one look, after a pause that grows to a second."""

    def __init__(
        self, step: Step, actor: Actor, act: Act, notes: Notes, clocks: Clocks, control: Control
    ) -> None:
        self.last: Observation | None = None
        self.last_shown: tuple[str, tuple[Fact, ...]] | None = None
        self._step = step
        self._actor = actor
        self._act = act
        self._notes = notes
        self._control = control
        self._patience = Patience(step.limit_s, clocks.monotonic)
        self._pause = pauses(clocks, control.wake(step.id))
        self._silence = ""
        self._ready_in_row = 0
        self._first = True

    def round(self) -> Ended | None:
        """Look once; what it came to, or None to look again."""
        if not self._first:
            self._pause()
        self._first = False
        self._follow()
        self._look()
        return self._decided() or self._given_up()

    def _follow(self) -> None:
        """Ask what became of the act, where it is known by a handle."""
        if self._act.handle is None or self._act.reply is not None:
            return
        try:
            followed = self._actor.follow(self._act.handle)
        except EndpointError:
            return
        if followed.progress is Progress.ENDED:
            self._answered(followed)
        elif followed.progress is Progress.GONE:
            why = "its end was not seen"
            self._act.reply = {"answer": "lost", "error": why}
            self._notes.lost(self._step, why)

    def _answered(self, followed: Followed) -> None:
        answer = "error" if followed.error else "ok"
        self._act.reply = {"answer": answer, "error": followed.error}
        self._notes.answered(self._step, followed)

    def _look(self) -> None:
        try:
            seen = self._actor.observe(self._step, self._act.baseline)
        except EndpointError as error:
            self._patience.silent()
            self._silence = str(error)
            self._ready_in_row = 0
            self.last = None
            return
        self._silence = ""
        self._patience.heard(seen.at)
        self._ready_in_row = self._ready_in_row + 1 if seen.verdict is Verdict.READY else 0
        self.last = seen
        self._show(seen)

    def _show(self, seen: Observation) -> None:
        """Journal what is seen when it is something new, for those who follow."""
        shown = (seen.verdict.value, seen.facts)
        if self.last_shown is None or _values(shown) != _values(self.last_shown):
            self._notes.seen(self._step, seen)
            self.last_shown = shown

    def _decided(self) -> Ended | None:
        """What can be said at any time."""
        seen, act = self.last, self._act
        if seen is None or act.runs:
            return None
        if seen.verdict is Verdict.DONE:
            note = f"although it answered: {act.error}" if act.answer == "error" else ""
            return Ended(
                Outcome.DONE, note or ("its answer was lost" if act.answer != "ok" else ""), seen.facts
            )
        if seen.verdict is Verdict.CONFLICT:
            if act.answer in ("ok", "error"):
                return Ended(Outcome.FAILED, f"changed elsewhere: {seen.reason}", seen.facts)
            return Ended(None, f"its answer was lost, and something else is there: {seen.reason}")
        if act.answer == "error" and self._ready_in_row > 1:
            return Ended(Outcome.FAILED, act.error, seen.facts, over=True)
        return None

    def _given_up(self) -> Ended | None:
        """What is said when it is waited no longer."""
        if by := self._control.stopped_by(self._step.id):
            return Ended(None, f"{by} waits for it no longer; it may still take effect")
        if not self._patience.over:
            return None
        seen, act = self.last, self._act
        limit = f"{self._step.limit_s:g} s"
        if seen is None:
            return Ended(None, f"its endpoint did not answer for {limit}: {self._silence}")
        if act.runs:
            if seen.verdict is Verdict.DONE:
                return Ended(Outcome.DONE, "its call has not come to an end", seen.facts)
            return Ended(None, f"its call still runs after {limit}; before that ends it is not done again")
        if seen.verdict is Verdict.READY:
            if act.answer == "error":
                return Ended(Outcome.FAILED, act.error, seen.facts, over=True)
            if act.answer == "ok":
                why = f"it answered success, but had no effect in {limit}"
                if seen.reason:
                    why = f"after {limit}: {seen.reason}"
                return Ended(Outcome.FAILED, why, seen.facts, over=True)
            why = f"its answer was lost, and no effect is seen in {limit}"
            # An act makes its handle known before its effect can begin: without one it never left.
            left = act.handle is not None or act.reply is not None
            return Ended(None, why, may_repeat=True, never_left=not left, over=True)
        if seen.verdict is Verdict.BUSY:
            return Ended(None, f"the platform is still at it after {limit}: {seen.reason}")
        return Ended(None, f"nothing decisive can be read: {seen.reason}", over=True)


def _values(shown: tuple[str, tuple[Fact, ...]]) -> tuple[str, tuple[tuple[str, str, str], ...]]:
    """What was seen, without the times at which it was."""
    verdict, facts = shown
    return verdict, tuple((fact.what, fact.value, fact.endpoint) for fact in facts)
