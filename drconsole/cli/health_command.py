"""``drconsole health``: a line for each problem, the worst first, and an exit code for monitoring."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from drconsole.cli import read_options
from drconsole.cli.choices import Choices, prepared
from drconsole.cli.reading import snapshot_once

if TYPE_CHECKING:
    from collections.abc import Sequence

    from drconsole.cli.acknowledgements import Told
    from drconsole.domain.snapshot import Snapshot
    from drconsole.tui.alarm_list import Entry
    from drconsole.wording.filtering import Filter

OK, WARNING, CRITICAL, UNKNOWN = 0, 1, 2, 3
STATES = {OK: "ok", WARNING: "warning", CRITICAL: "critical", UNKNOWN: "unknown"}


@click.command("health")
@read_options.wait()
@read_options.filter_text
@read_options.as_json
@click.pass_obj
def health_command(choices: Choices, wait_s: float, filter_text: str, as_json: bool) -> int:
    """Tell what is wrong, the worst first.

    Exit codes as monitoring expects them: 0 ok, 1 warning, 2 critical, 3 unknown: no endpoint answers, or the
    command itself is wrong. A replica that is off is normal; an original that is off is not. With --filter it
    speaks of the workloads that pass and of the endpoints at their sites; unknown when none passes a filter
    that does not ask for alarms. What 'alarms acknowledge' set aside is shown last and counted, and changes
    no exit code.
    """
    from drconsole.cli import answers, listing
    from drconsole.cli.acknowledgements import with_acknowledgements
    from drconsole.cli.journaled import with_journal
    from drconsole.tui.alarm_list import entries_of
    from drconsole.wording.acknowledged import acknowledged

    config = prepared(choices)
    wanted = listing.read_filter(filter_text, config.estate)
    snapshot = narrowed(with_journal(config, snapshot_once(config, wait_s)), wanted)
    problems = with_acknowledgements(config, entries_of(snapshot))
    code = exit_code(snapshot, [problem for problem, told in problems if told is None])
    if wanted and not snapshot.workloads and not wanted.asks_for_alarms:
        code = UNKNOWN
    if as_json:
        click.echo(answers.encoded(answers.health_answer(snapshot, problems, STATES[code])), nl=False)
        return code
    click.echo(_first_line(snapshot, problems, code))
    for problem, told in problems:
        text = problem.text(snapshot.taken_at)
        if told is None:
            click.echo(f"{problem.alarm.severity.name.lower()}: {text}")
        else:
            click.echo(f"{text}; {acknowledged(told)}")
    return code


def narrowed(snapshot: Snapshot, wanted: Filter) -> Snapshot:
    """What passes a filter, and the endpoints where it is or may have its other copy; nothing passed: all."""
    from drconsole.wording.haystack import Haystacks

    if not wanted:
        return snapshot
    haystacks = Haystacks()
    passing = tuple(workload for workload in snapshot.workloads if wanted.passes(workload, haystacks))
    sites = {copy.place.site for workload in passing for copy in workload.copies}
    # Where the other copy of one that is protected is may never have been seen.
    own = {copy.place.site for workload in passing if workload.listed for copy in workload.copies}
    sites |= {one for pair in snapshot.estate.pairs if own & set(pair.sites) for one in pair.sites}
    endpoints = tuple(status for status in snapshot.endpoints if not sites or status.site in sites)
    return replace(snapshot, workloads=passing, endpoints=endpoints)


def exit_code(snapshot: Snapshot, problems: Sequence[Entry]) -> int:
    """The worst that is true; unknown where nothing answers."""
    from drconsole.domain.roles import Severity
    from drconsole.domain.snapshot import EndpointState

    answering = [e for e in snapshot.endpoints if e.state in (EndpointState.OK, EndpointState.PARTIAL)]
    if snapshot.endpoints and not answering:
        return UNKNOWN
    worst = max((p.alarm.severity for p in problems), default=Severity.INFO)
    return {Severity.CRITICAL: CRITICAL, Severity.WARNING: WARNING}.get(worst, OK)


def _first_line(snapshot: Snapshot, problems: Sequence[Told], code: int) -> str:
    """One line that a monitoring system shows alone."""
    protected = sum(w.listed for w in snapshot.workloads)
    silent = sum(e.silent_since is not None for e in snapshot.endpoints)
    text = f"{STATES[code].upper()}: {protected} workloads, {len(problems)} problems"
    known = sum(told is not None for _, told in problems)
    text += f", {known} of them acknowledged" if known else ""
    return f"{text}, {silent} of {len(snapshot.endpoints)} endpoints do not answer" if silent else text
