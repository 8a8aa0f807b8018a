"""What of the config a plan rests on: what changes where something is done, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from drconsole.cli.basis import basis_of
from drconsole.config.load import load
from tests.runs.plans import plan, step

TEXT = """
environment: test
sites: {New York: {test_networks: [Isolated]}, New Jersey: {}, Boston: {}}
credentials: {one: {user: u, env: NOBODY_SETS_ONE}}
endpoints:
  ny: {kind: hyperv, site: New York, address: ny.example, credentials: one}
  nj: {kind: hyperv, site: New Jersey, address: nj.example, credentials: one}
  bo: {kind: hyperv, site: Boston, address: bo.example, credentials: one}
pairs:
  - from: New York
    to: New Jersey
    networks: [{from: Production, to: Recovered}]
  - {from: New York, to: Boston}
proven_days: 9
"""
KEY = "hv:11111111-1111-4111-8111-111111111111"
OTHER = "hv:22222222-2222-4222-8222-222222222222"
PLAN = plan([step("1", workload=KEY, endpoint="ny")], reads=("nj",))


def basis(folder: Path, *changes: tuple[str, str]) -> dict[str, str]:
    """The basis of the plan under the config with these changes."""
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file = folder / "config.yaml"
    file.write_text(text, encoding="utf-8")
    return basis_of(load(file), PLAN)


def test_it_is_of_its_endpoints_their_sites_and_the_pairs_between_them(tmp_path: Path) -> None:
    assert set(basis(tmp_path)) == {
        *("endpoint ny", "endpoint nj", "test networks of New York", "test networks of New Jersey"),
        *("networks of New York and New Jersey", f"addresses of {KEY} at New York and New Jersey"),
    }


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("address: ny.example", "address: elsewhere.example", {"endpoint ny"}),
        ("address: nj.example", "address: 'nj.example:5999'", {"endpoint nj"}),
        ("[Isolated]", "[Isolated, Lab]", {"test networks of New York"}),
        ("to: Recovered", "to: Backup", {"networks of New York and New Jersey"}),
        ("address: bo.example", "address: elsewhere.example", set()),
        ("{user: u,", "{user: another,", set()),
        ("proven_days: 9", "proven_days: 30", set()),
        ("proven_days: 9", "workloads: {'" + KEY + "': {priority: 1}}", set()),
    ],
)
def test_what_changes_is_named(tmp_path: Path, old: str, new: str, names: set[str]) -> None:
    before, after = basis(tmp_path), basis(tmp_path, (old, new))
    assert {name for name, value in after.items() if before.get(name) != value} == names


def test_an_endpoint_that_the_config_has_no_more_is_another(tmp_path: Path) -> None:
    gone = "  nj: {kind: hyperv, site: New Jersey, address: nj.example, credentials: one}\n"
    before, after = basis(tmp_path), basis(tmp_path, (gone, ""))
    assert before["endpoint nj"] != after["endpoint nj"]
