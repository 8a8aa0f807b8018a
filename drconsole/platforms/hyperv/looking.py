"""One VM as ``look.ps1`` shows it, with its test copy: what steps are observed by."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from drconsole.domain.reading import Relation
from drconsole.domain.replication import relation_of_all
from drconsole.platforms.hyperv import light
from drconsole.platforms.hyperv.deep import ACCESS, UNTAGGED, AdapterRow
from drconsole.platforms.hyperv.peer import Peer


class MachineRow(msgspec.Struct):
    """One VM: the VM asked for, or its test copy."""

    id: str
    name: str | None
    power: str
    uptime_s: int | float | None
    created: str | None
    notes: str | None
    heartbeat: str
    mode: str
    clustered: bool | None
    adapters: list[AdapterRow]
    disks: list[str]

    @property
    def text(self) -> str:
        """Its notes, empty where there are none."""
        return self.notes or ""

    @property
    def off(self) -> bool:
        """Whether it is off: saved, paused or stopping is not off."""
        return self.power == "Off"

    @property
    def running(self) -> bool:
        """Whether it runs, also without its storage."""
        return self.power in ("Running", "RunningCritical")


class PointRow(msgspec.Struct):
    """One row of Get-VMSnapshot."""

    id: str
    type: str
    name: str | None


class FileRow(msgspec.Struct):
    """Whether a file is there."""

    path: str
    exists: bool


class LookAnswer(msgspec.Struct):
    """The whole answer of ``look.ps1``.

    ``listed`` are all ids of the host, told when ``vm`` is None or another VM was asked about.
    """

    now: str
    vm: MachineRow | None
    listed: list[str]
    relations: list[light.Replication]
    points: list[PointRow]
    test: MachineRow | None
    files: list[FileRow]


class Role(msgspec.Struct):
    """A cluster role of a VM."""

    vm: str
    group: str
    owner: str
    state: str


class Owner(msgspec.Struct):
    """The whole answer of ``owner.ps1``: a node, empty where nobody tells one."""

    owner: str


class Roles(msgspec.Struct):
    """The whole answer of ``role.ps1``."""

    roles: list[Role]


class Look:
    """What one look at one VM showed; ``now`` is the host's own time, ``node`` who answered in a cluster.

    ``roles`` are the cluster's roles by VM id, None where they were not asked for. ``absent``: the host's
    list is there and lacks the VM.
    """

    def __init__(
        self,
        answer: LookAnswer,
        peer: Peer,
        *,
        vm: str,
        endpoint: str,
        node: str = "",
        roles: dict[str, Role] | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.node = node
        self.now: datetime = light.stamp(answer.now, peer)
        self.vm = answer.vm
        self.test = answer.test
        self.relations: tuple[Relation, ...] = tuple(light.relation_of(r, peer) for r in answer.relations)
        self.points = answer.points
        self.files = {row.path: row.exists for row in answer.files}
        self.roles = roles
        self._listed = {light.ident(one, peer) for one in answer.listed}
        self.absent = answer.vm is None and self.lacks(vm)
        self._peer = peer

    @property
    def relation(self) -> Relation | None:
        """The relation that the VM is judged by."""
        return relation_of_all(self.relations)

    @property
    def state(self) -> str:
        """Its replication state, empty without a relation."""
        return self.relation.state if self.relation else ""

    @property
    def mode(self) -> str:
        """Its replication mode, empty without a relation."""
        return self.relation.mode if self.relation else ""

    @property
    def test_id(self) -> str:
        """The id of its test copy, empty where it has none."""
        return next((r.test_vm for r in self.relations if r.test_vm), "")

    def lacks(self, vm: str) -> bool:
        """Whether the host's own list is there and has no VM of this id."""
        # An empty list is what an account without rights gets.
        return bool(self._listed) and vm.lower() not in self._listed

    def created(self, machine: MachineRow) -> datetime | None:
        """When a VM was made, by the host's clock.

        Raises:
            BadReply: it is no time.
        """
        return light.when(machine.created, self._peer)

    def started(self, machine: MachineRow) -> datetime | None:
        """When a running VM was started, by the host's clock; None where it is not told."""
        if machine.uptime_s is None or not machine.running:
            return None
        return self.now - timedelta(seconds=float(machine.uptime_s))


def vlan_of(adapter: AdapterRow) -> int:
    """The VLAN of an adapter; 0 is untagged, -1 not known or of another kind."""
    if adapter.vlan is None:
        return -1
    if adapter.vlan.mode == UNTAGGED:
        return 0
    return adapter.vlan.id if adapter.vlan.mode == ACCESS else -1
