"""Commands in processes of their own: what they print, where, with which exit code, and what they leave."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

from drconsole.wording.names import visible
from tests.contract.commands import PATIENCE_S, PROGRAM, Terminal, run, serving, to_end

SCENARIO = files("drconsole.lab") / "scenarios" / "hostile-names.yaml"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The configuration of a lab that runs as long as these tests."""
    home = tmp_path_factory.mktemp("served")
    with serving("lab", "--serve", "--write-config", "lab.yaml", home=home) as process:
        assert process.stdout
        assert process.stdout.readline() == f"ready {home / 'lab.yaml'}\n"
        yield home / "lab.yaml"


def no_config(home: Path) -> str:
    return f"There is no configuration yet: {home}/.config/drconsole/config.yaml does not exist."


@pytest.mark.parametrize("arguments", [[], ["list"], ["list", "--json"]])
def test_without_configuration_it_says_what_to_do(arguments: list[str], tmp_path: Path) -> None:
    ran = run(*arguments, home=tmp_path)

    assert (ran.returncode, ran.stdout) == (64, "")
    title, message, *hint = ran.stderr.splitlines()
    assert title == "The configuration is wrong:"
    assert message.strip() == no_config(tmp_path)
    assert hint[0].endswith("drconsole lab")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["lsit"], "There is no command 'lsit'. Did you mean 'list'?"),
        (["--what"], "No such option '--what'"),
        (["list", "--wait"], "requires an argument"),
        (["list", "--wait", "soon"], "'soon' is not a valid float"),
        (["list", "--wait", "nan"], "'nan' is not a number"),
        (["list", "--wait", "-1"], "-1.0 is not in the range"),
        (["list", "--width", "10"], "10 is not in the range"),
        (["list", "extra"], "unexpected extra argument"),
        (["lab", "--powershell", "nowhere"], "'nowhere' does not exist"),
        (["lab", "--scenario", "no-such-scenario"], "no-such-scenario"),
        (["lab", "--speed", "-1"], "-1.0 is not in the range"),
        (["--config", "x.yaml", "lab"], "--config has no meaning here"),
        (["--config", "x.yaml"], "x.yaml: there is no such file"),
    ],
)
def test_wrong_commands_are_told_on_stderr_with_exit_64(
    arguments: list[str], told: str, tmp_path: Path
) -> None:
    ran = run(*arguments, home=tmp_path)

    assert (ran.returncode, ran.stdout) == (64, "")
    assert told in ran.stderr
    assert len(ran.stderr.splitlines()) >= 3
    assert "Traceback" not in ran.stderr
    assert list(tmp_path.iterdir()) == []


def test_help_and_version_are_data() -> None:
    for arguments, told in (
        (["--help"], "drconsole lab"),
        (["--version"], "drconsole 0."),
        (["list", "-h"], "--json"),
    ):
        ran = run(*arguments, home=Path("/"))
        assert (ran.returncode, ran.stderr) == (0, "")
        assert told in ran.stdout


def test_list_prints_what_json_says(served: Path, tmp_path: Path) -> None:
    text = run("--config", served, "list", "--all", home=tmp_path)
    data = run("--config", served, "list", "--all", "--json", home=tmp_path)

    assert (text.returncode, data.returncode, text.stderr, data.stderr) == (0, 0, "", "")
    answer = json.loads(data.stdout)
    assert {endpoint["state"] for endpoint in answer["endpoints"]} == {"ok"}
    lines = text.stdout.splitlines()
    assert lines[0].startswith("drconsole   LAB steady")
    assert max(map(len, lines[: lines.index("", 3)])) <= 120
    assert len(answer["workloads"]) > 10
    for workload in answer["workloads"]:
        rows = [line for line in lines if line.startswith(f"{workload['name']} ")]
        assert rows
        assert any(all(copy["role"] in line for copy in workload["copies"][:2]) for line in rows)


def test_unprotected_machines_are_left_out_unless_asked_for(served: Path, tmp_path: Path) -> None:
    few, all_ = (
        json.loads(run("--config", served, "list", "--json", *more, home=tmp_path).stdout)["workloads"]
        for more in ([], ["--all"])
    )

    assert len(few) < len(all_)
    assert "UNPROTECTED" not in {copy["role"] for w in few for copy in w["copies"]}
    assert "UNPROTECTED" in {copy["role"] for w in all_ for copy in w["copies"]}


def test_configuration_by_variable(served: Path, tmp_path: Path) -> None:
    ran = run("list", home=tmp_path, more={"DRCONSOLE_CONFIG": str(served)})

    assert ran.returncode == 0
    assert ran.stdout.startswith("drconsole   LAB steady")


@pytest.mark.parametrize("how", ["no terminal", "dumb"])
def test_where_no_screen_can_be_drawn_the_list_is_printed(how: str, served: Path, tmp_path: Path) -> None:
    if how == "dumb":
        terminal = Terminal("--config", served, home=tmp_path, more={"TERM": "dumb"})
        code, printed = terminal.end(), terminal.seen
    else:
        ran = run("--config", served, home=tmp_path)
        code, printed = ran.returncode, ran.stdout

    assert code == 0
    assert "drconsole   LAB steady" in printed
    assert "WORKLOAD" in printed
    assert "\x1b" not in printed


def test_console_opens_in_a_terminal_and_ends_by_its_key(served: Path, tmp_path: Path) -> None:
    terminal = Terminal("--config", served, home=tmp_path)
    terminal.until("WORKLOAD")

    terminal.type("q")

    assert terminal.end() == 0
    assert "Traceback" not in terminal.seen


def test_files_of_ours_are_private_and_hold_no_password(served: Path, tmp_path: Path) -> None:
    run("--config", served, "--debug", "list", home=tmp_path)
    folder = served.with_name("lab.yaml.lab")
    password = (folder / "password").read_text().strip()
    files = [served, *(path for path in folder.rglob("*") if path.is_file())]

    assert len(password) > 10
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert {stat.S_IMODE(p.stat().st_mode) for p in (folder, *folder.rglob("*")) if p.is_dir()} == {0o700}
    holders = [path for path in files if password in path.read_text(encoding="utf-8", errors="replace")]
    assert holders == [folder / "password"]
    assert "DEBUG" in (folder / "state" / "log" / "drconsole.log").read_text()


def in_shell(rest: str, home: Path, more: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command in a shell that says at the end how the first of a pipe ended."""
    command = f"{' '.join(PROGRAM)} {rest}; echo ${{PIPESTATUS[0]}} >&2"
    return to_end(["bash", "-c", command], home=home, more=more)


@pytest.mark.parametrize("buffered", ["", "1"], ids=["buffered", "unbuffered"])
@pytest.mark.parametrize(("command", "code"), [("list", 141), ("list --json", 141), ("health", 3)])
def test_reader_that_goes_away_is_told_by_the_exit_code_alone(
    served: Path, tmp_path: Path, command: str, code: int, buffered: str
) -> None:
    ran = in_shell(f"--config {served} {command} | true", tmp_path, {"PYTHONUNBUFFERED": buffered})

    assert ran.stderr == f"{code}\n"


@pytest.mark.parametrize("buffered", ["", "1"], ids=["buffered", "unbuffered"])
@pytest.mark.parametrize(
    ("where", "why"), [(">/dev/full", "No space left on device"), (">&-", "Standard output is closed")]
)
@pytest.mark.parametrize(("command", "code"), [("list", 1), ("list --json", 1), ("health", 3), ("--help", 1)])
def test_output_that_cannot_be_written_is_told(
    served: Path, tmp_path: Path, command: str, code: int, where: str, why: str, buffered: str
) -> None:
    ran = in_shell(f"--config {served} {command} {where}", tmp_path, {"PYTHONUNBUFFERED": buffered})

    told = ("The output cannot be written:", f"  {why}.", "What was printed is not whole: do not go by it.")
    assert ran.stderr.splitlines() == [*told, str(code)]


@pytest.mark.parametrize(
    ("command", "code"), [("list --wrong", 64), ("health --wrong", 3), ("runs show x", 64)]
)
@pytest.mark.parametrize("where", ["2>/dev/full", "2>&-", ">/dev/full 2>/dev/full"])
def test_a_complaint_that_cannot_be_written_changes_no_exit_code(
    served: Path, tmp_path: Path, command: str, code: int, where: str
) -> None:
    ran = in_shell(f"--config {served} {command} {where}", tmp_path)
    assert ran.stderr.splitlines() == [str(code)]


def test_what_is_left_in_a_stream_that_nobody_takes_changes_no_exit_code() -> None:
    script = "import sys\nfrom drconsole.cli.output import complaints\n"
    script += "with complaints(): sys.__stdout__.write('left')\nsys.exit(7)"
    with open("/dev/full", "w") as full:
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
        ran = subprocess.run(
            [sys.executable, "-c", script], stdout=full, stderr=subprocess.PIPE, env=environment, text=True
        )
    assert (ran.returncode, ran.stderr) == (7, "")


def test_terminal_without_unicode_gets_the_list(served: Path, tmp_path: Path) -> None:
    narrow = ("list", "--width", "110")  # room for the first words of the next action
    ran = run("--config", served, *narrow, home=tmp_path, more={"PYTHONIOENCODING": "latin-1"})

    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.isascii()
    assert r"\u2026" in ran.stdout


def test_slow_password_command_is_not_told_as_a_slow_endpoint(served: Path, tmp_path: Path) -> None:
    content = yaml.safe_load(served.read_text())
    content["state"] = str(tmp_path / "state")
    os.mkfifo(tmp_path / "alive")
    alive = os.open(tmp_path / "alive", os.O_RDONLY | os.O_NONBLOCK)
    command = ["/bin/sh", "-c", f"exec sleep 4321 3>{tmp_path / 'alive'}"]
    content["credentials"]["lab"]["password_command"] = command
    config = tmp_path / "slow.yaml"
    config.write_text(yaml.safe_dump(content))

    ran = run("--config", config, "list", "--wait", "1", home=tmp_path)

    assert ran.returncode == 0
    assert "credential 'lab' is being waited for: its password_command 'sh' has not answered" in ran.stdout
    assert "answered completely" not in ran.stdout
    assert "4321" not in ran.stdout + ran.stderr
    assert select.select([alive], [], [], PATIENCE_S)[0], "the command outlives who asked it"
    assert os.read(alive, 1) == b""
    os.close(alive)


def test_state_that_cannot_be_written_is_told(served: Path, tmp_path: Path) -> None:
    content = yaml.safe_load(served.read_text())
    config = tmp_path / "c.yaml"
    config.write_text(yaml.safe_dump({**content, "state": "/proc/state"}))

    ran = run("--config", config, "list", home=tmp_path)

    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith(
        "The state folder cannot be used:\n  The folder /proc/state cannot be written"
    )


def wrong_password(served: Path, folder: Path) -> Path:
    content: dict[str, Any] = yaml.safe_load(served.read_text())
    content["credentials"]["lab"] = {"user": "operator", "env": "LAB_PASSWORD"}
    config = folder / "wrong.yaml"
    config.write_text(yaml.safe_dump({**content, "state": "state"}))
    return config


def test_console_ends_when_its_terminal_vanishes_without_a_signal(served: Path, tmp_path: Path) -> None:
    terminal = Terminal("--config", served, home=tmp_path)
    terminal.until("WORKLOAD")

    assert terminal.vanish() == 128 + signal.SIGHUP


@pytest.mark.parametrize("password", ["wr0ng-c4n4ry", None])
def test_wrong_or_missing_passwords_are_told_and_never_shown(
    password: str | None, served: Path, tmp_path: Path
) -> None:
    config = wrong_password(served, tmp_path)
    more = {"LAB_PASSWORD": password} if password else {}

    ran = run("--config", config, "--debug", "list", home=tmp_path, more=more)

    assert ran.returncode == 0
    assert "DO NOT ANSWER 4 of 4" in ran.stdout
    assert password is not None or "LAB_PASSWORD is not set" in ran.stdout
    written = "".join(p.read_text(errors="replace") for p in tmp_path.rglob("*") if p.is_file())
    assert "c4n4ry" not in written + ran.stdout + ran.stderr


@pytest.mark.parametrize("arguments", [[], ["list"]])
def test_person_is_asked_before_the_screen_opens(arguments: list[str], served: Path, tmp_path: Path) -> None:
    content: dict[str, Any] = yaml.safe_load(served.read_text())
    content["credentials"]["lab"] = {"user": "operator", "prompt": True}
    config = tmp_path / "asking.yaml"
    config.write_text(yaml.safe_dump({**content, "state": "state"}))
    password = (served.with_name("lab.yaml.lab") / "password").read_text().strip()
    terminal = Terminal("--config", config, *arguments, home=tmp_path)

    terminal.until("Password of operator (lab; empty leaves its endpoints out): ")
    terminal.type(f"{password}\n")
    terminal.until("REPLICA")
    terminal.type("q")

    assert terminal.end() == 0
    assert password not in terminal.seen
    written = "".join(p.read_text(errors="replace") for p in tmp_path.rglob("*") if p.is_file())
    assert password not in written


def test_wrong_theme_file_is_told_before_anything_is_read(served: Path, tmp_path: Path) -> None:
    content: dict[str, Any] = yaml.safe_load(served.read_text())
    (tmp_path / "mine.yaml").write_text("primary: '#zzzzzz'\n")
    config = tmp_path / "themed.yaml"
    config.write_text(yaml.safe_dump({**content, "state": "state", "theme": "mine.yaml"}))

    terminal = Terminal("--config", config, home=tmp_path)

    assert terminal.end() == 64
    assert "The theme is wrong:" in terminal.seen
    assert f"{tmp_path}/mine.yaml:1" in terminal.seen
    assert not (tmp_path / "state" / "readings").is_dir() or not list(
        (tmp_path / "state" / "readings").glob("*.json")
    )


def test_after_the_lab_is_gone_the_list_shows_what_was_last_known(tmp_path: Path) -> None:
    with serving("lab", "--serve", "--write-config", "lab.yaml", home=tmp_path) as process:
        assert process.stdout
        assert process.stdout.readline().startswith("ready ")
        before = json.loads(run("--config", "lab.yaml", "list", "--json", home=tmp_path).stdout)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0

    text = run("--config", "lab.yaml", "list", home=tmp_path)
    after = json.loads(run("--config", "lab.yaml", "list", "--json", home=tmp_path).stdout)

    assert text.returncode == 0
    assert "DO NOT ANSWER 4 of 4" in text.stdout
    assert {endpoint["state"] for endpoint in after["endpoints"]} == {"silent"}
    assert all(endpoint["error"] for endpoint in after["endpoints"])
    copies = [copy for workload in after["workloads"] for copy in workload["copies"]]
    assert {copy["fresh"] for copy in copies} == {False}
    assert roles(before) == roles(after)


def roles(answer: Any) -> dict[str, list[str]]:
    return {w["key"]: [copy["role"] for copy in w["copies"]] for w in answer["workloads"]}


def test_second_lab_on_one_file_is_refused(served: Path, tmp_path: Path) -> None:
    before = served.read_text()

    ran = run("lab", "--serve", "--write-config", served, home=tmp_path)

    assert ran.returncode == 64
    assert "A lab that runs now uses" in ran.stderr
    assert served.read_text() == before


def test_hostile_names_are_shown_letter_by_letter_and_steer_nothing(tmp_path: Path) -> None:
    names = [entry["name"] for entry in yaml.safe_load(SCENARIO.read_text(encoding="utf-8"))["workloads"]]
    command = ("lab", "--serve", "--scenario", "hostile-names", "--write-config", "lab.yaml")
    with serving(*command, home=tmp_path) as process:
        assert process.stdout
        assert process.stdout.readline().startswith("ready ")
        text = run("--config", "lab.yaml", "list", "--all", "--width", "400", home=tmp_path)
        data = run("--config", "lab.yaml", "list", "--all", "--json", home=tmp_path)

    found = [workload["name"] for workload in json.loads(data.stdout)["workloads"]]
    assert sorted(found) == sorted(names)
    for printed in (text.stdout, data.stdout):
        assert printed.replace("\n", "").isprintable()
    rows = text.stdout.splitlines()
    for name in names:
        shown = visible(name)
        assert any(line.startswith((shown, shown[:15])) for line in rows), shown


def test_dead_endpoints_are_told_each_in_its_own_words(tmp_path: Path) -> None:
    command = ("lab", "--serve", "--scenario", "dead-endpoints", "--write-config", "lab.yaml")
    with serving(*command, home=tmp_path) as process:
        assert process.stdout
        assert process.stdout.readline().startswith("ready ")
        content = yaml.safe_load((tmp_path / "lab.yaml").read_text())
        for name, one in content["endpoints"].items():
            # The dead have little time, who lives as much as it takes.
            one["budget_s"] = 60 if name == "njhv03" else 3
        (tmp_path / "patient.yaml").write_text(yaml.safe_dump(content))
        data = run("--config", "patient.yaml", "list", "--json", "--wait", "120", home=tmp_path)

    assert data.returncode == 0
    endpoints = json.loads(data.stdout)["endpoints"]
    states = [endpoint["state"] for endpoint in endpoints]
    assert states.count("ok") == 1
    errors = [endpoint["error"] for endpoint in endpoints if endpoint["state"] != "ok"]
    assert len(errors) >= 5
    assert all(errors)


@pytest.mark.pwsh
def test_both_engines_give_equal_lists(served: Path, pwsh: Path, tmp_path: Path) -> None:
    with serving(
        "lab", "--serve", "--powershell", pwsh, "--write-config", "real.yaml", home=tmp_path
    ) as real:
        assert real.stdout
        assert real.stdout.readline().startswith("ready ")
        answers = [
            json.loads(run("--config", file, "list", "--all", "--json", "--wait", "60", home=tmp_path).stdout)
            for file in (served, tmp_path / "real.yaml")
        ]

    evaluator, powershell = ([timeless(workload) for workload in a["workloads"]] for a in answers)
    assert evaluator == powershell


def timeless(value: Any) -> Any:
    """An answer without times and ages, which differ from run to run."""
    if isinstance(value, dict):
        moving = {"since", "last_sync", "rpo_s", "age_s"}
        return {key: timeless(item) for key, item in value.items() if key not in moving}
    return [timeless(item) for item in value] if isinstance(value, list) else value


def test_debug_logs_sizes_and_times_of_exchanges_never_bodies(served: Path, tmp_path: Path) -> None:
    content: dict[str, Any] = yaml.safe_load(served.read_text())
    config = tmp_path / "c.yaml"
    config.write_text(yaml.safe_dump({**content, "state": "state"}))
    log = tmp_path / "state" / "log" / "drconsole.log"

    run("--config", config, "list", home=tmp_path)
    quiet = log.read_text()
    run("--config", config, "--debug", "list", home=tmp_path)
    loud = log.read_text().removeprefix(quiet)

    assert "bytes" not in quiet
    assert re.search(
        r"https://127\.0\.0\.1:\d+/wsman: sent \d+ bytes, HTTP 200 with \d+ bytes in \d+\.\d{3} s", loud
    )
    for secret in ("Envelope", "Basic ", "powershell.exe"):
        assert secret not in loud
