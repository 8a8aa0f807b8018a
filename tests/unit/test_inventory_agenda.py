"""What an endpoint is asked next, and which VM is read deep when nobody asks for one."""

from __future__ import annotations

import threading
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from drconsole.domain.endpoint import Endpoint, EndpointKind
from drconsole.domain.place import Place
from drconsole.domain.reading import Power, Reading
from drconsole.inventory.agenda import Agenda, Spare, Target
from drconsole.inventory.rotation import AGAIN_S, Rotation
from drconsole.platforms.base import Tier
from tests.unit.domain.builders import reading, relation, vm


class Clock:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def target(name: str) -> Target:
    return Target(Place("hyperv", "New York", "NYHV01", name), name)


def rested(clock: Clock, **more: object) -> Agenda:
    """The agenda of an endpoint that was read just now; the next light read is due in 30 s."""
    agenda = Agenda(clock)
    assert agenda.next() is Tier.LIGHT
    agenda.rest(30, **{"answered": True, **more})  # type: ignore[arg-type]
    return agenda


def test_the_first_thing_is_a_light_read() -> None:
    assert Agenda(Clock()).next() is Tier.LIGHT


def test_read_now_before_light_before_what_somebody_looks_at_before_rotation() -> None:
    clock = Clock()
    agenda = rested(clock, spare=Spare(target("spare"), clock.now + 30))
    agenda.want([target("a"), target("b")])
    agenda.read_now()
    assert agenda.next() is Tier.LIGHT
    agenda.rest(30, answered=True, spare=Spare(target("spare"), clock.now + 30))
    assert agenda.next() == target("a")
    clock.now += 30
    assert agenda.next() is Tier.LIGHT
    agenda.rest(30, answered=True, spare=Spare(target("spare"), clock.now + 30))
    assert agenda.next() == target("b")
    assert agenda.next() == target("spare")


def test_read_now_during_a_light_read_is_another_light_read() -> None:
    agenda = Agenda(Clock())
    assert agenda.next() is Tier.LIGHT
    agenda.read_now()
    agenda.rest(30, answered=True)
    assert agenda.next() is Tier.LIGHT


def test_a_spare_read_that_would_make_the_light_read_late_is_left_out() -> None:
    clock = Clock()
    agenda = rested(clock, spare=Spare(target("spare"), clock.now + 20))
    agenda.want([target("a")])
    assert agenda.next() == target("a")
    clock.now += 30
    assert agenda.next() is Tier.LIGHT

    agenda = rested(clock, spare=Spare(target("spare"), clock.now - 1))
    agenda.want([target("a")])
    assert agenda.next() == target("a")
    agenda.read_now()
    assert agenda.next() is Tier.LIGHT


def test_nothing_is_read_deep_where_the_light_read_failed_or_a_deep_one_did() -> None:
    clock = Clock()
    agenda = rested(clock, answered=False)
    agenda.want([target("a"), target("b")])
    clock.now += 30
    assert agenda.next() is Tier.LIGHT
    agenda.rest(30, answered=True)
    assert agenda.next() == target("a")
    agenda.hold()
    clock.now += 30
    assert agenda.next() is Tier.LIGHT
    agenda.rest(30, answered=True)
    assert agenda.next() == target("b")


def test_what_nobody_looks_at_any_more_is_not_read() -> None:
    clock = Clock()
    agenda = rested(clock)
    agenda.want([target("a"), target("b")])
    agenda.want_nothing()
    agenda.want([target("c")])
    assert agenda.next() == target("c")
    clock.now += 30
    assert agenda.next() is Tier.LIGHT


def test_who_waits_is_woken() -> None:
    agenda = rested(Clock())
    taken: list[Tier | Target | None] = []
    done = threading.Semaphore(0)

    def work() -> None:
        while (task := agenda.next()) is not None:
            taken.append(task)
            done.release()
        done.release()

    thread = threading.Thread(target=work)
    thread.start()
    agenda.want([target("a")])
    done.acquire()
    agenda.read_now()
    done.acquire()
    agenda.end()
    done.acquire()
    thread.join()
    assert taken == [target("a"), Tier.LIGHT]


HOST = Endpoint("ny", "New York", EndpointKind.HYPERV_HOST, "192.0.2.1", refresh_s=30)


def machines(*names: str) -> Reading:
    return reading("ny", *(vm("ny", Power.ON, relation("Primary"), ident=name) for name in names))


def rounds(rotation: Rotation, clock: Clock, seen: Reading, count: int, cost_s: float = 0.2) -> list[str]:
    """The ids that are read deep in so many light reads, 30 s apart; a dot where none is."""
    found = []
    for _ in range(count):
        clock.now += 30
        spare = rotation.next(seen, 30)
        found.append(spare.target.handle if spare else ".")
        if spare:
            assert spare.latest <= clock.now + 30 - 2 * cost_s or len(found) == 1
            clock.now += cost_s
            rotation.looked(spare.target.place, cost_s)
            clock.now -= cost_s
    return found


def test_rotation_takes_one_vm_for_each_light_read_and_each_of_them_in_turn() -> None:
    clock = Clock()
    rotation = Rotation(HOST, clock)
    assert rotation.next(machines("a", "b", "c"), 30) is None
    assert rounds(rotation, clock, machines("a", "b", "c"), 5) == ["a", "b", "c", ".", "."]
    clock.now += AGAIN_S
    assert rounds(rotation, clock, machines("a", "b", "c"), 2) == ["a", "b"]


def test_rotation_leaves_out_what_nothing_protects() -> None:
    clock = Clock()
    alone = reading("ny", vm("ny", Power.ON, ident="alone"))
    assert rounds(Rotation(HOST, clock), clock, alone, 3) == [".", ".", "."]


def test_rotation_waits_twenty_times_what_a_deep_read_took() -> None:
    clock = Clock()
    names = [f"vm{number:02}" for number in range(40)]
    slow = rounds(Rotation(HOST, clock), clock, machines(*names), 40, cost_s=6.0)
    assert len([one for one in slow if one != "."]) == 10
    hopeless = rounds(Rotation(HOST, clock), clock, machines(*names), 40, cost_s=16.0)
    assert len([one for one in hopeless if one != "."]) == 1


def test_a_host_that_is_slow_to_be_read_is_left_alone() -> None:
    clock = Clock()
    slow = replace(machines("a"), duration_s=16.0)
    assert rounds(Rotation(HOST, clock), clock, slow, 3) == [".", ".", "."]


@given(costs=st.lists(st.floats(0.01, 20), min_size=1, max_size=30))
def test_rotation_never_takes_more_than_a_twentieth_of_the_time(costs: list[float]) -> None:
    clock = Clock()
    rotation = Rotation(HOST, clock)
    names = machines(*(f"vm{number}" for number in range(len(costs))))
    began, spent = clock.now, 0.0
    for cost in costs:
        clock.now += 30
        if spare := rotation.next(names, 30):
            # What was spent before this one is within the budget.
            assert spent <= (clock.now - began) / 20 + 1e-6
            clock.now += cost
            spent += cost
            rotation.looked(spare.target.place, cost)
