"""What a vSphere endpoint said about its machines, in the domain's words. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass, field

from drconsole.domain.place import Place
from drconsole.domain.reading import HbrSource, ManagedBy, Power, Sighting
from drconsole.platforms.vsphere.naming import decoded, split_vmx, store_id
from drconsole.platforms.vsphere.reply import Found, Value, items, text

CONNECTED = "connected"

# Set for every machine whose configuration can be read at all; the other paths may be unset and mean it.
ALWAYS = ("name", "runtime.powerState", "runtime.connectionState")
CONFIGURED = ("config.uuid", "config.template", "config.files.vmPathName")
_EXPECTED = frozenset((*ALWAYS, *CONFIGURED))
OPTIONAL = ("config.annotation", "config.managedBy", "datastore", "network")
TYPED_HBR = "config.repConfig"
# Before API 6.0 there is no repConfig; keyed paths of extraConfig are silently empty on some servers.
RAW_HBR = "config.extraConfig"

# What a machine leaves unread whose network or datastore is not known.
NAMES_UNREAD = frozenset({"network.name", "datastore.name", "place"})

# Where a machine without a readable configuration still tells a part of it.
SUMMARIES = {
    "config.uuid": "summary.config.uuid",
    "config.template": "summary.config.template",
    "config.files.vmPathName": "summary.config.vmPathName",
    "config.annotation": "summary.config.annotation",
    "config.managedBy": "summary.config.managedBy",
}

_POWER = {"poweredOn": Power.ON, "poweredOff": Power.OFF, "suspended": Power.SAVED}


def machine_paths(hbr_path: str) -> tuple[str, ...]:
    """The property paths of one read, with the one that tells of replication on this API."""
    return (*ALWAYS, *CONFIGURED, *OPTIONAL, hbr_path)


def without_configuration(machine: Found) -> bool:
    """Whether nothing of its configuration was given: orphaned, inaccessible, or just being made."""
    return not any(path in machine.values for path in CONFIGURED)


@dataclass(frozen=True, slots=True)
class Store:
    """A datastore by the name people know and by what identifies it."""

    name: str
    id: str


@dataclass(slots=True)
class Surroundings:
    """Names of networks and datastores by reference, and where all this was read."""

    site: str
    instance: str
    networks: dict[str, str] = field(default_factory=dict)
    stores: dict[str, Store] = field(default_factory=dict)
    store_names: dict[str, str] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether there is no network and no datastore."""
        return not self.networks and not self.stores

    def learn(self, found: Found) -> None:
        """Take a network or a datastore in; what has no readable name stays unknown."""
        name = text(found.values.get("name"))
        if name is None:
            return
        if found.kind == "Datastore":
            url = text(found.values.get("summary.url")) or ""
            store = self.stores[found.ref] = Store(decoded(name), store_id(url))
            self.store_names[found.ref] = store.name
        else:
            self.networks[found.ref] = decoded(name)


def sighting(machine: Found, around: Surroundings) -> Sighting:
    """One machine as a sighting; what the endpoint did not give is named in ``unread``."""
    values = machine.values
    unread = set(machine.missing)
    if without_configuration(machine):
        values = _with_summary(machine)
        unread |= {path for path in (*OPTIONAL, TYPED_HBR) if path[:7] == "config." and path not in values}
    unread |= _EXPECTED.difference(values)
    state = text(values.get("runtime.connectionState")) or "unknown"
    power = _power(text(values.get("runtime.powerState")), state)
    if power is Power.UNKNOWN:
        unread.add("runtime.powerState")
    networks = _names(values.get("network"), around.networks, "network", unread)
    return Sighting(
        place=_place(machine.ref, values, around, unread),
        handle=machine.ref,
        name=decoded(text(values.get("name")) or ""),
        power=power,
        uuid=(text(values.get("config.uuid")) or "").lower(),
        template=text(values.get("config.template")) == "true",
        managed_by=_managed_by(values.get("config.managedBy")),
        notes=text(values.get("config.annotation")) or "",
        networks=networks,
        datastores=_names(values.get("datastore"), around.store_names, "datastore", unread),
        own_state="" if state == CONNECTED else state,
        hbr=_typed_hbr(values.get(TYPED_HBR)) or _raw_hbr(values.get(RAW_HBR)),
        unread=tuple(sorted(unread)),
    )


def _with_summary(machine: Found) -> dict[str, Value]:
    told = {path: machine.values.get(summary) for path, summary in SUMMARIES.items()}
    return {path: value for path, value in told.items() if value is not None} | machine.values


def _power(state: str | None, connection: str) -> Power:
    # A machine whose host is out of reach keeps the power state of the last contact: that is no fact of now.
    if connection != CONNECTED:
        return Power.UNKNOWN
    return _POWER.get(state or "", Power.UNKNOWN)


def _place(ref: str, values: dict[str, Value], around: Surroundings, unread: set[str]) -> Place:
    vmx = text(values.get("config.files.vmPathName")) or ""
    name, where, path = split_vmx(vmx)
    if not where and vmx:
        where = _store_id(items(values.get("datastore")), name, around)
    if not where or not path:
        unread.add("place")
        # Unique and stable on this endpoint, which is all that can be known.
        where, path = f"unseen:{around.instance}", vmx or ref
    return Place("vsphere", around.site, where, path)


def _store_id(mine: list[Value], name: str, around: Surroundings) -> str:
    """The id of the machine's own datastore of this name, else of the only one that has it."""
    own = [ref for ref in mine if isinstance(ref, str)]
    for refs in (own, list(around.stores)):
        stores = [around.stores[ref] for ref in refs if ref in around.stores]
        ids = {store.id for store in stores if store.name == name}
        if len(ids) == 1:
            return ids.pop()
    return ""


def _names(value: Value | None, known: dict[str, str], path: str, unread: set[str]) -> tuple[str, ...]:
    refs = [ref for ref in items(value) if isinstance(ref, str)]
    if any(ref not in known for ref in refs):
        unread.add(f"{path}.name")
    return tuple(known.get(ref, ref) for ref in refs)


def _managed_by(value: Value | None) -> ManagedBy | None:
    extension = text(value, "extensionKey")
    return ManagedBy(extension, text(value, "type") or "") if extension else None


def _typed_hbr(value: Value | None) -> HbrSource | None:
    return _hbr(
        text(value, "vmReplicationId"),
        text(value, "destination"),
        text(value, "paused"),
        text(value, "rpo"),
        "repConfig",
    )


def _raw_hbr(value: Value | None) -> HbrSource | None:
    options = {text(item, "key"): text(item, "value") for item in items(value)}
    gid, destination, paused, rpo = (
        options.get(f"hbr_filter.{key}") for key in ("gid", "destination", "pause", "rpo")
    )
    return _hbr(gid, destination, paused, rpo, "hbr_filter")


def _hbr(
    gid: str | None, destination: str | None, paused: str | None, rpo: str | None, found_by: str
) -> HbrSource | None:
    # After a replication was removed the entries stay, blank (facts/vsphere, section 4.1).
    if not gid and not destination:
        return None
    minutes = int(rpo) if rpo and rpo.isascii() and rpo.isdigit() else None
    return HbrSource(
        gid=gid or "",
        destination=destination or "",
        paused={"true": True, "false": False, "1": True, "0": False}.get((paused or "").lower()),
        rpo_s=None if minutes is None else minutes * 60,
        found_by=found_by,
    )
