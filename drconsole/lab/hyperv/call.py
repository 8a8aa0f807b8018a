"""The seam between engines and the Hyper-V model: one bound cmdlet call, and the sink its answer goes to.

Both engines (the evaluator in a thread of this process, a real PowerShell behind a socket) make the same
``Call`` and offer the same ``Sink``; the model never knows which of them asks.

Values on the seam are plain data: None, bool, int, float, str, lists and dicts of these, and
``{"$date": iso}`` (DateTime), ``{"$span": seconds}`` (TimeSpan), ``{"$guid": text}`` (Guid),
``{"$enum": type, "name": name}`` (enumeration) and objects
``{"$type": documented type name, "$ref": handle of the model, "$text": how it prints, property: value}``.
Objects are snapshots: what a script holds never changes afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

HYPERV = "Microsoft.HyperV.PowerShell."


class Gone(Exception):
    """Nobody listens any more: the process died, or its pipeline stopped at an item it had to take."""


class Sink(Protocol):
    """Where the items of an answer go.

    Items are dicts: ``{"is": "object", "object": value}``, ``{"is": "error", "id", "text", "category",
    "target", "exception"}``, ``{"is": "warning", "text"}``, ``{"is": "verbose", "text"}``,
    ``{"is": "process", "target", "action"}`` (ShouldProcess) and ``{"is": "continue", "text", "caption"}``.
    """

    async def tell(self, item: Mapping[str, Any]) -> None:
        """Hand an item over without waiting until it was taken."""
        ...

    async def ask(self, item: Mapping[str, Any]) -> bool:
        """Hand an item over and wait until it was taken; for questions, the answer.

        Raises:
            Gone: taking it ended the pipeline.
        """
        ...


@dataclass(frozen=True, slots=True)
class Call:
    """One bound cmdlet call on one simulated host.

    ``bound`` maps documented parameter names to seam values; switches are True. ``host`` is the
    simulated host's key in the world.
    """

    host: str
    cmdlet: str
    parameter_set: str
    bound: Mapping[str, Any]


class World(Protocol):
    """What an engine calls."""

    async def run(self, call: Call, sink: Sink) -> dict[str, Any]:
        """Run one call: its items go to the sink; the last word is the result.

        Returns ``{"is": "end"}``, or ``{"is": "fatal", "id", "category", "exception", "text"}`` for an error
        that ends the pipeline. Raises only ``Gone`` and CancelledError.
        """
        ...

    def note_unmodelled(self, what: str) -> None:
        """Remember what a script used and the model does not have; tests assert that nothing was."""
        ...
