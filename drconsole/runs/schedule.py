"""Which steps of a plan may begin: order, tiers of priority, limits of endpoints. No clock, no thread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from drconsole.domain.plan import Plan
from drconsole.domain.step import Outcome, Step
from drconsole.runs.history import History

AT_ONCE = 4


class Schedule:
    """The steps of one run, each waiting, running, asking or ended.

    A workload's steps go on in their order; other workloads go on beside it. A tier of priority begins when
    every workload of the tiers before serves, has ended, or asks.
    """

    def __init__(self, plan: Plan, history: History) -> None:
        self._plan = plan
        self._tier = {subject.key: subject.priority for subject in plan.subjects}
        self._steps = {step.id: step for step in plan.steps}
        self._back = {step.id: step for step in plan.compensation}
        self._served = _after_serving(plan)
        self._leading_back = set(history.leading_back)
        self.running: set[str] = set()
        self._opened = 0
        self.asking = set(history.asking)
        self.ended: dict[str, Outcome] = {
            ident: one.outcome for ident, one in history.steps.items() if one.outcome is not None
        }

    def step(self, ident: str) -> Step | None:
        """The step of that id, also one of the way back."""
        return self._steps.get(ident) or self._back.get(ident)

    def startable(self) -> list[Step]:
        """Steps that may begin now, within the limits of their endpoints, in the order of the plan."""
        busy = Counter(step.endpoint for step in map(self.step, self.running) if step)
        begins = []
        tier = self._open_tier()
        for step in self._active():
            limit = self._plan.limits.get(step.endpoint, AT_ONCE)
            if self._waits(step) and self._tier.get(step.workload, 0) <= tier and self._is_due(step):
                if busy[step.endpoint] >= limit:
                    continue
                busy[step.endpoint] += 1
                begins.append(step)
        return begins

    def begin(self, step: Step) -> None:
        """The step is being performed."""
        self.running.add(step.id)

    def asks(self, step: Step) -> None:
        """The step waits for a person."""
        self.running.discard(step.id)
        self.asking.add(step.id)

    def answered(self, ident: str) -> None:
        """A person has answered: the step may go on."""
        self.asking.discard(ident)

    def end(self, step: Step, outcome: Outcome) -> None:
        """The step has ended."""
        self.running.discard(step.id)
        self.asking.discard(step.id)
        self.ended[step.id] = outcome

    def again(self, idents: Iterable[str]) -> None:
        """These steps begin anew."""
        for ident in idents:
            self.ended.pop(ident, None)

    def lead_back(self, workload: str) -> None:
        """The compensation of a workload belongs to the run from now on."""
        self._leading_back.add(workload)

    def pointless(self) -> list[tuple[Step, str]]:
        """Waiting steps that cannot begin any more, each with the step in the beginning that is the cause."""
        found = []
        for step in self._active():
            if not self._waits(step):
                continue
            for ident in step.after:
                before = self.step(ident)
                if before is None or (ident in self.ended and not self._passes(before, step)):
                    found.append((step, self._cause(ident)))
                    break
        return found

    def _cause(self, ident: str) -> str:
        """The first step that did not end well in the chain that leads to one that did not."""
        step = self.step(ident)
        for earlier in step.after if step else ():
            before = self.step(earlier)
            ended = before is not None and earlier in self.ended
            if step and before and ended and not self._passes(before, step):
                return self._cause(earlier)
        return ident

    def waiting(self) -> list[Step]:
        """Steps that have not begun."""
        return [step for step in self._active() if self._waits(step)]

    @property
    def over(self) -> bool:
        """Whether every step has ended."""
        return all(step.id in self.ended for step in self._active())

    def _active(self) -> list[Step]:
        back = [step for step in self._plan.compensation if step.workload in self._leading_back]
        return [*self._plan.steps, *back]

    def _waits(self, step: Step) -> bool:
        return step.id not in self.ended and step.id not in self.running and step.id not in self.asking

    def _is_due(self, step: Step) -> bool:
        befores = map(self.step, step.after)
        return all(before is not None and self._passes(before, step) for before in befores)

    def _passes(self, before: Step, step: Step) -> bool:
        """Whether a step may begin after one before it.

        While it is asked what became of that, or left unknown, its call may still run: none makes up for it.
        """
        outcome = self.ended.get(before.id)
        if outcome in (Outcome.DONE, Outcome.EXPECTED_FAILURE):
            return True
        if step.fallback_of == before.id:
            return before.optional and outcome is Outcome.FAILED
        told = outcome in (Outcome.FAILED, Outcome.UNKNOWN) or before.id in self.asking
        return before.optional and told

    def _open_tier(self) -> int:
        """The last tier that may begin: the first one that is not through; a tier once open stays open."""
        held = {
            self._tier.get(step.workload, 0)
            for step in self._active()
            if step.id not in self.ended and step.id not in self._served and not self._blocked(step)
        }
        self._opened = max(self._opened, min(held, default=max(self._tier.values(), default=0)))
        return self._opened

    def _blocked(self, step: Step) -> bool:
        """Whether a step waits for an answer, its own or of one before it."""
        if step.id in self.asking and not step.optional:
            return True
        if step.id in self.running:
            return False
        befores: Mapping[str, Step | None] = {ident: self.step(ident) for ident in step.after}
        return step.id in self.asking or any(b is not None and self._blocked(b) for b in befores.values())


def _after_serving(plan: Plan) -> frozenset[str]:
    """The steps of each workload after the one that shows that its guest works."""
    serving: set[str] = set()
    found: set[str] = set()
    for step in plan.steps:
        if step.workload in serving:
            found.add(step.id)
        if step.serves:
            serving.add(step.workload)
    return frozenset(found)
