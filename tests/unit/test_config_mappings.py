"""What a configuration says of pairs, single workloads and changes, as the rest of the house gets it."""

from __future__ import annotations

from pathlib import Path

import pytest

from drconsole.config.load import load
from drconsole.domain.deep import FailoverAddress
from drconsole.domain.endpoint import Changes, Estate, Wishes
from tests.unit.wrong_configs import GOOD
from tests.unit.wrong_mappings import OTHER, PAIR, VM, adapter, networks

TWO_VLANS = (
    "{from: lan, from_vlan: 10, to: dr, to_vlan: 110}, {from: lan, from_vlan: 0, to: dr, to_vlan: 0}, "
    "{from: backup, from_vlan: 7, to: backup-dr}"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "c.yaml"


def estate(file: Path, old: str = PAIR, new: str = PAIR) -> Estate:
    assert old in GOOD
    file.write_text(GOOD.replace(old, new), encoding="utf-8")
    return load(file).estate


@pytest.mark.parametrize(
    ("site", "network", "vlan", "there"),
    [
        ("New Jersey", "lan", 10, ("dr", 110)),
        ("New Jersey", "lan", None, ("dr", 0)),
        ("New Jersey", "lan", 20, None),
        ("New York", "dr", 110, ("lan", 10)),
        ("New York", "dr", 0, ("lan", 0)),
        ("New York", "dr", 10, None),
        ("New Jersey", "backup", None, ("backup-dr", None)),
        ("New Jersey", "backup", 99, ("backup-dr", None)),
        ("New York", "backup-dr", 99, ("backup", 7)),
        ("New Jersey", "dr", 110, None),
        ("New Jersey", "elsewhere", None, None),
        ("Chicago", "lan", 10, None),
    ],
)
def test_networks_stand_for_each_other_there_and_back(
    file: Path, site: str, network: str, vlan: int | None, there: tuple[str, int | None] | None
) -> None:
    (pair,) = estate(file, new=networks(TWO_VLANS)).pairs

    assert pair.network_at(site, network, vlan) == there


def test_an_adapter_has_its_own_addresses_at_either_site(file: Path) -> None:
    home = "from: {address: 10.1.10.21/24, gateway: 10.1.10.1, dns: [10.1.10.2, 10.1.10.3]}"
    (pair,) = estate(file, new=adapter(f"{home}, to: {{address: 10.2.0.9/16}}")).pairs

    assert pair.addresses_at("New York", f"hv:{VM}") == {
        "A": FailoverAddress("10.1.10.21", "255.255.255.0", "10.1.10.1", ("10.1.10.2", "10.1.10.3"))
    }
    assert pair.addresses_at("New Jersey", f"hv:{VM}") == {"A": FailoverAddress("10.2.0.9", "255.255.0.0")}
    assert pair.addresses_at("New Jersey", f"hv:{OTHER}") == {}


def test_an_adapter_has_addresses_of_both_families_or_of_one(file: Path) -> None:
    """They are kept as they are written best, so that what a host tells can be compared."""
    both = (
        "to: {address: 10.2.0.9/16, ipv6: {address: 'FD00:2:0::9/64', gateway: 'fe80::1', dns: ['FD00::2']}}"
    )
    (pair,) = estate(file, new=adapter(f"from: {{ipv6: {{address: 'fd00:1::9/127'}}}}, {both}")).pairs

    assert pair.addresses_at("New Jersey", f"hv:{VM}") == {
        "A": FailoverAddress(
            "10.2.0.9",
            "255.255.0.0",
            v6="fd00:2::9",
            v6_length=64,
            v6_gateway="fe80::1",
            v6_dns=("fd00::2",),
        )
    }
    assert pair.addresses_at("New York", f"hv:{VM}") == {
        "A": FailoverAddress("", v6="fd00:1::9", v6_length=127)
    }


def test_where_no_end_stands_nothing_is_set(file: Path) -> None:
    (pair,) = estate(file, new=adapter("to: {address: 10.2.0.9/16}")).pairs

    assert pair.addresses_at("New York", f"hv:{VM}") == {}


def test_single_workloads_go_by_their_keys(file: Path) -> None:
    text = f"workloads:\n  hv:{VM}: {{priority: 1, proven_days: 7}}\n  'vs:New York:{VM}': {{priority: 5}}\n"
    known = estate(file, "theme: dark\n", f"theme: dark\nproven_days: 90\n{text}")

    assert known.wishes == {f"hv:{VM}": Wishes(1, 7), f"vs:New York:{VM}": Wishes(5)}
    assert known.priorities == {f"hv:{VM}": 1, f"vs:New York:{VM}": 5}
    assert [known.proven_days_of(key) for key in (f"hv:{VM}", f"vs:New York:{VM}", f"hv:{OTHER}")] == [
        7,
        90,
        90,
    ]


def test_without_a_word_a_test_counts_for_ever(file: Path) -> None:
    known = estate(file)

    assert (known.proven_days_of(f"hv:{VM}"), known.priorities) == (None, {})


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("{}", Changes.ASK),
        ("{changes: ask}", Changes.ASK),
        ("{changes: never}", Changes.NEVER),
        ("{changes: armed}", Changes.ARMED),
    ],
)
def test_what_may_be_changed_at_a_site(file: Path, said: str, meant: Changes) -> None:
    known = estate(file, "New Jersey: {}", f"New Jersey: {said}")

    assert known.changes_at("vc-nj") is meant
    assert known.changes_at("gold") is Changes.ASK
    assert known.changes_at("nobody") is Changes.NEVER
