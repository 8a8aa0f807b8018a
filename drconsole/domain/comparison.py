"""Split-brain: what is known of each copy that runs, side by side, so that a person can choose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from drconsole.domain.deep import Adapter, Deep
from drconsole.domain.moments import moved
from drconsole.domain.reading import Power
from drconsole.domain.record import Record, believed
from drconsole.domain.replication import PRIMARY, is_failed_over, mode_of, relation_of
from drconsole.domain.roles import AlarmCode, Role
from drconsole.domain.snapshot import CopyState, Workload
from drconsole.domain.verdict import SERVING

# Somebody may have connected a copy since its adapters were read: so long before it was last seen, at most.
LOOK_HOLDS = timedelta(seconds=150)
STOPPED = frozenset({Power.OFF, Power.SAVED, Power.PAUSED})


class Stand(Enum):
    """Whether several copies run: seen now, or as it was when a silent one was last seen, or no longer."""

    NOW = auto()
    LAST_KNOWN = auto()
    OVER = auto()


class Written(Enum):
    """Whether users can write to a copy, as far as its power and its network tell."""

    POSSIBLE = auto()
    CUT_OFF = auto()
    STOPPED = auto()


@dataclass(frozen=True, slots=True)
class Network:
    """One network of a copy; an empty ``name`` is not known, ``connected`` None likewise."""

    name: str
    connected: bool | None


@dataclass(frozen=True, slots=True)
class Side:
    """One of the copies; None and empty are what nobody has told. Times are the console's, UTC.

    Args:
        started: since when it runs this time.
        record: the failover record that was written at its own place.
        failed_over: it says of itself that it was failed over.
        sent: its last replication went out of it, not into it.
        replicated: when that was; by its own clock it is another time where that differs from the console's.
        networks: one for each adapter that is known.
        looked: when its adapters were read; None where they were not, and what is known came along.
        unread: why its adapters were not read at the last try; empty where nobody tried, or it worked.
        clustered: a cluster may start it, whatever its own setting is.
    """

    copy: CopyState
    started: datetime | None
    record: Record | None
    failed_over: bool
    sent: bool
    replicated: datetime | None
    networks: tuple[Network, ...]
    addresses: tuple[str, ...]
    looked: datetime | None
    unread: str
    auto_start: str
    clustered: bool

    @property
    def written(self) -> Written:
        """Whether users can write to it; what is not known, or was so once, counts as possible."""
        copy = self.copy
        if not copy.fresh:
            return Written.POSSIBLE
        if copy.power in STOPPED:
            return Written.STOPPED
        recent = self.looked is not None and copy.taken_at - self.looked <= LOOK_HOLDS
        cut = recent and not any(one.connected for one in self.networks)
        return Written.CUT_OFF if cut else Written.POSSIBLE


@dataclass(frozen=True, slots=True)
class Comparison:
    """All sides of one workload, in the workload's own order.

    Args:
        others: its further copies, which do not run or serve nobody.
        both_since: since when they all run, at least; None where one does not tell.
    """

    workload: Workload
    stand: Stand
    sides: tuple[Side, ...]
    others: tuple[CopyState, ...]
    both_since: datetime | None


def is_split(workload: Workload) -> bool:
    """Whether the workload is in SPLIT-BRAIN, by the verdict."""
    return any(alarm.code is AlarmCode.SPLIT_BRAIN for alarm in workload.alarms)


def compare(workload: Workload) -> Comparison:
    """Put the running copies side by side; where fewer than two run, all copies but test copies."""
    running = [c for c in workload.copies if c.power is Power.ON and c.role in SERVING]
    stand = Stand.OVER
    if len(running) > 1:
        stand = Stand.NOW if sum(c.fresh for c in running) > 1 else Stand.LAST_KNOWN
    shown = running
    if stand is Stand.OVER:
        shown = [c for c in workload.copies if c.role is not Role.TEST_COPY]
    sides = tuple(_side(copy) for copy in shown)
    starts = [side.started for side in sides if side.copy.fresh or stand is not Stand.NOW]
    known = [start for start in starts if start is not None]
    return Comparison(
        workload,
        stand,
        sides,
        tuple(copy for copy in workload.copies if copy not in shown),
        max(known) if known and len(known) == len(starts) and stand is not Stand.OVER else None,
    )


def _side(copy: CopyState) -> Side:
    sighting = copy.sighting
    relation = relation_of(sighting)
    deep = copy.inspection.deep if copy.inspection else None
    runs = copy.power is Power.ON and sighting.uptime_s is not None
    synced = copy.last_sync or (sighting.appliance.last_sync if sighting.appliance else None)
    return Side(
        copy=copy,
        started=moved(copy.taken_at, -timedelta(seconds=sighting.uptime_s or 0)) if runs else None,
        record=believed(sighting.notes, copy.place),
        failed_over=is_failed_over(sighting),
        sent=mode_of(sighting) == PRIMARY or (relation is None and sighting.hbr is not None),
        replicated=moved(synced, copy.taken_at - copy.now) if synced else None,
        networks=_networks(copy, deep),
        addresses=tuple(dict.fromkeys(a for one in deep.adapters for a in one.addresses)) if deep else (),
        looked=deep.taken_at if deep else None,
        unread=copy.inspection.failed if copy.inspection else "",
        auto_start=sighting.auto_start or (deep.auto_start if deep else ""),
        clustered=bool(sighting.node or (deep and deep.node)),
    )


def _networks(copy: CopyState, deep: Deep | None) -> tuple[Network, ...]:
    """By its adapters where they were read; otherwise by name alone, and nobody knows what is connected."""
    if deep is not None:
        return tuple(_network(adapter) for adapter in deep.adapters)
    return tuple(Network(name, None) for name in copy.sighting.networks)


def _network(adapter: Adapter) -> Network:
    if adapter.network:
        return Network(adapter.network, True)
    # A connected adapter whose switch has no name is on a network that nobody can judge.
    return Network("", "network" in adapter.unread)
