"""An alarm in little room: it loses what explains it, then the middle of a name, never half a word."""

from __future__ import annotations

from collections.abc import Iterator

from drconsole.wording.fit import cut_middle, width

# What follows one of these explains what stands before it. A list is none of them: half of it is untrue.
_OF, _SENTENCE = ": ", ". "
_CLAUSES = (_OF, "; ", _SENTENCE, " (", ", and ", ", its ", ", on ", " since ")
# That something is not true now but was last seen is never left out.
_SEEN = " (seen "
# So much of a name is kept while something else can be left out, and so much in any case.
NAME_GOOD, NAME_LEAST = 24, 8


def brief(parts: tuple[str, str, str], cells: int) -> str:
    """An alarm in at most ``cells`` cells where its first clause has room; else as short as it can be.

    Args:
        parts: what stands before the name of its subject, that name, and what is said of it.
    """
    before, name, told = parts
    for kept in (NAME_GOOD, NAME_LEAST):
        for said in _shorter(told):
            room = cells - width(before) - width(said)
            if room >= min(width(name), kept):
                return f"{before}{cut_middle(name, room)}{said}"
    return f"{before}{cut_middle(name, NAME_LEAST)}{said}"


def _shorter(told: str) -> Iterator[str]:
    """What is said, then without its last clause, and so on to the first one; no bracket is left open."""
    told, seen, when = told.partition(_SEEN)
    yield f"{told}{seen}{when}"
    while (end := max(told.rfind(mark) for mark in _CLAUSES)) > 0:
        said, of = told[:end], told.startswith(_OF, end)
        # What stands between a sentence and a colon only says of whom the rest is.
        told = said[: said.rfind(_SENTENCE)] if of and _SENTENCE in said else said
        if told.count("(") <= told.count(")"):
            yield f"{told}{seen}{when}"
