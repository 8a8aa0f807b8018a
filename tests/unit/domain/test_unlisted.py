"""Which hosts answers name that the config lacks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drconsole.domain.endpoint import Endpoint, EndpointKind
from drconsole.domain.reading import Power
from drconsole.domain.unlisted import Unlisted, unlisted_in
from tests.unit.domain.builders import NJ, NY, estate, reading, relation, vm


def test_a_partner_that_is_an_endpoint_is_listed() -> None:
    both = {
        "ny": reading("ny", vm("ny", Power.ON, relation("Primary"))),
        "nj": reading("nj", vm("nj", Power.OFF, relation("Replica"))),
    }
    assert unlisted_in(estate(), both) == ()


def test_a_partner_that_nobody_is_is_named_once_with_its_likely_site() -> None:
    ends = [
        vm("ny", Power.ON, relation("Primary", replica="HV9.corp.example"), ident="v1"),
        vm("ny", Power.ON, relation("Primary", replica="hv9.corp.example."), ident="v2"),
    ]
    (found,) = unlisted_in(estate(), {"ny": reading("ny", *ends)})
    assert found == Unlisted("HV9.corp.example", "ny", sites=(NJ,), workloads=2)


def test_a_replica_names_its_primary_and_an_extended_leg_its_far_end() -> None:
    primary = vm("nj", Power.OFF, relation("Replica", primary="old.corp.example"))
    leg = relation("Replica", relationship="Extended", primary="nj.lab.example", replica="far.corp.example")
    middle = vm("nj", Power.OFF, relation("Replica"), leg, ident="v2")
    end = vm("ny", Power.OFF, relation("ExtendedReplica", primary="mid.corp.example"), ident="v3")
    readings = {"nj": reading("nj", primary, middle), "ny": reading("ny", end)}
    assert {one.name for one in unlisted_in(estate(), readings)} == {
        "old.corp.example",
        "far.corp.example",
        "mid.corp.example",
    }


@pytest.mark.parametrize("address", ["hv9.corp.example", "hv9.corp.example:5986", "10.0.0.9"])
def test_an_endpoint_that_never_answered_is_known_by_its_config(address: str) -> None:
    """By its address where that is a name, else by its own name in the config."""
    silent = Endpoint("hv9", NJ, EndpointKind.HYPERV_HOST, address)
    ends = vm("ny", Power.ON, relation("Primary", replica="hv9.corp.example"))
    assert unlisted_in(estate(silent), {"ny": reading("ny", ends)}) == ()


def test_a_broker_s_nodes_are_kept_and_no_ip_address_hides_a_partner() -> None:
    silent = Endpoint("other", NJ, EndpointKind.HYPERV_HOST, "10.0.0.9")
    through = relation("Primary", replica="br.corp.example", receiver="hv7.corp.example")
    (found,) = unlisted_in(estate(silent), {"ny": reading("ny", vm("ny", Power.ON, through))})
    assert (found.name, found.nodes) == ("br.corp.example", ("hv7.corp.example",))


def test_nodes_of_a_cluster_that_the_config_lacks() -> None:
    gold = replace(reading("ny"), unlisted_nodes=("HV3",))
    assert unlisted_in(estate(), {"ny": gold}) == (Unlisted("HV3", "ny", cluster="ny", sites=(NY,)),)


def test_relations_without_a_partner_s_name_name_nobody() -> None:
    nameless = vm("ny", Power.ON, relation("Primary", replica=""))
    assert unlisted_in(estate(), {"ny": reading("ny", nameless)}) == ()
