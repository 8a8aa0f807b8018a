"""What becomes of a client whose connection goes, by the way in which it logged in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.contract.winrm.clients import BASIC, NEGOTIATED, Client, NoFault
from tests.contract.winrm.lab_thread import Host
from tests.contract.winrm.test_clients import UTF8

Connect = Callable[..., Client]

SEALED = [access for access in NEGOTIATED if not access.tls]
OPEN = [access for access in BASIC + NEGOTIATED if access.tls and access.seal == "auto"]


@pytest.mark.parametrize("access", OPEN, indirect=True, ids=str)
def test_open_messages_over_tls_go_on_by_themselves(connect: Connect, host: Host) -> None:
    client = connect()
    shell = client.create(UTF8, {})
    host.break_with(None)
    assert client.command(shell, "hostname", [], skip_cmd=False)


@pytest.mark.parametrize("access", SEALED, indirect=True, ids=str)
def test_a_message_sealed_for_the_lost_connection_is_answered_400(connect: Connect, host: Host) -> None:
    client = connect()
    shell = client.create(UTF8, {})
    host.break_with(None)
    with pytest.raises(NoFault) as seen:
        client.command(shell, "hostname", [], skip_cmd=False)
    assert seen.value.status == 400
    assert host.service.counters.actions == {"Create": 1}


@pytest.mark.parametrize("access", SEALED, indirect=True, ids=str)
def test_a_new_login_goes_on_with_the_same_shell(connect: Connect, host: Host) -> None:
    shell = connect().create(UTF8, {})
    host.break_with(None)
    again = connect()
    command = again.command(shell, "hostname", [], skip_cmd=False)
    assert again.receive(shell, command).exit_code == 0


@pytest.mark.parametrize("access", SEALED, indirect=True, ids=str)
def test_what_one_connection_has_proven_is_nothing_on_another(connect: Connect, host: Host) -> None:
    one, other = connect(), connect(user="other", password="word")
    mine, theirs = one.create(UTF8, {}), other.create(UTF8, {})
    assert {shell.id: shell.owner for shell in host.service.shells} == {
        mine: "administrator",
        theirs: "other",
    }
