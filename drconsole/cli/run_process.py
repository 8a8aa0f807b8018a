"""The process of one run: reads its passwords from standard input, and brings the run to its end.

``python -m drconsole.cli.run_process --config FILE --run ID``; started by ``drconsole run`` and its like.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import click

from drconsole.cli import failures, planning, wiring
from drconsole.cli.basis import basis_of
from drconsole.cli.choices import Choices, prepared
from drconsole.cli.permitted import frozen_endpoints
from drconsole.config.model import Config
from drconsole.domain.plan import Plan
from drconsole.errors import DrConsoleError
from drconsole.log import logger
from drconsole.platforms.acting import Actor
from drconsole.runs.codec import ForeignOrder, decoded
from drconsole.runs.execute import execute
from drconsole.runs.history import Result
from drconsole.runs.journal import Journal
from drconsole.runs.process import passwords_from
from drconsole.runs.store import Store

_REREAD_S = 30.0


@click.command()
@click.option("--config", type=click.Path(path_type=Path), required=True)
@click.option("--run", required=True)
def main(config: Path, run: str) -> int:
    """Bring one run to its end."""
    passwords = passwords_from()
    known = prepared(Choices(config=config))
    store = Store(known.state)
    try:
        result = perform(known, Journal(store), run, passwords)
    except DrConsoleError as error:
        logger("drconsole.run").error("run %s: %s", run, error)
        raise
    finally:
        store.close()
    return 0 if result is Result.DONE else 1


def perform(config: Config, journal: Journal, run: str, passwords: Mapping[str, str]) -> Result:
    """Perform a run with the endpoints that its plan names.

    Raises:
        Refused: the run is alive, of another version, or was taken over.
        StateError: the journal cannot be written.
    """

    def actors(plan: Plan) -> Mapping[str, Actor]:
        return wiring.actors_of(wiring.narrowed(config, plan.endpoints, passwords))

    def reread(plan: Plan) -> Mapping[str, Iterable[tuple[str, str, str]]]:
        order = decoded(journal.run(run).order)
        assert not isinstance(order, ForeignOrder)
        own = wiring.narrowed(config, plan.endpoints, passwords)
        inventory = wiring.inventory_of(own)
        inventory.start()
        try:
            snapshot = inventory.wait(_REREAD_S)
        finally:
            inventory.stop()
        return planning.facts_now(own, snapshot, plan, run, order.by)

    frozen, environment = frozen_endpoints(config.estate), config.estate.environment

    def basis(plan: Plan) -> Mapping[str, str]:
        return basis_of(config, plan)

    return execute(journal, run, actors, reread, never=frozen, environment=environment, basis=basis)


if __name__ == "__main__":
    try:
        code = main(standalone_mode=False)
    except Exception as error:
        code = failures.tell(error)
    sys.exit(code)
