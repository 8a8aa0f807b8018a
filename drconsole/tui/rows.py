"""The cells of the inventory's lines: words first, inks repeat what the words say."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from datetime import datetime

from rich.cells import cell_len

from drconsole.domain.reading import Power
from drconsole.domain.roles import AlarmCode, ArrowKind, Role, Severity
from drconsole.domain.snapshot import CopyState, EndpointState, EndpointStatus, Workload
from drconsole.tui.columns import Layout
from drconsole.tui.sorting import best_sync
from drconsole.tui.views import Row, View, ends_of
from drconsole.tui.widgets.ink import Line, Span
from drconsole.wording.actions import next_action
from drconsole.wording.ages import age, rpo
from drconsole.wording.arrows import between
from drconsole.wording.endpoints import is_asked
from drconsole.wording.names import visible
from drconsole.wording.roles import cell

# As many letters of an Id as commands take for it.
IDENT = 6
PLATFORMS = {"hyperv": "HV", "vsphere": "VS"}


def cells(
    row: Row,
    view: View,
    layout: Layout,
    absent: Mapping[str, str],
    now: datetime,
    *,
    news: bool = False,
    twins: Container[str] = (),
) -> tuple[Line, ...]:
    """Draw one line, a cell for each column of the layout.

    Args:
        absent: for sites where absence means nothing, why (``absences``).
        news: it changed since somebody looked.
        twins: names that several workloads have: the beginning of its Id stands beside such a one.
    """
    left, right = _places(row.third, view) if row.third else ends_of(row.workload, view)
    name = _name(row, view, twins, news=news)
    drawn = [name, _site(row, left, view.left, absent, now, layout.site)]
    if view.right:
        drawn += [_arrow(row, view), _site(row, right, view.right, absent, now, layout.site)]
    if layout.rpo:
        drawn.append(_rpo(row))
    if layout.proven:
        drawn.append(_proven(row, now))
    if layout.on:
        drawn.append((Span(PLATFORMS.get(row.workload.platform.split("-")[0], "?"), "muted"),))
    if layout.next:
        drawn.append(() if row.third else (Span(_next(row.workload, layout.next)),))
    return tuple(drawn)


def _next(workload: Workload, width: int) -> str:
    """What is due; how it is done only where that has room too: the lines above the keys tell all of it."""
    action = next_action(workload)
    return action if cell_len(action) <= width else action.partition("; ")[0]


def _proven(row: Row, now: datetime) -> Line:
    """How long ago a test of it was last passed; ``!`` where that is too long."""
    workload = row.workload
    if row.third:
        return ()
    late = any(alarm.code is AlarmCode.NOT_PROVEN for alarm in workload.all_alarms)
    if workload.proven is None:
        return (Span("never!", "warning"),) if late else (Span("-", "muted"),)
    text = age(max((now - workload.proven).total_seconds(), 0.0))
    return (Span(f"{text}!", "warning"),) if late else (Span(text),)


def absences(endpoints: Iterable[EndpointStatus]) -> dict[str, str]:
    """Sites of which some endpoint does not answer, and whether it was silent or only not heard yet."""
    quiet = [e for e in endpoints if e.state not in (EndpointState.OK, EndpointState.PARTIAL)]
    asking = {e.site: "asking" for e in quiet}
    return asking | {e.site: "silent" for e in quiet if not is_asked(e)}


def role_ink(role: Role) -> str:
    """The ink of a role."""
    return role.value.lower().replace(" ", "-")


def copy_spans(copy: CopyState, now: datetime, width: int) -> Line:
    """A copy in its site's column: the role in its ink, then what matters besides."""
    text = cell(copy, now)
    rest = text.removeprefix(copy.role.value)
    if len(text) > width and not copy.fresh:
        rest = rest.replace(" seen ", " (", 1) + ")"
    return (Span(copy.role.value, role_ink(copy.role)), Span(rest, "" if copy.fresh else "muted"))


def worst(workload: Workload) -> Severity | None:
    """The severity of a workload's worst alarm."""
    return max((alarm.severity for alarm in workload.all_alarms), default=None)


def _name(row: Row, view: View, twins: Container[str], *, news: bool) -> Line:
    if row.third:
        return (Span(f"  {_third(row.third, view)}", "muted"),)
    ink = "critical" if worst(row.workload) is Severity.CRITICAL else "strong" if news else ""
    name = Span(visible(row.workload.name), ink)
    if row.workload.name not in twins:
        return (name,)
    return (name, Span(f" {row.workload.key.partition(':')[2][:IDENT]}", "muted"))


def _third(copy: CopyState, view: View) -> str:
    """What a further copy is, and where it is when no column says so."""
    what = "further copy"
    if copy.role is Role.TEST_COPY:
        uptime = copy.sighting.uptime_s
        since = f" since {age(uptime)}" if uptime and copy.power is Power.ON else ""
        what = f"test{since}"
    return what if copy.place.site in view.sites else f"{visible(copy.place.site)}: {what}"


def _places(third: CopyState, view: View) -> tuple[CopyState | None, CopyState | None]:
    """The column of a further copy: its site's, or the first where its site has none."""
    at_right = bool(view.right) and third.place.site == view.right
    return (None, third) if at_right else (third, None)


def _arrow(row: Row, view: View) -> Line:
    if row.third:
        return ()
    text = between(row.workload.arrow, view.left)
    bad = row.workload.arrow.kind in (ArrowKind.CONTRADICTION, ArrowKind.FAILED_OVER)
    return (Span(text, "critical" if bad else "arrow"),)


def _site(
    row: Row, copy: CopyState | None, site: str, absent: Mapping[str, str], now: datetime, width: int
) -> Line:
    if copy:
        return copy_spans(copy, now, width)
    if row.third:
        return ()
    if row.workload.arrow.kind is ArrowKind.NONE:
        return ()
    return (Span(f"({absent.get(site, 'not seen')})", "muted"),)


def _rpo(row: Row) -> Line:
    if row.third:
        return ()
    workload = row.workload
    kind = workload.arrow.kind
    if kind is ArrowKind.NONE or kind is ArrowKind.CONTRADICTION:
        return (Span("-", "muted"),)
    if kind is ArrowKind.FAILED_OVER:
        return (Span("unprot.", "warning"),)
    best = best_sync(workload)
    if best is None:
        known = any(copy.rpo_s is not None for copy in workload.copies)
        return (Span("?" if known or not any(c.fresh for c in workload.copies) else "-", "muted"),)
    late = any(alarm.code is AlarmCode.RPO for alarm in workload.all_alarms)
    return (Span(rpo(best.rpo_s, best.rpo_target_s), "warning" if late else ""),)
