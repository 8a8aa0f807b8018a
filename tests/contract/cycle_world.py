"""Two hosts and two clusters that protect each other, with one workload each to go through a whole cycle."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from drconsole.domain.step import Effect
from drconsole.runs.codec import Order, decoded
from drconsole.runs.history import folded
from tests.contract.run_site import ALLOWED, Site

ALONE = "11111111-1111-4111-8111-111111111111"
CLUSTERED = "22222222-2222-4222-8222-222222222222"
BESIDE = "33333333-3333-4333-8333-333333333333"
COLD = "44444444-4444-4444-8444-444444444444"
WORLD = f"""
about: Two hosts and two clusters; web is on hosts, erp on clusters, mail and cold are nobody's concern.
sites: {{New York: {{test_networks: [Isolated]}}, New Jersey: {{test_networks: [Isolated]}}}}
pairs: [[New York, New Jersey]]
hosts:
  NYHV01: {{fqdn: nyhv01.corp.example, switches: [Production, Isolated]}}
  NJHV01: {{fqdn: njhv01.corp.example, switches: [Production, Isolated]}}
  NYCL01: {{fqdn: nycl01.corp.example, switches: [Production, Isolated]}}
  NYCL02: {{fqdn: nycl02.corp.example, switches: [Production, Isolated]}}
  NJCL01: {{fqdn: njcl01.corp.example, switches: [Production, Isolated]}}
  NJCL02: {{fqdn: njcl02.corp.example, switches: [Production, Isolated]}}
clusters:
  GOLD: {{fqdn: gold.corp.example, nodes: [NYCL01, NYCL02], broker: gold-broker.corp.example}}
  GOLDR2: {{fqdn: goldr2.corp.example, nodes: [NJCL01, NJCL02], broker: goldr2-broker.corp.example}}
endpoints:
  - {{name: nyhv01, site: New York, host: NYHV01}}
  - {{name: njhv01, site: New Jersey, host: NJHV01}}
  - {{name: gold, site: New York, cluster: GOLD}}
  - {{name: goldr2, site: New Jersey, cluster: GOLDR2}}
workloads:
  - name: web
    id: {ALONE}
    replication: {{frequency: 5m, synced: 2m}}
    copies:
      NYHV01: {{mode: Primary, power: Running, up: 1d, notes: "Owner: Smith", networks: [Production]}}
      NJHV01: {{mode: Replica, points: 3, networks: [Production]}}
  - name: erp
    id: {CLUSTERED}
    replication: {{frequency: 5m, synced: 2m}}
    copies:
      NYCL02: {{mode: Primary, power: Running, up: 1d, notes: "Owner: Smith", networks: [Production]}}
      NJCL01: {{mode: Replica, points: 3, networks: [Production]}}
  - name: mail
    id: {BESIDE}
    replication: {{frequency: 5m, synced: 2m}}
    copies:
      NYCL02: {{mode: Primary, power: Running, up: 1d, networks: [Production]}}
      NJCL01: {{mode: Replica, points: 3, networks: [Production]}}
  - name: cold
    id: {COLD}
    copies: {{NJCL01: {{power: "Off", networks: [Production]}}}}
truth:
  endpoints: {{nyhv01: {{state: ok}}, njhv01: {{state: ok}}, gold: {{state: ok}}, goldr2: {{state: ok}}}}
  copies:
    - {{vm: {ALONE}, host: NYHV01, role: ORIGINAL}}
    - {{vm: {ALONE}, host: NJHV01, role: REPLICA}}
    - {{vm: {CLUSTERED}, host: GOLD, role: ORIGINAL}}
    - {{vm: {CLUSTERED}, host: GOLDR2, role: REPLICA}}
    - {{vm: {BESIDE}, host: GOLD, role: ORIGINAL}}
    - {{vm: {BESIDE}, host: GOLDR2, role: REPLICA}}
    - {{vm: {COLD}, host: GOLDR2, role: UNPROTECTED}}
"""
Told = tuple[Any, ...]


@dataclass
class Cycle:
    """One workload of that world, taken through operations by command; ``told`` is what journals hold of it.

    ``home`` and ``away`` are the endpoints of its original and of its replica.
    """

    site: Site
    vm: str
    home: str
    away: str
    told: list[Told] = field(default_factory=list)

    @property
    def key(self) -> str:
        """What commands call it by."""
        return f"hv:{self.vm}"

    @property
    def name(self) -> str:
        """What people call it."""
        return {ALONE: "web", CLUSTERED: "erp"}[self.vm]

    def do(self, operation: str, *more: str) -> list[dict[str, Any]]:
        """An operation that must end done; its steps."""
        ran = self.site.run("run", operation, self.key, *more, *ALLOWED, self.name, "--json")
        assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout + ran.stderr
        answer = json.loads(ran.stdout)
        self.told += told_of(self.site, answer["run"])
        steps: list[dict[str, Any]] = answer["steps"]
        assert {step["outcome"] for step in steps} == {"done"}
        assert all(step["evidence"] for step in steps)
        return steps

    def roles(self) -> set[tuple[str, str]]:
        """The endpoint and the role of each copy, as ``list`` tells machines."""
        workloads = self.site.json("list")["workloads"]
        copies = next(one for one in workloads if one["key"] == self.key)["copies"]
        return {(copy["endpoint"], copy["role"]) for copy in copies}

    def machines(self) -> list[dict[str, Any]]:
        """Its machines as the lab has them."""
        return [one for one in self.site.lab.machines() if one["workload"] == self.vm]

    def disk(self, endpoint: str, vm: str = "") -> dict[str, Any]:
        """What the disk of its copy behind an endpoint holds now."""
        site = next(one["site"] for one in self.site.lab.description["endpoints"] if one["name"] == endpoint)
        letters = "NY" if site == "New York" else "NJ"
        (found,) = (
            one
            for one in self.site.lab.fingerprints()
            if one["vm"] == (vm or self.vm) and one["point"] is None and one["host"].startswith(letters)
        )
        return found


def around(site: Site, *but: str) -> tuple[list[Any], list[Any]]:
    """All machines and all disks of the lab, but for what their guests go on writing; ``but`` are VMs."""
    machines = [{**one, "busy": None} for one in site.lab.machines() if one["vm"] not in but]
    disks = [
        (one["host"], one["vm"], one["disk"], one["writers"])
        for one in site.lab.fingerprints()
        if one["point"] is None and one["vm"] not in but
    ]
    return machines, disks


def told_of(site: Site, run: str) -> list[Told]:
    """What the journal holds of a run: step, endpoint, action, parameters, outcome and evidence.

    Ids that were given on the way, handles and times are mapped. Whether a look had to be waited for is the
    engine's pace, and a test copy's addresses come from its new MACs.
    """
    order = decoded(site.journal.run(run).order)
    assert isinstance(order, Order)
    history = folded(site.journal.records(run))
    known: dict[str, str] = {one: one for one in (ALONE, CLUSTERED, BESIDE, COLD)}
    told: list[Told] = []
    for step in order.plan.steps:
        past = history.step(step.id)
        acted = past.acted if step.effect is not Effect.LOOK else None
        made_up = "addresses" if step.action == "read-addresses" else ""
        evidence = [
            (f.endpoint, f.what, "<told>" if f.what == made_up else _mapped(f.value, run, known))
            for f in past.facts
        ]
        params = _mapped(json.dumps(step.params, sort_keys=True), run, known)
        outcome = past.outcome.value if past.outcome else None
        head = (order.plan.operation.value, step.id, step.endpoint, step.action, params)
        told.append((*head, outcome, acted, past.reason, tuple(evidence)))
    return told


_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ][\d:.]+(?:\+00:00|Z)?|\b\d\d:\d\d:\d\d\b")


def _mapped(text: str, run: str, known: dict[str, str]) -> str:
    """The text with times, the run's id, and ids that were not there before named by their order."""

    def named(found: re.Match[str]) -> str:
        ident = found[0].lower()
        return str(known.setdefault(ident, f"<id {len(known)}>"))

    return _GUID.sub(named, _TIME.sub("<time>", text)).replace(run, "<run>")
