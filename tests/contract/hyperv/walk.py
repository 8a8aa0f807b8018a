"""Walks through a procedure on the lab, step by step, as a run would, in this process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from drconsole.domain.assemble import assemble
from drconsole.domain.endpoint import Endpoint, EndpointKind, Estate, Pair, Site
from drconsole.domain.mapping import NetworkMap
from drconsole.domain.plan import Check, Operation, Readiness
from drconsole.domain.reading import Reading
from drconsole.domain.snapshot import EndpointState, EndpointStatus, Snapshot, Workload
from drconsole.domain.step import Json, Observation, Progress, Step, Verdict
from drconsole.errors import EndpointError
from drconsole.platforms.acting import Case, Procedure
from drconsole.platforms.base import Access, Tier
from drconsole.platforms.hyperv.actor import HyperVActor
from drconsole.platforms.hyperv.actors import actors
from drconsole.platforms.hyperv.cluster_platform import HyperVCluster
from drconsole.platforms.hyperv.platform import HyperV
from drconsole.platforms.hyperv.procedures import HyperVProcedures
from tests.lab import LabProcess

WEB = "11111111-1111-4111-8111-111111111111"
TWO_HOSTS = f"""
about: Two hosts, and web that is replicated from New York to New Jersey.
sites: {{New York: {{test_networks: [Isolated]}}, New Jersey: {{test_networks: [Isolated]}}}}
pairs: [[New York, New Jersey]]
hosts:
  NYHV01: {{fqdn: nyhv01.corp.example, switches: [Production, Isolated]}}
  NJHV01: {{fqdn: njhv01.corp.example, switches: [Production, Isolated]}}
endpoints:
  - {{name: nyhv01, site: New York, host: NYHV01}}
  - {{name: njhv01, site: New Jersey, host: NJHV01}}
workloads:
  - name: web
    id: {WEB}
    replication: {{frequency: 5m, synced: 2m}}
    copies:
      NYHV01: {{mode: Primary, power: Running, up: 1d, networks: [Production]}}
      NJHV01: {{mode: Replica, points: 2, networks: [Isolated]}}
truth:
  endpoints: {{nyhv01: {{state: ok}}, njhv01: {{state: ok}}}}
  copies:
    - {{vm: {WEB}, host: NYHV01, role: ORIGINAL}}
    - {{vm: {WEB}, host: NJHV01, role: REPLICA}}
"""
SAME_NAMES = Pair("New York", "New Jersey", networks=(NetworkMap("Production", "Production"),))
TURN_S = 10.0


@dataclass
class Ended:
    """How one step of a walk ended."""

    step: Step
    last: Observation
    acted: bool
    answer: str = ""

    @property
    def facts(self) -> dict[str, str]:
        """What was read back."""
        return {fact.what: fact.value for fact in self.last.facts}


@dataclass
class Walk:
    """One lab seen and acted on by the product, with the estate that a config would have."""

    lab: LabProcess
    run: str = "7f3c0a11"
    pairs: tuple[Pair, ...] = (SAME_NAMES,)
    _open: dict[str, HyperV | HyperVCluster] = field(default_factory=dict)
    _acting: dict[str, HyperVActor] = field(default_factory=dict)

    def close(self) -> None:
        """Give up what is open on the hosts."""
        for one in (*self._open.values(), *self._acting.values()):
            one.close()

    def platform(self, name: str) -> HyperV | HyperVCluster:
        """The reading side of an endpoint, kept open."""
        if name not in self._open:
            endpoint, access, nodes = self.ends[name]
            made = HyperVCluster(endpoint, access, nodes) if nodes else HyperV(endpoint, access)
            self._open[name] = made
        return self._open[name]

    @property
    def acting(self) -> dict[str, HyperVActor]:
        """The acting sides of all endpoints, kept open."""
        if not self._acting:
            self._acting.update(actors(self.ends, None))
        return self._acting

    @property
    def sites(self) -> tuple[Site, ...]:
        """Both sites, with one test network each."""
        return tuple(Site(name, frozenset({"Isolated"})) for name in ("New York", "New Jersey"))

    @property
    def estate(self) -> Estate:
        """What the config would say."""
        return Estate("LAB", self.sites, self.pairs, tuple(one for one, _, _ in self.ends.values()))

    @property
    def ends(self) -> dict[str, tuple[Endpoint, Access, Mapping[str, Access] | None]]:
        """All Hyper-V endpoints with the ways to them."""
        found: dict[str, tuple[Endpoint, Access, Mapping[str, Access] | None]] = {}
        for entry in self.lab.description["endpoints"]:
            nodes = entry.get("nodes")
            kind = EndpointKind.HYPERV_CLUSTER if nodes else EndpointKind.HYPERV_HOST
            address = entry["address"]
            host = address.rpartition(":")[0] or address
            endpoint = Endpoint(entry["name"], entry["site"], kind, host, budget_s=60)
            ways = {name: self._access(entry, one) for name, one in nodes.items()} if nodes else None
            access = next(iter(ways.values())) if ways else self._access(entry, address)
            found[entry["name"]] = (endpoint, access, ways)
        return found

    def _access(self, entry: Mapping[str, str], address: str) -> Access:
        host, _, port = address.rpartition(":")
        password = self.lab.password
        ca_file = Path(entry["ca_file"])
        user = self.lab.description["user"]
        how = {"transport": entry["transport"], "tls": bool(entry["tls"])}
        return Access(host, int(port), user, lambda: password, ca_file, **how)  # type: ignore[arg-type]

    def readings(self) -> dict[str, Reading]:
        """A light read of every endpoint."""
        return {name: self.platform(name).read(Tier.LIGHT) for name in self.ends}

    def snapshot(self) -> Snapshot:
        """What all endpoints show now."""
        ends, readings = self.ends, self.readings()
        statuses = [
            EndpointStatus(name, one.site, one.kind.value, one.address, EndpointState.OK)
            for name, (one, _, _) in ends.items()
        ]
        return assemble(self.estate, statuses, readings, datetime.now(UTC))

    def workload(self, vm: str) -> Workload:
        """One workload, by its VM id."""
        return next(w for w in self.snapshot().workloads if w.key == f"hv:{vm}")

    def roles(self, vm: str) -> dict[str, str]:
        """The role of each copy, by endpoint."""
        return {copy.endpoint: copy.role.value for copy in self.workload(vm).copies}

    def procedure(self, operation: Operation, vm: str, **options: str) -> Procedure:
        """Plan one operation, with deep reads of all copies."""
        workload = self.workload(vm)
        deep = {
            copy.place.id: self.platform(copy.endpoint).deep(copy.sighting.handle) for copy in workload.copies
        }
        brokers = {name: one.broker for name, one in self.readings().items() if one.broker}
        case = Case(workload, self.estate, deep, options, self.run, "operator@jump", brokers)
        return HyperVProcedures().procedure(operation, case)

    def walk(self, operation: Operation, vm: str, **options: str) -> list[Ended]:
        """Plan and do everything; every step must end done."""
        procedure = self.procedure(operation, vm, **options)
        assert blocks(procedure) == (), blocks(procedure)
        assert procedure.steps
        return self.steps(procedure.steps)

    def steps(self, steps: tuple[Step, ...]) -> list[Ended]:
        """Do steps in their order; each must end done."""
        ended: list[Ended] = []
        for step in steps:
            ended.append(self.step(self.acting[step.endpoint], step))
            assert ended[-1].last.verdict is Verdict.DONE, (step.action, ended[-1])
        return ended

    def step(self, actor: HyperVActor, step: Step) -> Ended:
        """Do one step: look, act, follow, look until done or the time limit of the lab's clock."""
        first = actor.observe(step, None)
        if first.verdict is not Verdict.READY:
            return Ended(step, first, False)
        kept: list[Json] = []
        handle = actor.act(step, first.baseline, kept.append)
        assert kept == [handle]
        answer, waited = "", 0.0
        while True:
            try:
                told = actor.follow(handle)
            except EndpointError as error:
                answer = str(error)
                break
            if told.progress is not Progress.RUNNING:
                answer = told.error
                break
            self.lab.advance(TURN_S)
        while True:
            last = actor.observe(step, first.baseline)
            waits = last.verdict in (Verdict.READY, Verdict.BUSY)
            if not waits or waited >= step.limit_s:
                actor.settle(handle)
                return Ended(step, last, True, answer)
            self.lab.advance(TURN_S)
            waited += TURN_S


def blocks(procedure: Procedure) -> tuple[Check, ...]:
    """The checks that forbid it."""
    bad = (Readiness.BLOCKED, Readiness.UNKNOWN)
    return tuple(check for check in procedure.subject.checks if check.readiness in bad)
