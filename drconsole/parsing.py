"""JSON into types, from any thread.

msgspec builds what it knows of a struct or dataclass when that is first decoded, and shows it to other
threads half built: two that decode one type for the first time at once crash the process. Here types are
built one at a time, and no other file of ours parses into types by msgspec itself.
"""

from __future__ import annotations

import threading
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

_building = threading.Lock()
_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}


def parsed(text: bytes | str | msgspec.Raw, kind: type[T]) -> T:
    """A JSON text as a value of ``kind``.

    Raises:
        msgspec.ValidationError: it is JSON of another shape; the message names the field.
        msgspec.DecodeError: it is not JSON.
    """
    value: T = _decoder(kind).decode(text)
    return value


def converted(value: Any, kind: type[T]) -> T:
    """Plain lists, dictionaries, texts and numbers as a value of ``kind``.

    Raises:
        msgspec.ValidationError: it is of another shape; the message names the field.
    """
    _decoder(kind)
    return msgspec.convert(value, kind)


def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    with _building:
        if kind not in _decoders:
            _decoders[kind] = msgspec.json.Decoder(kind)
        return _decoders[kind]
