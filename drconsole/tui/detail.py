"""All about one workload: its copies side by side, its alarms, deep reads, reasons and evidence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import groupby

from drconsole.domain.proven import testable
from drconsole.domain.replication import relation_of
from drconsole.domain.roles import AlarmCode, Role, Severity
from drconsole.domain.snapshot import CopyState, Workload
from drconsole.tui import deep_cells
from drconsole.tui.rows import role_ink
from drconsole.tui.widgets.fitting import fit, wrap
from drconsole.tui.widgets.ink import Line, Span, line
from drconsole.wording.actions import run_action
from drconsole.wording.ages import age, ago, exact
from drconsole.wording.alarms import alarm_text
from drconsole.wording.arrows import sentence
from drconsole.wording.deep import deep_texts
from drconsole.wording.evidence import evidence_value
from drconsole.wording.names import visible
from drconsole.wording.proven import proven_text
from drconsole.wording.roles import power, reason
from drconsole.wording.way_back import way_back_texts

PLATFORMS = {"hyperv": "Hyper-V", "vsphere": "vSphere"}
LABEL = 16
COLUMN_MIN = 20
Field = Callable[[CopyState, datetime], Line]
Fields = tuple[tuple[str, Field], ...]


def detail(workload: Workload, now: datetime, width: int) -> tuple[Line, ...]:
    """The pane below the table: what one looks at before one decides."""
    copies = _copies(workload, now, width, PANE)
    alarms = _alarms(workload, now, width)
    return (_title(workload, width), (), *copies, *alarms, *_why_late(workload, now, width))


def full_detail(
    workload: Workload,
    now: datetime,
    width: int,
    *,
    awaited: bool = True,
    proven_days: int | None = None,
    runs: Sequence[Line] = (),
) -> tuple[Line, ...]:
    """The page of one workload: more than the pane, then everything that its columns had to cut, in full.

    Args:
        awaited: deep reads come by themselves, so that it is worth telling what was not read yet.
        proven_days: how long a passed test of it counts, where the config says so.
        runs: what was run of it lately.
    """
    return (
        _title(workload, width),
        *_proven(workload, now, width, proven_days),
        *_open_run(workload, width),
        (),
        *_copies(workload, now, width, PAGE, awaited=awaited),
        *_alarms(workload, now, width),
        *runs,
        *_way_back(workload, width),
        *_closely(workload, now, width),
        *_reasons(workload, width),
        *_evidence(workload, width),
    )


def _title(workload: Workload, width: int) -> Line:
    platform = PLATFORMS.get(workload.platform.split("-")[0], visible(workload.platform))
    facts = [platform, visible(sentence(workload.arrow)), *_cycle(workload)]
    name = Span(f" {visible(workload.name)}", "strong")
    return fit((name, *(Span(f"   {fact}", "label") for fact in facts if fact)), width, middle=True)


def _proven(workload: Workload, now: datetime, width: int, days: int | None) -> list[Line]:
    """When its last test passed; nothing where it was never tested and no test could be made."""
    if workload.proven is None and not testable(workload):
        return []
    return [line(f" {piece}") for piece in wrap(f"proven {proven_text(workload, now, days)}", width - 2)]


def _open_run(workload: Workload, width: int) -> list[Line]:
    """The run that holds it: what else could be done waits for that."""
    if workload.run is None:
        return []
    text = f"{run_action(workload.run)}, or drconsole runs show {workload.run.id}"
    return [line(f" {piece}") for piece in wrap(text, width - 2)]


def _cycle(workload: Workload) -> list[str]:
    relations = [relation_of(copy.sighting) for copy in workload.copies]
    every = [relation.frequency_s for relation in relations if relation and relation.frequency_s]
    return [f"every {age(every[0])}"] if every else []


def _copies(
    workload: Workload,
    now: datetime,
    width: int,
    fields: Fields,
    *,
    awaited: bool = True,
) -> list[Line]:
    """One column for each copy, as many as have room; the others are named below."""
    room = width - LABEL - 2
    shown = workload.copies[: max(room // COLUMN_MIN, 1)]
    column = room // len(shown)
    lines = [_row("", [_site(copy) for copy in shown], column)]
    for label, draw in fields:
        cells = [draw(copy, now) for copy in shown]
        if not awaited:
            cells = [() if cell == (deep_cells.AWAITED,) else cell for cell in cells]
        if any(cells):
            lines.append(_row(label, [cell or line("-") for cell in cells], column))
    for copy in workload.copies[len(shown) :]:
        text = f" also: {copy.role} at {visible(copy.place.site)}, {visible(copy.place.where)}"
        lines.append(fit(line(text), width))
    return lines


def _row(label: str, cells: Sequence[Line], column: int) -> Line:
    spans = [*fit((Span(f"   {label}", "label"),), LABEL + 2)]
    for cell in cells:
        spans += [*fit(cell, column - 1), Span(" ")]
    return tuple(spans)


def _site(copy: CopyState) -> Line:
    return (Span(visible(copy.place.site).upper(), "label"),)


def _role(copy: CopyState, _now: datetime) -> Line:
    return (Span(copy.role.value, role_ink(copy.role)),)


def _power(copy: CopyState, _now: datetime) -> Line:
    uptime = f" {age(copy.sighting.uptime_s)}" if copy.sighting.uptime_s else ""
    normal = " (normal for a replica)" if copy.role is Role.REPLICA and copy.power == "off" else ""
    return line(f"{power(copy)}{uptime}{normal}")


def _where(copy: CopyState, _now: datetime) -> Line:
    stores = ", ".join(map(visible, copy.sighting.datastores))
    return line(visible(copy.place.where), f"  {stores}" if stores else "")


def _replication(copy: CopyState, _now: datetime) -> Line:
    relation = relation_of(copy.sighting)
    if relation:
        ink = "" if relation.health in ("Normal", "") else "warning"
        comma = ", " if relation.health else ""
        return line(f"{visible(relation.state)}{comma}", Span(visible(relation.health), ink))
    if copy.sighting.hbr:
        return line("paused by its configuration" if copy.sighting.hbr.paused else "configured")
    return ()


def _last_sync(copy: CopyState, now: datetime) -> Line:
    if copy.rpo_s is None:
        return ()
    if not copy.fresh:
        return line(Span(f"{ago(copy.rpo_s)}, as seen {ago((now - copy.taken_at).total_seconds())}", "muted"))
    target = f" (target {age(copy.rpo_target_s)})" if copy.rpo_target_s else ""
    late = bool(copy.rpo_target_s and copy.rpo_s > copy.rpo_target_s)
    return line(Span(f"{ago(copy.rpo_s)}{target}{' !' if late else ''}", "warning" if late else ""))


def _known_from(copy: CopyState, now: datetime) -> Line:
    seen = ago((now - copy.taken_at).total_seconds())
    names = ", ".join(map(visible, copy.seen_by or (copy.endpoint,)))
    return line(f"{names}, ", Span(seen) if copy.fresh else Span(f"last {seen}", "warning"))


STATE: Fields = (
    ("role", _role),
    ("power", _power),
    ("where", _where),
    ("replication", _replication),
    ("last sync", _last_sync),
)
POINTS: Fields = (
    ("points", deep_cells.points),
    ("consistency", deep_cells.consistency),
    ("networks", deep_cells.networks),
    ("disks", deep_cells.disks),
)
PANE: Fields = (
    *STATE,
    *POINTS,
    ("read deep", deep_cells.read_long_ago),
    ("known from", _known_from),
)
PAGE: Fields = (
    *STATE,
    ("extended", deep_cells.extended),
    *POINTS,
    ("starts itself", deep_cells.start),
    ("test copy", deep_cells.tested),
    ("cycles", deep_cells.cycles),
    ("pending", deep_cells.pending),
    ("a cycle takes", deep_cells.latency),
    ("read deep", deep_cells.read_deep),
    ("known from", _known_from),
)


def _alarms(workload: Workload, now: datetime, width: int) -> list[Line]:
    texts: dict[str, Severity] = {}
    for alarm in workload.all_alarms:
        texts.setdefault(alarm_text(alarm, now), alarm.severity)
    lines: list[Line] = []
    for text, severity in texts.items():
        ink = {Severity.CRITICAL: "critical", Severity.WARNING: "warning"}.get(severity, "")
        lines += [(Span(f" {piece}", ink),) for piece in wrap(text, width - 2)]
    return [(), *lines] if lines else []


def _way_back(workload: Workload, width: int) -> list[Line]:
    """Whether cancel still leads back, and what would be in the way of a reverse."""
    texts = way_back_texts(workload)
    lines = [line(Span(f" {piece}")) for text in texts for piece in wrap(text, width - 2)]
    return [(), *lines] if lines else []


def _why_late(workload: Workload, now: datetime, width: int) -> list[Line]:
    """What the sending end counted where copies are late; the page tells that among all statistics."""
    late = any(alarm.code is AlarmCode.RPO for alarm in workload.all_alarms)
    texts = [deep_cells.why_late(copy, now) for copy in workload.copies] if late else []
    return [line(Span(f" {piece}")) for text in texts if text for piece in wrap(text, width - 2)]


def _closely(workload: Workload, now: datetime, width: int) -> list[Line]:
    """What looking closely gave, copy by copy and in full."""
    lines: list[Line] = []
    for copy in workload.copies:
        if copy.inspection:
            heading, *texts = deep_texts(copy, now)
            lines += [(), *_told(heading, width)]
            lines += [line(f"   {piece}") for text in texts for piece in wrap(text, width - 4)]
    return lines


def _reasons(workload: Workload, width: int) -> list[Line]:
    lines: list[Line] = [(), (Span(" why these roles", "label"),)]
    for copy in workload.copies:
        text = f"{copy.role} at {visible(copy.place.site)}: {reason(copy)} (rule {copy.row or 'none'})"
        lines += [line(f"   {piece}") for piece in wrap(text, width - 4)]
    return lines


def _evidence(workload: Workload, width: int) -> list[Line]:
    """What was seen, under the endpoint that told it and the time of its own clock."""
    lines: list[Line] = []
    for copy in workload.copies:
        for (endpoint, at), facts in groupby(copy.evidence, key=lambda fact: (fact.endpoint, fact.at)):
            lines += [(), *_told(f"seen by {visible(endpoint)}, whose clock said {exact(at)}", width)]
            for fact in facts:
                pieces = wrap(evidence_value(fact), width - LABEL - 4)
                names = [visible(fact.what), *[""] * (len(pieces) - 1)]
                lines += [
                    (*fit((Span(f"   {name}", "label"),), LABEL + 2), Span(piece))
                    for name, piece in zip(names, pieces, strict=True)
                ]
    return [*lines, (), *_key(workload, width)]


def _told(text: str, width: int) -> list[Line]:
    return [(Span(f" {piece}", "label"),) for piece in wrap(text, width - 2)]


def _key(workload: Workload, width: int) -> list[Line]:
    """What the workload is called in full: names may differ where the title was cut."""
    texts = (f"name {visible(workload.name)}", f"key {visible(workload.key)}")
    return [(Span(f" {piece}", "muted"),) for text in texts for piece in wrap(text, width - 2)]
