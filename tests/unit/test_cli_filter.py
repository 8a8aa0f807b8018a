"""``list`` and ``health`` take the filter of the console: same words, same meaning, and exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from drconsole.cli import health_command, list_command
from drconsole.cli.health_command import CRITICAL, OK, UNKNOWN, WARNING
from drconsole.cli.main import main
from drconsole.domain.snapshot import Snapshot
from drconsole.tui.sorting import Order
from tests.tui.pictures import NEW_YORK, picture, protected

Run = Callable[..., Result]
CONFIG = """\
environment: LAB
state: state
sites: {New York: {}, New Jersey: {}}
pairs: [{from: New York, to: New Jersey}]
credentials: {hosts: {user: op, env: NOBODY}}
endpoints:
  gold-n1:
    {kind: hyperv, site: New York, address: 10.1.0.11, credentials: hosts}
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on a picture that is there already; nothing is connected."""
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG, encoding="utf-8")

    def invoke(*words: str, snapshot: Snapshot | None = None) -> Result:
        reads: list[float] = []

        def once(config: object, wait_s: float) -> Snapshot:
            reads.append(wait_s)
            return snapshot or picture()

        for command in (list_command, health_command):
            monkeypatch.setattr(command, "snapshot_once", once)
        result = CliRunner().invoke(main, ["--config", str(path), *words])
        assert result.exit_code in (64, UNKNOWN) or reads
        return result

    return invoke


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("web", ["web-01", "web-02"]),
        ("role:recovered site:jersey", ["crm-app", "erp-db"]),
        ("role:unprotected", ["jumphost"]),
        ("! platform:hv health:warning", ["crm-app", "files-02"]),
        ("nothing-of-this-name", []),
    ],
)
def test_list_shows_what_passes(run: Run, text: str, names: list[str]) -> None:
    answer = json.loads(run("list", "--json", "--filter", text).stdout)
    assert sorted(workload["name"] for workload in answer["workloads"]) == names
    printed = run("list", "--filter", text).stdout
    rows = [line.split()[0] for line in printed.splitlines() if "ORIGINAL " in line or "UNPROTECTED" in line]
    assert sorted(rows) == names


def test_list_tells_the_worst_of_all_and_alarms_of_what_passes(run: Run) -> None:
    text = run("list", "--filter", "name:files").stdout
    assert "SPLIT-BRAIN erp-db" in text.splitlines()[1]
    assert "late" in text
    assert text.count("erp-db") == 1


def test_list_counts_what_passes_but_is_hidden(run: Run) -> None:
    assert "1 without protection is not shown" in run("list", "--filter", "jumphost").stdout
    assert "without protection" not in run("list", "--filter", "web").stdout


@pytest.mark.parametrize(
    ("order", "first", "title"),
    [("alarms", "erp-db", "RPO"), ("name", "crm-app", "RPO"), ("rpo", "crm-app", "RPO ▾")],
)
def test_list_orders_its_lines(run: Run, order: str, first: str, title: str) -> None:
    lines = run("list", "--order", order).stdout.splitlines()
    head = next(i for i, line in enumerate(lines) if line.startswith("WORKLOAD"))
    assert lines[head + 1].split()[0] == first
    assert f"{title}  " in lines[head]


def test_the_orders_are_those_of_the_console() -> None:
    assert list(list_command.ORDERS) == [order.value for order in Order]


@pytest.mark.parametrize("command", ["list", "health"])
def test_a_wrong_filter_is_told_whole_and_nothing_is_read(run: Run, command: str) -> None:
    result = run(command, "--filter", "role:orignal sight:york web")
    assert result.exit_code == (64 if command == "list" else UNKNOWN)
    assert result.stdout == ""
    assert "no role orignal: original?" in result.stderr
    assert "no term sight: site:?" in result.stderr


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("", CRITICAL, "CRITICAL: 7 workloads"),
        ("name:web", OK, "OK: 2 workloads, 0 problems"),
        ("name:files", WARNING, "WARNING: 1 workloads, 1 problems"),
        ("name:erp", CRITICAL, "CRITICAL: 1 workloads"),
        ("name:vanished", UNKNOWN, "UNKNOWN: 0 workloads"),
        ("name:web !", OK, "OK: 0 workloads"),
    ],
)
def test_health_speaks_of_what_passes(run: Run, text: str, code: int, words: str) -> None:
    result = run("health", "--filter", text)
    assert result.exit_code == code
    assert result.stdout.startswith(words)


def test_health_of_one_workload_minds_the_endpoints_at_its_sites(run: Run) -> None:
    dark = picture(silent=frozenset({"goldr2-n1"}))
    assert run("health", "--filter", "name:web", snapshot=dark).exit_code == CRITICAL
    assert run("health", "--filter", "name:jumphost", snapshot=dark).exit_code == OK


def test_health_of_a_protected_workload_minds_the_site_whose_copy_nobody_ever_saw(run: Run) -> None:
    seen = [one for one in protected("web-01", 1) if one.place.site == NEW_YORK]
    dark = picture(seen, silent=frozenset({"goldr2-n1"}))
    assert [copy.place.site for w in dark.workloads for copy in w.copies] == [NEW_YORK]
    found = run("health", "--filter", "name:web", snapshot=dark)
    assert found.exit_code == CRITICAL
    assert "goldr2-n1: silent since 4m: no complete answer" in found.stdout
