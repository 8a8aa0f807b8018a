"""The cmdlets of the closed list: JSON here, everything of the host forwarded to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from . import json_text
from .arguments import Argument
from .binding import Bound, bind
from .frame import Emit, Frame
from .refusal import Refused
from .signatures import Signature, signatures
from .text import to_text
from .values import Array, Value


@dataclass(frozen=True, slots=True)
class CmdletFeed:
    """A cmdlet ready to take items."""

    take: Emit
    finish: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Cmdlet:
    """A cmdlet and what starts it once its parameters are bound; ``piped`` tells that items come."""

    signature: Signature
    begin: Callable[[Frame, Bound, bool], CmdletFeed]

    @property
    def name(self) -> str:
        """Its name as documented."""
        return self.signature.name

    def start(self, frame: Frame, arguments: list[Argument], piped: bool, line: int) -> CmdletFeed:
        """Bind the arguments and make it ready.

        Raises:
            ScriptError: they do not bind.
            Refused: they use what is not on the list.
        """
        try:
            return self.begin(frame, bind(self.signature, arguments), piped)
        except Refused as refusal:
            refusal.line = refusal.line or line
            raise


def _to_json(frame: Frame, bound: Bound, piped: bool) -> CmdletFeed:
    """Start ConvertTo-Json: piped items become one array, one alone itself."""
    given = bound.values
    depth, compress = given.get("Depth", 2), bool(given.get("Compress", False))
    items = Array()

    def finish() -> None:
        if "InputObject" in given:
            value = given["InputObject"]
        elif not piped:
            raise Refused("ConvertTo-Json without input")
        elif not items:
            return
        else:
            value = items[0] if len(items) == 1 else items
        frame.out(json_text.write(value, depth, compress))

    def take(value: Value) -> None:
        if "InputObject" in given:
            raise Refused("ConvertTo-Json with input from two sides")
        items.append(value)

    return CmdletFeed(take, finish)


def _from_json(frame: Frame, bound: Bound, piped: bool) -> CmdletFeed:
    """Start ConvertFrom-Json: piped lines are one text."""
    if not piped:
        raise Refused("ConvertFrom-Json without input")
    lines: list[str] = []

    def take(value: Value) -> None:
        if value is None or value == "":
            raise Refused("ConvertFrom-Json of nothing")
        lines.append(to_text(value))

    def finish() -> None:
        if lines:
            frame.out(json_text.read("\n".join(lines), bound.signature.suffix))

    return CmdletFeed(take, finish)


def _forward(frame: Frame, bound: Bound, piped: bool) -> CmdletFeed:
    """Start a cmdlet of the simulated host."""

    def take(value: Value) -> None:
        raise Refused(f"a pipeline into {bound.signature.name}")

    def finish() -> None:
        frame.run.host.call(bound.signature.name, bound.parameter_set, bound.values, frame)

    if piped:
        raise Refused(f"a pipeline into {bound.signature.name}")
    return CmdletFeed(take, finish)


_OWN = {"convertto-json": _to_json, "convertfrom-json": _from_json}
CMDLETS: dict[str, Cmdlet] = {
    name: Cmdlet(signature, _OWN.get(name, _forward)) for name, signature in signatures().items()
}
