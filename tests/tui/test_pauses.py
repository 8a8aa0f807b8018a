"""Full collections wait for a rest, but not for ever."""

from __future__ import annotations

from drconsole.tui.pauses import LONGEST_WAIT, SHORTEST_WAIT, Pauses
from tests.tui.driver import Driver, drive
from tests.tui.pictures import picture


def test_it_collects_in_a_tick_without_a_key() -> None:
    pauses = Pauses()
    assert [pauses.tick() for _ in range(SHORTEST_WAIT)] == [False] * (SHORTEST_WAIT - 1) + [True]
    for _ in range(SHORTEST_WAIT - 1):
        pauses.tick()
    pauses.key()
    assert not pauses.tick()
    assert pauses.tick()


def test_somebody_who_never_rests_does_not_hold_it_up_for_ever() -> None:
    pauses = Pauses()
    collected = []
    for _ in range(LONGEST_WAIT):
        pauses.key()
        collected.append(pauses.tick())
    assert collected == [False] * (LONGEST_WAIT - 1) + [True]


def test_keys_of_the_console_are_noticed() -> None:
    async def script(d: Driver) -> None:
        for _ in range(SHORTEST_WAIT - 1):
            d.app._pauses.tick()
        await d.press("down")
        assert not d.app._pauses.tick()
        assert d.app._pauses.tick()

    drive(script, picture())
