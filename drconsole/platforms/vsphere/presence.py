"""Which machines were listed before: one that is listed no more is gone only where the endpoint says so."""

from __future__ import annotations

from collections.abc import Callable, Set

# Each costs a call; the others are asked for by later reads.
MOST_ASKED = 20


class Presence:
    """Remembers the references of machines over the reads of one endpoint.

    A machine whose rights an account has lost leaves every list without a word, as if it were deleted.
    """

    def __init__(self) -> None:
        self._listed: Set[str] = frozenset()
        self._doubtful: list[str] = []

    def lost(self, listed: Set[str], still_there: Callable[[str], bool]) -> int:
        """How many machines were listed before, are not now, and are not known to be gone.

        Args:
            listed: the references of all machines that are listed now.
            still_there: asks the endpoint whether it has a machine; False only where it says that it has not.
        """
        absent = [ref for ref in (*sorted(self._listed), *self._doubtful) if ref not in listed]
        waiting = absent[MOST_ASKED:]
        # Who was asked for last comes last.
        self._doubtful = [*waiting, *(ref for ref in absent[:MOST_ASKED] if still_there(ref))]
        self._listed = frozenset(listed)
        return len(self._doubtful)
