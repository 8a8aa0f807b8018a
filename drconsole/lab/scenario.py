"""Scenarios as text: what the sites hold, what goes wrong and when, and what a console must make of it.

A scenario is a YAML file; unknown keys, names that mean nothing and double keys are errors that name the
file and the key. Its form is ``scenario_form``.
"""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import yaml

from drconsole.lab.scenario_checks import mistakes
from drconsole.lab.scenario_form import Copy, Scenario, ScenarioError

BOOLEAN = "tag:yaml.org,2002:bool"


def names() -> list[str]:
    """The scenarios that come with the lab."""
    folder = files("drconsole.lab").joinpath("scenarios")
    return sorted(
        entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml")
    )


def load(name: str) -> Scenario:
    """Read a scenario that comes with the lab, or any ``.yaml`` file.

    Raises:
        ScenarioError: there is no such scenario, or it is wrong.
    """
    if name.endswith(".yaml"):
        path = Path(name)
        if not path.is_file():
            raise ScenarioError(f"{name}: no such file")
        return parse(path.read_text(encoding="utf-8"), name)
    if name not in names():
        raise ScenarioError(f"there is no scenario {name!r}; there are: {', '.join(names())}")
    entry = files("drconsole.lab").joinpath("scenarios", f"{name}.yaml")
    return parse(entry.read_text(encoding="utf-8"), f"{name}.yaml")


def parse(text: str, file: str) -> Scenario:
    """Check a scenario's text.

    Raises:
        ScenarioError: naming ``file`` and the key.
    """
    try:
        scenario = msgspec.convert(_with_parts(yaml.load(text, _Loader)), Scenario)
    except yaml.YAMLError as error:
        raise ScenarioError(f"{file}: {error}") from None
    except msgspec.ValidationError as error:
        raise ScenarioError(f"{file}: {error}") from None
    if wrong := list(mistakes(scenario)):
        raise ScenarioError("\n".join(f"{file}: {line}" for line in wrong))
    return scenario


def _with_parts(document: Any) -> Any:
    """The document with its truth in parts; a truth without parts holds for every console."""
    truth = document.get("truth") if isinstance(document, dict) else None
    if not isinstance(truth, dict) or "fresh" in truth:
        return document
    return {**document, "truth": {"fresh": truth}}


def changes(fields: object) -> Copy:
    """Check what a test or a timeline wants to change of a copy.

    Raises:
        ScenarioError: an unknown field or a value of the wrong kind.
    """
    try:
        return msgspec.convert(fields, Copy)
    except msgspec.ValidationError as error:
        raise ScenarioError(str(error)) from None


class _Loader(yaml.SafeLoader):
    """YAML's safe types, without double keys, and with words like ``Off`` as the texts they are."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [(tag, form) for tag, form in known if tag != BOOLEAN]
        for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Refuse a key that a mapping has twice."""
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key: Any = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} is there twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


_Loader.add_implicit_resolver(BOOLEAN, re.compile("^(?:true|false)$"), ["t", "f"])
