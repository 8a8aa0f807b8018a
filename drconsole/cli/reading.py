"""What one-shot commands share: read all endpoints once, and find the workload that somebody named."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

from drconsole.errors import UsageError
from drconsole.wording.names import visible

if TYPE_CHECKING:
    from drconsole.config.model import Config
    from drconsole.domain.snapshot import Snapshot, Workload

WAIT_S = 10.0
WIDTH_WITHOUT_TERMINAL = 120
NARROWEST = 60
SHORTEST_PREFIX = 6
FILTER_HELP = (
    "Only what passes this filter, as / takes it in the console: words, ! (with alarms), role: site: health:"
    " platform: name: alarm:"
)


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
    """
    by_key = [w for w in snapshot.workloads if w.key == word]
    by_name = [w for w in snapshot.workloads if word in (w.name, visible(w.name))]
    by_prefix = [w for w in snapshot.workloads if len(word) >= SHORTEST_PREFIX and w.key.startswith(word)]
    found = by_key or by_name or by_prefix
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(
            f"There is no workload {visible(word)!r}.", hint="Names and keys: drconsole list --all --json"
        )
    keys = "\n".join(f"  {w.key}  {visible(w.name)}" for w in found)
    raise UsageError(f"{visible(word)!r} names {len(found)} workloads:\n{keys}", hint="Name one by its key.")
