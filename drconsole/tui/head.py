"""The first two lines of every screen: where am I, who answers, and the worst thing that is true now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rich.cells import cell_len

from drconsole.domain.roles import AlarmCode, Severity
from drconsole.domain.snapshot import Snapshot
from drconsole.tui.alarm_list import Summary
from drconsole.tui.picture import Picture
from drconsole.tui.standing import ANSWERS, site_line, standings
from drconsole.tui.widgets.fitting import fit
from drconsole.tui.widgets.ink import Line, Span, line, plain
from drconsole.wording.ages import ago
from drconsole.wording.names import visible

GAP = Span("   ")
ALL = (Span(" a", "key"), Span(" all alarms "))
ALL_BRIEF = (Span(" a", "key"), Span(" all "))


def head(picture: Picture | None, now: datetime, width: int, *, asked: bool) -> tuple[Line, Line]:
    """Both lines, each exactly ``width`` cells."""
    if picture is None:
        first = _ends(line(" drconsole"), line("starting "), width)
        return first, fit(line(" nothing was read yet"), width)
    snapshot = picture.snapshot
    brand: Line = (Span(" drconsole  ", "label"),)
    environment = (Span(f" {visible(snapshot.estate.environment)}", "strong"), *_insecure(snapshot), GAP)
    right = line(f"  {_read(snapshot, now, asked=asked)} ")
    room = width - cell_len(plain(environment)) - cell_len(plain(right))
    sites, hidden = _sites(snapshot, now, room - cell_len(plain(brand)))
    if hidden:
        brand, (sites, hidden) = (), _sites(snapshot, now, room)
    first = _ends((*brand, *environment, *_joined(sites, hidden)), right, width)
    return first, _alarms(snapshot, picture.summary, now, width)


def _insecure(snapshot: Snapshot) -> Line:
    """The word for what the config accepts by name, wherever one looks: the alarm may stand below others."""
    if any(alarm.code is AlarmCode.INSECURE for status in snapshot.endpoints for alarm in status.alarms):
        return (Span(" INSECURE", "critical"),)
    return ()


def _ends(left: Line, right: Line, width: int) -> Line:
    """Something at either end of a line; the right end is never cut."""
    return (*fit(left, max(width - cell_len(plain(right)), 0)), *right)


def _read(snapshot: Snapshot, now: datetime, *, asked: bool) -> str:
    """How old the oldest of the answers is that count as current."""
    if asked:
        return "reading ..."
    times = [e.last_read for e in snapshot.endpoints if e.state in ANSWERS and e.last_read]
    if times:
        return f"read {ago((now - min(times)).total_seconds())}"
    return "no answer yet" if snapshot.endpoints else "no endpoints"


def _sites(snapshot: Snapshot, now: datetime, room: int) -> tuple[list[Line], int]:
    """Site by site who answers, and how many sites had no room; the troubled stay longest."""
    shown = list(standings(snapshot).items())
    hidden = 0
    for words in (3, 2, 1, 0):
        spans = [site_line(site, found, now, words) for site, found in shown]
        if _width(spans) <= room:
            return spans, hidden
    while len(shown) > 1 and _width(spans) + len("   +9 more") > room:
        calm = [item for item in shown if all(one.up for one in item[1])]
        shown.remove((calm or shown)[-1])
        hidden += 1
        spans = [site_line(site, found, now, 0) for site, found in shown]
    return spans, hidden


def _width(sites: Sequence[Line]) -> int:
    """The cells of these sites with gaps between them; the last one needs none."""
    return sum(cell_len(plain(site)) + cell_len(GAP.text) for site in sites) - cell_len(GAP.text)


def _joined(sites: Sequence[Line], hidden: int) -> Line:
    more = ((Span(f"+{hidden} more", "muted"),),) if hidden else ()
    first, *others = (*sites, *more) or ((),)
    return (*first, *(span for each in others for span in (GAP, *each)))


def _alarms(snapshot: Snapshot, summary: Summary, now: datetime, width: int) -> Line:
    entries = summary.entries
    if not entries:
        return fit(_calm(snapshot, summary), width)
    critical = entries[0].alarm.severity is Severity.CRITICAL
    ink = "critical" if critical else "warning"
    count = f" {summary.open} alarm{'s' if summary.open > 1 else ''} "
    if not summary.open:
        # Known is not new: it stands there without a colour that calls.
        count, ink = f" {len(entries)} acknowledged ", ""
    badge = Span(count, f"badge-{ink}" if ink else "strong")
    room = width - cell_len(count) - 1
    told = entries[0].brief(now, room - cell_len(plain(ALL)))
    if told != entries[0].text(now):
        told = entries[0].brief(now, room - cell_len(plain(ALL_BRIEF)))
    key = ALL if cell_len(told) + cell_len(plain(ALL)) <= room else ALL_BRIEF
    return _ends((badge, Span(f" {told}", ink or "muted")), key, width)


def _calm(snapshot: Snapshot, summary: Summary) -> Line:
    """No alarm, as far as anybody answers, and what is due next."""
    answering = [status for status in snapshot.endpoints if status.state in ANSWERS]
    if not answering:
        return line(Span(" nobody has answered yet; what is shown is last known", "muted"))
    if len(answering) < len(snapshot.endpoints):
        return line(Span(" no alarms from those who answer", "good"))
    return line(Span(" no alarms", "good"), f"   {summary.due}")
