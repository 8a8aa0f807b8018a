"""How replication statistics read: what has not been answered never passes for nothing to tell."""

from __future__ import annotations

from datetime import datetime

from drconsole.domain.deep import Inspection, Statistics
from drconsole.wording.ages import age, ago, exact
from drconsole.wording.names import visible

UNITS = ("bytes", "kB", "MB", "GB", "TB")
NOT_YET = "not answered yet"
# Over less than this a rate says nothing.
SHORTEST_GROWTH_S = 60.0


def size(count: int) -> str:
    """A number of bytes as people say it: ``24 MB``, ``4.1 GB``; units of a thousand."""
    value, unit = float(count), 0
    while value >= 1000 and unit < len(UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{value:.1f} {UNITS[unit]}" if unit and value < 10 else f"{value:.0f} {UNITS[unit]}"


def cycles_text(one: Statistics) -> str:
    """``141 done, 3 missed``, and errors where there were some."""
    errors = f", {one.errors} with errors" if one.errors else ""
    return f"{one.done} done, {one.missed} missed{errors}"


def pending_text(one: Statistics) -> str:
    """``48 MB to send; 24 MB a cycle``."""
    return f"{size(one.pending)} to send; {size(one.average)} a cycle"


def left_to_send(seen: Inspection, now: datetime) -> str:
    """What a planned failover has to send before the other side takes over; nothing where nobody counted."""
    counted = seen.measured.relations if seen.measured else ()
    simple = next((one for one in counted if one.relationship == "Simple"), None)
    if simple is None or seen.measured is None:
        return ""
    asked = ago((now - seen.measured.taken_at).total_seconds())
    until = "what is written until it is off"
    if not simple.pending:
        return f"Nothing was left to send {asked}: only {until} is sent when it is prepared."
    pending, cycle = size(simple.pending), size(simple.average)
    return f"{pending} were left to send {asked} ({cycle} a cycle); that and {until} are sent first."


def latency_text(one: Statistics) -> str:
    """``4 s, at most 19 s``; nothing where no cycle was measured."""
    if one.latency_s is None:
        return ""
    longest = f", at most {one.latency_max_s} s" if one.latency_max_s is not None else ""
    return f"{one.latency_s} s{longest}"


def late_text(one: Statistics, now: datetime) -> str:
    """Why a copy is late, as far as its sending end counted: ``3 cycles missed in 12h, 302 MB to send``."""
    span = f" in {age((now - one.since).total_seconds())}" if one.since else ""
    missed = "1 cycle missed" if one.missed == 1 else f"{one.missed} cycles missed"
    parts = [f"{missed}{span}", f"{size(one.pending)} to send, {size(one.average)} a cycle"]
    latency = latency_text(one)
    return ", ".join([*parts, *([f"a cycle took {latency}"] if latency else [])])


def growth_text(pending: int, since_sync_s: float) -> str:
    """How fast what is to be sent grows since the last sync, and what comes of it; nothing where it does not.

    A log that passes half of the size of its disk forces a resynchronization (facts/hyperv, section 6).

    Args:
        since_sync_s: how old the last sync was when it was counted, both by the sending end's clock.
    """
    if not pending or since_sync_s < SHORTEST_GROWTH_S:
        return ""
    rate = size(int(pending * 60 / since_sync_s))
    return f"grows by about {rate} a minute: beyond half of the size of a disk a resync is forced"


def waiting_text(seen: Inspection, now: datetime) -> str:
    """Why there are no statistics, or no newer ones; nothing where the newest question was answered."""
    if seen.measuring is not None:
        waited = (now - seen.measuring).total_seconds()
        return f"{NOT_YET}, asked {ago(waited)}" if waited >= 10 else NOT_YET
    return visible(" ".join(seen.unmeasured.split()))


def statistics_texts(seen: Inspection, now: datetime) -> list[str]:
    """Everything that was counted, a sentence for each relationship, and what is still waited for."""
    waits = waiting_text(seen, now)
    texts = [f"statistics: {waits}"] if waits else []
    if seen.measured is None:
        return texts
    asked = ago((now - seen.measured.taken_at).total_seconds())
    for one in seen.measured.relations:
        kind, counted = visible(one.relationship).lower(), _counted(one, _sends(seen, one))
        texts.append(f"statistics of the {kind} relationship, {asked}: {counted}")
        texts += [visible(" ".join(detail.split())) for detail in one.details]
    return texts


def _sends(seen: Inspection, one: Statistics) -> bool:
    """Whether the copy is the end that sends: only there it is known what is pending."""
    legs = seen.deep.relations if seen.deep else ()
    sending = {"Simple": "Primary", "Extended": "Replica"}
    return any(r.relationship == one.relationship and r.mode == sending.get(r.relationship) for r in legs)


def _counted(one: Statistics, sends: bool) -> str:
    parts = [f"cycles {cycles_text(one)}"]
    parts += [f"since {exact(one.since)}"] if one.since else []
    parts += [f"{size(one.pending)} to send"] if sends else []
    parts.append(f"{size(one.average)} a cycle, at most {size(one.maximum)}")
    latency = latency_text(one)
    parts += [f"a cycle took {latency}"] if latency else []
    if one.failed_over_type not in ("", "None"):
        parts.append(f"failed over as {visible(one.failed_over_type)}")
    parts += [f"last test {exact(one.last_test)}"] if one.last_test else []
    return ", ".join(parts)
