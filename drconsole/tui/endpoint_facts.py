"""One endpoint as lines: its facts, then the hosts that it names and the config lacks."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from drconsole.domain.roles import Severity
from drconsole.domain.snapshot import EndpointStatus
from drconsole.domain.unlisted import Unlisted
from drconsole.tui.widgets.fitting import wrap
from drconsole.tui.widgets.ink import Line, Span
from drconsole.wording.config_lines import CREDENTIALS, config_lines
from drconsole.wording.endpoints import facts_of, unlisted_text
from drconsole.wording.names import visible

LABEL = 14
INKS = {Severity.CRITICAL: "critical", Severity.WARNING: "warning"}


def fact_lines(
    status: EndpointStatus, now: datetime, width: int, named: Iterable[Unlisted] = ()
) -> tuple[Line, ...]:
    """Everything known about one endpoint, its last error in full; nothing is cut.

    Args:
        named: hosts that it names and the config lacks.
    """
    lines: list[Line] = [(Span(f" {piece}", "strong"),) for piece in wrap(visible(status.name), width - 2)]
    before = ""
    for fact in facts_of(status, now, named):
        label = "" if fact.label == before else fact.label
        before = fact.label
        for piece in wrap(fact.text, width - LABEL - 2):
            ink = INKS.get(fact.severity, "")
            lines.append((Span(f" {label:<{LABEL}}", "label"), Span(piece, ink)))
            label = ""
    return tuple(lines)


def unlisted_lines(hosts: Iterable[Unlisted], taken: Collection[str], width: int) -> tuple[Line, ...]:
    """Each host with the lines that a config would need to have it.

    Args:
        taken: names of endpoints that the config has.
    """
    lines: list[Line] = []
    for host in hosts:
        said = f"to add to the config for {unlisted_text(host)}:"
        lines += [(), *((Span(f" {piece}", "label"),) for piece in wrap(said, width - 2))]
        # YAML is copied by people: a line is never broken at a blank, only where the screen ends.
        for text in config_lines(host, taken):
            lines += [(Span(f"   {text[at : at + width - 4]}"),) for at in range(0, len(text), width - 4)]
    if any(not host.cluster for host in hosts):
        said = f"{CREDENTIALS} stands for one of the config's credentials."
        lines += [(), *((Span(f" {piece}", "label"),) for piece in wrap(said, width - 2))]
    return tuple(lines)
