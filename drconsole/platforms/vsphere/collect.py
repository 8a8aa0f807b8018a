"""Ask an endpoint for all its machines and for what surrounds them, page by page."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from pyVmomi import vim, vmodl

from drconsole.errors import BadReply
from drconsole.platforms.vsphere.reply import Found
from drconsole.platforms.vsphere.session import Session, collector
from drconsole.platforms.vsphere.sightings import (
    MACHINE,
    RAW_HBR,
    SUMMARIES,
    TYPED_HBR,
    machine_paths,
    without_configuration,
)
from drconsole.platforms.vsphere.soap import LoggedOut, UnknownFault

PAGE = 500
MOST_OBJECTS = 200_000

_GONE = "ManagedObjectNotFound"
_LOGGED_OUT = "NotAuthenticated"


@dataclass(slots=True)
class Listed:
    """Objects by reference, and a sentence for each list that was not given in full."""

    objects: dict[str, Found] = field(default_factory=dict)
    cut: list[str] = field(default_factory=list)

    def add(self, one: Found) -> None:
        """Take one object in.

        Raises:
            LoggedOut: the session ended, and single properties alone say so.
            BadReply: there are more than any endpoint has.
        """
        if _LOGGED_OUT in one.missing.values():
            raise LoggedOut
        self.objects[one.ref] = one
        if len(self.objects) > MOST_OBJECTS:
            raise BadReply(f"The list of objects does not end: there are more than {MOST_OBJECTS}.")

    def machines(self) -> list[Found]:
        """Those that are machines, without what was deleted while it was read."""
        return [one for one in self.objects.values() if one.kind == MACHINE and not _gone(one)]

    def others(self) -> list[Found]:
        """Networks and datastores."""
        return [one for one in self.objects.values() if one.kind != MACHINE]


def whole(session: Session) -> Listed:
    """Read all machines, networks and datastores.

    Raises:
        LoggedOut: the session ended.
        vmodl.fault.ManagedObjectNotFound: something vanished in a way that cost the reply; ask anew.
    """
    hbr = TYPED_HBR if session.typed_replication() else RAW_HBR
    machines = [_properties(vim.VirtualMachine, machine_paths(hbr))]
    others = [_properties(vim.Network, ("name",)), _properties(vim.Datastore, ("name", "summary.url"))]
    listed = Listed()
    _read(session, _spec(_in_view(session.view(vim.VirtualMachine)), machines), listed, "machines")
    try:
        view = session.view(vim.Network, vim.Datastore)
        _read(session, _spec(_in_view(view), others), listed, "networks and datastores")
    except vim.fault.NoPermission as fault:
        listed.cut.append(_cut("networks and datastores", 0, fault))
    return listed


def fill_from_summary(session: Session, machines: list[Found]) -> None:
    """Ask for the summaries of machines without a configuration: an orphan still tells where it was."""
    bare = {one.ref: one for one in machines if without_configuration(one)}
    while bare:
        listed = Listed()
        try:
            _read(session, _of(bare, tuple(SUMMARIES.values())), listed, "summaries")
        except vim.fault.NoPermission:
            return
        except vmodl.fault.ManagedObjectNotFound as fault:
            # One that was deleted meanwhile costs the reply; the others are asked for without it.
            if fault.obj is None or bare.pop(fault.obj._moId, None) is None:
                return
            continue
        for ref, summary in listed.objects.items():
            bare[ref].values.update(summary.values)
        return


def still_there(session: Session, ref: str) -> bool:
    """Whether a machine that is listed no more exists: only who says that it does not is believed."""
    listed = Listed()
    try:
        _read(session, _of((ref,), ("name",)), listed, "one machine")
    except vmodl.fault.ManagedObjectNotFound:
        return False
    except vim.fault.NoPermission:
        return True
    return not all(_gone(one) for one in listed.objects.values())


def _read(session: Session, spec: Any, into: Listed, what: str) -> None:
    """Read a list; one that ends early by a fault is kept as far as it came.

    vCenter 7.0.3.2 to 8.0.2 refuses every page but the first to accounts without a right on the root folder;
    and a single machine whose data are broken may cost a page.
    """
    before = len(into.objects)
    try:
        with closing(session.pages(spec, PAGE)) as pages:
            for page in pages:
                for one in page.objects:
                    into.add(one)
    except vmodl.fault.ManagedObjectNotFound:
        raise
    except (vmodl.MethodFault, UnknownFault) as fault:
        seen = len(into.objects) - before
        if not seen:
            raise
        into.cut.append(_cut(what, seen, fault))


def _gone(one: Found) -> bool:
    """Whether it was deleted while it was read."""
    return "name" not in one.values and _GONE in one.missing.values()


def _in_view(view: Any) -> list[Any]:
    members = collector.TraversalSpec(name="view", path="view", skip=False, type=vim.view.ContainerView)
    return [collector.ObjectSpec(obj=view, skip=True, selectSet=[members])]


def _of(refs: Any, paths: tuple[str, ...]) -> Any:
    objects = [collector.ObjectSpec(obj=vim.VirtualMachine(ref)) for ref in refs]
    return _spec(objects, [_properties(vim.VirtualMachine, paths)])


def _properties(kind: Any, paths: tuple[str, ...]) -> Any:
    return collector.PropertySpec(type=kind, pathSet=list(paths), all=False)


def _spec(objects: list[Any], properties: list[Any]) -> Any:
    return collector.FilterSpec(objectSet=objects, propSet=properties)


def _cut(what: str, seen: int, fault: Exception) -> str:
    if isinstance(fault, vim.fault.NoPermission):
        privilege = fault.privilegeId or "an unnamed privilege"
        return (
            f"The list of {what} was refused after {seen}: the account lacks {privilege} on the root folder."
        )
    name = fault.name if isinstance(fault, UnknownFault) else type(fault).__name__.rpartition(".")[2]
    return f"The list of {what} ended after {seen} with a fault of the endpoint ({name:.80})."
