"""What can be done on a Hyper-V host: the actions by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from drconsole.platforms.hyperv.actions import (
    addresses,
    failover,
    guest,
    power,
    records,
    rehearsal,
    reversal,
    wiring,
)
from drconsole.platforms.hyperv.actions.base import Action

ACTIONS: Mapping[str, Action] = MappingProxyType(
    {
        action.name: action
        for room in (rehearsal, records, wiring, power, guest, failover, reversal, addresses)
        for action in room.ACTIONS
    }
)
REPEATABLE = frozenset(action.name for action in ACTIONS.values() if action.repeatable)
