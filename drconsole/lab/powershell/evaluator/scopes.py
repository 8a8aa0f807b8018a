"""Variables and functions: nested scopes, automatic and preference variables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .convert import convert
from .errors import ScriptError
from .refusal import Refused
from .values import NOTHING, SMA, EnumValue, Value

CONSTANTS: dict[str, Value] = {"true": True, "false": False, "null": None}
PREFERENCE = SMA + "ActionPreference"
PREFERENCES = {
    "erroractionpreference": EnumValue(PREFERENCE, "Continue", 2),
    "warningpreference": EnumValue(PREFERENCE, "Continue", 2),
    "progresspreference": EnumValue(PREFERENCE, "Continue", 2),
    "verbosepreference": EnumValue(PREFERENCE, "SilentlyContinue", 0),
    "debugpreference": EnumValue(PREFERENCE, "SilentlyContinue", 0),
    "informationpreference": EnumValue(PREFERENCE, "SilentlyContinue", 0),
}
READ_ONLY = {"psversiontable", "executioncontext", "error", "?"}
UNKNOWN = frozenset(
    """
    $ ^ args0 confirmpreference consolefilename enabledexperimentalfeatures event eventargs
    eventsubscriber formatenumerationlimit home host iscoreclr islinux ismacos iswindows lastexitcode
    logcommandhealthevent maximumaliascount maximumdrivecount maximumerrorcount maximumfunctioncount
    maximumhistorycount maximumvariablecount myinvocation nestedpromptlevel outputencoding pid profile
    psboundparameters pscmdlet pscommandpath psculture psdefaultparametervalues psdebugcontext
    psemailserver pshome psitem0 psnativecommandargumentpassing psscriptroot pssenderinfo
    pssessionapplicationname pssessionconfigurationname pssessionoption psstyle psuiculture pwd sender
    shellid stacktrace switch this transcript whatifpreference foreach
    """.split()  # noqa: SIM905 - a list to read, not to scroll
)
"""Automatic variables whose values the evaluator does not know."""
DRIVES = frozenset(
    """
    alias cert env function hklm hkcu variable wsman temp using private workflow
    """.split()  # noqa: SIM905 - a list to read, not to scroll
)


class Scope:
    """One level of variables and functions."""

    __slots__ = ("functions", "parent", "types", "variables")

    def __init__(self, parent: Scope | None) -> None:
        self.parent = parent
        self.variables: dict[str, Value] = {}
        self.types: dict[str, str] = {}
        self.functions: dict[str, Any] = {}

    def top(self) -> Scope:
        """Return the global scope."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    def holder(self, name: str) -> Scope | None:
        """Return the nearest scope that has a variable."""
        scope: Scope | None = self
        while scope is not None and name not in scope.variables:
            scope = scope.parent
        return scope

    def function(self, name: str) -> Any:
        """Return a function that is visible here, else None."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.functions:
                return scope.functions[name]
            scope = scope.parent
        return None


def split_name(text: str) -> tuple[str, str]:
    """Return the lower-case scope word and name of a variable as written, without ``$``."""
    word, colon, name = text.lower().rpartition(":")
    if name == "psitem":
        name = "_"
    return (word if colon else ""), name


def reader(text: str) -> Callable[[Scope], Value]:
    """Return what reads a variable.

    Raises:
        Refused: an automatic variable that the evaluator does not know.
    """
    word, name = split_name(text)
    if word in DRIVES or len(word) == 1 or (not word and name in UNKNOWN):
        raise Refused(f"the variable ${text}")
    if word and word not in ("global", "script", "local"):
        return lambda _: None
    if name in CONSTANTS:
        constant = CONSTANTS[name]
        return lambda _: constant
    if word == "local":
        return lambda scope: scope.variables.get(name)
    if word:
        return lambda scope: scope.top().variables.get(name)

    def read(scope: Scope) -> Value:
        holder = scope.holder(name)
        return None if holder is None else holder.variables[name]

    return read


def writer(text: str, cast: str | None = None) -> Callable[[Scope, Value], Value]:
    """Return what assigns a variable, in the current scope unless the name says otherwise.

    It returns the value as the variable holds it then.

    ``cast`` is the full name of a type that the variable keeps from then on.

    Raises:
        Refused: an automatic variable, or one of another drive.
    """
    word, name = split_name(text)
    if word not in ("", "global", "script", "local") or name in UNKNOWN | READ_ONLY | {"input", "matches"}:
        raise Refused(f"an assignment to ${text}")
    if name == "null":
        return lambda _, value: value
    if name in CONSTANTS:
        return _refuse_constant(name)

    def write(scope: Scope, value: Value) -> Value:
        target = scope.top() if word in ("global", "script") else scope
        known = cast or target.types.get(name) or (PREFERENCE if name in PREFERENCES else None)
        kept = value if known is None else _kept(value, known, name)
        if name in PREFERENCES and isinstance(kept, EnumValue) and kept.name == "Ignore":
            # Windows PowerShell 5.1 takes it as a parameter alone.
            raise Refused(f"Ignore in ${text}")
        target.variables[name] = kept
        if cast:
            target.types[name] = cast
        return kept

    return write


def _refuse_constant(name: str) -> Callable[[Scope, Value], Value]:
    """Return what an assignment to $true or $false does."""

    def write(_: Scope, __: Value) -> Value:
        text = f"Cannot overwrite variable {name} because it is read-only or constant."
        kind = SMA + "SessionStateUnauthorizedAccessException"
        raise ScriptError("VariableNotWritable", "WriteError", text, kind)

    return write


def _kept(value: Value, kind: str, name: str) -> Value:
    """Convert to the type a variable keeps."""
    try:
        return convert(None if value is NOTHING else value, kind)
    except ScriptError as error:
        text = f"Cannot convert the value of {name}: {error.message}"
        metadata = SMA + "ArgumentTransformationMetadataException"
        raise ScriptError("RuntimeException", "MetadataError", text, metadata) from None
