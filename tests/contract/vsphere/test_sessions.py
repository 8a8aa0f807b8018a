"""A session lasts over reads, comes back by itself once, and objects may vanish under a read."""

from __future__ import annotations

import gc
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from drconsole.domain.reading import Power
from drconsole.errors import BadReply, EndpointError, LoginRefused
from drconsole.platforms.base import Tier
from drconsole.platforms.vsphere.reply import Page, PropertyReply
from tests.contract.vsphere.conftest import MACHINES, Reach
from tests.contract.vsphere.faults import fault
from tests.peers import peer as peers
from tests.peers.impostor import Answer, Change, Interceptor
from tests.peers.peer import Peer

pytestmark = pytest.mark.peers


def test_later_reads_need_four_calls_and_no_login(interceptor: Interceptor, reach: Reach) -> None:
    platform = reach(interceptor)
    first = platform.read(Tier.LIGHT)
    del interceptor.calls[:]
    assert platform.read(Tier.LIGHT).sightings == first.sightings
    assert interceptor.calls == [*["RetrievePropertiesEx"] * 2, "HasPrivilegeOnEntities", "CurrentTime"]


def test_cookies_of_a_load_balancer_are_sent_beside_the_sessions(
    interceptor: Interceptor, reach: Reach
) -> None:
    balanced = {"Set-Cookie": 'node="b 2"; Path=/; Secure'}
    interceptor.change("RetrieveServiceContent", lambda a: Answer(200, a.headers | balanced, a.body))
    reach(interceptor).read(Tier.LIGHT)
    assert interceptor.cookies[interceptor.calls.index("Login")] == 'node="b 2"'
    assert interceptor.cookies[-1].startswith('node="b 2"; vmware_soap_session=')


def test_a_later_read_sees_what_changed(peer: Peer, reach: Reach) -> None:
    platform = reach(peer)
    before = {one.handle for one in platform.read(Tier.LIGHT).sightings}
    with peer.machines() as machines:
        gone, kept = list(machines.values())[:2]
        peers.wait(gone.PowerOffVM_Task())
        gone.UnregisterVM()
        peers.wait(kept.PowerOffVM_Task())
    after = {one.handle: one for one in platform.read(Tier.LIGHT).sightings}
    assert before - set(after) == {gone._moId}
    assert after[kept._moId].power is Power.OFF


def test_many_endpoints_are_read_at_once(shared_vcenter: Peer, reach: Reach) -> None:
    platforms = [reach(shared_vcenter, name=f"vc-{number}") for number in range(8)]
    with ThreadPoolExecutor(len(platforms)) as pool:
        rounds = [list(pool.map(lambda one: one.read(Tier.LIGHT), platforms)) for _ in range(3)]
    readings = [reading for readings in rounds for reading in readings]
    assert {reading.endpoint for reading in readings} == {platform.endpoint.name for platform in platforms}
    assert len({reading.sightings for reading in readings}) == 1
    assert gc.isenabled()


def test_an_ended_session_comes_back_by_itself(peer: Peer, reach: Reach) -> None:
    platform = reach(peer)
    before = platform.read(Tier.LIGHT)
    with peer.client() as client:
        sessions = client.content.sessionManager
        own = sessions.currentSession.key
        sessions.TerminateSession([one.key for one in sessions.sessionList if one.key != own])
    assert platform.read(Tier.LIGHT).sightings == before.sightings


def test_a_session_that_only_properties_call_ended_comes_back(interceptor: Interceptor, reach: Reach) -> None:
    platform = reach(interceptor)
    before = platform.read(Tier.LIGHT)
    interceptor.change(
        "RetrievePropertiesEx", _with_missing("name", "NotAuthenticated"), times=1, where=MACHINES
    )
    assert platform.read(Tier.LIGHT).sightings == before.sightings
    assert interceptor.calls.count("Login") == 2


@pytest.mark.parametrize("call", ["HasPrivilegeOnEntities", "CurrentTime", "ContinueRetrievePropertiesEx"])
def test_a_session_that_ends_in_the_middle_of_a_read_comes_back(
    interceptor: Interceptor, reach: Reach, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    monkeypatch.setattr("drconsole.platforms.vsphere.collect.PAGE", 3)
    platform = reach(interceptor)
    before = platform.read(Tier.LIGHT)
    interceptor.change(call, fault("NotAuthenticated"), times=1)
    reading = platform.read(Tier.LIGHT)
    assert reading.sightings == before.sightings
    assert reading.complete
    assert interceptor.calls.count("Login") == 2


def test_a_password_that_was_taken_is_not_called_wrong(interceptor: Interceptor, reach: Reach) -> None:
    refused: list[bool] = []
    interceptor.change("CurrentTime", fault("NotAuthenticated"))
    with pytest.raises(LoginRefused, match="does not know the session"):
        reach(interceptor, refused=lambda: refused.append(True)).read(Tier.LIGHT)
    assert refused == []


def test_the_next_page_is_asked_for_while_one_is_understood(
    interceptor: Interceptor, reach: Reach, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = threading.Event()

    class Waiting(PropertyReply):
        """Is not done with a page that has a next before that was asked for."""

        def finish(self) -> Page:
            assert not self.token or asked.wait(20)
            asked.clear()
            return super().finish()

    def note(answer: Answer) -> Answer:
        asked.set()
        return answer

    monkeypatch.setattr("drconsole.platforms.vsphere.collect.PAGE", 1)
    monkeypatch.setattr("drconsole.platforms.vsphere.soap.PropertyReply", Waiting)
    interceptor.change("ContinueRetrievePropertiesEx", note)
    assert len(reach(interceptor).read(Tier.LIGHT).sightings) == 4


def test_a_page_that_is_nonsense_leaves_no_answer_unread(
    interceptor: Interceptor, reach: Reach, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drconsole.platforms.vsphere.collect.PAGE", 1)
    platform = reach(interceptor)
    before = platform.read(Tier.LIGHT)
    interceptor.replace("RetrievePropertiesEx", b"</obj>", b"</other>", times=1, where=MACHINES)
    with pytest.raises(BadReply):
        platform.read(Tier.LIGHT)
    assert platform.read(Tier.LIGHT).sightings == before.sightings


def test_a_connection_that_was_closed_meanwhile_is_no_failure(interceptor: Interceptor, reach: Reach) -> None:
    platform = reach(interceptor)
    before = platform.read(Tier.LIGHT)
    interceptor.change("CurrentTime", lambda _: Answer(200, {}, b"", lambda _: None), times=1)
    assert platform.read(Tier.LIGHT).sightings == before.sightings


def test_an_object_that_vanishes_costs_no_other(vcenter: Peer, reach: Reach) -> None:
    vcenter.faults({"method": "RetrievePropertiesEx", "kind": "ManagedObjectNotFound", "times": 1})
    reading = reach(vcenter).read(Tier.LIGHT)
    assert len(reading.sightings) == 4
    assert reading.complete


def test_objects_that_vanish_without_end_are_told(vcenter: Peer, reach: Reach) -> None:
    vcenter.faults({"method": "RetrievePropertiesEx", "kind": "ManagedObjectNotFound"})
    with pytest.raises(EndpointError, match="ManagedObjectNotFound"):
        reach(vcenter).read(Tier.LIGHT)


def test_a_machine_deleted_while_it_is_read_is_gone(interceptor: Interceptor, reach: Reach) -> None:
    first = reach(interceptor).read(Tier.LIGHT).sightings[0]
    interceptor.change(
        "RetrievePropertiesEx", _bare(first.handle, "ManagedObjectNotFound"), times=1, where=MACHINES
    )
    reading = reach(interceptor).read(Tier.LIGHT)
    assert [one.handle for one in reading.sightings].count(first.handle) == 0
    assert len(reading.sightings) == 3
    assert reading.complete


@pytest.mark.parametrize("kind", ["Generic", "InvalidState", "Timeout", "MethodNotFound"])
def test_other_faults_are_named(vcenter: Peer, reach: Reach, kind: str) -> None:
    vcenter.faults({"method": "CurrentTime", "kind": kind})
    with pytest.raises(EndpointError, match="answered with a fault") as caught:
        reach(vcenter).read(Tier.LIGHT)
    assert caught.value.code == "endpoint"


def test_what_an_endpoint_says_of_itself_is_quoted_in_short(interceptor: Interceptor, reach: Reach) -> None:
    fault = "<detail><NewFault xmlns='urn:vim25'/></detail>"
    body = "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body><e:Fault><faultstring>"
    body += "word " * 10_000 + f"</faultstring>{fault}</e:Fault></e:Body></e:Envelope>"
    interceptor.change("CurrentTime", lambda _: Answer(500, {}, body.encode()))
    with pytest.raises(EndpointError, match="fault: New") as caught:
        reach(interceptor).read(Tier.LIGHT)
    assert "word word" in caught.value.message
    assert len(caught.value.message) < 1000


def _with_missing(path: str, fault: str) -> Change:
    missing = f'<missingSet><path>{path}</path><fault><fault xsi:type="{fault}"/></fault></missingSet>'

    def change(answer: Answer) -> Answer:
        return Answer(
            200, answer.headers, answer.body.replace(b"</objects>", missing.encode() + b"</objects>")
        )

    return change


def _bare(handle: str, fault: str) -> Change:
    """The first machine without any property, with this fault for its name."""
    missing = f'<missingSet><path>name</path><fault><fault xsi:type="{fault}"/></fault></missingSet>'

    def change(answer: Answer) -> Answer:
        head, _, rest = answer.body.partition(f">{handle}</obj>".encode())
        _, _, tail = rest.partition(b"</objects>")
        middle = f">{handle}</obj>{missing}</objects>".encode()
        return Answer(200, answer.headers, head + middle + tail)

    return change
