"""Kerberos against a host of the lab, where MIT Kerberos is installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drconsole.lab.winrm.service import Ways
from tests.contract.winrm import realm as realms
from tests.contract.winrm.clients import CLIENTS, Access, Client, LoginRefused, NoFault, Target
from tests.contract.winrm.lab_thread import Host, LabThread
from tests.contract.winrm.realm import REALM, Realm
from tests.contract.winrm.relay import Relay

UTF8 = 65001
USER, STRANGER, PASSWORD = "administrator", "stranger", "s3cret"

ACCESSES = [
    Access(maker, transport, tls, seal)
    for maker, transport in (("pywinrm", "kerberos"), ("pypsrp", "kerberos"), ("pypsrp", "negotiate"))
    for tls, seal in ((False, "auto"), (True, "auto"), (True, "always"))
]


def each(accesses: list[Access]) -> pytest.MarkDecorator:
    """Run a test with each of these clients."""
    return pytest.mark.parametrize("access", accesses, indirect=True, ids=str)


@pytest.fixture(scope="module")
def realm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Realm]:
    """A realm with an account that the host knows, and one that it does not."""
    with realms.realm(tmp_path_factory.mktemp("realm")) as one:
        for user in (USER, STRANGER):
            one.add(user, PASSWORD)
        yield one


@pytest.fixture
def member(start_host: Callable[..., Host], realm: Realm, access: Access, tmp_path: Path) -> Host:
    """A host that is a member of the realm, and takes no Basic."""
    return start_host(tls=access.tls, ways=Ways(basic=False, negotiate=tmp_path, keytab=realm.keytab))


@pytest.fixture
def connect(member: Host, realm: Realm, access: Access) -> Iterator[Callable[..., Client]]:
    """Log in with a fresh ticket."""
    clients: list[Client] = []

    def make(user: str = USER, port: int = 0, seal: str = access.seal, bind: bool = True) -> Client:
        realm.log_in(user, PASSWORD)
        target = Target(
            port or member.port,
            f"{user}@{REALM}",
            PASSWORD,
            member.ca_file,
            tls=access.tls,
            transport=access.transport,
            seal=seal,
            bind=bind,
        )
        clients.append(CLIENTS[access.maker](target))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@each(ACCESSES)
def test_a_ticket_opens_a_shell_that_belongs_to_its_account(
    connect: Callable[..., Client], member: Host
) -> None:
    client = connect()
    shell = client.create(UTF8, {})
    assert client.receive(shell, client.command(shell, "hostname", [], skip_cmd=False)).exit_code == 0
    assert [shell.owner for shell in member.service.shells] == [USER]


@each(ACCESSES)
def test_a_ticket_of_somebody_the_host_does_not_know_is_refused(
    connect: Callable[..., Client], member: Host
) -> None:
    with pytest.raises(LoginRefused):
        connect(user=STRANGER).create(UTF8, {})
    assert not member.service.counters.actions


@each([access for access in ACCESSES if not access.tls])
def test_open_messages_are_refused_over_clear_http(connect: Callable[..., Client], member: Host) -> None:
    with pytest.raises(NoFault):
        connect(seal="never").create(UTF8, {})
    assert not member.service.counters.actions


# pywinrm shows its ticket before it has seen a certificate, so it binds to none.
@each([access for access in ACCESSES if access.tls and access.maker == "pypsrp"])
def test_a_login_bound_to_another_certificate_is_refused(
    connect: Callable[..., Client], member: Host, lab: LabThread
) -> None:
    relay = Relay(member.port, lab.authority)
    lab.run(relay.open())
    try:
        with pytest.raises(LoginRefused):
            connect(port=relay.port).create(UTF8, {})
        assert not member.service.counters.actions
        assert connect(port=relay.port, bind=False).create(UTF8, {})
    finally:
        lab.run(relay.close())
