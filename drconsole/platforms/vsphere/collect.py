"""Ask an endpoint for machines and for what surrounds them, page by page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
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
from drconsole.platforms.vsphere.soap import LoggedOut, UnknownFault

# The last page is understood when all others have been: small ones leave less to wait for.
PAGE = 250
MOST_OBJECTS = 200_000

_GONE = "ManagedObjectNotFound"
_LOGGED_OUT = "NotAuthenticated"


def machines(session: Session, cut: list[str]) -> Iterator[Found]:
    """All machines, without what is deleted while it is read.

    Args:
        cut: takes a sentence if the list is not given in full.

    Raises:
        LoggedOut: the session ended.
        vmodl.fault.ManagedObjectNotFound: something vanished in a way that cost the reply; ask anew.
    """
    hbr = TYPED_HBR if session.typed_replication() else RAW_HBR
    properties = [_properties(vim.VirtualMachine, machine_paths(hbr))]
    listed = _read(session, _in_view(session.view(vim.VirtualMachine), properties), "machines", cut)
    return (one for one in listed if not _gone(one))


def surroundings(session: Session, site: str, cut: list[str]) -> Surroundings:
    """The names of networks and datastores at a site.

    Args, raises:
        as ``machines``.
    """
    around = Surroundings(site, session.content.about.instanceUuid or "")
    properties = [_properties(vim.Network, ("name",)), _properties(vim.Datastore, ("name", "summary.url"))]
    spec = _in_view(session.view(vim.Network, vim.Datastore), properties)
    try:
        for one in _read(session, spec, "networks and datastores", cut):
            around.learn(one)
    except vim.fault.NoPermission as fault:
        cut.append(_cut("networks and datastores", 0, fault))
    return around


def fill_from_summary(session: Session, found: Iterable[Found]) -> None:
    """Ask for the summaries of machines without a configuration: an orphan still tells where it was."""
    bare = {one.ref: one for one in found if without_configuration(one)}
    while bare:
        try:
            summaries = list(_read(session, _of(bare, tuple(SUMMARIES.values())), "summaries", []))
        except vim.fault.NoPermission:
            return
        except vmodl.fault.ManagedObjectNotFound as fault:
            # One that was deleted meanwhile costs the reply; the others are asked for without it.
            if fault.obj is None or bare.pop(fault.obj._moId, None) is None:
                return
            continue
        for summary in summaries:
            bare[summary.ref].values.update(summary.values)
        return


def still_there(session: Session, ref: str) -> bool:
    """Whether a machine that is listed no more exists: only who says that it does not is believed."""
    try:
        listed = list(_read(session, _of((ref,), ("name",)), "one machine", []))
    except vmodl.fault.ManagedObjectNotFound:
        return False
    except vim.fault.NoPermission:
        return True
    return not all(_gone(one) for one in listed)


def _read(session: Session, spec: Any, what: str, cut: list[str]) -> Iterator[Found]:
    """The objects of a list; one that ends early by a fault is kept as far as it came.

    vCenter 7.0.3.2 to 8.0.2 refuses every page but the first to accounts without a right on the root folder;
    and a single machine whose data are broken may cost a page.
    """
    seen = 0
    try:
        with closing(session.pages(spec, PAGE)) as pages:
            for page in pages:
                for one in page.objects:
                    if _LOGGED_OUT in one.missing.values():
                        raise LoggedOut
                    yield one
                seen += len(page.objects)
                if page.token and seen > MOST_OBJECTS:
                    raise BadReply(f"The list of objects does not end: there are more than {MOST_OBJECTS}.")
    except vmodl.fault.ManagedObjectNotFound:
        raise
    except (vmodl.MethodFault, UnknownFault) as fault:
        if not seen:
            raise
        cut.append(_cut(what, seen, fault))


def _gone(one: Found) -> bool:
    """Whether it was deleted while it was read."""
    return "name" not in one.values and _GONE in one.missing.values()


def _in_view(view: Any, properties: list[Any]) -> Any:
    members = collector.TraversalSpec(name="view", path="view", skip=False, type=vim.view.ContainerView)
    objects = [collector.ObjectSpec(obj=view, skip=True, selectSet=[members])]
    return collector.FilterSpec(objectSet=objects, propSet=properties)


def _of(refs: Iterable[str], paths: tuple[str, ...]) -> Any:
    objects = [collector.ObjectSpec(obj=vim.VirtualMachine(ref)) for ref in refs]
    return collector.FilterSpec(objectSet=objects, propSet=[_properties(vim.VirtualMachine, paths)])


def _properties(kind: Any, paths: tuple[str, ...]) -> Any:
    return collector.PropertySpec(type=kind, pathSet=list(paths), all=False)


def _cut(what: str, seen: int, fault: Exception) -> str:
    if isinstance(fault, vim.fault.NoPermission):
        privilege = fault.privilegeId or "an unnamed privilege"
        return (
            f"The list of {what} was refused after {seen}: the account lacks {privilege} on the root folder."
        )
    name = fault.name if isinstance(fault, UnknownFault) else type(fault).__name__.rpartition(".")[2]
    return f"The list of {what} ended after {seen} with a fault of the endpoint ({name:.80})."
