"""The acting side of one Hyper-V endpoint: observe, act and follow for one step."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from drconsole.domain.deep import Statistics
from drconsole.domain.step import Followed, Json, Observation, Progress, Step, Verdict
from drconsole.errors import EndpointError
from drconsole.platforms.acting import Keep
from drconsole.platforms.hyperv.actions import ACTIONS, REPEATABLE
from drconsole.platforms.hyperv.actions.base import Action, View
from drconsole.platforms.hyperv.cluster import same_node
from drconsole.platforms.hyperv.decoding import decoded
from drconsole.platforms.hyperv.deep import statistics_of
from drconsole.platforms.hyperv.looking import Look, LookAnswer, Owner, Role, Roles
from drconsole.platforms.hyperv.peer import Peer
from drconsole.platforms.hyperv.reach import Reach

NOTHING: Json = {"nothing": True}
# A primary asks its partner for statistics; a dead one is not waited for (facts/hyperv, section 11).
STATISTICS_S = 60.0


class HyperVActor:
    """One stand-alone host, or one cluster by its nodes; every call is safe from several threads.

    ``others`` gives the actors of other endpoints of this run, who look at the copies there.
    """

    def __init__(
        self, name: str, reaches: Mapping[str, Reach], peer: Peer, others: Callable[[str], HyperVActor | None]
    ) -> None:
        self.name = name
        self.peer = peer
        self._reaches = dict(reaches)
        self._actor_of = others
        self._homes: dict[str, str] = {}
        self._measuring = threading.Lock()

    @property
    def actions(self) -> frozenset[str]:
        """Names of the registered actions."""
        return frozenset(ACTIONS)

    @property
    def repeatable(self) -> frozenset[str]:
        """Those that may be repeated when nobody knows whether they took effect."""
        return REPEATABLE

    def observe(self, step: Step, baseline: Json | None) -> Observation:
        """Look at what the step is about.

        Raises:
            EndpointError: nothing could be seen.
        """
        return self._observe(step, baseline)[0]

    def act(self, step: Step, baseline: Json, keep: Keep) -> Json:
        """Look once more where the VM is, and begin; what only looks begins nothing.

        Raises:
            EndpointError: it could not begin, or it is not as it was when it was observed.
            Lost: nobody knows whether it began.
        """
        action = ACTIONS[step.action]
        if not action.script:
            keep(NOTHING)
            return NOTHING
        seen, view, reach = self._observe(step, None)
        if seen.verdict is Verdict.READY:
            # It must be ready by itself, and still be what the look before was about.
            seen = action.observe(view, baseline)
        if seen.verdict is not Verdict.READY:
            why = seen.reason or f"it is {seen.verdict} already"
            raise self.peer.error(EndpointError, f"Nothing was begun: since it was observed, {why}.")
        if reach.node:
            self._owned(step.params["vm"], reach)
        return reach.begin(action.script, action.arguments(view), keep)

    def follow(self, handle: Json) -> Followed:
        """What became of an act; waits a moment for news at most, never stops it.

        Raises:
            EndpointError: the endpoint cannot be asked now.
        """
        if handle.get("nothing"):
            return Followed(Progress.ENDED)
        reach = self._reaches.get(handle["node"])
        if reach is None:
            return Followed(Progress.GONE, error=f"The config has no node {handle['node']} any more.")
        return reach.follow(handle)

    def settle(self, handle: Json) -> None:
        """End the shell of an act. Never raises."""
        reach = None if handle.get("nothing") else self._reaches.get(handle["node"])
        if reach is not None:
            reach.settle(handle)

    def close(self) -> None:
        """Give up connections, never an act. Never raises."""
        for reach in self._reaches.values():
            reach.close()

    def look(self, vm: str, baseline: Json | None = None, *, roles: bool = False) -> tuple[Look, Reach]:
        """Look at one VM on the host that has it now, and say which that is.

        In a cluster that is the owner of its role: a node that has left the cluster still shows, off, what
        others have taken over and run.

        Raises:
            EndpointError: nobody showed it, and not all could say that they lack it; or it moves.
        """
        errors: list[EndpointError] = []
        lacking: list[tuple[Look, Reach]] = []
        unowned: list[tuple[Look, Reach]] = []
        home = self._homes.get(vm, "")
        for node in dict.fromkeys((home, *self._reaches)):
            if node not in self._reaches:
                continue
            reach = self._reaches[node]
            try:
                look = self._look(reach, vm, baseline or {}, roles=roles)
                if look.vm is None:
                    lacking.append((look, reach))
                elif look.vm.clustered and node and not self._owned(vm, reach):
                    unowned.append((look, reach))
                else:
                    self._homes[vm] = node
                    return look, reach
            except EndpointError as error:
                errors.append(error)
        if unowned:
            # Nobody says who owns it: where it is not off is what counts.
            return min(unowned, key=lambda pair: pair[0].vm is None or pair[0].vm.off)
        if errors:
            raise errors[0]
        # It is absent only where every node's list says so.
        return min(lacking, key=lambda pair: pair[0].absent)

    def _look(self, reach: Reach, vm: str, baseline: Json, *, roles: bool) -> Look:
        asked = {"vm": vm, "other": baseline.get("other"), "files": baseline.get("files", [])}
        answer = decoded(reach.ask("look.ps1", asked), LookAnswer, reach.peer)
        found: dict[str, Role] | None = None
        if roles and reach.node:
            told = decoded(reach.ask("role.ps1", {}), Roles, reach.peer)
            found = {role.vm.lower(): role for role in told.roles}
        return Look(answer, reach.peer, vm=vm, endpoint=self.name, node=reach.node, roles=found)

    def _observe(self, step: Step, baseline: Json | None) -> tuple[Observation, View, Reach]:
        action = ACTIONS[step.action]
        params = step.params
        watched = baseline or {"other": params.get("meant"), "files": params.get("disks", [])}
        here, reach = self.look(params["vm"], watched, roles=bool(params.get("roles")))
        view = View(step, here, self._others(step), self._statistics(action, step, here, reach))
        return action.observe(view, baseline), view, reach

    def _others(self, step: Step) -> dict[str, Look | EndpointError]:
        """Looks at the copies on other endpoints that the step rests on."""
        found: dict[str, Look | EndpointError] = {}
        for name in ("rivals", "takes_over", "prepared", "taken_back", "partner"):
            for one in step.params.get(name, ()):
                endpoint = one["endpoint"]
                if endpoint not in found:
                    found[endpoint] = self._other(endpoint, one["vm"])
        return found

    def _other(self, endpoint: str, vm: str) -> Look | EndpointError:
        actor = self._actor_of(endpoint)
        if actor is None:
            return self.peer.error(EndpointError, f"This run does not know the endpoint {endpoint}.")
        try:
            return actor.look(vm)[0]
        except EndpointError as error:
            return error

    def _statistics(self, action: Action, step: Step, here: Look, reach: Reach) -> tuple[Statistics, ...]:
        if not action.statistics or here.vm is None:
            return ()
        with self._measuring:
            value = reach.ask("statistics.ps1", {"vm": step.params["vm"]}, STATISTICS_S)
        return statistics_of(value, reach.peer)

    def _owned(self, vm: str, reach: Reach) -> bool:
        """Whether a node of a cluster owns the role of the VM that it shows; False: nobody tells who does.

        Raises:
            EndpointError: another one owns it, so it moves, or was taken over.
        """
        owner = decoded(reach.ask("owner.ps1", {"vm": vm}), Owner, reach.peer).owner
        if owner and not same_node(owner, reach.node):
            self._homes.pop(vm, None)
            raise self.peer.error(
                EndpointError,
                f"It is seen on {reach.node}, but its cluster role is owned by {owner}; it seems to move.",
                "Try again when it stands still; if it stays so, look at that node.",
            )
        return bool(owner)
