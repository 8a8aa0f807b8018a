"""Which adapters of two copies of a VM are one: what tells them apart, and where nothing does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from drconsole.domain.deep import Adapter, Deep

# What a dynamic address is before the first start.
NO_MAC = "000000000000"


@dataclass(frozen=True, slots=True)
class Match:
    """Adapters of a source with those of a target, a pair each.

    ``guessed`` are the pairs that nothing but their order makes; one alone is never a guess.
    """

    told: tuple[tuple[Adapter, Adapter], ...]
    guessed: tuple[tuple[Adapter, Adapter], ...] = ()

    @property
    def pairs(self) -> tuple[tuple[Adapter, Adapter], ...]:
        """All of them."""
        return (*self.told, *self.guessed)


def _mac(adapter: Adapter) -> str:
    return "" if adapter.mac == NO_MAC else adapter.mac.upper()


# Whether a replica keeps the id of an adapter is not established; being a GUID, it is never alike by chance.
KEYS: tuple[Callable[[Adapter], str], ...] = (
    lambda adapter: adapter.id.lower(),
    _mac,
    lambda adapter: adapter.name.casefold(),
)


def matched(source: Deep, target: Deep) -> Match | None:
    """Match by id, then by MAC address, then by name, where that is unique at both ends; the rest in order.

    None where the numbers differ: then one adapter would be left without a word.
    """
    ours, theirs = list(source.adapters), list(target.adapters)
    if len(ours) != len(theirs):
        return None
    told: list[tuple[Adapter, Adapter]] = []
    for key in KEYS:
        there = {key(one): one for one in _unique(theirs, key)}
        for one in _unique(ours, key):
            if (other := there.get(key(one))) is not None:
                told.append((one, other))
                ours.remove(one)
                theirs.remove(other)
    rest = tuple(zip(ours, theirs, strict=True))
    return Match((*told, *rest)) if len(rest) == 1 else Match(tuple(told), rest)


def _unique(adapters: list[Adapter], key: Callable[[Adapter], str]) -> list[Adapter]:
    """Those that have a key, and share it with no other."""
    times = Counter(map(key, adapters))
    return [one for one in adapters if key(one) and times[key(one)] == 1]
