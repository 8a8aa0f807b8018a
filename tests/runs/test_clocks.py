"""How long an effect is awaited: by the endpoint's clock while it answers, by ours while it is silent."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from drconsole.runs.clocks import LONGEST_PAUSE_S, Clocks, Patience, pauses

START = datetime(2026, 1, 1, tzinfo=UTC)


class Ours:
    """Our monotonic clock, which goes when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def there(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_the_endpoints_clock_counts_while_it_answers() -> None:
    ours = Ours()
    patience = Patience(60, ours, there(0))
    ours.now = 10_000
    patience.heard(there(59))
    assert not patience.over
    patience.heard(there(60))
    assert patience.over


def test_a_clock_that_is_set_forward_ends_no_wait() -> None:
    ours = Ours()
    patience = Patience(60, ours, there(0))
    ours.now = 1
    patience.heard(there(3 * 3600))
    assert not patience.over
    # It goes on from the new time: of the limit a quarter is used up.
    patience.heard(there(3 * 3600 + 15))
    patience.heard(there(3 * 3600 + 30))
    assert not patience.over
    patience.heard(there(3 * 3600 + 45))
    assert patience.over


def test_a_clock_that_runs_fast_ends_the_wait_after_a_few_looks() -> None:
    patience = Patience(60, Ours(), there(0))
    for look in range(1, 4):
        patience.heard(there(look * 600))
        assert not patience.over
    patience.heard(there(2400))
    assert patience.over


def test_ours_counts_while_it_is_silent() -> None:
    ours = Ours()
    patience = Patience(60, ours, there(0))
    patience.heard(there(15))
    patience.heard(there(30))
    patience.silent()
    ours.now = 29
    assert not patience.over
    ours.now = 30
    assert patience.over


def test_what_passed_there_while_it_was_silent_counts_once() -> None:
    ours = Ours()
    patience = Patience(60, ours, there(0))
    patience.silent()
    ours.now = 20
    patience.silent()
    patience.heard(there(10_000))
    ours.now = 10_000
    assert not patience.over
    patience.heard(there(10_039))
    assert not patience.over
    patience.heard(there(10_040))
    assert patience.over


def test_one_that_never_answered_is_silent_from_the_start() -> None:
    ours = Ours()
    patience = Patience(60, ours)
    ours.now = 60
    assert patience.over


def test_a_clock_that_is_set_back_neither_shortens_nor_prolongs_the_wait() -> None:
    ours = Ours()
    patience = Patience(60, ours, there(0))
    ours.now = 40
    patience.heard(there(40))
    patience.heard(there(-7200))
    assert not patience.over
    ours.now = 60
    patience.heard(there(-7181))
    assert not patience.over
    patience.heard(there(-7180))
    assert patience.over


@given(st.lists(st.floats(-1e5, 1e5), min_size=1, max_size=30))
def test_patience_once_over_stays_over(times: list[float]) -> None:
    patience = Patience(60, Ours(), there(0))
    was = False
    for seconds in times:
        patience.heard(there(seconds))
        assert patience.over or not was
        was = patience.over


def test_pauses_grow_to_a_second_and_no_further() -> None:
    waited: list[float] = []
    pause = pauses(Clocks(pause=lambda wake, seconds: waited.append(seconds)), threading.Event())
    for _ in range(30):
        pause()
    assert waited == sorted(waited)
    assert waited[0] < 0.1
    assert waited[-1] == LONGEST_PAUSE_S == 1.0
