"""Acknowledgements of alarms in the journal: added, withdrawn, and those that stand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec
import sqlalchemy as sa

from drconsole.domain.acknowledged import NEVER, Acknowledgement
from drconsole.domain.roles import AlarmCode, Severity
from drconsole.errors import Refused, UsageError
from drconsole.parsing import parsed
from drconsole.runs import tables
from drconsole.runs.codec import body_text
from drconsole.runs.journal import Journal

ACKNOWLEDGED, WITHDRAWN = "acknowledged", "withdrawn"


class _Body(msgspec.Struct):
    code: str
    severity: int = 0
    reason: str = ""


def acknowledge(journal: Journal, one: Acknowledgement) -> None:
    """Keep an acknowledgement; one that stood before is replaced by it.

    Raises:
        Refused: that alarm is never acknowledged.
        UsageError: it has no reason, or would have ended already.
        StateError: it could not be written.
    """
    if one.code in NEVER:
        raise Refused(
            f"{one.code} is never acknowledged.", subject=one.subject, hint="Compare the two copies."
        )
    if not one.reason.strip():
        raise UsageError("An acknowledgement has a reason.", hint="Say it: --reason TEXT")
    if one.until <= one.at:
        raise UsageError("It would have ended already.", hint="Give a time to come, such as 2030-01-31")
    body = {"code": one.code.value, "severity": int(one.severity), "reason": one.reason}
    _add(journal, ACKNOWLEDGED, one.subject, body, one.by, one.at, one.until)


def withdraw(journal: Journal, subject: str, code: AlarmCode, by: str, at: datetime) -> None:
    """Let an alarm count again; what was said of it stays on record.

    Raises:
        Refused: nothing stands of it.
        StateError: it could not be written.
    """
    if not any((one.subject, one.code) == (subject, code) for one in standing(journal, at)):
        raise Refused(f"{code} of {subject} is not acknowledged.", subject=subject)
    _add(journal, WITHDRAWN, subject, {"code": code.value}, by, at, None)


def standing(journal: Journal, now: datetime) -> list[Acknowledgement]:
    """The acknowledgements that hold, the newest of each alarm.

    Raises:
        StateError: the journal cannot be read.
    """
    table = tables.mark
    with journal.store.read() as connection:
        rows = connection.execute(sa.select(table).order_by(table.c.id)).all()
    found: dict[tuple[str, str], Acknowledgement | None] = {}
    for row in rows:
        try:
            body = parsed(row.body, _Body)
            one = _acknowledgement(row, body) if row.kind == ACKNOWLEDGED else None
        except (msgspec.MsgspecError, ValueError):
            # What another version wrote, or nobody can read, sets no alarm aside.
            continue
        found[row.subject, body.code] = one
    return [one for one in found.values() if one is not None and now < one.until]


def _acknowledgement(row: sa.Row[tuple[object, ...]], body: _Body) -> Acknowledgement:
    return Acknowledgement(
        subject=row.subject,
        code=AlarmCode(body.code),
        severity=Severity(body.severity),
        by=row.by,
        at=datetime.fromisoformat(row.at),
        until=datetime.fromisoformat(row.until),
        reason=body.reason,
    )


def _add(
    journal: Journal,
    kind: str,
    subject: str,
    body: Mapping[str, object],
    by: str,
    at: datetime,
    until: datetime | None,
) -> None:
    values = {"kind": kind, "subject": subject, "body": body_text(body), "by": by, "at": at.isoformat()}
    with journal.store.write() as connection:
        ended = until.isoformat() if until else None
        connection.execute(tables.mark.insert().values(**values, until=ended))
