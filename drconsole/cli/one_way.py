"""Addresses that the config names for one site of a pair alone: a workload comes home with the other's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drconsole.domain.mapping import OneWay
from drconsole.wording.names import visible

if TYPE_CHECKING:
    from drconsole.domain.endpoint import Estate

HINT = "what a failover sets stays until another one sets another, so there it keeps the other site's."


def one_way(estate: Estate) -> tuple[OneWay, ...]:
    """All of them, in the order of the config."""
    return tuple(one for pair in estate.pairs for one in pair.one_way())


def sentence(one: OneWay) -> str:
    """What is missing, and why it matters."""
    adapter, workload = visible(one.adapter), visible(one.workload)
    return f"{adapter} of {workload} has no {one.family} address for {visible(one.site)}: {HINT}"
