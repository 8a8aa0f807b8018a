"""Reading Hyper-V hosts by the loop: requests per read, 64 hosts beside one, and stalls of the event loop."""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from drconsole.domain.endpoint import Endpoint, EndpointKind, Estate, Site
from drconsole.inventory import Inventory
from drconsole.platforms.base import Access, Tier
from drconsole.platforms.hyperv.platform import HyperV
from tests.bench.figures import Report

HOSTS = 64
MACHINES = 8
SIZES = (1, 100, 500, 2000)
LATENCY_S = 0.05
"""What a message costs at a host near by; without it, 64 hosts would measure this machine's processors."""

ROUNDS = 7
PER_REQUEST = 100_000
BEAT_S = 0.005


@dataclass(frozen=True)
class Canned:
    """A running server of canned hosts: a reader for each, and how large their answers are as JSON."""

    platforms: Sequence[HyperV]
    sizes: Sequence[int]
    ports: Sequence[int]
    ca_file: str

    def requests(self, index: int) -> int:
        """How many requests a host has answered."""
        return int(
            requests.get(f"https://127.0.0.1:{self.ports[index]}/", verify=self.ca_file, timeout=60).text
        )


@contextmanager
def canned(machines: Sequence[int], latency_s: float) -> Iterator[Canned]:
    """Serve hosts with so many VMs, in a process of their own."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", "tests.bench.loop_server"]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as server,
    ):
        assert server.stdin
        assert server.stdout
        told = {"folder": folder, "latency_s": latency_s, "machines": list(machines)}
        server.stdin.write(json.dumps(told) + "\n")
        server.stdin.flush()
        said = json.loads(server.stdout.readline())
        platforms = [_reader(index, port, Path(said["ca"])) for index, port in enumerate(said["ports"])]
        try:
            yield Canned(platforms, said["bytes"], said["ports"], said["ca"])
        finally:
            for platform in platforms:
                platform.close()


def _reader(index: int, port: int, ca_file: Path) -> HyperV:
    endpoint = Endpoint(f"hv{index}", "New York", EndpointKind.HYPERV_HOST, "127.0.0.1", budget_s=120)
    return HyperV(endpoint, Access("127.0.0.1", port, "bench", lambda: "bench", ca_file))


def read_once(platform: HyperV) -> None:
    """One light read, which must have gone through the loop."""
    reading = platform.read(Tier.LIGHT)
    if not reading.transport.endswith("read loop"):
        raise RuntimeError(f"not read by the loop: {reading.transport}")


def requests_a_read(report: Report) -> None:
    """A read is two requests plus one per further 100 KB."""
    with canned(SIZES, 0) as hosts:
        for index, platform in enumerate(hosts.platforms):
            read_once(platform)
            before = hosts.requests(index)
            read_once(platform)
            size = hosts.sizes[index]
            name = f"requests of a light read of {SIZES[index]} VMs, {size // 1000} KB"
            report.size(name, hosts.requests(index) - before, 2 + size // PER_REQUEST, "requests")


def together(platforms: Sequence[HyperV]) -> float:
    """Seconds until all have been read at once, each in a thread that exists already."""
    begin = threading.Barrier(len(platforms) + 1)
    failures: list[Exception] = []

    def work(platform: HyperV) -> None:
        begin.wait()
        try:
            read_once(platform)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(platform,)) for platform in platforms]
    for thread in threads:
        thread.start()
    begin.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    spent = time.perf_counter() - began
    if failures:
        raise failures[0]
    return spent


def many_hosts(report: Report) -> None:
    """64 hosts within 4x of one host's two round trips; rounds interleaved."""
    with canned([MACHINES] * HOSTS, LATENCY_S) as hosts:
        opening = together(hosts.platforms)
        print(f"       opening {HOSTS} loops: {opening:.2f} s", flush=True)
        pairs = [(together(hosts.platforms[:1]), together(hosts.platforms)) for _ in range(ROUNDS)]
        one, all_of_them = (statistics.median(times) for times in zip(*pairs, strict=True))
        detail = f"{all_of_them * 1000:.0f} ms beside {one * 1000:.0f} ms for one, medians of {ROUNDS}"
        report.ratio(
            f"{HOSTS} hosts beside one, {LATENCY_S * 1000:.0f} ms a message", all_of_them / one, 4, detail
        )
        stall(report, hosts)


def stall(report: Report, hosts: Canned) -> None:
    """How late the user interface's loop is at worst while all hosts are asked and answer at once."""
    endpoints = tuple(platform.endpoint for platform in hosts.platforms)
    estate = Estate("bench", (Site("New York"),), (), endpoints)
    platforms = {platform.endpoint.name: platform for platform in hosts.platforms}
    with tempfile.TemporaryDirectory() as state:
        inventory = Inventory(estate, platforms, Path(state))
        inventory.start()
        inventory.wait(60)
        late = asyncio.run(_worst_of_rounds(inventory))
        inventory.stop()
    name = f"event-loop stall with {HOSTS} endpoints answering"
    report.time(name, [seconds * 1000 for seconds in late], 50, "median")


async def _worst_of_rounds(inventory: Inventory) -> list[float]:
    """The longest that the loop was late in each round, in which every endpoint is asked and answers."""
    worst = []
    for _ in range(ROUNDS):
        inventory.read_now()
        late = [0.0]
        until = time.perf_counter() + 10 * LATENCY_S
        while (now := time.perf_counter()) < until:
            await asyncio.sleep(BEAT_S)
            late.append(time.perf_counter() - now - BEAT_S)
        worst.append(max(late))
    return worst


def measure(report: Report) -> None:
    """Everything."""
    requests_a_read(report)
    many_hosts(report)


if __name__ == "__main__":
    measure(Report(slack=1.0))
