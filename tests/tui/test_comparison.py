"""Split-brain: opened by enter, everything of it reached by keys, nothing acted on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from drconsole.domain.deep import Adapter, Deep, Inspection
from drconsole.domain.reading import Power, Sighting
from drconsole.domain.record import Record, written
from drconsole.domain.roles import Role
from drconsole.domain.snapshot import Snapshot
from drconsole.tui.comparison import comparison_lines
from drconsole.tui.widgets.ink import plain
from tests.tui.driver import Driver, drive
from tests.tui.pictures import (
    NEW_JERSEY,
    NEW_YORK,
    NOW,
    picture,
    protected,
    relation,
    sighting,
    split_brain,
)
from tests.tui.reachable import SIZES, assert_sound, everything, squeezed
from tests.tui.test_names import CONTROLS, HOSTILE

LABELS = (
    "now",
    "running since",
    "took over",
    "last replicated",
    "after that time",
    "network",
    "addresses",
    "starts by itself",
    "seen by",
)


def whole(name: str = "erp-db", *, reached: bool = True) -> Snapshot:
    """Both copies with all that can be known of them; ``reached``: the recovered one is on a network."""
    old, new = split_brain(name, 1)
    record = Record("hv:1", Role.RECOVERED, new.place, "7f3c0a11", NOW - timedelta(hours=3), "op@jump")
    sides = [
        replace(old, uptime_s=20 * 60, auto_start="Start", networks=()),
        replace(
            new,
            uptime_s=3 * 3600,
            auto_start="Nothing",
            networks=(),
            notes=written("", record, "It took over."),
        ),
    ]
    snapshot = picture(sides)
    (workload,) = snapshot.workloads
    adapters = [
        (Adapter("1", "LAN", "prod-10", addresses=("10.1.10.21",)),),
        (Adapter("1", "LAN", "prod-110" if reached else ""),),
    ]
    copies = tuple(
        replace(copy, inspection=Inspection(deep=Deep("vm", NOW, NOW, adapters=found)))
        for copy, found in zip(workload.copies, adapters, strict=True)
    )
    return replace(snapshot, workloads=(replace(workload, copies=copies),))


def card(snapshot: Snapshot, width: int = 80) -> list[str]:
    """The card of the first workload."""
    return [plain(line).rstrip() for line in comparison_lines(snapshot.workloads[0], NOW, width)]


@pytest.mark.parametrize(("size", "theme"), SIZES)
def test_enter_on_a_split_brain_opens_it_and_all_of_it_has_room(
    size: tuple[int, int], theme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if theme == "ansi":
        monkeypatch.setenv("NO_COLOR", "1")

    async def script(d: Driver) -> None:
        await d.press("enter")
        assert d.screen == "comparison"
        assert_sound(d)
        assert "more below" not in d.text()
        for label in LABELS:
            assert d.line(f" {label} ")
        role_line = d.line(" now ")
        assert "FORMER ORIGINAL, running" in role_line
        assert "RECOVERED, running" in role_line
        for said in ("Both have run at once for at least 20 min", "1  cut one off", "2  switch one off"):
            assert said in d.text()
        await d.press("b")
        assert d.screen == "inventory"

    drive(script, whole(), size=size, theme=theme)


def test_what_each_side_tells() -> None:
    told = {line[1:17].strip(): line[17:].strip() for line in card(whole(), 120)}
    assert told["running since"].split("   ")[0] == "20 min (11:39:57 UTC)"
    assert told["took over"].endswith("09:00:00 UTC, run 7f3c0a11 by op@jump")
    assert told["last replicated"].startswith("sent 11:58:00 UTC (2m ago)")
    assert told["last replicated"].endswith("applied 11:58:00 UTC (2m ago)")
    assert told["network"].startswith("prod-10, connected ")
    assert told["network"].endswith(" prod-110, connected")
    assert told["after that time"].count("users could write here") == 2
    assert told["addresses"].startswith("10.1.10.21 ")
    assert told["addresses"].endswith("none told by the guest")
    assert told["starts by itself"].startswith("yes, with its host ! ")
    assert told["starts by itself"].endswith(" no")


def test_one_that_is_cut_off_already_is_no_longer_urgent() -> None:
    lines = card(whole(reached=False), 120)
    text = "\n".join(lines)
    assert next(line for line in lines if " network " in line).endswith(" not connected")
    assert next(line for line in lines if " after that time " in line).endswith("nobody reaches it now")
    assert "at least 20 min. Users reach FORMER ORIGINAL at New York alone." in text
    assert "cut one off" not in text
    assert "2  switch one off" in text


def test_what_nobody_told_is_called_not_known() -> None:
    lines = card(picture(split_brain("erp-db", 1)))
    for label in ("running since", "addresses", "starts by itself"):
        assert next(line for line in lines if label in line).count("not known") == 2
    text = " ".join(" ".join(lines).split())
    assert "How long they have run at once is not known: New York and New Jersey do not say" in text


def test_a_console_whose_clock_was_set_back_does_not_know_how_long() -> None:
    """What was read before that was read in the future."""
    ahead = NOW + timedelta(hours=2)
    sides = [replace(one, uptime_s=60) for one in split_brain("erp-db", 1)]
    lines = [plain(line) for line in comparison_lines(picture(sides, now=ahead).workloads[0], NOW, 80)]
    assert next(line for line in lines if "running since" in line).count("not known") == 2
    assert "How long they have run at once is not known" in "\n".join(lines)


def test_a_look_that_failed_says_why() -> None:
    snapshot = picture(split_brain("erp-db", 1))
    (workload,) = snapshot.workloads
    failed = Inspection(failed="It was not read in time.")
    copies = tuple(
        replace(c, inspection=failed, sighting=replace(c.sighting, networks=())) for c in workload.copies
    )
    told = card(replace(snapshot, workloads=(replace(workload, copies=copies),)), 120)
    assert (
        next(line for line in told if " network " in line).count("not known: It was not read in time.") == 2
    )


@pytest.mark.parametrize(("size", "theme"), SIZES)
def test_from_the_card_to_evidence_and_commands_and_back(size: tuple[int, int], theme: str) -> None:
    async def script(d: Driver) -> None:
        await d.press("enter")
        for key, screen in (("e", "detail"), ("enter", "detail"), ("c", "commands"), ("w", "why")):
            await d.press(key)
            assert d.screen == screen
            assert_sound(d)
            await d.press("escape")
            assert d.screen == "comparison"
        await d.press("c")
        text = await everything(d)
        vm = "00000001-0000-4000-8000-000000000000"
        for command in (
            f"$vm = Get-VM -Id {vm}",
            "Get-VMNetworkAdapter -VM $vm | Disconnect-VMNetworkAdapter",
            "Stop-VM -VM $vm -Force",
            "Set-VM -VM $vm -AutomaticStartAction Nothing",
        ):
            assert squeezed(command) in text
        assert "FORMERORIGINALatNewYork" in text
        assert "RECOVEREDatNewJersey" in text

    source = drive(script, whole(), size=size, theme=theme)
    assert source.asked == []


def test_from_the_alarm_to_the_card() -> None:
    async def script(d: Driver) -> None:
        await d.press("a", "enter")
        assert d.screen == "comparison"
        await d.press("left", "left")
        assert d.screen == "inventory"

    drive(script, whole())


def test_a_workload_that_is_no_split_brain_opens_its_page() -> None:
    async def script(d: Driver) -> None:
        await d.press("enter")
        assert d.screen == "detail"

    drive(script, picture(protected("web-01", 1)))


def test_the_card_follows_what_happens() -> None:
    old, new = split_brain("erp-db", 1)

    async def script(d: Driver) -> None:
        await d.press("enter")
        assert "SPLIT-BRAIN" in d.lines()[3]
        await d.show(picture([old, new], silent=frozenset({"goldr2-n1"}), serial=2))
        assert "SPLIT-BRAIN when last seen" in d.lines()[3]
        assert "whether that is so now is not known" in " ".join(d.text().split())
        await d.show(picture([replace(old, power=Power.OFF), new], serial=3))
        assert "no SPLIT-BRAIN now" in d.lines()[3]
        assert "cut one off" not in d.text()
        await d.show(picture([], serial=4))
        assert "no longer seen anywhere" in d.text()

    drive(script, picture([old, new]))


def _several(count: int) -> list[Sighting]:
    """So many running copies of one VM, each on a host of its own."""
    first = sighting("erp-db", 1, NEW_YORK, relation("Primary"), power=Power.ON, uptime_s=60)
    second = sighting("erp-db", 1, NEW_JERSEY, relation("Replica", "FailedOver"), power=Power.ON, uptime_s=90)
    more = [
        replace(first, relations=(), place=replace(first.place, where=f"host-{n}")) for n in range(count - 2)
    ]
    return [first, second, *more]


@pytest.mark.parametrize("count", [2, 3, 5])
@pytest.mark.parametrize("width", [60, 80, 100, 120, 200])
def test_no_copy_and_no_role_is_lost_at_any_width(count: int, width: int) -> None:
    snapshot = picture(_several(count))
    lines = card(snapshot, width)
    assert max(map(len, lines)) <= width
    text = squeezed(" ".join(lines))
    roles = [str(copy.role) for copy in snapshot.workloads[0].copies]
    assert len(roles) == count
    for role in set(roles):
        assert sum(line.count(role) for line in lines if " now " in line or role in line) >= roles.count(role)
    for place in ("gold-n1", "goldr2-n1"):
        assert place in text
    assert ("Bothhaverun" if count == 2 else f"All{count}haverun") in text
    assert ("isnotontheother." if count == 2 else "isonnoneoftheothers.") in text


@pytest.mark.parametrize(("size", "theme"), SIZES)
def test_hostile_names_are_shown_letter_by_letter(size: tuple[int, int], theme: str) -> None:
    for name, shown in HOSTILE.items():

        async def script(d: Driver, shown: str = shown) -> None:
            await d.press("enter")
            assert d.screen == "comparison"
            assert shown in d.lines()[3]
            for key in ("c", "escape", "e", "escape", "w"):
                await d.press(key)
                assert not CONTROLS.search("".join(d.lines()))
                assert all(strip.cell_length == size[0] for strip in d.strips())

        drive(script, whole(name), size=size, theme=theme)


def test_no_text_of_a_platform_steers_the_card() -> None:
    evil = "e\x1b[2J\x9b\u202e\r\n\x07[@click=app.quit]x[/]"
    snapshot = whole(evil)
    (workload,) = snapshot.workloads
    adapters = (Adapter(evil, evil, evil, addresses=(evil,)),)
    copies = tuple(
        replace(
            copy,
            endpoint=evil,
            seen_by=(evil,),
            sighting=replace(copy.sighting, node=evil),
            inspection=Inspection(deep=Deep(evil, NOW, NOW, evil, evil, adapters=adapters), failed=evil),
        )
        for copy in workload.copies
    )
    workload = replace(workload, copies=copies)
    lines = [plain(line) for line in comparison_lines(workload, NOW, 80)]
    assert any("[@click=app.quit]" in line for line in lines)
    assert not any(CONTROLS.search(line) for line in lines)
