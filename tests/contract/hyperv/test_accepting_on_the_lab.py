"""What a plan says of the side that a reverse sends to, read from hosts and clusters, on both engines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drconsole.domain.plan import Operation, Readiness
from drconsole.platforms.acting import Procedure
from tests.contract.hyperv.walk import TWO_HOSTS, WEB, Walk, blocks
from tests.lab import LabPool

NY_HOST = "NYHV01: {fqdn: nyhv01.corp.example, "
NODE, ALONE = "{name: nyhv01, site: New York, cluster: NYCL}", "{name: nyhv01, site: New York, host: NYHV01}"
CLUSTER = "clusters:\n  NYCL: {fqdn: nycl.corp.example, nodes: [NYHV01]"
BROKER = f"{CLUSTER}, broker: nycl-broker.corp.example"
Walks = Callable[[str], Walk]


@pytest.fixture(scope="module")
def labs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabPool]:
    """One lab per engine."""
    pool = LabPool(tmp_path_factory.mktemp("labs"))
    yield pool
    pool.stop()


@pytest.fixture(params=["evaluator", pytest.param("powershell", marks=(pytest.mark.pwsh, pytest.mark.slow))])
def walks(request: pytest.FixtureRequest, labs: LabPool, tmp_path: Path) -> Iterator[Walks]:
    """Makes two hosts of a scenario's text, on either engine."""
    program = None if request.param == "evaluator" else str(request.getfixturevalue("pwsh"))
    made: list[Walk] = []

    def walk(text: str) -> Walk:
        file = tmp_path / f"hosts-{len(made)}.yaml"
        file.write_text(text, encoding="utf-8")
        made.append(Walk(labs.lab(str(file), program)))
        return made[-1]

    yield walk
    for one in made:
        one.close()
    labs.check()


def host(said: str) -> str:
    """Two hosts, of which that in New York has these properties too."""
    assert NY_HOST in TWO_HOSTS
    return TWO_HOSTS.replace(NY_HOST, f"{NY_HOST}{said}, ")


def cluster(said: str) -> str:
    """The host in New York as the one node of a cluster."""
    text = TWO_HOSTS.replace(ALONE, NODE).replace("endpoints:\n", f"{said}}}\nendpoints:\n", 1)
    assert NODE in text
    return text.replace("host: NYHV01, role", "host: NYCL, role")


def ready(told: Procedure) -> str:
    """All that holds."""
    return "; ".join(c.text for c in told.subject.checks if c.readiness is Readiness.READY)


def test_a_host_that_takes_it_back_is_said_to_before_and_after_the_failover(walks: Walks) -> None:
    walk = walks(host("accepts_from: [njhv01.corp.example], accepts_authentication: Kerberos"))
    before = walk.procedure(Operation.PLANNED_FAILOVER, WEB, reverse="yes")
    walk.walk(Operation.PLANNED_FAILOVER, WEB)
    after = walk.procedure(Operation.REVERSE, WEB)
    for told in (before, after):
        assert blocks(told) == ()
        assert "nyhv01 accepts replication from njhv01.corp.example" in ready(told)
        assert "nyhv01 supports the VM's version 10.0" in ready(told)


@pytest.mark.parametrize(
    ("said", "blocked"),
    [
        ("accepts_replication: false", "nyhv01 does not accept replication"),
        ("accepts_from: []", "nyhv01 does not accept replication from njhv01.corp.example"),
        ("accepts_authentication: Certificate", "nyhv01 accepts Certificate alone"),
        ("vm_versions: ['8.0', '9.0']", "nyhv01 does not support the VM's version 10.0"),
    ],
)
def test_a_host_that_does_not_take_it_back_blocks_the_reverse_alone(
    walks: Walks, said: str, blocked: str
) -> None:
    walk = walks(host(said))
    (check,) = blocks(walk.procedure(Operation.PLANNED_FAILOVER, WEB, reverse="yes"))
    assert (check.readiness, check.source) == (Readiness.BLOCKED, "nyhv01")
    assert check.text.startswith(blocked)
    assert check.clear
    walk.walk(Operation.PLANNED_FAILOVER, WEB)
    assert blocks(walk.procedure(Operation.REVERSE, WEB)) == (check,)


def test_a_cluster_answers_by_its_broker(walks: Walks) -> None:
    told = walks(cluster(BROKER)).procedure(Operation.PLANNED_FAILOVER, WEB, reverse="yes")
    assert blocks(told) == ()
    assert "nyhv01 accepts replication from njhv01.corp.example" in ready(told)
    closed = walks(cluster(f"{BROKER}, accepts_replication: false"))
    (check,) = blocks(closed.procedure(Operation.PLANNED_FAILOVER, WEB, reverse="yes"))
    assert check.text == "nyhv01 does not accept replication"
    assert "Replica Broker" in check.clear


def test_settings_that_cannot_be_read_are_unknown(walks: Walks) -> None:
    told = walks(cluster(CLUSTER)).procedure(Operation.PLANNED_FAILOVER, WEB, reverse="yes")
    unknown = {check.text for check in blocks(told) if check.readiness is Readiness.UNKNOWN}
    assert "whether nyhv01 accepts replication could not be read" in unknown
