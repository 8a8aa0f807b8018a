"""Ages and times as people judge them."""

from __future__ import annotations

from datetime import datetime, timedelta

# A time further ahead than this was told by a clock that has been set since: how old it is, nobody knows.
AHEAD_S = 60.0
# So long ago a time of the clock is no other day's.
NEAR = timedelta(hours=12)


def age(seconds: float) -> str:
    """A short age: ``40s``, ``38m``, ``6h``, ``31d``; below a minute in steps of ten seconds.

    ``?`` is that of a time still to come.
    """
    if seconds < -AHEAD_S:
        return "?"
    s = max(0, int(seconds))
    if s < 60:
        return f"{s // 10 * 10}s"
    if s < 5400:
        return f"{s // 60}m"
    if s < 48 * 3600:
        return f"{s // 3600}h"
    return f"{s // 86400}d"


def ago(seconds: float) -> str:
    """An age in a sentence: ``38 min ago``; of a time still to come that it lies ahead of our clock."""
    if seconds < -AHEAD_S:
        return "ahead of this clock"
    s = max(0, int(seconds))
    if s < 10:
        return "just now"
    if s < 60:
        return f"{s // 10 * 10} s ago"
    if s < 5400:
        return f"{s // 60} min ago"
    if s < 48 * 3600:
        return f"{s // 3600} h ago"
    return f"{s // 86400} days ago"


def span(seconds: float) -> str:
    """A length of time in two units: ``41 d 02 h``, ``3 h 12 min``; below an hour ``7 min``."""
    s = max(0, int(seconds))
    if s < 60:
        return f"{s // 10 * 10} s"
    if s < 3600:
        return f"{s // 60} min"
    if s < 86400:
        return f"{s // 3600} h {s % 3600 // 60:02} min"
    return f"{s // 86400} d {s % 86400 // 3600:02} h"


def since(start: datetime | None, now: datetime) -> str:
    """``since 9h``, or nothing where the start is not known."""
    return f"since {age((now - start).total_seconds())}" if start else ""


def local(when: datetime) -> datetime:
    """A time where people live; in its own zone at the ends of the calendar, where certificates end too."""
    try:
        return when.astimezone()
    except (OverflowError, ValueError):
        return when


def exact(when: datetime) -> str:
    """An exact time with its zone, for where people must prove."""
    return local(when).strftime("%Y-%m-%d %H:%M:%S %Z")


def moment(when: datetime, now: datetime) -> str:
    """An exact time with its zone; its date where that is another one and it is not of the last hours.

    Soon after midnight what happened in the evening is known by its time alone.
    """
    there, here = local(when), local(now)
    near = there.date() == here.date() or timedelta() <= now - when < NEAR
    return there.strftime("%H:%M:%S %Z") if near else exact(when)


def rpo(age_s: int | None, target_s: int | None) -> str:
    """Age of the last sync and its target: ``4m 15m``, with ``!`` behind an age beyond it; ``-`` unknown."""
    if age_s is None:
        return "-"
    late = "!" if target_s is not None and age_s > target_s else ""
    return f"{age(age_s)}{late} {age(target_s)}" if target_s else age(age_s)
