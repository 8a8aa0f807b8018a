"""What consoles and commands do with the journal: order runs, ask things of them, and read them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from drconsole.errors import Refused, UsageError
from drconsole.runs import tables
from drconsole.runs.chain import Record, first_broken
from drconsole.runs.codec import Order, decoded, encoded
from drconsole.runs.store import Store

CREATED, RUNNING, ENDED = "created", "running", "ended"


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run as it stands in its table; ``order`` is JSON, see ``codec``."""

    id: str
    site: str
    state: str
    token: int
    owner: str
    order: str


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks of a run: cancel, answer, stop-waiting, retry, back, abandon."""

    id: int
    kind: str
    step: str
    body: str
    by: str


class Held(Refused):
    """Another open run holds a workload."""

    def __init__(self, workload: str, run: str) -> None:
        super().__init__(
            f"Run {run} is open on {workload}; one workload is in one run at a time.",
            subject=workload,
            hint=f"Follow, answer or abandon it: drconsole runs show {run}",
        )
        self.run = run


class Journal:
    """The journal for all but the run processes, which alone write records."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def create(self, order: Order, site: str = "", run: str = "") -> str:
        """Order a run and claim all its workloads, or do nothing; its id.

        Raises:
            Held: another open run holds one of them.
            Refused: there is a run of this id already: its plan was ordered before.
            StateError: it could not be written.
        """
        run = run or new_id()
        with self.store.write() as connection:
            if connection.execute(sa.select(tables.run.c.id).where(tables.run.c.id == run)).first():
                raise Refused(
                    f"Run {run} was ordered already; nothing was ordered a second time.",
                    subject=run,
                    hint=f"See what became of it: drconsole runs show {run}",
                )
            _claim(connection, run, (subject.key for subject in order.plan.subjects))
            values = {
                "id": run,
                "site": site,
                "state": CREATED,
                "token": 0,
                "owner": "",
                "plan": encoded(order),
            }
            connection.execute(tables.run.insert().values(values))
        return run

    def reopen(self, run: str, keys: Iterable[str]) -> None:
        """Claim the workloads of an ended run again, so that it can be retried or led back.

        Raises:
            Held: another open run holds one of them.
            Refused: it has not ended, or a later run did something to one of them: its plan is of the past.
        """
        keys = set(keys)
        with self.store.write() as connection:
            if later := _later(connection, run, keys):
                raise Refused(
                    f"Run {later} came after it; what run {run} was planned on is not there any more.",
                    subject=run,
                    hint="Plan the operation anew.",
                )
            ended = sa.and_(tables.run.c.id == run, tables.run.c.state == ENDED)
            if not connection.execute(tables.run.update().where(ended).values(state=CREATED)).rowcount:
                raise Refused(
                    f"Run {run} has not ended.", subject=run, hint="Continue, answer or abandon it."
                )
            _claim(connection, run, keys)

    def ask(self, run: str, kind: str, by: str, step: str = "", body: str = "") -> int:
        """Ask something of a run; its process sees it within a second, or when it is continued.

        The number of the request; the run records it when it takes it up.
        """
        with self.store.write() as connection:
            values = {"run": run, "kind": kind, "step": step, "body": body, "by": by}
            asked = connection.execute(tables.request.insert().values(values))
        key = asked.inserted_primary_key
        return int(key[0]) if key else 0

    def runs(self) -> list[RunRow]:
        """All runs, in no order."""
        with self.store.read() as connection:
            rows = connection.execute(sa.select(tables.run)).all()
        return [RunRow(*row) for row in rows]

    def standings(self) -> list[tuple[str, str, int]]:
        """Id, state and token of all runs, in no order: what tells cheaply which of them went on."""
        with self.store.read() as connection:
            rows = connection.execute(
                sa.select(tables.run.c.id, tables.run.c.state, tables.run.c.token)
            ).all()
        return [(str(row.id), str(row.state), int(row.token)) for row in rows]

    def run(self, prefix: str) -> RunRow:
        """The run that an id or the unique beginning of one names.

        Raises:
            UsageError: there is none, or several.
        """
        begins = tables.run.c.id.startswith(prefix, autoescape=True)
        with self.store.read() as connection:
            rows = connection.execute(sa.select(tables.run).where(begins)).all()
        if len(rows) == 1 and prefix:
            return RunRow(*rows[0])
        if not rows:
            raise UsageError(f"There is no run {prefix!r}.", hint="Their ids: drconsole runs")
        ids = ", ".join(sorted(row.id for row in rows))
        raise UsageError(f"{prefix!r} names {len(rows)} runs: {ids}", hint="Type more of the id.")

    def records(self, run: str, after: int = 0) -> list[Record]:
        """The records of a run that follow number ``after``."""
        table = tables.record
        wanted = sa.select(table).where(table.c.run == run, table.c.seq > after).order_by(table.c.seq)
        with self.store.read() as connection:
            rows = connection.execute(wanted).all()
        return [Record(*row) for row in rows]

    def requests(self, run: str, after: int = 0) -> list[Request]:
        """What was asked of a run after request number ``after``."""
        table = tables.request
        wanted = sa.select(table.c.id, table.c.kind, table.c.step, table.c.body, table.c.by)
        wanted = wanted.where(table.c.run == run, table.c.id > after).order_by(table.c.id)
        with self.store.read() as connection:
            rows = connection.execute(wanted).all()
        return [Request(*row) for row in rows]

    def holders(self) -> dict[str, str]:
        """The open run of each workload that has one, by the workload's key."""
        table = tables.claim
        with self.store.read() as connection:
            rows = connection.execute(sa.select(table).where(table.c.run.isnot(None))).all()
        return {row.workload: row.run for row in rows}

    def first_broken(self, row: RunRow) -> int | None:
        """Where a run's hash chain does not hold, by record number; None when it is whole.

        The last record of an ended run must be its end: what was cut off behind is missed.
        """
        records = self.records(row.id)
        broken = first_broken(row.id, row.order, records)
        if broken is None and row.state == ENDED and (not records or records[-1].kind != "end"):
            return len(records) + 1
        return broken


def new_id() -> str:
    """A run's id: eight hex digits."""
    return secrets.token_hex(4)


def _later(connection: sa.Connection, run: str, keys: set[str]) -> str | None:
    """A run that was ordered later on one of these workloads."""
    rows = connection.execute(sa.select(tables.run.c.id, tables.run.c.plan)).all()
    orders = {str(ident): decoded(text) for ident, text in rows}
    own = orders.pop(run, None)
    if not isinstance(own, Order):
        return None
    for other, order in orders.items():
        if not isinstance(order, Order) or order.at <= own.at:
            continue
        if keys.intersection(subject.key for subject in order.plan.subjects):
            return other
    return None


def _claim(connection: sa.Connection, run: str, keys: Iterable[str]) -> None:
    """Claim workloads for a run, inside its transaction; each claim has a higher token than the one before.

    Raises:
        Held: another run has one of them.
    """
    table = tables.claim
    for key in sorted(set(keys)):
        row = connection.execute(sa.select(table).where(table.c.workload == key).with_for_update()).first()
        if row is None:
            connection.execute(table.insert().values(workload=key, token=1, run=run))
        elif row.run not in (None, run):
            raise Held(key, row.run)
        else:
            claimed = table.update().where(table.c.workload == key)
            connection.execute(claimed.values(run=run, token=row.token + 1))
