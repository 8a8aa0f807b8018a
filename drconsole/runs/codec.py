"""Orders, plans and observations as JSON: the form in which another process takes a run up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from drconsole.domain.plan import PLAN_VERSION, Plan
from drconsole.domain.step import Fact
from drconsole.parsing import converted, parsed


@dataclass(frozen=True, slots=True)
class Order:
    """A plan with who ordered it, what they confirmed, and from when it is.

    Args:
        by: the login, at its host.
        asked: what had to be typed for it, and ``confirmed`` what was.
        allowed_by: what armed the console: ``--allow-changes``, the key, or the config.
        attested: who saw how and when that a silent original is off, where that was needed.
    """

    plan: Plan
    by: str
    at: datetime
    asked: str
    confirmed: str
    allowed_by: str
    attested: Mapping[str, str] = field(default_factory=dict)
    version: int = PLAN_VERSION


@dataclass(frozen=True, slots=True)
class ForeignOrder:
    """An order that another version wrote: it is shown, and finished by hand."""

    version: int | None
    content: Mapping[str, Any]


class _Version(msgspec.Struct):
    version: int


def encoded(order: Order) -> str:
    """The order as JSON on one line."""
    return msgspec.json.encode(order).decode()


def decoded(text: str) -> Order | ForeignOrder:
    """The order that a text holds; one of another plan version, or damaged, is only shown."""
    try:
        version = parsed(text, _Version).version
        if version == PLAN_VERSION:
            order = parsed(text, Order)
            if order.plan.version == PLAN_VERSION:
                return order
    except msgspec.MsgspecError:
        version = None
    return ForeignOrder(version, _as_it_is(text))


def _as_it_is(text: str) -> Mapping[str, Any]:
    try:
        content = parsed(text, object)
    except msgspec.MsgspecError:
        return {"text": text}
    return content if isinstance(content, dict) else {"text": text}


def body_text(body: Mapping[str, Any]) -> str:
    """The body of a record or request as JSON on one line; half a surrogate pair becomes U+FFFD."""
    return msgspec.json.encode(_whole(body)).decode()


def body_of(text: str) -> dict[str, Any]:
    """The body that a text holds; an empty one where it holds none (a damaged record: ``verify`` tells)."""
    try:
        body = parsed(text, object)
    except msgspec.MsgspecError:
        return {}
    return body if isinstance(body, dict) else {}


def facts_json(facts: Iterable[Fact]) -> list[dict[str, str]]:
    """What was read back, for a record."""
    return [
        {"what": fact.what, "value": fact.value, "endpoint": fact.endpoint, "at": fact.at.isoformat()}
        for fact in facts
    ]


def facts_of(found: object) -> tuple[Fact, ...]:
    """What a record says was read back; what is no fact is left out."""
    try:
        return converted(found or (), tuple[Fact, ...])
    except msgspec.ValidationError:
        return ()


def _whole(value: Any) -> Any:
    """The value with texts that UTF-8 can hold."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode() if not value.isascii() else value
    if isinstance(value, Mapping):
        return {_whole(key): _whole(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_whole(one) for one in value]
    return value
