"""A full vSphere read beside the bare transfer of its reply, at an endpoint of another maker.

``python -m tests.bench.vsphere`` measures it alone.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from drconsole.domain.endpoint import Endpoint, EndpointKind
from drconsole.platforms.base import Access, Tier
from drconsole.platforms.vsphere import VSphere
from drconsole.platforms.vsphere.reply import Page, PropertyReply
from tests.bench.figures import Report
from tests.peers import build
from tests.peers.certificates import Authority
from tests.peers.peer import PASSWORD, USER, Peer

SIZES = (1_000, 10_000)
ROUNDS = 7
LIMIT = 1.25


class Unread(PropertyReply):
    """Looks for the token of the next page and understands nothing else: what is left is the transfer."""

    def __init__(self) -> None:
        super().__init__()
        self._begun = False

    def feed(self, piece: bytes) -> None:
        """Read the first piece, which has the token."""
        if not self._begun:
            super().feed(piece)
            self._begun = True

    def finish(self) -> Page:
        """Nothing was found."""
        return Page([], self.token)


@contextmanager
def vcenter(machines: int) -> Iterator[Peer]:
    """A simulator with so many machines."""
    with tempfile.TemporaryDirectory() as folder:
        authority = Authority(Path(folder))
        shown = authority.issue("127.0.0.1")
        model = ("-clusters", "4", "-hosts", "0", "-running=false", "-machines", str(machines))
        with Peer(build.simulator(), shown, authority.ca_file, *model) as peer:
            yield peer


@contextmanager
def session(peer: Peer) -> Iterator[Callable[[], int]]:
    """A light read of it that tells how many machines it saw; its login lasts."""
    endpoint = Endpoint("bench", "bench", EndpointKind.VSPHERE, peer.host, budget_s=600)
    platform = VSphere(endpoint, Access(peer.host, peer.port, USER, lambda: PASSWORD, peer.ca_file))
    yield lambda: len(platform.read(Tier.LIGHT).sightings)
    platform.close()


def timed(work: Callable[[], object]) -> float:
    """How long it takes once, in seconds."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def measure(report: Report, sizes: Sequence[int] = SIZES) -> None:
    """Read and transfer in turn, so that a noisy moment meets both; a machine without Go measures nothing."""
    for machines in sizes:
        try:
            with vcenter(machines) as peer, session(peer) as read, session(peer) as transfer:
                assert read() == machines
                rounds = [_round(read, transfer) for _ in range(ROUNDS + 1)][1:]
        except build.NoGo as error:
            print(f"-      vSphere read beside its transfer            not measured: {error}")
            return
        reads, transfers, busy = zip(*rounds, strict=True)
        ratio = statistics.median(one / other for one, other, _ in rounds)
        detail = (
            f"{statistics.median(reads):.3f} s, transfer {statistics.median(transfers):.3f} s; "
            f"{statistics.median(busy):.3f} s of processor"
        )
        report.ratio(f"vSphere read of {machines} by its transfer", ratio, LIMIT, detail)


def _round(read: Callable[[], int], transfer: Callable[[], int]) -> tuple[float, float, float]:
    """One read and one bare transfer: seconds of each, and the read's seconds of processor."""
    busy = time.process_time()
    whole = timed(read)
    busy = time.process_time() - busy
    # A session of its own, which has never seen a machine: it misses none.
    with patch("drconsole.platforms.vsphere.soap.PropertyReply", Unread):
        return whole, timed(transfer), busy


if __name__ == "__main__":
    alone = Report(slack=1.0)
    measure(alone)
    sys.exit(1 if alone.failed else 0)
