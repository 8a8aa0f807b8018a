"""Looking closely on the lab: what it costs the hosts, and a partner that is dead."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from drconsole.domain.deep import Inspection
from drconsole.domain.endpoint import Endpoint, EndpointKind, Estate, Site
from drconsole.domain.snapshot import Snapshot
from drconsole.inventory import Inventory
from drconsole.platforms.base import Access
from drconsole.platforms.hyperv.platform import HyperV
from drconsole.platforms.hyperv.script import Answer
from tests.lab import LabPool, LabProcess

PATIENCE_S = 120.0
# Signal and Delete, when the loop's shell is given up, and a read that had just begun when counting began.
FAREWELL = 4
GIT = "c5da74c2-f88b-5884-93ba-258cce970573"
ERP, MAIL = "e33230c3-88d1-5b8c-97c0-65ab77006545", "6612973b-956a-5e21-bdb9-2c85f05a38a7"


@pytest.fixture(scope="module")
def labs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabPool]:
    """One lab per engine."""
    pool = LabPool(tmp_path_factory.mktemp("labs"))
    yield pool
    pool.stop()


class Counted(HyperV):
    """A host that counts what it is asked, in order."""

    def __init__(self, endpoint: Endpoint, access: Access, state: Path) -> None:
        super().__init__(endpoint, access, state)
        self.asked: list[str] = []

    def ask(self, script: str, arguments: Mapping[str, Any]) -> tuple[Answer, str]:
        """Count it."""
        self.asked.append(script)
        return super().ask(script, arguments)


@contextmanager
def console(
    lab: LabProcess, state: Path, name: str, refresh_s: float = 3600.0
) -> Iterator[tuple[Inventory, Counted]]:
    """An inventory that reads one host of the lab, and has read it once."""
    entry = lab.endpoint(name)
    host, _, port = entry["address"].rpartition(":")
    kind = EndpointKind.HYPERV_HOST
    endpoint = Endpoint(name, entry["site"], kind, host, refresh_s, budget_s=PATIENCE_S)
    ca_file = Path(entry["ca_file"])
    access = Access(host, int(port), lab.description["user"], lambda: lab.password, ca_file)
    estate = Estate("LAB", (Site(entry["site"]),), (), (endpoint,))
    counted = Counted(endpoint, access, state)
    inventory = Inventory(estate, {name: counted}, state)
    inventory.start()
    try:
        inventory.wait(PATIENCE_S)
        yield inventory, counted
    finally:
        inventory.stop()


def until(inventory: Inventory, what: Callable[[Snapshot], bool]) -> Snapshot:
    """The first snapshot of which something holds."""
    tick = threading.Event()
    for _ in range(int(PATIENCE_S * 50)):
        snapshot = inventory.newest()
        if what(snapshot):
            return snapshot
        tick.wait(0.02)
    raise AssertionError(f"it never came: {inventory.newest().endpoints}")


def known(snapshot: Snapshot, vm: str) -> Inspection:
    """What looking closely at a VM has given."""
    copies = [c for w in snapshot.workloads for c in w.copies if c.place.ident == vm]
    return copies[0].inspection or Inspection()


def read_again(inventory: Inventory) -> None:
    """One more light read."""
    before = inventory.newest().endpoints[0].last_read
    inventory.read_now()
    until(inventory, lambda s: s.endpoints[0].last_read != before and not s.endpoints[0].reading)


def asked(lab: LabProcess, name: str) -> int:
    """How many requests an endpoint has been sent."""
    return int(lab.control("requests")[name]["requests"])


@pytest.mark.pwsh
def test_where_nobody_looks_a_light_read_is_two_requests(labs: LabPool, pwsh: Path, tmp_path: Path) -> None:
    lab = labs.lab("partner-dead", str(pwsh))
    with console(lab, tmp_path, "nyhv01") as (inventory, _):
        before = asked(lab, "nyhv01")
        for _ in range(3):
            read_again(inventory)
        assert asked(lab, "nyhv01") - before == 3 * 2
        # A deep read goes through the same loop; statistics go per call, on a connection of their own.
        inventory.look("")
        inventory.look(f"hv:{ERP}")
        until(inventory, lambda s: known(s, ERP).measured is not None)
        costs = asked(lab, "nyhv01") - before - 3 * 2
        assert costs >= 2 + 5
        inventory.look("")
        inventory.look(f"hv:{ERP}")
        inventory.look("")
        before = asked(lab, "nyhv01")
        read_again(inventory)
        assert asked(lab, "nyhv01") - before == 2
    labs.check()


@pytest.mark.pwsh
def test_rotation_adds_one_deep_read_to_a_light_read_at_most(
    labs: LabPool, pwsh: Path, tmp_path: Path
) -> None:
    lab = labs.lab("partner-dead", str(pwsh))
    with console(lab, tmp_path, "nyhv01", refresh_s=0.5) as (inventory, host):
        before = asked(lab, "nyhv01") - 2 * len(host.asked)
        snapshot = until(inventory, lambda s: all(known(s, vm).deep for vm in (ERP, MAIL, GIT)))
        assert known(snapshot, ERP).measured is None
        tail = len(host.asked) + 3
        until(inventory, lambda _: len(host.asked) >= tail)
    # Each of them once, with light reads in between, and every one of all these is two requests.
    assert host.asked.count("deep.ps1") == 3
    assert ("deep.ps1", "deep.ps1") not in pairwise(host.asked)
    assert asked(lab, "nyhv01") - before <= 2 * len(host.asked) + FAREWELL
    labs.check()


def test_a_dead_partner_delays_neither_reads_nor_leaving(labs: LabPool, tmp_path: Path) -> None:
    lab = labs.lab("partner-dead")
    with console(lab, tmp_path, "nyhv01") as (inventory, _):
        lab.happen(site="New Jersey", state="Down")
        inventory.look(f"hv:{ERP}")
        snapshot = until(inventory, lambda s: known(s, ERP).measuring is not None)
        assert known(snapshot, ERP).deep is not None
        read_again(inventory)
        inventory.look(f"hv:{MAIL}")
        snapshot = until(inventory, lambda s: known(s, MAIL).deep is not None)
        snapshot = until(inventory, lambda s: known(s, MAIL).unmeasured != "")
        assert "still being asked" in known(snapshot, MAIL).unmeasured
        assert known(snapshot, ERP).measured is None
    # Leaving did not wait for the ten minutes.
    labs.check()


def test_the_answer_of_a_patient_question_arrives_later(labs: LabPool, tmp_path: Path) -> None:
    lab = labs.lab("partner-dead")
    with console(lab, tmp_path, "nyhv01") as (inventory, _):
        lab.happen(site="New Jersey", state="Down")
        inventory.look(f"hv:{ERP}")
        until(inventory, lambda s: known(s, ERP).measuring is not None)
        waited = threading.Event()
        while known(inventory.newest(), ERP).measured is None:
            lab.advance(300)
            waited.wait(0.05)
        assert known(inventory.newest(), ERP).measuring is None
    labs.check()
