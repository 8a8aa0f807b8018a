"""What the service says to requests that no client library writes."""

from __future__ import annotations

import http.client
import socket
import ssl
import struct
from base64 import b64decode, b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from drconsole.lab.winrm import faults, names
from drconsole.lab.winrm.shells import Quotas
from tests.contract.winrm.lab_thread import HOST, Host
from tests.contract.winrm.raw import ANY, LOGIN, NEW_SHELL, create, message, post, receive, start

StartHost = Callable[..., Host]

IDENTIFY = (
    f'<s:Envelope xmlns:s="{names.SOAP}"><s:Header/><s:Body>'
    f'<i:Identify xmlns:i="{names.IDENTITY}"/></s:Body></s:Envelope>'
).encode()
POWERSHELL_REMOTING = "http://schemas.microsoft.com/powershell/Microsoft.PowerShell"


@pytest.mark.parametrize(
    ("path", "headers"),
    [("/wsman", {"WSMANIDENTIFY": "unauthenticated"}), ("/wsman-anon/identify", {})],
)
@pytest.mark.parametrize("tls", [True, False])
def test_a_stranger_may_ask_who_is_there_and_learns_no_version(
    start_host: StartHost, path: str, headers: dict[str, str], tls: bool
) -> None:
    reply = post(start_host(tls=tls), IDENTIFY, path=path, login=None, tls=tls, headers=headers)
    assert reply.status == 200
    assert reply.text("wsmid:ProductVersion") == "OS: 0.0.0 SP: 0.0 Stack: 3.0"
    assert reply.headers.get_all("Server") == ["Microsoft-HTTPAPI/2.0"]


def test_an_authenticated_client_learns_the_version(host: Host) -> None:
    assert post(host, IDENTIFY).text("wsmid:ProductVersion").startswith("OS: 10.0.")


def test_without_a_login_the_answer_is_401_and_offers_what_the_host_takes(host: Host) -> None:
    for body in (b"", message(names.CREATE, NEW_SHELL)):
        reply = post(host, body, login=None)
        assert reply.status == 401
        assert reply.headers.get_all("WWW-Authenticate") == ["Negotiate", 'Basic realm="WSMAN"']
    assert len(host.service.shells) == 0


@pytest.mark.parametrize(
    "login", ["Basic", "Basic !!!", "Basic " + b64encode(b"\xff\xfe").decode(), "Bearer x"]
)
def test_a_login_that_is_none_is_refused(host: Host, login: str) -> None:
    assert post(host, message(names.CREATE, NEW_SHELL), login=login).status == 401


def test_an_empty_request_with_a_login_is_taken(host: Host) -> None:
    assert post(host, b"").status == 200


def test_clear_http_offers_no_basic_and_takes_no_open_message(start_host: StartHost) -> None:
    clear = start_host(tls=False)
    reply = post(clear, message(names.CREATE, NEW_SHELL), tls=False)
    assert reply.status == 401
    assert "Basic" not in (reply.headers["WWW-Authenticate"] or "")
    assert len(clear.service.shells) == 0


def test_a_sealed_body_without_a_security_context_is_answered_400(host: Host) -> None:
    protocol = '"application/HTTP-SPNEGO-session-encrypted"'
    sealed = f'multipart/encrypted;protocol={protocol};boundary="Encrypted Boundary"'
    body = b"--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n\x10\x00\x00\x00rubbish"
    assert post(host, body, headers={"Content-Type": sealed}).status == 400


def test_other_paths_and_methods_are_not_served(host: Host) -> None:
    assert post(host, b"", path="/").status == 404
    assert post(host, b"", method="GET").status == 405


@pytest.mark.parametrize(
    "body",
    [
        b"rubbish",
        b"<a/>",
        b"<s:Envelope/>",
        message(names.CREATE, NEW_SHELL)[:-20],
        message(names.CREATE, "<rsp:Shell>\xff</rsp:Shell>").replace("ÿ".encode(), b"\xff"),
        b'<?xml version="1.0" encoding="no-such"?>' + message(names.CREATE, NEW_SHELL),
        message(names.CREATE, NEW_SHELL).replace(
            names.SOAP.encode(), b"http://schemas.xmlsoap.org/soap/envelope/"
        ),
    ],
)
def test_what_is_no_envelope_is_a_schema_fault(host: Host, body: bytes) -> None:
    assert post(host, body).fault_code == faults.SCHEMA_INVALID


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_before_its_entities_exist(host: Host, encoding: str) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    text = bomb + message(names.CREATE, "<rsp:Shell>&b;</rsp:Shell>").decode()
    reply = post(host, text.encode(encoding))
    assert reply.fault_code == faults.SCHEMA_INVALID
    assert "document type" in reply.text("f:Message")
    assert len(host.service.shells) == 0


def test_unusual_xml_means_what_it_says(host: Host) -> None:
    odd = (
        f'<?xml version="1.0"?><!-- hello --><e:Envelope xmlns:e="{names.SOAP}"><?pi?><e:Header>'
        f'<Action xmlns="{names.ADDRESSING}" e:mustUnderstand="1"> {names.CREATE}\n</Action>'
        f'<MessageID xmlns="{names.ADDRESSING}"><![CDATA[uuid:a&b]]></MessageID>'
        f'<q:ResourceURI xmlns:q="{names.WSMAN}">{names.CMD_SHELL}</q:ResourceURI>'
        f'<q:OptionSet xmlns:q="{names.WSMAN}">'
        '<q:Option q:Name="winrs_codepage">65001</q:Option></q:OptionSet>'
        f'</e:Header><e:Body><!-- here --><Shell xmlns="{names.SHELL}"/></e:Body></e:Envelope>'
    )
    for data in (odd.encode(), odd.replace('"1.0"', '"1.0" encoding="utf-16"').encode("utf-16")):
        reply = post(host, data)
        assert reply.status == 200, reply.body
        assert reply.text("a:RelatesTo") == "uuid:a&b"
    assert {shell.codepage for shell in host.service.shells} == {65001}


def test_attributes_may_carry_a_prefix(host: Host) -> None:
    shell = create(host)
    command = start(host, shell, "cat")
    data = "\n  ".join(b64encode(b"some input").decode())
    attributes = f'rsp:Name="stdin" rsp:CommandId="{command}" rsp:End="true"'
    send = f"<rsp:Send><rsp:Stream {attributes}>{data}</rsp:Stream></rsp:Send>"
    assert post(host, message(names.SEND, send, shell=shell)).status == 200
    body = (
        f'<rsp:Receive><rsp:DesiredStream rsp:CommandId="{command}">stdout</rsp:DesiredStream></rsp:Receive>'
    )
    reply = post(host, message(names.RECEIVE, body, shell=shell))
    assert b64decode(reply.text("rsp:Stream")) == b"some input"


def test_the_client_may_choose_the_ids_of_shell_and_command(host: Host) -> None:
    shell, command = "AAAAAAAA-0000-0000-0000-000000000001", "BBBBBBBB-0000-0000-0000-000000000001"
    named = NEW_SHELL.replace("<rsp:Shell>", f'<rsp:Shell ShellId="{shell.lower()}">')
    assert post(host, message(names.CREATE, named)).text("rsp:ShellId") == shell
    line = f'<rsp:CommandLine CommandId="{command}"><rsp:Command>hostname</rsp:Command></rsp:CommandLine>'
    assert post(host, message(names.COMMAND, line, shell=shell)).text("rsp:CommandId") == command
    assert b64decode(receive(host, shell, command).text("rsp:Stream")) == f"{HOST}\r\n".encode()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (message(names.CREATE, NEW_SHELL, resource=POWERSHELL_REMOTING), faults.RESOURCE_NOT_FOUND),
        (message(names.CREATE, NEW_SHELL, resource=names.SHELL + "/none"), faults.RESOURCE_NOT_FOUND),
        (message(names.CREATE, NEW_SHELL, resource=""), faults.MISSING_HEADER),
        (message("", NEW_SHELL), faults.MISSING_HEADER),
        (message(names.CREATE, ""), faults.SCHEMA_INVALID),
        (message(names.CREATE, "<rsp:CommandLine/>"), faults.SCHEMA_INVALID),
        (message(names.RECEIVE, "<rsp:Receive/>"), faults.SHELL_NOT_FOUND),
        (message(names.DELETE, "", shell="11111111-0000-0000-0000-000000000000"), faults.SHELL_NOT_FOUND),
    ],
)
def test_requests_that_fit_nothing_get_their_own_fault(host: Host, body: bytes, code: int) -> None:
    reply = post(host, body)
    assert reply.fault_code == code
    assert reply.text("a:RelatesTo") == "uuid:11111111-2222-3333-4444-555555555555"
    assert reply.text("a:Action") == names.FAULT_ACTION


@pytest.mark.parametrize(
    ("action", "body", "code"),
    [
        ("http://schemas.xmlsoap.org/ws/2004/09/transfer/Put", "", faults.ACTION_NOT_SUPPORTED),
        (names.COMMAND, "", faults.SCHEMA_INVALID),
        (
            names.COMMAND,
            "<rsp:CommandLine><rsp:Command> </rsp:Command></rsp:CommandLine>",
            faults.INVALID_PARAMETER,
        ),
        (names.RECEIVE, "<rsp:Receive/>", faults.SCHEMA_INVALID),
        (names.RECEIVE, "<rsp:Receive><rsp:DesiredStream/></rsp:Receive>", faults.SCHEMA_INVALID),
        (names.SIGNAL, '<rsp:Signal CommandId="NONE"/>', faults.SHELL_NOT_FOUND),
    ],
)
def test_requests_to_a_living_shell_get_their_own_fault(
    host: Host, action: str, body: str, code: int
) -> None:
    shell = create(host)
    assert post(host, message(action, body, shell=shell)).fault_code == code
    assert len(host.service.shells) == 1


@pytest.mark.parametrize(
    ("stream", "code"),
    [
        ('<rsp:Stream Name="stdin" CommandId="{}">not base64!</rsp:Stream>', faults.SCHEMA_INVALID),
        ('<rsp:Stream Name="stdout" CommandId="{}">AAAA</rsp:Stream>', faults.INVALID_PARAMETER),
    ],
)
def test_input_that_is_none_is_refused(host: Host, stream: str, code: int) -> None:
    shell = create(host)
    command = start(host, shell, "cat")
    send = f"<rsp:Send>{stream.format(command)}</rsp:Send>"
    assert post(host, message(names.SEND, send, shell=shell)).fault_code == code


def test_without_an_option_the_code_page_is_437(host: Host) -> None:
    shell = create(host)
    data = b64decode(receive(host, shell, start(host, shell, "umlaut")).text("rsp:Stream"))
    assert data == "Größe ?".encode("cp437") != "Größe ?".encode("cp1252")


def test_an_unknown_code_page_is_refused(host: Host) -> None:
    option = '<w:OptionSet><w:Option Name="WINRS_CODEPAGE">{}</w:Option></w:OptionSet>'
    for page in ("99999", "utf-8", "-1"):
        reply = post(host, message(names.CREATE, NEW_SHELL, extra=option.format(page)))
        assert reply.fault_code == faults.INVALID_PARAMETER
    assert len(host.service.shells) == 0


def test_a_shell_of_somebody_else_is_closed_to_others(host: Host) -> None:
    shell = create(host)
    stranger = "Basic " + b64encode(b"other:word").decode()
    reply = post(host, message(names.DELETE, "", shell=shell), login=stranger)
    assert reply.fault_code == faults.ACCESS_DENIED
    assert len(host.service.shells) == 1


def test_the_time_out_fault_names_itself_and_its_host(host: Host) -> None:
    shell = create(host)
    reply = receive(host, shell, start(host, shell, "silent"), timeout="PT0.05S")
    assert reply.fault_code == 2150858793
    assert reply.text("s:Subcode/s:Value") == "w:TimedOut"
    fault = reply.xml.find(".//f:WSManFault", ANY)
    assert fault is not None
    assert fault.attrib["Machine"] == HOST


def test_output_waits_for_the_next_receive_when_the_client_left_during_one(host: Host) -> None:
    shell = create(host)
    command = start(host, shell, "silent")
    context = ssl.create_default_context(cafile=str(host.ca_file))
    leaving = http.client.HTTPSConnection("127.0.0.1", host.port, timeout=60, context=context)
    body = f'<rsp:Receive><rsp:DesiredStream CommandId="{command}">stdout</rsp:DesiredStream></rsp:Receive>'
    asked = message(names.RECEIVE, body, shell=shell, timeout="PT60S")
    leaving.request("POST", "/wsman", body=asked, headers={"Authorization": LOGIN})
    host.wait_until(lambda: host.service.counters.actions.get("Receive") == 1)
    leaving.close()
    host.wait_until(lambda: host.listener.open_connections == 0)
    host.small.processes[0].close_input()
    assert b64decode(receive(host, shell, command).text("rsp:Stream")) == b"at last"


def test_ctrl_c_ends_the_process_and_leaves_its_output(host: Host) -> None:
    shell = create(host)
    command = start(host, shell, "wait")
    host.wait_until(lambda: "Command" in host.service.counters.actions)
    assert b64decode(receive(host, shell, command).text("rsp:Stream")) == b"waiting"
    signal = f'<rsp:Signal CommandId="{command}"><rsp:Code>{names.CTRL_C}</rsp:Code></rsp:Signal>'
    assert post(host, message(names.SIGNAL, signal, shell=shell)).status == 200
    reply = receive(host, shell, command)
    assert int(reply.text("rsp:ExitCode")) & 0xFFFFFFFF == 0xC000013A
    host.small.processes[0].wait()


def test_pieces_fit_the_envelope_that_the_client_takes(host: Host) -> None:
    shell = create(host)
    command = start(host, shell, "long")
    limit = "<w:MaxEnvelopeSize>20000</w:MaxEnvelopeSize>"
    host.small.processes[0].wait()
    small, large = receive(host, shell, command, extra=limit), receive(host, shell, command)
    assert len(small.body) < 20_000 < 32 * 1024 < len(large.body)


def test_an_envelope_beyond_the_quota_is_refused(start_host: StartHost) -> None:
    host = start_host(quotas=Quotas(envelope_bytes=20_000))
    line = f"<rsp:CommandLine><rsp:Command>{'x' * 20_000}</rsp:Command></rsp:CommandLine>"
    assert post(host, message(names.COMMAND, line)).fault_code == faults.ENCODING_LIMIT


@pytest.mark.parametrize(
    ("quotas", "code"),
    [(Quotas(shells_per_user=1), 2150859173), (Quotas(operations_per_user=0), 2150859174)],
)
def test_quota_faults_are_wmi_errors(start_host: StartHost, quotas: Quotas, code: int) -> None:
    host = start_host(quotas=quotas)
    shell = create(host)
    line = "<rsp:CommandLine><rsp:Command>hostname</rsp:Command></rsp:CommandLine>"
    beyond = {
        2150859173: message(names.CREATE, NEW_SHELL),
        2150859174: message(names.COMMAND, line, shell=shell),
    }
    reply = post(host, beyond[code])
    assert reply.status == 500
    assert reply.xml.find(".//f:WSManFault", ANY) is None
    assert int(reply.text("p:error_Code")) == code


def test_an_idle_shell_ends_and_one_with_a_waiting_receive_is_not_idle(start_host: StartHost) -> None:
    clock = [0.0]
    host = start_host(now=lambda: clock[0])
    asked = NEW_SHELL.replace("</rsp:Shell>", "<rsp:IdleTimeOut>PT180S</rsp:IdleTimeOut></rsp:Shell>")
    idle, used = (post(host, message(names.CREATE, asked)).text("rsp:ShellId") for _ in range(2))
    start(host, idle, "wait")
    command = start(host, used, "silent")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(receive, host, used, command)
        host.wait_until(lambda: host.service.counters.actions.get("Receive") == 1)
        clock[0] = 181.0
        assert receive(host, idle, "ANY").fault_code == faults.SHELL_NOT_FOUND
        host.small.processes[0].wait()
        host.small.processes[1].close_input()
        assert b64decode(waiting.result().text("rsp:Stream")) == b"at last"
    assert [shell.id for shell in host.service.shells] == [used]
    clock[0] = 400.0
    assert len(host.service.shells) == 0


def test_a_restart_of_the_service_ends_all_shells(host: Host) -> None:
    shell = create(host)
    command = start(host, shell, "wait")
    host.lab.run(_restart(host))
    host.small.processes[0].wait()
    assert receive(host, shell, command).fault_code == faults.SHELL_NOT_FOUND


def test_what_cmd_exe_would_interpret_itself_is_refused_and_remembered(host: Host) -> None:
    shell = create(host)
    line = "<rsp:CommandLine><rsp:Command>powershell -Command 1 | cat</rsp:Command></rsp:CommandLine>"
    command = post(host, message(names.COMMAND, line, shell=shell)).text("rsp:CommandId")
    assert receive(host, shell, command).text("rsp:ExitCode") == "1"
    assert host.service.unmodelled == ["cmd.exe: an unquoted | in a command line"]
    assert host.small.processes == []
    host.service.unmodelled.clear()


def test_requests_and_bytes_are_counted(host: Host) -> None:
    body = message(names.CREATE, NEW_SHELL)
    reply = post(host, body)
    post(host, body, login=None)
    counted = host.service.counters
    assert (counted.requests, counted.refused, counted.actions) == (2, 1, {"Create": 1})
    assert (counted.bytes_in, counted.bytes_out) == (2 * len(body), len(reply.body))
    assert host.listener.connections == 2


async def _restart(host: Host) -> None:
    host.service.restart()


def test_a_client_that_goes_in_the_middle_of_its_request_is_no_defect(
    start_host: StartHost, caplog: pytest.LogCaptureFixture
) -> None:
    clear = start_host(tls=False)
    for ending in (b"", struct.pack("ii", 1, 0)):
        with socket.create_connection(("127.0.0.1", clear.port)) as client:
            client.sendall(b"POST /wsman HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nhalf")
            if ending:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ending)
    assert post(clear, IDENTIFY, path="/wsman-anon/identify", login=None, tls=False).status == 200
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []
