"""Ask an endpoint for all its machines and for the names of what surrounds them, page by page."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from pyVmomi import vim, vmodl

from drconsole.errors import BadReply
from drconsole.platforms.vsphere.reply import Found
from drconsole.platforms.vsphere.session import Session, collector
from drconsole.platforms.vsphere.sightings import (
    RAW_HBR,
    SUMMARIES,
    TYPED_HBR,
    Surroundings,
    machine_paths,
    without_configuration,
)

PAGE = 500
MOST_OBJECTS = 200_000

_GONE = "ManagedObjectNotFound"
_LOGGED_OUT = "NotAuthenticated"


@dataclass(slots=True)
class Collected:
    """Machines, what surrounds them, and a sentence for each list that was not given in full."""

    machines: list[Found]
    around: Surroundings
    limits: list[str] = field(default_factory=list)


def collect(session: Session, site: str) -> Collected:
    """Read everything that one light read needs, in two reads of properties (three with unreadable machines).

    Raises:
        vim.fault.NotAuthenticated: the session ended, also where only single properties say so.
        vmodl.fault.ManagedObjectNotFound: something vanished in a way that cost the reply; ask anew.
    """
    hbr = TYPED_HBR if session.typed_replication() else RAW_HBR
    specs = [_properties(vim.VirtualMachine, machine_paths(hbr))]
    machines, refused = _all(session, _spec(_in_view(session.view(vim.VirtualMachine)), specs))
    around = Surroundings(site, session.content.about.instanceUuid or "")
    collected = Collected([one for one in machines if not _gone(one)], around)
    if refused:
        collected.limits.append(_refused("machines", len(machines), refused))
    _fill_from_summary(session, collected.machines)
    specs = [_properties(vim.Network, ("name",)), _properties(vim.Datastore, ("name", "summary.url"))]
    try:
        others, refused = _all(session, _spec(_in_view(session.view(vim.Network, vim.Datastore)), specs))
    except vim.fault.NoPermission as fault:
        others, refused = [], _privilege(fault)
    if refused:
        collected.limits.append(_refused("networks and datastores", len(others), refused))
    for other in others:
        around.learn(other)
    return collected


def _fill_from_summary(session: Session, machines: list[Found]) -> None:
    """Ask for the summaries of machines without a configuration: an orphan still tells where it was."""
    bare = {one.ref: one for one in machines if without_configuration(one)}
    if not bare:
        return
    objects = [collector.ObjectSpec(obj=vim.VirtualMachine(ref)) for ref in bare]
    specs = [_properties(vim.VirtualMachine, tuple(SUMMARIES.values()))]
    try:
        summaries, _ = _all(session, _spec(objects, specs))
    except (vmodl.fault.ManagedObjectNotFound, vim.fault.NoPermission):
        return
    for summary in summaries:
        bare[summary.ref].values.update(summary.values)


def _all(session: Session, spec: Any) -> tuple[list[Found], str]:
    """All objects, each once, and the privilege whose lack ended the list early, if one did.

    vCenter 7.0.3.2 to 8.0.2 refuses every page but the first to accounts without a right on the root folder.
    """
    found: dict[str, Found] = {}
    try:
        with closing(session.pages(spec, PAGE)) as pages:
            for page in pages:
                for one in page.objects:
                    if _LOGGED_OUT in one.missing.values():
                        raise vim.fault.NotAuthenticated
                    found[one.ref] = one
                if page.token and len(found) > MOST_OBJECTS:
                    raise BadReply(f"The list of objects does not end: there are more than {MOST_OBJECTS}.")
    except vim.fault.NoPermission as fault:
        if not found:
            raise
        return list(found.values()), _privilege(fault)
    return list(found.values()), ""


def _gone(one: Found) -> bool:
    """Whether it was deleted while it was read."""
    return "name" not in one.values and _GONE in one.missing.values()


def _in_view(view: Any) -> list[Any]:
    members = collector.TraversalSpec(name="view", path="view", skip=False, type=vim.view.ContainerView)
    return [collector.ObjectSpec(obj=view, skip=True, selectSet=[members])]


def _properties(kind: Any, paths: tuple[str, ...]) -> Any:
    return collector.PropertySpec(type=kind, pathSet=list(paths), all=False)


def _spec(objects: list[Any], properties: list[Any]) -> Any:
    return collector.FilterSpec(objectSet=objects, propSet=properties)


def _privilege(fault: Any) -> str:
    return fault.privilegeId or "an unnamed privilege"


def _refused(what: str, seen: int, privilege: str) -> str:
    return f"The list of {what} was refused after {seen}: the account lacks {privilege} on the root folder."
