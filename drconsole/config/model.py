"""What the rest of the house gets from the configuration."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from drconsole.config.secrets import Secret
from drconsole.domain.endpoint import Endpoint, Estate


@dataclass(frozen=True, slots=True)
class NodeAddress:
    """Where one node of a cluster is reached."""

    name: str
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Connection:
    """How to reach and log in to one endpoint, as the file says.

    Without ``tls`` the transport is one that seals every message. ``insecure``: the file says by name that
    the certificate is not verified. ``way`` is how Hyper-V hosts are read. ``nodes`` are those of a cluster;
    everything else holds for each of them.
    """

    endpoint: Endpoint
    host: str
    port: int
    user: str
    secret: Secret
    ca_file: Path | None
    transport: str
    insecure: bool
    tls: bool = True
    way: str = "loop"
    nodes: tuple[NodeAddress, ...] = ()


@dataclass(frozen=True, slots=True)
class Config:
    """One configuration file that has no mistakes; paths are absolute."""

    estate: Estate
    connections: tuple[Connection, ...]
    secrets: tuple[Secret, ...]
    state: Path
    theme: str | None
    source: Path
