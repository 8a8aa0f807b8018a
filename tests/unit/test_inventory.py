"""The inventory: parallel, patient with nobody, honest about what is last-known."""

from __future__ import annotations

import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drconsole.domain.endpoint import Endpoint, EndpointKind, Estate, Site
from drconsole.domain.reading import Power, Reading
from drconsole.domain.snapshot import EndpointState, EndpointStatus, Snapshot
from drconsole.errors import EndpointError, LoginRefused, StateError, Unreachable
from drconsole.inventory import Inventory, collector
from drconsole.inventory.pace import pause_s
from drconsole.inventory.store import ReadingStore
from drconsole.platforms.base import Tier
from drconsole.wording.actions import next_action
from drconsole.wording.endpoints import state_words
from tests.unit.domain.builders import reading, relation, vm

PATIENCE_S = 30.0


class Scripted:
    """A Platform whose reads do what the test says: give readings, fail, or hang until closed."""

    def __init__(self, endpoint: Endpoint, *answers: Reading | EndpointError | BaseException | None) -> None:
        self.endpoint = endpoint
        self.answers = list(answers)
        self.released = threading.Event()
        self.asked = threading.Semaphore(0)
        self.closed = threading.Event()

    def read(self, tier: Tier) -> Reading:
        self.asked.release()
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is None:
            self.released.wait(PATIENCE_S)
            raise Unreachable("It was broken off.", subject=self.endpoint.name)
        if isinstance(answer, BaseException):
            raise answer
        return replace(answer, endpoint=self.endpoint.name, taken_at=datetime.now(UTC), clock=None)

    def close(self) -> None:
        self.closed.set()
        self.released.set()


def endpoint(name: str, budget_s: float = 20.0, refresh_s: float = 3600.0) -> Endpoint:
    return Endpoint(name, "New York", EndpointKind.HYPERV_HOST, "192.0.2.1", refresh_s, budget_s)


def read(name: str = "ny") -> Reading:
    return reading("ny", vm("ny", Power.ON, relation("Primary"), ident=f"vm-of-{name}"))


@contextmanager
def running(state: Path, *platforms: Scripted) -> Iterator[Inventory]:
    estate = Estate("TEST", (Site("New York"),), (), tuple(p.endpoint for p in platforms))
    inventory = Inventory(estate, {p.endpoint.name: p for p in platforms}, state)
    inventory.start()
    try:
        yield inventory
    finally:
        for platform in platforms:
            platform.released.set()
        inventory.stop()


def until(inventory: Inventory, wanted: str, state: EndpointState) -> Snapshot:
    """The first snapshot in which an endpoint has a state."""
    deadline = datetime.now(UTC) + timedelta(seconds=PATIENCE_S)
    tick = threading.Event()
    while datetime.now(UTC) < deadline:
        snapshot = inventory.newest()
        if status(snapshot, wanted).state is state and not status(snapshot, wanted).reading:
            return snapshot
        tick.wait(0.01)
    raise AssertionError(f"{wanted} never became {state}: {inventory.newest().endpoints}")


def status(snapshot: Snapshot, name: str) -> EndpointStatus:
    return next(e for e in snapshot.endpoints if e.name == name)


def test_a_hanging_endpoint_does_not_hold_up_the_others(tmp_path: Path) -> None:
    dead = [Scripted(endpoint(f"dead{i}"), None) for i in range(5)]
    alive = Scripted(endpoint("alive"), read("alive"))
    with running(tmp_path, *dead, alive) as inventory:
        snapshot = until(inventory, "alive", EndpointState.OK)
        assert [c.fresh for w in snapshot.workloads for c in w.copies] == [True]
        assert all(status(snapshot, p.endpoint.name).state is EndpointState.NEVER for p in dead)


def test_a_read_beyond_its_budget_is_told_and_broken_off(tmp_path: Path) -> None:
    dead = Scripted(endpoint("dead", budget_s=0.01), None)
    with running(tmp_path, dead) as inventory:
        snapshot = inventory.wait(PATIENCE_S)
        assert status(snapshot, "dead").error_code == "timed-out"
        assert "It has not answered completely within" in status(snapshot, "dead").error
        assert dead.closed.is_set()


def test_wait_returns_when_all_have_answered_or_failed(tmp_path: Path) -> None:
    refused = LoginRefused("The password is wrong.", subject="b", hint="Check it.")
    with running(tmp_path, Scripted(endpoint("a"), read("a")), Scripted(endpoint("b"), refused)) as inventory:
        snapshot = inventory.wait(PATIENCE_S)
        assert status(snapshot, "a").state is EndpointState.OK
        told = status(snapshot, "b")
        assert (told.state, told.error, told.error_code) == (
            EndpointState.NEVER,
            "The password is wrong. Check it.",
            "login",
        )
        assert told.next_try is not None


def test_a_password_that_is_waited_for_is_told_as_that_and_costs_the_endpoint_no_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collector, "_SLOW_S", 0.0)
    monkeypatch.setattr(collector, "_GRACE_S", 0.4)
    told: list[LoginRefused | None] = [LoginRefused("The password is being waited for.", subject="hosts")]
    platform = Scripted(endpoint("a", budget_s=0.2), None)
    estate = Estate("TEST", (Site("New York"),), (), (platform.endpoint,))
    inventory = Inventory(estate, {"a": platform}, tmp_path, {"a": lambda: told[0]})
    inventory.start()
    try:
        until_error(inventory, "login")
        assert status(inventory.newest(), "a").error == "The password is being waited for."
        assert not platform.closed.wait(1.0), "the wait for the password was taken for a hanging endpoint"
        told[0] = None
        until_error(inventory, "timed-out")
        assert platform.closed.wait(PATIENCE_S)
    finally:
        platform.released.set()
        inventory.stop()


def until_error(inventory: Inventory, code: str) -> None:
    """Wait until the endpoint's error is of a kind."""
    deadline = datetime.now(UTC) + timedelta(seconds=PATIENCE_S)
    while status(inventory.newest(), "a").error_code != code:
        assert datetime.now(UTC) < deadline, inventory.newest().endpoints
        threading.Event().wait(0.01)


def test_wait_tells_who_did_not_answer_in_time(tmp_path: Path) -> None:
    with running(tmp_path, Scripted(endpoint("a"), None)) as inventory:
        snapshot = inventory.wait(0.01)
        assert status(snapshot, "a").error_code == "timed-out"


def test_an_endpoint_that_falls_silent_keeps_its_copies_as_last_known(tmp_path: Path) -> None:
    gone = Unreachable("Connection refused.", subject="a")
    platform = Scripted(endpoint("a"), read("a"), gone)
    with running(tmp_path, platform) as inventory:
        until(inventory, "a", EndpointState.OK)
        inventory.read_now("a")
        snapshot = until(inventory, "a", EndpointState.SILENT)
        (copy,) = snapshot.workloads[0].copies
        assert (copy.fresh, copy.role.value) == (False, "ORIGINAL")
        assert status(snapshot, "a").silent_since is not None


def test_a_defect_of_ours_is_told_and_the_endpoint_is_read_again(tmp_path: Path) -> None:
    platform = Scripted(endpoint("a"), KeyError("defect"), read("a"))
    with running(tmp_path, platform) as inventory:
        snapshot = until(inventory, "a", EndpointState.NEVER)
        inventory.read_now()
        snapshot = until(inventory, "a", EndpointState.OK)
        assert status(snapshot, "a").error == ""


def test_a_console_started_on_a_dark_site_shows_what_was_last_known(tmp_path: Path) -> None:
    with running(tmp_path, Scripted(endpoint("a"), read("a"))) as first:
        first.wait(PATIENCE_S)
    dark = Unreachable("No route.", subject="a")
    with running(tmp_path, Scripted(endpoint("a"), dark)) as second:
        before = second.newest()
        after = second.wait(PATIENCE_S)
    for snapshot in (before, after):
        (copy,) = snapshot.workloads[0].copies
        assert (copy.role.value, copy.fresh) == ("ORIGINAL", False)
        assert status(snapshot, "a").state is EndpointState.SILENT
        assert status(snapshot, "a").last_read == copy.taken_at


def test_who_is_only_being_asked_is_not_called_silent(tmp_path: Path) -> None:
    """What was kept is last known; that nobody answers is known when the first try is over."""
    with running(tmp_path, Scripted(endpoint("a"), read("a"))) as first:
        first.wait(PATIENCE_S)
    slow = Scripted(endpoint("a"), None, Unreachable("No route.", subject="a"))
    with running(tmp_path, slow) as second:
        asked = second.newest()
        assert (status(asked, "a").asking, status(asked, "a").alarms) == (True, ())
        (copy,) = asked.workloads[0].copies
        assert (copy.asking, copy.fresh) == (True, False)
        assert next_action(asked.workloads[0]) == "wait: its endpoints are being asked"
        assert state_words(status(asked, "a"), asked.taken_at) == "asking"
    dark = Scripted(endpoint("a"), Unreachable("No route.", subject="a"))
    with running(tmp_path, dark) as third:
        told = third.wait(PATIENCE_S)
    assert (status(told, "a").asking, status(told, "a").error) == (False, "No route.")
    assert [alarm.code.value for alarm in status(told, "a").alarms] == ["silent"]
    assert not told.workloads[0].copies[0].asking
    assert next_action(told.workloads[0]) == "see why its endpoints are silent"


def test_a_blind_reading_never_replaces_a_complete_one_on_disk(tmp_path: Path) -> None:
    blind = replace(read("a"), sightings=(), complete=False, limits=("no rights",))
    with running(tmp_path, Scripted(endpoint("a"), read("a"), blind)) as inventory:
        until(inventory, "a", EndpointState.OK)
        inventory.read_now()
        snapshot = until(inventory, "a", EndpointState.PARTIAL)
        assert [c.fresh for w in snapshot.workloads for c in w.copies] == [False]
    kept = ReadingStore(tmp_path).load(endpoint("a"))
    assert kept is not None
    assert kept.complete


def test_stop_does_not_wait_for_a_dead_endpoint(tmp_path: Path) -> None:
    dead = Scripted(endpoint("dead"), None)
    dead.close = lambda: None  # type: ignore[method-assign]
    with running(tmp_path, dead) as inventory:
        assert dead.asked.acquire(timeout=PATIENCE_S)
        inventory.stop()
        assert not dead.released.is_set()


def test_readings_are_private_and_survive_odd_names(tmp_path: Path) -> None:
    store = ReadingStore(tmp_path)
    odd = endpoint("../a/b\x1b?.*")
    kept = replace(read(), endpoint=odd.name)
    assert store.save(odd, kept) == ""
    assert store.load(odd) == kept
    assert len(list(store.folder.path.glob("*.json"))) == 1
    assert {stat.S_IMODE(file.stat().st_mode) for file in store.folder.path.iterdir()} == {0o600}
    assert stat.S_IMODE(store.folder.path.stat().st_mode) == 0o700


@given(data=st.binary(max_size=200))
def test_a_damaged_file_is_no_reading_and_no_error(
    data: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    store = ReadingStore(tmp_path_factory.mktemp("state"))
    store.folder.file("a").write_bytes(data)
    assert store.load(endpoint("a")) is None
    store.save(endpoint("a"), replace(read(), endpoint="a"))
    assert store.load(endpoint("a")) is not None


def test_a_state_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError, match="Name a folder"):
        ReadingStore(tmp_path / "file")


@pytest.mark.parametrize("damage", ["naive", "folder"])
def test_a_kept_reading_that_cannot_be_used_is_none(damage: str, tmp_path: Path) -> None:
    store = ReadingStore(tmp_path)
    if damage == "folder":
        store.folder.file("a").mkdir()
    else:
        store.save(endpoint("a"), replace(read(), endpoint="a"))
        text = store.folder.file("a").read_text().replace('Z"', '"').replace('+00:00"', '"')
        store.folder.file("a").write_text(text)
    assert store.load(endpoint("a")) is None


def test_a_defect_while_collecting_calls_nothing_current_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform = Scripted(endpoint("a"), read("a"))
    with running(tmp_path, platform) as inventory:
        until(inventory, "a", EndpointState.OK)
        broken = threading.Event()

        def fail(*_told: object) -> Snapshot:
            broken.set()
            raise KeyError("a defect")

        monkeypatch.setattr(collector, "assemble", fail)
        inventory.read_now()
        assert broken.wait(PATIENCE_S)
        tick = threading.Event()
        while inventory.newest().workloads[0].copies[0].fresh:
            tick.wait(0.01)
        monkeypatch.undo()
        inventory.read_now()
        while not inventory.newest().workloads[0].copies[0].fresh:
            tick.wait(0.01)


def test_a_refused_login_is_not_repeated_soon(tmp_path: Path) -> None:
    refused = LoginRefused("The password is wrong.", subject="a")
    with running(tmp_path, Scripted(endpoint("a", refresh_s=1), refused)) as inventory:
        told = status(inventory.wait(PATIENCE_S), "a")
        assert told.next_try is not None
        assert told.silent_since is not None
        assert (told.next_try - told.silent_since).total_seconds() > 290


def test_pace() -> None:
    one = endpoint("a", refresh_s=30)
    assert pause_s(one, 0, 0.5) == 30
    assert pause_s(one, 0, 10) == 50
    assert pause_s(one, 1, 1, refused=True) == 300
    assert [pause_s(one, n, 1) for n in (1, 2, 3, 4, 5, 50)] == [30, 60, 120, 240, 300, 300]
