"""Workloads in the configuration: they go by their keys alone, because names are not unique."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from drconsole.config.form import Form
from drconsole.config.mistakes import Keys, quoted
from drconsole.config.schema import WorkloadForm
from drconsole.domain.endpoint import Wishes

SAID = ("priority", "proven_days")
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_WRITTEN = "write the key that 'drconsole list --all --json' shows"


def check_workloads(data: Mapping[str, Any], form: Form) -> None:
    """Note keys that no workload can have, and workloads of which nothing is said."""
    for key in data.get("workloads", {}):
        keys = ("workloads", key)
        check_key(keys, key, list(data.get("sites", {})), form)
        if not any(form.has(*keys, said) for said in SAID) and keys not in form.spoilt:
            remedy = "add priority: or proven_days:, or remove the line"
            form.mistakes.add(form.line(*keys), keys, "nothing is said of it", remedy)


def check_key(keys: Keys, key: Any, sites: list[str], form: Form, *, hyperv_only: bool = False) -> None:
    """Note a mistake where a text cannot be a workload's key (design, section 3a)."""
    if not isinstance(key, str) or not key:
        # The form has told it.
        return
    vendor, _, rest = key.partition(":")
    site, between, ident = rest.rpartition(":")
    problem, remedy = "", _WRITTEN
    if vendor not in ("hv", "vs") or not rest:
        problem = f"{quoted(key)} is not the key of a workload (hv:... or vs:...); names are not unique"
    elif vendor == "vs" and hyperv_only:
        problem, remedy = "only Hyper-V gives an adapter other addresses after a failover", "remove it"
    elif vendor == "hv" and between and sites and site not in sites:
        problem = f"there is no {quoted(site)} among the sites"
    elif vendor == "hv" and not _GUID.fullmatch(ident):
        problem = f"{quoted(ident)} is not the Id of a VM in small letters"
    if problem:
        form.mistakes.add(form.line(*keys), keys, problem, remedy)


def wishes_of(forms: Mapping[str, WorkloadForm]) -> dict[str, Wishes]:
    """What is said of workloads, by their keys."""
    return {key: Wishes(one.priority, one.proven_days) for key, one in forms.items()}
