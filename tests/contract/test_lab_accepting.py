"""A replica server's settings as its host's own cmdlet tells them, and what they refuse; on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from drconsole.lab.hyperv.machines import Accepting, Broker, Cluster
from drconsole.lab.powershell.process import Engine
from drconsole.lab.powershell.real_engine import RealEngine
from tests.contract.acting import NJ, ActingWorld, Make, ask, evaluator, every_cmdlet, session

SETTINGS = (
    "$told = Get-VMReplicationServer\n"
    "$from = @(foreach ($one in $told.AuthorizationEntries) { $one.AllowedPrimaryServer })\n"
    '"$($told.ReplicationEnabled) $($told.AllowedAuthenticationType) '
    '$($told.ReplicationAllowedFromAnyServer) $from"'
)
REVERSE = "$leg = @(Get-VMReplication)[0]\nSet-VMReplication -VMReplication $leg -Reverse -Confirm:$false"
BROKER = "njcl-broker.corp.example"


@pytest.fixture(params=["evaluator", pytest.param("powershell", marks=pytest.mark.pwsh)])
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    """Each of the two engines."""
    if request.param == "evaluator":
        with every_cmdlet():
            yield evaluator
    else:
        pwsh: Path = request.getfixturevalue("pwsh")
        yield lambda world: RealEngine(world, pwsh)


def failed_over(world: ActingWorld) -> None:
    """New Jersey serves after a planned failover."""
    world.web.power, world.web.since, world.web.writing_since = "Off", None, None
    world.web.legs[0].state = "PreparedForFailover"
    world.copy.legs[0].state = "FailedOverWaitingCompletion"


def test_the_settings_are_told(make: Make) -> None:
    async def do(engine: Engine, world: ActingWorld) -> None:
        host = world.hosts["NYHV01"]
        assert (await ask(engine, "NYHV01", SETTINGS)).value == "True CertificateAndKerberos True *"
        host.accepting = Accepting(False, (NJ, "*.corp.example"), "Kerberos")
        told = await ask(engine, "NYHV01", SETTINGS)
        assert told.value == f"False Kerberos False {NJ} *.corp.example"
        host.rights = False
        assert (await ask(engine, "NYHV01", SETTINGS)).error_id == "AccessDenied"

    session(make, do)


@pytest.mark.parametrize(
    "told", [Accepting(enabled=False), Accepting(allowed=()), Accepting(allowed=("other.corp.example",))]
)
def test_a_reverse_to_a_server_that_does_not_take_it_changes_nothing(make: Make, told: Accepting) -> None:
    async def do(engine: Engine, world: ActingWorld) -> None:
        failed_over(world)
        before = world.said
        world.hosts["NYHV01"].accepting = told
        assert (await ask(engine, "NJHV01", REVERSE)).error_id == "OperationFailed"
        assert world.said == before
        world.hosts["NYHV01"].accepting = Accepting(allowed=(NJ,))
        assert (await ask(engine, "NJHV01", REVERSE)).ok
        assert (world.web.mode, world.copy.mode) == ("Replica", "Primary")

    session(make, do)


def test_a_reverse_to_a_host_that_is_too_old(make: Make) -> None:
    async def do(engine: Engine, world: ActingWorld) -> None:
        failed_over(world)
        world.hosts["NYHV01"].versions = ("8.0", "9.0")
        assert (await ask(engine, "NJHV01", REVERSE)).error_id == "OperationFailed"
        assert world.copy.mode == "Replica"

    session(make, do)


def test_a_cluster_is_admitted_by_the_name_of_its_broker(make: Make) -> None:
    async def do(engine: Engine, world: ActingWorld) -> None:
        failed_over(world)
        broker = Broker("NJCL-BROKER", BROKER, "NJHV01")
        world.hosts["NJHV01"].cluster = Cluster("NJCL", "njcl.corp.example", ("NJHV01",), "NJHV01", broker)
        world.hosts["NYHV01"].accepting = Accepting(allowed=(NJ,))
        assert (await ask(engine, "NJHV01", REVERSE)).error_id == "OperationFailed"
        world.hosts["NYHV01"].accepting = Accepting(allowed=(BROKER,))
        assert (await ask(engine, "NJHV01", REVERSE)).ok
        assert world.copy.mode == "Primary"

    session(make, do)
