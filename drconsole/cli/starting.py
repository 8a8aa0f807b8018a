"""Starting the process of a run from a command or the console."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drconsole.config.model import Config
    from drconsole.domain.confirmation import Planned
    from drconsole.domain.plan import Plan
    from drconsole.runs.journal import Journal
    from drconsole.runs.ordering import Permission
    from drconsole.runs.process import RunProcess


def starter(config: Config, plan: Plan) -> Callable[[str], RunProcess]:
    """What starts the process of a run, by its id, once it is ordered; the passwords are had before.

    The process gets the passwords that its plan needs, and no others. What is given raises StateError where
    the process cannot be started.

    Raises:
        LoginRefused: a password could not be had.
    """
    from drconsole.cli import wiring
    from drconsole.runs.process import start
    from drconsole.runs.survival import survival

    passwords = wiring.passwords_of(config, plan)
    prefix = survival().prefix

    def begin(run: str) -> RunProcess:
        # -P: a file of the current folder must not take the place of a module.
        command = [sys.executable, "-P", "-m", "drconsole.cli.run_process"]
        command += ["--config", str(config.source), "--run", run]
        return start(command, passwords, config.state, prefix)

    return begin


def started(config: Config, journal: Journal, made: Planned, permission: Permission) -> RunProcess:
    """Order the run of a plan and start its process; it has the id that the plan was made for.

    Raises:
        Refused: it may not be run, or another run holds a workload.
        LoginRefused: a password could not be had.
        StateError: the journal cannot be written, or the process not be started.
    """
    from drconsole.cli.run_command import order_of

    order = order_of(made, permission, config.estate)
    start = starter(config, made.plan)
    site = made.plan.subjects[0].target or made.plan.subjects[0].source
    return start(journal.create(order, site, made.run))
