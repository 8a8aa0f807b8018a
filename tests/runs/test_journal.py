"""The journal: private, versioned, chained, claimed by one run at a time, fenced by tokens."""

from __future__ import annotations

import multiprocessing
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from drconsole.errors import Refused, StateError, UsageError
from drconsole.runs import codec, filesystems, locks
from drconsole.runs import store as stores
from drconsole.runs.follow import records_of
from drconsole.runs.journal import Held, Journal
from drconsole.runs.store import FILE, Store
from drconsole.runs.writer import TokenLost, Writer
from tests.runs.plans import order, plan, step


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(Store(tmp_path))


def written(journal: Journal, lines: int = 5) -> str:
    """A run with some records."""
    run = journal.create(order(plan([step("1")])))
    writer = Writer(journal.store, run, "me")
    for number in range(lines):
        writer.append("1", "seen", {"n": number})
    writer.close()
    return run


def tamper(journal: Journal, sql: str) -> None:
    """What somebody with an editor does."""
    with sqlite3.connect(journal.store.file) as connection:
        connection.execute(sql)


def test_the_file_is_private_and_written_through(journal: Journal, tmp_path: Path) -> None:
    written(journal)
    files = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.glob(f"{FILE}*")}
    assert set(files.values()) == {0o600}
    assert f"{FILE}-wal" in files
    with journal.store.read() as connection:
        told = [connection.exec_driver_sql(f"PRAGMA {p}").scalar() for p in ("journal_mode", "synchronous")]
    assert told == ["wal", 2]


def test_a_journal_is_written_ahead_from_its_first_moment(tmp_path: Path) -> None:
    """Switched over later, it would be locked for a moment, and who opens it beside be refused."""
    stores._make_private(tmp_path / FILE)
    with closing(sqlite3.connect(tmp_path / FILE)) as somebody:
        assert somebody.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert [one.name for one in tmp_path.iterdir()] == [FILE]


def test_a_second_opening_in_one_process_gives_up_no_lock(journal: Journal, tmp_path: Path) -> None:
    """Else another process that closes it believes to be the last, and removes what was not carried over."""
    written(journal)
    with journal.store.read() as connection:
        connection.exec_driver_sql("SELECT * FROM run").all()
        Store(tmp_path).close()
        looks = "c.execute('select * from run').fetchall(); c.close()"
        code = f"import sqlite3; c = sqlite3.connect({str(tmp_path / FILE)!r}); {looks}"
        subprocess.run([sys.executable, "-c", code], check=True)
        assert (tmp_path / f"{FILE}-wal").exists()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE record SET body = '{}' WHERE seq = 3",
        "UPDATE record SET at = '2020-01-01T00:00:00+00:00' WHERE seq = 3",
        "UPDATE record SET kind = 'outcome' WHERE seq = 3",
        "DELETE FROM record WHERE seq = 3",
        "UPDATE record SET hash = x'00' WHERE seq = 3",
    ],
)
def test_a_record_that_was_changed_is_found(journal: Journal, sql: str) -> None:
    run = written(journal)
    assert journal.first_broken(journal.run(run)) is None
    tamper(journal, sql)
    assert journal.first_broken(journal.run(run)) == 3


def test_an_order_that_was_changed_is_found(journal: Journal) -> None:
    run = written(journal)
    tamper(journal, "UPDATE run SET plan = replace(plan, 'ada@here', 'eve@here')")
    assert journal.first_broken(journal.run(run)) == 1


def test_an_end_that_was_cut_off_is_found(journal: Journal) -> None:
    run = journal.create(order(plan([step("1")])))
    writer = Writer(journal.store, run, "me")
    writer.append("1", "outcome", {"outcome": "failed"})
    writer.end({"result": "failed"})
    assert journal.first_broken(journal.run(run)) is None
    tamper(journal, "DELETE FROM record WHERE seq = 2")
    assert journal.first_broken(journal.run(run)) == 2


def test_a_workload_is_in_one_open_run(journal: Journal) -> None:
    at = datetime.now(UTC)
    first = journal.create(order(plan([step("1")]), at))
    with pytest.raises(Held) as told:
        journal.create(order(plan([step("1", workload="hv:other"), step("2")])))
    assert told.value.run == first
    assert journal.holders() == {"hv:one": first}
    assert len(journal.runs()) == 1
    Writer(journal.store, first, "me").end({})
    second = journal.create(order(plan([step("1")]), at))
    assert journal.holders() == {"hv:one": second}
    with pytest.raises(Held):
        journal.reopen(first, ["hv:one"])


def test_what_was_ordered_once_is_not_ordered_again(journal: Journal) -> None:
    """Somebody presses the key a second time, or the first process could not be started."""
    made = order(plan([step("1")]))
    journal.create(made, run="7f3c0a11")
    with pytest.raises(Refused, match="7f3c0a11"):
        journal.create(made, run="7f3c0a11")
    Writer(journal.store, "7f3c0a11", "me").end({})
    with pytest.raises(Refused, match="7f3c0a11"):
        journal.create(made, run="7f3c0a11")
    assert journal.holders() == {}
    assert [row.state for row in journal.runs()] == ["ended"]


def race(folder: str, number: int, wins: int) -> None:
    """Claim, look, give free, again and again."""
    journal = Journal(Store(Path(folder)))
    won = 0
    while won < wins:
        try:
            run = journal.create(order(plan([step("1"), step("2", workload="hv:two")])))
        except Held:
            continue
        assert journal.holders() == {"hv:one": run, "hv:two": run}
        won += 1
        Writer(journal.store, run, f"racer {number}").end({})


def test_claims_race_and_one_wins_each_time(tmp_path: Path) -> None:
    context = multiprocessing.get_context("forkserver")
    racers = [context.Process(target=race, args=(str(tmp_path), n, 5), daemon=True) for n in range(4)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert [racer.exitcode for racer in racers] == [0] * 4
    journal = Journal(Store(tmp_path))
    assert len(journal.runs()) == 20
    assert journal.holders() == {}
    with sqlite3.connect(tmp_path / FILE) as connection:
        assert connection.execute("SELECT DISTINCT token FROM claim").fetchall() == [(20,)]


def test_a_successor_fences_the_writer_before_it_off(journal: Journal) -> None:
    run = journal.create(order(plan([step("1")])))
    before = Writer(journal.store, run, "before")
    before.append("1", "seen")
    after = Writer(journal.store, run, "after")
    with pytest.raises(TokenLost):
        before.append("1", "intent")
    with pytest.raises(TokenLost):
        before.end({})
    after.append("1", "seen")
    after.close()
    assert [record.seq for record in journal.records(run)] == [1, 2]
    assert journal.first_broken(journal.run(run)) is None


def test_a_lock_tells_whether_a_run_lives(tmp_path: Path) -> None:
    assert not locks.is_alive(tmp_path, "7f3c0a11")
    lock = locks.RunLock(tmp_path, "7f3c0a11")
    assert locks.is_alive(tmp_path, "7f3c0a11")
    lock.release()
    assert not locks.is_alive(tmp_path, "7f3c0a11")


def test_a_living_run_is_taken_by_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "_PROBES_S", 0.0)
    locks.RunLock(tmp_path, "7f3c0a11")
    with pytest.raises(Refused, match="alive"):
        locks.RunLock(tmp_path, "7f3c0a11")


def test_another_schema_version_is_read_and_never_written(journal: Journal, tmp_path: Path) -> None:
    run = written(journal)
    tamper(journal, "PRAGMA user_version = 7")
    other = Journal(Store(tmp_path))
    assert not other.store.fits
    assert len(other.records(run)) == 5
    with pytest.raises(StateError, match="schema version 7"):
        other.create(order(plan([step("1", workload="hv:new")])))
    with pytest.raises(StateError):
        other.ask(run, "cancel", "ada")
    with pytest.raises(StateError):
        Writer(other.store, run, "me")


def test_a_file_that_is_no_journal_is_told(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"something else entirely, of some length" * 40)
    with pytest.raises(StateError, match="not a database"):
        Store(tmp_path)


def test_a_full_disk_stops_before_anything_is_done(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    run = written(journal)
    full = Store(journal.store.folder)
    prepare = stores._prepare

    def small(connection: sqlite3.Connection, record: object) -> None:
        prepare(connection, record)
        connection.execute("PRAGMA max_page_count = 1")

    full.close()
    monkeypatch.setattr(stores, "_prepare", small)
    writer = Writer(Store(journal.store.folder), run, "me")
    with pytest.raises(StateError, match="full"):
        writer.append("1", "intent", {"filler": "x" * 100_000})
    monkeypatch.undo()
    assert [record.kind for record in journal.records(run)] == ["seen"] * 5
    assert journal.first_broken(journal.run(run)) is None


@pytest.mark.parametrize(
    ("kind", "refused"), [("nfs4", True), ("cifs", True), ("ext4", False), ("tmpfs", False)]
)
def test_network_file_systems_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, refused: bool
) -> None:
    device = tmp_path.stat().st_dev
    mounts = tmp_path / "mountinfo"
    line = f"36 35 {device >> 8 & 0xFFF}:{device & 0xFF} / /mnt\\040x rw shared:1 - {kind} server:/x rw\n"
    mounts.write_text(f"1 1 0:1 / / rw - overlay overlay rw\n{line}")
    assert filesystems.network_filesystem(tmp_path, mounts) == (kind if refused else "")
    monkeypatch.setattr(
        stores, "network_filesystem", lambda folder: filesystems.network_filesystem(folder, mounts)
    )
    if refused:
        with pytest.raises(StateError, match="network file system"):
            Store(tmp_path)
    else:
        Store(tmp_path).close()


def test_a_write_that_failed_leaves_no_gap_in_the_chain(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = written(journal)
    writer = Writer(journal.store, run, "me")
    insert = writer._insert

    def torn(*given: Any) -> None:
        insert(*given)
        raise StateError("the disk went away before the commit")

    monkeypatch.setattr(writer, "_insert", torn)
    with pytest.raises(StateError, match="went away"):
        writer.append("1", "intent")
    monkeypatch.undo()
    writer.append("1", "intent")
    assert [record.seq for record in journal.records(run)] == [1, 2, 3, 4, 5, 6]
    assert journal.first_broken(journal.run(run)) is None


def test_a_symbolic_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"")
    (tmp_path / FILE).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StateError):
        Store(tmp_path)


def test_followers_get_each_record_once(journal: Journal) -> None:
    run = journal.create(order(plan([step("1")])))
    news = records_of(journal, run)
    writer = Writer(journal.store, run, "me")
    got = []
    for number in range(20):
        writer.append("1", "seen", {"n": number})
        got += [record.seq for record in news()]
    assert news() == []
    assert got == list(range(1, 21))


def test_runs_are_named_by_the_beginning_of_their_id(journal: Journal) -> None:
    for run in ("aaaa0001", "aaaa0002"):
        journal.create(order(plan([step("1", workload=f"hv:{run}")])), run=run)
    assert journal.run("aaaa0001").id == "aaaa0001"
    for word in ("", "aaaa", "b", "%", "_aaa0001"):
        with pytest.raises(UsageError):
            journal.run(word)


def test_orders_come_back_as_they_were_given() -> None:
    given = order(
        plan([step("1", "add", ask="really?"), step("2", after=("1",), optional=True)], limits={"host": 2})
    )
    assert codec.decoded(codec.encoded(given)) == given


@pytest.mark.parametrize(
    "text", ['{"version": 2, "plan": {}}', '{"version": 1}', "nothing", "[]", '{"version": "1"}', "{}"]
)
def test_an_order_of_another_version_is_only_shown(text: str) -> None:
    assert isinstance(codec.decoded(text), codec.ForeignOrder)
