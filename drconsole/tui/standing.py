"""Who answers, site by site: every endpoint by name, or how many machines of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from drconsole.domain.snapshot import EndpointState, EndpointStatus, Snapshot
from drconsole.tui.widgets.ink import Line, Span
from drconsole.wording.ages import age
from drconsole.wording.endpoints import asking, is_asked
from drconsole.wording.names import visible

ANSWERS = (EndpointState.OK, EndpointState.PARTIAL)


@dataclass(frozen=True, slots=True)
class Standing:
    """Who answers at one endpoint: itself, or the nodes of a cluster; ``named`` are those in the config."""

    status: EndpointStatus
    named: tuple[str, ...]

    @property
    def up(self) -> bool:
        """Whether the endpoint answers at all."""
        return self.status.state in ANSWERS

    @property
    def asking(self) -> bool:
        """Whether it is asked for the first time just now: nothing says yet that it is silent."""
        return is_asked(self.status)

    @property
    def size(self) -> int:
        """How many machines it stands for."""
        return len(self.named) or 1

    @property
    def answering(self) -> int:
        """How many of them answer."""
        return self.size - len(self.missing) if self.up else 0

    @property
    def missing(self) -> tuple[str, ...]:
        """Who does not answer: the endpoint itself, or single nodes."""
        if not self.up:
            return () if self.asking else (self.status.name,)
        return tuple(node.name for node in self.status.nodes if not node.answers)

    def told(self, now: datetime) -> Line:
        """``gold 2/2``, ``gold 1/2 partial``, ``vc-ny ok`` or ``vc-ny silent 4m``."""
        name, since = visible(self.status.name), self.status.silent_since
        if self.asking:
            return (Span(f"{name} {asking((self.status,), now)}", "muted"),)
        if not self.up:
            lasted = f" {age((now - since).total_seconds())}" if since else ""
            return (Span(f"{name} silent{lasted}", "critical"),)
        count = f" {self.answering}/{self.size}" if self.named else ""
        if self.status.state is EndpointState.PARTIAL:
            return (Span(f"{name}{count} partial", "warning"),)
        return (Span(f"{name}{count or ' ok'}", "warning" if self.missing else "good"),)


def standings(snapshot: Snapshot) -> dict[str, list[Standing]]:
    """The endpoints of every site that has any, in the config's order."""
    nodes = {endpoint.name: endpoint.nodes for endpoint in snapshot.estate.endpoints}
    by_site: dict[str, list[Standing]] = {site.name: [] for site in snapshot.estate.sites}
    for status in snapshot.endpoints:
        by_site.setdefault(status.site, []).append(Standing(status, nodes.get(status.name, ())))
    return {site: found for site, found in by_site.items() if found}


def site_line(site: str, found: Sequence[Standing], now: datetime, words: int) -> Line:
    """One site in many words or few, from 3 to 0.

    ``New Jersey  goldr2 2/2  vc-nj silent 4m``, ``New Jersey 2/3 ! vc-nj silent 4m``, ``2/3 ! silent 4m``,
    ``2/3 ! 4m``; where nobody answers, ``New Jersey ! silent 4m``; where nobody had time to,
    ``New Jersey asking, last seen 9h ago``.
    """
    since = [one.status.silent_since for one in found if not one.up and one.status.silent_since]
    lasted = f" {age((now - min(since)).total_seconds())}" if since else ""
    if not any(one.up or one.asking for one in found):
        return (Span(visible(site)), Span(f" ! silent{lasted}", "critical"))
    if words == 3:
        each = [span for one in found for span in (Span("  "), *one.told(now))]
        return (Span(visible(site), "strong"), *each)
    count = f" {sum(one.answering for one in found)}/{sum(one.size for one in found)}"
    if all(one.up or one.asking for one in found) and any(one.asking for one in found):
        statuses = [one.status for one in found if one.asking]
        count = count if any(one.up for one in found) else ""
        return (Span(visible(site)), Span(f"{count} {asking(statuses, now) if words else 'asking'}", "muted"))
    missing = [name for one in found for name in one.missing]
    if not missing:
        partial = any(one.status.state is EndpointState.PARTIAL for one in found)
        ink, word = ("warning", " partial") if partial else ("good", "")
        return (Span(visible(site)), Span(f"{count}{word}", ink))
    who = f" {', '.join(map(visible, missing))}" if words == 2 else ""
    what = f"{who} silent{lasted}" if words else lasted
    ink = "warning" if all(one.up for one in found) else "critical"
    return (Span(visible(site)), Span(f"{count} !{what}", ink))
