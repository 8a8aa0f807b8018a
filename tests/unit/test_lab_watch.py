"""When two copies of one workload count as alive, and what the lab's watch notes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from drconsole.lab import scenario
from drconsole.lab.hyperv.machines import Adapter, Cluster, Host
from drconsole.lab.hyperv.populate import build_hosts
from drconsole.lab.hyperv.power_loss import go_down
from drconsole.lab.hyperv.watch import Watch, alive_twice

from .hyperv_world import DB, START, WEB, hosts

Hosts = dict[str, Host]
Change = Callable[[Hosts], None]


def both_on() -> Hosts:
    """``web`` runs at both sites, on networks where people work."""
    known = {host.name: host for host in hosts()}
    for host in known.values():
        host.test_networks = ("Isolated",)
    copy = known["NJHV01"].machines[WEB]
    copy.power, copy.adapters = "Running", [Adapter("1", "Production")]
    return known


def as_test(known: Hosts) -> None:
    """The copy is a test copy of web, made from its replica."""
    there = known["NJHV01"].machines
    there[DB] = replace(there.pop(WEB), id=DB, name="web - Test", workload=WEB)


def of_one_name(known: Hosts) -> None:
    """The original is off; its replica and the test copy of that run, and are called alike."""
    there = known["NJHV01"].machines
    there[DB] = replace(there[WEB], id=DB, workload=WEB)
    known["NYHV01"].machines[WEB].power = "Off"


def one_cluster(known: Hosts) -> None:
    """Both hosts are nodes of one cluster, and web migrates between them."""
    cluster = Cluster("C", "c.example", tuple(known), "NYHV01")
    for host in known.values():
        host.cluster = cluster


def adapters(*switches: str | None) -> Change:
    """The copy's adapters."""

    def change(known: Hosts) -> None:
        known["NJHV01"].machines[WEB].adapters = [Adapter(str(n), to) for n, to in enumerate(switches)]

    return change


def power(name: str) -> Change:
    """The copy's power."""
    return lambda known: setattr(known["NJHV01"].machines[WEB], "power", name)


def cut_off(known: Hosts) -> None:
    """The line of the original's site is cut: it runs on, and who sits there works with it."""
    known["NYHV01"].state = "Down"


def without_power(known: Hosts) -> None:
    """The original's host has lost its power."""
    go_down(known, known["NYHV01"], START)


@pytest.mark.parametrize(
    ("change", "alive"),
    [
        (lambda known: None, True),
        (as_test, True),
        (of_one_name, True),
        (power("Starting"), True),
        (power("Stopping"), True),
        (power("Saving"), True),
        (power("Resuming"), True),
        (power("RunningCritical"), True),
        (power("Off"), False),
        (power("Saved"), False),
        (power("Paused"), False),
        (power("PausedCritical"), False),
        (adapters("Isolated"), False),
        (adapters(None), False),
        (adapters(), False),
        (adapters("Isolated", "Production"), True),
        (one_cluster, False),
        (cut_off, True),
        (without_power, False),
    ],
)
def test_what_counts_as_two_alive(change: Change, alive: bool) -> None:
    known = both_on()
    change(known)
    assert (WEB in alive_twice(known)) is alive


def test_a_test_copy_that_its_replica_does_not_name_is_known_by_its_scenario() -> None:
    known = {host.name: host for host in build_hosts(scenario.load("test-left-running"), START)}
    orphan = next(one for one in known["NJCL02"].machines.values() if one.name == "crm - Test")
    original = next(one for one in known["NYHV01"].machines.values() if one.name == "crm")
    assert original.id not in alive_twice(known)
    orphan.adapters[0].switch = "Production"
    assert original.id in alive_twice(known)


def test_each_time_is_noted_once_with_its_cause() -> None:
    known, watch = both_on(), Watch()
    copy = known["NJHV01"].machines[WEB]
    for minute, (name, cause) in enumerate(
        [("Off", "a"), ("Running", "b"), ("Running", "c"), ("Off", "d"), ("Running", "e")]
    ):
        copy.power = name
        watch.look(known, START + timedelta(minutes=minute), cause)
    assert [(seen.vm, seen.cause) for seen in watch.seen] == [(WEB, "b"), (WEB, "e")]
    assert watch.seen[0].at == START + timedelta(minutes=1)
    assert watch.seen[0].copies == ("NJHV01: web", "NYHV01: web")


def test_a_new_name_is_no_new_copy() -> None:
    known, watch = both_on(), Watch()
    watch.look(known, START, "a")
    known["NJHV01"].machines[WEB].name = "renamed"
    watch.look(known, START, "b")
    assert [seen.cause for seen in watch.seen] == ["a"]
