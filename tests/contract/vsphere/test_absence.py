"""What is not listed is not gone: only where the endpoint says so, with the rights to see everything."""

from __future__ import annotations

import pytest

from drconsole.platforms.base import Tier
from drconsole.platforms.vsphere import presence
from tests.contract.vsphere.conftest import MACHINES, Reach
from tests.contract.vsphere.faults import fault, no_permission
from tests.peers import peer as peers
from tests.peers.impostor import Answer, Change, Interceptor
from tests.peers.peer import Peer

pytestmark = pytest.mark.peers

# What stands in a list of machines alone, not in the answer about a single one.
LIST = b"<name>config.uuid</name>"


def without(handle: str) -> Change:
    """A list of machines that leaves one of them out, as for an account that may not see it."""

    def change(answer: Answer) -> Answer:
        start = answer.body.find(f'<objects><obj type="VirtualMachine">{handle}</obj>'.encode())
        assert start >= 0
        end = answer.body.find(b"</objects>", start) + len(b"</objects>")
        return Answer(answer.status, answer.headers, answer.body[:start] + answer.body[end:])

    return change


def of_one(change: Change) -> Change:
    """Change only what is said about a single machine."""
    return lambda answer: change(answer) if MACHINES in answer.body and LIST not in answer.body else answer


def test_a_machine_that_an_account_may_no_longer_see_is_not_gone(
    interceptor: Interceptor, reach: Reach
) -> None:
    platform = reach(interceptor)
    before = platform.read(Tier.LIGHT)
    hidden = before.sightings[0].handle
    interceptor.change("RetrievePropertiesEx", without(hidden), times=1, where=LIST)
    interceptor.change("RetrievePropertiesEx", of_one(no_permission))
    reading = platform.read(Tier.LIGHT)
    assert {one.handle for one in reading.sightings} == {one.handle for one in before.sightings} - {hidden}
    assert not reading.complete
    assert reading.limits[0].startswith("1 machine is no longer listed, but the endpoint does not say")
    after = platform.read(Tier.LIGHT)
    assert set(after.sightings) == set(before.sightings)
    assert after.complete


def test_it_stays_doubtful_for_as_long_as_it_is_hidden(interceptor: Interceptor, reach: Reach) -> None:
    platform = reach(interceptor)
    hidden = platform.read(Tier.LIGHT).sightings[0].handle
    interceptor.change("RetrievePropertiesEx", without(hidden), where=LIST)
    for _ in range(3):
        assert not platform.read(Tier.LIGHT).complete


def test_a_machine_that_is_deleted_is_gone(vcenter: Peer, reach: Reach) -> None:
    platform = reach(vcenter)
    platform.read(Tier.LIGHT)
    with vcenter.machines() as machines:
        gone = next(iter(machines.values()))
        peers.wait(gone.PowerOffVM_Task())
        gone.UnregisterVM()
    reading = platform.read(Tier.LIGHT)
    assert gone._moId not in {one.handle for one in reading.sightings}
    assert reading.complete


def test_of_many_that_vanish_at_once_some_are_asked_for_later(
    interceptor: Interceptor, reach: Reach, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "MOST_ASKED", 1)
    platform = reach(interceptor)
    first, second = (one.handle for one in platform.read(Tier.LIGHT).sightings[:2])
    interceptor.change("RetrievePropertiesEx", without(first), where=LIST)
    interceptor.change("RetrievePropertiesEx", without(second), where=LIST)
    interceptor.change("RetrievePropertiesEx", of_one(fault("ManagedObjectNotFound")))
    reading = platform.read(Tier.LIGHT)
    assert reading.limits[0].startswith("1 machine is no longer listed")
    assert platform.read(Tier.LIGHT).complete


def test_rights_that_end_during_a_session_are_noticed(interceptor: Interceptor, reach: Reach) -> None:
    platform = reach(interceptor)
    assert platform.read(Tier.LIGHT).complete
    interceptor.replace("HasPrivilegeOnEntities", b"<isGranted>true<", b"<isGranted>false<", times=1)
    reading = platform.read(Tier.LIGHT)
    assert not reading.complete
    assert "System.Read" in reading.limits[0]
    assert platform.read(Tier.LIGHT).complete


def test_an_endpoint_that_shows_nothing_at_all_is_not_believed(
    interceptor: Interceptor, reach: Reach
) -> None:
    """A role on the root that is not propagated has every right there, and sees nothing below."""

    def nothing(answer: Answer) -> Answer:
        head, _, rest = answer.body.partition(b"<objects>")
        return Answer(200, answer.headers, head + rest.rpartition(b"</objects>")[2])

    interceptor.change("RetrievePropertiesEx", nothing)
    reading = reach(interceptor).read(Tier.LIGHT)
    assert reading.sightings == ()
    assert not reading.complete
    assert "not propagated" in reading.limits[0]


@pytest.mark.parametrize("kind", ["SystemError", "InvalidArgument", "SomeNewFault"])
def test_a_fault_in_the_middle_of_a_list_keeps_what_was_seen(
    interceptor: Interceptor, reach: Reach, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr("drconsole.platforms.vsphere.collect.PAGE", 3)
    platform = reach(interceptor)
    platform.read(Tier.LIGHT)
    interceptor.change("ContinueRetrievePropertiesEx", fault(kind), times=1, where=MACHINES)
    reading = platform.read(Tier.LIGHT)
    assert len(reading.sightings) == 3
    assert reading.limits == (f"The list of machines ended after 3 with a fault of the endpoint ({kind}).",)
    assert not reading.complete
    assert platform.read(Tier.LIGHT).complete
