"""What the config says of changing something: nowhere, where a person allows it, or after a confirmation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from drconsole.domain.endpoint import Changes
from drconsole.domain.plan import Check, Plan, Readiness, Subject

if TYPE_CHECKING:
    from drconsole.domain.endpoint import Estate

SAYS_NEVER = "the config says changes: never"
ARMED_BY = "changes: armed, in the config"
CLEAR = "Only who changes the config can allow it: changes: ask, under that site."


def frozen_sites(estate: Estate) -> dict[str, str]:
    """The sites on which nothing may be changed, each with what says so."""
    return {site.name: SAYS_NEVER for site in estate.sites if site.changes is Changes.NEVER}


def frozen_endpoints(estate: Estate) -> dict[str, str]:
    """The endpoints on which nothing may be changed, each with what says so."""
    frozen = frozen_sites(estate)
    return {one.name: f"{SAYS_NEVER} of {one.site}" for one in estate.endpoints if one.site in frozen}


def armed_by(plan: Plan, estate: Estate) -> str:
    """What allows a plan without a person's word; empty where one of its sites does not."""
    from drconsole.runs.ordering import changed_by

    changed = changed_by(plan)
    armed = all(estate.changes_at(endpoint) is Changes.ARMED for endpoint in changed)
    return ARMED_BY if changed and armed else ""


def with_frozen(plan: Plan, estate: Estate) -> Plan:
    """The plan with a blocked check for every workload whose steps would change what must not be changed."""
    frozen = frozen_endpoints(estate)
    changed: dict[str, set[str]] = {}
    for step in (*plan.steps, *plan.compensation):
        changed.setdefault(step.workload, set()).update(frozen.keys() & set(step.changed))
    return replace(
        plan, subjects=tuple(_frozen(one, sorted(changed.get(one.key, ())), frozen) for one in plan.subjects)
    )


def _frozen(subject: Subject, endpoints: list[str], why: dict[str, str]) -> Subject:
    checks = [
        Check(Readiness.BLOCKED, f"nothing may be changed on {name}: {why[name]}", "config", CLEAR)
        for name in endpoints
    ]
    return replace(subject, checks=(*checks, *subject.checks))
