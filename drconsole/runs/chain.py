"""The hash chain of one run: each record's hash holds all before it, and the plan is the first link."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a run's journal.

    Args:
        seq: its number in the run, from 1, without gaps.
        step: the id of the step; empty for what concerns the whole run.
        at: the console's wall clock, ISO 8601 UTC.
        body: JSON.
    """

    run: str
    seq: int
    step: str
    kind: str
    at: str
    body: str
    hash: bytes


def origin(run: str, order: str) -> bytes:
    """The link before the first record: what the run was ordered to do."""
    return hashlib.sha256(msgspec.json.encode([run, order])).digest()


def link(previous: bytes, run: str, seq: int, step: str, kind: str, at: str, body: str) -> bytes:
    """The hash of a record that follows the one whose hash is ``previous``."""
    return hashlib.sha256(previous + msgspec.json.encode([run, seq, step, kind, at, body])).digest()


def first_broken(run: str, order: str, records: Iterable[Record]) -> int | None:
    """The number of the first record that was changed, removed or put in; None when the chain is whole."""
    previous, expected = origin(run, order), 1
    for record in records:
        previous = link(previous, run, record.seq, record.step, record.kind, record.at, record.body)
        if record.seq != expected or record.run != run or record.hash != previous:
            return expected
        expected += 1
    return None
