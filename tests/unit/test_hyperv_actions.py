"""What each action makes of what it sees: the rules of section 7, row by row."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

import pytest

from drconsole.domain.roles import Role
from drconsole.domain.step import Effect, Json, Observation, Verdict
from drconsole.errors import Unreachable
from drconsole.platforms.hyperv.actions import ACTIONS, REPEATABLE
from drconsole.platforms.hyperv.looking import Role as ClusterRole
from tests.unit.hyperv_looks import (
    DISK,
    NOW,
    OTHER,
    POINT,
    RUN,
    TEST,
    UNSET,
    VM,
    adapter,
    base,
    leg,
    look,
    machine,
    recorded,
    seen,
    statistics,
)

DONE, READY, BUSY = Verdict.DONE, Verdict.READY, Verdict.BUSY
CONFLICT, UNKNOWN = Verdict.CONFLICT, Verdict.UNKNOWN
FAILED = "FailedOverWaitingCompletion"
PREPARED = "PreparedForFailover"
LATER = NOW + timedelta(minutes=1)
ISOLATED = {"every": {"switch": "Isolated", "vlan": None}}
SILENT = Unreachable("No connection.", subject="ny")
PAGE = "C:\\test\\page.vhdx"


def test_the_actions_that_may_be_repeated() -> None:
    # Only suspend and resume may ever be (rules, section 7); they are not built yet.
    assert frozenset() == REPEATABLE


def test_the_actions_whose_effect_cannot_always_be_told() -> None:
    assert {action.name for action in ACTIONS.values() if action.undecided} == {"reverse"}


def test_what_only_looks_calls_nothing() -> None:
    looking = {action.name for action in ACTIONS.values() if action.effect is Effect.LOOK}
    assert looking == {action.name for action in ACTIONS.values() if not action.script}
    reading = {"read-off-twice", "await-heartbeat", "read-addresses"}
    assert looking == {*reading, "nothing-pending", "planned-type"}


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_a_vm_that_is_gone_or_not_shown(action: str) -> None:
    gone = seen(action, look(None), networks=ISOLATED, allowed=[], role="RECOVERED")
    assert gone.verdict is CONFLICT
    # An account without rights gets an empty list and no error.
    hidden = seen(action, look(None, listed=[]), networks=ISOLATED, allowed=[], role="RECOVERED")
    assert hidden.verdict is UNKNOWN
    # Listed, and not to be read just now.
    listed = seen(action, look(None, listed=[VM, OTHER]), networks=ISOLATED, allowed=[], role="RECOVERED")
    assert listed.verdict is UNKNOWN


class TestStartTest:
    """Is an existing test copy ours?"""

    def test_ready_while_there_is_none(self) -> None:
        got = seen("start-test", look(machine(), leg()), allowed=[])
        assert (got.verdict, got.baseline) == (READY, {"at": NOW.isoformat()})

    @pytest.mark.parametrize("made", [NOW, NOW + timedelta(seconds=5)])
    def test_done_when_it_came_after_the_intent(self, made: object) -> None:
        test = machine(ident=TEST, created=str(made))
        here = look(machine(), leg(test=TEST), test=test, at=LATER)
        assert seen("start-test", here, base(), allowed=[]).verdict is DONE

    def test_one_that_was_there_before_is_somebody_elses(self) -> None:
        here = look(machine(), leg(test=TEST), test=machine(ident=TEST))
        assert seen("start-test", here, None, allowed=[]).verdict is CONFLICT
        assert seen("start-test", here, base(), allowed=[]).verdict is CONFLICT

    def test_a_test_copy_that_cannot_be_read_decides_nothing(self) -> None:
        here = look(machine(), leg(test=TEST))
        assert seen("start-test", here, base(), allowed=[]).verdict is UNKNOWN

    @pytest.mark.parametrize("power", ["Running", "Saved", "Paused", "Stopping"])
    def test_the_replica_must_be_off(self, power: str) -> None:
        assert seen("start-test", look(machine(power), leg()), allowed=[]).verdict is CONFLICT

    @pytest.mark.parametrize("state", [FAILED, "FailedOver", "Resynchronizing", "Error", PREPARED])
    def test_other_states_admit_no_test(self, state: str) -> None:
        assert seen("start-test", look(machine(), leg(state=state)), allowed=[]).verdict is CONFLICT

    def test_an_adapter_that_connects_by_itself_to_production(self) -> None:
        here = look(machine(adapters=[adapter(test_switch="Production")]), leg())
        got = seen("start-test", here, allowed=["Isolated"])
        assert got.verdict is CONFLICT
        assert "Production" in got.reason
        assert seen("start-test", here, allowed=["Production"]).verdict is READY
        # Names are compared letter by letter.
        assert seen("start-test", here, allowed=["production"]).verdict is CONFLICT

    def test_a_point_that_is_gone(self) -> None:
        here = look(machine(), leg())
        assert seen("start-test", here, allowed=[], point=POINT).verdict is READY
        assert seen("start-test", here, allowed=[], point=OTHER).verdict is CONFLICT


class TestStopTest:
    """The same call discards a failover where there is no test copy."""

    TESTED = machine(ident=TEST, disks=[DISK])
    BEFORE = base(other=TEST, files=[DISK])

    def test_ready_remembers_what_has_to_go(self) -> None:
        got = seen("stop-test", look(machine(), leg(test=TEST), test=self.TESTED))
        assert (got.verdict, got.baseline) == (READY, self.BEFORE)

    @pytest.mark.parametrize("state", [FAILED, "FailedOver", "RecoveryInProgress", PREPARED, "New"])
    def test_never_ready_where_a_failover_could_be_discarded(self, state: str) -> None:
        here = look(machine(), leg(state=state, test=TEST), test=self.TESTED)
        assert seen("stop-test", here).verdict is CONFLICT
        assert seen("stop-test", look(machine(), leg(state=state))).verdict is DONE

    def test_done_only_when_all_of_it_is_gone(self) -> None:
        gone = {"path": DISK, "exists": False}
        assert seen("stop-test", look(machine(), leg(), files=[gone]), self.BEFORE).verdict is DONE
        left = {"path": DISK, "exists": True}
        disk = seen("stop-test", look(machine(), leg(), files=[left]), self.BEFORE)
        assert disk.verdict is UNKNOWN
        assert DISK in disk.reason
        # A file that was not looked for is not proved gone.
        assert seen("stop-test", look(machine(), leg()), self.BEFORE).verdict is UNKNOWN
        there = look(machine(), leg(), files=[gone], listed=[VM, TEST])
        assert seen("stop-test", there, self.BEFORE).verdict is UNKNOWN
        # Nothing is listed to an account without rights.
        blind = look(machine(), leg(), files=[gone], listed=[])
        assert seen("stop-test", blind, self.BEFORE).verdict is UNKNOWN
        role = {TEST: ClusterRole(TEST, "web - Test", "NJCL01", "Online")}
        clustered = look(machine(), leg(), files=[gone], roles=role)
        assert seen("stop-test", clustered, self.BEFORE).verdict is UNKNOWN

    def test_another_test_copy_than_the_one_that_is_meant(self) -> None:
        other = look(machine(), leg(test=OTHER), test=machine(ident=OTHER))
        assert seen("stop-test", other, self.BEFORE).verdict is CONFLICT
        # A retry may come when somebody has stopped the test and made one of their own.
        assert seen("stop-test", other, meant=TEST).verdict is CONFLICT
        mine = look(machine(), leg(test=TEST.upper()), test=self.TESTED)
        assert seen("stop-test", mine, meant=TEST).verdict is READY

    def test_what_the_record_names_must_go_too(self) -> None:
        """Somebody has taken one of its disks away from it: the call that removes it leaves that behind."""
        here = look(machine(), leg(test=TEST), test=self.TESTED)
        assert seen("stop-test", here, meant=TEST, disks=[PAGE, DISK]).baseline["files"] == [PAGE, DISK]

    def test_what_is_gone_already_is_proved_as_well(self) -> None:
        gone = [{"path": one, "exists": False} for one in (PAGE, DISK)]
        known: dict[str, Any] = {"meant": TEST, "disks": [PAGE, DISK]}
        assert seen("stop-test", look(machine(), leg(), files=gone), **known).verdict is DONE
        left = [gone[0], {"path": DISK, "exists": True}]
        assert seen("stop-test", look(machine(), leg(), files=left), **known).verdict is UNKNOWN
        there = look(machine(), leg(), files=gone, listed=[VM, TEST])
        assert seen("stop-test", there, **known).verdict is UNKNOWN


class TestRecord:
    """Written before power is given, and read back."""

    def test_done_when_it_is_read_back(self) -> None:
        here = look(machine(notes=recorded(Role.RECOVERED)), leg())
        assert seen("write-record", here, role="RECOVERED").verdict is DONE
        assert seen("write-record", look(machine(), leg(state=FAILED)), role="RECOVERED").verdict is READY

    def test_one_of_another_place_is_not_believed(self) -> None:
        here = look(machine(notes=recorded(Role.RECOVERED, ident=OTHER)), leg(state=FAILED))
        assert seen("write-record", here, role="RECOVERED").verdict is READY

    def test_a_test_copy_of_another_run(self) -> None:
        test = machine(ident=TEST, notes=recorded(Role.TEST_COPY, "0badcafe", TEST))
        here = look(machine(), leg(test=TEST), test=test)
        assert seen("write-record", here, role="TEST COPY", test=True).verdict is CONFLICT
        bare = look(machine(), leg(test=TEST), test=machine(ident=TEST))
        assert seen("write-record", bare, role="TEST COPY", test=True).verdict is READY

    def test_another_role_than_the_one_that_is_meant(self) -> None:
        here = look(machine(notes=recorded(Role.FORMER_ORIGINAL)), leg(state=FAILED))
        assert seen("write-record", here, role="RECOVERED").verdict is READY

    @pytest.mark.parametrize("state", [FAILED, "FailedOver", "RecoveryInProgress"])
    def test_it_stays_on_what_is_failed_over(self, state: str) -> None:
        """A retry may come when somebody else has failed it over again: then it is their record."""
        noted = machine(notes=recorded(Role.RECOVERED, "0badcafe"))
        assert seen("remove-record", look(noted, leg(state=state))).verdict is CONFLICT
        assert seen("remove-record", look(noted, leg())).verdict is READY

    @pytest.mark.parametrize("mode", [("Replica", "Replicating"), ("Primary", "Replicating"), ("", "")])
    def test_nothing_is_called_recovered_that_is_not_failed_over(self, mode: tuple[str, str]) -> None:
        """A retry may come when somebody has taken the failover back by hand."""
        legs = [leg(*mode)] if mode[0] else []
        assert seen("write-record", look(machine(), *legs), role="RECOVERED").verdict is CONFLICT
        assert seen("write-record", look(machine(), leg(state=FAILED)), role="RECOVERED").verdict is READY

    def test_it_stays_while_the_failover_holds(self) -> None:
        noted = machine(notes=recorded(Role.RECOVERED))
        assert seen("remove-record", look(noted, leg()), mode="Replica").verdict is READY
        assert seen("remove-record", look(noted, leg()), mode="Primary").verdict is CONFLICT
        assert seen("remove-record", look(machine(), leg()), mode="Primary").verdict is DONE


class TestAdapters:
    """Every adapter is read back."""

    def mine(self, *adapters: dict[str, object], power: str = "Off") -> object:
        """A test copy of this run with these adapters."""
        notes = recorded(Role.TEST_COPY, ident=TEST)
        test = machine(power, ident=TEST, adapters=list(adapters), notes=notes)
        return seen(
            "connect-adapters", look(machine(), leg(test=TEST), test=test), test=True, networks=ISOLATED
        ).verdict

    def test_all_must_be_as_planned(self) -> None:
        assert self.mine(adapter("Isolated"), adapter("Isolated")) is DONE
        assert self.mine() is DONE
        assert self.mine(adapter("Isolated"), adapter("Production")) is READY
        assert self.mine(adapter("Isolated"), adapter()) is READY
        assert self.mine(adapter("isolated")) is READY
        # Connected, and nobody knows to what.
        assert self.mine({**adapter("Isolated"), "switch": None}) is READY

    def test_a_copy_that_runs_is_not_rewired(self) -> None:
        assert self.mine(adapter("Production"), power="Running") is CONFLICT

    def test_a_test_copy_without_the_record_of_this_run_is_left_alone(self) -> None:
        test = machine(ident=TEST)
        here = look(machine(), leg(test=TEST), test=test)
        assert seen("connect-adapters", here, test=True, networks=ISOLATED).verdict is CONFLICT

    @pytest.mark.parametrize(
        ("vlan", "verdict"),
        [
            ({"mode": "Access", "id": 110}, DONE),
            ({"mode": "Access", "id": 11}, READY),
            ({"mode": "Untagged", "id": 0}, READY),
            ({"mode": "Trunk", "id": 110}, READY),
            (None, READY),
        ],
    )
    def test_vlans(self, vlan: object, verdict: Verdict) -> None:
        here = look(machine(adapters=[adapter("Recovery", vlan=vlan)]), leg(state=FAILED))
        nets = {"adapters": {"microsoft:a\\b": {"switch": "Recovery", "vlan": 110}}}
        assert seen("connect-adapters", here, networks=nets).verdict is verdict

    def test_an_adapter_that_is_not_there_is_not_as_planned(self) -> None:
        nets = {"adapters": {"gone": {"switch": "Recovery", "vlan": None}}}
        here = look(machine(adapters=[]), leg(state=FAILED))
        assert seen("connect-adapters", here, networks=nets).verdict is READY


class TestStart:
    """Nothing is started beside a copy that runs, or that nobody knows to be off."""

    RIVALS = ({"endpoint": "ny", "vm": VM},)

    def test_ready_with_record_adapters_and_a_rival_that_is_off(self) -> None:
        here = look(machine(notes=recorded(Role.RECOVERED), adapters=[adapter("R")]), leg(state=FAILED))
        nets = {"every": {"switch": "R", "vlan": None}}
        off = {"ny": look(machine("Off"), leg("Primary", PREPARED), endpoint="ny")}
        got = seen("start", here, others=off, rivals=self.RIVALS, networks=nets, recorded=True)
        assert got.verdict is READY

    @pytest.mark.parametrize(
        ("power", "verdict"),
        [("Running", CONFLICT), ("RunningCritical", CONFLICT), ("Saved", UNKNOWN), ("Paused", UNKNOWN)],
    )
    def test_a_rival_that_is_not_off(self, power: str, verdict: Verdict) -> None:
        other = {"ny": look(machine(power), leg("Primary"), endpoint="ny")}
        got = seen("start", look(machine(), leg(state=FAILED)), others=other, rivals=self.RIVALS)
        assert got.verdict is verdict

    def test_silence_is_no_off(self) -> None:
        here = look(machine(), leg(state=FAILED))
        assert seen("start", here, others={"ny": SILENT}, rivals=self.RIVALS).verdict is UNKNOWN
        assert seen("start", here, rivals=self.RIVALS).verdict is UNKNOWN
        hidden = {"ny": look(None, listed=[], endpoint="ny")}
        assert seen("start", here, others=hidden, rivals=self.RIVALS).verdict is UNKNOWN
        # A whole list that lacks it says that nothing can run there.
        gone = {"ny": look(None, endpoint="ny")}
        assert seen("start", here, others=gone, rivals=self.RIVALS).verdict is READY

    def test_one_that_runs_is_started_whatever_became_of_the_other_site(self) -> None:
        here = look(machine("Running"), leg(state=FAILED))
        assert seen("start", here, base(), others={"ny": SILENT}, rivals=self.RIVALS).verdict is DONE
        both = {"ny": look(machine("Running"), leg("Primary"), endpoint="ny")}
        assert seen("start", here, base(), others=both, rivals=self.RIVALS).verdict is CONFLICT

    def test_not_without_the_record_and_the_planned_networks(self) -> None:
        bare = look(machine(), leg(state=FAILED))
        lost = seen("start", bare, recorded=True)
        # A retry would find the same: the record is not written anew.
        assert (lost.verdict, "start it by hand, or cancel" in lost.reason) == (CONFLICT, True)
        copy = look(machine(), leg(test=TEST), test=machine(ident=TEST))
        assert seen("start", copy, recorded=True, test=True).reason.endswith("stop the test")
        theirs = look(machine(notes=recorded(Role.RECOVERED, "0badcafe")), leg(state=FAILED))
        assert seen("start", theirs, recorded=True).verdict is CONFLICT
        wrong = look(machine(adapters=[adapter("Production")]), leg(state=FAILED))
        assert seen("start", wrong, networks=ISOLATED).verdict is CONFLICT

    @pytest.mark.parametrize("baseline", [None, base()])
    def test_one_that_runs_on_another_network_is_not_what_was_wanted(self, baseline: Json | None) -> None:
        here = look(machine("Running", adapters=[adapter("Production")]), leg(state=FAILED))
        assert seen("start", here, baseline, networks=ISOLATED).verdict is CONFLICT

    @pytest.mark.parametrize("power", ["Starting", "Resuming", "Reset"])
    def test_a_rival_that_is_about_to_run_counts_as_running(self, power: str) -> None:
        other = {"ny": look(machine(power), leg("Primary"), endpoint="ny")}
        here = look(machine("Running"), leg(state=FAILED))
        assert seen("start", here, base(), others=other, rivals=self.RIVALS).verdict is CONFLICT

    @pytest.mark.parametrize(("power", "verdict"), [("Starting", BUSY), ("Saved", CONFLICT)])
    def test_other_powers(self, power: str, verdict: Verdict) -> None:
        assert seen("start", look(machine(power), leg(state=FAILED))).verdict is verdict


class TestStop:
    """HA, a cluster or a person may start it again."""

    ON = look(machine("Running"), leg("Primary"))

    @pytest.mark.parametrize("action", ["shut-down", "turn-off"])
    def test_off_is_off_alone(self, action: str) -> None:
        assert seen(action, look(machine("Off"), leg("Primary"))).verdict is DONE
        assert seen(action, self.ON).verdict is READY
        hanging = READY if action == "turn-off" else BUSY
        for power, verdict in (("Saved", CONFLICT), ("Paused", CONFLICT), ("Stopping", hanging)):
            assert seen(action, look(machine(power), leg("Primary"))).verdict is verdict

    def test_started_again_after_the_intent(self) -> None:
        again = look(machine("Running", uptime_s=10), leg("Primary"), at=LATER)
        assert seen("shut-down", again, base()).verdict is CONFLICT
        still = look(machine("Running", uptime_s=99999), leg("Primary"), at=LATER)
        assert seen("shut-down", still, base()).verdict is READY
        # It was seen to run, and a host reads its clock and the uptime one after the other.
        soon = NOW + timedelta(seconds=0.5)
        just_then = look(machine("Running", uptime_s=0.1), leg("Primary"), at=soon)
        assert seen("shut-down", just_then, base()).verdict is READY
        # Of one that does not tell since when it runs nothing is said.
        mute = look(machine("Running", uptime_s=None), leg("Primary"), at=LATER)
        assert seen("shut-down", mute, base()).verdict is READY

    def test_no_guest_is_shut_down_for_a_partner_that_cannot_take_over(self) -> None:
        over = ({"endpoint": "nj", "vm": VM},)
        well = {"nj": look(machine(), leg())}
        assert seen("shut-down", self.ON, others=well, takes_over=over).verdict is READY
        assert seen("shut-down", self.ON, others={"nj": SILENT}, takes_over=over).verdict is UNKNOWN
        paused = {"nj": look(machine(), leg(state="Suspended"))}
        assert seen("shut-down", self.ON, others=paused, takes_over=over).verdict is CONFLICT
        # Once it was begun, the partner changes nothing about it.
        assert (
            seen("shut-down", self.ON, base(LATER), others={"nj": SILENT}, takes_over=over).verdict is READY
        )

    def test_no_guest_is_turned_off_for_a_partner_that_cannot_take_over(self) -> None:
        over = ({"endpoint": "nj", "vm": VM},)
        paused = {"nj": look(machine(), leg(state="Suspended"))}
        for here in (self.ON, look(machine("Stopping"), leg("Primary"))):
            assert seen("turn-off", here, others=paused, takes_over=over).verdict is CONFLICT
            assert seen("turn-off", here, others={"nj": SILENT}, takes_over=over).verdict is UNKNOWN

    def test_one_that_was_started_again_is_not_turned_off(self) -> None:
        """Its shutdown did not fail by time: a cluster or a person wants it to run."""
        young = look(machine("Running", uptime_s=10), leg("Primary"))
        assert seen("turn-off", young, waited_s=360).verdict is CONFLICT
        assert seen("turn-off", self.ON, waited_s=360).verdict is READY

    @pytest.mark.parametrize(("after", "verdict"), [(29, READY), (30, DONE), (300, DONE)])
    def test_off_is_read_twice_on_the_hosts_clock(self, after: int, verdict: Verdict) -> None:
        here = look(machine("Off"), leg("Primary"), at=NOW + timedelta(seconds=after))
        assert seen("read-off-twice", here, base()).verdict is verdict
        assert seen("read-off-twice", here, None).verdict is READY
        again = look(machine("Running"), leg("Primary"), at=NOW + timedelta(seconds=after))
        assert seen("read-off-twice", again, base()).verdict is CONFLICT

    def test_a_clock_that_was_set_back_is_named(self) -> None:
        back = seen("read-off-twice", look(machine("Off"), leg("Primary")), base(LATER))
        assert (back.verdict, "clock was set back" in back.reason) == (READY, True)
        assert seen("read-off-twice", look(machine("Off"), leg("Primary")), base()).reason == ""

    def test_off_on_two_nodes_is_not_off_twice(self) -> None:
        """Their clocks differ, and what moves is about to be started."""
        here = look(machine("Off"), leg("Primary"), at=NOW + timedelta(minutes=5))
        here.node = "N2"
        assert seen("read-off-twice", here, base(node="N1")).verdict is CONFLICT
        assert seen("read-off-twice", here, base(node="N2")).verdict is DONE

    def test_heartbeat(self) -> None:
        for beat, verdict in (("OkApplicationsHealthy", DONE), ("NoContact", READY), ("", READY)):
            assert seen("await-heartbeat", look(machine("Running", heartbeat=beat), leg())).verdict is verdict
        assert seen("await-heartbeat", look(machine("Off"), leg())).verdict is CONFLICT
        # A guest may start anew by itself when it finds other hardware.
        assert seen("await-heartbeat", look(machine("Reset"), leg())).verdict is BUSY


class TestGuestsAddresses:
    """What a guest that was heard tells by address, and whether it is what was planned."""

    ADAPTER = "microsoft:a\\b"

    def saw(self, *addresses: str, switch: str | None = "Production", **params: Any) -> Observation:
        """An observation of a guest with one adapter that tells these."""
        on = machine("Running", adapters=[adapter(switch, addresses=list(addresses))])
        return seen("read-addresses", look(on, leg()), **params)

    @pytest.mark.parametrize(
        ("addresses", "verdict"),
        [
            ((), READY),
            (("10.2.0.5",), DONE),
            (("fe80::1%4",), READY),
            (("169.254.7.7", "fe80::1"), READY),
            (("169.254.7.7", "fd00::5"), DONE),
            (("nonsense",), READY),
        ],
    )
    def test_an_address_that_somebody_gave_it(self, addresses: tuple[str, ...], verdict: Verdict) -> None:
        found = self.saw(*addresses)
        assert found.verdict is verdict
        assert [fact.value for fact in found.facts] == [
            f"Network Adapter: {', '.join(addresses) or 'no address told'}"
        ]

    @pytest.mark.parametrize(
        ("addresses", "verdict"),
        [
            (("10.2.0.5", "FD00:0::5"), DONE),
            (("10.2.0.9", "10.2.0.5", "fd00::5", "fe80::1"), DONE),
            (("10.2.0.5",), READY),
            (("10.1.0.5", "fd00::5"), READY),
            ((), READY),
        ],
    )
    def test_those_that_were_planned(self, addresses: tuple[str, ...], verdict: Verdict) -> None:
        planned = {self.ADAPTER: ["10.2.0.5", "fd00::5"]}
        assert self.saw(*addresses, planned=planned).verdict is verdict

    def test_it_says_which_came_and_which_was_planned(self) -> None:
        found = self.saw("10.1.0.9", planned={self.ADAPTER: ["10.2.0.5"]})
        assert found.reason == "Network Adapter: 10.1.0.9, planned is 10.2.0.5"

    def test_nothing_is_awaited_where_nothing_is_connected(self) -> None:
        assert self.saw(switch=None).verdict is CONFLICT
        beside = [adapter("Production", addresses=["10.2.0.5"]), adapter(None, id="C", name="spare")]
        found = seen("read-addresses", look(machine("Running", adapters=beside), leg()))
        assert found.verdict is DONE
        assert found.facts[0].value == "Network Adapter: 10.2.0.5; spare: not connected"
        assert self.saw(planned={"other": ["10.2.0.5"]}).verdict is CONFLICT

    def test_every_connected_adapter_must_tell(self) -> None:
        both = [adapter("Production", addresses=["10.2.0.5"]), adapter("Backup", id="C", name="backup")]
        found = seen("read-addresses", look(machine("Running", adapters=both), leg()))
        assert (found.verdict, found.reason) == (READY, "backup: no address told")

    def test_a_guest_that_runs_no_more(self) -> None:
        assert seen("read-addresses", look(machine("Off"), leg())).verdict is CONFLICT
        assert seen("read-addresses", look(machine("Reset"), leg())).verdict is BUSY


class TestFailover:
    """Planned: the primary off and prepared, nothing pending, and the replica says that it was planned."""

    @pytest.mark.parametrize(
        ("power", "state", "verdict"),
        [
            ("Off", "Replicating", READY),
            ("Off", PREPARED, DONE),
            ("Running", "Replicating", CONFLICT),
            ("Saved", "Replicating", CONFLICT),
            ("Off", "Suspended", CONFLICT),
            ("Off", "Error", CONFLICT),
        ],
    )
    def test_prepare(self, power: str, state: str, verdict: Verdict) -> None:
        assert seen("prepare", look(machine(power), leg("Primary", state))).verdict is verdict

    def test_prepare_only_a_primary(self) -> None:
        assert seen("prepare", look(machine(), leg("Replica"))).verdict is CONFLICT

    def test_pending(self) -> None:
        here = look(machine(), leg("Primary", PREPARED))
        assert seen("nothing-pending", here, told=(statistics(0),)).verdict is DONE
        assert seen("nothing-pending", here, told=(statistics(4096),)).verdict is READY
        assert seen("nothing-pending", here).verdict is UNKNOWN
        back = look(machine(), leg("Primary"))
        assert seen("nothing-pending", back, told=(statistics(0),)).verdict is CONFLICT

    PRIMARY = ({"endpoint": "ny", "vm": VM},)

    def test_fail_over_from_a_prepared_primary_alone(self) -> None:
        here = look(machine(), leg())
        prepared = {"ny": look(machine(), leg("Primary", PREPARED), endpoint="ny")}
        assert seen("fail-over", here, others=prepared, prepared=self.PRIMARY).verdict is READY
        for other, verdict in (
            (SILENT, UNKNOWN),
            (look(machine(), leg("Primary"), endpoint="ny"), CONFLICT),
            (look(machine("Running"), leg("Primary", PREPARED), endpoint="ny"), UNKNOWN),
            (look(None, endpoint="ny"), CONFLICT),
        ):
            got = seen("fail-over", here, others={"ny": other}, prepared=self.PRIMARY)
            assert got.verdict is verdict

    @pytest.mark.parametrize(
        ("state", "verdict"),
        [(FAILED, DONE), ("FailedOver", DONE), ("RecoveryInProgress", BUSY), ("Error", CONFLICT)],
    )
    def test_fail_over_by_state(self, state: str, verdict: Verdict) -> None:
        assert seen("fail-over", look(machine(), leg(state=state))).verdict is verdict

    def test_fail_over_only_a_replica(self) -> None:
        assert seen("fail-over", look(machine(), leg("Primary"))).verdict is CONFLICT

    def test_never_beside_a_test_copy(self) -> None:
        here = look(machine(), leg(test=TEST), test=machine(ident=TEST))
        assert seen("fail-over", here).verdict is CONFLICT

    def test_the_replica_itself_says_that_it_was_planned(self) -> None:
        here = look(machine(), leg(state=FAILED))
        assert seen("planned-type", here, told=(statistics(kind="Planned"),)).verdict is DONE
        assert seen("planned-type", here, told=(statistics(kind="Regular"),)).verdict is CONFLICT
        assert seen("planned-type", here, told=(statistics(),)).verdict is UNKNOWN
        assert seen("planned-type", here).verdict is UNKNOWN


class TestCancel:
    """The recovered side first; the same call removes a test copy where there is one."""

    def test_the_recovered_side(self) -> None:
        assert seen("cancel-failover", look(machine("Running"), leg(state=FAILED))).verdict is READY
        assert seen("cancel-failover", look(machine("Off"), leg())).verdict is DONE
        assert seen("cancel-failover", look(machine("Running"), leg())).verdict is BUSY
        assert seen("cancel-failover", look(machine(), leg(state="FailedOver"))).verdict is CONFLICT
        tested = look(machine(), leg(state=FAILED, test=TEST), test=machine(ident=TEST))
        assert seen("cancel-failover", tested).verdict is CONFLICT

    def test_the_primary_only_after_it(self) -> None:
        here = look(machine(), leg("Primary", PREPARED), endpoint="ny")
        back = ({"endpoint": "nj", "vm": VM},)
        for other, verdict in (
            (look(machine(), leg()), READY),
            (look(machine(), leg(state=FAILED)), CONFLICT),
            (look(machine("Running"), leg(state=FAILED)), UNKNOWN),
            (look(machine(), leg(state="RecoveryInProgress")), CONFLICT),
            # Replication was turned round at that end: what is newest is there.
            (look(machine(), leg("Primary")), CONFLICT),
            (look(None), READY),
            (SILENT, UNKNOWN),
        ):
            got = seen("unlock", here, others={"nj": other}, taken_back=back)
            assert got.verdict is verdict
        assert seen("unlock", look(machine(), leg("Primary"))).verdict is DONE


class TestReverse:
    """Both ends are read; one that was turned round alone is unknown, and never repeated."""

    PARTNER = ({"endpoint": "ny", "vm": VM},)

    @pytest.mark.parametrize(
        ("here", "there", "verdict"),
        [
            (("Replica", FAILED), ("Primary", PREPARED), READY),
            (("Primary", "Replicating"), ("Replica", "Replicating"), DONE),
            (("Primary", "ReadyForInitialReplication"), ("Replica", "Replicating"), BUSY),
            (("Primary", "Replicating"), ("Primary", PREPARED), UNKNOWN),
            (("Replica", FAILED), ("Replica", "Replicating"), UNKNOWN),
            (("Replica", FAILED), ("Primary", "Error"), CONFLICT),
            (("Replica", "Replicating"), ("Primary", PREPARED), CONFLICT),
        ],
    )
    def test_ends(self, here: tuple[str, str], there: tuple[str, str], verdict: Verdict) -> None:
        other = {"ny": look(machine(), leg(*there), endpoint="ny")}
        got = seen("reverse", look(machine("Running"), leg(*here)), others=other, partner=self.PARTNER)
        assert got.verdict is verdict

    def test_a_silent_partner_and_one_that_runs(self) -> None:
        here = look(machine("Running"), leg(state=FAILED))
        assert seen("reverse", here, others={"ny": SILENT}, partner=self.PARTNER).verdict is UNKNOWN
        runs = {"ny": look(machine("Running"), leg("Primary", PREPARED), endpoint="ny")}
        assert seen("reverse", here, others=runs, partner=self.PARTNER).verdict is CONFLICT


class TestAddresses:
    """Read back one by one; a family that nothing is planned of is not looked at."""

    NONE: ClassVar[Json] = dict.fromkeys(UNSET, "")
    V4: ClassVar[Json] = {**NONE, "address": "10.2.0.9", "mask": "255.0.0.0", "gateway": "10.0.0.1"}
    V6: ClassVar[Json] = {**NONE, "v6": "fd00::9", "v6_length": 64, "v6_gateway": "fe80::1"}

    def verdict(self, wanted: Json, **set_: str) -> Verdict:
        """What is made of one adapter with these settings."""
        told = {**self.NONE, **set_}
        here = look(machine(adapters=[adapter(failover=told)]), leg())
        return seen("set-addresses", here, addresses={"microsoft:a\\b": wanted}).verdict

    def test_of_ipv4(self) -> None:
        same = {"address": "10.2.0.9", "mask": "255.0.0.0", "gateway": "10.0.0.1"}
        assert self.verdict(self.V4, **same) is DONE
        assert self.verdict(self.V4, **same, v6="fd00::1", v6_length="64") is DONE
        assert self.verdict(self.V4, **same | {"gateway": ""}) is READY
        assert self.verdict(self.V4, **same, dns="10.0.0.2") is READY

    def test_of_ipv6_however_it_is_written(self) -> None:
        same = {"v6": "FD00:0:0::0009", "v6_length": "64", "v6_gateway": "fe80:0::1"}
        assert self.verdict(self.V6, **same) is DONE
        assert self.verdict(self.V6, **same, address="10.0.0.1") is DONE
        assert self.verdict(self.V6, **same | {"v6_length": "48"}) is READY
        assert self.verdict(self.V6, **same | {"v6": ""}) is READY
        assert self.verdict(self.V6, **same, v6_dns2="fd00::2") is READY

    def test_of_both(self) -> None:
        both = {**self.V6, "address": "10.2.0.9", "mask": "255.0.0.0"}
        assert self.verdict(both, address="10.2.0.9", mask="255.0.0.0") is READY
        told = seen(
            "set-addresses",
            look(
                machine(adapters=[adapter(failover={**self.NONE, "address": "10.2.0.9"})]),
                leg(),
            ),
            addresses={"microsoft:a\\b": both},
        )
        assert [fact.value for fact in told.facts] == ["Network Adapter: 10.2.0.9 and none"]

    def test_one_that_is_gone_or_not_read(self) -> None:
        assert seen("set-addresses", look(machine(), leg()), addresses={"gone": self.V4}).verdict is CONFLICT
        unread = look(machine(adapters=[adapter(failover=None)]), leg())
        assert seen("set-addresses", unread, addresses={"microsoft:a\\b": self.V4}).verdict is READY


def test_times_of_hosts_are_told_to_the_second_with_their_zone() -> None:
    test = machine(ident=TEST, created="2026-03-02T08:00:05.1234567Z")
    here = look(machine(), leg(test=TEST), test=test, at=LATER)
    told = {fact.what: fact.value for fact in seen("start-test", here, base(), allowed=[]).facts}
    assert told["created"] == "2026-03-02 08:00:05 UTC"
    off = seen("read-off-twice", look(machine("Off"), leg(), at=LATER), base())
    assert [fact.value for fact in off.facts] == ["Off at 08:00:00 and 08:01:00 UTC"]
    unknown = look(machine("RunningCritical", uptime_s=None), leg())
    assert ("started", "not told") in {(f.what, f.value) for f in seen("start", unknown).facts}


def test_every_fact_names_who_told_it_and_when() -> None:
    got = seen("prepare", look(machine(), leg("Primary", PREPARED), at=LATER))
    assert {(fact.endpoint, fact.at) for fact in got.facts} == {("nj", LATER)}
    assert got.at == LATER
    assert RUN not in {fact.value for fact in got.facts}
