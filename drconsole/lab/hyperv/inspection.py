"""What tests may know of the lab beside its protocols: machines as they are, and what disks hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from drconsole.lab.hyperv.content import Content, content_at
from drconsole.lab.hyperv.machines import Host
from drconsole.lab.hyperv.objects import disk_path
from drconsole.lab.hyperv.replication import settle


def fingerprints(hosts: Mapping[str, Host], now: datetime) -> list[dict[str, Any]]:
    """One row for each disk and each recovery point's disk.

    Rows are ``{"host", "vm", "name", "workload", "disk", "point", "fingerprint", "last", "writers",
    "blocks"}``: ``point`` is the recovery point's id or null, ``last`` the name of the block written last,
    ``writers`` are those who ever wrote to it (host/vm@start), in the order of their first block, ``blocks``
    who wrote how many, in their order. Equal fingerprints are equal contents of disks of one name.
    """
    settle(hosts, now)
    return list(_rows(hosts, now))


def machines(hosts: Mapping[str, Host], now: datetime) -> list[dict[str, Any]]:
    """One row for each machine, as it is.

    Rows are ``{"host", "vm", "name", "workload", "power", "mode", "state", "notes", "networks", "busy",
    "clustered"}``: ``networks`` are the switches (null: disconnected), ``busy`` the cmdlet that is at work.
    """
    settle(hosts, now)
    return [
        {
            "host": host.name,
            "vm": machine.id,
            "name": machine.name,
            "workload": machine.workload or machine.id,
            "power": machine.power,
            "mode": machine.mode,
            "state": machine.state,
            "notes": machine.notes,
            "networks": [adapter.switch for adapter in machine.adapters],
            "busy": machine.busy,
            "clustered": host.clusters(machine),
        }
        for host in hosts.values()
        for machine in host.machines.values()
    ]


def _rows(hosts: Mapping[str, Host], now: datetime) -> Iterator[dict[str, Any]]:
    for host in hosts.values():
        for machine in host.machines.values():
            whose = {
                "host": host.name,
                "vm": machine.id,
                "name": machine.name,
                "workload": machine.workload or machine.id,
            }
            for disk in machine.disks:
                path = disk_path(machine, disk)
                yield {**whose, "disk": path, "point": None, **_told(content_at(machine, now), disk)}
                for point in machine.points:
                    yield {**whose, "disk": path, "point": point.id, **_told(point.content, disk)}


def _told(content: Content, disk: str) -> dict[str, Any]:
    return {
        "fingerprint": content.fingerprint(disk),
        "last": content.last,
        "writers": content.writers,
        "blocks": content.runs,
    }
