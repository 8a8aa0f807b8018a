"""When each workload's last test passed, from this console's own journal, put into a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from drconsole.domain.proven import with_proven
from drconsole.errors import StateError

if TYPE_CHECKING:
    from datetime import datetime

    from drconsole.config.model import Config
    from drconsole.domain.snapshot import Snapshot


def with_last_tests(config: Config, snapshot: Snapshot) -> Snapshot:
    """The picture with the last passed test of each workload; a journal that cannot be read is told.

    Then nothing is said of tests, and nothing is called not proven for that.
    """
    try:
        return with_proven(snapshot, _last_tests(config))
    except StateError as error:
        click.echo(f"When tests were passed is not known: {error}", err=True)
        return snapshot


def _last_tests(config: Config) -> dict[str, datetime]:
    from drconsole.runs.journal import Journal
    from drconsole.runs.proven import last_passed
    from drconsole.runs.store import FILE, Store

    if not (config.state / FILE).exists():
        return {}
    store = Store(config.state)
    try:
        return last_passed(Journal(store))
    finally:
        store.close()
