"""Whatever stands in a file is a configuration or is answered as a wrong one; nothing else happens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from drconsole.config.load import load
from drconsole.config.model import Config
from drconsole.errors import ConfigError
from tests.unit.wrong_configs import GOOD

NAMES = ["environment", "sites", "pairs", "credentials", "endpoints", "state", "theme", "test_networks"]
NAMES += ["from", "to", "user", "password_command", "env", "prompt", "keyring", "kind", "site", "address"]
NAMES += [
    "ca_file",
    "pins",
    "sha256:" + "a" * 64,
    "insecure",
    "tls",
    "mouse",
    "kerberos",
    "refresh_s",
    "rpo",
    "15m",
    "networks",
    "from_vlan",
    "addresses",
    "workload",
    "adapter",
    "10.1.10.21/24",
    "gateway",
    "dns",
    "workloads",
    "hv:5c1f8c7e-0d0a-4b6e-9a51-1f2e3d4c5be2",
    "priority",
    "proven_days",
    "changes",
    "never",
    "nodes",
    "way",
    "loop",
    "transport",
    "ntlm",
    "New York",
    "ops",
    "hyperv",
    "vsphere",
    "a:1",
    "<<",
    "\x85\u2028",
]

scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.sampled_from(NAMES)
)
structures = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(st.sampled_from(NAMES), scalars), inner, max_size=6),
    ),
    max_leaves=25,
)
edits = st.lists(
    st.tuples(
        st.integers(0, len(GOOD) - 1),
        st.integers(0, 12),
        st.one_of(
            st.text(max_size=4), st.sampled_from(["\t", ": ", "- ", "&a ", "*a", "{", "]", "!x ", "|", "\0"])
        ),
    ),
    min_size=1,
    max_size=4,
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "c.yaml"


def answer(path: Path, data: bytes) -> Config | None:
    """The configuration that the bytes are, or None after checking how they were refused."""
    path.write_bytes(data)
    try:
        return load(path)
    except ConfigError as error:
        lines = error.message.split("\n")
        assert all(line.startswith(f"{path}:") for line in lines), lines
        assert all("; " in line and line.isprintable() for line in lines), lines
        return None


@settings(deadline=None)
@given(edits)
def test_edited_file(path: Path, changes: list[tuple[int, int, str]]) -> None:
    text = GOOD
    for at, length, new in changes:
        text = text[:at] + new + text[at + length :]

    answer(path, text.encode("utf-8", "surrogatepass"))


@settings(deadline=None)
@given(structures)
def test_any_structure(path: Path, structure: Any) -> None:
    answer(path, yaml.safe_dump(structure, allow_unicode=True).encode("utf-8", "surrogatepass"))


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(path: Path, data: bytes) -> None:
    assert answer(path, data) is None


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), structures, max_size=3), st.sampled_from(["gold", "vc-nj"]))
def test_any_values_in_an_endpoint(path: Path, values: dict[str, Any], name: str) -> None:
    content = yaml.safe_load(GOOD)
    content["endpoints"][name].update(values)

    config = answer(path, yaml.safe_dump(content, allow_unicode=True).encode("utf-8", "surrogatepass"))

    if config:
        assert [e.name for e in config.estate.endpoints] == ["gold", "vc-nj"]
        assert all(0 < c.port <= 65535 and c.host for c in config.connections)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), structures, max_size=4), structures)
def test_any_values_in_a_pair_and_its_lists(path: Path, values: dict[str, Any], inner: Any) -> None:
    content = yaml.safe_load(GOOD)
    content["pairs"][0].update({"networks": [inner], "addresses": [inner], **values})
    content["workloads"] = inner

    answer(path, yaml.safe_dump(content, allow_unicode=True).encode("utf-8", "surrogatepass"))
