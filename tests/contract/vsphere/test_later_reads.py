"""A later read of a session sees what a session of its own sees, whatever happened in between."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pyVmomi import vim

from drconsole.domain.reading import Sighting
from drconsole.platforms.base import Tier
from drconsole.platforms.vsphere import VSphere
from tests.contract.vsphere.conftest import Reach
from tests.peers import peer as peers
from tests.peers.peer import Peer

pytestmark = pytest.mark.peers


def seen(platform: VSphere) -> set[Sighting]:
    return set(platform.read(Tier.LIGHT).sightings)


def _off(machine: Any) -> None:
    peers.wait(machine.PowerOffVM_Task())


def _suspended(machine: Any) -> None:
    peers.wait(machine.SuspendVM_Task())


def _template(machine: Any) -> None:
    _off(machine)
    machine.MarkAsTemplate()


def _unregistered(machine: Any) -> None:
    _off(machine)
    machine.UnregisterVM()


def _cloned(machine: Any) -> None:
    spec = vim.vm.CloneSpec(location=vim.vm.RelocateSpec(), powerOn=False, template=False)
    peers.wait(machine.CloneVM_Task(machine.parent, "clone", spec))


HAPPENINGS: dict[str, Callable[[Any], None]] = {
    "off": _off,
    "suspended": _suspended,
    "template": _template,
    "unregistered": _unregistered,
    "cloned": _cloned,
    "renamed": lambda machine: peers.rename(machine, "a%2fb"),
    "noted": lambda machine: peers.reconfigure(machine, annotation="line\n<b> ü"),
    "replicated": lambda machine: peers.replicate(machine, "GID-1", "10.0.0.1", paused=True),
    "owned": lambda machine: peers.own(machine, "com.vmware.vcDr", "placeholderVm"),
    "another uuid": lambda machine: peers.reconfigure(machine, uuid="423e4567-e89b-12d3-a456-426614174000"),
}


@pytest.mark.parametrize("happening", HAPPENINGS.values(), ids=HAPPENINGS.keys())
def test_what_happens_is_seen(vcenter: Peer, reach: Reach, happening: Callable[[Any], None]) -> None:
    platform = reach(vcenter)
    before = seen(platform)
    with vcenter.machines() as machines:
        happening(next(iter(machines.values())))
    assert seen(platform) == seen(reach(vcenter)) != before


def test_several_things_in_a_row(peer: Peer, reach: Reach) -> None:
    platform = reach(peer)
    with peer.machines() as machines:
        first, second = list(machines.values())[:2]
        for happening in (_off, HAPPENINGS["replicated"], HAPPENINGS["renamed"]):
            happening(first)
            assert seen(platform) == seen(reach(peer))
        _unregistered(second)
        peers.wait(first.PowerOnVM_Task())
    assert seen(platform) == seen(reach(peer))
