"""A console's configuration on a lab whose time goes fast, for runs by command."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
import yaml

from drconsole.cli.lab_place import config_of
from drconsole.runs.chain import Record
from drconsole.runs.follow import records_of
from drconsole.runs.journal import ENDED, Journal
from drconsole.runs.store import Store
from tests.contract.commands import run
from tests.lab import LabPool, LabProcess

ALLOWED = ("--allow-changes", "--confirm")


@dataclass
class Site:
    """A lab, and a console's configuration for it."""

    lab: LabProcess
    home: Path
    _journal: Journal | None = None
    _awaited: set[str] = field(default_factory=set)

    @property
    def config(self) -> Path:
        return self.home / "config.yaml"

    def configure(self, more: Mapping[str, Any]) -> None:
        """Write the configuration anew, with more in it than a lab says of itself."""
        content = config_of(self.lab.description, self.home / "state")
        self.config.write_text(yaml.safe_dump({**content, **more}), encoding="utf-8")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command to its end."""
        return run("--config", self.config, *arguments, home=self.home)

    def json(self, *arguments: str) -> dict[str, Any]:
        """What a command answers to machines.

        Raises:
            AssertionError: it answered nothing of the kind; with all that it said instead.
        """
        ran = self.run(*arguments, "--json")
        try:
            answer: dict[str, Any] = json.loads(ran.stdout)
        except ValueError:
            said = f"{ran.args} ended with {ran.returncode}: {ran.stdout!r} {ran.stderr}"
            raise AssertionError(said) from None
        return answer

    def roles(self, key: str) -> dict[str, str]:
        """The role of each copy by endpoint."""
        return {copy["endpoint"]: copy["role"] for copy in self.json("show", key)["copies"]}

    def machines_of(self, *workloads: str) -> list[dict[str, str]]:
        """The machines of workloads as they are, but for what their guests go on writing."""
        told = [one for one in self.lab.machines() if one["workload"] in workloads]
        return [
            {name: str(one.get(name)) for name in ("host", "vm", "power", "notes", "mode", "networks")}
            for one in told
        ]

    @property
    def journal(self) -> Journal:
        """The console's journal, opened once."""
        if self._journal is None:
            self._journal = Journal(Store(self.home / "state"))
        return self._journal

    def await_record(self, ident: str, step: str, kind: str) -> None:
        """Return when a run has a record of that kind."""
        news = records_of(self.journal, ident)
        while not any((r.step, r.kind) == (step, kind) for r in news()):
            threading.Event().wait(0.02)
        news.close()

    def await_run(self, console: subprocess.Popen[bytes]) -> str:
        """The id of the run that a command orders: the only one that was not awaited before."""
        while not (new := {row.id for row in self.journal.runs()} - self._awaited):
            assert console.poll() is None, "it ended without ordering a run"
            threading.Event().wait(0.02)
        (run,) = new
        self._awaited.add(run)
        return run


@contextmanager
def site_on(labs: LabPool, folder: Path, world: str, program: str | None = None) -> Iterator[Site]:
    """A console on a world whose time goes fast while a run waits for something."""
    scenario = folder / "world.yaml"
    scenario.write_text(world, encoding="utf-8")
    lab = labs.lab(str(scenario), program)
    (folder / "state").mkdir()
    made = Site(lab, folder)
    made.configure({})
    ticking = threading.Event()
    clock = threading.Thread(target=let_time_pass, args=(lab, made.journal, ticking), daemon=True)
    clock.start()
    try:
        yield made
    finally:
        ticking.set()
        clock.join()
        _tell(made.journal)
        # The process of a run that still asks would outlive the test.
        for row in made.journal.runs():
            if row.state != ENDED:
                made.journal.ask(row.id, "abandon", "the end of the test")


def _tell(journal: Journal) -> None:
    """Print what every run did, beside what its commands said."""
    for row in journal.runs():
        sys.stdout.write(f"run {row.id} {row.state}\n")
        for one in journal.records(row.id):
            sys.stdout.write(f"  {one.at} step {one.step or '-'} {one.kind} {one.body[:400]}\n")


def let_time_pass(lab: LabProcess, journal: Journal, ended: threading.Event) -> None:
    """Let time pass: quickly while a run waits for something, little while its calls are under way.

    A busy machine must not use up the time limit of a call that is only slow here.
    """
    http = requests.Session()
    token = Path(lab.description["control"]["token_file"]).read_text(encoding="utf-8").strip()
    http.headers["Authorization"] = f"Bearer {token}"
    url = f"{lab.description['control']['url']}/advance"
    while not ended.wait(0.25):
        open_runs = [row.id for row in journal.runs() if row.state != ENDED]
        quick = any(_waits(journal.records(run)) for run in open_runs)
        http.post(url, json={"seconds": 20 if quick else 4}).raise_for_status()
    http.close()


def _waits(records: list[Record]) -> bool:
    """Whether no call of a run is under way, and the effect of one is waited for."""
    last = {record.step: record.kind for record in records if record.step and record.kind != "seen"}
    return "reply" in last.values() and not {"intent", "handle"} & set(last.values())
