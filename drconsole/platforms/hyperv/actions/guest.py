"""What a guest tells its host some time after its start: that it works, and its addresses."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

from drconsole.domain.step import Effect, Json, Observation
from drconsole.platforms.hyperv.actions.base import Action, View, the_vm
from drconsole.platforms.hyperv.actions.power import BETWEEN
from drconsole.platforms.hyperv.deep import AdapterRow
from drconsole.platforms.hyperv.looking import MachineRow

BEATS = "OkApplications"


def observe_heartbeat(view: View, baseline: Json | None) -> Observation:
    """Done when the guest's heartbeat is there."""
    target = view.target
    if target is None:
        return view.missing()
    if against := _not_running(view, target):
        return against
    told = {"heartbeat": target.heartbeat or "none"}
    return view.done(**told) if target.heartbeat.startswith(BEATS) else view.ready(**told)


def observe_addresses(view: View, baseline: Json | None) -> Observation:
    """Done when every adapter that is connected tells an address, and those planned for it where some are.

    An address that a guest gave itself, because nobody gave it one, is none.
    """
    target = view.target
    if target is None:
        return view.missing()
    if against := _not_running(view, target):
        return against
    planned: dict[str, list[str]] = view.params.get("planned", {})
    told = {"addresses": "; ".join(map(_told, target.adapters)) or "no adapters"}
    here = {adapter.id.lower(): adapter for adapter in target.adapters}
    if missing := sorted(planned.keys() - here.keys()):
        return view.conflict(f"adapter {missing[0]} is not there", **told)
    asked = [one for ident, one in here.items() if one.connected or ident in planned]
    if not asked:
        return view.conflict("no adapter of it is connected", **told)
    wrong = [text for one in asked if (text := _wrong(one, planned.get(one.id.lower(), [])))]
    return view.awaited("; ".join(wrong), **told) if wrong else view.done(**told)


def _not_running(view: View, target: MachineRow) -> Observation | None:
    if target.power in BETWEEN:
        return view.busy(power=target.power)
    if not target.running:
        return view.conflict(f"it does not run ({target.power})", power=target.power)
    return None


def _wrong(adapter: AdapterRow, planned: Sequence[str]) -> str:
    """What an adapter lacks; empty where it has what it should."""
    own = [known for text in adapter.addresses if (known := _read(text)) and not known.is_link_local]
    lacks = [text for text in planned if _read(text) not in own]
    if not lacks and (own or planned):
        return ""
    came = _told(adapter)
    return f"{came}, planned is {' and '.join(lacks)}" if lacks else came


def _read(text: str) -> IPv4Address | IPv6Address | None:
    """An address, IPv6 without the link it is of; None where the text is none."""
    try:
        return ip_address(text.partition("%")[0])
    except ValueError:
        return None


def _told(adapter: AdapterRow) -> str:
    """What an adapter tells, in words."""
    nothing = "no address told" if adapter.connected else "not connected"
    return f"{adapter.name or adapter.id}: {', '.join(adapter.addresses) or nothing}"


ACTIONS = (
    Action(
        "await-heartbeat",
        Effect.LOOK,
        observe_heartbeat,
        lambda p: f"{the_vm(p)} | Format-List Heartbeat",
    ),
    Action(
        "read-addresses",
        Effect.LOOK,
        observe_addresses,
        lambda p: f"Get-VMNetworkAdapter -VM {the_vm(p)} | Format-List Name, IPAddresses",
    ),
)
