"""Arithmetic of times that endpoints tell, which may stand at the very ends of the calendar."""

from __future__ import annotations

from datetime import datetime, timedelta


def moved(when: datetime, by: timedelta) -> datetime:
    """The time so much later or, by a negative span, earlier; unchanged where no calendar has that."""
    try:
        return when + by
    except OverflowError:
        return when
