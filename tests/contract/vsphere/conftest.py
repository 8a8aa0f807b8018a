"""Peers, and platforms that read them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

import pytest

from drconsole.domain.endpoint import Endpoint, EndpointKind
from drconsole.platforms.base import Access
from drconsole.platforms.vsphere import VSphere
from tests.peers.certificates import Authority
from tests.peers.fixtures import (
    authority,
    esx,
    shared_vcenter,
    simulator,
    start_peer,
    twin_vcenters,
    vcenter,
)
from tests.peers.impostor import Interceptor
from tests.peers.peer import PASSWORD, USER, Peer

__all__ = ["authority", "esx", "shared_vcenter", "simulator", "start_peer", "twin_vcenters", "vcenter"]


# What stands in a list of machines, and in a list of networks and datastores.
MACHINES, AROUND = b'<obj type="VirtualMachine">', b'<obj type="Datastore">'


class Listening(Protocol):
    """Something that listens on a port."""

    host: str
    port: int


Reach = Callable[..., VSphere]


@pytest.fixture
def reach(authority: Authority) -> Iterator[Reach]:
    """Make a platform for a server; closed when the test ends."""
    with ExitStack() as opened:

        def make(
            server: Listening,
            *,
            name: str = "new-york-vc",
            site: str = "New York",
            budget_s: float = 20.0,
            host: str = "",
            user: str = USER,
            secret: Callable[[], str] = lambda: PASSWORD,
            ca_file: Path | None = authority.ca_file,
            insecure: bool = False,
            **more: Any,
        ) -> VSphere:
            address = host or server.host
            endpoint = Endpoint(name, site, EndpointKind.VSPHERE, address, budget_s=budget_s)
            access = Access(address, server.port, user, secret, ca_file, insecure=insecure, **more)
            platform = VSphere(endpoint, access)
            opened.callback(platform.close)
            return platform

        yield make


@pytest.fixture(params=["vcenter", "esx"])
def peer(request: pytest.FixtureRequest) -> Peer:
    """A vCenter, then a stand-alone ESXi host."""
    found: Peer = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def interceptor_of(authority: Authority) -> Iterator[Callable[[Peer], Interceptor]]:
    """Put a server in front of a peer that can change its answers."""
    with ExitStack() as running:
        yield lambda peer: running.enter_context(Interceptor(peer, authority.issue("127.0.0.1")))


@pytest.fixture
def interceptor(shared_vcenter: Peer, interceptor_of: Callable[[Peer], Interceptor]) -> Interceptor:
    """A server in front of the shared vCenter that can change its answers."""
    return interceptor_of(shared_vcenter)
