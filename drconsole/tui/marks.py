"""Marks of workloads: they outlive refreshes, filters and pairs, and go only with their workload."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from drconsole.domain.snapshot import Workload
from drconsole.wording.names import visible

NAMED = 3


class Marks:
    """The marked workloads, by key, with the names that they had."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def __len__(self) -> int:
        """How many are marked."""
        return len(self._names)

    def __contains__(self, key: object) -> bool:
        """Whether the workload of this key is marked."""
        return key in self._names

    def __iter__(self) -> Iterator[str]:
        """The keys, in the order of marking."""
        return iter(self._names)

    def toggle(self, workload: Workload) -> None:
        """Mark a workload, or take its mark away."""
        if self._names.pop(workload.key, None) is None:
            self._names[workload.key] = workload.name

    def toggle_all(self, workloads: Collection[Workload]) -> None:
        """Mark all of these; if they are all marked already, none of them."""
        if all(workload.key in self._names for workload in workloads):
            for workload in workloads:
                self._names.pop(workload.key, None)
        else:
            self._names.update({workload.key: workload.name for workload in workloads})

    def keep(self, keys: Collection[str]) -> str:
        """Drop the marks of all other workloads, and tell whose they were; empty when none was dropped."""
        gone = [visible(name) for key, name in self._names.items() if key not in keys]
        self._names = {key: name for key, name in self._names.items() if key in keys}
        if not gone:
            return ""
        named = ", ".join(gone[:NAMED]) + (f" and {len(gone) - NAMED} more" if len(gone) > NAMED else "")
        are, marks = ("is", "the mark is") if len(gone) == 1 else ("are", "their marks are")
        return f"{named} {are} no longer seen: {marks} dropped"

    def unseen(self, shown: Iterable[str]) -> int:
        """How many marked ones are not among those shown."""
        return len(self._names.keys() - set(shown))
