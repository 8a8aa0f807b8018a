"""Copies on vSphere: registered VMs, replica directories, rows of an appliance, placeholders."""

from __future__ import annotations

from dataclasses import replace

from drconsole.domain.place import Place
from drconsole.domain.reading import ApplianceRow, HbrSource, ManagedBy, Power, ReplicaFiles, Sighting
from drconsole.domain.roles import Role

from .builders import NJ, NY, reading, recorded, vs
from .case_form import DAY, OFF, Case, copy

HBR = HbrSource("GID-1", "10.9.9.9")


def files_of(**more: object) -> Sighting:
    """A replica directory at the second vCenter's datastore."""
    files = ReplicaFiles("GID-1", **more)  # type: ignore[arg-type]
    place = Place("vsphere", NJ, "ds-vc-nj", "[ds] replica-of-web-01")
    return Sighting(place, "", "web-01", OFF, files=files)


def row_of(status: str, **more: object) -> Sighting:
    """A replication as the second site's appliance tells it."""
    row = ApplianceRow("GID-1", status, **more)  # type: ignore[arg-type]
    return Sighting(Place("vsphere", NJ, "appliance", "GID-1"), "", "web-01", Power.UNKNOWN, appliance=row)


VSPHERE = [
    Case(
        "test copy by record, on vSphere",
        (
            reading("vc-ny", vs("vc-ny", "u1", hbr=HBR)),
            reading("vc-nj", recorded(vs("vc-nj", "u9"), Role.TEST_COPY)),
        ),
        (copy(NY, "ORIGINAL", "V3"), copy(NJ, "TEST COPY", "C2", "orphan-test", "test-running")),
    ),
    Case(
        "vSphere source",
        (reading("vc-ny", vs("vc-ny", "u1", hbr=HBR)),),
        (copy(NY, "ORIGINAL", "V3"),),
    ),
    Case(
        "vSphere machine whose replication could not be read",
        (reading("vc-ny", vs("vc-ny", "u1", unread=("config.repConfig",))),),
        (copy(NY, "UNKNOWN", ""),),
    ),
    Case(
        "vSphere machine of which something else could not be read",
        (reading("vc-ny", vs("vc-ny", "u1", unread=("config.annotation",))),),
        (copy(NY, "UNPROTECTED", "X2"),),
    ),
    Case(
        "vSphere source, and a clone of it that took the settings along",
        (
            reading(
                "vc-ny",
                vs("vc-ny", "u1", hbr=HBR),
                vs("vc-ny", "u2", OFF, hbr=HBR),
            ),
        ),
        (copy(NY, "ORIGINAL", "V3", "group-shared"), copy(NY, "ORIGINAL", "V3", "group-shared")),
    ),
    Case(
        "vSphere source, and a clone of it that runs",
        (
            reading(
                "vc-ny",
                vs("vc-ny", "u1", hbr=HBR),
                vs("vc-ny", "u2", hbr=HBR),
            ),
        ),
        (copy(NY, "ORIGINAL", "V3", "group-shared"), copy(NY, "ORIGINAL", "V3", "group-shared")),
        workload_alarms=frozenset({"split-brain"}),
    ),
    Case(
        "vSphere source, paused",
        (reading("vc-ny", vs("vc-ny", "u1", hbr=HbrSource("GID-1", "10.9.9.9", paused=True))),),
        (copy(NY, "ORIGINAL", "V3", "paused"),),
    ),
    Case(
        "vSphere source and an unrelated copy of its uuid",
        (
            reading("vc-ny", vs("vc-ny", "u1", hbr=HBR), vs("vc-ny", "u2"), vs("vc-ny", "u3")),
            reading("vc-nj", vs("vc-nj", "u1", power=OFF)),
        ),
        (
            copy(NY, "ORIGINAL", "V3"),
            copy(NJ, "UNKNOWN", "X1"),
            copy(NY, "UNPROTECTED", "X2"),
            copy(NY, "UNPROTECTED", "X2"),
        ),
    ),
    Case(
        "vSphere source that an appliance calls late and not active",
        (
            reading("vc-ny", vs("vc-ny", "u1", hbr=HBR)),
            reading("vc-nj", row_of("NOT_ACTIVE_RPO_VIOLATION")),
        ),
        (copy(NY, "ORIGINAL", "V3", "not-replicating", "rpo"), copy(NJ, "REPLICA", "V6", "files-not-seen")),
    ),
    Case(
        "replica directory of a source",
        (
            reading("vc-ny", vs("vc-ny", "u1", hbr=HBR)),
            reading("vc-nj", files_of(torn=True, syncing=True, points=3), row_of("OK")),
        ),
        (
            copy(NY, "ORIGINAL", "V3"),
            copy(NJ, "REPLICA", "V4", "torn", "syncing", "several-points"),
        ),
    ),
    Case(
        "replica directory known to an appliance alone",
        (reading("vc-nj", files_of(), row_of("OK")),),
        (copy(NJ, "REPLICA", "V4"),),
    ),
    Case(
        "replica directory whose source is gone",
        (reading("vc-ny", vs("vc-ny", "u2")), reading("vc-nj", files_of())),
        (copy(NJ, "REPLICA", "V5", "source-gone"), copy(NY, "UNPROTECTED", "X2")),
    ),
    Case(
        "replica directory whose source's site is silent",
        (reading("vc-nj", files_of()),),
        (copy(NJ, "REPLICA", "V5"),),
    ),
    Case(
        "only disks of a known replica are left",
        (reading("vc-ny", vs("vc-ny", "u1", hbr=HBR)), reading("vc-nj", files_of(has_config=False))),
        (copy(NY, "ORIGINAL", "V3"), copy(NJ, "LEFTOVER", "V2", "rebuild-possible")),
    ),
    Case(
        "disks of nothing that is known",
        (reading("vc-nj", files_of(has_config=False)),),
        (copy(NJ, "UNKNOWN", ""),),
    ),
    Case(
        "recovered by an appliance, the source still configured",
        (
            reading("vc-ny", vs("vc-ny", "u1", OFF, hbr=HBR)),
            reading("vc-nj", row_of("RECOVERED", recovered=True)),
        ),
        (
            copy(NY, "FORMER ORIGINAL", "V1", "stale-job"),
            copy(NJ, "RECOVERED", "V1", "unprotected"),
        ),
    ),
    Case(
        "recovered from its files, both run",
        (
            reading("vc-ny", vs("vc-ny", "u1", hbr=HbrSource("GID-1", "d", paused=True))),
            reading("vc-nj", vs("vc-nj", "u9", replica_dir="GID-1"), files_of()),
        ),
        (copy(NY, "FORMER ORIGINAL", "V1"), copy(NJ, "RECOVERED", "V1", "unprotected")),
        workload_alarms=frozenset({"split-brain"}),
    ),
    Case(
        "recovered from its files, nothing serves",
        (
            reading("vc-ny", vs("vc-ny", "u1", OFF, hbr=HbrSource("GID-1", ""))),
            reading("vc-nj", vs("vc-nj", "u9", OFF, replica_dir="GID-1")),
        ),
        (
            copy(NY, "FORMER ORIGINAL", "V1", "nothing-serves"),
            copy(NJ, "RECOVERED", "V1", "unprotected"),
        ),
    ),
    Case(
        "recovered from its files and off, the source runs",
        (
            reading("vc-ny", vs("vc-ny", "u1", hbr=HbrSource("GID-1", ""))),
            reading("vc-nj", vs("vc-nj", "u9", OFF, replica_dir="GID-1")),
        ),
        (
            copy(NY, "FORMER ORIGINAL", "V1", "stale-original-serves"),
            copy(NJ, "RECOVERED", "V1", "unprotected"),
        ),
    ),
    Case(
        "recovered by record, the source's site silent",
        (reading("vc-nj", recorded(vs("vc-nj", "u1"), Role.RECOVERED)),),
        (copy(NJ, "RECOVERED", "V1", "unprotected", "original-not-verified-off"),),
    ),
    Case(
        "former original by its own record",
        (reading("vc-ny", recorded(vs("vc-ny", "u1", OFF), Role.FORMER_ORIGINAL)),),
        (copy(NY, "FORMER ORIGINAL", "V1"),),
    ),
    Case(
        "a record that replication brought along is not believed",
        (reading("vc-nj", recorded(vs("vc-nj", "u1"), Role.RECOVERED, vs("vc-ny", "u1").place)),),
        (copy(NJ, "UNPROTECTED", "X2"),),
    ),
    Case(
        "replication configured without a destination",
        (reading("vc-ny", vs("vc-ny", "u1", hbr=HbrSource("GID-1", ""))),),
        (copy(NY, "UNKNOWN", ""),),
    ),
    Case(
        "SRM placeholder, even with replication marks",
        (
            reading(
                "vc-nj",
                vs(
                    "vc-nj",
                    "u1",
                    power=OFF,
                    managed_by=ManagedBy("com.vmware.vcDr-ny", "placeholderVm"),
                    hbr=HBR,
                ),
            ),
        ),
        (copy(NJ, "PLACEHOLDER", "C1"),),
    ),
    Case(
        "placeholder of another extension, and a VM that SRM manages otherwise",
        (
            reading(
                "vc-nj",
                vs("vc-nj", "u1", managed_by=ManagedBy("com.example.backup", "placeholderVm")),
                vs("vc-nj", "u2", managed_by=ManagedBy("com.vmware.vcDr-ny", "testVm")),
            ),
        ),
        (copy(NJ, "UNPROTECTED", "X2", "managed-by"), copy(NJ, "UNPROTECTED", "X2", "managed-by")),
    ),
    Case(
        "registered in its replica directory with the settings of the source still in its vmx",
        (
            reading("vc-ny", vs("vc-ny", "u1", OFF, hbr=HBR)),
            reading("vc-nj", vs("vc-nj", "u9", replica_dir="GID-1", hbr=HBR)),
        ),
        (
            copy(NY, "FORMER ORIGINAL", "V1", "stale-job"),
            copy(NJ, "RECOVERED", "V1", "unprotected"),
        ),
    ),
    Case(
        "recovered, and replicated by a group of its own since",
        (reading("vc-nj", recorded(vs("vc-nj", "u1", hbr=HbrSource("GID-2", "d")), Role.RECOVERED)),),
        (copy(NJ, "ORIGINAL", "V3"),),
    ),
    Case(
        "recovered, and its own replication was taken away again",
        (reading("vc-nj", recorded(vs("vc-nj", "u1", hbr=HbrSource("GID-2", "")), Role.RECOVERED)),),
        (copy(NJ, "RECOVERED", "V1", "unprotected", "original-not-verified-off"),),
    ),
    Case(
        "a record that says no more than that it was the original",
        (reading("vc-ny", recorded(vs("vc-ny", "u1"), Role.ORIGINAL)),),
        (copy(NY, "UNPROTECTED", "X2"),),
    ),
    Case(
        "recovered by an appliance, the source's site silent",
        (
            reading("vc-ny", vs("vc-ny", "u1", OFF, hbr=HBR), age_s=DAY),
            reading("vc-nj", row_of("RECOVERED", recovered=True)),
        ),
        (
            copy(NY, "FORMER ORIGINAL", "V1"),
            copy(NJ, "RECOVERED", "V1", "unprotected", "original-not-verified-off"),
        ),
        silent=("vc-ny",),
    ),
    Case(
        "recovered from its files, and an appliance at the source's site knows the group",
        (
            reading("vc-ny", replace(row_of("OK"), place=Place("vsphere", NY, "appliance", "GID-1"))),
            reading("vc-nj", vs("vc-nj", "u9", replica_dir="GID-1")),
        ),
        (
            copy(NY, "REPLICA", "V6", "files-not-seen"),
            copy(NJ, "RECOVERED", "V1", "unprotected", "original-not-verified-off"),
        ),
    ),
    Case(
        "replica directory of a source, without an appliance",
        (reading("vc-ny", vs("vc-ny", "u1", hbr=HBR)), reading("vc-nj", files_of())),
        (copy(NY, "ORIGINAL", "V3"), copy(NJ, "REPLICA", "V4")),
    ),
]
