"""Pairs of sites: which networks and addresses stand for each other, in both directions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from drconsole.config.addresses import ENDS, check_addresses, maps_of
from drconsole.config.form import Form
from drconsole.config.mistakes import Keys, quoted
from drconsole.config.schema import UNIT_S, PairForm
from drconsole.domain.endpoint import Pair
from drconsole.domain.mapping import NetworkMap


def check_pairs(data: Mapping[str, Any], form: Form) -> None:
    """Note what is wrong in pairs, and between them and the sites that they name."""
    sites = data.get("sites", {})
    seen: dict[frozenset[str], int] = {}
    taken: dict[tuple[str, str], int] = {}
    for at, pair in enumerate(data.get("pairs", [])):
        for end in ENDS:
            form.refers(("pairs", at, end), pair.get(end), list(sites), "sites")
        ends = frozenset(str(pair[end]) for end in ENDS if end in pair)
        line = form.line("pairs", at)
        if "from" in pair and pair.get("from") == pair.get("to"):
            form.mistakes.add(line, ("pairs", at), "a site is paired with itself", "name two sites")
        elif len(ends) == 2 and ends in seen:
            problem = f"this pair stands here again, first on line {seen[ends]}"
            form.mistakes.add(line, ("pairs", at), problem, "one pair is enough for both directions")
        seen.setdefault(ends, line)
        _networks(at, pair, sites, form)
        check_addresses(at, pair, list(sites), taken, form)


def _networks(at: int, pair: Mapping[str, Any], sites: Mapping[str, Any], form: Form) -> None:
    lines = pair.get("networks", [])
    for end in ENDS:
        tests = sites.get(str(pair.get(end)), {}).get("test_networks", [])
        for number, one in enumerate(lines):
            keys = ("pairs", at, "networks", number, end)
            if one.get(end) is not None and one.get(end) in tests:
                problem = f"{quoted(one[end])} is a test network of {quoted(pair[end])}"
                remedy = "name a network where people work; tests find theirs by test_networks"
                form.mistakes.add(form.line(*keys), keys, problem, remedy)
        _told_apart(("pairs", at, "networks"), lines, end, form)


def _told_apart(keys: Keys, lines: Sequence[Mapping[str, Any]], end: str, form: Form) -> None:
    """Of several lines for one network, its VLAN must tell which holds; else the way back is a guess."""
    names = [one.get(end) for one in lines]
    for number, one in enumerate(lines):
        if one.get(end) is None or names.count(one[end]) == 1:
            continue
        vlan, first = one.get(f"{end}_vlan"), names.index(one[end])
        same = [n for n, other in enumerate(lines[:number]) if other.get(end) == one[end]]
        if vlan is None or any(lines[n].get(f"{end}_vlan") == vlan for n in same):
            problem = f"several lines are for {quoted(one[end])}, the first is line {form.line(*keys, first)}"
            remedy = f"give each of them a {end}_vlan of its own, or leave one"
            form.mistakes.add(form.line(*keys, number), (*keys, number, end), problem, remedy)


def pair_of(form: PairForm) -> Pair:
    """A pair that has no mistakes, for the rest of the house."""
    return Pair(
        form.left,
        form.right,
        int(form.rpo[:-1]) * UNIT_S[form.rpo[-1]] if form.rpo else None,
        networks=tuple(NetworkMap(n.left, n.right, n.left_vlan, n.right_vlan) for n in form.networks),
        addresses=tuple(maps_of(form)),
    )
