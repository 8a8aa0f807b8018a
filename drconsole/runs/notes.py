"""What the steps of a run write into its journal: one method for each kind of record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from drconsole.domain.step import Fact, Followed, Json, Observation, Outcome, Step
from drconsole.runs.codec import facts_json


class Appends(Protocol):
    """Who writes records that are on disk when ``append`` returns."""

    def append(self, step: str, kind: str, body: Mapping[str, Any] | None = None) -> None:
        """Add a record."""
        ...


class Notes:
    """The records of steps; every method returns when its record is on disk.

    Raises (all methods):
        TokenLost: another process has taken the run.
        StateError: the journal cannot be written.
    """

    def __init__(self, writer: Appends) -> None:
        self._append = writer.append

    def intent(self, step: Step, seen: Observation) -> None:
        """The act will be begun; ``seen`` is what everything later is compared with."""
        body = {
            "baseline": seen.baseline,
            "facts": facts_json(seen.facts),
            "endpoint_at": seen.at.isoformat(),
        }
        self._append(step.id, "intent", body)

    def thawed(self, step: Step) -> None:
        """Time passed between intent and act: is the run still ours?"""
        self._append(step.id, "thawed")

    def handle(self, step: Step, handle: Json) -> None:
        """What the act is known by, before its effect can begin."""
        self._append(step.id, "handle", {"handle": handle})

    def answered(self, step: Step, followed: Followed) -> None:
        """The act answered."""
        answer = "error" if followed.error else "ok"
        error = {"error": followed.error, "error_id": followed.error_id} if followed.error else {}
        self._append(step.id, "reply", {"answer": answer, "result": followed.result, **error})

    def lost(self, step: Step, why: str) -> None:
        """Nobody will tell how the act answered."""
        self._append(step.id, "reply", {"answer": "lost", "error": why})

    def seen(self, step: Step, seen: Observation) -> None:
        """What a look showed that was not shown before."""
        body = {"verdict": seen.verdict.value, "facts": facts_json(seen.facts), "reason": seen.reason}
        self._append(step.id, "seen", body)

    def asked(
        self, step: Step, why: str, choices: Iterable[str], facts: Iterable[Fact], *, over: bool
    ) -> None:
        """A person must decide; ``over``: nothing of an act before is to come any more."""
        body = {"why": why, "choices": list(choices), "facts": facts_json(facts), "over": over}
        self._append(step.id, "asked", body)

    def outcome(
        self,
        step: Step,
        outcome: Outcome,
        *,
        acted: bool,
        facts: Iterable[Fact] = (),
        reason: str = "",
        answer: str = "",
        said_by: str = "",
    ) -> Outcome:
        """The step has ended."""
        body: dict[str, Any] = {"outcome": outcome.value, "acted": acted, "facts": facts_json(facts)}
        body |= {"reason": reason} if reason else {}
        body |= {"answer": answer} if answer else {}
        body |= {"said_by": said_by} if said_by else {}
        self._append(step.id, "outcome", body)
        return outcome
