"""The failover record: what the console writes into a VM's own notes, and what it may believe of it.

The text (rules, section 2) is the last two lines of the notes, ``drconsole: <sentence>`` and
``drconsole-record: <JSON on one line>``; all that stands above stays as it was, byte for byte.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from drconsole.domain.place import Place
from drconsole.domain.roles import Role

VERSION = 1
_MARK = "drconsole-record: "
_PAIR = re.compile(r"(?:^|\n)drconsole: (?P<said>[^\n]*)\ndrconsole-record: (?P<json>[^\n]*)")


@dataclass(frozen=True, slots=True)
class Record:
    """What happened to a copy, as one console told all others.

    ``place`` is where it was written: read anywhere else it came there by replication, clone or restore.
    ``objects`` are handles of what the run created.
    """

    key: str
    role: Role
    place: Place
    run: str
    at: datetime
    by: str
    origin: str = ""
    objects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Strange:
    """A record that is there but cannot be believed: unknown version, or damaged. ``text`` is to be shown."""

    text: str


def records_in(notes: str) -> tuple[Record | Strange, ...]:
    """All records in a VM's notes, in their order."""
    return tuple(_parse(found["json"].rstrip("\r")) for found in _PAIR.finditer(notes))


def believed(notes: str, place: Place) -> Record | None:
    """The newest record that was written at this place."""
    fitting = [r for r in records_in(notes) if isinstance(r, Record) and r.place == place]
    return max(fitting, key=lambda r: r.at, default=None)


def newer(one: Record | None, other: Record | None) -> Record | None:
    """The newer of two records of one place; None is one of which nothing is known but that it was there."""
    return max(filter(None, (one, other)), key=lambda record: record.at, default=None)


def written(notes: str, record: Record, sentence: str) -> str:
    """The notes with the record as their last two lines; an older one of the same place is replaced."""
    kept = without(notes, record.place)
    said = " ".join(sentence.split())
    lines = f"drconsole: {said}\n{_MARK}{_text(record)}"
    return f"{kept}\n{lines}" if kept else lines


def without(notes: str, place: Place) -> str:
    """The notes without the records of one place; records of other places and all other text stay."""

    def keep(found: re.Match[str]) -> str:
        record = _parse(found["json"].rstrip("\r"))
        return "" if isinstance(record, Record) and record.place == place else found[0]

    kept = _PAIR.sub(keep, notes)
    opened = kept.startswith("\n") and not notes.startswith("\n")
    return kept[1:] if opened else kept


def _text(record: Record) -> str:
    place = record.place
    body = {
        "v": VERSION,
        "key": record.key,
        "role": record.role.value,
        "place": {
            "platform": place.platform,
            "site": place.site,
            "where": place.where,
            "ident": place.ident,
        },
        "run": record.run,
        "at": record.at.astimezone(UTC).isoformat(),
        "by": record.by,
        "origin": record.origin,
        "objects": list(record.objects),
    }
    return json.dumps(body, separators=(",", ":"))


def _parse(text: str) -> Record | Strange:
    try:
        body = json.loads(text)
        if body["v"] != VERSION or isinstance(body["v"], bool):
            return Strange(text)
        return _record(body)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return Strange(text)


def _record(body: dict[str, Any]) -> Record:
    """Build a record, strictly.

    Raises:
        ValueError, KeyError, TypeError, OverflowError: the JSON is not a record.
    """
    place = body["place"]
    texts = [body[name] for name in ("key", "run", "by", "origin")]
    texts += [place[name] for name in ("platform", "site", "where", "ident")]
    objects = body["objects"]
    if not all(isinstance(text, str) for text in [*texts, *objects]) or not isinstance(objects, list):
        raise ValueError("a text is no text")
    at = datetime.fromisoformat(body["at"])
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    where = Place(place["platform"], place["site"], place["where"], place["ident"])
    return Record(
        key=body["key"],
        role=Role(body["role"]),
        place=where,
        run=body["run"],
        at=at.astimezone(UTC),
        by=body["by"],
        origin=body["origin"],
        objects=tuple(objects),
    )
