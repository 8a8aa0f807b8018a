"""What a running script carries: the process it runs in, its scope, and where its output goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

from .errors import ScriptError
from .refusal import Refused
from .scopes import PREFERENCES, Scope
from .values import NOTHING, SMA, Array, EnumValue, Hash, Thing, Value, Version, elements

Emit = Callable[[Value], None]


@dataclass(frozen=True, slots=True)
class Place:
    """One statement of a script; ``line`` and ``column`` count from 1."""

    line: int
    column: int
    kind: str


class Host(Protocol):
    """The simulated host as a script sees it. All methods block the calling thread."""

    def call(self, cmdlet: str, parameter_set: str, bound: dict[str, Value], frame: Frame) -> None:
        """Run a cmdlet of the simulated host; its objects go to ``frame.out``.

        Raises:
            ScriptError: an error ended the pipeline.
        """
        ...

    def stopped(self) -> bool:
        """Tell whether the process was killed."""
        ...


class Stopped(BaseException):
    """The process was killed: the thread gives up."""


class Flow(Exception):
    """Leave what is running: break, continue, return or exit."""


class Break(Flow):
    """``break``: leave the innermost loop, wherever it runs."""


class Continue(Flow):
    """``continue``: go on with the next turn of the innermost loop."""


class Return(Flow):
    """``return``: leave the script block; its value is already out."""


class Exit(Flow):
    """``exit``: end the process."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True)
class Run:
    """The state of one process.

    ``trace`` collects, for each script text, the statements that were executed. ``report`` takes the errors
    that a script does not catch, as they come.
    """

    host: Host
    report: Callable[[ScriptError], None]
    top: Scope = field(default_factory=lambda: Scope(None))
    trace: dict[str, set[Place]] = field(default_factory=dict)
    errors: list[ScriptError] = field(default_factory=list)
    caught: list[ScriptError] = field(default_factory=list)
    trying: int = 0
    depth: int = 0
    success: bool = True
    command_failed: bool = False

    def __post_init__(self) -> None:
        """Fill the global scope."""
        mode = EnumValue(SMA + "PSLanguageMode", "FullLanguage", 0)
        state = Thing(SMA + "SessionState", {"languagemode": mode}, SMA + "SessionState")
        table = Hash()
        for name, value in (
            ("PSVersion", Version((5, 1, 20348, 2849))),
            ("PSEdition", "Desktop"),
            ("BuildVersion", Version((10, 0, 20348, 2849))),
            ("CLRVersion", Version((4, 0, 30319, 42000))),
        ):
            table.set(name, value)
        self.top.variables.update(
            PREFERENCES,
            psversiontable=table,
            executioncontext=Thing(
                SMA + "EngineIntrinsics", {"sessionstate": state}, SMA + "EngineIntrinsics"
            ),
            args=Array(),
            input=Array(),
        )


@dataclass(slots=True)
class Frame:
    """One activation: a scope, and where output goes."""

    run: Run
    scope: Scope
    out: Emit

    def emit(self, value: Value) -> None:
        """Send a value down: arrays one element at a time, nothing not at all."""
        if value is NOTHING:
            return
        items = elements(value)
        if items is None:
            self.out(value)
            return
        for item in items:
            if item is not NOTHING:
                self.out(item)

    def collect(self, statement: Callable[[Frame], None], flush: bool = False) -> list[Value]:
        """Run a statement and return what it put out; with ``flush`` an error lets out what was there.

        Raises:
            Refused: a loop or the script is left from inside with output behind.
        """
        items: list[Value] = []
        try:
            statement(replace(self, out=items.append))
        except ScriptError:
            for item in items if flush else ():
                self.out(item)
            raise
        except Flow:
            if items:
                raise Refused("leaving a loop or script from a command whose output is taken") from None
            raise
        return items

    def value_of(self, statement: Callable[[Frame], None], flush: bool = False) -> Value:
        """Run a statement and return its output as one value: nothing, the only item, or an array."""
        items = self.collect(statement, flush)
        return NOTHING if not items else items[0] if len(items) == 1 else Array(items)

    def separator(self) -> str:
        """Return ``$OFS``: what joins arrays in strings."""
        from .text import to_text

        holder = self.scope.holder("ofs")
        value = None if holder is None else holder.variables["ofs"]
        return " " if value is None else to_text(value)

    def preference(self) -> str:
        """Return the name of the ``$ErrorActionPreference`` in force."""
        holder = self.scope.holder("erroractionpreference")
        value = holder.variables["erroractionpreference"] if holder else None
        if not isinstance(value, EnumValue) or value.name in ("Inquire", "Suspend", "Break", "Ignore"):
            raise Refused("this $ErrorActionPreference")
        return value.name

    def shows(self, preference: str) -> bool:
        """Tell whether messages of a kind are shown.

        Raises:
            Refused: the preference asks to stop or to inquire.
        """
        holder = self.scope.holder(preference)
        value = holder.variables[preference] if holder else None
        if not isinstance(value, EnumValue) or value.name not in ("Continue", "SilentlyContinue"):
            raise Refused(f"this ${preference}")
        return value.name == "Continue"

    def failed(self, error: ScriptError) -> None:
        """Take an error that ended a statement: go on with the next one, or raise it further."""
        self.run.success = False
        if error.fatal or self.run.trying:
            raise error
        preference = self.preference()
        if error not in self.run.errors:
            self.run.errors.insert(0, error)
        if preference == "Stop" or (error.thrown and preference == "Continue"):
            error.fatal = True
            raise error
        if preference == "Continue":
            self.run.report(error)

    def tell(self, error: ScriptError) -> None:
        """Take an error that a command reports and goes on after.

        Raises:
            ScriptError: the preference is Stop.
        """
        preference = self.preference()
        self.run.command_failed = True
        if preference == "Stop":
            raise error
        self.run.errors.insert(0, error)
        if preference == "Continue":
            self.run.report(error)
