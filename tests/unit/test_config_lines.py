"""The lines that a config lacks are lines that our own loader takes."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from drconsole.config.load import load
from drconsole.domain.unlisted import Unlisted
from drconsole.wording.config_lines import config_lines

CONFIG = """\
environment: TEST
sites: {New York: {}, "New: Jersey": {}}
credentials: {hosts: {user: reader, prompt: true}}
"""


@pytest.mark.parametrize("nodes", [(), ("hv7.corp.example",)])
def test_the_loader_takes_them(tmp_path: Path, nodes: tuple[str, ...]) -> None:
    host = Unlisted("HV9.corp.example", "ny", sites=("New: Jersey",), nodes=nodes)
    path = tmp_path / "drconsole.yaml"
    path.write_text(CONFIG + "\n".join(config_lines(host, ("hv9",), "hosts")), encoding="utf-8")
    path.chmod(0o600)
    (one,) = load(path).connections
    assert (one.endpoint.name, one.endpoint.site, one.host) == ("hv9-2", "New: Jersey", "HV9.corp.example")
    assert [node.host for node in one.nodes] == list(nodes)


def test_a_node_goes_to_its_cluster() -> None:
    lines = config_lines(Unlisted("HV3.corp.example", "gold", cluster="gold"))
    assert yaml.safe_load("\n".join(lines)) == {"endpoints": {"gold": {"nodes": {"HV3": "HV3.corp.example"}}}}


@given(st.text(min_size=1, max_size=40), st.text(max_size=10))
def test_any_name_stays_one_value_and_brings_no_control_character(name: str, site: str) -> None:
    lines = config_lines(Unlisted(name, "ny", sites=(site,)))
    assert all(line.isascii() and line.isprintable() for line in lines)
    (entry,) = yaml.safe_load("\n".join(lines))["endpoints"].values()
    assert (entry["address"], entry["site"], entry["credentials"]) == (name, site, "NAME")
    assert len(entry) == 4
