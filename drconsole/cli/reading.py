"""What one-shot commands share: read all endpoints once, and find the workload that somebody named."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

from drconsole.domain.snapshot import EndpointState
from drconsole.errors import DrConsoleError, NotSeen, UsageError
from drconsole.wording.names import visible

if TYPE_CHECKING:
    from drconsole.config.model import Config
    from drconsole.domain.snapshot import Snapshot, Workload

WAIT_S = 10.0
WIDTH_WITHOUT_TERMINAL = 120
NARROWEST = 60
SHORTEST_PREFIX = 6
NAMED = 5


def snapshot_once(config: Config, wait_s: float) -> Snapshot:
    """The picture when all endpoints have answered, or after ``wait_s``; silent ones as last known."""
    from drconsole.cli import wiring
    from drconsole.cli.passwords import have_passwords

    have_passwords(config)
    inventory = wiring.inventory_of(config)
    inventory.start()
    try:
        return inventory.wait(wait_s)
    finally:
        inventory.stop()


def text_width() -> int:
    """Columns of text: the terminal's, or a fixed number where there is none."""
    if not sys.stdout.isatty():
        return WIDTH_WITHOUT_TERMINAL
    return max(NARROWEST, shutil.get_terminal_size((WIDTH_WITHOUT_TERMINAL, 24)).columns)


def workload_named(snapshot: Snapshot, word: str) -> Workload:
    """The workload that a unique name, a key, or a key prefix of at least six characters names.

    Raises:
        UsageError: nothing is called so, or several are; the message lists their keys.
        NotSeen: nothing that is known is called so, and not everybody has told all that is there.
    """
    by_key = [w for w in snapshot.workloads if w.key == word]
    by_name = [w for w in snapshot.workloads if word in (w.name, visible(w.name))]
    by_prefix = [w for w in snapshot.workloads if len(word) >= SHORTEST_PREFIX and w.key.startswith(word)]
    found = by_key or by_name or by_prefix
    if len(found) == 1:
        return found[0]
    if not found:
        raise _nothing(snapshot, word)
    keys = "\n".join(f"  {w.key}  {visible(w.name)}" for w in found)
    raise UsageError(f"{visible(word)!r} names {len(found)} workloads:\n{keys}", hint="Name one by its key.")


def _nothing(snapshot: Snapshot, word: str) -> DrConsoleError:
    """That something is not there is only said where everybody has told everything."""
    unsure = [status for status in snapshot.endpoints if status.state is not EndpointState.OK]
    if not unsure:
        return UsageError(
            f"There is no workload {visible(word)!r}.", hint="Names and keys: drconsole list --all --json"
        )
    told = ", ".join(visible(status.name) for status in unsure[:NAMED])
    told += f" and {len(unsure) - NAMED} more" if len(unsure) > NAMED else ""
    count = f"{len(unsure)} of {len(snapshot.endpoints)} endpoints do not answer or do not show everything"
    return NotSeen(
        f"Nobody who answers shows a workload {visible(word)!r}, but {count}: {told}.",
        hint="See why: drconsole health",
    )
