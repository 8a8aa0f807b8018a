"""What must be given before a run is ordered; demanded here, below every screen and command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from drconsole.domain.bulk import readiness
from drconsole.domain.confirmation import Attestation, Confirmation, Strength, What
from drconsole.domain.plan import Plan, Readiness
from drconsole.errors import Refused
from drconsole.runs.codec import Order

# As long as a console stays armed without a key: what a person saw longer ago is no ground to act on.
PLAN_COUNTS = timedelta(minutes=15)
CLOCK_STEP = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Permission:
    """What a person gave.

    Args:
        allowed_by: what armed the console; empty: it is read-only.
        said: what was typed.
        on_screen: typed into a screen, which asks for less than a command where one letter is enough.
    """

    allowed_by: str
    said: str
    on_screen: bool = False
    attestation: Attestation | None = None


def ordered(
    plan: Plan, asked: Confirmation, given: Permission, by: str, at: datetime, never: Mapping[str, str]
) -> Order:
    """The order of a plan that may be run.

    Args:
        never: endpoints on which nothing may be changed, each with what says so.

    Raises:
        Refused: read-only, too old, blocked, not confirmed or not attested; it says what clears it.
    """
    check_untouched(plan, never)
    check_allowed(given.allowed_by)
    _check_age(plan, at)
    _check_ready(plan)
    _check_said(plan, asked, given)
    attestation = given.attestation if asked.attest else None
    return Order(
        plan=plan,
        by=by,
        at=at,
        asked=_wanted(asked, given),
        confirmed=given.said,
        allowed_by=given.allowed_by,
        attested=_attested(attestation),
    )


def sound(order: Order, never: Mapping[str, str], environment: str | None = None) -> None:
    """Check an order that was stored: nobody may have gone round the front door.

    Raises:
        Refused: it was not allowed, not confirmed, is blocked, changes what is ``never`` to be changed, or
            was made in another ``environment`` than this one (None: any).
    """
    if environment is not None:
        check_environment(order.plan, environment)
    check_untouched(order.plan, never)
    # There is no operation that asks for nothing.
    if not order.allowed_by or not order.asked or order.confirmed != order.asked:
        raise Refused("The order was not confirmed as its plan demands.", hint="Plan and run it again.")
    _check_ready(order.plan)


def changed_by(plan: Plan) -> tuple[str, ...]:
    """The endpoints on which a plan or its way back does more than look."""
    steps = (*plan.steps, *plan.compensation)
    return tuple(dict.fromkeys(name for step in steps for name in step.changed))


def check_environment(plan: Plan, environment: str) -> None:
    """Check that a plan was made where it is run: endpoints of one name are others elsewhere.

    Raises:
        Refused: it was made in another environment.
    """
    if plan.environment != environment:
        raise Refused(
            f"It was planned in the environment {plan.environment!r}; this one is {environment!r}.",
            subject=_names(plan),
            hint="Nothing was done. Use the config that it was planned with.",
        )


def check_untouched(plan: Plan, never: Mapping[str, str]) -> None:
    """Check that a plan changes nothing where the config forbids it; what only looks is free.

    Raises:
        Refused: it would.
    """
    for endpoint in changed_by(plan):
        if endpoint in never:
            raise Refused(
                f"Nothing may be changed on {endpoint}: {never[endpoint]}.",
                subject=_names(plan),
                hint="Nothing was done. Only who changes the config can allow it.",
            )


def check_allowed(allowed_by: str) -> None:
    """Check that changes are allowed at all.

    Raises:
        Refused: this console is read-only.
    """
    if not allowed_by:
        raise Refused(
            "This console is read-only, which is the default.",
            hint="Allow this one command: --allow-changes (on the screen: !)",
        )


def too_late(then: datetime, now: datetime) -> str:
    """Why what was planned or ordered ``then`` is not begun any more; empty where it is.

    A clock that was set back says nothing of how old something is.
    """
    if timedelta(0) - CLOCK_STEP <= now - then <= PLAN_COUNTS:
        return ""
    minutes = PLAN_COUNTS // timedelta(minutes=1)
    made = f"{then.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return f"it is of {made}; what is not begun within {minutes} min is planned anew"


def _check_age(plan: Plan, at: datetime) -> None:
    late = too_late(plan.made_at, at) if plan.made_at else "nobody knows how old it is"
    if late:
        raise Refused(
            f"The plan is too old: {late}.", subject=_names(plan), hint="Nothing was done. Plan it again."
        )


def _check_ready(plan: Plan) -> None:
    if readiness(plan) is Readiness.READY:
        return
    stops = (Readiness.BLOCKED, Readiness.UNKNOWN)
    checks = [*plan.checks, *(check for subject in plan.subjects for check in subject.checks)]
    bad = [check for check in checks if check.readiness in stops]
    said = "; ".join(dict.fromkeys(check.text for check in bad)) or "there is nothing that could be done"
    clear = " ".join(dict.fromkeys(check.clear for check in bad if check.clear))
    raise Refused(f"{plan.operation} is blocked: {said}.", subject=_names(plan), hint=clear)


def _check_said(plan: Plan, asked: Confirmation, given: Permission) -> None:
    if not asked.attested(given.attestation):
        raise Refused(
            "The original does not answer: a person must attest that it is off.",
            subject=_names(plan),
            hint="Give all three: --attest-how TEXT --attest-at TIME --attest-by NAME",
        )
    if given.said != _wanted(asked, given):
        wanted = _wanted(asked, given)
        what = asked.what if given.on_screen else _command_what(asked)
        raise Refused(
            f"It was not confirmed: {_WHAT[what]} is asked.",
            subject=_names(plan),
            hint=f"Confirm it: --confirm {wanted!r}" if not given.on_screen else f"Type {wanted!r}.",
        )


def _wanted(asked: Confirmation, given: Permission) -> str:
    if asked.strength is Strength.NOTHING:
        return given.said
    return asked.expected if given.on_screen else asked.command


def _command_what(asked: Confirmation) -> What:
    return asked.what if asked.what in (What.NUMBER, What.IDENTIFIER) else What.NAME


def _attested(given: Attestation | None) -> dict[str, str]:
    return {"how": given.how, "at": given.at, "by": given.by} if given else {}


def _names(plan: Plan) -> str:
    return plan.subjects[0].name if len(plan.subjects) == 1 else f"{len(plan.subjects)} workloads"


_WHAT = {
    What.LETTER: "a letter",
    What.NAME: "the workload's name",
    What.IDENTIFIER: "the beginning of its identifier (its name is not unique or not plain)",
    What.SITE: "the name of the site that loses its data",
    What.NUMBER: "the number of workloads",
}
