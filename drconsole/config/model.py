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

    Without ``tls`` the transport is one that seals every message, or ``insecure`` is set. ``insecure``: the
    file says by name that the certificate is not verified, or the password not kept. ``pins`` are SHA-256
    digests of the only certificates that are right. ``way`` is how Hyper-V hosts are read. ``nodes`` are
    those of a cluster; everything else holds for each of them.
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
    pins: frozenset[bytes] = frozenset()

    @property
    def needs_password(self) -> bool:
        """Whether the password is used at all: Kerberos takes the ticket that kinit has left."""
        return self.transport != "kerberos"


@dataclass(frozen=True, slots=True)
class Config:
    """One configuration file that has no mistakes; paths are absolute.

    ``mouse``: whether to report it; None leaves that to the terminal.
    """

    estate: Estate
    connections: tuple[Connection, ...]
    secrets: tuple[Secret, ...]
    state: Path
    theme: str | None
    source: Path
    mouse: bool | None = None

    @property
    def needed_secrets(self) -> tuple[Secret, ...]:
        """Those that some endpoint logs in with: nobody is asked for any other."""
        used = {one.secret.name for one in self.connections if one.needs_password}
        return tuple(secret for secret in self.secrets if secret.name in used)
