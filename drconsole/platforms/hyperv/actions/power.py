"""Starting a copy, shutting one down, and reading that it is off (rules, section 5)."""

from __future__ import annotations

from datetime import timedelta

from drconsole.domain.step import Effect, Json, Observation
from drconsole.platforms.hyperv.actions.base import Action, View, first, passed, rival, since, the_vm
from drconsole.platforms.hyperv.actions.wiring import adapters_of, differences
from drconsole.platforms.hyperv.looking import Look, MachineRow

TWICE = timedelta(seconds=30)
BETWEEN = frozenset({"Starting", "Stopping", "Saving", "Pausing", "Resuming", "Reset", "ForceShutdown"})
ALIVE = frozenset({"Running", "RunningCritical", "Starting", "Resuming", "Reset"})
HANGING = "Stopping"
# A host reads its clock and a machine's uptime one after the other: so late a machine seems to have started.
SINCE_START = timedelta(seconds=1)


def observe_start(view: View, baseline: Json | None) -> Observation:
    """Ready only when it is off, recorded, connected as planned, and every other copy is known to be off."""
    target = view.target
    if target is None:
        return view.missing()
    if found := _rivals(view, target):
        return found
    if target.running:
        # Whoever started it: one that runs where it was not planned to is not what was wanted.
        return _prepared(view, target) or view.done(power=target.power, started=view.here.started(target))
    if target.power in BETWEEN:
        return view.busy(power=target.power)
    if not target.off:
        return view.conflict(f"it is {target.power}, which is not off", power=target.power)
    if found := _prepared(view, target):
        return found
    return view.ready(power=target.power, adapters=adapters_of(target) or "none")


def _rivals(view: View, target: MachineRow) -> Observation | None:
    """No second copy may run; silence of the other side is no "off"."""
    for one in view.params.get("rivals", ()):
        told, off = rival(view, one["endpoint"])
        if told in ALIVE:
            return view.conflict(f"the copy on {one['endpoint']} runs", power=target.power, other_copy=told)
        if not off and not target.running:
            reason = f"the copy on {one['endpoint']} is not known to be off: {told}"
            return view.unknown(reason, power=target.power)
    return None


def _prepared(view: View, target: MachineRow) -> Observation | None:
    """What has to be there before power is given: the record of this run, and the adapters as planned."""
    params = view.params
    if params.get("recorded") and (view.record is None or view.record.run != params["run"]):
        way = "stop the test" if params.get("test") else "start it by hand, or cancel"
        return view.conflict(f"it does not carry the record of this run, its notes were changed: {way}")
    if "networks" in params and (different := differences(params, target)):
        return view.conflict(f"it is not connected as planned: {different[0]}", adapters=adapters_of(target))
    return None


def observe_stop(view: View, baseline: Json | None) -> Observation:
    """Done when it is off; one that runs again since the look before was started by somebody else."""
    target = view.target
    if target is None:
        return view.missing()
    if target.off:
        return view.done(power=target.power)
    if target.power in BETWEEN:
        return view.busy(power=target.power)
    if not target.running:
        return view.conflict(f"it is {target.power}, which is not off", power=target.power)
    against = first((_restarted(view, target, baseline), _awaited(view, baseline)))
    return against or view.ready(power=target.power)


def observe_turn_off(view: View, baseline: Json | None) -> Observation:
    """As ``observe_stop``, but a guest that hangs while it shuts down can be turned off as well.

    It is turned off because its shutdown took too long, and not where somebody ended that by a start.
    """
    target = view.target
    if target is not None and target.power == HANGING:
        return _awaited(view, baseline) or view.ready(power=target.power)
    if target is not None and baseline is None and (found := _young(view, target)):
        return found
    return observe_stop(view, baseline)


def _young(view: View, target: MachineRow) -> Observation | None:
    started = view.here.started(target)
    waited = timedelta(seconds=view.params.get("waited_s", 0))
    if started is None or view.here.now - started >= waited:
        return None
    return view.conflict(
        f"it was started less than {waited.total_seconds():g} s ago, so somebody or something may want it to "
        "run: it is not turned off",
        started=started,
    )


def _restarted(view: View, target: MachineRow, baseline: Json | None) -> Observation | None:
    """Whether it was started since the look before.

    A live migration starts nothing. Where the clocks leave it open, another node tells that it was started.
    """
    started = view.here.started(target)
    if baseline is None or started is None:
        return None
    since_then = started - since(baseline)
    node = baseline.get("node", view.here.node)
    if node != view.here.node and since_then >= -SINCE_START:
        return view.conflict(f"it was on {node} and runs on {view.here.node} now", started=started)
    if node == view.here.node and since_then > SINCE_START:
        return view.conflict("somebody or something started it again", started=started)
    return None


def _awaited(view: View, baseline: Json | None) -> Observation | None:
    """A guest is not shut down for a partner that cannot take over; afterwards that is another's question."""
    if baseline is not None:
        return None
    for one in view.params.get("takes_over", ()):
        look = view.others.get(one["endpoint"])
        told, off = rival(view, one["endpoint"])
        if not off:
            return view.unknown(f"nobody knows whether its replica could take over: {told}")
        if not isinstance(look, Look) or look.state != "Replicating":
            state = look.state if isinstance(look, Look) else "none"
            return view.conflict(f"its replica on {one['endpoint']} is in state {state}")
    return None


def observe_off_twice(view: View, baseline: Json | None) -> Observation:
    """Done when it is off again 30 s after it was seen off, on the same host's own clock."""
    target = view.target
    if target is None:
        return view.missing()
    if not target.off:
        return view.conflict(f"it is not off any more ({target.power})", power=target.power)
    # Two nodes have two clocks, and what a cluster moves it may be about to start.
    if baseline is not None and (node := baseline.get("node", view.here.node)) != view.here.node:
        return view.conflict(f"it was on {node} and is on {view.here.node} now", power=target.power)
    if baseline is not None and passed(view, baseline) >= TWICE:
        first_seen, now = since(baseline), view.here.now
        return view.done(power=f"{target.power} at {first_seen:%H:%M:%S} and {now:%H:%M:%S} UTC")
    if baseline is not None and passed(view, baseline) < timedelta(0):
        why = "the host's clock was set back since it was first read off; a retry reads it off twice anew"
        return view.awaited(why, power=target.power)
    return view.ready(power=target.power)


def _target_alone(view: View) -> Json:
    assert view.target is not None
    return {"vm": view.target.id.lower()}


ACTIONS = (
    Action(
        "start",
        Effect.POWER,
        observe_start,
        lambda p: f"Start-VM -VM {the_vm(p)}",
        "vm_start.ps1",
        _target_alone,
    ),
    Action(
        "shut-down",
        Effect.POWER,
        observe_stop,
        lambda p: f"Stop-VM -VM {the_vm(p)} -Force",
        "vm_stop.ps1",
        _target_alone,
    ),
    Action(
        "turn-off",
        Effect.POWER,
        observe_turn_off,
        lambda p: f"Stop-VM -VM {the_vm(p)} -TurnOff -Force",
        "vm_turn_off.ps1",
        _target_alone,
    ),
    Action(
        "read-off-twice",
        Effect.LOOK,
        observe_off_twice,
        lambda p: f"{the_vm(p)} | Format-List State; Start-Sleep 30; {the_vm(p)} | Format-List State",
    ),
)
