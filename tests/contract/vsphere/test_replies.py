"""Replies that are not what they should be, at every call of a read: one error each, no secret in it."""

from __future__ import annotations

import gzip
import re
import traceback
from collections.abc import Callable

import pytest

from drconsole.domain.reading import Power
from drconsole.errors import BadReply, EndpointError, Unreachable
from drconsole.platforms.base import Tier
from drconsole.platforms.vsphere import soap
from tests.contract.vsphere.conftest import AROUND, MACHINES, Reach
from tests.contract.vsphere.faults import fault
from tests.peers.impostor import Answer, Interceptor, Writer
from tests.peers.peer import PASSWORD

pytestmark = pytest.mark.peers

CALLS = [
    "GET",
    "RetrieveServiceContent",
    "Login",
    "HasPrivilegeOnEntities",
    "CreateContainerView",
    "RetrievePropertiesEx",
    "CurrentTime",
]


def whole(body: bytes, status: int = 200) -> Callable[[Answer], Answer]:
    return lambda answer: Answer(status, answer.headers, body)


def half(answer: Answer) -> Answer:
    return Answer(answer.status, answer.headers, answer.body[: len(answer.body) // 2])


def cut(answer: Answer) -> Answer:
    length = {"Content-Length": str(len(answer.body))}
    return Answer(answer.status, {**answer.headers, **length}, b"", lambda to: _send(to, answer, length))


def _send(to: Writer, answer: Answer, length: dict[str, str]) -> None:
    to.write(f"HTTP/1.1 200 OK\r\nContent-Length: {length['Content-Length']}\r\n\r\n".encode())
    to.write(answer.body[:-20])


def endless(answer: Answer) -> Answer:
    def write(to: Writer) -> None:
        to.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<a>")
        while True:
            to.write(b"x" * (1 << 16))

    return Answer(200, {}, b"", write)


def zipped(answer: Answer) -> Answer:
    return Answer(200, {**answer.headers, "Content-Encoding": "gzip"}, gzip.compress(answer.body))


WRONG: dict[str, Callable[[Answer], Answer]] = {
    "empty": whole(b""),
    "page of a web server": whole(b"<!DOCTYPE html><html><body>It works!</body></html>"),
    "not XML": whole(b"\x00\xff\xfe{}"),
    "XML of something else": whole(b"<feed><entry/></feed>"),
    "wrong encoding": whole("<a>Grün</a>".encode("latin-1")),
    "UTF-16": whole("<?xml version='1.0' encoding='utf-16'?><a>ü</a>".encode("utf-16")),
    "half, but of right length": half,
    "cut": cut,
    "endless": endless,
    "compressed": zipped,
    "not found": whole(b"nothing here", 404),
    "moved": whole(b"", 302),
    "error page": whole(b"<html>proxy error</html>", 500),
    "bad gateway": whole(b"", 502),
    "bomb": whole(
        b"<!DOCTYPE a [<!ENTITY a '" + b"x" * 1000 + b"'><!ENTITY b '" + b"&a;" * 1000 + b"'>]>"
        b"<a>" + b"&b;" * 1000 + b"</a>"
    ),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_reply_is_one_error_with_its_endpoint(
    wrong: Callable[[Answer], Answer], call: str, interceptor: Interceptor, reach: Reach
) -> None:
    interceptor.change(call, wrong)
    platform = reach(interceptor)
    with pytest.raises(EndpointError) as caught:
        platform.read(Tier.LIGHT)
    error = caught.value
    assert isinstance(error, BadReply), error
    assert error.subject == platform.endpoint.name
    assert PASSWORD not in "".join(traceback.format_exception(error))


def test_a_reply_of_properties_has_a_limit_of_its_own(
    interceptor: Interceptor, reach: Reach, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(soap, "MOST_REPLY", 1000)
    with pytest.raises(BadReply, match="too large"):
        reach(interceptor).read(Tier.LIGHT)


def test_a_list_without_end_is_left(
    interceptor: Interceptor, reach: Reach, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drconsole.platforms.vsphere.collect.PAGE", 1)
    monkeypatch.setattr("drconsole.platforms.vsphere.collect.MOST_OBJECTS", 2)
    with pytest.raises(BadReply, match="does not end"):
        reach(interceptor).read(Tier.LIGHT)


def test_values_of_a_newer_vsphere_pass(interceptor: Interceptor, reach: Reach) -> None:
    interceptor.replace("RetrievePropertiesEx", b">poweredOn<", b">hibernated<", times=1, where=MACHINES)
    reading = reach(interceptor).read(Tier.LIGHT)
    assert {one.power for one in reading.sightings} == {Power.UNKNOWN}
    assert {one.unread for one in reading.sightings} == {("runtime.powerState",)}
    assert reading.limits == ("4 machines did not give runtime.powerState.",)
    assert not reading.complete


def test_machines_out_of_reach_have_no_power_state_of_now(interceptor: Interceptor, reach: Reach) -> None:
    interceptor.replace("RetrievePropertiesEx", b">connected<", b">disconnected<", times=1, where=MACHINES)
    reading = reach(interceptor).read(Tier.LIGHT)
    assert {(one.power, one.own_state) for one in reading.sightings} == {(Power.UNKNOWN, "disconnected")}
    assert reading.limits == ("4 machines are disconnected, so the power state is not known.",)


def test_refused_properties_are_unread_and_not_empty(interceptor: Interceptor, reach: Reach) -> None:
    missing = (
        b"<missingSet><path>config.repConfig</path><fault>"
        b'<fault xsi:type="NoPermission"><privilegeId>System.Read</privilegeId></fault>'
        b"<localizedMessage>no</localizedMessage></fault></missingSet></objects>"
    )
    interceptor.replace("RetrievePropertiesEx", b"</objects>", missing, times=1, where=MACHINES)
    reading = reach(interceptor).read(Tier.LIGHT)
    assert all(one.unread == ("config.repConfig",) and one.hbr is None for one in reading.sightings)
    assert reading.limits == ("4 machines did not give config.repConfig (NoPermission).",)
    assert not reading.complete


def test_a_machine_without_configuration_keeps_its_place(interceptor: Interceptor, reach: Reach) -> None:
    before = reach(interceptor).read(Tier.LIGHT).sightings[0]

    def orphaned(answer: Answer) -> Answer:
        head, start, rest = answer.body.partition(f">{before.handle}</obj>".encode())
        mine, end, others = rest.partition(b"</objects>")
        mine = mine.replace(b">connected<", b">orphaned<").replace(b"<name>config.", b"<name>gone.")
        return Answer(200, answer.headers, head + start + mine + end + others)

    interceptor.change("RetrievePropertiesEx", orphaned, times=1, where=MACHINES)
    reading = reach(interceptor).read(Tier.LIGHT)
    orphan = next(one for one in reading.sightings if one.handle == before.handle)
    assert (orphan.place, orphan.uuid, orphan.own_state) == (before.place, before.uuid, "orphaned")
    assert "config.repConfig" in orphan.unread
    assert orphan.power is Power.UNKNOWN
    assert not reading.complete
    assert reading.limits[0].startswith("1 machine is orphaned, so the power state is not known, and did not")


def test_an_orphan_that_is_deleted_meanwhile_costs_no_other(interceptor: Interceptor, reach: Reach) -> None:
    gone, kept = reach(interceptor).read(Tier.LIGHT).sightings[:2]

    def orphaned(answer: Answer) -> Answer:
        body = answer.body
        for one in (gone, kept):
            head, start, rest = body.partition(f">{one.handle}</obj>".encode())
            mine, end, others = rest.partition(b"</objects>")
            body = head + start + mine.replace(b"<name>config.", b"<name>gone.") + end + others
        return Answer(200, answer.headers, body)

    deleted = fault("ManagedObjectNotFound", f'<obj type="VirtualMachine">{gone.handle}</obj>')
    interceptor.change("RetrievePropertiesEx", orphaned, times=1, where=MACHINES)
    interceptor.change("RetrievePropertiesEx", deleted, times=1, where=b"summary.config.uuid")
    reading = reach(interceptor).read(Tier.LIGHT)
    assert kept.place in {one.place for one in reading.sightings}


def test_networks_that_may_not_be_seen_keep_their_reference(interceptor: Interceptor, reach: Reach) -> None:
    def hide(answer: Answer) -> Answer:
        return Answer(200, answer.headers, answer.body.replace(b"<name>name</name>", b"<name>other</name>"))

    interceptor.change("RetrievePropertiesEx", hide, where=AROUND)
    reading = reach(interceptor).read(Tier.LIGHT)
    assert all(one.networks[0].startswith("dvportgroup-") for one in reading.sightings)
    assert all({"network.name", "place"} <= set(one.unread) for one in reading.sightings)
    assert len({one.place for one in reading.sightings}) == 4
    assert not reading.complete


def test_the_endpoints_clock_is_its_own(interceptor: Interceptor, reach: Reach) -> None:
    interceptor.change("CurrentTime", _years_ago)
    reading = reach(interceptor).read(Tier.LIGHT)
    assert reading.clock is not None
    assert reading.skew_s is not None
    assert reading.now == reading.clock
    assert reading.skew_s == pytest.approx((reading.clock - reading.taken_at).total_seconds(), abs=60)
    assert reading.clock.year == 2020


def test_a_clock_beyond_all_calendars_is_a_bad_reply(interceptor: Interceptor, reach: Reach) -> None:
    def first_day(answer: Answer) -> Answer:
        body = re.sub(rb">[0-9-]+T[^<]+<", b">0001-01-01T00:00:00+14:00<", answer.body)
        return Answer(200, answer.headers, body)

    interceptor.change("CurrentTime", first_day)
    with pytest.raises(BadReply):
        reach(interceptor).read(Tier.LIGHT)


def test_a_connection_lost_without_a_word(interceptor: Interceptor, reach: Reach) -> None:
    interceptor.change("GET", lambda answer: Answer(200, {}, b"", lambda _: None))
    with pytest.raises(Unreachable, match="lost"):
        reach(interceptor).read(Tier.LIGHT)


def _years_ago(answer: Answer) -> Answer:
    return Answer(200, answer.headers, re.sub(rb">\d{4}-", b">2020-", answer.body))
