"""How an acknowledged alarm reads."""

from __future__ import annotations

from drconsole.domain.acknowledged import Acknowledgement
from drconsole.wording.ages import exact
from drconsole.wording.names import visible


def acknowledged(one: Acknowledgement) -> str:
    """Who set it aside, until when and why."""
    return f"acknowledged until {exact(one.until)} by {visible(one.by)}: {visible(one.reason)}"
