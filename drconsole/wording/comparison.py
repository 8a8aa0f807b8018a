"""A comparison of running copies in words: one row for each question, one cell for each copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from math import inf
from typing import NamedTuple

from drconsole.domain.comparison import Comparison, Network, Side, Stand, Written
from drconsole.domain.reading import Power
from drconsole.domain.roles import Role
from drconsole.domain.snapshot import CopyState
from drconsole.wording.ages import AHEAD_S, age, ago, local, moment, span
from drconsole.wording.names import visible

NOT_KNOWN = "not known"
# What was read closely longer ago than this is told with its age.
RECENT_S = 90
DAY_S = 86400
POWERS = {Power.ON: "running", Power.OTHER: "between two states"}


class Cell(NamedTuple):
    """What one copy answers; ``bad``: it makes the choice more urgent."""

    text: str
    bad: bool = False


class Row(NamedTuple):
    """One question and its answers, a cell for each side."""

    label: str
    cells: tuple[Cell, ...]


def rows(comparison: Comparison, now: datetime) -> tuple[Row, ...]:
    """All questions, in the order in which a person needs them."""
    return tuple(
        Row(label, tuple(answer(side, now) for side in comparison.sides)) for label, answer in QUESTIONS
    )


def together(comparison: Comparison, now: datetime) -> str:
    """How long the copies have run at once, and what is not known of it."""
    count = len(comparison.sides)
    all_run = "Both run" if count == 2 else f"All {count} run"
    have_run = "Both have run" if count == 2 else f"All {count} have run"
    if comparison.stand is Stand.OVER:
        return "Only one copy runs now, as far as anybody sees."
    if comparison.stand is Stand.LAST_KNOWN:
        silent = [side.copy for side in comparison.sides if not side.copy.fresh]
        seen = "; ".join(
            f"{_who(copy)} was last seen {ago((now - copy.taken_at).total_seconds())}" for copy in silent
        )
        return f"{all_run} as last seen; whether that is so now is not known: {seen}."
    if comparison.both_since is not None and comparison.both_since <= now + timedelta(seconds=AHEAD_S):
        lasted = span((now - comparison.both_since).total_seconds())
        return f"{have_run} at once for at least {lasted}. {_urgency(comparison)}"
    mute = [visible(s.copy.place.site) for s in comparison.sides if s.started is None or s.started > now]
    word = "does" if len(mute) == 1 else "do"
    return f"How long they have run at once is not known: {' and '.join(mute)} {word} not say."


def _urgency(comparison: Comparison) -> str:
    reached = [side.copy for side in comparison.sides if side.written is Written.POSSIBLE]
    if len(reached) > 1:
        return "Each minute makes it worse."
    return f"Users reach {_who(reached[0])} alone." if reached else "Users reach none of them."


def apart(comparison: Comparison, now: datetime) -> str:
    """What of each copy the others do not have; empty where nothing is to be said."""
    if comparison.stand is Stand.OVER:
        return ""
    synced = [side.replicated for side in comparison.sides if side.replicated]
    if not synced:
        return "Nobody tells when they were last the same."
    others = "is not on the other" if len(comparison.sides) == 2 else "is on none of the others"
    return f"What was written to one of them after {moment(min(synced), now)} {others}."


def possible(comparison: Comparison) -> Iterator[tuple[str, str]]:
    """What a person can do, each with what it costs; nothing of it is done by the console."""
    if comparison.stand is Stand.OVER:
        return
    if sum(side.written is Written.POSSIBLE for side in comparison.sides) > 1:
        yield "1  cut one off the network, keep it running", "nothing is lost: recommended"
    yield "2  switch one off", "its memory is lost, its disks stay"
    if any(side.auto_start in STARTS for side in comparison.sides):
        yield "3  then switch off its automatic start", "or it comes back with its host"


def promises(comparison: Comparison) -> tuple[str, ...]:
    """What the console will not do."""
    if comparison.stand is Stand.OVER:
        return ()
    return ("The console does not choose for you and never deletes a copy; it only reads.",)


def further(copy: CopyState) -> str:
    """A copy of the workload that is not compared."""
    return f"also: {copy.role} at {visible(copy.place.site)}, {visible(copy.place.where)}, {_power(copy)}"


def title(side: Side) -> str:
    """The site of a side, as the head of its column."""
    return visible(side.copy.place.site).upper()


def _who(copy: CopyState) -> str:
    return f"{copy.role} at {visible(copy.place.site)}"


def _power(copy: CopyState) -> str:
    return POWERS.get(copy.power, copy.power.value)


def _now(side: Side, now: datetime) -> Cell:
    if not side.copy.fresh:
        seen = ago((now - side.copy.taken_at).total_seconds())
        return Cell(f"{side.copy.role}, {_power(side.copy)} when last seen {seen}", bad=True)
    return Cell(f"{side.copy.role}, {_power(side.copy)}")


def _running_since(side: Side, now: datetime) -> Cell:
    if side.copy.power is not Power.ON:
        return Cell("does not run")
    seconds = (now - side.started).total_seconds() if side.started else -inf
    if side.started is None or seconds < -AHEAD_S:
        # A clock that was set since says nothing of how long it has run.
        return Cell(NOT_KNOWN)
    start = moment(side.started, now) if seconds < DAY_S else local(side.started).strftime("%Y-%m-%d")
    return Cell(f"{span(seconds)} ({start})")


def _took_over(side: Side, now: datetime) -> Cell:
    record = side.record
    if record is not None:
        role = "" if record.role is Role.RECOVERED else f"{record.role}, "
        return Cell(f"{role}{moment(record.at, now)}, run {visible(record.run)} by {visible(record.by)}")
    if side.failed_over:
        return Cell("yes; no record says when")
    return Cell("-")


def _last_replicated(side: Side, now: datetime) -> Cell:
    if side.replicated is None:
        return Cell(NOT_KNOWN)
    way = "sent" if side.sent else "applied"
    lasted = age((now - side.replicated).total_seconds())
    return Cell(f"{way} {moment(side.replicated, now)} ({lasted} ago)")


def _after_that(side: Side, now: datetime) -> Cell:
    match side.written:
        case Written.STOPPED:
            return Cell("nobody can write to it now")
        case Written.CUT_OFF:
            return Cell("nobody reaches it now")
        case Written.POSSIBLE:
            return Cell("users could write here")


def _network(side: Side, now: datetime) -> Cell:
    if not side.networks:
        why = f": {visible(side.unread)}" if side.unread else ""
        return Cell("it has no network adapter" if side.looked else f"{NOT_KNOWN}{why}")
    return Cell("; ".join(map(_connection, side.networks)) + _as_of(side, now))


def _connection(network: Network) -> str:
    name = visible(network.name) if network.name else "a network that is not named"
    match network.connected:
        case True:
            return f"{name}, connected"
        case False:
            return "not connected"
    return f"{name}, whether connected is not known"


def _addresses(side: Side, now: datetime) -> Cell:
    if not side.addresses:
        return Cell("none told by the guest" if side.looked else NOT_KNOWN)
    return Cell(", ".join(map(visible, side.addresses)) + _as_of(side, now))


def _as_of(side: Side, now: datetime) -> str:
    old = (now - side.looked).total_seconds() if side.looked else 0
    return f" ({ago(old)})" if old > RECENT_S else ""


STARTS = {"Start": "yes, with its host", "StartIfRunning": "yes, if it ran before"}
# What should run may start by itself.
MAY_START = frozenset({Role.ORIGINAL, Role.RECOVERED})


def _starts(side: Side, now: datetime) -> Cell:
    cluster = ", but its cluster may" if side.clustered else ""
    if side.auto_start in STARTS:
        bad = side.copy.role not in MAY_START
        return Cell(f"{STARTS[side.auto_start]}{' !' if bad else ''}", bad)
    if side.auto_start == "Nothing":
        return Cell(f"no{cluster}")
    return Cell(f"{NOT_KNOWN}{cluster}")


def _seen_by(side: Side, now: datetime) -> Cell:
    copy = side.copy
    node = copy.sighting.node
    names = [visible(name) for name in copy.seen_by or (copy.endpoint,)]
    on = f" (node {visible(node)})" if node else ""
    return Cell(f"{', '.join(names)}{on} {ago((now - copy.taken_at).total_seconds())}", bad=not copy.fresh)


QUESTIONS: tuple[tuple[str, Callable[[Side, datetime], Cell]], ...] = (
    ("now", _now),
    ("running since", _running_since),
    ("took over", _took_over),
    ("last replicated", _last_replicated),
    ("after that time", _after_that),
    ("network", _network),
    ("addresses", _addresses),
    ("starts by itself", _starts),
    ("seen by", _seen_by),
)
