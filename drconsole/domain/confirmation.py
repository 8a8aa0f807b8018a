"""What a person is asked before an operation, as data (rules, section 4; design, section 3a)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType

from drconsole.domain.plan import Operation, Plan, Subject

LONGEST_NAME = 40
IDENTIFIER = 8
YES = "y"


class Strength(IntEnum):
    """How much is asked; the larger, the more."""

    NOTHING = 0
    YES = 1
    NAME = 2
    LOSING_SIDE = 3
    ATTESTED = 4


STRENGTHS: Mapping[Operation, Strength] = MappingProxyType(
    {
        Operation.TEST_FAILOVER: Strength.YES,
        Operation.STOP_TEST: Strength.YES,
        Operation.PAUSE: Strength.YES,
        Operation.RESUME: Strength.YES,
        Operation.SYNC_NOW: Strength.YES,
        Operation.PLANNED_FAILOVER: Strength.NAME,
        Operation.COMPLETE: Strength.NAME,
        Operation.CANCEL: Strength.NAME,
        Operation.ENABLE: Strength.NAME,
        Operation.DISABLE: Strength.NAME,
        Operation.RESYNC: Strength.NAME,
        Operation.REMOVE_LEFTOVERS: Strength.NAME,
        Operation.UNPLANNED_FAILOVER: Strength.NAME,
        Operation.REVERSE: Strength.LOSING_SIDE,
    }
)


class What(IntEnum):
    """What the expected text is, for wording."""

    LETTER = 0
    NAME = 1
    IDENTIFIER = 2
    SITE = 3
    NUMBER = 4


@dataclass(frozen=True, slots=True)
class Attestation:
    """What a person states in their name where the original is silent (rules, section 5)."""

    how: str
    at: str
    by: str

    @property
    def complete(self) -> bool:
        """Whether all three are given."""
        return all(text.strip() for text in (self.how, self.at, self.by))


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What is asked for a plan.

    Args:
        expected: the text that a person types on a screen; empty where nothing is asked.
        command: what ``--confirm`` takes: a name, for several workloads their number.
        attest: keys of the workloads for which a person must attest that the original is off.
    """

    strength: Strength
    what: What
    expected: str
    command: str
    attest: tuple[str, ...] = ()

    def accepts(self, typed: str) -> bool:
        """Whether what was typed on a screen is what is asked, letter by letter."""
        return self.strength is Strength.NOTHING or (bool(self.expected) and typed == self.expected)

    def attested(self, attestation: Attestation | None) -> bool:
        """Whether what has to be attested is."""
        return not self.attest or (attestation is not None and attestation.complete)


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan that was made from a fresh look, the id that its run would have, and what is asked before.

    ``names`` are those of all workloads there are, each as often as it occurs.
    """

    run: str
    plan: Plan
    asked: Confirmation
    names: tuple[str, ...] = ()


def confirmation(plan: Plan, names: Collection[str], silent: Collection[str] = ()) -> Confirmation:
    """What is asked before a plan is run.

    Args:
        names: the names of all workloads there are, each as often as it occurs.
        silent: keys of workloads whose original is silent.
    """
    asked = STRENGTHS[plan.operation]
    failover = plan.operation is Operation.UNPLANNED_FAILOVER
    attest = tuple(s.key for s in plan.subjects if s.key in silent) if failover else ()
    strength = Strength.ATTESTED if attest else asked
    if len(plan.subjects) != 1:
        number = str(len(plan.subjects))
        return Confirmation(strength, What.NUMBER, number, number, attest)
    (subject,) = plan.subjects
    what, name = named(subject.name, subject.key, names)
    if asked is Strength.YES:
        return Confirmation(strength, What.LETTER, YES, name, attest)
    if asked is Strength.LOSING_SIDE:
        return Confirmation(strength, What.SITE, losing_side(subject), name, attest)
    return Confirmation(strength, what, name, name, attest)


def losing_side(subject: Subject) -> str:
    """The site whose data a reverse overwrites: where the serving copy replicates to from then on."""
    return subject.target


def named(name: str, key: str, names: Collection[str]) -> tuple[What, str]:
    """What a workload is called by in a confirmation: its name, or the first letters of its identifier.

    The identifier where the name is not unique, not printable ASCII, too long, or has a blank at an end.
    """
    unique = Counter(names)[name] <= 1
    plain = name.isascii() and name.isprintable() and name == name.strip() and bool(name)
    if unique and plain and len(name) <= LONGEST_NAME:
        return What.NAME, name
    return What.IDENTIFIER, key.rpartition(":")[2][:IDENTIFIER]
