"""The single writer of a run: takes it over, and appends records that are on disk before work goes on."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from drconsole.errors import Refused
from drconsole.runs import tables
from drconsole.runs.chain import link, origin
from drconsole.runs.codec import body_text
from drconsole.runs.journal import ENDED, RUNNING
from drconsole.runs.store import Store


class TokenLost(Refused):
    """Another process has taken the run over; this one must not act any more."""

    def __init__(self, run: str) -> None:
        super().__init__(
            f"Run {run} has been taken over by another process; this one does nothing more.", subject=run
        )


@dataclass(frozen=True, slots=True)
class _Line:
    step: str
    kind: str
    body: Mapping[str, Any]
    done: Future[None]


class Writer:
    """Writes the records of one run; records of parallel steps share a commit.

    Making one takes the run: from then on every other writer of it is fenced off. Who makes it holds the
    run's lock.

    Raises:
        Refused: there is no such run.
        StateError: the journal cannot be written.
    """

    def __init__(
        self,
        store: Store,
        run: str,
        owner: str,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.run = run
        self._store = store
        self._wall = wall
        with store.write() as connection:
            row = connection.execute(
                sa.select(tables.run).where(tables.run.c.id == run).with_for_update()
            ).first()
            if row is None:
                raise Refused(f"There is no run {run}.", subject=run)
            self.order = str(row.plan)
            self._token = row.token + 1
            taken = tables.run.update().where(tables.run.c.id == run)
            connection.execute(taken.values(token=self._token, owner=owner, state=RUNNING))
            last = connection.execute(
                sa.select(tables.record.c.seq, tables.record.c.hash)
                .where(tables.record.c.run == run)
                .order_by(tables.record.c.seq.desc())
                .limit(1)
            ).first()
        self._seq: int = last.seq if last else 0
        self._hash: bytes = last.hash if last else origin(run, self.order)
        self._lines: queue.SimpleQueue[_Line | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, name=f"journal {run}", daemon=True)
        self._thread.start()

    def append(self, step: str, kind: str, body: Mapping[str, Any] | None = None) -> None:
        """Add a record; returns when it is on disk.

        Raises:
            TokenLost: somebody else has taken the run.
            StateError: it could not be written; nothing may be done that rests on it.
        """
        line = _Line(step, kind, body or {}, Future())
        self._lines.put(line)
        line.done.result()

    def end(self, body: Mapping[str, Any]) -> None:
        """Write the end of the run and give its workloads free, in one transaction.

        Raises:
            TokenLost, StateError: as ``append``.
        """
        self.close()
        with self._store.write() as connection:
            self._check(connection)
            self._insert(connection, [_Line("", "end", body, Future())])
            run = tables.run.update().where(tables.run.c.id == self.run)
            connection.execute(run.values(state=ENDED))
            held = tables.claim.update().where(tables.claim.c.run == self.run)
            connection.execute(held.values(run=None))

    def close(self) -> None:
        """End the writing thread when all that waits is written."""
        self._lines.put(None)
        self._thread.join()

    def _write(self) -> None:
        while True:
            batch, ending = self._batch()
            if batch:
                self._commit(batch)
            if ending:
                return

    def _batch(self) -> tuple[list[_Line], bool]:
        """Everything that waits now, at least one line, and whether the end was asked for."""
        batch: list[_Line] = []
        line = self._lines.get()
        while line is not None:
            batch.append(line)
            try:
                line = self._lines.get_nowait()
            except queue.Empty:
                return batch, False
        return batch, True

    def _commit(self, batch: list[_Line]) -> None:
        kept = self._seq, self._hash
        try:
            with self._store.write() as connection:
                self._check(connection)
                self._insert(connection, batch)
        except BaseException as error:
            self._seq, self._hash = kept
            for line in batch:
                line.done.set_exception(error)
        else:
            for line in batch:
                line.done.set_result(None)

    def _check(self, connection: sa.Connection) -> None:
        asked = sa.select(tables.run.c.token).where(tables.run.c.id == self.run).with_for_update()
        if connection.execute(asked).scalar_one_or_none() != self._token:
            raise TokenLost(self.run)

    def _insert(self, connection: sa.Connection, batch: list[_Line]) -> None:
        rows = []
        for line in batch:
            self._seq += 1
            at, text = self._wall().isoformat(), body_text(line.body)
            self._hash = link(self._hash, self.run, self._seq, line.step, line.kind, at, text)
            rows.append(
                {
                    "run": self.run,
                    "seq": self._seq,
                    "step": line.step,
                    "kind": line.kind,
                    "at": at,
                    "body": text,
                    "hash": self._hash,
                }
            )
        connection.execute(tables.record.insert(), rows)
