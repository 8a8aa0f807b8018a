"""Fixtures: the lab's loop, hosts in it, and either client on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.contract.winrm.clients import BASIC, CLIENTS, Access, Client, Target
from tests.contract.winrm.lab_thread import PASSWORD, USER, Host, LabThread


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabThread]:
    """The loop and the authority of all hosts of this worker."""
    thread = LabThread(tmp_path_factory.mktemp("lab"))
    yield thread
    thread.close()


@pytest.fixture
def start_host(lab: LabThread) -> Iterator[Callable[..., Host]]:
    """Start hosts that end with the test; nothing they were asked for may be missing."""
    hosts: list[Host] = []

    def start(**settings: Any) -> Host:
        hosts.append(lab.start(**settings))
        return hosts[-1]

    yield start
    for host in hosts:
        host.close()
        assert host.service.unmodelled == []


@pytest.fixture
def access(request: pytest.FixtureRequest) -> Access:
    """How the client logs in; modules choose a list by ``indirect``."""
    chosen: Access = getattr(request, "param", BASIC[0])
    return chosen


@pytest.fixture
def host(start_host: Callable[..., Host], access: Access) -> Host:
    """One healthy host."""
    return start_host(tls=access.tls)


@pytest.fixture
def connect(access: Access, host: Host) -> Iterator[Callable[..., Client]]:
    """Make clients of one maker; without settings they log in to the healthy host."""
    clients: list[Client] = []
    target = Target(
        host.port,
        USER,
        PASSWORD,
        host.ca_file,
        tls=access.tls,
        transport=access.transport,
        seal=access.seal,
    )

    def make(**settings: Any) -> Client:
        clients.append(CLIENTS[access.maker](replace(target, **settings)))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def client(connect: Callable[..., Client]) -> Client:
    """One client of one maker."""
    return connect()
