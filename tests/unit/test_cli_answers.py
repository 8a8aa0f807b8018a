"""JSON schema 1 as documented: every field, ISO times, stable words, nothing that steers a terminal."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from drconsole.cli.answers import encoded, list_answer
from drconsole.domain.reading import Power
from drconsole.domain.roles import Role
from drconsole.domain.snapshot import EndpointState, Snapshot
from tests.tui.pictures import STEADY, picture, protected

TOP = ["schema", "taken_at", "endpoints", "workloads"]
ENDPOINT = ["name", "site", "kind", "state", "last_read", "age_s", "error", "alarms"]
WORKLOAD = ["key", "name", "platform", "arrow", "alarms", "copies", "proven", "open_run"]
COPY = [
    *("id", "role", "site", "place", "endpoint", "seen_by", "power"),
    *("fresh", "age_s", "reason", "alarms", "replication"),
]
REPLICATION = ["mode", "state", "health", "last_sync", "rpo_s", "rpo_target_s"]
ALARM = ["code", "severity", "text", "since"]


def answer(snapshot: Snapshot) -> Any:
    return json.loads(encoded(list_answer(snapshot, snapshot.workloads)))


def test_every_field_is_always_there_in_the_documented_order() -> None:
    found = answer(picture(silent=frozenset({"goldr2-n1"})))

    assert list(found) == TOP
    assert found["schema"] == 1
    for endpoint in found["endpoints"]:
        assert list(endpoint) == ENDPOINT
    alarms = [a for e in found["endpoints"] for a in e["alarms"]]
    for workload in found["workloads"]:
        assert list(workload) == WORKLOAD
        alarms += workload["alarms"]
        for copy in workload["copies"]:
            assert list(copy) == COPY
            assert list(copy["replication"]) == REPLICATION
            alarms += copy["alarms"]
    assert len(alarms) > 5
    assert all(list(alarm) == ALARM for alarm in alarms)


def test_words_are_the_documented_ones() -> None:
    found = answer(picture(silent=frozenset({"goldr2-n1"})))
    copies = [copy for workload in found["workloads"] for copy in workload["copies"]]

    assert {e["state"] for e in found["endpoints"]} <= {state.value for state in EndpointState}
    assert {copy["power"] for copy in copies} <= {power.value for power in Power}
    assert {copy["role"] for copy in copies} <= {role.value for role in Role}
    assert {w["platform"].split("-")[0] for w in found["workloads"]} == {"hyperv", "vsphere"}
    assert all(a["severity"] in ("info", "warning", "critical") for c in copies for a in c["alarms"])


def test_one_workload_in_full() -> None:
    (found,) = answer(picture(protected("files-02", 2, late_s=120)))["workloads"]

    assert found["key"] == "hv:00000002-0000-4000-8000-000000000000"
    assert (found["name"], found["platform"], found["arrow"]) == (
        "files-02",
        "hyperv",
        "New York ==> New Jersey",
    )
    original, replica = found["copies"]
    assert (original["role"], original["site"], original["power"]) == ("ORIGINAL", "New York", "on")
    assert (replica["role"], replica["place"], replica["seen_by"]) == ("REPLICA", "goldr2-n1", ["goldr2-n1"])
    assert (replica["fresh"], replica["age_s"]) == (True, 3)
    assert replica["replication"] == {
        "mode": "Replica",
        "state": "Replicating",
        "health": "Normal",
        "last_sync": "2026-03-02T11:58:00Z",
        "rpo_s": 117,
        "rpo_target_s": 900,
    }


def test_silent_endpoint_and_its_last_known_copies() -> None:
    found = answer(picture(silent=frozenset({"goldr2-n1"})))

    (endpoint,) = [e for e in found["endpoints"] if e["state"] == "silent"]
    assert endpoint["last_read"] == "2026-03-02T03:00:00Z"
    assert endpoint["age_s"] == 9 * 3600
    assert endpoint["error"] == "no complete answer within 20 s"
    assert [alarm["code"] for alarm in endpoint["alarms"]] == ["silent"]
    far = [c for w in found["workloads"] for c in w["copies"] if c["site"] == "New Jersey"]
    assert far
    assert all(not copy["fresh"] and copy["age_s"] == 9 * 3600 for copy in far)


def test_what_was_seen_at_a_time_still_to_come_has_no_age() -> None:
    snapshot = picture(silent=frozenset({"goldr2-n1"}))
    found = answer(replace(snapshot, taken_at=snapshot.taken_at - timedelta(hours=10)))

    assert {endpoint["age_s"] for endpoint in found["endpoints"]} == {None}
    far = [c for w in found["workloads"] for c in w["copies"] if c["site"] == "New Jersey"]
    assert far
    assert all(copy["age_s"] is None and copy["replication"]["rpo_s"] is None for copy in far)


def test_split_brain_has_its_stable_code() -> None:
    (found,) = [w for w in answer(picture(STEADY))["workloads"] if w["name"] == "erp-db"]

    assert [(alarm["code"], alarm["severity"]) for alarm in found["alarms"]] == [("split-brain", "critical")]


@pytest.mark.parametrize(
    "name", ["esc\x1b[31m\x9b", "a\nb\x00", "right\u202eleft\u2028", 'q"\\', "🚀 日本 ü"]
)
def test_names_survive_letter_by_letter_without_steering_a_terminal(name: str) -> None:
    snapshot = picture(protected(name, 1))

    data = encoded(list_answer(snapshot, snapshot.workloads))

    assert json.loads(data)["workloads"][0]["name"] == name
    assert data.decode().replace("\n", "").isprintable()


def test_half_a_surrogate_does_not_end_the_answer() -> None:
    snapshot = picture(protected("cut\ud83d", 1))

    data = encoded(list_answer(snapshot, snapshot.workloads))

    assert json.loads(data)["workloads"][0]["name"] == "cut\ufffd"
