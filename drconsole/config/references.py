"""What one struct cannot know: names that refer to others, addresses, files, one source per credential."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import Any

from drconsole.config import paths
from drconsole.config.address import PLAIN_WINRM, split_address
from drconsole.config.form import Form
from drconsole.config.mistakes import quoted
from drconsole.config.pairs import check_pairs
from drconsole.config.schema import SOURCES
from drconsole.config.trust import SEALS, check_trust
from drconsole.config.workloads import check_workloads

# Endpoint names become names of files (readings/<endpoint>.json) on file systems that may ignore case.
_FILE_NAME = re.compile(r"[^\W_][\w.-]*")
_LONGEST_NAME = 64
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def check(data: dict[str, Any], form: Form) -> None:
    """Note every mistake that shows only when parts are held against each other."""
    sites = list(data.get("sites", {}))
    check_pairs(data, form)
    check_workloads(data, form)
    ticketed = _only_with_tickets(data.get("endpoints", {}).values())
    for name, credential in data.get("credentials", {}).items():
        _credential(name, credential, form, needed=name not in ticketed)
    _endpoint_names(data.get("endpoints", {}), form)
    for name, endpoint in data.get("endpoints", {}).items():
        form.refers(("endpoints", name, "site"), endpoint.get("site"), sites, "sites")
        known = list(data.get("credentials", {}))
        form.refers(("endpoints", name, "credentials"), endpoint.get("credentials"), known, "credentials")
        _address(("endpoints", name, "address"), endpoint.get("address"), endpoint, form)
        _nodes(name, endpoint, form)
        _hyperv_only(name, endpoint, form)
        check_trust(name, endpoint, form)
    _shared_nodes(data.get("endpoints", {}), form)
    _theme(data.get("theme"), form)
    _state(data.get("state"), form)


def _theme(theme: str | None, form: Form) -> None:
    if theme is None or not theme.endswith((".yaml", ".yml")):
        form.refers(("theme",), theme, paths.theme_names(), "themes")
    elif not paths.beside(form.mistakes.file, theme).is_file():
        problem = f"there is no theme file {quoted(theme, 200)}"
        form.mistakes.add(form.line("theme"), ("theme",), problem, "name a shipped theme or a YAML file")


def _state(state: str | None, form: Form) -> None:
    """It need not exist, but it must not become a folder that is called ``~somebody``."""
    if state is not None and os.path.expanduser(state).startswith("~"):
        problem = f"there is no home folder {quoted(state.partition('/')[0])}"
        form.mistakes.add(form.line("state"), ("state",), problem, "write the whole path")


def _only_with_tickets(endpoints: Iterable[dict[str, Any]]) -> set[str]:
    """Credentials that are used, and by endpoints with Kerberos alone: no password is ever asked for."""
    used: dict[bool, set[str]] = {True: set(), False: set()}
    for one in endpoints:
        if isinstance(named := one.get("credentials"), str):
            used[one.get("transport") == "kerberos"].add(named)
    return used[True] - used[False]


def _credential(name: str, credential: dict[str, Any], form: Form, *, needed: bool) -> None:
    keys = ("credentials", name)
    given = [source for source in SOURCES if form.has(*keys, source)]
    remedy = "give exactly one of " + ", ".join(SOURCES)
    if needed and not given and keys not in form.spoilt:
        form.mistakes.add(form.line(*keys), keys, "it has no source of its password", remedy)
    if len(given) > 1:
        problem = f"it has {len(given)} sources of its password ({', '.join(given)})"
        form.mistakes.add(form.line(*keys), keys, problem, remedy)
    for switch in ("prompt", "keyring"):
        if credential.get(switch) is False:
            form.mistakes.add(form.line(*keys, switch), (*keys, switch), "false says nothing", "remove it")
    variable = credential.get("env")
    if variable is not None and not _VARIABLE.fullmatch(variable):
        problem = "this is not the name of an environment variable"
        remedy = "write its name alone, letters, digits and _, never the password"
        form.mistakes.add(form.line(*keys, "env"), (*keys, "env"), problem, remedy)


def _endpoint_names(endpoints: dict[str, Any], form: Form) -> None:
    seen: dict[str, str] = {}
    for name in endpoints:
        keys = ("endpoints", name)
        if not name or name != name.strip() or not name.isprintable():
            # The form has told it.
            continue
        if not _FILE_NAME.fullmatch(name):
            remedy = "use letters, digits, '-', '_' and '.', a letter or digit first"
            form.mistakes.add(form.line(*keys), keys, "this name cannot be the name of a file", remedy)
        elif len(name.encode()) > _LONGEST_NAME:
            problem = f"in UTF-8 this name is longer than {_LONGEST_NAME} bytes"
            form.mistakes.add(form.line(*keys), keys, problem, "rename it")
        first = seen.setdefault(name.casefold(), name)
        if first != name:
            problem = f"it differs from {quoted(first)} only in upper and lower case"
            form.mistakes.add(form.line(*keys), keys, problem, "rename one of the two")


def _address(keys: tuple[str | int, ...], address: Any, endpoint: dict[str, Any], form: Form) -> None:
    kind, tls = endpoint.get("kind", ""), endpoint.get("tls", True)
    if not isinstance(address, str):
        return
    try:
        _, port = split_address(address, kind, tls=tls)
    except ValueError as error:
        problem, _, remedy = str(error).partition("; ")
        form.mistakes.add(form.line(*keys), keys, problem, remedy)
        return
    if kind == "hyperv" and port == PLAIN_WINRM and tls:
        problem = "port 5985 is WinRM without TLS, where passwords can be read on the wire"
        remedy = "set up WinRM over HTTPS and use its port 5986"
        if endpoint.get("transport") in SEALS:
            problem = "port 5985 is WinRM without TLS"
            remedy = "add tls: false, which seals every message instead, or use port 5986"
        form.mistakes.add(form.line(*keys), keys, problem, remedy)


def _nodes(name: str, endpoint: dict[str, Any], form: Form) -> None:
    """The nodes of one cluster: each a computer of its own."""
    names: dict[str, str] = {}
    for node, address in (endpoint.get("nodes") or {}).items():
        keys = ("endpoints", name, "nodes", node)
        _address(keys, address, endpoint, form)
        first = names.setdefault(node.casefold(), node)
        if first != node:
            problem = f"it differs from {quoted(first)} only in upper and lower case"
            form.mistakes.add(form.line(*keys), keys, problem, "a node stands here once")


def _shared_nodes(endpoints: dict[str, Any], form: Form) -> None:
    """A node is read through its cluster alone: elsewhere too, its VMs would be copies at two places."""
    seen: dict[tuple[str, int], tuple[str | int, ...]] = {}
    for name, endpoint in endpoints.items():
        for node, address in (endpoint.get("nodes") or {}).items():
            keys = ("endpoints", name, "nodes", node)
            where = _where(address, endpoint)
            if where and (first := seen.setdefault(where, keys)) != keys:
                problem = f"this address stands here again, first on line {form.line(*first)}"
                form.mistakes.add(form.line(*keys), keys, problem, "give each node its own address")
    for name, endpoint in endpoints.items():
        where = _where(endpoint.get("address"), endpoint)
        if not endpoint.get("nodes") and where in seen:
            here = ("endpoints", name, "address")
            problem = f"this is a node of a cluster, on line {form.line(*seen[where])}"
            form.mistakes.add(form.line(*here), here, problem, "remove this endpoint, or the node there")


def _where(address: Any, endpoint: dict[str, Any]) -> tuple[str, int] | None:
    """Host and port of a Hyper-V address that is right."""
    if endpoint.get("kind") != "hyperv" or not isinstance(address, str):
        return None
    try:
        host, port = split_address(address, "hyperv", tls=endpoint.get("tls", True))
    except ValueError:
        return None
    return host.casefold().rstrip("."), port


def _hyperv_only(name: str, endpoint: dict[str, Any], form: Form) -> None:
    told = {"transport": "a transport", "tls": "a choice of TLS", "way": "a way", "nodes": "nodes"}
    for key, words in told.items():
        if endpoint.get("kind") == "vsphere" and key in endpoint:
            keys = ("endpoints", name, key)
            problem = f"only Hyper-V endpoints have {words}"
            form.mistakes.add(form.line(*keys), keys, problem, "remove the line")
