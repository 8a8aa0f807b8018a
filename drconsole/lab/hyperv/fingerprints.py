"""The content of every disk of the lab, for tests that compare copies, or the whole lab with itself."""

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

    Rows are ``{"host", "vm", "name", "workload", "disk", "point", "fingerprint", "last", "writers"}``:
    ``point`` is the recovery point's id or null, ``last`` the name of the block written last, ``writers`` are
    those who ever wrote to it (host/vm@start), in the order of their first block. Equal fingerprints are
    equal contents of disks of one name.
    """
    settle(hosts, now)
    return list(_rows(hosts, now))


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
    return {"fingerprint": content.fingerprint(disk), "last": content.last, "writers": content.writers}
