"""What this console's own journal knows of workloads, put into a picture: passed tests, and open runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from drconsole.domain.open_runs import with_open_runs
from drconsole.domain.proven import with_proven
from drconsole.errors import StateError

if TYPE_CHECKING:
    from datetime import datetime

    from drconsole.config.model import Config
    from drconsole.domain.open_run import OpenRun
    from drconsole.domain.snapshot import Snapshot


def with_journal(config: Config, snapshot: Snapshot) -> Snapshot:
    """The picture with each workload's last passed test and its open run; an unreadable journal is told.

    Then nothing is said of tests and runs, and nothing is called not proven for that.
    """
    try:
        tests, runs = _known(config)
    except StateError as error:
        click.echo(f"When tests were passed, and which runs are open, is not known: {error}", err=True)
        return snapshot
    return with_open_runs(with_proven(snapshot, tests), runs)


def _known(config: Config) -> tuple[dict[str, datetime], dict[str, OpenRun]]:
    from drconsole.runs.journal import Journal
    from drconsole.runs.open_runs import OpenRuns
    from drconsole.runs.proven import last_passed
    from drconsole.runs.store import FILE, Store

    if not (config.state / FILE).exists():
        return {}, {}
    store = Store(config.state)
    try:
        journal = Journal(store)
        return last_passed(journal), OpenRuns(journal).now()
    finally:
        store.close()
