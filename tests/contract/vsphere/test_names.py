"""Names are data: whatever people typed arrives letter by letter."""

from __future__ import annotations

import pytest

from drconsole.platforms.base import Tier
from tests.contract.vsphere.conftest import MACHINES, Reach
from tests.peers import peer as peers
from tests.peers.impostor import Interceptor
from tests.peers.peer import Peer

pytestmark = pytest.mark.peers

HOSTILE = [
    "a'b\"; $(x)",
    "[@click=x]",
    "line\nbreak\ttab",
    "Grün-Straße-😀",
    "]]>&amp;<val>",
    "n" * 80,
    " spaces ",
    "100%",
]


def names(reach: Reach, server: Peer | Interceptor) -> set[str]:
    return {one.name for one in reach(server).read(Tier.LIGHT).sightings}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_arrives_as_it_is(start_name: Peer, reach: Reach, name: str) -> None:
    with start_name.machines() as machines:
        machine = next(iter(machines.values()))
        peers.rename(machine, name)
        peers.reconfigure(machine, annotation=name)
    sightings = reach(start_name).read(Tier.LIGHT).sightings
    assert [one.notes for one in sightings if one.name == name] == [name]


def test_two_of_one_name_stay_two(vcenter: Peer, reach: Reach) -> None:
    with vcenter.machines() as machines:
        for machine, _ in zip(machines.values(), range(2), strict=False):
            machine.parent.CreateFolder(f"folder of {machine.name}").MoveIntoFolder_Task([machine])
        one, other = list(machines.values())[:2]
        peers.rename(one, "mail")
        peers.rename(other, "mail")
    sightings = reach(vcenter).read(Tier.LIGHT).sightings
    assert len({one.place for one in sightings if one.name == "mail"}) == 2


def test_what_vim_escapes_is_read_as_people_write_it(vcenter: Peer, reach: Reach) -> None:
    with vcenter.machines() as machines:
        peers.rename(next(iter(machines.values())), "web%2f01 %5c 100%25 %2F %zz")
    assert "web/01 \\ 100% / %zz" in names(reach, vcenter)


def test_control_characters_become_visible(interceptor: Interceptor, reach: Reach) -> None:
    interceptor.replace(
        "RetrievePropertiesEx", b">DC0_H0_VM0<", b">a\x1b[31mred\x07\x08<", times=1, where=MACHINES
    )
    assert "a␛[31mred␇␈" in names(reach, interceptor)


@pytest.fixture(scope="module")
def start_name(request: pytest.FixtureRequest) -> Peer:
    """One vCenter for all names: each test renames the machine anew."""
    started: Peer = request.getfixturevalue("start_peer")()
    return started
