"""The one place that picks concrete platforms, and puts inventory and console together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from drconsole.domain.endpoint import EndpointKind

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from drconsole.config.model import Config, Connection
    from drconsole.domain.endpoint import Endpoint
    from drconsole.domain.plan import Check, Operation, Plan
    from drconsole.domain.snapshot import Workload
    from drconsole.inventory import Inventory
    from drconsole.platforms.acting import Actor, Procedures
    from drconsole.platforms.base import Access, Platform
    from drconsole.platforms.certificate import Shown


def inventory_of(config: Config) -> Inventory:
    """The inventory of a configuration; it reads nothing before it is started."""
    from drconsole.cli.own_records import TakenAway
    from drconsole.inventory import Inventory

    platforms = {one.endpoint.name: platform_of(one, config.state) for one in config.connections}
    awaited = {one.endpoint.name: one.secret.awaited for one in config.connections}
    return Inventory(config.estate, platforms, config.state, awaited, TakenAway(config.state))


def access_of(connection: Connection) -> Access:
    """How a platform reaches one endpoint."""
    from drconsole.platforms.base import Access

    return Access(
        host=connection.host,
        port=connection.port,
        user=connection.user,
        secret=connection.secret,
        ca_file=connection.ca_file,
        transport=connection.transport,
        tls=connection.tls,
        insecure=connection.insecure,
        way=connection.way,
        pins=connection.pins,
        refused=connection.secret.refused,
    )


def platform_of(connection: Connection, state: Path) -> Platform:
    """The vendor side of one endpoint; what it must remember goes into the folder ``state``."""
    access = access_of(connection)
    match connection.endpoint.kind:
        case EndpointKind.HYPERV_HOST:
            from drconsole.platforms.hyperv.platform import HyperV

            return HyperV(connection.endpoint, access, state)
        case EndpointKind.HYPERV_CLUSTER:
            from drconsole.platforms.hyperv.cluster_platform import HyperVCluster

            return HyperVCluster(connection.endpoint, access, nodes_of(connection), state)
        case EndpointKind.VSPHERE:
            from drconsole.platforms.vsphere.platform import VSphere

            return VSphere(connection.endpoint, access)


def nodes_of(connection: Connection) -> dict[str, Access]:
    """How each node of a cluster is reached: like the cluster, at an address of its own."""
    access = access_of(connection)
    return {one.name: replace(access, host=one.host, port=one.port) for one in connection.nodes}


def shown_certificate(kind: EndpointKind, access: Access, seconds: float) -> Shown | None:
    """The certificate that an endpoint shows to anybody, None where none came in time."""
    if kind is EndpointKind.VSPHERE:
        from drconsole.platforms.vsphere import probe as vsphere

        return vsphere.shown_certificate(access, seconds)
    from drconsole.platforms.hyperv import probe as hyperv

    return hyperv.shown_certificate(access, seconds)


def run_console(config: Config) -> int:
    """Open the full-screen console and read until it is closed; its exit code."""
    from drconsole.cli.desk import Desk
    from drconsole.tui.console import run_console as run

    inventory = inventory_of(config)
    desk = Desk(config, inventory)
    try:
        return run(inventory, desk, config.theme, mouse=config.mouse)
    finally:
        desk.close()


def procedures_of(platform: str) -> Procedures | None:
    """How operations are done on a vendor's platform; None where nobody built it."""
    if platform.startswith("hyperv"):
        from drconsole.platforms.hyperv.procedures import HyperVProcedures

        return HyperVProcedures()
    return None


def refusal(operation: Operation, workload: Workload) -> Check | None:
    """Why an operation is not offered for a workload now; None where it is."""
    from drconsole.domain.operations import offer_of
    from drconsole.domain.plan import Check, Readiness
    from drconsole.wording.operations import because, to_clear_of

    offered = offer_of(workload, operation)
    if offered.allowed:
        return None
    return Check(Readiness.BLOCKED, because(offered), "", to_clear_of(offered, workload))


def passwords_of(config: Config, plan: Plan) -> dict[str, str]:
    """The passwords that a plan's run needs, by the name of their credential.

    For an endpoint that is only looked at, one that cannot be had is left out.

    Raises:
        LoginRefused: a source gave none for an endpoint on which something is done.
    """
    from drconsole.errors import LoginRefused

    acted_on = {step.endpoint for step in (*plan.steps, *plan.compensation)}
    found: dict[str, str] = {}
    for one in config.connections:
        if one.endpoint.name not in plan.endpoints or not one.needs_password:
            continue
        try:
            found[one.secret.name] = one.secret()
        except LoginRefused:
            if one.endpoint.name in acted_on:
                raise
    return found


def narrowed(config: Config, endpoints: Collection[str], passwords: Mapping[str, str]) -> Config:
    """The configuration with these endpoints alone, and with passwords that were given instead of sources.

    Hosts are read per call: for a few reads a loop is not worth its start.
    """
    from drconsole.config.secrets import Secret

    def given(secret: Secret) -> Secret:
        return Secret(secret.name, secret.user, "pipe", lambda: passwords.get(secret.name, ""))

    connections = tuple(
        replace(one, secret=given(one.secret), way="per-call")
        for one in config.connections
        if one.endpoint.name in endpoints
    )
    kept = tuple(one for one in config.estate.endpoints if one.name in endpoints)
    secrets = tuple(one.secret for one in connections)
    estate = replace(config.estate, endpoints=kept)
    return replace(config, estate=estate, connections=connections, secrets=secrets)


def actors_of(config: Config) -> dict[str, Actor]:
    """The acting sides of all endpoints of a configuration that can act; loads vendor libraries."""
    from drconsole.platforms.hyperv.actors import actors

    ends: dict[str, tuple[Endpoint, Access, Mapping[str, Access] | None]] = {}
    for one in config.connections:
        if one.endpoint.kind is not EndpointKind.VSPHERE:
            ends[one.endpoint.name] = (one.endpoint, access_of(one), nodes_of(one) or None)
    return dict(actors(ends, config.state))
