"""What a light answer means; whatever else comes is an error of the endpoint."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drconsole.domain.endpoint import Endpoint, EndpointKind
from drconsole.domain.reading import Power, Reading
from drconsole.errors import BadReply, EndpointError
from drconsole.platforms.base import Access
from drconsole.platforms.hyperv import light as lightly
from drconsole.platforms.hyperv.peer import Peer
from drconsole.platforms.hyperv.reader import light_reading
from drconsole.platforms.hyperv.script import Answer, Output, value_of
from tests.contract.hyperv.answers import VM_A, VM_B, framed, light, relation, vm

PEER = Peer("ny-hv1", "hv-ny1.example.com:5986", "dr-reader", True, 20.0)
ENDPOINT = Endpoint("ny-hv1", "New York", EndpointKind.HYPERV_HOST, "hv-ny1.example.com")
ACCESS = Access("hv-ny1.example.com", 5986, "dr-reader", lambda: "")
NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


def read(out: bytes) -> Reading:
    """Read what a process wrote."""
    answer = Answer(value_of(Output(out), PEER), NOON.timestamp(), "TLSv1.3")
    return light_reading(answer, "per call", ENDPOINT, ACCESS, PEER, taken_at=NOON, duration_s=1.0)


@pytest.mark.parametrize(
    ("state", "power"),
    [
        ("Running", Power.ON),
        ("Off", Power.OFF),
        ("Saved", Power.SAVED),
        ("Paused", Power.PAUSED),
        ("Starting", Power.OTHER),
        ("Stopping", Power.OTHER),
        ("FastSaved", Power.OTHER),
        ("Hibernated", Power.OTHER),
        ("RunningCritical", Power.ON),
        ("OffCritical", Power.OTHER),
        ("Other", Power.OTHER),
        ("running", Power.UNKNOWN),
        ("Levitating", Power.UNKNOWN),
        ("", Power.UNKNOWN),
    ],
)
def test_power(state: str, power: Power) -> None:
    assert read(framed(light([vm(power=state)]))).sightings[0].power is power


def test_names_of_states_that_nobody_knows_pass_as_they_are() -> None:
    odd = relation(mode="Mirror", state="Dreaming", health="Fine", relationship="Triangular")
    one = read(framed(light([vm(mode="Mirror", state="Dreaming")], [odd]))).sightings[0]
    assert (one.own_mode, one.own_state) == ("Mirror", "Dreaming")
    told = one.relations[0]
    assert (told.mode, told.state, told.health, told.relationship) == (
        "Mirror",
        "Dreaming",
        "Fine",
        "Triangular",
    )


def test_what_get_vm_says_itself_stays_beside_its_relation() -> None:
    one = read(framed(light([vm(mode="Primary", state="Error")], [relation(mode="Replica")]))).sightings[0]
    assert (one.own_mode, one.own_state) == ("Primary", "Error")
    assert [(told.mode, told.state) for told in one.relations] == [("Replica", "Replicating")]


def test_two_relations_of_one_vm_are_both_kept() -> None:
    legs = [relation(mode="Replica"), relation(mode="Primary", relationship="Extended", test_vm=VM_B.upper())]
    one = read(framed(light([vm()], legs))).sightings[0]
    assert [(leg.mode, leg.relationship, leg.test_vm) for leg in one.relations] == [
        ("Replica", "Simple", None),
        ("Primary", "Extended", VM_B),
    ]


def test_the_place_is_the_hosts_and_the_id_is_lower_case() -> None:
    host = {"name": "HV-NY1", "fqdn": None}
    one = read(framed(light([vm(VM_A.upper())], host=host))).sightings[0]
    assert (one.place.where, one.place.ident, one.handle) == ("hv-ny1", VM_A, VM_A)


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("2026-11-26T13:44:59.7654321Z", datetime(2026, 11, 26, 13, 44, 59, 765432, UTC)),
        ("2026-11-26T13:44:59Z", datetime(2026, 11, 26, 13, 44, 59, tzinfo=UTC)),
        ("2026-11-26T15:44:59.1+02:00", datetime(2026, 11, 26, 13, 44, 59, 100000, UTC)),
        ("0001-01-01T00:00:00.0000000Z", None),
        ("1601-01-01T00:00:00.0000000Z", None),
        ("9999-12-31T23:59:59.9999999Z", datetime(9999, 12, 31, 23, 59, 59, 999999, UTC)),
        (None, None),
        ("", None),
    ],
)
def test_times(told: str | None, meant: datetime | None) -> None:
    one = read(framed(light([vm()], [relation(last_sync=told)]))).sightings[0]
    assert one.relations[0].last_sync == meant


@pytest.mark.parametrize("told", ["yesterday", "2026-11-26T13:44:59", "/Date(1764164699765)/", "9" * 400])
def test_a_time_that_is_none_or_has_no_zone_is_refused(told: str) -> None:
    with pytest.raises(BadReply, match="a time that is none"):
        read(framed(light([vm()], [relation(last_sync=told)])))
    with pytest.raises(BadReply, match="a time that is none"):
        read(framed(light(now=told)))


@pytest.mark.parametrize("seconds", [-1, 922337203685, 10**18, 1e300, None])
def test_spans_that_can_be_none_are_as_if_untold(seconds: float | None) -> None:
    one = read(framed(light([vm(uptime_s=seconds)], [relation(frequency_s=seconds)]))).sightings[0]
    assert (one.uptime_s, "uptime" in one.unread) == (None, True)
    assert one.relations[0].frequency_s is None


def test_the_skew_is_counted_from_the_middle_of_the_request() -> None:
    reading = read(framed(light(now="2026-11-26T12:00:07.5000000Z")))
    assert reading.skew_s == pytest.approx(7.5)


def test_a_name_that_is_only_a_full_one_is_told_once() -> None:
    assert read(framed(light(host={"name": "HV1", "fqdn": "hv1"}))).names == ("hv1",)


def test_an_account_that_sees_nothing_is_told_which_rights_it_lacks() -> None:
    reading = read(framed(light([], [], host={"name": None, "fqdn": None})))
    assert (reading.complete, reading.sightings, reading.names) == (False, (), ())
    assert len(reading.limits) == 2
    assert "dr-reader lacks the right" in reading.limits[1]


def test_a_relation_without_its_vm_makes_the_reading_incomplete() -> None:
    reading = read(framed(light([vm()], [relation(), relation(VM_B)])))
    assert not reading.complete
    assert len(reading.sightings) == 1
    assert "1 replicated VM(s) are not in the list" in reading.limits[0]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (light([vm("not-an-id")]), "a VM id that is none"),
        (light([vm(VM_A + "0")]), "a VM id that is none"),
        (light([vm()], [relation("*")]), "a VM id that is none"),
        (light([vm()], [relation(test_vm="x")]), "a VM id that is none"),
        (light([vm(), vm(VM_A.upper())]), "one VM id twice"),
        (light(host={"name": "", "fqdn": "hv.example.com"}), "not the host's own name"),
        (light() | {"vms": None}, r"\$\.vms"),
        (light([vm(name=7)]), r"\$\.vms\[0\]\.name"),
        ({key: value for key, value in light().items() if key != "relations"}, "`relations`"),
        (light([{key: value for key, value in vm().items() if key != "power"}]), "`power`"),
        ([], "Expected `object`"),
        (None, "Expected `object`"),
    ],
)
def test_what_cannot_be_a_host_is_refused(answer: Any, words: str) -> None:
    with pytest.raises(BadReply, match=words) as caught:
        read(framed(answer))
    assert "hv-ny1.example.com:5986" in caught.value.message


# A busy machine is no failure.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
TEXT = st.text(max_size=8)
ODD = st.none() | st.booleans() | st.integers() | st.floats() | TEXT | st.lists(TEXT, max_size=2)


@st.composite
def spoiled(draw: st.DrawFn) -> Any:
    """A good answer in which something is something else."""
    answer: Any = light([vm(), vm(VM_B)], [relation(), relation(VM_B)])
    for _ in range(draw(st.integers(1, 3))):
        here = answer
        while isinstance(here, dict | list) and here:
            keys = list(here) if isinstance(here, dict) else list(range(len(here)))
            key = draw(st.sampled_from(keys))
            if not isinstance(here[key], dict | list) or draw(st.booleans()):
                here[key] = draw(ODD)
                break
            here = here[key]
    return answer


def reading_or_endpoint_error(out: bytes) -> None:
    """Nothing else may come, and neither may be half good."""
    failure: EndpointError | None = None
    try:
        reading = read(out)
    except EndpointError as error:
        failure = error
    if failure is not None:
        assert failure.subject == "ny-hv1"
        assert str(failure).isprintable()
        return
    places = [one.place for one in reading.sightings]
    assert len(places) == len(set(places))
    assert reading.complete == (not reading.limits)


@patient
@given(spoiled())
def test_a_spoiled_answer_is_a_reading_or_an_endpoint_error(answer: Any) -> None:
    reading_or_endpoint_error(framed(json.loads(json.dumps(answer))))


JSON = st.recursive(ODD, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=10)


@patient
@given(JSON)
def test_any_json_is_a_reading_or_an_endpoint_error(value: Any) -> None:
    reading_or_endpoint_error(framed(value))


@patient
@given(st.binary() | st.binary().map(lambda some: some + b"\r\ndrconsole-end\r\n"))
def test_any_bytes_are_a_reading_or_an_endpoint_error(out: bytes) -> None:
    reading_or_endpoint_error(out)


def test_nesting_without_end_is_refused() -> None:
    deep = b'{"ok":true,"value":' + b"[" * 500_000 + b"]" * 500_000 + b"}"
    with pytest.raises(BadReply):
        lightly.decode(deep, PEER)
