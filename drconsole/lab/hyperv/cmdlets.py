"""How a cmdlet of the model is written: registered with the parameters it understands, one turn per call."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from drconsole.lab.clock import Clock
from drconsole.lab.hyperv.act_faults import ActFaults, Breaker
from drconsole.lab.hyperv.call import HYPERV, Call, Sink
from drconsole.lab.hyperv.documented import Seam, parameters
from drconsole.lab.hyperv.machines import Host, Machine

MISSING = HYPERV + "VirtualizationException"
FAILED = HYPERV + "VirtualizationOperationFailedException"


class NotModelled(Exception):
    """A script used what the real cmdlet may have and the model does not."""


class WorldState(Protocol):
    """What a cmdlet may ask of the world."""

    clock: Clock
    hosts: dict[str, Host]
    faults: ActFaults
    breaker: Breaker

    def changed(self, cause: str) -> None:
        """Take note that something is another way now."""
        ...

    def later(self, seconds: float, do: Callable[[], object], cause: str) -> None:
        """Do something when that much simulated time has passed, unless it cannot be done then."""
        ...

    def machine(self, host: str, ident: str) -> Machine:
        """The machine of an id on a host, or on another node of its cluster."""
        ...

    def other_ends(self, machine: Machine) -> list[Callable[[], None]]:
        """What puts the partners of a machine back to how they are now."""
        ...

    async def pay(self, objects: int) -> None:
        """Let the simulated time pass that this many objects cost."""
        ...


@dataclass(slots=True)
class Turn:
    """One call being answered. Error ids are without the class name that PowerShell appends."""

    world: WorldState
    call: Call
    sink: Sink

    @property
    def host(self) -> Host:
        """The host that the process runs on."""
        return self.world.hosts[self.call.host]

    @property
    def now(self) -> datetime:
        """The lab's time."""
        return self.world.clock.now()

    @property
    def machines(self) -> list[Machine]:
        """The machines that the account may see here, in the order of their creation."""
        return list(self.host.machines.values()) if self.host.rights else []

    async def write(self, *objects: Seam) -> None:
        """Hand out objects; reading cmdlets do not wait until they are taken."""
        await self.world.pay(len(objects))
        for value in objects:
            await self.sink.tell({"is": "object", "object": value})

    async def hand_over(self, value: Seam) -> None:
        """Hand out an object of an act: it is taken before anything more is done."""
        await self.sink.ask({"is": "object", "object": value})

    async def warn(self, text: str) -> None:
        """Warn of something; it is taken before anything more is done."""
        await self.sink.ask({"is": "warning", "text": text})

    async def agreed(self, text: str) -> bool:
        """Ask what -Force alone silences (ShouldContinue)."""
        return await self.sink.ask({"is": "continue", "text": text, "caption": "Confirm"})

    def on(self, switch: str) -> bool:
        """Whether a switch is on."""
        return bool(self.call.bound.get(switch))

    async def error(
        self, error_id: str, text: str, category: str, target: Any = None, exception: str = MISSING
    ) -> None:
        """Report one error and go on with the next target unless the pipeline ended."""
        record = {"id": error_id, "text": text, "category": category, "target": target}
        await self.sink.ask({"is": "error", **record, "exception": exception})

    def text(self, name: str) -> str | None:
        """A bound parameter as text: a string, Guid or enumeration name."""
        return _text(self.call.bound[name]) if name in self.call.bound else None

    def many(self, name: str) -> list[Any]:
        """A bound array parameter; a single value counts as one."""
        value = self.call.bound.get(name, [])
        return list(value) if isinstance(value, (list, tuple)) else [value]

    def texts(self, name: str) -> list[str]:
        """A bound array parameter as texts."""
        return [_text(value) for value in self.many(name)]

    def refs(self, name: str, kind: str) -> Iterator[tuple[str, ...]]:
        """The handles of bound objects of one kind, split into their parts.

        Raises:
            NotModelled: an object of another kind.
        """
        for value in self.many(name):
            head, _, rest = str(value.get("$ref", "") if isinstance(value, dict) else "").partition("/")
            if head != kind:
                raise NotModelled(f"{self.call.cmdlet} -{name} with another kind of object")
            yield tuple(rest.split("/"))


Handler = Callable[[Turn], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Cmdlet:
    """A handler with the parameters it understands."""

    handler: Handler
    understands: frozenset[str]


CMDLETS: dict[str, Cmdlet] = {}


def cmdlet(name: str, *understands: str) -> Callable[[Handler], Handler]:
    """Register a handler; any other bound parameter is refused, never ignored.

    Raises:
        ValueError: a parameter that the documentation does not have.
    """
    if wrong := set(understands) - parameters(name):
        raise ValueError(f"{name} has no documented parameter {sorted(wrong)}")

    def keep(handler: Handler) -> Handler:
        CMDLETS[name] = Cmdlet(handler, frozenset(understands))
        return handler

    return keep


def wild(text: str) -> bool:
    """Whether a text is a PowerShell wildcard pattern."""
    return any(sign in text for sign in "*?[")


def like(pattern: str) -> re.Pattern[str]:
    """A PowerShell wildcard pattern as a regular expression: ``*``, ``?``, ``[a-c]``; a backtick escapes."""
    parts = re.findall(r"`.|\[[^\]]+\]|.", pattern, re.DOTALL)
    return re.compile("".join(map(_like_part, parts)), re.IGNORECASE | re.DOTALL)


def _like_part(part: str) -> str:
    if part == "*":
        return ".*"
    if part == "?":
        return "."
    if part[0] == "[" and len(part) > 2:
        return "[" + re.sub(r"([\\^\[])", r"\\\1", part[1:-1]) + "]"
    return re.escape(part[-1])


def _text(value: Any) -> str:
    if value is None:
        raise NotModelled("nothing as a value")
    if isinstance(value, dict):
        found = value.get("$guid", value.get("name"))
        if found is None:
            raise NotModelled(f"a value of another kind: {value!r}")
        return str(found)
    return str(value)
