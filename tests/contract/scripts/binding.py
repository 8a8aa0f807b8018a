"""Do a command's parameters bind, by the documented signatures alone?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from drconsole.lab.powershell.proxy.signatures import Cmdlet, Parameter

EVERY_SET = "__AllParameterSets"
COMMON = {
    "erroraction": ("Stop", "SilentlyContinue", "Continue", "Ignore"),
    "errorvariable": (),
    "verbose": (),
}
COMMON |= {"warningaction": COMMON["erroraction"], "warningvariable": (), "outvariable": ()}
SHOULD_PROCESS = ("whatif", "confirm")
SWITCHES = ("verbose", *SHOULD_PROCESS)
FORBIDDEN_NAMES = ("name", "vmname", "switchname")
"""Names are labels and patterns: scripts address Hyper-V objects by id or object."""


class Given(NamedTuple):
    """One parameter of a command with its value; None for a bare switch."""

    name: str
    value: Mapping[str, Any] | None


Problem = tuple[str, str]
"""A rule's name and what is wrong."""


def check(cmdlet: Cmdlet, command: Mapping[str, Any]) -> Iterator[Problem]:
    """Find what does not bind in a command as the real parser saw it."""
    parameters = {parameter.name.lower(): parameter for parameter in cmdlet.parameters}
    given: list[Given] = []
    for element in pairs(command["elements"], parameters):
        if isinstance(element, Given):
            given.append(element)
        else:
            yield element
    for one in given:
        yield from _one(cmdlet, parameters, one)
    names = [one.name.lower() for one in given]
    if len(set(names)) < len(names):
        yield "binding", f"{cmdlet.name}: a parameter is given twice"
    if all(name in parameters or _common(cmdlet, name) for name in names):
        yield from _sets(cmdlet, {name for name in names if name in parameters}, command["piped"])


def pairs(
    elements: list[Mapping[str, Any]], parameters: Mapping[str, Parameter]
) -> Iterator[Given | Problem]:
    """Join parameters with their values; what is left over is a position or a splat."""
    waiting: str | None = None
    for element in elements:
        if "parameter" in element:
            if waiting is not None:
                yield "binding", f"-{waiting} has no value"
            name, waiting = element["parameter"], None
            if element["joined"] is not None or _is_switch(parameters, name):
                yield Given(name, element["joined"])
            else:
                waiting = name
        elif element["splat"]:
            yield "splat", "arguments from a table cannot be checked"
        elif waiting is not None:
            yield Given(waiting, element["value"])
            waiting = None
        else:
            yield "position", f"a value without its parameter: {element['value']['text'] or '...'}"
    if waiting is not None:
        yield "binding", f"-{waiting} has no value"


def _is_switch(parameters: Mapping[str, Parameter], name: str) -> bool:
    known = parameters.get(name.lower())
    return known.type == "SwitchParameter" if known else name.lower() in SWITCHES


def _common(cmdlet: Cmdlet, name: str) -> bool:
    return name in COMMON or (cmdlet.should_process and name in SHOULD_PROCESS)


def _one(cmdlet: Cmdlet, parameters: Mapping[str, Parameter], given: Given) -> Iterator[Problem]:
    name = given.name.lower()
    text = given.value and given.value["text"]
    parameter = parameters.get(name)
    values = parameter.values if parameter else COMMON.get(name, ())
    if parameter is None and not _common(cmdlet, name):
        full = any(known.startswith(name) for known in parameters)
        yield (
            "binding",
            f"{cmdlet.name} has no -{given.name}" + (" (names are written in full)" if full else ""),
        )
    if values and text and text.lower() not in {value.lower() for value in values}:
        yield "binding", f"{cmdlet.name} -{given.name} does not take {text}"
    if parameter and parameter.range and text and text.isdigit():
        low, high = parameter.range
        if not low <= int(text) <= high:
            yield "binding", f"{cmdlet.name} -{given.name} takes {low} to {high}"
    if cmdlet.module == "Hyper-V" and name in FORBIDDEN_NAMES:
        yield "name", f"{cmdlet.name} -{given.name}: names are not unique and take patterns"


def _sets(cmdlet: Cmdlet, names: set[str], piped: bool) -> Iterator[Problem]:
    """Exactly one parameter set must take what is given, or the default one among several."""
    fitting = [one for one in cmdlet.sets if _fits(cmdlet, one, names, piped)]
    if not fitting:
        yield "binding", f"no parameter set of {cmdlet.name} takes {', '.join(sorted(names)) or 'nothing'}"
    elif len(fitting) > 1 and cmdlet.default_set not in fitting:
        yield "binding", f"{cmdlet.name}: more than one parameter set fits ({', '.join(fitting)})"


def _fits(cmdlet: Cmdlet, one: str, names: set[str], piped: bool) -> bool:
    there, needed = set(), set()
    for parameter in cmdlet.parameters:
        for place in parameter.places:
            if place.parameter_set in (one, EVERY_SET):
                there.add(parameter.name.lower())
                if place.mandatory and not (piped and (place.by_value or place.by_property)):
                    needed.add(parameter.name.lower())
    return needed <= names <= there
