"""Pictures of many workloads."""

from __future__ import annotations

from datetime import datetime

from drconsole.domain.snapshot import Snapshot
from tests.tui.pictures import NOW, picture, protected

NAMES = ("web", "erp", "files", "sql", "mail", "build", "print", "crm")
EVERY = 20


def pictures(count: int, now: datetime) -> list[Snapshot]:
    """Two pictures that differ in five of a hundred workloads."""
    shift_s = int((now - NOW).total_seconds())
    made = []
    for serial, late_s in ((1, 120), (2, 480)):
        sightings = [
            vm
            for i in range(count)
            for vm in protected(
                f"{NAMES[i % len(NAMES)]}-{i:05d}", i, late_s=(120 if i % EVERY else late_s) - shift_s
            )
        ]
        made.append(picture(sightings, serial=serial, now=now))
    return made
