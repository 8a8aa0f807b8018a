"""What our scripts must be: valid, bound, for Windows PowerShell 5.1, and blind to the machine they run on.

Everything is judged from what the real parser saw (``script_facts.ps1``).
"""

from __future__ import annotations

import base64
import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from drconsole.lab.powershell.proxy import signatures
from tests.contract.scripts.binding import Problem, check

EXTRACT = Path(__file__).parent / "script_facts.ps1"

STATIC_TYPES = {
    "convert",
    "math",
    "string",
    "text.encoding",
    "scriptblock",
    "guid",
    "timespan",
    "int",
    "long",
}
"""Types whose static members tell nothing of the machine; a leading System. does not matter."""

TYPES = STATIC_TYPES | {
    *("array", "bool", "datetime", "decimal", "double", "hashtable", "int32", "int64", "object", "ordered"),
    *("pscustomobject", "psobject", "switch", "uint64", "ulong", "void"),
}
"""Types that may be named at all."""

NEW_NODES = {
    "TernaryExpressionAst": "the ternary operator",
    "PipelineChainAst": "&& and ||",
}
NEW_OPERATORS = {"QuestionQuestion": "??", "QuestionQuestionEquals": "??="}
NEW_VARIABLES = {"$iswindows", "$islinux", "$ismacos", "$iscoreclr", "$psstyle"}
NEW_NUMBER = re.compile(r"^(?:0b[01]+\w*|\d+(?:y|uy|s|us|u|ul|n))$", re.IGNORECASE)
NEW_ESCAPE = re.compile(r"(?<!`)(?:``)*`(?:u\{|e)")
MACHINE_VARIABLES = {
    "$pwd",
    "$home",
    "$pshome",
    "$pid",
    "$profile",
    "$psscriptroot",
    "$pscommandpath",
    "$args",
}
TEXT_TO_CODE = ("create", "invokescript", "addscript", "newscriptblock")


class Finding(NamedTuple):
    """One violation: the rule's name, the line, and what is wrong."""

    rule: str
    line: int
    text: str


def parsed(pwsh: Path, scripts: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Let a real PowerShell parse scripts by name."""
    line = base64.b64encode(json.dumps(dict(scripts)).encode()) + b"\n"
    arguments = ["-NoLogo", "-NoProfile", "-NonInteractive", "-Command", EXTRACT.read_text("utf-8")]
    got = subprocess.run([pwsh, *arguments], input=line, capture_output=True, check=False)
    assert (got.returncode, got.stderr) == (0, b""), got
    facts: dict[str, dict[str, Any]] = json.loads(base64.b64decode(got.stdout))
    return facts


def findings(facts: Mapping[str, Any], frame: bool = False) -> list[Finding]:
    """Judge one script; ``frame`` is the only one that may turn text into code."""
    found = [Finding("syntax", error["line"], error["text"]) for error in facts["errors"]]
    for command in facts["commands"]:
        found += [Finding(rule, command["line"], text) for rule, text in _command(facts, command)]
    for node in facts["nodes"]:
        found += [Finding(rule, node["line"], text) for rule, text in _node(node, frame)]
    for token in facts["tokens"]:
        found += [Finding(rule, token["line"], text) for rule, text in _token(token)]
    return sorted(set(found), key=lambda one: (one.line, one.rule, one.text))


def known_cmdlets() -> dict[str, signatures.Cmdlet]:
    """Every cmdlet that a script may call, by its lower-case name."""
    documented = (*signatures.load().cmdlets, *signatures.built_ins())
    return {cmdlet.name.lower(): cmdlet for cmdlet in documented}


CMDLETS = known_cmdlets()
DOCUMENTED = {cmdlet.name for cmdlet in signatures.load().cmdlets}


def _command(facts: Mapping[str, Any], command: Mapping[str, Any]) -> Iterator[Problem]:
    functions = {function["name"].lower(): function for function in facts["functions"]}
    name = command["name"]
    if name is None:
        if command["head"] not in ("ParenExpressionAst", "ScriptBlockExpressionAst"):
            yield "dynamic", "which command is called is not in the text"
    elif name.lower() in functions:
        yield from _function(functions[name.lower()], command)
    elif (cmdlet := CMDLETS.get(name.lower())) is None:
        yield "unknown", f"{name} is no cmdlet that our scripts may call, and no function of this script"
    else:
        if name != cmdlet.name:
            yield "binding", f"{name} is written {cmdlet.name}"
        if command["piped"] and cmdlet.name in DOCUMENTED:
            yield "pipeline", f"nothing is piped into {name}: what it binds would depend on the object"
        yield from check(cmdlet, command)
        has_depth = any(e.get("parameter", "").lower() == "depth" for e in command["elements"])
        if cmdlet.name == "ConvertTo-Json" and not has_depth:
            yield "depth", "ConvertTo-Json cuts at depth 2 without a word"


def _function(function: Mapping[str, Any], command: Mapping[str, Any]) -> Iterator[Problem]:
    """Functions of the script are called by full parameter names as well."""
    known = {parameter.lower() for parameter in function["parameters"] if parameter}
    previous = False
    for element in command["elements"]:
        if "parameter" in element:
            if element["parameter"].lower() not in known:
                yield "binding", f"{function['name']} has no -{element['parameter']}"
        elif element["splat"]:
            yield "splat", "arguments from a table cannot be checked"
        elif not previous:
            yield "position", f"a value of {function['name']} without its parameter"
        previous = "parameter" in element and element["joined"] is None


def _node(node: Mapping[str, Any], frame: bool) -> Iterator[Problem]:
    yield from _later(node)
    yield from _machine(node)
    member = (node["member"] or "").lower()
    if node["kind"] == "InvokeMemberExpressionAst" and member in TEXT_TO_CODE and not frame:
        yield "code", f"{node['text']} turns text into code"
    if node["kind"] == "FileRedirectionAst":
        yield "machine", "redirection into a file"


def _later(node: Mapping[str, Any]) -> Iterator[Problem]:
    """What Windows PowerShell 5.1 does not have."""
    kind, text = node["kind"], node["text"]
    if kind in NEW_NODES:
        yield "5.1", NEW_NODES[kind]
    if node["operator"] in NEW_OPERATORS:
        yield "5.1", NEW_OPERATORS[node["operator"]]
    if node["maybe"] or (kind == "VariableExpressionAst" and text.endswith("?") and text != "$?"):
        yield "5.1", f"a null-conditional access: {text}"
    if node["later"]:
        yield "5.1", "a clean block or a background pipeline"
    if kind == "ConstantExpressionAst" and NEW_NUMBER.match(text):
        yield "5.1", f"the number {text}"
    if kind == "VariableExpressionAst" and text.lower() in NEW_VARIABLES:
        yield "5.1", text
    if kind == "BinaryExpressionAst":
        if node["operator"] == "DotDot" and "StringConstantExpressionAst" in (node["left"], node["right"]):
            yield "5.1", "a range of letters"
        if "replace" in node["operator"].lower() and node["right"] == "ScriptBlockExpressionAst":
            yield "5.1", "-replace with a script block"


def _machine(node: Mapping[str, Any]) -> Iterator[Problem]:
    """What would tell of the machine that runs the script, or reach past the allowed types."""
    if node["static"] is not None and _plain(node["static"]) not in STATIC_TYPES:
        yield "machine", f"[{node['static']}]::{node['member']}"
    if node["type"] is not None and _plain(node["type"]) not in TYPES:
        yield "machine", f"the type [{node['type']}]"
    if node["kind"] == "VariableExpressionAst":
        name = node["text"].lower()
        if name in MACHINE_VARIABLES or name.startswith(("$env:", "${env:")):
            yield "machine", node["text"]


def _plain(name: str) -> str:
    return name.lower().removeprefix("system.").removesuffix("[]")


def _token(token: Mapping[str, Any]) -> Iterator[Problem]:
    if token["kind"] in ("StringExpandable", "HereStringExpandable") and NEW_ESCAPE.search(token["text"]):
        yield "5.1", f"an escape that 5.1 does not know: {token['text']}"
    if token["kind"] == "Pipe" and token["first"]:
        yield "5.1", "a pipe at the beginning of a line"
