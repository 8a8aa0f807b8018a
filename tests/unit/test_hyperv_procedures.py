"""The steps that procedures give, and what they ask beforehand, from what copies and deep reads show."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from drconsole.domain.deep import Adapter, Consistency, Deep, FailoverAddress, Point, Receiver
from drconsole.domain.endpoint import Estate, Pair, Site
from drconsole.domain.mapping import AddressMap, NetworkMap
from drconsole.domain.plan import Operation, Readiness
from drconsole.domain.reading import Power, Sighting
from drconsole.domain.record import Record, written
from drconsole.domain.roles import Role
from drconsole.domain.snapshot import Workload
from drconsole.errors import UsageError
from drconsole.platforms.acting import Case, Procedure
from drconsole.platforms.hyperv.actions import ACTIONS
from drconsole.platforms.hyperv.procedures import HyperVProcedures
from tests.unit.domain.builders import (
    NJ,
    NOW,
    NY,
    estate,
    only,
    picture,
    reading,
    recorded,
    relation,
    vm,
)

ON, OFF, SAVED = Power.ON, Power.OFF, Power.SAVED
FAILED, PREPARED = "FailedOverWaitingCompletion", "PreparedForFailover"
TEST = "77777777-7777-4777-8777-777777777777"
PROD, REC = "Production", "Recovery"
NAMES = {NY: "ny", NJ: "nj"}
ANYONE = Receiver(True, "CertificateAndKerberos", anyone=True)
PAGE_FILE = "D:\\web\\pagefile.vhdx"


def workload(*sightings: Sighting, silent: tuple[str, ...] = ()) -> Workload:
    """The workload of a copy at ny and one at nj."""
    hosts = {NY: "ny", NJ: "nj"}
    readings = (reading(hosts[one.place.site], one) for one in sightings)
    return only(picture(*readings, silent=silent))


def healthy(**more: object) -> Workload:
    """An original that runs, and its replica; ``more`` goes to the replica's relation."""
    return workload(
        vm("ny", ON, relation("Primary")), vm("nj", OFF, relation("Replica", "Replicating", **more))
    )


def moved(left: str = PREPARED, right: str = FAILED, power: Power = OFF, **more: object) -> Workload:
    """A failover to nj: the old original prepared and off, its replica recovered and on."""
    return workload(
        vm("ny", power, relation("Primary", left)), vm("nj", ON, relation("Replica", right, **more))
    )


def deep(
    *adapters: Adapter, switches: tuple[str, ...] | None = (PROD, REC, "isolated"), **more: object
) -> Deep:
    """A deep read with one adapter on Production, where none are named."""
    told = adapters or (Adapter("A", "Network Adapter", PROD, "00155D000001"),)
    points = (Point("point-1", NOW - timedelta(minutes=25), Consistency.APPLICATION),)
    values: dict[str, object] = {"adapters": told, "switches": switches, "points": points}
    values |= {"receiver": ANYONE, "version": "10.0", "versions": ("9.0", "10.0"), **more}
    return Deep("v1", NOW, NOW, **values)  # type: ignore[arg-type]


def plan(
    operation: Operation,
    told: Workload,
    *,
    here: Deep | None = None,
    there: Deep | None = None,
    config: Estate | None = None,
    looked: bool = True,
    **options: str,
) -> Procedure:
    """The procedure for a workload, with deep reads of ny (``here``) and nj (``there``)."""
    reads: Mapping[str, Deep] = {NY: here or deep(), NJ: there or deep()}
    found = {copy.place.id: reads[copy.place.site] for copy in told.copies} if looked else {}
    case = Case(told, config or estate(), found, options, "7f3c0a11", "operator@jump")
    return HyperVProcedures().procedure(operation, case)


def actions(procedure: Procedure) -> list[str]:
    """Each step's place and action."""
    return [f"{step.endpoint} {step.action}" for step in procedure.steps]


def texts(procedure: Procedure, readiness: Readiness) -> str:
    """What the checks of one readiness say, and how each is cleared."""
    return "; ".join(f"{c.text} ({c.clear})" for c in procedure.subject.checks if c.readiness is readiness)


def blocks(procedure: Procedure) -> str:
    """What blocks it."""
    return texts(procedure, Readiness.BLOCKED)


class TestTestFailover:
    """On a test network alone, whatever the replica's adapters would do by themselves."""

    def test_steps(self) -> None:
        told = plan(Operation.TEST_FAILOVER, healthy())
        assert blocks(told) == ""
        assert actions(told) == [
            "nj start-test",
            "nj write-record",
            "nj connect-adapters",
            "nj start",
            "nj await-heartbeat",
            "nj read-addresses",
        ]
        assert [step.after for step in told.steps] == [(), *((str(number),) for number in range(1, 6))]
        assert told.subject.point_of_no_return == ""
        started = told.steps[3].params
        assert started["recorded"]
        assert started["networks"] == {"every": {"switch": "isolated", "vlan": None}}
        assert [step.serves for step in told.steps] == [False, False, False, False, True, False]
        assert "heartbeat" not in str(plan(Operation.TEST_FAILOVER, healthy(), heartbeat="skip").steps)

    def test_no_site_network_is_guessed(self) -> None:
        for tests, said in ((set(), "has no test network"), ({"a", "b"}, "has several test networks")):
            sites = tuple(Site(name, frozenset(tests)) for name in (NY, NJ))
            told = plan(Operation.TEST_FAILOVER, healthy(), config=replace(estate(), sites=sites))
            assert said in blocks(told)
            assert told.steps == ()

    def test_a_network_that_is_none_for_tests(self) -> None:
        told = plan(Operation.TEST_FAILOVER, healthy(), network=PROD)
        assert f"{PROD} is no test network of {NJ}" in blocks(told)
        assert told.steps == ()

    def test_no_network_at_all(self) -> None:
        told = plan(Operation.TEST_FAILOVER, healthy(), network="none")
        # Where nothing is connected no addresses come.
        assert actions(told)[-1] == "nj await-heartbeat"
        assert blocks(told) == ""
        assert told.steps[2].params["networks"] == {"every": {"switch": "", "vlan": None}}

    def test_adapters_that_connect_by_themselves(self) -> None:
        good = deep(Adapter("A", "one", PROD, test_network="isolated"))
        assert blocks(plan(Operation.TEST_FAILOVER, healthy(), there=good)) == ""
        bad = deep(Adapter("A", "one", PROD, test_network=PROD))
        assert "by itself" in blocks(plan(Operation.TEST_FAILOVER, healthy(), there=bad))

    @pytest.mark.parametrize(
        ("switches", "readiness", "said"),
        [
            ((PROD,), Readiness.BLOCKED, "has no network isolated"),
            (("isolated", "isolated"), Readiness.BLOCKED, "2 networks are called isolated"),
            (("Isolated",), Readiness.BLOCKED, "has no network isolated"),
            (None, Readiness.UNKNOWN, "networks are not known"),
        ],
    )
    def test_the_network_must_be_there_once(
        self, switches: tuple[str, ...] | None, readiness: Readiness, said: str
    ) -> None:
        told = plan(Operation.TEST_FAILOVER, healthy(), there=deep(switches=switches))
        assert said in texts(told, readiness)

    def test_points(self) -> None:
        told = plan(Operation.TEST_FAILOVER, healthy(), point="POINT-1")
        assert "point of 25 min ago, application consistent" in texts(told, Readiness.READY)
        assert told.steps[0].params["point"] == "point-1"
        assert "no recovery point" in blocks(plan(Operation.TEST_FAILOVER, healthy(), point="gone"))

    def test_it_is_asked_before_the_start_where_nobody_can_tell_the_point(self) -> None:
        """The host tells it in its answer alone (rules, section 7); the latest state needs no telling."""
        told = plan(Operation.TEST_FAILOVER, healthy(), point="point-1")
        (asks,) = (step for step in told.steps if step.ask)
        assert (asks.action, asks.doubts) == ("start", "1")
        assert "whether it is of the point point-1" in asks.ask
        assert not any(step.ask for step in plan(Operation.TEST_FAILOVER, healthy()).steps)

    def test_what_stands_in_its_way(self) -> None:
        assert "test copy exists" in blocks(plan(Operation.TEST_FAILOVER, healthy(test_vm=TEST)))
        running = workload(vm("ny", ON, relation("Primary")), vm("nj", ON, relation("Replica")))
        assert "is on, not off" in blocks(plan(Operation.TEST_FAILOVER, running))
        assert "could not be looked at closely" in texts(
            plan(Operation.TEST_FAILOVER, healthy(), looked=False), Readiness.UNKNOWN
        )
        dark = workload(vm("ny", ON, relation("Primary")), vm("nj", OFF, relation("Replica")), silent=("nj",))
        assert "was not seen lately" in blocks(plan(Operation.TEST_FAILOVER, dark))

    def test_options(self) -> None:
        with pytest.raises(UsageError):
            plan(Operation.TEST_FAILOVER, healthy(), colour="red")
        with pytest.raises(UsageError):
            plan(Operation.TEST_FAILOVER, healthy(), heartbeat="perhaps")


class TestAddressesReadBack:
    """What the guest has at the end is compared with what was set for it."""

    def test_those_of_the_plan(self) -> None:
        address = FailoverAddress("10.2.0.5", "255.255.255.0", v6="fd00::5", v6_length=64)
        maps = (AddressMap("hv:v1", "Network Adapter", address, address),)
        config = replace(estate(), pairs=(Pair(NY, NJ, addresses=maps),))
        told = plan(Operation.PLANNED_FAILOVER, healthy(), config=config)
        last = told.steps[-1]
        assert (last.action, last.optional) == ("read-addresses", True)
        assert last.params["planned"] == {"a": ["10.2.0.5", "fd00::5"]}
        (step,) = (one for one in told.steps if one.action == "set-addresses")
        assert step.params["addresses"].keys() == last.params["planned"].keys()

    def test_none_are_planned(self) -> None:
        assert "planned" not in plan(Operation.PLANNED_FAILOVER, healthy()).steps[-1].params

    def test_no_heartbeat_is_awaited(self) -> None:
        told = plan(Operation.PLANNED_FAILOVER, healthy(), heartbeat="skip")
        assert actions(told)[-1] == "nj start"

    def test_nothing_is_connected(self) -> None:
        alone = deep(Adapter("A", "Network Adapter", "", "00155D000001"))
        told = plan(Operation.PLANNED_FAILOVER, healthy(), here=alone, there=alone)
        assert actions(told)[-1] == "nj await-heartbeat"
        told = plan(Operation.CANCEL, moved(), here=alone)
        assert actions(told)[-1] == "ny await-heartbeat"


class TestOneWay:
    """An address of one side alone goes home with the guest."""

    ADDRESS = FailoverAddress("10.2.0.5", "255.255.255.0")

    def warned(self, address: AddressMap, **deeps: Deep) -> str:
        """What a planned failover to nj warns of."""
        config = replace(estate(), pairs=(Pair(NY, NJ, addresses=(address,)),))
        told = plan(Operation.PLANNED_FAILOVER, healthy(), config=config, **deeps)  # type: ignore[arg-type]
        return texts(told, Readiness.WARNING)

    def test_it_comes_home_with_the_other_sites(self) -> None:
        said = self.warned(AddressMap("hv:v1", "Network Adapter", right=self.ADDRESS))
        assert f"has an IPv4 address for {NJ} and none for {NY}: it comes home with the other site's" in said
        assert "(Add from: to its line" in said

    def test_it_keeps_at_the_other_site_what_it_has_at_home(self) -> None:
        said = self.warned(AddressMap("hv:v1", "Network Adapter", left=self.ADDRESS))
        assert f"has an IPv4 address for {NY} and none for {NJ}: there it keeps the other site's" in said
        assert "(Add to: to its line" in said

    def test_families_are_told_apart(self) -> None:
        both = replace(self.ADDRESS, v6="fd00::5", v6_length=64)
        said = self.warned(AddressMap("hv:v1", "Network Adapter", self.ADDRESS, both))
        assert f"has an IPv6 address for {NJ} and none for {NY}" in said
        assert "IPv4" not in said

    def test_nothing_is_said_where_nothing_is_missing(self) -> None:
        full = AddressMap("hv:v1", "Network Adapter", self.ADDRESS, self.ADDRESS)
        other = AddressMap("hv:v2", "Network Adapter", right=self.ADDRESS)
        half = AddressMap("hv:v1", "Network Adapter", right=self.ADDRESS)
        by_hand = deep(Adapter("A", "Network Adapter", PROD, failover=self.ADDRESS))
        for said in (self.warned(full), self.warned(other), self.warned(half, here=by_hand)):
            assert "address" not in said


class TestDisks:
    """What the replica does not have is told before anything rests on it."""

    def test_all_are_replicated(self) -> None:
        told = plan(Operation.PLANNED_FAILOVER, healthy())
        assert "replicated" not in texts(told, Readiness.WARNING)
        assert told.subject.costs[0].startswith("Loses nothing")

    @pytest.mark.parametrize("operation", [Operation.PLANNED_FAILOVER, Operation.TEST_FAILOVER])
    def test_one_is_not(self, operation: Operation) -> None:
        told = plan(operation, healthy(), here=deep(unreplicated=(PAGE_FILE,)))
        said = f"disk {PAGE_FILE} is not replicated: what is on it is not at the other side"
        assert said in texts(told, Readiness.WARNING)
        assert blocks(told) == ""

    @pytest.mark.parametrize("missing", [(PAGE_FILE,), None])
    def test_then_it_does_not_lose_nothing(self, missing: tuple[str, ...] | None) -> None:
        told = plan(Operation.PLANNED_FAILOVER, healthy(), here=deep(unreplicated=missing))
        (cost,) = told.subject.costs
        assert "Loses nothing" not in cost
        assert "nothing was lost" not in str(told.steps)
        assert (PAGE_FILE if missing else "which disks are, nobody tells") in cost
        assert "replicated" in texts(told, Readiness.WARNING)


def test_a_point_that_is_not_there_names_those_that_are() -> None:
    points = tuple(
        Point(f"id-{number}", NOW - timedelta(hours=number), Consistency.CRASH) for number in range(14)
    )
    told = plan(Operation.TEST_FAILOVER, healthy(), there=deep(points=points), point="nonsense")
    at = NOW - timedelta(hours=1)
    assert "there is no recovery point nonsense (Choose point=id-0 (" in blocks(told)
    assert f"point=id-1 ({at:%Y-%m-%d %H:%M:%S} UTC, crash)" in blocks(told)
    assert "point=id-11 (" in blocks(told)
    assert "id-12" not in blocks(told)
    assert "2 older ones" in blocks(told)
    none = plan(Operation.TEST_FAILOVER, healthy(), there=deep(points=()), point="nonsense")
    assert "leave the option point out" in blocks(none)


def test_what_reverse_costs_is_told_wherever_it_is_done() -> None:
    plans = (
        plan(Operation.REVERSE, moved()),
        plan(Operation.PLANNED_FAILOVER, healthy(), reverse="yes"),
    )
    for told in plans:
        costs = " ".join(told.subject.costs)
        assert "merges the recovery points" in costs
        assert "cancel is not possible any more" in costs
    assert "merges" not in " ".join(plan(Operation.PLANNED_FAILOVER, healthy()).subject.costs)


def test_stop_test() -> None:
    told = plan(Operation.STOP_TEST, healthy(test_vm=TEST))
    assert actions(told) == ["nj stop-test"]
    assert blocks(told) == ""
    assert "no replica has a test copy" in blocks(plan(Operation.STOP_TEST, healthy()))
    failed = workload(
        vm("ny", OFF, relation("Primary")), vm("nj", OFF, relation("Replica", FAILED, test_vm=TEST))
    )
    assert "would discard a failover" in blocks(plan(Operation.STOP_TEST, failed))


class TestWhoseTest:
    """The record of the test copy is the ledger: whose it is, and what was made for it."""

    def beside(self, *, notes: bool) -> Workload:
        """A replica with a test copy, with the record of a run or without."""
        test = vm("nj", ON, ident=TEST, own_mode="TestReplica", notes="mine")
        record = Record(
            "hv:v1",
            Role.TEST_COPY,
            test.place,
            "7f3c0a11",
            NOW,
            "ada@jump",
            objects=(f"vm:{TEST}", "disk:C:\\a.vhdx"),
        )
        test = replace(test, notes=written("mine", record, "Made.")) if notes else test
        copies = (vm("nj", OFF, relation("Replica", test_vm=TEST)), test)
        return only(picture(reading("ny", vm("ny", ON, relation("Primary"))), reading("nj", *copies)))

    @pytest.mark.parametrize("operation", [Operation.STOP_TEST, Operation.PLANNED_FAILOVER])
    def test_the_one_that_is_seen_is_meant_and_no_other(self, operation: Operation) -> None:
        told = plan(operation, self.beside(notes=True))
        first = told.steps[0]
        assert (first.action, first.params["meant"]) == ("stop-test", TEST)
        assert first.params["disks"] == ["C:\\a.vhdx"]
        assert "made by run 7f3c0a11 of ada@jump at 2026-03-01 12:00:00 UTC" in texts(told, Readiness.READY)

    @pytest.mark.parametrize("operation", [Operation.STOP_TEST, Operation.PLANNED_FAILOVER])
    def test_one_that_nobody_owns_up_to_is_told(self, operation: Operation) -> None:
        told = plan(operation, self.beside(notes=False))
        assert "nobody knows whose test it is" in texts(told, Readiness.WARNING)
        assert (told.steps[0].params["meant"], told.steps[0].params["disks"]) == (TEST, [])


class TestPlanned:
    """Stop, read off twice, prepare, prove, fail over, prove, record, connect, reverse, start."""

    STEPS = (
        "ny shut-down",
        "ny turn-off",
        "ny read-off-twice",
        "ny prepare",
        "ny nothing-pending",
        "nj fail-over",
        "nj planned-type",
        "nj write-record",
        "nj connect-adapters",
        "nj start",
        "nj await-heartbeat",
        "nj read-addresses",
    )

    def test_steps(self) -> None:
        told = plan(Operation.PLANNED_FAILOVER, healthy())
        assert actions(told) == list(self.STEPS)
        assert blocks(told) == ""
        assert told.subject.point_of_no_return == "6"
        assert [f"{s.endpoint} {s.action}" for s in told.compensation] == ["ny unlock", "ny start"]

    def test_the_order_where_it_is_reversed(self) -> None:
        told = actions(plan(Operation.PLANNED_FAILOVER, healthy(), reverse="yes"))
        assert told == [*self.STEPS[:9], "nj reverse", *self.STEPS[9:]]
        reverse = next(
            s
            for s in plan(Operation.PLANNED_FAILOVER, healthy(), reverse="yes").steps
            if s.action == "reverse"
        )
        # It fails on record, and does not hold up the start.
        assert reverse.optional

    @pytest.mark.parametrize(
        ("chosen", "steps", "asks", "optional"),
        [("ask", 12, True, True), ("turn-off", 12, False, True), ("skip", 11, False, False)],
    )
    def test_a_guest_that_does_not_obey(self, chosen: str, steps: int, asks: bool, optional: bool) -> None:
        told = plan(Operation.PLANNED_FAILOVER, healthy(), on_shutdown_timeout=chosen)
        assert len(told.steps) == steps
        assert told.steps[0].optional is optional
        assert any(step.ask for step in told.steps) is asks

    def test_a_test_copy_is_stopped_first(self) -> None:
        told = plan(Operation.PLANNED_FAILOVER, healthy(test_vm=TEST))
        assert actions(told) == ["nj stop-test", *self.STEPS]
        assert "test copy" in texts(told, Readiness.WAIT)
        assert told.subject.point_of_no_return == "7"

    def test_everything_is_asked_before_the_guest_is_shut_down(self) -> None:
        paused = workload(vm("ny", ON, relation("Primary", "Suspended")), vm("nj", OFF, relation("Replica")))
        assert "Suspended" in blocks(plan(Operation.PLANNED_FAILOVER, paused))
        saved = workload(vm("ny", SAVED, relation("Primary")), vm("nj", OFF, relation("Replica")))
        assert "saved" in blocks(plan(Operation.PLANNED_FAILOVER, saved))
        dark = workload(vm("ny", ON, relation("Primary")), vm("nj", OFF, relation("Replica")), silent=("ny",))
        assert "was not seen lately" in blocks(plan(Operation.PLANNED_FAILOVER, dark))
        both = deep(), deep(Adapter("A", "a", PROD), Adapter("B", "b", PROD))
        told = plan(Operation.PLANNED_FAILOVER, healthy(), here=both[0], there=both[1])
        assert "1 adapters, its replica 2" in blocks(told)

    def test_what_somebody_prepared_is_finished(self) -> None:
        locked = workload(vm("ny", OFF, relation("Primary", PREPARED)), vm("nj", OFF, relation("Replica")))
        told = plan(Operation.PLANNED_FAILOVER, locked)
        assert (actions(told), blocks(told)) == (list(self.STEPS), "")
        assert "cancel takes it back" in texts(told, Readiness.WARNING)
        # It was off before: leading back unlocks it and starts nothing.
        assert [f"{s.endpoint} {s.action}" for s in told.compensation] == ["ny unlock"]

    def test_a_start_of_what_is_off_is_told(self) -> None:
        cold = workload(vm("ny", OFF, relation("Primary")), vm("nj", OFF, relation("Replica")))
        told = plan(Operation.PLANNED_FAILOVER, cold)
        assert "the original is off" in texts(told, Readiness.WARNING)
        assert texts(plan(Operation.PLANNED_FAILOVER, healthy()), Readiness.WARNING).count("is off") == 0
        kept = plan(Operation.PLANNED_FAILOVER, cold, start="no")
        assert "the original is off" not in texts(kept, Readiness.WARNING)

    def test_it_is_told_why_a_side_was_not_read(self) -> None:
        told = healthy()
        (copy,) = [one for one in told.copies if one.endpoint == "nj"]
        case = Case(
            told, estate(), run="7f3c0a11", by="op", unread={copy.place.id: "nj: No way. Look there."}
        )
        unknown = texts(HyperVProcedures().procedure(Operation.PLANNED_FAILOVER, case), Readiness.UNKNOWN)
        assert "the replica could not be looked at closely: nj: No way. Look there." in unknown

    def test_an_extended_leg_forbids_to_reverse_alone(self) -> None:
        outer = relation("Replica", "Replicating", relationship="Extended")
        chain = workload(vm("ny", ON, relation("Primary")), vm("nj", OFF, relation("Replica"), outer))
        assert blocks(plan(Operation.PLANNED_FAILOVER, chain)) == ""
        assert "extended replica" in blocks(plan(Operation.PLANNED_FAILOVER, chain, reverse="yes"))


class TestNetworks:
    """By the pair's networks; else what the replica has; else the same name; and each is said."""

    PAIR = Pair(NY, NJ, networks=(NetworkMap(PROD, REC, 10, 110),))

    def wires(self, *, here: Deep, there: Deep, pair: Pair | None = None) -> tuple[object, Procedure]:
        """Where the adapters of the target go."""
        config = replace(estate(), pairs=(pair or Pair(NY, NJ),))
        told = plan(Operation.PLANNED_FAILOVER, healthy(), here=here, there=there, config=config)
        (step,) = [step for step in told.steps if step.action == "connect-adapters"]
        return step.params["networks"]["adapters"], told

    def test_as_the_pair_says(self) -> None:
        wires, told = self.wires(here=deep(), there=deep(), pair=self.PAIR)
        assert wires == {"a": {"switch": REC, "vlan": 110}}
        assert blocks(told) == texts(told, Readiness.WARNING) == ""

    def test_by_the_vlan_of_each_adapter(self) -> None:
        lines = (NetworkMap(PROD, REC, 10, 110), NetworkMap(PROD, "Backup", 20, 120))
        here = deep(Adapter("A", "a", PROD, vlan=20), Adapter("B", "b", PROD, vlan=10))
        there = deep(Adapter("C", "a", ""), Adapter("D", "b", ""), switches=(REC, "Backup"))
        wires, told = self.wires(here=here, there=there, pair=Pair(NY, NJ, networks=lines))
        assert wires == {"c": {"switch": "Backup", "vlan": 120}, "d": {"switch": REC, "vlan": 110}}
        assert blocks(told) == ""

    def test_the_other_way_round(self) -> None:
        back = workload(vm("ny", OFF, relation("Replica")), vm("nj", ON, relation("Primary")))
        there = deep(Adapter("A", "a", REC))
        config = replace(estate(), pairs=(self.PAIR,))
        told = plan(Operation.PLANNED_FAILOVER, back, here=deep(), there=there, config=config)
        (step,) = [step for step in told.steps if step.action == "connect-adapters"]
        assert (step.endpoint, step.params["networks"]["adapters"]) == (
            "ny",
            {"a": {"switch": PROD, "vlan": 10}},
        )

    def test_without_a_word_in_the_config(self) -> None:
        wires, told = self.wires(here=deep(), there=deep(Adapter("A", "a", REC)))
        assert wires == {"a": {"switch": REC, "vlan": None}}
        assert "no network of the pair stands for Production" in texts(told, Readiness.WARNING)
        wires, told = self.wires(here=deep(), there=deep(Adapter("A", "a", "")))
        assert wires == {"a": {"switch": PROD, "vlan": None}}

    @pytest.mark.parametrize(
        ("here", "there", "said"),
        [
            (10, 110, "Production is taken (VLAN 110 as set there)"),
            (10, None, "Production is taken (untagged there)"),
            (None, None, "Production is taken ("),
        ],
    )
    def test_a_vlan_that_stays_as_it_is_there_is_told(
        self, here: int | None, there: int | None, said: str
    ) -> None:
        _, told = self.wires(
            here=deep(Adapter("A", "a", PROD, vlan=here)), there=deep(Adapter("A", "a", PROD, vlan=there))
        )
        assert said in texts(told, Readiness.WARNING)

    def test_what_is_not_known_of_the_original_is_told_where_it_decides(self) -> None:
        vague = deep(Adapter("A", "a", "", unread=("network", "vlan", "failover")))
        _, told = self.wires(here=vague, there=deep())
        assert "network and vlan of a not read" in texts(told, Readiness.UNKNOWN)
        assert "Plan again" in texts(told, Readiness.UNKNOWN)
        # What it would get after a failover to it does not matter for one away from it.
        _, told = self.wires(here=deep(Adapter("A", "a", PROD, unread=("failover",))), there=deep())
        assert texts(told, Readiness.UNKNOWN) == ""

    def test_never_to_a_test_network(self) -> None:
        _, told = self.wires(here=deep(), there=deep(Adapter("A", "a", "isolated")))
        assert "test network isolated" in blocks(told)

    def test_one_that_is_not_there(self) -> None:
        _, told = self.wires(here=deep(), there=deep(switches=(PROD,)), pair=self.PAIR)
        assert "has no network Recovery" in blocks(told)

    def test_what_is_not_connected_stays_so(self) -> None:
        wires, told = self.wires(here=deep(Adapter("A", "a", "")), there=deep())
        assert wires == {"a": {"switch": "", "vlan": None}}
        assert blocks(told) == ""

    def test_adapters_are_matched_by_mac(self) -> None:
        here = deep(Adapter("A", "a", PROD, "M1"), Adapter("B", "b", "Backup", "M2"))
        there = deep(Adapter("C", "c", "", "M2"), Adapter("D", "d", "", "M1"), switches=(PROD, "Backup"))
        wires, _ = self.wires(here=here, there=there)
        assert wires == {"d": {"switch": PROD, "vlan": None}, "c": {"switch": "Backup", "vlan": None}}

    @pytest.mark.parametrize("mac", ["", "000000000000"])
    def test_else_by_names_that_are_unique(self, mac: str) -> None:
        here = deep(Adapter("A", "LAN", PROD, mac), Adapter("B", "SAN", "Backup", mac))
        there = deep(Adapter("C", "san", "", mac), Adapter("D", "lan", "", mac), switches=(PROD, "Backup"))
        wires, told = self.wires(here=here, there=there)
        assert wires == {"d": {"switch": PROD, "vlan": None}, "c": {"switch": "Backup", "vlan": None}}
        assert blocks(told) == ""

    def test_the_last_one_left_is_no_guess(self) -> None:
        here = deep(Adapter("A", "old name", PROD), Adapter("B", "SAN", "Backup"))
        there = deep(Adapter("C", "SAN", ""), Adapter("D", "new name", ""), switches=(PROD, "Backup"))
        wires, told = self.wires(here=here, there=there)
        assert wires == {"d": {"switch": PROD, "vlan": None}, "c": {"switch": "Backup", "vlan": None}}
        assert blocks(told) == ""

    def test_nobody_guesses_which_adapter_goes_to_which_network(self) -> None:
        """Two of one name, each with another address at the other end: their order tells nothing."""
        here = deep(Adapter("A", "NIC", PROD, "M1"), Adapter("B", "NIC", "Backup", "M2"))
        there = deep(Adapter("C", "NIC", "", "M3"), Adapter("D", "NIC", "", "M4"), switches=(PROD, "Backup"))
        _, told = self.wires(here=here, there=there)
        assert "2 adapters (NIC) cannot be told apart" in blocks(told)
        assert "Rename-VMNetworkAdapter" in blocks(told)

    def test_where_all_go_to_one_network_it_does_not_matter(self) -> None:
        here = deep(Adapter("A", "NIC", PROD, "M1"), Adapter("B", "NIC", PROD, "M2"))
        there = deep(Adapter("C", "NIC", "", "M3"), Adapter("D", "NIC", "", "M4"))
        wires, told = self.wires(here=here, there=there, pair=self.PAIR)
        place = {"switch": REC, "vlan": 110}
        assert (wires, blocks(told)) == ({"c": place, "d": place}, "")

    def test_a_trunk_is_not_put_into_one_vlan(self) -> None:
        trunk = deep(Adapter("A", "a", PROD, vlan_mode="Trunk"))
        _, told = self.wires(here=trunk, there=deep(), pair=self.PAIR)
        assert "VLAN mode Trunk" in blocks(told)
        plain = Pair(NY, NJ, networks=(NetworkMap(PROD, REC),))
        wires, told = self.wires(here=trunk, there=deep(Adapter("A", "a", "")), pair=plain)
        assert (wires, blocks(told)) == ({"a": {"switch": REC, "vlan": None}}, "")
        # Lines that are told apart by their VLANs hold for none of its VLANs.
        lines = (NetworkMap(PROD, REC, 0, 0), NetworkMap(PROD, "Backup", 20, 120))
        there = deep(Adapter("A", "a", ""))
        _, told = self.wires(here=trunk, there=there, pair=Pair(NY, NJ, networks=lines))
        assert "no network of the pair stands for Production" in texts(told, Readiness.WARNING)


class TestAddresses:
    """Set before the failover, and for the way back after a reverse; by adapters that are told apart."""

    PAIR = Pair(
        NY,
        NJ,
        addresses=(
            AddressMap("hv:v1", "Network Adapter", FailoverAddress("10.1.0.9"), FailoverAddress("10.2.0.9")),
            AddressMap("hv:other", "Network Adapter", None, FailoverAddress("10.2.0.10")),
        ),
    )

    def test_both_directions(self) -> None:
        config = replace(estate(), pairs=(self.PAIR,))
        told = plan(Operation.PLANNED_FAILOVER, healthy(), config=config, reverse="yes")
        there, home = [step for step in told.steps if step.action == "set-addresses"]
        assert (there.endpoint, there.params["addresses"]["a"]["address"]) == ("nj", "10.2.0.9")
        assert (home.endpoint, home.params["addresses"]["a"]["address"]) == ("ny", "10.1.0.9")
        order = actions(told)
        assert order.index("nj set-addresses") < order.index("nj fail-over")
        assert order.index("nj reverse") < order.index("ny set-addresses")
        # Nothing that serves later holds up what serves now.
        assert order.index("nj await-heartbeat") < order.index("ny set-addresses")

    def test_two_adapters_of_one_name(self) -> None:
        twins = deep(Adapter("A", "Network Adapter", PROD), Adapter("B", "Network Adapter", PROD))
        config = replace(estate(), pairs=(self.PAIR,))
        told = plan(Operation.PLANNED_FAILOVER, healthy(), here=twins, there=twins, config=config)
        assert "2 adapters are called Network Adapter" in blocks(told)


def test_a_copy_that_falls_silent_is_another_fact() -> None:
    """What was last known does not pass for what is so now when a run compares before it begins."""
    ends = vm("ny", ON, relation("Primary")), vm("nj", OFF, relation("Replica"))
    now, dark = (plan(Operation.TEST_FAILOVER, workload(*ends, silent=s)) for s in ((), ("ny",)))
    (changed,) = set(now.subject.facts) - set(dark.subject.facts)
    assert changed == (ends[0].place.id, "seen", "now")


def test_a_copy_that_was_renamed_is_another_fact() -> None:
    """Its name was typed as confirmation: by now another VM may be called so."""
    right = vm("nj", OFF, relation("Replica"))
    before, after = (
        plan(Operation.STOP_TEST, workload(vm("ny", ON, relation("Primary"), name=name), right))
        for name in ("web-01", "web-02")
    )
    (changed,) = set(before.subject.facts) - set(after.subject.facts)
    assert changed[1:] == ("name", "web-01")


class TestReverseAndCancel:
    """After a planned failover."""

    def test_reverse(self) -> None:
        told = plan(Operation.REVERSE, moved())
        assert (actions(told), blocks(told)) == (["nj reverse"], "")
        # Called at one end, it overwrites the other.
        assert told.steps[0].changed == ("nj", "ny")
        # The side that loses its data is where replication goes from then on.
        assert (told.subject.source, told.subject.target) == (NJ, NY)
        assert "not prepared" in blocks(plan(Operation.REVERSE, moved("Error")))
        assert "nothing is failed over" in blocks(plan(Operation.REVERSE, healthy()))

    def test_failback_ends_the_cycle(self) -> None:
        # ny was recovered once; now nj takes over again.
        left = recorded(vm("ny", OFF, relation("Primary", PREPARED)), Role.RECOVERED)
        told = plan(Operation.REVERSE, workload(left, vm("nj", ON, relation("Replica", FAILED))))
        assert actions(told) == ["nj reverse", "ny remove-record", "nj remove-record"]
        assert [step.optional for step in told.steps] == [False, True, True]

    def test_cancel(self) -> None:
        told = plan(Operation.CANCEL, moved())
        assert actions(told) == [
            "nj cancel-failover",
            "nj remove-record",
            "ny unlock",
            "ny start",
            "ny await-heartbeat",
            "ny read-addresses",
        ]
        assert blocks(told) == ""
        assert told.subject.point_of_no_return == "1"
        assert "is lost" in told.subject.costs[0]
        assert actions(plan(Operation.CANCEL, moved(), start_original="no"))[-1] == "ny unlock"

    def test_cancel_what_was_only_prepared(self) -> None:
        locked = workload(vm("ny", OFF, relation("Primary", PREPARED)), vm("nj", OFF, relation("Replica")))
        told = plan(Operation.CANCEL, locked)
        assert actions(told) == ["ny unlock", "ny start", "ny await-heartbeat", "ny read-addresses"]

    def test_what_forbids_it(self) -> None:
        assert "completed" in blocks(plan(Operation.CANCEL, moved(right="FailedOver")))
        assert "a test copy exists" in blocks(plan(Operation.CANCEL, moved(test_vm=TEST)))
        assert "no planned failover" in blocks(plan(Operation.CANCEL, healthy()))


@pytest.mark.parametrize("operation", list(Operation))
def test_every_operation_gives_an_answer(operation: Operation) -> None:
    told = plan(operation, healthy())
    assert told.steps or blocks(told)


def test_a_guest_is_turned_off_under_the_conditions_of_its_shutdown() -> None:
    told = plan(Operation.PLANNED_FAILOVER, healthy(), on_shutdown_timeout="turn-off")
    soft, hard = (next(s for s in told.steps if s.action == name) for name in ("shut-down", "turn-off"))
    assert hard.params["takes_over"] == soft.params["takes_over"] != []
    assert hard.params["waited_s"] == soft.limit_s


def test_every_step_has_a_command_that_names_the_vm_by_its_id() -> None:
    plans = [plan(Operation.PLANNED_FAILOVER, healthy(test_vm=TEST), reverse="yes")]
    plans += [plan(Operation.TEST_FAILOVER, healthy()), plan(Operation.CANCEL, moved())]
    for step in (step for told in plans for step in (*told.steps, *told.compensation)):
        assert step.action in ACTIONS
        assert step.title
        assert "Get-VM -Id v1" in step.manual
        assert step.limit_s > 0


def test_procedures_load_no_vendor_library() -> None:
    code = (
        "import sys, drconsole.platforms.hyperv.procedures;"
        "sys.exit(any(n.split('.')[0] in ('winrm', 'requests', 'pyVmomi') for n in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
