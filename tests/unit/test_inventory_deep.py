"""Looking closely through the inventory: what is asked when, what is kept, and who waits for nobody."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from drconsole.domain.deep import Consistency, Deep, Inspection, Point, Statistics
from drconsole.domain.endpoint import Endpoint, EndpointKind, Estate, Site
from drconsole.domain.reading import Power, Reading
from drconsole.domain.snapshot import EndpointState, Snapshot
from drconsole.errors import EndpointError, LoginRefused, ScriptFailed, Unreachable
from drconsole.inventory import Inventory
from drconsole.platforms.base import Tier
from tests.unit.domain.builders import reading, relation, vm

PATIENCE_S = 30.0
STATISTICS = Statistics("Simple", None, 0, 0, 0, None, None, 0, 12, 0, "None", None)


class Host:
    """A DeepPlatform whose answers wait until the test lets them through.

    ``asked`` is everything that it was asked, in order; ``held`` names what waits for ``go``.
    """

    def __init__(
        self, *names: str, refresh_s: float = 3600.0, budget_s: float = 20.0, name: str = "ny"
    ) -> None:
        site, kind = "New York", EndpointKind.HYPERV_HOST
        self.endpoint = Endpoint(name, site, kind, "192.0.2.1", refresh_s, budget_s)
        self.names = names
        self.asked: list[str] = []
        self.told: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.held: set[str] = set()
        self.go = threading.Semaphore(0)
        self.broken_off = threading.Event()
        self.closed = threading.Event()
        self.errors: dict[str, EndpointError] = {}
        self.version = 0

    def _answer(self, what: str) -> None:
        self.asked.append(what)
        self.told.put(what)
        if what in self.held:
            self.go.acquire(timeout=PATIENCE_S)
        if what in self.errors:
            raise self.errors[what]

    def read(self, tier: Tier) -> Reading:
        self._answer(tier.value)
        seen = reading("ny", *(vm("ny", Power.ON, relation("Primary"), ident=one) for one in self.names))
        return replace(seen, endpoint=self.endpoint.name, taken_at=datetime.now(UTC), clock=None)

    def deep(self, vm_id: str) -> Deep:
        self._answer(f"deep {vm_id}")
        self.version += 1
        now = datetime.now(UTC)
        return Deep(vm_id, now, now, points=(Point(str(self.version), now, Consistency.CRASH),))

    def statistics(self, vm_id: str) -> tuple[Statistics, ...]:
        self._answer(f"statistics {vm_id}")
        return (STATISTICS,)

    def break_off(self) -> None:
        self.broken_off.set()
        self.go.release(100)

    def close(self) -> None:
        self.closed.set()
        self.go.release(100)

    def heard(self, what: str) -> None:
        """Wait until it is asked something."""
        while (one := self.told.get(timeout=PATIENCE_S)) != what:
            pass
        assert one == what


@contextmanager
def running(state: Path, *hosts: Host) -> Iterator[Inventory]:
    estate = Estate("TEST", (Site("New York"),), (), tuple(host.endpoint for host in hosts))
    inventory = Inventory(estate, {host.endpoint.name: host for host in hosts}, state)
    inventory.start()
    try:
        yield inventory
    finally:
        for host in hosts:
            host.go.release(100)
        inventory.stop()


def until(inventory: Inventory, what: Callable[[Snapshot], bool]) -> Snapshot:
    """The first snapshot of which something holds."""
    tick = threading.Event()
    for _ in range(int(PATIENCE_S * 100)):
        snapshot = inventory.newest()
        if what(snapshot):
            return snapshot
        tick.wait(0.01)
    raise AssertionError(f"it never came: {inventory.newest().workloads}")


def known(snapshot: Snapshot, name: str) -> Inspection:
    """What looking closely at a VM has given."""
    found = [c.inspection for w in snapshot.workloads for c in w.copies if c.place.ident == name]
    return (found[0] if found else None) or Inspection()


def points(snapshot: Snapshot, name: str) -> list[str]:
    """The recovery points of a VM; each deep read gives one of another id."""
    found = known(snapshot, name).deep
    return [point.id for point in found.points] if found else []


def answers(snapshot: Snapshot) -> bool:
    return all(status.state is EndpointState.OK for status in snapshot.endpoints)


def test_what_somebody_looks_at_is_read_deep_and_measured(tmp_path: Path) -> None:
    host = Host("a", "b")
    with running(tmp_path, host) as inventory:
        until(inventory, answers)
        inventory.look("hv:a")
        snapshot = until(inventory, lambda s: known(s, "a").measured is not None)
    found = known(snapshot, "a")
    assert points(snapshot, "a") == ["1"]
    assert (found.failed, found.unmeasured, found.measuring) == ("", "", None)
    assert known(snapshot, "b") == Inspection()
    assert host.asked == ["light", "deep a", "statistics a"]


def test_what_is_new_enough_is_not_asked_again_unless_a_person_asks(tmp_path: Path) -> None:
    host = Host("a", "b")
    with running(tmp_path, host) as inventory:
        until(inventory, answers)
        for key in ("hv:a", "hv:b", "hv:a"):
            inventory.look(key)
            until(inventory, lambda s, n=key[3:]: known(s, n).measured is not None)  # type: ignore[misc]
        assert sorted(host.asked[1:]) == ["deep a", "deep b", "statistics a", "statistics b"]
        inventory.read_now()
        until(inventory, lambda s: points(s, "a") == ["3"])
    assert host.asked.count("deep a") == 2
    assert host.asked.count("deep b") == 1


def test_a_light_read_waits_for_no_more_than_the_deep_read_that_runs(tmp_path: Path) -> None:
    host = Host("a", "b", "c")
    host.held = {"deep a"}
    with running(tmp_path, host) as inventory:
        until(inventory, answers)
        inventory.look("hv:a")
        host.heard("deep a")
        inventory.look("hv:b")
        inventory.read_now("ny")
        host.go.release()
        host.heard("deep b")
    assert host.asked[:4] == ["light", "deep a", "light", "deep b"]


def test_what_was_passed_over_is_not_read(tmp_path: Path) -> None:
    host, beside = Host("a", "b", "c"), Host("z", name="beside")
    host.held = {"deep a"}
    with running(tmp_path, host, beside) as inventory:
        until(inventory, answers)
        inventory.look("hv:a")
        host.heard("deep a")
        inventory.look("hv:b")
        inventory.look("nothing of that name")
        inventory.look("hv:z")
        # Who is free is asked at once: by then everything before it has been taken in.
        beside.heard("deep z")
        inventory.look("hv:c")
        host.go.release()
        until(inventory, lambda s: known(s, "c").deep is not None)
    assert "deep b" not in host.asked


def test_an_endpoint_that_does_not_answer_is_not_looked_at(tmp_path: Path) -> None:
    refused = LoginRefused("The password is wrong.", subject="ny")
    host = Host("a", "b")
    host.errors = {"deep a": refused}
    with running(tmp_path, host) as inventory:
        until(inventory, answers)
        inventory.look("hv:a")
        snapshot = until(inventory, lambda s: known(s, "a").failed != "")
        assert known(snapshot, "a").failed == "The password is wrong."
        inventory.look("hv:b")
        host.errors |= {"light": Unreachable("No route.", subject="ny")}
        inventory.read_now()
        until(inventory, lambda s: s.endpoints[0].state is EndpointState.SILENT)
        inventory.look("hv:a")
        host.errors = {}
        inventory.read_now()
        until(inventory, lambda s: known(s, "a").deep is not None)
    # The second deep read comes after the light read that was answered.
    assert [one for one in host.asked if "statistics" not in one] == [
        "light", "deep a", "light", "light", "deep a",
    ]  # fmt: skip


def test_a_vm_that_cannot_be_read_holds_up_no_other(tmp_path: Path) -> None:
    host = Host("a", "b")
    host.errors = {"deep a": ScriptFailed("There is no such VM.", subject="ny")}
    with running(tmp_path, host) as inventory:
        until(inventory, answers)
        inventory.look("hv:a")
        until(inventory, lambda s: known(s, "a").failed == "There is no such VM.")
        inventory.look("hv:b")
        until(inventory, lambda s: known(s, "b").deep is not None)
    assert host.asked.count("light") == 1


def test_what_is_known_of_a_vm_goes_with_it(tmp_path: Path) -> None:
    host = Host("a", "b")
    with running(tmp_path, host) as inventory:
        until(inventory, answers)
        inventory.look("hv:a")
        until(inventory, lambda s: known(s, "a").measured is not None)
        host.names = ("b",)
        inventory.read_now()
        until(inventory, lambda s: len(s.workloads) == 1)
        host.names = ("a", "b")
        host.held = {"deep a"}
        inventory.read_now()
        snapshot = until(inventory, lambda s: len(s.workloads) == 2)
        assert known(snapshot, "a") == Inspection()


def test_what_is_last_known_keeps_what_was_seen_closely(tmp_path: Path) -> None:
    host = Host("a")
    with running(tmp_path, host) as inventory:
        until(inventory, answers)
        inventory.look("hv:a")
        until(inventory, lambda s: known(s, "a").measured is not None)
        host.errors = {"light": Unreachable("No route.", subject="ny")}
        inventory.read_now()
        snapshot = until(inventory, lambda s: s.endpoints[0].state is EndpointState.SILENT)
        assert known(snapshot, "a").deep is not None
        assert not snapshot.workloads[0].copies[0].fresh


def test_statistics_that_hang_delay_nothing(tmp_path: Path) -> None:
    host = Host("a", "b")
    host.held = {"statistics a"}
    with running(tmp_path, host) as inventory:
        until(inventory, answers)
        inventory.look("hv:a")
        host.heard("statistics a")
        snapshot = until(inventory, lambda s: known(s, "a").measuring is not None)
        assert known(snapshot, "a").deep is not None
        inventory.read_now()
        host.heard("light")
        inventory.look("hv:b")
        snapshot = until(inventory, lambda s: known(s, "b").unmeasured != "")
        assert "another VM" in known(snapshot, "b").unmeasured
        assert known(snapshot, "b").deep is not None
        assert host.asked.count("statistics b") == 0
        inventory.stop()
        assert host.closed.is_set()


def test_statistics_of_the_next_vm_follow_when_the_host_is_free(tmp_path: Path) -> None:
    host = Host("a", "b")
    host.held = {"statistics a"}
    with running(tmp_path, host) as inventory:
        until(inventory, answers)
        inventory.look("hv:a")
        host.heard("statistics a")
        inventory.look("hv:b")
        until(inventory, lambda s: known(s, "b").unmeasured != "")
        host.go.release()
        snapshot = until(inventory, lambda s: known(s, "b").measured is not None)
    assert known(snapshot, "b").unmeasured == ""


def test_a_deep_read_beyond_its_budget_is_broken_off_and_the_endpoint_still_answers(tmp_path: Path) -> None:
    host = Host("a", budget_s=0.01)
    host.held = {"deep a"}
    host.errors = {"deep a": Unreachable("It was broken off.", subject="ny")}
    with running(tmp_path, host) as inventory:
        until(inventory, answers)
        inventory.look("hv:a")
        assert host.broken_off.wait(PATIENCE_S)
        snapshot = until(inventory, lambda s: known(s, "a").failed != "")
        assert answers(snapshot)
        # Closed, it would give up statistics too, for which people may have waited for minutes.
        assert not host.closed.is_set()


def test_every_vm_is_read_deep_in_rotation_one_for_each_light_read(tmp_path: Path) -> None:
    host = Host("a", "b", "c", refresh_s=0.02)
    with running(tmp_path, host) as inventory:
        for one in ("deep a", "deep b", "deep c", "light", "light"):
            host.heard(one)
        snapshot = until(inventory, lambda s: all(known(s, n).deep is not None for n in "abc"))
        assert known(snapshot, "a").measured is None
    closely = [number for number, one in enumerate(host.asked) if one.startswith("deep")]
    assert len(closely) == 3
    assert all("light" in host.asked[a:b] for a, b in zip([-1, *closely], closely, strict=False) if a >= 0)


def test_a_console_that_shows_nothing_closely_asks_for_light_reads_alone_at_first(tmp_path: Path) -> None:
    host = Host("a", "b")
    with running(tmp_path, host) as inventory:
        inventory.wait(PATIENCE_S)
        inventory.read_now()
        inventory.read_now()
        until(inventory, answers)
    assert set(host.asked) == {"light"}


def test_a_defect_in_a_deep_read_is_told_and_reading_goes_on(tmp_path: Path) -> None:
    host = Host("a")
    host.errors = {"deep a": KeyError("defect")}  # type: ignore[dict-item]
    with running(tmp_path, host) as inventory:
        until(inventory, answers)
        inventory.look("hv:a")
        until(inventory, lambda s: "unforeseen way (KeyError)" in known(s, "a").failed)
        inventory.read_now()
        host.heard("light")
