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
    number = machine.adapters.index(adapter)
    fixed = machine.content.addresses[number] if number < len(machine.content.addresses) else ""
    if fixed:
        return [fixed]
    if adapter.addresses:
        return list(adapter.addresses)
    return [_leased(adapter)] if adapter.switch is not None else []


def injected(content: Content, adapters: Sequence[Adapter]) -> Content:
    """What a guest holds after a failover set its addresses; where none is prepared it keeps what it had."""
    had = content.addresses
    numbers = range(max(len(adapters), len(had)))
    kept = [had[number] if number < len(had) else "" for number in numbers]
    for number, adapter in enumerate(adapters):
        kept[number] = adapter.after_failover.get("IPv4Address") or kept[number]
    return replace(content, addresses=tuple(kept))


def _up(machine: Machine, now: datetime, wait: timedelta) -> bool:
    return machine.since is not None and now - machine.since >= wait


def _leased(adapter: Adapter) -> str:
    """An address that DHCP would give: the same for the same adapter on the same network."""
    net = hashlib.sha256(str(adapter.switch).encode()).digest()
    own = hashlib.sha256(adapter.mac.encode()).digest()
    return f"10.{net[0]}.{own[0]}.{1 + own[1] % 254}"
