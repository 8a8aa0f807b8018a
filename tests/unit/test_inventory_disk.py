"""What an inventory leaves on disk for the next one: readings, known records, and nothing half done."""

from __future__ import annotations

import errno
import fcntl
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from drconsole.cli import listing
from drconsole.domain.endpoint import Endpoint
from drconsole.domain.reading import Power, Reading, Sighting
from drconsole.domain.record import believed
from drconsole.domain.roles import Role
from drconsole.domain.snapshot import EndpointState, Snapshot
from drconsole.errors import Unreachable
from drconsole.inventory import Inventory, collector
from drconsole.inventory import folder as folder_module
from drconsole.inventory import inventory as inventories
from drconsole.inventory.folder import Folder
from drconsole.inventory.recorded import RecordedPlaces
from drconsole.inventory.store import ReadingStore
from drconsole.wording.alarms import endpoint_alarm
from drconsole.wording.roles import cell
from tests.unit.domain.builders import codes, reading, recorded, relation, vm
from tests.unit.test_inventory import PATIENCE_S, Scripted, endpoint, read, running, status, until

SILENT = Unreachable("No route.", subject="a")


def failed_over(ident: str = "v1") -> Sighting:
    """A copy that a console has failed over, with its record."""
    return recorded(vm("ny", Power.ON, relation("Replica", "FailedOver"), ident=ident), Role.RECOVERED)


def rewritten(ident: str = "v1") -> Sighting:
    """The same after a backup product has written notes of its own."""
    return replace(failed_over(ident), notes="backed up")


def asked(state: Path, answer: Reading | Unreachable, at: Endpoint | None = None) -> Snapshot:
    """What an inventory of its own says when it has read this once."""
    with running(state, Scripted(at or endpoint("a"), answer)) as inventory:
        return inventory.wait(PATIENCE_S)


def when(inventory: Inventory, true: Callable[[Snapshot], bool]) -> Snapshot:
    """The first snapshot of which something is true."""
    deadline = datetime.now(UTC) + timedelta(seconds=PATIENCE_S)
    while not true(snapshot := inventory.newest()):
        assert datetime.now(UTC) < deadline, snapshot
        threading.Event().wait(0.01)
    return snapshot


def missed(snapshot: Snapshot) -> bool:
    return any("record-gone" in codes(workload) for workload in snapshot.workloads)


@pytest.mark.parametrize("partial", [False, True], ids=["complete", "partial"])
def test_a_record_that_vanishes_is_missed_by_consoles_started_later(tmp_path: Path, partial: bool) -> None:
    first = reading("ny", failed_over())
    assert not missed(asked(tmp_path, replace(first, complete=not partial, limits=("no rights",))))
    for _ in range(3):
        assert missed(asked(tmp_path, reading("ny", rewritten())))


def protected() -> Sighting:
    """A VM that is replicated."""
    return vm("ny", Power.ON, relation("Primary"))


def bare() -> Sighting:
    """The same after somebody has removed its replication."""
    return vm("ny", Power.ON, own_mode="None")


def unprotected(snapshot: Snapshot) -> bool:
    return any("not-protected" in codes(workload) and workload.listed for workload in snapshot.workloads)


def test_protection_that_was_removed_is_missed_by_consoles_started_later(tmp_path: Path) -> None:
    assert not unprotected(asked(tmp_path, reading("ny", bare())))
    assert not unprotected(asked(tmp_path, reading("ny", protected())))
    for _ in range(3):
        assert unprotected(asked(tmp_path, reading("ny", bare())))
    assert unprotected(asked(tmp_path, SILENT))
    assert not unprotected(asked(tmp_path, reading("ny", protected())))


def test_protection_is_missed_where_only_an_earlier_version_kept_a_reading(tmp_path: Path) -> None:
    asked(tmp_path, reading("ny", protected()))
    (tmp_path / "protected" / "a.json").unlink()
    assert unprotected(asked(tmp_path, reading("ny", bare())))


def test_protection_is_forgotten_with_its_vm_and_only_when_all_was_seen(tmp_path: Path) -> None:
    asked(tmp_path, reading("ny", protected()))
    for unseen in (replace(reading("ny"), complete=False, limits=("no rights",)), SILENT):
        asked(tmp_path, unseen)
        assert unprotected(asked(tmp_path, reading("ny", bare())))
    asked(tmp_path, reading("ny"))
    assert not unprotected(asked(tmp_path, reading("ny", bare())))


def test_consoles_beside_each_other_do_not_forget_what_the_other_saw_protected(tmp_path: Path) -> None:
    other = vm("ny", Power.ON, relation("Primary"), ident="v2")
    third = vm("ny", Power.ON, relation("Primary"), ident="v3")
    platform = Scripted(endpoint("a"), reading("ny", protected()), reading("ny", bare(), other, third))
    with running(tmp_path, platform) as long:
        long.wait(PATIENCE_S)
        asked(tmp_path, reading("ny", protected(), other))
        long.read_now()
        when(long, lambda snapshot: len(snapshot.workloads) == 3)
    for ident in ("v1", "v2", "v3"):
        alone = reading("ny", vm("ny", Power.ON, ident=ident, own_mode="None"))
        known = replace(alone, complete=False, limits=("no rights",))
        assert unprotected(asked(tmp_path, known)), ident


@pytest.mark.parametrize("kept", [b"", b"{}", b'{"schema": 1, "address": "192.0.2.1", "places": [7]}'])
def test_a_damaged_file_of_what_was_protected_is_replaced(tmp_path: Path, kept: bytes) -> None:
    Folder(tmp_path / "protected").write("a", kept)
    assert not unprotected(asked(tmp_path, reading("ny", protected())))
    assert unprotected(asked(tmp_path, reading("ny", bare())))


def test_a_record_that_comes_back_is_missed_only_when_it_vanishes_again(tmp_path: Path) -> None:
    said = [
        missed(asked(tmp_path, reading("ny", one)))
        for one in (failed_over(), rewritten(), failed_over(), rewritten())
    ]
    assert said == [False, True, False, True]


def test_a_record_is_forgotten_with_its_copy_and_only_when_all_was_seen(tmp_path: Path) -> None:
    asked(tmp_path, reading("ny", failed_over()))
    for unseen in (replace(reading("ny"), complete=False, limits=("no rights",)), SILENT):
        asked(tmp_path, unseen)
        assert missed(asked(tmp_path, reading("ny", rewritten())))
    asked(tmp_path, reading("ny"))
    assert not missed(asked(tmp_path, reading("ny", rewritten())))


def test_consoles_beside_each_other_do_not_forget_what_the_other_knows(tmp_path: Path) -> None:
    later = reading("ny", failed_over("v1"), rewritten("v2"), failed_over("v3"))
    platform = Scripted(endpoint("a"), reading("ny", failed_over("v1")), later)
    with running(tmp_path, platform) as long:
        long.wait(PATIENCE_S)
        asked(tmp_path, reading("ny", failed_over("v1"), failed_over("v2")))
        long.read_now()
        when(long, lambda snapshot: len(snapshot.workloads) == 3)
    for ident in ("v1", "v2", "v3"):
        known = replace(reading("ny", rewritten(ident)), complete=False, limits=("no rights",))
        assert missed(asked(tmp_path, known)), ident


def test_what_is_known_of_another_machine_under_the_same_name_is_not_shown(tmp_path: Path) -> None:
    asked(tmp_path, reading("ny", failed_over()))
    moved = replace(endpoint("a"), address="192.0.2.99")
    assert asked(tmp_path, SILENT, moved).workloads == ()
    assert not missed(asked(tmp_path, reading("ny", rewritten()), moved))
    elsewhere = replace(endpoint("a"), site="New Jersey")
    assert ReadingStore(tmp_path).load(moved) is not None
    assert ReadingStore(tmp_path).load(endpoint("a")) is None
    assert ReadingStore(tmp_path).load(elsewhere) is None


@pytest.mark.parametrize("kept", [b"", b"{}", b'{"schema": 1, "address": "192.0.2.1", "places": [7]}'])
def test_a_damaged_file_of_records_costs_what_is_in_it_and_no_more(tmp_path: Path, kept: bytes) -> None:
    Folder(tmp_path / "records").write("a", kept)
    assert not missed(asked(tmp_path, reading("ny", failed_over())))
    assert missed(asked(tmp_path, reading("ny", rewritten())))


def test_a_full_disk_is_told_until_it_is_not_full_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with running(tmp_path, Scripted(endpoint("a"), read("a"))) as inventory:
        until(inventory, "a", EndpointState.OK)
        assert status(inventory.newest(), "a").alarms == ()
        monkeypatch.setattr(os, "fsync", full)
        inventory.read_now()
        told = status(when(inventory, lambda snapshot: bool(status(snapshot, "a").alarms)), "a")
        assert [alarm.code for alarm in told.alarms] == ["not-kept"]
        assert "cannot be kept in the state folder (No space left on device)" in endpoint_alarm(
            told, told.alarms[0]
        )
        assert [copy.fresh for w in inventory.newest().workloads for copy in w.copies] == [True]
        monkeypatch.undo()
        inventory.read_now()
        when(inventory, lambda snapshot: not status(snapshot, "a").alarms)
    assert [file.name for file in (tmp_path / "readings").glob("[!.]*")] == ["a.json"]


def test_a_dead_disk_holds_up_no_picture_and_no_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    healed, stuck = threading.Event(), threading.Event()

    def dead(_handle: int) -> None:
        stuck.set()
        healed.wait(PATIENCE_S)

    monkeypatch.setattr(collector, "_DISK_S", 0.05)
    monkeypatch.setattr(inventories, "_FAREWELL_S", 0.05)
    monkeypatch.setattr(os, "fsync", dead)
    gone = Unreachable("No route.", subject="a")
    try:
        with running(tmp_path, Scripted(endpoint("a"), read("a"), gone)) as inventory:
            told = status(inventory.wait(PATIENCE_S), "a")
            assert stuck.wait(PATIENCE_S)
            assert told.state is EndpointState.OK
            assert "(the disk does not answer)" in endpoint_alarm(told, told.alarms[0])
            # What is shown goes on, and nothing old is called current.
            inventory.read_now("a")
            shown = until(inventory, "a", EndpointState.SILENT)
            assert [copy.fresh for w in shown.workloads for copy in w.copies] == [False]
            inventory.stop()
            assert not healed.is_set(), "the end waited for the disk"
    finally:
        healed.set()


def test_what_a_full_disk_did_not_take_is_kept_later_even_if_less_is_seen_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    blind = replace(read("a"), sightings=(), complete=False, limits=("no rights",))
    monkeypatch.setattr(os, "fsync", full)
    with running(tmp_path, Scripted(endpoint("a"), read("a"), blind)) as inventory:
        when(inventory, lambda snapshot: bool(status(snapshot, "a").alarms))
        monkeypatch.undo()
        inventory.read_now()
        until(inventory, "a", EndpointState.PARTIAL)
    kept = ReadingStore(tmp_path).load(endpoint("a"))
    assert kept is not None
    assert (kept.complete, len(kept.sightings)) == (True, 1)


def test_records_that_an_earlier_version_kept_are_missed_too(tmp_path: Path) -> None:
    place = msgspec.to_builtins(failed_over().place)
    older = {"schema": 1, "address": endpoint("a").address, "places": [place]}
    Folder(tmp_path / "records").write("a", msgspec.json.encode(older))
    assert missed(asked(tmp_path, reading("ny", rewritten())))


def test_what_a_vanished_record_said_is_told_after_a_restart_too(tmp_path: Path) -> None:
    asked(tmp_path, reading("ny", failed_over()))
    for _ in range(2):
        (workload,) = asked(tmp_path, reading("ny", rewritten())).workloads
        (lost,) = [alarm for alarm in workload.all_alarms if alarm.code == "record-gone"]
        assert (lost.fact("role"), lost.fact("run"), lost.fact("by")) == (
            "RECOVERED",
            "7f3c0a11",
            "operator@jump",
        )


def test_a_kept_reading_of_a_clock_that_was_set_back_is_told_as_ahead_of_this_one(tmp_path: Path) -> None:
    ahead = replace(read("a"), endpoint="a", taken_at=datetime.now(UTC) + timedelta(days=2))
    ReadingStore(tmp_path).save(endpoint("a"), ahead)
    snapshot = asked(tmp_path, SILENT)
    ((copy,),) = [workload.copies for workload in snapshot.workloads]
    assert (copy.fresh, cell(copy, snapshot.taken_at)) == (False, "ORIGINAL seen ?")
    lines = list(listing.lines(snapshot, snapshot.workloads, 120))
    assert any("last read ahead of this clock: No route." in line for line in lines)
    # Whoever answers is believed all the same.
    ((copy,),) = [workload.copies for workload in asked(tmp_path, read("a")).workloads]
    assert copy.fresh


def test_of_one_place_the_newest_record_that_any_console_read_is_kept(tmp_path: Path) -> None:
    place = failed_over().place
    older = believed(failed_over().notes, place)
    assert older
    later = replace(older, run="00000002", at=older.at + timedelta(hours=1))
    here, beside = RecordedPlaces(tmp_path), RecordedPlaces(tmp_path)
    for one in (here, beside):
        assert one.load(endpoint("a")) == {}
    assert beside.keep(endpoint("a"), {place: later}) == ""
    for told in (older, None):
        assert here.keep(endpoint("a"), {place: told}) == ""
        assert RecordedPlaces(tmp_path).load(endpoint("a")) == {place: later}


def test_what_a_killed_console_left_half_written_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / "readings"
    folder.mkdir()
    (folder / ".left.part").write_bytes(b"half")
    (folder / "b.json").write_bytes(b"")
    held = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(held, fcntl.LOCK_SH)
        Folder(folder)
        assert (folder / ".left.part").exists(), "somebody writes just now, and it may be theirs"
    finally:
        os.close(held)
    Folder(folder)
    assert sorted(file.name for file in folder.iterdir()) == [".lock", "b.json"]


def test_a_console_that_was_stopped_while_it_wrote_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_module, "PATIENCE_S", 0.05)
    asked(tmp_path, reading("ny", failed_over()))
    held = os.open(tmp_path / "records" / ".lock", os.O_RDWR)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        # It ends, and tells of the file that it could not keep.
        told = asked(tmp_path, reading("ny", failed_over(), failed_over("v2")))
    finally:
        os.close(held)
    told_of = status(told, "a")
    assert "another console holds it locked" in endpoint_alarm(told_of, told_of.alarms[0])
    assert status(asked(tmp_path, reading("ny", failed_over(), failed_over("v2"))), "a").alarms == ()


def test_a_lock_that_is_held_is_waited_for_once_and_not_by_every_endpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Folder(tmp_path / "readings")
    waits: list[float] = []
    monkeypatch.setattr(folder_module, "PATIENCE_S", 0.05)
    held = os.open(tmp_path / "readings" / ".lock", os.O_RDWR)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(BlockingIOError):
            folder.write("a", b"")
        monkeypatch.setattr("drconsole.inventory.folder.time.sleep", waits.append)
        for number in range(64):
            with pytest.raises(BlockingIOError):
                folder.write(f"b{number}", b"")
    finally:
        os.close(held)
    assert waits == []
    folder.write("a", b"kept")
    assert folder.read("a") == b"kept"
