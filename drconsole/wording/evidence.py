"""How what was seen of a copy reads: times as everywhere else, all other text letter by letter."""

from __future__ import annotations

from datetime import datetime

from drconsole.domain.roles import Evidence
from drconsole.wording.ages import exact
from drconsole.wording.names import visible

# A relationship's own word may stand before it.
_TIMES = ("last sync",)


def evidence_value(fact: Evidence) -> str:
    """The value of one fact."""
    if fact.what.endswith(_TIMES):
        return exact(datetime.fromisoformat(fact.value))
    return visible(fact.value)
