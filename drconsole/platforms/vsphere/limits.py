"""Say what could not be seen, a sentence for each kind. Pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from textwrap import shorten

from drconsole.domain.reading import Sighting
from drconsole.platforms.vsphere.reply import Found

# More and longer ones come from an endpoint that lies, and nobody would read them.
_MOST, _LONGEST = 12, 400

NOT_ALL = (
    "The account may not read the inventory from its root (System.Read): "
    "machines may be left out without a word."
)

NOTHING = (
    "There is no machine, datastore or network at all: either this endpoint is empty, "
    "or the account's role on the root of the inventory is not propagated."
)


def unlisted(count: int) -> str:
    """Machines that are listed no more, of which the endpoint does not say that it has them no more."""
    machines, gone = (
        ("1 machine is", "it is gone") if count == 1 else (f"{count} machines are", "they are gone")
    )
    return (
        f"{machines} no longer listed, but the endpoint does not say that {gone}: "
        "the account may have lost the right to see them."
    )


def unread(pairs: Iterable[tuple[Found, Sighting]]) -> list[str]:
    """A sentence for each set of properties that machines did not give, and for each unusual state."""
    kinds: Counter[tuple[str, tuple[str, ...], str]] = Counter()
    for found, seen in pairs:
        paths = tuple(path for path in seen.unread if not (seen.own_state and path == "runtime.powerState"))
        if paths or seen.own_state:
            kinds[seen.own_state, paths, ", ".join(sorted(set(found.missing.values())))] += 1
    told = [_sentence(count, *kind) for kind, count in sorted(kinds.items())]
    if len(told) > _MOST:
        return [*told[:_MOST], f"And {len(told) - _MOST} more kinds of this."]
    return told


def _sentence(count: int, state: str, paths: tuple[str, ...], faults: str) -> str:
    machines = "1 machine" if count == 1 else f"{count} machines"
    said = []
    if state:
        said.append(f"{'is' if count == 1 else 'are'} {state}, so the power state is not known")
    if paths:
        said.append(f"did not give {', '.join(paths)}" + (f" ({faults})" if faults else ""))
    return shorten(f"{machines} {', and '.join(said)}.", _LONGEST, placeholder=" ...")
