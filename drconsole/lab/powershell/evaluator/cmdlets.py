"""The cmdlets of the closed list: JSON here, everything of the host forwarded to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from . import json_text
from .arguments import Argument
from .binding import Bound, bind
from .closed_list import COMMANDS
from .errors import ScriptError
from .frame import Emit, Frame
from .refusal import Refused
from .scopes import PREFERENCE, Scope
from .signatures import Signature, signatures
from .text import to_text
from .values import Array, EnumValue, Value

STOP = EnumValue(PREFERENCE, "Stop", 1)


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
            if piped and self.begin is _forward:
                raise Refused(f"a pipeline into {self.name}")
            stops, rest = self._error_action(arguments)
            bound = bind(self.signature, rest)
            if not stops:
                return self.begin(frame, bound, piped)
            scope = Scope(frame.scope)
            scope.variables["erroractionpreference"] = STOP
            return _ending(self.begin(Frame(frame.run, scope, frame.out), bound, piped))
        except Refused as refusal:
            refusal.line = refusal.line or line
            raise

    def _error_action(self, arguments: list[Argument]) -> tuple[bool, list[Argument]]:
        """Take ``-ErrorAction Stop`` out of the arguments; whether it was there.

        Raises:
            Refused: another action, or a cmdlet that scripts do not use so.
        """
        at = next((n for n, a in enumerate(arguments) if (a.name or "").lower() == "erroraction"), None)
        if at is None:
            return False, arguments
        last = at if arguments[at].joined else at + 1
        action = to_text(arguments[last].value) if last < len(arguments) else ""
        if action.lower() != "stop" or "erroraction" not in COMMANDS[self.name.lower()]:
            raise Refused(f"-ErrorAction {action} of {self.name}")
        return True, arguments[:at] + arguments[last + 1 :]


def _ending(feed: CmdletFeed) -> CmdletFeed:
    """Let the errors of a cmdlet end the script unless something catches them, as -ErrorAction Stop does."""

    def finish() -> None:
        try:
            feed.finish()
        except ScriptError as error:
            error.fatal = True
            raise

    return CmdletFeed(feed.take, finish)


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

    return CmdletFeed(take, finish)


_OWN = {"convertto-json": _to_json, "convertfrom-json": _from_json}
CMDLETS: dict[str, Cmdlet] = {
    name: Cmdlet(signature, _OWN.get(name, _forward)) for name, signature in signatures().items()
}
