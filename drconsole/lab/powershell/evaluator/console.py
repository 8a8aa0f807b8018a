"""What powershell.exe prints: the objects that no command took, and the errors that none caught."""

from __future__ import annotations

from .dates import DateTime
from .errors import ScriptError
from .refusal import Refused
from .text import to_text
from .values import NOTHING, EnumValue, Thing, Value, is_number, type_name


def printed(value: Value) -> str:
    """Return the lines for one object, each ended by CR LF.

    Raises:
        Refused: an object that would be printed as a table or a list.
    """
    if value is None or value is NOTHING:
        return ""
    if isinstance(value, str | bool | EnumValue) or is_number(value):
        return to_text(value).replace("\r\n", "\n").replace("\n", "\r\n") + "\r\n"
    if isinstance(value, Thing) and "\0error" in value.properties:
        error: ScriptError = value.properties["\0error"]
        return error_lines(error)
    if isinstance(value, DateTime):
        raise Refused("a date printed")
    raise Refused(f"{type_name(value)} printed")


def error_lines(error: ScriptError) -> str:
    """Return how an error that nobody caught is printed: message, place, category and id."""
    head = f"{error.activity} : " if error.activity else ""
    reason = error.exception.type.rpartition(".")[2]
    lines = [
        f"{head}{error.message}",
        f"At line:{error.line} char:1",
        f"    + CategoryInfo          : {error.category}: (:) [{error.activity}], {reason}",
        f"    + FullyQualifiedErrorId : {error.error_id}",
        " ",
    ]
    return "\r\n".join(lines).replace("\r\n", "\n").replace("\n", "\r\n") + "\r\n"
