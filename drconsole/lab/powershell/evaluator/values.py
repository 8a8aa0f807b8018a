"""Values of the language and the names of their .NET types.

Python's own types stand for the frequent ones: None, bool, int (Int32), float, Decimal, str, UUID,
bytearray (Byte[]).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from .refusal import Refused

Value = Any

SMA = "System.Management.Automation."


class Nothing(Enum):
    """The absence of any output, which is not ``$null``: it never enters an array."""

    NOTHING = "nothing"


NOTHING = Nothing.NOTHING


class Long(int):
    """System.Int64."""


class UInt32(Long):
    """System.UInt32: told by the host alone, compared and written, never calculated with."""


class UInt64(Long):
    """System.UInt64, likewise."""


class Byte(int):
    """System.Byte."""


class Char(str):
    """System.Char."""


class Array(list[Any]):
    """A .NET array; ``element`` is the type name of its elements."""

    __slots__ = ("element",)

    def __init__(self, items: Any = (), element: str = "System.Object") -> None:
        super().__init__(items)
        self.element = element


class Listed(Array):
    """A generic list of the host: enumerated like an array, of a type with another name."""

    __slots__ = ()


class ErrorList(Array):
    """``$Error``: an ArrayList of records, the newest first."""

    __slots__ = ()


def hash_key(key: Value) -> Value:
    """Return what makes two keys one: letters without case, numbers with their type.

    Raises:
        Refused: an object that equals texts.
    """
    if isinstance(key, Snapshot) and key.by_name:
        raise Refused(f"{key.type} as a key")
    if type(key) is str:
        return str, key.upper()
    return (type(key), key) if key.__hash__ else (type(key), id(key))


class Hash:
    """A hashtable; ``ordered`` ones are OrderedDictionary and know positions."""

    def __init__(self, ordered: bool = False) -> None:
        self.ordered = ordered
        self.entries: dict[Value, tuple[Value, Value]] = {}

    def get(self, key: Value) -> Value:
        """Return the value of a key, else None."""
        return self.entries.get(hash_key(key), (None, None))[1]

    def set(self, key: Value, value: Value) -> None:
        """Set a key; the first spelling stays, but in an ordered one the last does."""
        folded = hash_key(key)
        kept = key if self.ordered else self.entries.get(folded, (key,))[0]
        self.entries[folded] = (kept, value)

    def __contains__(self, key: Value) -> bool:
        return hash_key(key) in self.entries

    def __len__(self) -> int:
        return len(self.entries)

    def pairs(self) -> Iterator[tuple[Value, Value]]:
        """Iterate over keys and values in the order they came."""
        return iter(list(self.entries.values()))


class Custom:
    """A PSCustomObject: named properties, found without regard to case."""

    def __init__(self) -> None:
        self.properties: dict[str, tuple[str, Value]] = {}

    def set(self, name: str, value: Value) -> None:
        """Set a property; the first spelling stays."""
        self.properties[name.lower()] = (self.properties.get(name.lower(), (name,))[0], value)


@dataclass(frozen=True, slots=True)
class EnumValue:
    """A member of an enumeration; ``number`` is known for few."""

    type: str
    name: str
    number: int | None = None


@dataclass(frozen=True, slots=True)
class TypeValue:
    """A type as a value; ``name`` is its full name."""

    name: str


@dataclass(frozen=True, slots=True)
class Version:
    """System.Version."""

    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ScriptBlock:
    """A script block; ``code`` is what the compiler made of it."""

    text: str
    code: Any = field(compare=False, repr=False)


@dataclass(eq=False, slots=True)
class Thing:
    """An object of .NET that only has properties: ``properties`` maps lower-case names to values.

    Members that are on the closed list and not here do not exist on its type.
    """

    type: str
    properties: dict[str, Value]
    text: str = ""


@dataclass(eq=False, slots=True)
class Snapshot:
    """An object of the simulated host; reading what the model did not send is ``unmodelled``.

    ``by_name``: it equals texts and other such objects by its name, as objects of clusters do.
    """

    type: str
    properties: dict[str, Value]
    text: str
    wire: Any
    documented: frozenset[str]
    unmodelled: Callable[[str], None]
    by_name: bool = False


INTEGERS = {
    "System.Int32": (int, -(2**31), 2**31 - 1),
    "System.Int64": (Long, -(2**63), 2**63 - 1),
    "System.Byte": (Byte, 0, 255),
}
_PLAIN = {
    bool: "System.Boolean",
    int: "System.Int32",
    Long: "System.Int64",
    UInt32: "System.UInt32",
    UInt64: "System.UInt64",
    Byte: "System.Byte",
    float: "System.Double",
    Decimal: "System.Decimal",
    str: "System.String",
    Char: "System.Char",
    UUID: "System.Guid",
    bytearray: "System.Byte[]",
    TypeValue: "System.RuntimeType",
    Version: "System.Version",
    ScriptBlock: SMA + "ScriptBlock",
    Custom: SMA + "PSCustomObject",
}


def type_name(value: Value) -> str:
    """Return the full name of a value's type."""
    known = _PLAIN.get(type(value))
    if known:
        return known
    if isinstance(value, ErrorList):
        return "System.Collections.ArrayList"
    if isinstance(value, Array):
        return value.element + "[]"
    if isinstance(value, Hash):
        return "System.Collections." + ("Specialized.OrderedDictionary" if value.ordered else "Hashtable")
    return str(value.type)


def is_number(value: Value) -> bool:
    """Tell whether a value is of a numeric type (Boolean and Char are not)."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def elements(value: Value) -> list[Value] | None:
    """Return the elements of what PowerShell enumerates, else None."""
    if isinstance(value, Array):
        return value
    if isinstance(value, bytearray):
        return [Byte(b) for b in value]
    return None


def truth(value: Value) -> bool:
    """Return what a condition makes of a value."""
    items = elements(value)
    if items is not None:
        return len(items) > 1 or (len(items) == 1 and truth_of_one(items[0]))
    return truth_of_one(value)


def truth_of_one(value: Value) -> bool:
    """Return the truth of a single element; inner arrays count by being there.

    Raises:
        Refused: a member of an enumeration whose number is unknown.
    """
    if value is None or value is NOTHING:
        return False
    if isinstance(value, EnumValue):
        if value.number is None:
            raise Refused(f"the truth of {value.type} {value.name}")
        return value.number != 0
    if isinstance(value, Char):
        return value != "\0"
    if isinstance(value, bool | int | float | Decimal | str):
        return bool(value)
    items = elements(value)
    return True if items is None else bool(items)
