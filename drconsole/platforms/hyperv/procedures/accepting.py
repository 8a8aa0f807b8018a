"""Whether the old side can become the replica, as what is reversed and what only may be must know it."""

from __future__ import annotations

from dataclasses import replace

from drconsole.domain.plan import Check, Readiness
from drconsole.domain.snapshot import CopyState
from drconsole.domain.taking_back import takes_back
from drconsole.platforms.acting import Case
from drconsole.platforms.hyperv.procedures import preflight
from drconsole.platforms.hyperv.procedures.base import deep_of

WORDS = {
    Readiness.BLOCKED: "reverse will be refused: {}",
    Readiness.UNKNOWN: "reverse may be refused: {}",
}


def can_reverse(case: Case, old: CopyState, new: CopyState) -> tuple[Check, ...]:
    """What a reverse asks of the old side; what was not looked at, ``preflight.answers`` says."""
    here, there = deep_of(case, old), deep_of(case, new)
    if here is None or there is None:
        return ()
    return (*preflight.receives(case, old), *takes_back(old, new, here, there))


def could_reverse(case: Case, old: CopyState, new: CopyState) -> tuple[Check, ...]:
    """The same where nobody reverses yet: it holds up nothing, and is told while there is a choice."""
    return tuple(
        replace(one, readiness=Readiness.WARNING, text=WORDS[one.readiness].format(one.text))
        if one.readiness in WORDS
        else one
        for one in can_reverse(case, old, new)
    )
