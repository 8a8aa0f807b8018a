"""The form of a scenario: what its text may say.

Durations are texts such as ``90s``, ``5m``, ``2h``, ``41d`` and count back from the scenario's start, but for
``at``, which counts from it.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, UnsetType

from drconsole.lab.hyperv.act_faults import ActKind
from drconsole.lab.hyperv.transitions import Operation
from drconsole.lab.powershell.stubborn import Habit
from drconsole.lab.wire_faults import WireFault

Guid = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Duration = Annotated[str, msgspec.Meta(pattern=r"^\d+(\.\d+)?[smhd]$")]
Sync = Annotated[str, msgspec.Meta(pattern=r"^(\d+(\.\d+)?[smhd]|never)$")]
Shutdown = Sync
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class ScenarioError(Exception):
    """A scenario, or a change asked of one, is wrong; the text says where."""


class _Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of all parts of a scenario."""


class Site(_Form, frozen=True):
    """A site; networks not named here are production."""

    test_networks: list[str] = []


class ReplicaServer(_Form, frozen=True, kw_only=True):
    """A server that others replicate to: a host alone, or a cluster.

    ``accepts_replication``: it does at all. ``accepts_from``: full names of the servers that may replicate to
    it, ``*.domain``, or ``*``.
    """

    accepts_replication: bool = True
    accepts_from: tuple[str, ...] = ("*",)
    accepts_authentication: Literal["Kerberos", "Certificate", "CertificateAndKerberos"] = (
        "CertificateAndKerberos"
    )


class HostForm(ReplicaServer, frozen=True):
    """A host. ``ahead`` and ``behind`` are what its clock is wrong by.

    ``rights``: the account sees Hyper-V; ``quiet``: where it does not, nothing tells it so;
    ``cluster_rights``: it sees the cluster. ``powershell``: how that of the host behaves.
    ``vm_versions``: those of machines that it can run.
    """

    fqdn: str
    switches: list[str] = []
    rights: bool = True
    quiet: bool = False
    cluster_rights: bool = True
    vm_versions: tuple[str, ...] = ("8.0", "9.0", "10.0")
    powershell: Habit = Habit.FULL
    ahead: Duration = "0s"
    behind: Duration = "0s"


class ClusterForm(ReplicaServer, frozen=True):
    """A cluster of hosts; ``broker`` is the full name of its Replica Broker, on its first node at first."""

    fqdn: str
    nodes: Annotated[list[str], msgspec.Meta(min_length=1)]
    broker: str | None = None
    broker_state: str = "Online"


class EndpointForm(_Form, frozen=True):
    """An address at which a host answers, or one for each node of a cluster (NAME/NODE).

    ``fault`` is what is wrong with it from the start. ``transport`` is the one way to log in that it takes;
    without ``tls`` every message must be sealed.
    """

    name: str
    site: str
    host: str | None = None
    cluster: str | None = None
    fault: WireFault | None = None
    transport: Literal["basic", "ntlm"] = "basic"
    tls: bool = True


class Relationship(_Form, frozen=True):
    """One side of a replication relationship; what is not given is as before, or the default."""

    mode: str | UnsetType = UNSET
    state: str | UnsetType = UNSET
    health: str | UnsetType = UNSET
    frequency: Duration | UnsetType = UNSET
    synced: Sync | UnsetType = UNSET
    stalled: bool | UnsetType = UNSET
    history: int | UnsetType = UNSET
    primary: str | UnsetType = UNSET
    replica: str | UnsetType = UNSET


class Copy(Relationship, frozen=True):
    """One copy of a workload on one host; also what a timeline or a test may change of it.

    In ``notes``, ``{ago 3h}`` is the time that long ago. ``networks`` are switches, one adapter each.
    ``points`` is how many hourly recovery points there are. ``own_mode`` and ``own_state`` are what Get-VM
    says against Get-VMReplication. ``auto_start`` is a name of StartAction. ``extended`` is a second
    relationship, to a third site. ``test_switches`` are the adapters' switches of a test failover,
    ``shutdown`` is how long the guest takes to shut down. ``version`` is that of its configuration.
    ``disks`` are names, ``excluded`` those that are not replicated.
    """

    name: str | UnsetType = UNSET
    power: str | UnsetType = UNSET
    up: Duration | UnsetType = UNSET
    notes: str | UnsetType = UNSET
    networks: list[str] | UnsetType = UNSET
    points: int | UnsetType = UNSET
    own_mode: str | UnsetType = UNSET
    own_state: str | UnsetType = UNSET
    test: Guid | UnsetType | None = UNSET
    auto_start: str | UnsetType = UNSET
    test_switches: list[str] | UnsetType = UNSET
    shutdown: Shutdown | UnsetType = UNSET
    created: Duration | UnsetType = UNSET
    version: str | UnsetType = UNSET
    disks: tuple[str, ...] | UnsetType = UNSET
    excluded: tuple[str, ...] | UnsetType = UNSET
    extended: Relationship | UnsetType = UNSET


class WorkloadForm(_Form, frozen=True):
    """What the business calls one VM: its copies by host, and what both ends of its replication share.

    ``made_from`` is the workload of a test copy whose replica does not name it any more: the lab's watch has
    to know whose copy it is.
    """

    name: str
    id: Guid
    copies: dict[str, Copy]
    replication: Relationship = Relationship()
    made_from: Guid | None = None


class Happening(_Form, frozen=True):
    """Something that happens, by which fields are given.

    endpoint, fault: an endpoint, or one of a cluster's addresses (NAME/NODE), gets or loses a fault.
    host, vm, set: the copy on a host, or on any node of its cluster, changes.
    host, vm, arrives: a live migration begins; both nodes list the copy.
    host, rights: the account may no longer see Hyper-V there, or may again.
    host, vm, moves: a node owns the copy from now on.
    host, vm, do: somebody asks for an operation there, which the platform must not refuse.
    host, vm, removed: somebody deletes the copy.
    site, state: a whole site is Down: it neither answers nor replicates; or Up again.
    node, state: a node goes down (its machines start elsewhere), or comes back; so does a host alone.
    cluster, state: the resource of its broker fails, or comes back.
    host, powershell: the PowerShell of a host behaves otherwise from now on.
    endpoint, shells: so many shells of one account are allowed there from now on.
    """

    endpoint: str | UnsetType = UNSET
    fault: WireFault | UnsetType | None = UNSET
    host: str | UnsetType = UNSET
    vm: Guid | UnsetType = UNSET
    set: Copy | UnsetType = UNSET
    rights: bool | UnsetType = UNSET
    do: Operation | UnsetType = UNSET
    removed: Literal[True] | UnsetType = UNSET
    site: str | UnsetType = UNSET
    arrives: str | UnsetType = UNSET
    moves: str | UnsetType = UNSET
    node: str | UnsetType = UNSET
    cluster: str | UnsetType = UNSET
    state: str | UnsetType = UNSET
    powershell: Habit | UnsetType = UNSET
    shells: Annotated[int, msgspec.Meta(ge=0)] | UnsetType = UNSET


class Moment(Happening, frozen=True, kw_only=True):
    """Something that happens ``at`` a time."""

    at: Duration


class ActFaultForm(_Form, frozen=True):
    """How an act will go wrong (``act_faults.ActFault``); ``vm`` and ``host`` not given: any.

    ``id``, ``category`` and ``text`` are the error's, for ``fault: fails``.
    """

    cmdlet: str
    fault: ActKind
    vm: Guid | None = None
    host: str | None = None
    occurrence: Annotated[int, msgspec.Meta(ge=1)] = 1
    seconds: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    effect: bool = False
    id: str = "OperationFailed"
    category: str = "NotSpecified"
    text: str = "The operation failed."


class CopyTruth(_Form, frozen=True):
    """What one copy is, by the rules: its role and the codes of its alarms.

    ``host`` is where it is: a host, or a cluster. Not ``fresh``: what is known of it is of another time.
    """

    vm: Guid
    host: str
    role: str
    alarms: list[str] = []
    fresh: bool = True


class EndpointTruth(_Form, frozen=True):
    """How an endpoint must be shown; ``error`` is the stable code of what it did."""

    state: Literal["ok", "partial", "silent", "never"]
    error: str = ""
    alarms: list[str] = []


class Said(_Form, frozen=True):
    """What one console must say. ``workloads`` are alarms of the workload as a whole, by VM id."""

    endpoints: dict[str, EndpointTruth]
    copies: list[CopyTruth]
    workloads: dict[Guid, list[str]] = {}


class Truth(_Form, frozen=True):
    """What consoles must say, written by hand from the rules.

    ``before``: one that was opened at the start. The others speak after the whole timeline; ``running``: the
    one that was opened at the start, ``restarted``: its state folder in a new process, ``fresh``: one that
    knows nothing. What is not given is as the part that ``parts`` says.
    """

    fresh: Said
    before: Said | None = None
    running: Said | None = None
    restarted: Said | None = None

    def parts(self) -> dict[str, Said]:
        """All four, each with what it says: before and running as fresh, restarted as running."""
        running = self.running or self.fresh
        return {
            "before": self.before or self.fresh,
            "running": running,
            "restarted": self.restarted or running,
            "fresh": self.fresh,
        }


class Scenario(_Form, frozen=True, kw_only=True):
    """A whole scenario.

    ``two_alive`` are the workloads that run twice on networks where people work, as its text says. ``chaos``
    is the chance that an act goes wrong, beside those of ``act_faults``.
    """

    about: str
    sites: dict[str, Site]
    pairs: list[tuple[str, str]]
    hosts: dict[str, HostForm]
    clusters: dict[str, ClusterForm] = {}
    endpoints: list[EndpointForm]
    workloads: list[WorkloadForm]
    truth: Truth
    timeline: list[Moment] = []
    two_alive: list[Guid] = []
    act_faults: list[ActFaultForm] = []
    chaos: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0


def duration(text: str) -> timedelta:
    """A duration of a scenario: ``90s``, ``5m``, ``2h``, ``41d``."""
    found = re.fullmatch(r"([\d.]+)([smhd])", text)
    if found is None:
        raise ScenarioError(f"{text!r} is no duration")
    return timedelta(seconds=float(found[1]) * SECONDS[found[2]])
