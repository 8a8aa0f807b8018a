"""What the disks of machines hold: who wrote how many blocks, in their order, told as fingerprints.

A machine that runs writes one block every ``WRITES_EVERY`` on the lab's clock, and one more when its guest
shuts down in order. So any two copies can be compared, and what was written last is known by name.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drconsole.lab.hyperv.machines import Machine

WRITES_EVERY = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Content:
    """All that was written, run by run: each run is one writer and its number of blocks.

    ``addresses`` are those set in the guest, of IPv4 and of IPv6, adapter by adapter; empty: it asks the
    network.
    """

    runs: tuple[tuple[str, int], ...] = ()
    addresses: tuple[tuple[str, str], ...] = ()

    def plus(self, writer: str, blocks: int) -> Content:
        """This, and what a writer wrote after it."""
        if not blocks:
            return self
        if self.runs and self.runs[-1][0] == writer:
            return replace(self, runs=(*self.runs[:-1], (writer, self.runs[-1][1] + blocks)))
        return replace(self, runs=(*self.runs, (writer, blocks)))

    def fingerprint(self, disk: str) -> str:
        """What a disk's blocks add up to; ``disk`` tells the disks of one machine apart."""
        return hashlib.sha256(repr((disk, self.runs)).encode()).hexdigest()

    @property
    def last(self) -> str:
        """The name of the block that was written last; empty where nothing was."""
        return "#".join(map(str, self.runs[-1])) if self.runs else ""

    @property
    def writers(self) -> list[str]:
        """Who wrote to it, each once, in the order of their first block."""
        return list(dict.fromkeys(writer for writer, _ in self.runs))


def content_at(machine: Machine, when: datetime) -> Content:
    """What a machine's disks hold, or held since it was last started or stopped."""
    if machine.writing_since is None:
        return machine.content
    return machine.content.plus(machine.writer, max((when - machine.writing_since) // WRITES_EVERY, 0))


def start_writing(machine: Machine, since: datetime) -> None:
    """Let a machine write from now on; one that writes already goes on as it was."""
    if machine.writing_since is None:
        machine.writing_since = since
        machine.writer = f"{machine.host}/{machine.id}@{since:%Y-%m-%dT%H:%M:%S.%f}"


def stop_writing(machine: Machine, now: datetime, *, in_order: bool = False) -> None:
    """Let a machine write no more; a guest that ends ``in_order`` writes out what it still holds."""
    if machine.writing_since is not None:
        machine.content = content_at(machine, now).plus(machine.writer, int(in_order))
        machine.writing_since = None
