"""DateTime and TimeSpan in ticks of 100 ns, and their texts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from .refusal import Refused

TICK = 10_000_000
_EPOCH = datetime(1, 1, 1)


@dataclass(frozen=True, slots=True)
class DateTime:
    """System.DateTime; ``kind`` is Utc, Local or Unspecified. The simulated hosts live in UTC."""

    ticks: int
    kind: str = "Unspecified"
    type = "System.DateTime"

    def moment(self) -> datetime:
        """Return it as Python's, cut to microseconds."""
        return _EPOCH + timedelta(microseconds=self.ticks // 10)

    def universal(self) -> DateTime:
        """Convert to UTC: on hosts that live in UTC nothing but the kind changes."""
        return DateTime(self.ticks, "Utc")


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """System.TimeSpan."""

    ticks: int
    type = "System.TimeSpan"

    @property
    def total_seconds(self) -> float:
        """Return the whole as seconds."""
        return float(Fraction(self.ticks, TICK))


def from_iso(text: str, kind: str = "Utc") -> DateTime:
    """Read an ISO 8601 date and time of the seam as UTC."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return DateTime((moment - _EPOCH) // timedelta(microseconds=1) * 10, kind)


def span_text(span: TimeSpan) -> str:
    """Return ``[-][d.]hh:mm:ss[.fffffff]``."""
    seconds, rest = divmod(abs(span.ticks), TICK)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    sign = "-" if span.ticks < 0 else ""
    day = f"{days}." if days else ""
    return f"{sign}{day}{hour:02}:{minute:02}:{second:02}" + (f".{rest:07}" if rest else "")


def date_text(date: DateTime, form: str | None) -> str:
    """Return a date in a standard or custom format, culture invariant.

    ``None`` is what a string makes of it; ``''`` the general format.
    """
    if form in (None, "", "G"):
        form = "MM/dd/yyyy HH:mm:ss"
    standard = {
        "s": "yyyy-MM-ddTHH:mm:ss",
        "u": "yyyy-MM-dd HH:mm:ssZ",
        "o": "yyyy-MM-ddTHH:mm:ss.fffffffK",
        "O": "yyyy-MM-ddTHH:mm:ss.fffffffK",
    }
    if len(form) == 1 and form not in standard:
        raise Refused(f"date format {form!r}")
    return _custom(date, standard.get(form, form))


def _custom(date: DateTime, form: str) -> str:
    """Apply a custom format of the letters that do not depend on a culture's names."""
    moment = date.moment()

    def one(match: re.Match[str]) -> str:
        run = match[0]
        if run[0] in "'\"":
            return run[1:-1]
        if run[0] == "\\":
            return run[1:]
        if set(run) <= set("fF"):
            digits = f"{date.ticks % TICK:07}"[: len(run)]
            return digits.rstrip("0") if run[0] == "F" else digits
        if run == "K":
            return {"Utc": "Z", "Local": "+00:00"}.get(date.kind, "")
        number = {
            "y": moment.year if len(run) > 2 else moment.year % 100,
            "M": moment.month,
            "d": moment.day,
            "H": moment.hour,
            "h": moment.hour % 12 or 12,
            "m": moment.minute,
            "s": moment.second,
        }.get(run[0])
        if number is None or (len(run) > 2 and run != "yyyy"):
            raise Refused(f"date format {form!r}")
        return str(number).zfill(len(run))

    if len(form) < 2 or "%" in form:
        raise Refused(f"date format {form!r}")
    if re.search(r"[A-Za-z'\"\\]", re.sub(r"'[^']*'|\"[^\"]*\"|\\.|[yMdHhmsfFKTZ]", "", form)):
        raise Refused(f"date format {form!r}")
    return re.sub(r"'[^']*'|\"[^\"]*\"|\\.|y+|M+|d+|H+|h+|m+|s+|f+|F+|K", one, form)
