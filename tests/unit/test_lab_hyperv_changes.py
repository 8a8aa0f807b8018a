"""Changes of single copies, as timelines and tests make them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from drconsole.lab.hyperv.machines import Host, Machine
from drconsole.lab.hyperv.populate import build_hosts, change
from drconsole.lab.scenario import changes, parse
from drconsole.lab.scenario_form import ScenarioError
from tests.unit.hyperv_world import DB, NJ, NY, START, WEB, hosts

LATER = START + timedelta(hours=3)


@pytest.fixture
def ny() -> Host:
    """The host of ``web``, a running original, and ``db``, which is off and not protected."""
    return hosts()[0]


def alter(host: Host, vm: str, **fields: object) -> Machine:
    """Change one machine at LATER."""
    machine = host.machines[vm]
    change(host, machine, changes(fields), LATER)
    return machine


def test_only_what_is_named_changes(ny: Host) -> None:
    web = alter(ny, WEB, notes="moved")
    assert (web.notes, web.power, web.name, web.adapters[0].switch) == (
        "moved",
        "Running",
        "web",
        "Production",
    )
    assert (web.legs[0].state, web.legs[0].frequency_s) == ("Replicating", 300)


def test_uptime_counts_from_the_last_change_of_power(ny: Host) -> None:
    since = ny.machines[WEB].since
    assert alter(ny, WEB, power="Running").since == since
    assert alter(ny, WEB, power="Off").since == LATER
    assert alter(ny, WEB, power="Running", up="2m").since == LATER - timedelta(minutes=2)


def test_one_side_of_a_relationship_changes(ny: Host) -> None:
    leg = alter(ny, WEB, state="Suspended", synced="4h", frequency="15m", replica="other.example").legs[0]
    assert (leg.state, leg.frequency_s, leg.primary) == ("Suspended", 900, NY)
    assert (leg.replica, leg.receiver) == ("other.example", "other.example")
    assert leg.last_sync == LATER - timedelta(hours=4)
    assert alter(ny, WEB, synced="never").legs[0].last_sync is None


def test_replication_is_removed_and_made(ny: Host) -> None:
    web = alter(ny, WEB, mode="None")
    assert (web.legs, web.mode, web.state) == ([], "None", "Disabled")
    db = alter(ny, DB, mode="Primary", primary=NY, replica=NJ)
    assert (db.mode, db.state, db.legs[0].receiver) == ("Primary", "Replicating", NJ)


def test_a_copy_becomes_a_test_copy_and_stops_being_one(ny: Host) -> None:
    db = alter(ny, DB, mode="TestReplica")
    assert (db.mode, db.legs) == ("TestReplica", [])
    assert alter(ny, DB, mode="None").mode == "None"


def test_recovery_points_end_with_the_last_sync(ny: Host) -> None:
    web = alter(ny, WEB, synced="30m", points=3)
    newest = LATER - timedelta(minutes=30)
    assert [point.at for point in web.points] == [newest - timedelta(hours=hours) for hours in range(3)]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"power": "Of"}, "VMState has no 'Of'"),
        ({"networks": ["Nowhere"]}, "there is no switch 'Nowhere'"),
        ({"mode": "Primary"}, "mode Primary needs primary and replica"),
        ({"synced": "yesterday"}, "regex"),
    ],
)
def test_a_wrong_change_changes_nothing(ny: Host, fields: dict[str, object], said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        alter(ny, DB, name="renamed", **fields)
    assert (ny.machines[DB].name, ny.machines[DB].power, ny.machines[DB].legs) == ("db", "Off", [])


def test_a_copy_without_a_mode_has_no_relationship() -> None:
    text = f"""
about: one end forgot
sites: {{A: {{}}}}
pairs: []
hosts: {{HA: {{fqdn: ha.example}}, HB: {{fqdn: hb.example}}}}
endpoints: [{{name: ha, site: A, host: HA}}]
workloads:
  - name: web
    id: {WEB}
    replication: {{frequency: 5m, replica: hb.example}}
    copies: {{HA: {{mode: Primary}}, HB: {{}}}}
truth: {{endpoints: {{ha: {{state: ok}}}}, copies: []}}
"""
    ha, hb = build_hosts(parse(text, "small.yaml"), START)
    assert len(ha.machines[WEB].legs) == 1
    assert hb.machines[WEB].legs == []
