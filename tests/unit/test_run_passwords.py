"""Which passwords the process of a run is given: those its plan needs, and no others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from drconsole.cli.wiring import narrowed, passwords_of
from drconsole.config.load import load
from drconsole.config.model import Config
from drconsole.config.secrets import Secret
from drconsole.errors import LoginRefused
from tests.runs.plans import plan, step

TEXT = """
environment: test
sites: {here: {}, there: {}}
credentials:
  one: {user: u, env: NOBODY_SETS_ONE}
  two: {user: u, env: NOBODY_SETS_TWO}
  three: {user: u, env: NOBODY_SETS_THREE}
endpoints:
  host: {kind: hyperv, site: here, address: host.example, credentials: one}
  other: {kind: hyperv, site: there, address: other.example, credentials: two}
  ticket: {kind: hyperv, site: there, address: ticket.example, credentials: three, transport: kerberos}
"""


def config(tmp_path: Path, **passwords: str) -> Config:
    """A configuration whose credentials have these passwords."""
    file = tmp_path / "config.yaml"
    file.write_text(TEXT, encoding="utf-8")
    loaded = load(file)

    def secret(name: str) -> Secret:
        return Secret(name, "u", "test", lambda: passwords.get(name, ""))

    connections = tuple(replace(one, secret=secret(one.secret.name)) for one in loaded.connections)
    return replace(loaded, connections=connections)


def test_a_run_gets_the_passwords_that_its_plan_names(tmp_path: Path) -> None:
    known = config(tmp_path, one="1", two="2", three="3")
    assert passwords_of(known, plan([step("1")])) == {"one": "1"}
    assert passwords_of(known, plan([step("1")], reads=("other", "ticket"))) == {"one": "1", "two": "2"}


def test_what_is_only_looked_at_does_not_hold_a_run_up(tmp_path: Path) -> None:
    assert passwords_of(config(tmp_path, one="1"), plan([step("1")], reads=("other",))) == {"one": "1"}
    with pytest.raises(LoginRefused):
        passwords_of(config(tmp_path, two="2"), plan([step("1")], reads=("other",)))


def test_the_process_knows_no_other_endpoint(tmp_path: Path) -> None:
    own = narrowed(config(tmp_path, one="1", two="2"), {"host", "other"}, {"one": "given"})
    assert [one.endpoint.name for one in own.connections] == ["host", "other"]
    assert [one.name for one in own.estate.endpoints] == ["host", "other"]
    assert own.connections[0].secret() == "given"
    with pytest.raises(LoginRefused):
        own.connections[1].secret()
    assert "given" not in repr(own)
