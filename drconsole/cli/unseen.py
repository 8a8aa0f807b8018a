"""Workloads that the config names and no endpoint shows: their keys are probably wrong."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from drconsole.domain.assemble import assemble
from drconsole.domain.reading import Reading

if TYPE_CHECKING:
    from drconsole.cli.probing import Probed
    from drconsole.domain.endpoint import Estate

HINT = "See its key: drconsole list --all --json"


def named_in(estate: Estate) -> dict[str, str]:
    """The keys of workloads that the config names, each with the first part of it that does."""
    found = dict.fromkeys(estate.wishes, "workloads")
    for pair in estate.pairs:
        for one in pair.addresses:
            found.setdefault(one.workload, f"the addresses of {pair.left} and {pair.right}")
    return found


def unseen(estate: Estate, done: Sequence[Probed]) -> dict[str, str]:
    """Those of them that no endpoint shows; none unless every endpoint has told everything it has."""
    readings = {one.connection.endpoint.name: one.result for one in done if isinstance(one.result, Reading)}
    if len(readings) < len(estate.endpoints) or not all(one.complete for one in readings.values()):
        return {}
    seen = {workload.key for workload in assemble(estate, (), readings, datetime.now(UTC)).workloads}
    return {key: where for key, where in named_in(estate).items() if key not in seen}
