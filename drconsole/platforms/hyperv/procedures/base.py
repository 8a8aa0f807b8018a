"""What all procedures share: the copies they are about, options, and the building of ordered steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from drconsole.domain.deep import Deep
from drconsole.domain.endpoint import EndpointKind, Estate
from drconsole.domain.plan import Check, Operation, Readiness, Subject
from drconsole.domain.replication import relation_of
from drconsole.domain.roles import Role
from drconsole.domain.snapshot import CopyState
from drconsole.domain.step import Step
from drconsole.errors import UsageError
from drconsole.platforms.acting import Case, Procedure
from drconsole.platforms.hyperv.actions import ACTIONS

# How long effects are awaited, on the endpoint's own clock. Stop-VM -Force gives a guest five minutes; before
# its call has ended nothing else can be done to the VM.
STOP_S, OFF_TWICE_S, PREPARE_S, FAILOVER_S, QUICK_S, START_S = 360.0, 90.0, 600.0, 600.0, 60.0, 180.0
REMOVE_S = 300.0
# A guest asks the network, or has its settings made, after its heartbeat is there.
ADDRESSES_S = 120.0


@dataclass(slots=True)
class Steps:
    """Steps in the order in which they are added; each follows the one before."""

    case: Case
    made: list[Step] = field(default_factory=list)
    prefix: str = ""

    def add(
        self,
        action: str,
        copy: CopyState,
        title: str,
        limit_s: float,
        params: Mapping[str, Any] | None = None,
        *,
        optional: bool = False,
        ask: str = "",
        expected: str = "",
        fallback_of: str = "",
        doubts: str = "",
    ) -> str:
        """Add a step about a copy, and give its id."""
        all_params = {"vm": copy.sighting.handle, "place": place_of(copy), **(params or {})}
        number = f"{self.prefix}{len(self.made) + 1}"
        self.made.append(
            Step(
                id=number,
                workload=self.case.workload.key,
                endpoint=copy.endpoint,
                action=action,
                params=all_params,
                title=title,
                manual=ACTIONS[action].manual(all_params),
                limit_s=limit_s,
                effect=ACTIONS[action].effect,
                after=(self.made[-1].id,) if self.made else (),
                optional=optional,
                ask=ask,
                # Replication is turned round at one end, and both are another thing afterwards.
                also=tuple(one["endpoint"] for one in all_params.get("partner", ())),
                serves=action == "await-heartbeat",
                expected=expected,
                fallback_of=fallback_of,
                doubts=doubts,
            )
        )
        return number

    def addresses(
        self,
        copy: CopyState,
        params: Mapping[str, Any] | None = None,
        *,
        planned: Mapping[str, Any] | None = None,
    ) -> None:
        """Add the step that reads what a guest that was heard tells by address.

        Args:
            planned: the settings that were planned for it, by adapter id; it must tell those then.
        """
        wanted = {
            ident: [one for one in (told["address"], told["v6"]) if one]
            for ident, told in (planned or {}).items()
        }
        title = "read that it has the addresses planned for it" if wanted else "read its addresses"
        expected = {"planned": wanted} if wanted else {}
        self.add("read-addresses", copy, title, ADDRESSES_S, {**(params or {}), **expected}, optional=True)

    def down(self, first: str) -> dict[str, str]:
        """From which step nobody is served, and with the end of which it serves again, for the subject.

        Args:
            first: the action that ends the serving.
        """
        ids = {step.action: step.id for step in self.made}
        if first not in ids:
            return {}
        return {"down_from": ids[first], "down_until": ids.get("await-heartbeat", ids.get("start", ""))}

    def record(self, copy: CopyState, role: Role, origin: str, sentence: str, **params: Any) -> str:
        """Add the step that writes the failover record of this run."""
        case = self.case
        told = {"key": case.workload.key, "role": role.value, "origin": origin, "sentence": sentence}
        told |= {"run": case.run, "by": case.by, **params}
        return self.add("write-record", copy, "write the failover record, read it back", QUICK_S, told)


def place_of(copy: CopyState) -> dict[str, str]:
    """Where a copy is, without which VM it is: a test copy is another one at the same place."""
    return {"site": copy.place.site, "where": copy.place.where}


def end_of(copy: CopyState) -> dict[str, str]:
    """A copy as other steps name it."""
    return {"endpoint": copy.endpoint, "vm": copy.sighting.handle}


def the_copy(case: Case, *roles: Role, mode: str = "") -> CopyState | None:
    """The only copy of the workload in one of these roles; None where there is none, or more than one."""
    found = [c for c in case.workload.copies if c.role in roles]
    if mode:
        found = [c for c in found if (r := relation_of(c.sighting)) and r.mode == mode]
    return found[0] if len(found) == 1 else None


def deep_of(case: Case, copy: CopyState) -> Deep | None:
    """The deep read of a copy that was taken for this plan."""
    return case.deep.get(copy.place.id)


def clustered(estate: Estate, copy: CopyState) -> bool:
    """Whether a copy is on a cluster."""
    endpoint = estate.endpoint(copy.endpoint)
    return endpoint is not None and endpoint.kind is EndpointKind.HYPERV_CLUSTER


def options_of(case: Case, known: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """The operation's options with their defaults, the first value of each; no values: any text.

    Raises:
        UsageError: an option is unknown or its value cannot be.
    """
    for name, value in case.options.items():
        if name not in known:
            names = ", ".join(sorted(known)) or "none"
            raise UsageError(f"There is no option {name!r} of this operation.", hint=f"Options: {names}.")
        if known[name] and value not in known[name]:
            hint = f"{name} is one of {', '.join(known[name])}."
            raise UsageError(f"The option {name} cannot be {value!r}.", hint=hint)
    return {name: case.options.get(name, values[0] if values else "") for name, values in known.items()}


def facts_of(case: Case) -> tuple[tuple[str, str, str], ...]:
    """What must be the same when the run starts: the names, roles, powers and states of all copies.

    What was last known is told apart: a side that fell silent meanwhile is not the same.
    """
    told: list[tuple[str, str, str]] = []
    for copy in case.workload.copies:
        relation = relation_of(copy.sighting)
        told.append((copy.place.id, "name", copy.sighting.name))
        told.append((copy.place.id, "role", copy.role.value))
        told.append((copy.place.id, "power", copy.power.value))
        told.append((copy.place.id, "seen", "now" if copy.fresh else "as last known"))
        if relation:
            told.append((copy.place.id, "state", f"{relation.mode} {relation.state}"))
            told.append((copy.place.id, "test copy", relation.test_vm or "none"))
    return tuple(told)


def subject(
    case: Case, source: CopyState | None, target: CopyState | None, checks: tuple[Check, ...], **more: Any
) -> Subject:
    """The workload of a plan."""
    return Subject(
        key=case.workload.key,
        name=case.workload.name,
        platform=case.workload.platform,
        source=source.place.site if source else "",
        target=target.place.site if target else "",
        facts=facts_of(case),
        checks=checks,
        **more,
    )


def blocked(text: str, clear: str, source: str = "") -> Check:
    """A check that forbids the operation."""
    return Check(Readiness.BLOCKED, text, source, clear)


def ready(text: str, source: str) -> Check:
    """A check that holds."""
    return Check(Readiness.READY, text, source)


def warning(text: str, source: str, clear: str = "") -> Check:
    """A check that people should know of."""
    return Check(Readiness.WARNING, text, source, clear)


def nothing(
    case: Case, operation: Operation, reason: str, clear: str, source: CopyState | None = None
) -> Procedure:
    """A procedure without steps: the operation does not fit what the workload is."""
    return Procedure(subject(case, source, None, (blocked(f"{operation}: {reason}", clear),)), ())
