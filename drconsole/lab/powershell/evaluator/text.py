"""What a string makes of a value."""

from __future__ import annotations

from uuid import UUID

from .dates import DateTime, TimeSpan, date_text, span_text
from .numbers import number_text
from .refusal import Refused
from .values import (
    NOTHING,
    Array,
    Custom,
    EnumValue,
    Hash,
    Listed,
    ScriptBlock,
    Snapshot,
    Thing,
    TypeValue,
    Value,
    Version,
    elements,
    is_number,
    type_name,
)

ACCELERATORS = {
    "System.Int32": "int",
    "System.Int64": "long",
    "System.String": "string",
    "System.Boolean": "bool",
    "System.Double": "double",
    "System.Decimal": "decimal",
    "System.Char": "char",
    "System.Byte": "byte",
    "System.DateTime": "datetime",
    "System.TimeSpan": "timespan",
    "System.Guid": "guid",
    "System.Version": "version",
    "System.Collections.Hashtable": "hashtable",
    "System.Management.Automation.ScriptBlock": "scriptblock",
}


def to_text(value: Value, separator: str = " ") -> str:
    """Return the text of a value, culture invariant; arrays are joined by ``separator``."""
    items = elements(value)
    if items is None:
        return one_text(value)
    return separator.join(one_text(item) for item in items)


def one_text(value: Value) -> str:
    """Return the text of one value; an array inside another is its type's name."""
    if value is None or value is NOTHING:
        return ""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return "True" if value else "False"
    if is_number(value):
        return number_text(value)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, DateTime):
        return date_text(value, None)
    if isinstance(value, TimeSpan):
        return span_text(value)
    if isinstance(value, EnumValue):
        return value.name
    if isinstance(value, Version):
        return ".".join(map(str, value.parts))
    if isinstance(value, TypeValue):
        element = ACCELERATORS.get(value.name.removesuffix("[]"))
        return value.name if element is None else element + "[]" * value.name.endswith("[]")
    if isinstance(value, ScriptBlock | Thing | Snapshot):
        return value.text
    if isinstance(value, Custom):
        return "@{" + "; ".join(f"{n}={property_text(v)}" for n, v in value.properties.values()) + "}"
    if isinstance(value, Listed):
        raise Refused("the text of a list of the host inside an array")
    if isinstance(value, Hash | Array | bytearray):
        return type_name(value)
    raise TypeError(type(value).__name__)


def property_text(value: Value) -> str:
    """Return the text of a property inside the text of a custom object."""
    return "" if isinstance(value, Custom) else one_text(value)


def joined(left: Value, separator: str) -> str:
    """Join the texts of the elements."""
    items = elements(left)
    return separator.join(one_text(item) for item in ([left] if items is None else items))
