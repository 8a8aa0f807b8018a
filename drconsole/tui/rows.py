"""The cells of the inventory's lines: words first, inks repeat what the words say."""

from __future__ import annotations

from datetime import datetime

from drconsole.domain.reading import Power
from drconsole.domain.roles import AlarmCode, ArrowKind, Role, Severity
from drconsole.domain.snapshot import CopyState, Workload
from drconsole.tui.columns import Layout
from drconsole.tui.views import Row, View
from drconsole.tui.widgets.ink import Line, Span
from drconsole.wording.actions import next_action
from drconsole.wording.ages import age, rpo
from drconsole.wording.arrows import between
from drconsole.wording.names import visible
from drconsole.wording.roles import cell

PLATFORMS = {"hyperv": "HV", "vsphere": "VS"}


def cells(row: Row, view: View, layout: Layout, silent: frozenset[str], now: datetime) -> tuple[Line, ...]:
    """Draw one line, a cell for each column of the layout.

    Args:
        silent: sites of which some endpoint does not answer; there absence means nothing.
    """
    drawn = [_name(row, now), _site(row, row.left, view.left, silent, now)]
    if view.right:
        drawn += [_arrow(row, view), _site(row, row.right, view.right, silent, now)]
    if layout.rpo:
        drawn.append(_rpo(row))
    if layout.on:
        drawn.append((Span(PLATFORMS.get(row.workload.platform.split("-")[0], "?"), "muted"),))
    if layout.next:
        drawn.append(() if row.third else (Span(next_action(row.workload)),))
    return tuple(drawn)


def role_ink(role: Role) -> str:
    """The ink of a role."""
    return role.value.lower().replace(" ", "-")


def copy_spans(copy: CopyState, now: datetime) -> Line:
    """A copy in its site's column: the role in its ink, then what matters besides."""
    rest = cell(copy, now).removeprefix(copy.role.value)
    return (Span(copy.role.value, role_ink(copy.role)), Span(rest, "" if copy.fresh else "muted"))


def worst(workload: Workload) -> Severity | None:
    """The severity of a workload's worst alarm."""
    return max((alarm.severity for alarm in workload.all_alarms), default=None)


def _name(row: Row, now: datetime) -> Line:
    if row.third:
        return (Span(f"  {_third(row, row.third)}", "muted"),)
    ink = "critical" if worst(row.workload) is Severity.CRITICAL else ""
    return (Span(visible(row.workload.name), ink),)


def _third(row: Row, copy: CopyState) -> str:
    """What a further copy is, and where it is when no column says so."""
    what = "further copy"
    if copy.role is Role.TEST_COPY:
        uptime = copy.sighting.uptime_s
        since = f" since {age(uptime)}" if uptime and copy.power is Power.ON else ""
        what = f"test{since}"
    return what if row.ends else f"{visible(copy.place.site)}: {what}"


def _arrow(row: Row, view: View) -> Line:
    if row.third:
        return ()
    text = between(row.workload.arrow, view.left)
    bad = row.workload.arrow.kind in (ArrowKind.CONTRADICTION, ArrowKind.FAILED_OVER)
    return (Span(text, "critical" if bad else "arrow"),)


def _site(row: Row, copy: CopyState | None, site: str, silent: frozenset[str], now: datetime) -> Line:
    if copy:
        return copy_spans(copy, now)
    if row.third:
        return copy_spans(row.third, now) if not row.ends and site else ()
    if row.workload.arrow.kind is ArrowKind.NONE:
        return ()
    return (Span("(silent)" if site in silent else "(not seen)", "muted"),)


def _rpo(row: Row) -> Line:
    if row.third:
        return ()
    workload = row.workload
    kind = workload.arrow.kind
    if kind is ArrowKind.NONE or kind is ArrowKind.CONTRADICTION:
        return (Span("-", "muted"),)
    if kind is ArrowKind.FAILED_OVER:
        return (Span("unprot.", "warning"),)
    known = [copy for copy in workload.copies if copy.rpo_s is not None]
    fresh = [copy for copy in known if copy.fresh]
    if not fresh:
        return (Span("?" if known or not any(c.fresh for c in workload.copies) else "-", "muted"),)
    best = min(fresh, key=lambda copy: copy.rpo_s or 0)
    late = any(alarm.code is AlarmCode.RPO for alarm in workload.all_alarms)
    return (Span(rpo(best.rpo_s, best.rpo_target_s), "warning" if late else ""),)
