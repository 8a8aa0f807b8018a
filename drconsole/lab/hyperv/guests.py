"""What the guest of a machine tells its host some time after its start: its heartbeat and its addresses."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from drconsole.lab.hyperv.content import Content
from drconsole.lab.hyperv.machines import Adapter, Machine

BEATS_AFTER = timedelta(seconds=20)
ADDRESSES_AFTER = timedelta(seconds=30)


def heartbeat(machine: Machine, now: datetime) -> str | None:
    """A name of VMHeartbeatStatus; None while it is off."""
    if machine.power == "Paused":
        return "Paused"
    if machine.power != "Running":
        return None
    return "OkApplicationsHealthy" if _up(machine, now, BEATS_AFTER) else "NoContact"


def addresses_of(machine: Machine, adapter: Adapter, now: datetime) -> list[str]:
    """The guest's addresses on an adapter: those set in the guest, else those that a network gives out."""
    if machine.power != "Running" or not _up(machine, now, ADDRESSES_AFTER):
        return []
    v4, v6 = _fixed(machine.content, machine.adapters.index(adapter))
    if not v4 and adapter.addresses:
        return [*adapter.addresses, *([v6] if v6 else [])]
    if not v4 and adapter.switch is not None:
        v4 = _leased(adapter)
    return [one for one in (v4, v6) if one]


def _fixed(content: Content, number: int) -> tuple[str, str]:
    """What is set in the guest for one of its adapters."""
    return content.addresses[number] if number < len(content.addresses) else ("", "")


def injected(content: Content, adapters: Sequence[Adapter]) -> Content:
    """What a guest holds after a failover set its addresses; where none is prepared it keeps what it had."""
    kept = [_fixed(content, number) for number in range(max(len(adapters), len(content.addresses)))]
    for number, adapter in enumerate(adapters):
        v4, v6 = kept[number]
        set_ = adapter.after_failover
        kept[number] = (set_.get("IPv4Address") or v4, set_.get("IPv6Address") or v6)
    return replace(content, addresses=tuple(kept))


def _up(machine: Machine, now: datetime, wait: timedelta) -> bool:
    return machine.since is not None and now - machine.since >= wait


def _leased(adapter: Adapter) -> str:
    """An address that DHCP would give: the same for the same adapter on the same network."""
    net = hashlib.sha256(str(adapter.switch).encode()).digest()
    own = hashlib.sha256(adapter.mac.encode()).digest()
    return f"10.{net[0]}.{own[0]}.{1 + own[1] % 254}"
