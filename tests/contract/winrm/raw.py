"""Requests written by hand: what no client library lets a test say."""

from __future__ import annotations

import http.client
import ssl
from base64 import b64encode
from dataclasses import dataclass
from xml.etree.ElementTree import Element, fromstring

from drconsole.lab.winrm import names
from tests.contract.winrm.lab_thread import PASSWORD, USER, Host

ANY = {
    "s": names.SOAP,
    "a": names.ADDRESSING,
    "w": names.WSMAN,
    "rsp": names.SHELL,
    "x": names.TRANSFER,
    "f": names.FAULT,
    "wsmid": names.IDENTITY,
    "p": names.WMI_ERROR,
}
LOGIN = "Basic " + b64encode(f"{USER}:{PASSWORD}".encode()).decode()
NAMESPACES = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in names.PREFIXES.items())


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP reply."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def xml(self) -> Element:
        """The body, parsed."""
        return fromstring(self.body)

    def text(self, path: str) -> str:
        """The text of an element that must be there."""
        found = self.xml.find(f".//{path}", ANY)
        assert found is not None, self.body
        return found.text or ""

    @property
    def fault_code(self) -> int:
        """The code of the WS-Management fault that it must carry."""
        assert self.status == 500, (self.status, self.body)
        found = self.xml.find("s:Body/s:Fault/s:Detail/f:WSManFault", ANY)
        assert found is not None, self.body
        return int(found.attrib["Code"])


def post(
    host: Host,
    body: bytes,
    *,
    path: str = "/wsman",
    method: str = "POST",
    login: str | None = LOGIN,
    tls: bool = True,
    headers: dict[str, str] | None = None,
) -> Reply:
    """Send one request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", host.port, timeout=60)
    if tls:
        context = ssl.create_default_context(cafile=str(host.ca_file))
        connection = http.client.HTTPSConnection("127.0.0.1", host.port, timeout=60, context=context)
    sent = {"Content-Type": "application/soap+xml;charset=UTF-8", **(headers or {})}
    if login is not None:
        sent["Authorization"] = login
    try:
        connection.request(method, path, body=body, headers=sent)
        reply = connection.getresponse()
        return Reply(reply.status, reply.headers, reply.read())
    finally:
        connection.close()


def message(
    action: str,
    body: str,
    *,
    shell: str | None = None,
    resource: str = names.CMD_SHELL,
    extra: str = "",
    timeout: str = "PT20S",
) -> bytes:
    """A plain request."""
    selector = (
        f'<w:SelectorSet><w:Selector Name="ShellId">{shell}</w:Selector></w:SelectorSet>' if shell else ""
    )
    return (
        f"<s:Envelope {NAMESPACES}><s:Header><a:Action>{action}</a:Action>"
        "<a:MessageID>uuid:11111111-2222-3333-4444-555555555555</a:MessageID>"
        f"<w:ResourceURI>{resource}</w:ResourceURI><w:OperationTimeout>{timeout}</w:OperationTimeout>"
        f"{selector}{extra}</s:Header><s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


NEW_SHELL = "<rsp:Shell><rsp:InputStreams>stdin</rsp:InputStreams></rsp:Shell>"


def create(host: Host, **settings: str) -> str:
    """Open a shell; returns its id."""
    reply = post(host, message(names.CREATE, NEW_SHELL, **settings))
    assert reply.status == 200, reply.body
    return reply.text("rsp:ShellId")


def start(host: Host, shell: str, act: str) -> str:
    """Start a process of the test engine; returns the command's id."""
    line = f"<rsp:CommandLine><rsp:Command>powershell {act}</rsp:Command></rsp:CommandLine>"
    return post(host, message(names.COMMAND, line, shell=shell)).text("rsp:CommandId")


def receive(host: Host, shell: str, command: str, *, extra: str = "", timeout: str = "PT20S") -> Reply:
    """Receive once."""
    desired = f'<rsp:DesiredStream CommandId="{command}">stdout stderr</rsp:DesiredStream>'
    body = f"<rsp:Receive>{desired}</rsp:Receive>"
    return post(host, message(names.RECEIVE, body, shell=shell, extra=extra, timeout=timeout))
