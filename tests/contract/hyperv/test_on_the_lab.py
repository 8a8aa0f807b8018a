"""Light reads of the lab's simulated hosts, on both engines: what production sends is what runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drconsole.domain.endpoint import Endpoint, EndpointKind
from drconsole.domain.reading import Power, Reading, Sighting
from drconsole.errors import Constrained, LoginRefused, NoRights
from drconsole.lab import scenario as scenarios
from drconsole.platforms.base import Access, Tier
from drconsole.platforms.hyperv.platform import HyperV
from tests.contract.hyperv.conftest import WAYS
from tests.lab import LabPool, LabProcess

POWERS = {"Running": Power.ON, "Off": Power.OFF, "Saved": Power.SAVED, "Paused": Power.PAUSED}

ODD = """
about: A host whose clock is ahead, one that shows the account nothing, and one without any machine.
sites: {New York: {}, New Jersey: {}}
pairs: [[New York, New Jersey]]
hosts:
  NYHV01: {fqdn: nyhv01.corp.example, ahead: 2h}
  NJHV01: {fqdn: njhv01.corp.example, rights: false}
  NJHV02: {fqdn: njhv02.corp.example}
endpoints:
  - {name: nyhv01, site: New York, host: NYHV01}
  - {name: njhv01, site: New Jersey, host: NJHV01}
  - {name: njhv02, site: New Jersey, host: NJHV02}
workloads:
  - name: dc-01
    id: e1f7e920-f4bf-43c9-874c-e01a95c4b93c
    copies:
      NYHV01: {power: Running, up: 1d}
truth:
  endpoints:
    nyhv01: {state: ok, alarms: [clock-skew]}
    njhv01: {state: never, error: rights}
    njhv02: {state: partial, alarms: [partial]}
  copies:
    - {vm: e1f7e920-f4bf-43c9-874c-e01a95c4b93c, host: NYHV01, role: UNPROTECTED}
"""


@pytest.fixture(scope="module")
def labs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabPool]:
    """One lab per engine."""
    pool = LabPool(tmp_path_factory.mktemp("labs"))
    yield pool
    pool.stop()


@pytest.fixture(params=["evaluator", pytest.param("powershell", marks=pytest.mark.pwsh)])
def engine(request: pytest.FixtureRequest) -> str | None:
    """The PowerShell program behind the lab, None for the evaluator."""
    if request.param == "evaluator":
        return None
    return str(request.getfixturevalue("pwsh"))


def platform(lab: LabProcess, name: str, password: str | None = None, way: str = "loop") -> HyperV:
    """The product's side of one of the lab's endpoints."""
    entry = lab.endpoint(name)
    host, _, port = entry["address"].rpartition(":")
    secret = password or lab.password
    return HyperV(
        Endpoint(name, entry["site"], EndpointKind.HYPERV_HOST, host, budget_s=120),
        Access(host, int(port), lab.description["user"], lambda: secret, Path(entry["ca_file"]), way=way),
    )


def read(lab: LabProcess, name: str, way: str = "loop") -> Reading:
    """One light read."""
    with closing(platform(lab, name, way=way)) as one:
        return one.read(Tier.LIGHT)


@pytest.mark.parametrize("scenario", ["steady", "hostile-names"])
@pytest.mark.parametrize("host", ["NYHV01", "NJHV01"])
@pytest.mark.parametrize("way", WAYS)
def test_every_copy_is_seen_as_the_scenario_has_it(
    labs: LabPool, engine: str | None, scenario: str, host: str, way: str
) -> None:
    reading = read(labs.lab(scenario, engine), host.lower(), way)
    told = scenarios.load(scenario)
    copies = {work.id: (work, work.copies[host]) for work in told.workloads if host in work.copies}
    assert reading.complete
    assert reading.names == (host.lower(), told.hosts[host].fqdn)
    assert {one.place.ident for one in reading.sightings} == set(copies)
    for one in reading.sightings:
        work, copy = copies[one.place.ident]
        assert one.name == (copy.name if isinstance(copy.name, str) else work.name)
        assert one.power is (POWERS[copy.power] if isinstance(copy.power, str) else Power.OFF)
        assert bool(one.relations) == (one.own_mode != "None")
    labs.check()


@pytest.mark.parametrize("scenario", ["steady", "hostile-names"])
@pytest.mark.pwsh
def test_both_engines_and_both_ways_answer_alike(labs: LabPool, pwsh: Path, scenario: str) -> None:
    def facts(engine: str | None, way: str) -> list[Sighting]:
        sightings = read(labs.lab(scenario, engine), "nyhv01", way).sightings
        # Each lab begins at its own time, so times are compared only by whether there is one.
        same = datetime(2026, 1, 1, tzinfo=UTC)
        return [
            replace(
                one,
                uptime_s=None,
                relations=tuple(replace(leg, last_sync=leg.last_sync and same) for leg in one.relations),
            )
            for one in sightings
        ]

    assert facts(None, "per-call") == facts(str(pwsh), "per-call") == facts(str(pwsh), "loop")


@pytest.mark.pwsh
def test_a_real_powershell_is_read_by_the_loop(labs: LabPool, pwsh: Path) -> None:
    assert read(labs.lab("steady", str(pwsh)), "nyhv01").transport == "basic, TLSv1.3, read loop"
    labs.check()


def test_the_evaluator_refuses_the_loop_at_once_and_is_read_per_call(labs: LabPool) -> None:
    reading = read(labs.lab("steady"), "nyhv01")
    assert reading.complete
    # What it means goes first: it is no fault, and the lab's hosts all do so.
    assert reading.transport == (
        "basic, TLSv1.3, reads go one by one: slower, nothing is lost "
        "(it keeps no read loop: its PowerShell ended with code 1)"
    )
    labs.check()


@pytest.mark.parametrize("way", WAYS)
def test_a_constrained_host_says_so_first_whichever_way_it_is_read(
    labs: LabPool, engine: str | None, way: str
) -> None:
    lab = labs.lab("no-loop", engine)
    with pytest.raises(Constrained, match=r"constrained language mode \(ConstrainedLanguage\)") as caught:
        read(lab, "njhv02", way)
    assert "AppLocker" in caught.value.hint
    assert read(lab, "nyhv01", way).complete
    labs.check()


def test_hosts_that_are_ahead_blind_or_empty(labs: LabPool, engine: str | None, tmp_path: Path) -> None:
    scenario = tmp_path / "odd.yaml"
    scenario.write_text(ODD, encoding="utf-8")
    lab = labs.lab(str(scenario), engine)
    ahead, empty = read(lab, "nyhv01"), read(lab, "njhv02")
    assert ahead.complete
    assert ahead.skew_s == pytest.approx(7200, abs=60)
    assert (empty.complete, empty.sightings, empty.names) == (False, (), ("njhv02", "njhv02.corp.example"))
    assert "Hyper-V Administrators" in " ".join(empty.limits)
    with pytest.raises(NoRights, match="lets operator log in, but not see its VMs"):
        read(lab, "njhv01")
    labs.check()


def test_a_wrong_password_is_refused(labs: LabPool, engine: str | None) -> None:
    lab = labs.lab("steady", engine)
    with (
        closing(platform(lab, "nyhv01", "wrong")) as one,
        pytest.raises(LoginRefused, match="refused the password of operator"),
    ):
        one.read(Tier.LIGHT)
