"""The one place that picks concrete platforms, and puts inventory and console together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from drconsole.domain.endpoint import EndpointKind

if TYPE_CHECKING:
    from pathlib import Path

    from drconsole.config.model import Config, Connection
    from drconsole.inventory import Inventory
    from drconsole.platforms.base import Access, Platform
    from drconsole.platforms.certificate import Shown


def inventory_of(config: Config) -> Inventory:
    """The inventory of a configuration; it reads nothing before it is started."""
    from drconsole.inventory import Inventory

    platforms = {one.endpoint.name: platform_of(one, config.state) for one in config.connections}
    awaited = {one.endpoint.name: one.secret.awaited for one in config.connections}
    return Inventory(config.estate, platforms, config.state, awaited)


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
    from drconsole.tui.app import run_console as run

    return run(inventory_of(config), config.theme, mouse=config.mouse)
