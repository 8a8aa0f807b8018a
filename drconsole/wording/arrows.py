"""The arrow between two site columns."""

from __future__ import annotations

from drconsole.domain.roles import Arrow, ArrowKind

_LEFTWARD = {
    ArrowKind.FLOWS: "<==",
    ArrowKind.PAUSED: "||=",
    ArrowKind.COPYING: "<~~",
}


def between(arrow: Arrow, left: str) -> str:
    """The arrow as it stands right of the column of site ``left``; 3 cells or empty."""
    if arrow.kind is ArrowKind.UNKNOWN:
        return " ? "
    if arrow.target == left and arrow.source != left:
        return _LEFTWARD.get(arrow.kind, arrow.kind.value)
    return arrow.kind.value


def sentence(arrow: Arrow) -> str:
    """The arrow with its sites, for JSON and the detail pane: ``New York ==> New Jersey``."""
    kind = arrow.kind.value
    if not arrow.source and not arrow.target:
        return kind
    return f"{arrow.source or '?'} {kind} {arrow.target or '?'}"
