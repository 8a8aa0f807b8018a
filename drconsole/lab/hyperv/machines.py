"""What the simulated hosts hold: machines, their adapters, recovery points and replication relationships.

Times are the lab's own (UTC); each host tells them by its own clock. States are PowerShell's names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from drconsole.lab.hyperv.content import Content

NOTHING = Content()
FAILED_OVER = ("FailedOver", "FailedOverWaitingCompletion")
UNDONE = {"Stopping": "Running", "Starting": "Off"}
"""The power of a machine whose act does not come to its end."""


@dataclass(slots=True)
class Adapter:
    """One network adapter; ``switch`` is None while it is disconnected.

    ``vlan`` is the one of its access mode; None: untagged. ``after_failover`` are the properties of
    VMNetworkAdapterFailoverSetting that are set. ``addresses`` are the guest's where a scenario names them.
    """

    id: str
    switch: str | None = None
    name: str = "Network Adapter"
    mac: str = "00155D000000"
    addresses: tuple[str, ...] = ()
    test_switch: str = ""
    vlan: int | None = None
    after_failover: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Point:
    """A recovery point of a replica, or the checkpoint of a failover; ``kind`` is a name of SnapshotType."""

    id: str
    kind: str
    at: datetime
    content: Content = NOTHING


@dataclass(slots=True)
class Leg:
    """One side's view of one replication relationship: the two sides may disagree.

    ``health`` None: as the state and the last sync imply. ``stalled``: it says Replicating, but nothing
    arrives. ``last_sync`` None: never. ``before`` is the state before one that only shows what is at work.
    """

    mode: str
    state: str
    primary: str
    replica: str
    receiver: str
    frequency_s: int = 300
    last_sync: datetime | None = None
    health: str | None = None
    kind: str = "Simple"
    stalled: bool = False
    authentication: str = "Kerberos"
    thumbprint: str = ""
    port: int = 80
    history: int = 0
    initial_start: datetime | None = None
    resync_start: datetime | None = None
    before: str | None = None


@dataclass(slots=True)
class Machine:
    """One virtual machine on one host.

    ``own_mode`` and ``own_state`` are what Get-VM says where that differs from the relationship;
    ``test`` is the id of the test copy made from this replica. ``auto_start`` is a name of StartAction.
    ``workload`` is the id of the machine that a test copy was made from. ``clustered`` False: it has no role
    although its host is a node. ``shutdown_s`` is how long its guest takes to shut down; None: it never does.
    ``busy`` is the cmdlet that is at work on it. ``content`` is what was written until it began to write
    again; ``before`` what a failover can be taken back to, ``applied`` the point that it was failed over to;
    ``planned`` that its original had been prepared then. ``version`` is that of its configuration.
    ``excluded`` are those of its disks that are not replicated while it is a primary.
    """

    host: str
    id: str
    name: str
    power: str = "Off"
    since: datetime | None = None
    notes: str = ""
    generation: int = 2
    created: datetime | None = None
    memory_mb: int = 4096
    processors: int = 2
    adapters: list[Adapter] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)
    legs: list[Leg] = field(default_factory=list)
    own_mode: str | None = None
    own_state: str | None = None
    test: str | None = None
    auto_start: str = "StartIfRunning"
    workload: str | None = None
    clustered: bool = True
    shutdown_s: float | None = 20.0
    busy: str | None = None
    disks: tuple[str, ...] = ("disk",)
    excluded: tuple[str, ...] = ()
    content: Content = NOTHING
    writer: str = ""
    writing_since: datetime | None = None
    before: Content | None = None
    applied: Point | None = None
    planned: bool = False
    version: str = "10.0"

    def forget_work(self) -> None:
        """Be as before the act that is at work, which will not come to its end here."""
        self.busy, self.power = None, UNDONE.get(self.power, self.power)
        for leg in self.legs:
            leg.state, leg.before = leg.before or leg.state, None

    @property
    def ref(self) -> str:
        """Its handle on the seam."""
        return f"vm/{self.host}/{self.id}"

    @property
    def simple(self) -> Leg | None:
        """The relationship that Get-VM speaks of: the simple one, else the only one."""
        return next((leg for leg in self.legs if leg.kind == "Simple"), self.legs[0] if self.legs else None)

    @property
    def mode(self) -> str:
        """What Get-VM says: a name of VMReplicationMode."""
        return self.own_mode or (self.simple.mode if self.simple else "None")

    @property
    def state(self) -> str:
        """What Get-VM says: a name of VMReplicationState."""
        return self.own_state or (self.simple.state if self.simple else "Disabled")


@dataclass(slots=True)
class Broker:
    """A cluster's Replica Broker. Its group may be online while its resource, ``state``, is not."""

    name: str
    fqdn: str
    owner: str
    state: str = "Online"
    group_state: str = "Online"


@dataclass(frozen=True, slots=True)
class Accepting:
    """Whether and from whom a replica server takes replication.

    ``allowed`` are full names of servers, ``*.domain``, or ``*``; ``authentication`` is a name of
    RecoveryAuthenticationType.
    """

    enabled: bool = True
    allowed: tuple[str, ...] = ("*",)
    authentication: str = "CertificateAndKerberos"


@dataclass(slots=True)
class Cluster:
    """A failover cluster: its nodes are hosts of the world, and every machine on them is clustered.

    ``owner`` is the node that owns the core group. Test copies have no cluster role of their own.
    ``abandoned`` are the roles of machines that were removed without them, name and owner by machine id.
    ``accepting`` is what its broker keeps for all nodes.
    """

    name: str
    fqdn: str
    nodes: tuple[str, ...]
    owner: str
    broker: Broker | None = None
    abandoned: dict[str, tuple[str, str]] = field(default_factory=dict)
    accepting: Accepting = Accepting()


@dataclass(slots=True)
class Host:
    """One stand-alone host, or one node of a cluster.

    ``rights`` False: the account may log in but not see Hyper-V; ``quiet``: and no cmdlet tells it so.
    ``cluster_rights`` False: it may not see the cluster.
    ``state`` is a name of ClusterNodeState; a host that is Down answers nobody. ``accepting`` is who may
    replicate to it while it is alone, ``versions`` which machines it can run. ``test_networks`` are its
    switches that are no production. ``files`` are disks that belong to no machine any more. ``dead``: it is
    Down because it lost its power, and not because its line was cut; ``deaths`` counts how often it was.
    """

    name: str
    fqdn: str
    switches: tuple[str, ...] = ()
    rights: bool = True
    quiet: bool = False
    skew: timedelta = timedelta()
    machines: dict[str, Machine] = field(default_factory=dict)
    cluster: Cluster | None = None
    cluster_rights: bool = True
    state: str = "Up"
    accepting: Accepting = Accepting()
    versions: tuple[str, ...] = ("8.0", "9.0", "10.0")
    test_networks: tuple[str, ...] = ()
    files: set[str] = field(default_factory=set)
    dead: bool = False
    deaths: int = 0

    @property
    def place(self) -> str:
        """Where its machines are: the cluster, or the host alone."""
        return self.cluster.name if self.cluster else self.name

    @property
    def domain(self) -> str:
        """The domain in its full name."""
        return self.fqdn.partition(".")[2]

    def clusters(self, machine: Machine) -> bool:
        """Whether a machine has a cluster role here."""
        return self.cluster is not None and machine.clustered and machine.mode != "TestReplica"
