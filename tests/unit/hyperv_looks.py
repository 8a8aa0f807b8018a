"""Looks at VMs as ``look.ps1`` would answer them, for tests of what actions make of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from drconsole.domain.deep import Statistics
from drconsole.domain.place import Place
from drconsole.domain.record import Record, written
from drconsole.domain.roles import Role
from drconsole.domain.step import Effect, Json, Observation, Step
from drconsole.errors import EndpointError
from drconsole.platforms.hyperv.actions import ACTIONS
from drconsole.platforms.hyperv.actions.base import View
from drconsole.platforms.hyperv.looking import Look, LookAnswer
from drconsole.platforms.hyperv.looking import Role as ClusterRole
from drconsole.platforms.hyperv.peer import Peer

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
VM = "11111111-1111-4111-8111-111111111111"
TEST = "77777777-7777-4777-8777-777777777777"
OTHER = "88888888-8888-4888-8888-888888888888"
POINT = "33333333-3333-4333-8333-333333333333"
PEER = Peer("nj", "nj.lab:5986", "dr", True, 20)
RUN = "7f3c0a11"
PLACE = {"site": "New Jersey", "where": "njhv01"}
UNSET = ("address", "mask", "gateway", "dns", "dns2", "v6", "v6_length", "v6_gateway", "v6_dns", "v6_dns2")
DISK = "C:\\test\\web.vhdx"


def adapter(switch: str | None = None, **more: object) -> dict[str, Any]:
    """One adapter; without a switch it is not connected."""
    told: dict[str, Any] = {
        "id": "Microsoft:A\\B",
        "name": "Network Adapter",
        "connected": switch is not None,
        "switch": switch,
        "test_switch": "",
        "mac": "00155D000001",
        "addresses": [],
        "vlan": {"mode": "Untagged", "id": 0},
        "failover": dict.fromkeys(UNSET, ""),
    }
    return told | more


def machine(power: str = "Off", ident: str = VM, **more: object) -> dict[str, Any]:
    """One VM; what runs was started a day ago."""
    told: dict[str, Any] = {
        "id": ident,
        "name": "web",
        "power": power,
        "uptime_s": 86400 if power == "Running" else 0,
        "created": (NOW - timedelta(days=9)).isoformat(),
        "notes": "",
        "heartbeat": "",
        "mode": "Replica",
        "clustered": False,
        "adapters": [adapter()],
        "disks": [],
    }
    return told | more


def leg(mode: str = "Replica", state: str = "Replicating", test: str | None = None) -> dict[str, Any]:
    """One relationship."""
    return {
        "vm": VM,
        "mode": mode,
        "state": state,
        "health": "Normal",
        "relationship": "Simple",
        "primary": "ny.lab",
        "replica": "nj.lab",
        "receiver": "nj.lab",
        "last_sync": (NOW - timedelta(minutes=4)).isoformat(),
        "frequency_s": 300,
        "test_vm": test,
    }


def look(
    vm: Mapping[str, Any] | None,
    *legs: Mapping[str, Any],
    at: datetime = NOW,
    endpoint: str = "nj",
    roles: dict[str, ClusterRole] | None = None,
    **more: object,
) -> Look:
    """A look at a VM with its relationships."""
    answer: dict[str, Any] = {
        "now": at.isoformat(),
        "vm": vm,
        "listed": [VM, OTHER] if vm else [OTHER],
        "relations": list(legs),
        "points": [{"id": POINT, "type": "Replica", "name": "one"}],
        "test": None,
        "files": [],
    }
    return Look(
        msgspec.convert(answer | more, LookAnswer), PEER, vm=VM, endpoint=endpoint, node="", roles=roles
    )


def recorded(role: Role, run: str = RUN, ident: str = VM) -> str:
    """Notes with a failover record of this place."""
    place = Place("hyperv", PLACE["site"], PLACE["where"], ident)
    return written("mine", Record(f"hv:{VM}", role, place, run, NOW, "op"), "Said.")


def statistics(pending: int = 0, kind: str = "None") -> Statistics:
    """Statistics of the one relationship."""
    return Statistics("Simple", None, pending, 0, 0, None, None, 0, 0, 0, kind, None)


def seen(
    action: str,
    here: Look,
    baseline: Json | None = None,
    *,
    others: Mapping[str, Look | EndpointError] | None = None,
    told: tuple[Statistics, ...] = (),
    **params: object,
) -> Observation:
    """What an action makes of a look."""
    known = {"vm": VM, "place": PLACE, "run": RUN, **params}
    step = Step("1", f"hv:{VM}", "nj", action, known, "", "", 60, Effect.LOOK)
    return ACTIONS[action].observe(View(step, here, others or {}, told), baseline)


def base(at: datetime = NOW, **more: object) -> Json:
    """A baseline that was taken at ``at``."""
    return {"at": at.isoformat(), **more}
