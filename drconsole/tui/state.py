"""What all screens of one console share: the newest picture, the time of the last tick, the source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from drconsole.domain.snapshot import Snapshot
from drconsole.tui.arming import Arming
from drconsole.tui.desk import Desk
from drconsole.tui.picture import Picture
from drconsole.tui.source import SnapshotSource


@dataclass
class ConsoleState:
    """Written by the app alone, but for ``news``, which the inventory takes away.

    Args:
        clock: the console's wall clock, UTC.
        now: the time of the last tick; ages stand still between ticks.
        asked: a person asked for a read that has not come yet.
        subject: the key of the workload that somebody looks at; empty for none.
        news: keys of workloads that changed since the cursor of the inventory stood on them.
        themes: the names of the themes that can be chosen here.
        desk: what has plans made and runs started.
        arming: whether this console may change anything.
    """

    source: SnapshotSource
    desk: Desk
    clock: Callable[[], datetime]
    now: datetime
    picture: Picture | None = None
    asked: bool = False
    subject: str = ""
    news: frozenset[str] = frozenset()
    themes: tuple[str, ...] = ()
    arming: Arming = field(default_factory=Arming)

    @property
    def snapshot(self) -> Snapshot | None:
        """The newest snapshot that was studied."""
        return self.picture.snapshot if self.picture else None
