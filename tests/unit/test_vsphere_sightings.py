"""What vSphere said, in the domain's words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drconsole.domain.place import Place
from drconsole.domain.reading import HbrSource, ManagedBy, Power, Sighting
from drconsole.platforms.vsphere.limits import unread
from drconsole.platforms.vsphere.reply import Found, Value
from drconsole.platforms.vsphere.sightings import Surroundings, machine_paths, sighting


def surroundings(*stores: tuple[str, str, str]) -> Surroundings:
    """Networks as everywhere here, and datastores as (reference, name, id)."""
    around = Surroundings("New York", "vc-1")
    around.learn(Found("Network", "network-1", {"name": "VM Network"}))
    for ref, name, known_by in stores:
        url = f"ds:///vmfs/volumes/{known_by}/"
        around.learn(Found("Datastore", ref, {"name": name, "summary.url": url}))
    return around


AROUND = surroundings(("ds-1", "fast", "5f3e-77"), ("ds-2", "slow", "60aa-01"))
WHOLE: dict[str, Value] = {
    "name": "mail",
    "config.uuid": "63D40CC5-9CBA-5CC1-884A-F7F19070ECEA",
    "config.template": "false",
    "config.files.vmPathName": "[fast] mail/mail.vmx",
    "runtime.powerState": "poweredOn",
    "runtime.connectionState": "connected",
    "datastore": [("ManagedObjectReference", "ds-1"), ("ManagedObjectReference", "ds-2")],
    "network": [("ManagedObjectReference", "network-1")],
}
HBR: Value = [
    ("vmReplicationId", "GID-1"),
    ("destination", "10.0.0.1"),
    ("rpo", "15"),
    ("paused", "false"),
]


def machine(**values: Value | None) -> Found:
    """The whole machine with some values exchanged; dots of a path are written as double underscores."""
    changed = {path.replace("__", "."): value for path, value in values.items()}
    kept = {path: value for path, value in (WHOLE | changed).items() if value is not None}
    return Found("VirtualMachine", "vm-1", kept)


def see(found: Found) -> Sighting:
    return sighting(found, AROUND)


def test_a_whole_machine() -> None:
    assert see(machine()) == Sighting(
        place=Place("vsphere", "New York", "5f3e-77", "mail/mail.vmx"),
        handle="vm-1",
        name="mail",
        power=Power.ON,
        uuid="63d40cc5-9cba-5cc1-884a-f7f19070ecea",
        networks=("VM Network",),
        datastores=("fast", "slow"),
    )


@pytest.mark.parametrize(
    ("url", "name"),
    [("ds:///vmfs/volumes/5f3e-77/", "fast"), ("/vmfs/volumes/5f3e-77", "datastore1")],
)
def test_one_machine_is_at_one_place_through_vcenter_and_host(url: str, name: str) -> None:
    around = Surroundings("New York", "")
    around.learn(Found("Datastore", "ds-1", {"name": name, "summary.url": url}))
    seen = sighting(machine(config__files__vmPathName=f"[{name}] mail/mail.vmx"), around)
    assert seen.place == see(machine()).place


@pytest.mark.parametrize(
    ("state", "power"),
    [
        ("poweredOff", Power.OFF),
        ("suspended", Power.SAVED),
        ("hibernated", Power.UNKNOWN),
        (None, Power.UNKNOWN),
    ],
)
def test_power(state: str | None, power: Power) -> None:
    seen = see(machine(runtime__powerState=state))
    assert seen.power is power
    assert seen.unread == (("runtime.powerState",) if power is Power.UNKNOWN else ())


@pytest.mark.parametrize("state", ["disconnected", "orphaned", "inaccessible", "invalid", "something new"])
def test_what_a_machine_out_of_reach_did_last_is_no_fact_of_now(state: str) -> None:
    seen = see(machine(runtime__connectionState=state))
    assert (seen.power, seen.own_state) == (Power.UNKNOWN, state)


@pytest.mark.parametrize(
    ("value", "hbr"),
    [
        (HBR, HbrSource("GID-1", "10.0.0.1", False, 900, "repConfig")),
        ([("vmReplicationId", ""), ("destination", "")], None),
        ([("vmReplicationId", "GID-1")], HbrSource("GID-1", "", None, None, "repConfig")),
        (
            [("destination", "d"), ("rpo", "soon"), ("paused", "?")],
            HbrSource("", "d", None, None, "repConfig"),
        ),
        ([("destination", "d"), ("rpo", "²")], HbrSource("", "d", None, None, "repConfig")),
        ("text", None),
    ],
)
def test_replication_as_vsphere_types_it(value: Value, hbr: HbrSource | None) -> None:
    assert see(machine(config__repConfig=value)).hbr == hbr


@pytest.mark.parametrize(
    ("options", "hbr"),
    [
        (
            {"gid": "GID-1", "destination": "d", "rpo": "240", "pause": "TRUE"},
            HbrSource("GID-1", "d", True, 240 * 60, "hbr_filter"),
        ),
        ({"gid": "", "destination": "", "rpo": ""}, None),
        ({}, None),
    ],
)
def test_replication_as_raw_options(options: dict[str, str], hbr: HbrSource | None) -> None:
    value: Value = [("OptionValue", [("key", f"hbr_filter.{k}"), ("value", v)]) for k, v in options.items()]
    assert see(machine(config__extraConfig=[("OptionValue", [("key", "x")]), *value])).hbr == hbr


def test_owners() -> None:
    owner: Value = [("extensionKey", "com.vmware.vcDr-x"), ("type", "placeholderVm")]
    assert see(machine(config__managedBy=owner)).managed_by == ManagedBy("com.vmware.vcDr-x", "placeholderVm")
    assert see(machine(config__managedBy=[("extensionKey", "x")])).managed_by == ManagedBy("x", "")
    assert see(machine(config__managedBy="")).managed_by is None


def test_names_are_decoded() -> None:
    seen = see(machine(name="a%2fb"))
    assert seen.name == "a/b"
    around = Surroundings("New York", "")
    around.learn(Found("Datastore", "ds-1", {"name": "x%2fy", "summary.url": "ds:///vmfs/volumes/u-1/"}))
    around.learn(Found("DistributedVirtualPortgroup", "network-1", {"name": "100%25"}))
    seen = sighting(machine(config__files__vmPathName="[x%2fy] m/m.vmx"), around)
    assert (seen.place.where, seen.datastores[0], seen.networks) == ("u-1", "x/y", ("100%",))


def test_of_two_datastores_of_one_name_the_machines_own_counts() -> None:
    around = surroundings(("ds-1", "local", "one"), ("ds-2", "local", "two"))
    own: Value = [("ManagedObjectReference", "ds-2")]
    found = machine(config__files__vmPathName="[local] m/m.vmx", datastore=own)
    assert sighting(found, around).place.where == "two"
    unknown = sighting(machine(config__files__vmPathName="[local] m/m.vmx", datastore=None), around)
    assert unknown.place.where.startswith("unseen:")
    assert "place" in unknown.unread


def test_what_is_not_known_of_a_place_is_still_unique() -> None:
    one = see(machine(config__files__vmPathName=None))
    other = sighting(replace(machine(config__files__vmPathName=None), ref="vm-2"), AROUND)
    assert one.place != other.place
    assert one.place.where == "unseen:vc-1"
    assert {"config.files.vmPathName", "place"} <= set(one.unread)


def test_a_machine_without_configuration() -> None:
    bare = Found("VirtualMachine", "vm-1", {"name": "lost", "runtime.connectionState": "orphaned"})
    seen = see(bare)
    assert {"config.uuid", "config.repConfig", "config.managedBy", "config.annotation"} <= set(seen.unread)
    bare.values |= {"summary.config.uuid": "U-1", "summary.config.vmPathName": "[fast] lost/lost.vmx"}
    told = see(bare)
    assert (told.uuid, told.place.where, told.place.ident) == ("u-1", "5f3e-77", "lost/lost.vmx")
    assert "config.repConfig" in told.unread
    assert "config.uuid" not in told.unread


def test_refused_properties_are_unread() -> None:
    found = machine(config__uuid=None)
    found.missing = {"config.uuid": "NoPermission", "config.repConfig": "NoPermission"}
    assert see(found).unread == ("config.repConfig", "config.uuid")


def test_networks_without_a_name_keep_their_reference() -> None:
    value: Value = [("ManagedObjectReference", "network-1"), ("ManagedObjectReference", "network-9")]
    seen = see(machine(network=value))
    assert seen.networks == ("VM Network", "network-9")
    assert seen.unread == ("network.name",)


def test_paths_are_narrow() -> None:
    paths = machine_paths("config.repConfig")
    assert not {"config", "runtime", "summary", "guest"} & set(paths)
    assert len(paths) == len(set(paths)) == 11


def test_limits_are_told_once_for_each_kind() -> None:
    def pair(found: Found) -> tuple[Found, Sighting]:
        return found, see(found)

    refused = machine()
    refused.missing = {"config.repConfig": "NoPermission"}
    machines = [machine(), refused, refused, machine(runtime__connectionState="disconnected")]
    machines.append(machine(runtime__powerState="hibernated"))
    assert unread(pair(one) for one in machines) == [
        "2 machines did not give config.repConfig (NoPermission).",
        "1 machine did not give runtime.powerState.",
        "1 machine is disconnected, so the power state is not known.",
    ]


def test_an_endpoint_that_lies_cannot_fill_the_screen() -> None:
    found = [machine(runtime__connectionState=f"state {n} {'long ' * 500}") for n in range(100)]
    told = unread((one, see(one)) for one in found)
    assert len(told) == 13
    assert told[-1] == "And 88 more kinds of this."
    assert max(len(sentence) for sentence in told) <= 400
