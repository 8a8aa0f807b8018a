"""Mistakes in a file of ours: collected first, then told all at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from drconsole.errors import ConfigError

Keys = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One mistake: where it is, what is wrong there, and what to write instead."""

    line: int
    key: str
    problem: str
    remedy: str


class Mistakes:
    """The mistakes found in one file."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._found: list[Mistake] = []

    def add(self, line: int, keys: Keys, problem: str, remedy: str) -> None:
        """Note a mistake; ``line`` counts from 1, and is 0 where it concerns the file as a whole."""
        self._found.append(Mistake(line, dotted(keys), problem, remedy))

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self._found)

    def check(self) -> None:
        """Raise all mistakes as one error, in the order of their lines.

        Raises:
            ConfigError: there is at least one mistake.
        """
        if self._found:
            raise self.error()

    def error(self) -> ConfigError:
        """All mistakes as one error; each is one line: file, line, key, what is wrong, what to do."""
        lines = [self._told(mistake) for mistake in sorted(set(self._found))]
        count = "1 mistake" if len(lines) == 1 else f"{len(lines)} mistakes"
        return ConfigError("\n".join(lines), hint=f"{count} to correct; nothing was started.")

    def _told(self, mistake: Mistake) -> str:
        where = f"{self.file}:{mistake.line}" if mistake.line else str(self.file)
        key = f" {mistake.key}:" if mistake.key else ""
        return f"{where}:{key} {mistake.problem}; {mistake.remedy}"


def dotted(keys: Keys) -> str:
    """The keys from the top of the file to one value, as people write it: ``endpoints.gold.site``."""
    text = ""
    for part in keys:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        else:
            text += ("." if text else "") + (part if _plain(part) else quoted(part))
    return text


def quoted(text: str, limit: int = 60) -> str:
    """A name from the file in quotes, on one line, with everything unprintable made visible."""
    return repr(text if len(text) <= limit else text[: limit - 3] + "...")


def closest(word: str, known: Iterable[str]) -> str:
    """The known word that this one was probably meant to be; empty when none is near."""
    folded = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else ""


def nearest(word: str, known: Iterable[str], what: str) -> str:
    """The remedy for a word that is not known: the nearest known one, else all of them."""
    names = list(known)
    if guess := closest(word, names):
        return f"did you mean {quoted(guess)}?"
    return f"known {what} are " + ", ".join(quoted(name) for name in names[:20])


def _plain(part: str) -> bool:
    return part.isprintable() and "." not in part and part == part.strip() and 0 < len(part) <= 60
