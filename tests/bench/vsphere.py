"""``python -m tests.bench.vsphere [MACHINES]``: a full vSphere read beside the bare transfer of its reply."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

from drconsole.domain.endpoint import Endpoint, EndpointKind
from drconsole.platforms.base import Access, Tier
from drconsole.platforms.vsphere import VSphere
from drconsole.platforms.vsphere.reply import Page
from tests.peers import build
from tests.peers.certificates import Authority
from tests.peers.peer import PASSWORD, USER, Peer

RUNS = 7
CLUSTERS = 4


class Unread:
    """Takes a reply and understands nothing: what is left is the transfer."""

    def feed(self, piece: bytes) -> None:
        """Forget it."""

    def finish(self) -> Page:
        """Nothing was found."""
        return Page([])


def timed(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """How long it takes once, in seconds of the clock."""
    begun = clock()
    work()
    return clock() - begun


def main(machines: int) -> None:
    """Measure and print; nothing fails, a simulator's speed is not a vCenter's."""
    with tempfile.TemporaryDirectory() as folder:
        authority = Authority(Path(folder))
        model = (
            "-clusters",
            str(CLUSTERS),
            "-hosts",
            "0",
            "-running=false",
            "-vms",
            str(machines // CLUSTERS),
        )
        pair = authority.issue("127.0.0.1")
        with Peer(build.simulator(), pair, authority.ca_file, *model) as peer:
            measure(peer, machines)


def measure(peer: Peer, machines: int) -> None:
    """One page for all, so that both sides ask for the same reply."""
    endpoint = Endpoint("bench", "bench", EndpointKind.VSPHERE, peer.host, budget_s=600)
    access = Access(peer.host, peer.port, USER, lambda: PASSWORD, peer.ca_file)
    platform = VSphere(endpoint, access)

    def read() -> None:
        platform.read(Tier.LIGHT)

    def transfer() -> None:
        with patch("drconsole.platforms.vsphere.soap.PropertyReply", Unread):
            platform.read(Tier.LIGHT)

    with patch("drconsole.platforms.vsphere.collect.PAGE", 1 << 20):
        read()
        # Interleaved, so that a noisy moment meets both.
        pairs = [(timed(read), timed(transfer)) for _ in range(RUNS)]
        busy = statistics.median(timed(read, time.process_time) for _ in range(RUNS))
    platform.close()
    wall, bare = (statistics.median(times) for times in zip(*pairs, strict=True))
    print(f"{machines} machines: read {wall:.3f} s ({busy:.3f} s of processor), transfer alone {bare:.3f} s")
    print(f"read by transfer: {statistics.median(one / other for one, other in pairs):.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
