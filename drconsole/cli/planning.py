"""From words on the command line to a plan: read, look closely, ask the platforms how it is done there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from drconsole.cli.reading import snapshot_once, workload_named
from drconsole.domain.bulk import without_blocked
from drconsole.domain.confirmation import Planned
from drconsole.domain.plan import Check, Operation, Plan, Readiness, Subject
from drconsole.errors import UsageError

if TYPE_CHECKING:
    from drconsole.config.model import Config
    from drconsole.domain.snapshot import Snapshot, Workload
    from drconsole.platforms.acting import Case, Procedure

_LOOKS_AT_ONCE = 8


def operation_named(word: str) -> Operation:
    """The operation of that name.

    Raises:
        UsageError: there is none.
    """
    try:
        return Operation(word)
    except ValueError:
        names = ", ".join(one.value for one in Operation)
        raise UsageError(f"There is no operation {word!r}.", hint=f"Operations: {names}.") from None


def options_from(pairs: Iterable[str]) -> dict[str, str]:
    """Options as given: ``K=V``.

    Raises:
        UsageError: one is not of that form, or given twice.
    """
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name or name in found:
            raise UsageError(f"--option {pair!r} is not NAME=VALUE, once for each name.")
        found[name] = value
    return found


def planned(
    config: Config,
    operation: Operation,
    words: Sequence[str],
    options: Mapping[str, str],
    wait_s: float,
    *,
    leave_out: bool = False,
) -> Planned:
    """Plan an operation on workloads that are named by words; nothing is changed anywhere.

    Args:
        leave_out: go on without those that cannot be done, where others can.

    Raises:
        UsageError: a word names no workload or several, or an option is unknown.
        StateError: the journal cannot be read.
    """
    snapshot = snapshot_once(config, wait_s)
    workloads = list({w.key: w for w in (workload_named(snapshot, word) for word in words)}.values())
    made = planned_on(config, snapshot, workloads, operation, options, wait_s)
    return without_blocked(made) if leave_out else made


def planned_on(
    config: Config,
    snapshot: Snapshot,
    workloads: Sequence[Workload],
    operation: Operation,
    options: Mapping[str, str],
    wait_s: float,
) -> Planned:
    """Plan an operation on workloads of a snapshot that was just read; they are looked at closely here.

    Raises:
        UsageError: an option is unknown.
        StateError: the journal cannot be read.
    """
    from drconsole.cli.basis import basis_of
    from drconsole.cli.permitted import with_frozen
    from drconsole.domain.confirmation import confirmation
    from drconsole.runs.execute import login
    from drconsole.runs.journal import new_id
    from drconsole.runs.planner import merged, with_check
    from drconsole.runs.survival import survival

    run, by, made_at = new_id(), login(), datetime.now(UTC)
    with ThreadPoolExecutor(_LOOKS_AT_ONCE) as pool:
        looks = list(pool.map(lambda w: _looked(config, w, wait_s), workloads))
    procedures = [
        _with_pending(
            _procedure(operation, _case(config, snapshot, workload, looked, options, run, by)),
            operation,
            looked,
        )
        for workload, looked in zip(workloads, looks, strict=True)
    ]
    plan = merged(
        operation,
        config.estate.environment,
        procedures,
        options=options,
        priorities=config.estate.priorities,
        made_at=made_at,
    )
    plan = with_frozen(replace(plan, basis=tuple(sorted(basis_of(config, plan).items()))), config.estate)
    plan = _with_journal(config, plan)
    lives = survival()
    if lives.ended_by:
        text = f"the run would not outlive your login: {lives.ended_by}"
        plan = with_check(plan, Check(Readiness.WARNING, text, "this machine", lives.clear))
    names = tuple(workload.name for workload in snapshot.workloads)
    return Planned(run, plan, confirmation(plan, names, _silent(workloads)), names)


def _with_journal(config: Config, plan: Plan) -> Plan:
    """The plan with what the journal tells: open runs, and how long it took the last times.

    Raises:
        StateError: the journal cannot be read.
    """
    from drconsole.runs.durations import with_estimates
    from drconsole.runs.journal import Journal
    from drconsole.runs.past import Past
    from drconsole.runs.planner import with_open_runs
    from drconsole.runs.store import Store
    from drconsole.wording.runs import down_time

    store = Store(config.state)
    try:
        journal = Journal(store)
        told = with_estimates(with_open_runs(plan, journal.holders()), Past().runs(journal))
    finally:
        store.close()
    costs = ((one, down_time(one)) for one in told.subjects)
    return replace(
        told,
        subjects=tuple(replace(one, costs=(*one.costs, *([text] if text else ()))) for one, text in costs),
    )


def facts_now(
    config: Config, snapshot: Snapshot, plan: Plan, run: str, by: str
) -> dict[str, tuple[tuple[str, str, str], ...]]:
    """What a plan's subjects are now, for the comparison at the start of its run."""
    facts = {}
    wanted = {subject.key for subject in plan.subjects}
    for workload in snapshot.workloads:
        if workload.key in wanted:
            case = _case(config, snapshot, workload, workload, plan.options, run, by)
            facts[workload.key] = _procedure(plan.operation, case).subject.facts
    return facts


def _case(
    config: Config,
    snapshot: Snapshot,
    workload: Workload,
    looked: Workload,
    options: Mapping[str, str],
    run: str,
    by: str,
) -> Case:
    """``looked`` is the same workload with what looking closely at its copies gave."""
    from drconsole.platforms.acting import Case

    seen = {copy.place.id: copy.inspection for copy in looked.copies if copy.inspection}
    return Case(
        workload,
        config.estate,
        {ident: one.deep for ident, one in seen.items() if one.deep},
        options,
        run,
        by,
        brokers={status.name: status.broker for status in snapshot.endpoints if status.broker},
        unread={ident: one.failed for ident, one in seen.items() if one.failed},
    )


def _looked(config: Config, workload: Workload, wait_s: float) -> Workload:
    from drconsole.cli.look import look_closely

    return look_closely(config, workload, wait_s)


def _procedure(operation: Operation, case: Case) -> Procedure:
    """How the platform does it; blocked where the workload's state forbids it, or nobody built it."""
    from drconsole.cli import wiring
    from drconsole.platforms.acting import Procedure

    workload = case.workload
    procedures = wiring.procedures_of(workload.platform)
    made = procedures.procedure(operation, case) if procedures else None
    if refused := wiring.refusal(operation, workload):
        facts = made.subject.facts if made else ()
        subject = Subject(workload.key, workload.name, workload.platform, "", "", facts, checks=(refused,))
        made = Procedure(subject, ())
    assert made is not None
    # The platform's own text, letter by letter: what is typed for a confirmation is compared with it.
    reads = tuple(sorted({copy.endpoint for copy in workload.copies}))
    return replace(made, subject=replace(made.subject, name=workload.name, reads=reads))


def _with_pending(made: Procedure, operation: Operation, looked: Workload) -> Procedure:
    """The procedure with what is still to be sent before the other side takes over, where that is known."""
    from drconsole.domain.replication import PRIMARY, mode_of
    from drconsole.wording.statistics import left_to_send

    if operation is not Operation.PLANNED_FAILOVER or not made.steps:
        return made
    sending = [copy.inspection for copy in looked.copies if mode_of(copy.sighting) == PRIMARY]
    now = datetime.now(UTC)
    texts = tuple(text for seen in sending if seen and (text := left_to_send(seen, now)))
    return replace(made, subject=replace(made.subject, costs=(*made.subject.costs, *texts)))


def _silent(workloads: Iterable[Workload]) -> list[str]:
    from drconsole.domain.roles import Role

    return [
        workload.key
        for workload in workloads
        if not any(copy.role is Role.ORIGINAL and copy.fresh for copy in workload.copies)
    ]


def operation_argument(command: click.decorators.FC) -> click.decorators.FC:
    """The arguments and options that ``plan`` and ``run`` share."""
    from drconsole.cli import read_options

    wait = read_options.wait(told="Seconds to wait for endpoints; nothing is done on silent ones.")
    leave_out = click.option(
        "--leave-out-blocked",
        is_flag=True,
        help="Go on with the workloads that can be done; the others are named with the reason.",
    )
    option = click.option(
        "--option", "options", multiple=True, metavar="K=V", help="A choice of the operation."
    )
    named = click.argument("workloads", nargs=-1, required=True, metavar="WORKLOAD...")
    return click.argument("operation")(named(option(leave_out(wait(read_options.as_json(command))))))
