"""What looking closely at one VM gives: its recovery points and adapters, and its replication statistics."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from drconsole.domain.reading import Relation


class Consistency(StrEnum):
    """What a recovery point holds: disks as after a power cut, or as applications left them, or all sent."""

    CRASH = "crash"
    APPLICATION = "application"
    SYNCED = "synced"


@dataclass(frozen=True, slots=True)
class Point:
    """One recovery point; ``at`` is the host's own time of it, UTC."""

    id: str
    at: datetime
    consistency: Consistency
    name: str = ""


@dataclass(frozen=True, slots=True)
class FailoverAddress:
    """The IP settings that an adapter gets after a failover; empty texts are not set.

    What begins with ``v6`` is of IPv6; ``v6_length`` is that of the network, 0 where none is set.
    """

    address: str
    mask: str = ""
    gateway: str = ""
    dns: tuple[str, ...] = ()
    v6: str = ""
    v6_length: int = 0
    v6_gateway: str = ""
    v6_dns: tuple[str, ...] = ()

    @property
    def addresses(self) -> tuple[str, ...]:
        """Its address of either family, as far as there is one."""
        return tuple(one for one in (self.address, self.v6) if one)


@dataclass(frozen=True, slots=True)
class Adapter:
    """One network adapter.

    ``network`` is empty while it is not connected; ``test_network`` where its test copy connects by itself.
    ``vlan`` None: untagged, or in another ``vlan_mode`` than access (Trunk, Private), which is named then.
    ``unread`` names what is not known: network, vlan, failover.
    """

    id: str
    name: str
    network: str
    mac: str = ""
    addresses: tuple[str, ...] = ()
    vlan: int | None = None
    test_network: str = ""
    failover: FailoverAddress | None = None
    unread: tuple[str, ...] = ()
    vlan_mode: str = ""


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who may replicate to a host, or to a cluster by its broker.

    ``allowed`` are full names of servers, or ``*.domain``; ``authentication`` is a name of
    RecoveryAuthenticationType, or ``CertificateAndKerberos``.
    """

    enabled: bool
    authentication: str = ""
    anyone: bool = False
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Deep:
    """One VM, read deep on the node that has it.

    ``taken_at`` is the console's time, ``clock`` the host's own in that answer. Points are the newest first.
    ``switches`` are the names of the host's networks, ``versions`` the VM versions that it supports,
    ``receiver`` what it takes from others; None where they were not told. ``version`` is the VM's own,
    ``authentication`` how its Simple relation proves who it is. ``unreplicated`` are the paths of disks of
    an original that are not sent to its replica; None where nobody tells which those are.
    """

    vm: str
    taken_at: datetime
    clock: datetime
    node: str = ""
    auto_start: str = ""
    points: tuple[Point, ...] = ()
    adapters: tuple[Adapter, ...] = ()
    relations: tuple[Relation, ...] = ()
    switches: tuple[str, ...] | None = None
    authentication: str = ""
    version: str = ""
    versions: tuple[str, ...] | None = None
    receiver: Receiver | None = None
    unreplicated: tuple[str, ...] | None = ()

    @property
    def test_vm(self) -> str | None:
        """The test copy that was made of it."""
        return next((r.test_vm for r in self.relations if r.test_vm), None)


@dataclass(frozen=True, slots=True)
class Statistics:
    """Replication statistics of one relationship since ``since``; sizes in bytes, spans in seconds.

    What is pending is known on the primary (facts/hyperv, section 2).
    """

    relationship: str
    since: datetime | None
    pending: int
    average: int
    maximum: int
    latency_s: int | None
    latency_max_s: int | None
    errors: int
    done: int
    missed: int
    failed_over_type: str
    last_test: datetime | None
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Measured:
    """The statistics of one VM, one for each relationship; ``taken_at`` is the console's time."""

    taken_at: datetime
    relations: tuple[Statistics, ...]


@dataclass(frozen=True, slots=True)
class Inspection:
    """What looking closely at one copy has given so far: the last answers, and why later tries gave none.

    Args:
        deep: the last deep read that was answered.
        failed: why the newest deep read was not; empty where it was.
        measured: the last statistics that came.
        unmeasured: why the newest question for them gave nothing; empty where it did.
        measuring: since when they are being asked for (console's time); None while nobody waits for them.
    """

    deep: Deep | None = None
    failed: str = ""
    measured: Measured | None = None
    unmeasured: str = ""
    measuring: datetime | None = None

    @property
    def told(self) -> tuple[object, ...]:
        """What it says, without the times at which it was said."""
        deep, measured = self.deep, self.measured
        facts = (deep.node, deep.auto_start, deep.points, deep.adapters, deep.relations) if deep else None
        missing = deep.unreplicated if deep else None
        counted = measured.relations if measured else None
        return facts, missing, self.failed, counted, self.unmeasured, self.measuring is None
