"""What one read of one endpoint gave: facts, the endpoint's own clock, and what could not be seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from drconsole.domain.place import Place


class Power(StrEnum):
    """Power states as they are shown; anything between two states is ``other``."""

    ON = "on"
    OFF = "off"
    SAVED = "saved"
    PAUSED = "paused"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Relation:
    """One Hyper-V replication relationship, in the platform's own words (facts/hyperv, sections 1 and 2).

    Unknown enum names pass as what they are. Times are the host's own, UTC.
    """

    mode: str
    state: str
    health: str
    relationship: str = "Simple"
    primary: str = ""
    replica: str = ""
    receiver: str = ""
    last_sync: datetime | None = None
    frequency_s: int | None = None
    test_vm: str | None = None


@dataclass(frozen=True, slots=True)
class HbrSource:
    """vSphere host-based replication as the source VM's own configuration tells it."""

    gid: str
    destination: str
    paused: bool | None = None
    rpo_s: int | None = None
    found_by: str = "repConfig"


@dataclass(frozen=True, slots=True)
class ReplicaFiles:
    """A replica directory on a datastore.

    ``has_config``: the hbrcfg files of a whole replica are there, not disks alone. ``torn``: files of one
    generation are missing. ``syncing``: a transfer is under way. ``points``: recovery points in it.
    """

    gid: str
    has_config: bool = True
    torn: bool = False
    syncing: bool = False
    points: int = 1


@dataclass(frozen=True, slots=True)
class ApplianceRow:
    """One replication as a replication appliance tells it (facts/vsphere, section 1.4).

    ``vm`` is the moRef of the source VM. ``recovered``: recovery_state or status say that it was recovered.
    """

    gid: str
    status: str
    vm: str = ""
    recovered: bool = False
    test_image: bool = False
    last_sync: datetime | None = None
    rpo_s: int | None = None
    rpo_violation: bool = False


@dataclass(frozen=True, slots=True)
class ManagedBy:
    """The extension that owns a vSphere VM, and the role it gave to it."""

    extension: str
    type: str


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one endpoint says about one copy.

    ``handle`` addresses it in calls on that endpoint (VMId or moRef). ``name`` is raw platform text.
    ``own_mode`` and ``own_state`` are what Get-VM itself says; ``relations`` (Get-VMReplication) win.
    ``node`` is the cluster node that told it. ``created`` is known of test VMs. ``auto_start`` is Hyper-V's
    automatic start action. ``replica_dir`` is the replication group whose directory holds a registered VM.
    ``unread`` names properties that the endpoint did not give.
    """

    place: Place
    handle: str
    name: str
    power: Power
    uuid: str = ""
    template: bool = False
    managed_by: ManagedBy | None = None
    notes: str = ""
    networks: tuple[str, ...] = ()
    datastores: tuple[str, ...] = ()
    uptime_s: int | None = None
    own_mode: str = ""
    own_state: str = ""
    relations: tuple[Relation, ...] = ()
    hbr: HbrSource | None = None
    files: ReplicaFiles | None = None
    appliance: ApplianceRow | None = None
    replica_dir: str = ""
    node: str = ""
    created: datetime | None = None
    auto_start: str = ""
    unread: tuple[str, ...] = ()

    @property
    def platform(self) -> str:
        """``hyperv`` or ``vsphere``."""
        return self.place.platform


@dataclass(frozen=True, slots=True)
class Broker:
    """A cluster's Replica Broker: the state of its resource, not of its group (facts/hyperv, section 5)."""

    name: str
    state: str
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """One node of a cluster: whether it answered in this reading, and why not."""

    name: str
    answers: bool
    error: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """All that one read of one endpoint gave.

    Args:
        endpoint: its name in the config.
        taken_at: when the answer was complete, on the console's wall clock (UTC).
        clock: the endpoint's own "now" in that answer (UTC); None when it does not tell.
        skew_s: the endpoint's clock minus the console's, seconds.
        names: host names by which partners may call this endpoint.
        complete: everything was read, with the rights to see everything; only then absence means absence.
        limits: what could not be seen, a sentence each.
        instance: identity of the management system itself (vCenter instance uuid).
        unlisted_nodes: nodes of its cluster that the config lacks.
        certificate_end: when the certificate that it showed ends; of several the first to end.
    """

    endpoint: str
    site: str
    taken_at: datetime
    clock: datetime | None
    complete: bool
    sightings: tuple[Sighting, ...]
    names: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    skew_s: float | None = None
    version: str = ""
    instance: str = ""
    user: str = ""
    transport: str = ""
    duration_s: float = 0.0
    broker: Broker | None = None
    nodes: tuple[Node, ...] = ()
    unlisted_nodes: tuple[str, ...] = ()
    certificate_end: datetime | None = None

    @property
    def now(self) -> datetime:
        """The endpoint's own time of this reading, or the console's where it tells none."""
        return self.clock or self.taken_at
