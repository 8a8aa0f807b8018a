"""Networks, VLANs and addresses of a pair, as the config says them, there and back by command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.run_site import ALLOWED, Site, site_on
from tests.lab import LabPool

VM = "11111111-1111-4111-8111-111111111111"
WEB = f"hv:{VM}"
WORLD = f"""
about: Two hosts whose networks have other names, and web that is replicated from New York to New Jersey.
sites: {{New York: {{test_networks: [Isolated]}}, New Jersey: {{test_networks: [Isolated]}}}}
pairs: [[New York, New Jersey]]
hosts:
  NYHV01: {{fqdn: nyhv01.corp.example, switches: [Trunk, Isolated]}}
  NJHV01: {{fqdn: njhv01.corp.example, switches: [Trunk-DR, Isolated]}}
endpoints:
  - {{name: nyhv01, site: New York, host: NYHV01}}
  - {{name: njhv01, site: New Jersey, host: NJHV01}}
workloads:
  - name: web
    id: {VM}
    replication: {{frequency: 5m, synced: 2m}}
    copies:
      NYHV01: {{mode: Primary, power: Running, networks: [Trunk]}}
      NJHV01: {{mode: Replica, points: 2, networks: [Isolated]}}
truth:
  endpoints: {{nyhv01: {{state: ok}}, njhv01: {{state: ok}}}}
  copies:
    - {{vm: {VM}, host: NYHV01, role: ORIGINAL}}
    - {{vm: {VM}, host: NJHV01, role: REPLICA}}
"""
ADAPTER = "Network Adapter"
NETWORKS = [
    {"from": "Trunk", "from_vlan": 10, "to": "Trunk-DR", "to_vlan": 120},
    {"from": "Trunk", "from_vlan": 0, "to": "Trunk-DR", "to_vlan": 110},
]
HOME = {
    "address": "10.1.10.21/24",
    "gateway": "10.1.10.1",
    "dns": ["10.1.10.2"],
    "ipv6": {"address": "fd00:1::21/64"},
}
AWAY = {
    "address": "10.2.10.21/16",
    "gateway": "10.2.0.1",
    "dns": ["10.2.0.2", "10.2.0.3"],
    "ipv6": {"address": "FD00:2::21/64", "gateway": "fe80::1", "dns": ["fd00:2::2", "fd00:2::3"]},
}
ADDRESSES = [{"workload": WEB, "adapter": ADAPTER, "from": HOME, "to": AWAY}]


@pytest.fixture(scope="module")
def labs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabPool]:
    """A lab whose time goes fast."""
    pool = LabPool(tmp_path_factory.mktemp("labs"))
    yield pool
    pool.stop()


@pytest.fixture
def site(labs: LabPool, tmp_path: Path) -> Iterator[Site]:
    """A console whose config says what stands for what."""
    with site_on(labs, tmp_path, WORLD) as made:
        pair = {"from": "New York", "to": "New Jersey", "networks": NETWORKS, "addresses": ADDRESSES}
        made.configure({"pairs": [pair]})
        yield made
    labs.check()


def adapters(site: Site) -> dict[str, dict[str, Any]]:
    """The only adapter of each copy, by the site at which it is; guests have had time to tell addresses."""
    site.lab.advance(60)
    shown = json.loads(site.run("show", WEB, "--deep", "--json").stdout)
    where = {copy["id"]: copy["site"] for copy in shown["copies"]}
    return {where[one["copy"]]: one["networks"][0] for one in shown["deep"]}


def test_a_failover_there_and_back_is_wired_as_the_config_says(site: Site) -> None:
    checks = site.run("plan", "planned-failover", WEB, "--option", "reverse=yes").stdout
    assert "network Trunk -> Trunk-DR (VLAN 110)" in checks
    assert "Network Adapter gets 10.2.10.21 and fd00:2::21 at New Jersey" in checks
    assert "Network Adapter gets 10.1.10.21 and fd00:1::21 at New York" in checks

    there = site.run("run", "planned-failover", WEB, "--option", "reverse=yes", *ALLOWED, "web")

    assert there.returncode == 0, there.stdout + there.stderr
    assert site.roles(WEB) == {"nyhv01": "REPLICA", "njhv01": "ORIGINAL"}
    away = adapters(site)["New Jersey"]
    assert (away["network"], away["vlan"]) == ("Trunk-DR", 110)
    assert away["addresses"] == ["10.2.10.21", "fd00:2::21"]

    back = site.run("run", "planned-failover", WEB, "--option", "reverse=yes", *ALLOWED, "web")

    assert back.returncode == 0, back.stdout + back.stderr
    assert site.roles(WEB) == {"nyhv01": "ORIGINAL", "njhv01": "REPLICA"}
    home = adapters(site)["New York"]
    assert (home["network"], home["vlan"]) == ("Trunk", None)
    assert home["addresses"] == ["10.1.10.21", "fd00:1::21"]


def test_without_a_line_for_its_vlan_an_adapter_keeps_what_the_replica_has(site: Site) -> None:
    lines = [{**line, "from_vlan": line["from_vlan"] or 30} for line in NETWORKS]
    site.configure({"pairs": [{"from": "New York", "to": "New Jersey", "networks": lines}]})

    plan = site.run("plan", "planned-failover", WEB)

    assert plan.returncode == 4
    assert "would be connected to the test network Isolated" in plan.stdout
    assert "Correct the networks of the pair in the config" in plan.stdout
