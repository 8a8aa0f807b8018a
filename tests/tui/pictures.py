"""Pictures for the screens' tests: readings written by hand, judged by the real verdict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from drconsole.domain.assemble import assemble
from drconsole.domain.endpoint import Endpoint, EndpointKind, Estate, Pair, Site
from drconsole.domain.place import Place
from drconsole.domain.reading import HbrSource, Power, Reading, Relation, Sighting
from drconsole.domain.snapshot import EndpointState, EndpointStatus, Snapshot

NOW = datetime(2026, 3, 2, 12, 0, 0, tzinfo=UTC)
NEW_YORK, NEW_JERSEY = "New York", "New Jersey"
HOSTS = {NEW_YORK: "gold-n1", NEW_JERSEY: "goldr2-n1"}
KINDS = {"hv": EndpointKind.HYPERV_HOST, "vc": EndpointKind.VSPHERE}


def relation(mode: str, state: str = "Replicating", *, health: str = "Normal", late_s: int = 120) -> Relation:
    """A Hyper-V relation between the two hosts, New York being the primary."""
    return Relation(
        mode=mode,
        state=state,
        health=health,
        primary=HOSTS[NEW_YORK],
        replica=HOSTS[NEW_JERSEY],
        last_sync=NOW - timedelta(seconds=late_s),
        frequency_s=300,
    )


def sighting(
    name: str,
    number: int,
    site: str,
    *relations: Relation,
    power: Power = Power.OFF,
    networks: tuple[str, ...] = ("prod-10",),
    uptime_s: int | None = None,
) -> Sighting:
    """One Hyper-V VM as its host sees it; equal numbers are one workload."""
    ident = f"{number:08x}-0000-4000-8000-000000000000"
    return Sighting(
        place=Place("hyperv", site, HOSTS[site], ident),
        handle=ident,
        name=name,
        power=power,
        networks=networks,
        uptime_s=uptime_s,
        relations=relations,
    )


def protected(name: str, number: int, *, late_s: int = 120, state: str = "Replicating") -> list[Sighting]:
    """A VM that runs in New York and is replicated to New Jersey."""
    ends = [relation(mode, state, late_s=late_s) for mode in ("Primary", "Replica")]
    return [
        sighting(name, number, NEW_YORK, ends[0], power=Power.ON, uptime_s=41 * 86400),
        sighting(name, number, NEW_JERSEY, ends[1]),
    ]


def split_brain(name: str, number: int) -> list[Sighting]:
    """Failed over while the original runs on."""
    return [
        sighting(name, number, NEW_YORK, relation("Primary"), power=Power.ON),
        sighting(name, number, NEW_JERSEY, relation("Replica", "FailedOver"), power=Power.ON),
    ]


def failed_over(name: str, number: int) -> list[Sighting]:
    """Failed over to New Jersey, the original is off."""
    return [
        sighting(name, number, NEW_YORK, relation("Primary")),
        sighting(name, number, NEW_JERSEY, relation("Replica", "FailedOver"), power=Power.ON),
    ]


def vsphere(name: str, number: int, site: str, *, replicated: bool = True) -> Sighting:
    """A VM of a vCenter, replicated or not."""
    hbr = HbrSource(f"GID-{number:08x}", "10.2.0.9", False, 900) if replicated else None
    place = Place("vsphere", site, f"ds-{number}", f"[ds-{number}] vm/{number}.vmx")
    return Sighting(place, f"vm-{number}", name, Power.ON, uuid=f"{number:032x}", hbr=hbr)


STEADY = [
    *split_brain("erp-db", 1),
    *protected("files-02", 2, late_s=38 * 60),
    *failed_over("crm-app", 3),
    *protected("web-01", 4, late_s=240),
    *protected("web-02", 5, late_s=200),
    *protected("sql-archive", 6, state="Suspended", late_s=800),
    sighting("jumphost", 7, NEW_YORK, power=Power.ON),
    vsphere("printsrv", 8, NEW_YORK),
]


def estate(endpoints: Iterable[Endpoint] | None = None, pairs: tuple[Pair, ...] | None = None) -> Estate:
    """Two sites, a Hyper-V host in each and a vCenter in New York."""
    known = endpoints or (
        Endpoint("gold-n1", NEW_YORK, KINDS["hv"], "10.1.0.11"),
        Endpoint("vc-ny", NEW_YORK, KINDS["vc"], "10.1.0.20"),
        Endpoint("goldr2-n1", NEW_JERSEY, KINDS["hv"], "10.2.0.11"),
    )
    wanted = pairs if pairs is not None else (Pair(NEW_YORK, NEW_JERSEY),)
    sites = dict.fromkeys([e.site for e in known] + [s for p in wanted for s in (p.left, p.right)])
    return Estate("LAB steady", tuple(map(Site, sites)), wanted, tuple(known))


def picture(
    sightings: Iterable[Sighting] = STEADY,
    *,
    silent: frozenset[str] = frozenset(),
    read_ago_s: int = 3,
    where: Estate | None = None,
    serial: int = 1,
    now: datetime = NOW,
) -> Snapshot:
    """The picture that these sightings make; silent endpoints were read nine hours ago."""
    where = where or estate()
    found = list(sightings)
    readings, statuses = {}, []
    for endpoint in where.endpoints:
        quiet = endpoint.name in silent
        taken = now - timedelta(hours=9) if quiet else now - timedelta(seconds=read_ago_s)
        mine = [s for s in found if s.place.site == endpoint.site and s.platform == endpoint.kind.platform]
        readings[endpoint.name] = Reading(
            endpoint.name, endpoint.site, taken, taken, True, tuple(mine), names=(endpoint.name,)
        )
        status = EndpointStatus(
            endpoint.name,
            endpoint.site,
            endpoint.kind.value,
            endpoint.address,
            EndpointState.OK,
            last_read=taken,
            version="10.0.20348",
            user="lab\\operator",
        )
        if quiet:
            status = replace(
                status,
                state=EndpointState.SILENT,
                silent_since=now - timedelta(minutes=4),
                error="no complete answer within 20 s",
                error_code="timed-out",
                next_try=now + timedelta(seconds=40),
            )
        statuses.append(status)
    return assemble(where, statuses, readings, now, serial)


class Fixed:
    """A source that shows what it is given and remembers what it was asked."""

    def __init__(self, snapshot: Snapshot | None = None) -> None:
        self.snapshot = snapshot
        self.asked: list[str | None] = []
        self.calls: list[str] = []
        self.looked: list[str] = []

    def newest(self) -> Snapshot | None:
        """What was given last."""
        return self.snapshot

    def read_now(self, endpoint: str | None) -> None:
        """Remember who was asked."""
        self.asked.append(endpoint)

    def look(self, key: str) -> None:
        """Remember what somebody looks at."""
        self.looked.append(key)

    def start(self) -> None:
        """Remember that it was started."""
        self.calls.append("start")

    def stop(self) -> None:
        """Remember that it was stopped."""
        self.calls.append("stop")
