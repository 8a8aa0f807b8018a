"""After a refused login a host is left alone for a while, and longer each time."""

from __future__ import annotations

import pytest

from drconsole.errors import LoginRefused, Unreachable
from drconsole.platforms.hyperv.doorstep import FIRST_S, LONGEST_S, Doorstep


class Host:
    """Takes a password or not, and counts how often it was shown one."""

    def __init__(self) -> None:
        self.takes = False
        self.knocks = 0

    def __call__(self) -> str:
        self.knocks += 1
        if not self.takes:
            raise LoginRefused("It refused the password.", hint="Check it.", subject="ny")
        return "in"


class Ours:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_run_that_looks_each_second_shows_a_wrong_password_four_times_in_five_minutes() -> None:
    host, clock = Host(), Ours()
    door = Doorstep(clock)
    for second in range(300):
        clock.now = float(second)
        with pytest.raises(LoginRefused):
            door.knock(host)
    assert host.knocks == 4


def test_it_says_why_it_does_not_ask() -> None:
    host, clock = Host(), Ours()
    door = Doorstep(clock)
    for _ in range(2):
        with pytest.raises(LoginRefused) as refused:
            door.knock(host)
        assert str(refused.value).startswith("ny: It refused the password. Check it. It is tried again in ")
    assert f"in {FIRST_S:.0f} s at the earliest" in str(refused.value)
    assert host.knocks == 1


def test_once_in_all_is_forgotten() -> None:
    host, clock = Host(), Ours()
    door = Doorstep(clock)
    for _ in range(9):
        with pytest.raises(LoginRefused):
            door.knock(host)
        clock.now += LONGEST_S
    host.takes = True
    assert door.knock(host) == "in"
    host.takes = False
    with pytest.raises(LoginRefused, match="refused") as refused:
        door.knock(host)
    assert f"in {FIRST_S:.0f} s at the earliest" in str(refused.value)


def test_other_errors_keep_nobody_away() -> None:
    door, host = Doorstep(Ours()), Host()

    def silent() -> str:
        host.knocks += 1
        raise Unreachable("No connection.", subject="ny")

    for _ in range(3):
        with pytest.raises(Unreachable):
            door.knock(silent)
    assert host.knocks == 3
