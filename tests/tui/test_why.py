"""Keys of blocked operations tell why, what clears it and how a person does it; ``w`` tells it of all."""

from __future__ import annotations

import pytest

from drconsole.domain.operations import offer_of
from drconsole.domain.plan import Operation
from drconsole.tui.keys.action import DETAIL, INVENTORY, OPTIONS, PLAN, WHY
from drconsole.tui.keys.operating import OPERATION_KEYS
from drconsole.wording.by_hand import OPERATIONS
from drconsole.wording.operations import because, to_clear
from tests.tui.driver import Driver, drive
from tests.tui.pictures import STEADY, picture
from tests.tui.reachable import everything, squeezed

CALM = [s for s in STEADY if s.name != "erp-db"]


@pytest.mark.parametrize("before", [(), ("enter",)], ids=["inventory", "detail"])
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_a_key_plans_what_is_possible_and_tells_why_the_rest_is_not(
    size: tuple[int, int], before: tuple[str, ...]
) -> None:
    async def script(d: Driver) -> None:
        await d.press("G", *before)
        (web,) = (w for w in picture(CALM).workloads if w.name == "web-02")
        for operation in OPERATIONS:
            offered = offer_of(web, Operation(operation.id))
            await d.press(OPERATION_KEYS[operation.id])
            if offered.allowed:
                assert d.screen in (OPTIONS, PLAN)
            else:
                assert d.screen == WHY
                assert operation.title in d.lines()[3]
                assert squeezed(because(offered)) in squeezed(d.text())
                assert squeezed(to_clear(offered)) in squeezed(d.text())
                assert f"{operation.title} by hand" in d.text()
                assert all(word in d.text() for word in operation.hyperv.split("{vm}")[0].split())
            await d.press("b")
            assert d.screen == (DETAIL if before else INVENTORY)

    assert drive(script, picture(CALM), size=size).asked == []


def test_marked_workloads_are_all_spoken_of() -> None:
    async def script(d: Driver) -> None:
        await d.press("space", "G", "space", "s")
        assert "stop test of 2 workloads" in d.lines()[3]
        assert "sql-archive" in d.text()
        while "more below" in d.text():
            await d.press("pagedown")
        assert "web-02" in d.text()

    drive(script, picture(CALM))


def test_why_names_reasons_alarms_and_keys_and_goes_on_to_an_operation() -> None:
    async def script(d: Driver) -> None:
        await d.press("w")
        text = d.text()
        assert "FORMER ORIGINAL at New York: its replica was failed over and took its place" in text
        assert "SPLIT-BRAIN: runs at New Jersey and New York" in text
        assert "next: compare the two copies" in text
        seen = await everything(d)
        for operation in OPERATIONS:
            assert (
                squeezed(f"{OPERATION_KEYS[operation.id]} {operation.id.replace('-', ' ')} blocked:") in seen
            )
        await d.press("r")
        assert "reverse the replication by hand" in d.text()
        await d.press("w")
        assert "by hand" not in d.text()
        assert "operations" in d.text()
        await d.press("b")
        assert d.screen == INVENTORY

    drive(script, picture())


def test_why_follows_its_workload() -> None:
    async def script(d: Driver) -> None:
        await d.press("w")
        await d.show(picture(CALM, serial=2))
        assert "no longer seen anywhere" in d.text()

    drive(script, picture())


def test_without_a_workload_nothing_is_spoken_of() -> None:
    async def script(d: Driver) -> None:
        await d.press("t", "w", "m", "space")
        assert d.screen == INVENTORY

    drive(script, None)


def test_many_workloads_are_cut_to_a_readable_number() -> None:
    from tests.tui.pictures import protected

    async def script(d: Driver) -> None:
        await d.press("m", "s", "G")
        assert "and 10 more" in d.text()

    drive(script, picture([s for i in range(30) for s in protected(f"vm-{i:02d}", i)]))
