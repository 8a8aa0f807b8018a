"""One list of cases, run with two makers' clients in every way of logging in."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from drconsole.lab.winrm.shells import Quotas
from tests.contract.winrm.clients import (
    BASIC,
    NEGOTIATED,
    Access,
    Client,
    FaultSeen,
    LoginRefused,
    Received,
    TimedOut,
)
from tests.contract.winrm.lab_thread import HOST, PASSWORD, Host

SHELL_NOT_FOUND = 2150858843
ABORTED = 995
UTF8 = 65001

pytestmark = pytest.mark.parametrize("access", BASIC + NEGOTIATED, indirect=True, ids=str)

Connect = Callable[..., Client]
StartHost = Callable[..., Host]


def start(client: Client, act: str, *, codepage: int = UTF8) -> tuple[str, str]:
    """Open a shell and start a process of the test engine in it."""
    shell = client.create(codepage, {})
    return shell, client.command(shell, "powershell.exe", ["-Command", act], skip_cmd=False)


def receive_all(client: Client, shell: str, command: str) -> tuple[Received, int]:
    """Receive until the end; returns everything, and how many Receives it took."""
    stdout, stderr, count = b"", b"", 0
    while True:
        answer = client.receive(shell, command)
        stdout, stderr, count = stdout + answer.stdout, stderr + answer.stderr, count + 1
        if answer.exit_code is not None:
            return Received(stdout, stderr, answer.exit_code), count


@pytest.mark.parametrize(("codepage", "shown"), [(437, "Größe ?"), (850, "Größe ?"), (1252, "Größe €")])
def test_the_code_page_of_the_shell_decides_how_processes_write(
    client: Client, codepage: int, shown: str
) -> None:
    shell, command = start(client, "umlaut", codepage=codepage)
    answer, _ = receive_all(client, shell, command)
    assert answer.stdout.decode(f"cp{codepage}") == shown


def test_code_page_65001_is_utf_8(client: Client) -> None:
    shell, command = start(client, "umlaut")
    assert receive_all(client, shell, command)[0].stdout.decode() == "Größe €"


def test_200_kb_on_each_stream_arrive_whole_and_in_order(client: Client) -> None:
    shell, command = start(client, "long")
    answer, count = receive_all(client, shell, command)
    lines = "".join(f"line {number:05}\n" for number in range(18_200)).encode()
    assert len(lines) > 200_000
    assert answer == Received(lines, lines, 0)
    assert count > 2 * len(lines) // (32 * 1024)


def test_input_arrives_in_the_pieces_in_which_it_was_sent(client: Client) -> None:
    shell, command = start(client, "pieces")
    for size in (1, 4000, 70_000):
        client.send(shell, command, b"x" * size, end=False)
    client.send(shell, command, b"last", end=True)
    assert receive_all(client, shell, command)[0].stdout == b"1\n4000\n70000\n4\n"


def test_input_after_its_end_is_refused(client: Client) -> None:
    shell, command = start(client, "cat")
    client.send(shell, command, b"all", end=True)
    with pytest.raises(FaultSeen, match="pipe"):
        client.send(shell, command, b"more", end=False)


def test_non_ascii_goes_both_ways(client: Client) -> None:
    text = "Größe “99 €” 東京 🙂"
    shell, command = start(client, "cat")
    client.send(shell, command, text.encode(), end=True)
    assert receive_all(client, shell, command)[0].stdout.decode() == text
    command = client.command(shell, "powershell", [text, "line"], skip_cmd=False)
    assert receive_all(client, shell, command)[0].stderr.decode() == f"powershell {text} line"


def test_environment_variables_of_the_shell_reach_its_processes(client: Client) -> None:
    shell = client.create(UTF8, {"SITE": "Zürich", "EMPTY": ""})
    command = client.command(shell, "powershell", ["environment"], skip_cmd=False)
    assert receive_all(client, shell, command)[0].stdout.decode() == "SITE=Zürich\nEMPTY=\n"


def test_a_silent_process_times_out_and_goes_on(connect: Connect) -> None:
    client = connect(operation_timeout_s=1)
    shell, command = start(client, "silent")
    with pytest.raises(TimedOut):
        client.receive(shell, command)
    client.send(shell, command, b"", end=True)
    assert receive_all(client, shell, command)[0] == Received(b"at last", b"", 0)


def test_receive_answers_as_soon_as_there_is_output(connect: Connect) -> None:
    client = connect(operation_timeout_s=60)
    shell, command = start(client, "wait")
    assert client.receive(shell, command) == Received(b"waiting", b"", None)
    client.send(shell, command, b"", end=True)
    assert receive_all(client, shell, command)[0].exit_code == 3


def test_terminate_kills_the_process_and_forgets_the_command(client: Client, host: Host) -> None:
    shell, command = start(client, "wait")
    client.receive(shell, command)
    client.terminate(shell, command)
    host.small.processes[0].wait()
    with pytest.raises(FaultSeen) as seen:
        client.receive(shell, command)
    assert seen.value.code == SHELL_NOT_FOUND


def test_delete_kills_every_process_of_the_shell(client: Client, host: Host) -> None:
    shell, first = start(client, "wait")
    client.command(shell, "powershell", ["silent"], skip_cmd=False)
    client.delete(shell)
    for process in host.small.processes:
        process.wait()
    with pytest.raises(FaultSeen) as seen:
        client.receive(shell, first)
    assert seen.value.code == SHELL_NOT_FOUND


ENDINGS: dict[str, Callable[[Client, str, str], None]] = {
    "terminate": lambda client, shell, command: client.terminate(shell, command),
    "delete": lambda client, shell, command: client.delete(shell),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_waiting_receive_is_woken(connect: Connect, host: Host, ending: str) -> None:
    waiting, other = connect(operation_timeout_s=60), connect()
    shell, command = start(waiting, "silent")
    with ThreadPoolExecutor(1) as pool:
        receive = pool.submit(waiting.receive, shell, command)
        host.wait_until(lambda: host.service.counters.actions.get("Receive") == 1)
        ENDINGS[ending](other, shell, command)
        with pytest.raises(FaultSeen) as seen:
            receive.result()
    assert seen.value.code == ABORTED
    host.small.processes[0].wait()


def test_every_way_to_write_a_local_account_is_the_same(connect: Connect) -> None:
    for user in ("Administrator", "administrator", f"{HOST}\\Administrator", ".\\ADMINISTRATOR"):
        shell = connect(user=user).create(UTF8, {})
        assert shell


@pytest.mark.parametrize(
    ("user", "password"),
    [
        ("Administrator", "wrong"),
        ("Administrator", ""),
        ("nobody", PASSWORD),
        ("OTHER\\Administrator", PASSWORD),
    ],
)
def test_a_wrong_login_is_refused(connect: Connect, user: str, password: str) -> None:
    with pytest.raises(LoginRefused):
        connect(user=user, password=password).create(UTF8, {})


def test_the_command_line_reaches_the_engine_untouched(client: Client) -> None:
    shell = client.create(UTF8, {})
    text = "\"$t=@($input)[0]; & ([scriptblock]::Create($t)) | Out-String; 'a'; 5 > 3\""
    command = client.command(shell, "powershell.exe", ["-NoLogo", "-Command", text, "line"], skip_cmd=False)
    answer, _ = receive_all(client, shell, command)
    assert answer.stderr.decode() == f"powershell.exe -NoLogo -Command {text} line"
    assert answer.exit_code == 7


def test_cmd_exe_answers_what_it_knows_and_refuses_the_rest(client: Client) -> None:
    shell = client.create(UTF8, {})
    hostname = client.command(shell, "hostname", [], skip_cmd=False)
    assert receive_all(client, shell, hostname)[0] == Received(f"{HOST}\r\n".encode(), b"", 0)
    unknown = client.command(shell, "frobnicate", ["--all"], skip_cmd=False)
    answer, _ = receive_all(client, shell, unknown)
    assert b"'frobnicate' is not recognized" in answer.stderr
    assert answer.exit_code == 1


def test_cmd_exe_takes_8191_characters_and_a_program_32767(client: Client) -> None:
    shell = client.create(UTF8, {})
    long = "x" * 8200
    with_cmd = client.command(shell, "powershell", [long, "line"], skip_cmd=False)
    answer, _ = receive_all(client, shell, with_cmd)
    assert answer == Received(b"", b"The command line is too long.\r\n", 1)
    without = client.command(shell, "powershell", [long, "line"], skip_cmd=True)
    assert receive_all(client, shell, without)[0].exit_code == 7


def test_the_quota_of_shells_refuses_one_more_until_one_is_deleted(
    connect: Connect, start_host: StartHost, access: Access
) -> None:
    client = connect(port=start_host(tls=access.tls, quotas=Quotas(shells_per_user=2)).port)
    first, _ = client.create(UTF8, {}), client.create(UTF8, {})
    with pytest.raises(FaultSeen, match="maximum number of 2 concurrent shells"):
        client.create(UTF8, {})
    client.delete(first)
    assert client.create(UTF8, {})


def test_the_quota_of_operations_is_given_back_by_a_new_shell_alone(
    connect: Connect, start_host: StartHost, access: Access
) -> None:
    client = connect(port=start_host(tls=access.tls, quotas=Quotas(operations_per_user=2)).port)
    shell = client.create(UTF8, {})
    for _ in range(2):
        client.terminate(shell, client.command(shell, "hostname", [], skip_cmd=False))
    with pytest.raises(FaultSeen, match="concurrent operations"):
        client.command(shell, "hostname", [], skip_cmd=False)
    client.delete(shell)
    assert client.command(client.create(UTF8, {}), "hostname", [], skip_cmd=False)
