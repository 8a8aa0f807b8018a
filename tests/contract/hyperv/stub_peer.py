"""A TLS peer that speaks just enough WS-Management, and misbehaves at one chosen action."""

from __future__ import annotations

import base64
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from drconsole.domain.endpoint import Endpoint, EndpointKind
from drconsole.lab.certificates import Authority
from drconsole.platforms.base import Access
from drconsole.platforms.hyperv.platform import HyperV
from tests.contract.hyperv.answers import framed, light, looped
from tests.contract.hyperv.hosts import PASSWORD, USER
from tests.contract.hyperv.loop_player import LoopPlayer

ENVELOPE = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
    'xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" '
    'xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" '
    'xmlns:r="http://schemas.microsoft.com/wbem/wsman/1/windows/shell">'
    "<s:Header><a:RelatesTo>{relates}</a:RelatesTo></s:Header><s:Body>{body}</s:Body></s:Envelope>"
)
DONE = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState/Done"
RUNNING = DONE.replace("Done", "Running")


@dataclass(frozen=True)
class Reply:
    """One HTTP reply; ``body`` may be a function that writes on the connection itself."""

    body: bytes | Callable[[BaseHTTPRequestHandler], None] = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/soap+xml;charset=UTF-8"),)


Answer = Callable[[str], Reply]


def fault(
    code: int | str, text: str = "said in the host's own language", sub: str = "w:InternalError"
) -> Answer:
    """A WSMan fault, as hosts write them."""
    body = (
        f"<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>{sub}</s:Value></s:Subcode></s:Code>"
        f'<s:Reason><s:Text xml:lang="de-DE">{text}</s:Text></s:Reason>'
        f'<s:Detail><f:WSManFault Code="{code}" Machine="HV-NY1"><f:Message>{text}</f:Message>'
        "</f:WSManFault></s:Detail></s:Fault>"
    )
    return lambda relates: Reply(ENVELOPE.format(relates=relates, body=body).encode(), 500)


def soap(body: str) -> Answer:
    """A good reply with this body."""
    return lambda relates: Reply(ENVELOPE.format(relates=relates, body=body).encode())


def received(out: bytes = b"", err: bytes = b"", *, code: int | None = 0) -> Answer:
    """Output of the command, which is done with ``code`` or goes on (None)."""
    streams = "".join(
        f'<r:Stream Name="{name}">{base64.b64encode(data).decode()}</r:Stream>'
        for name, data in (("stdout", out), ("stderr", err))
    )
    state = f'State="{RUNNING}"/>' if code is None else f'State="{DONE}"><r:ExitCode>{code}</r:ExitCode>'
    end = "" if code is None else "</r:CommandState>"
    return soap(f"<r:ReceiveResponse>{streams}<r:CommandState {state}{end}</r:ReceiveResponse>")


@dataclass
class Peer:
    """What the peer answers to each action, and what it was asked: actions, and headers with bodies."""

    port: int = 0
    way: str = "loop"
    authority: Authority | None = None
    made: list[HyperV] = field(default_factory=list)
    value: Any = field(default_factory=light)
    output: bytes = b""
    player: LoopPlayer = field(default_factory=lambda: LoopPlayer(lambda request: b""))
    answers: dict[str, Answer] = field(
        default_factory=lambda: {
            "Create": soap('<w:Selector Name="ShellId">SHELL-1</w:Selector>'),
            "Command": soap("<r:CommandResponse><r:CommandId>COMMAND-1</r:CommandId></r:CommandResponse>"),
            "Send": soap("<r:SendResponse/>"),
            "Receive": received(framed(light())),
            "Signal": soap("<r:SignalResponse/>"),
            "Delete": soap(""),
        }
    )
    asked: list[str] = field(default_factory=list)
    sent: list[tuple[dict[str, str], str]] = field(default_factory=list)
    reached: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        if self.way == "loop":
            self.answers["Receive"] = self.receive

    def take(self, action: str, body: str) -> None:
        """Let the loop, where there is one, take what was sent to it."""
        if action == "Create":
            self.player, self.output = LoopPlayer(lambda request: looped(request["id"], self.value)), b""
        if action == "Send":
            sent = re.findall(r"<rsp:Stream[^>]*>([^<]*)</rsp:Stream>", body)[0]
            self.output += self.player.feed(base64.b64decode(sent))

    def receive(self, relates: str) -> Reply:
        """Give what the loop wrote."""
        output, self.output = self.output, b""
        return received(output, code=None)(relates)

    def hang(self, _: Any = None) -> None:
        """Do nothing until the test is over."""
        self.reached.set()
        self.over.wait()

    def platform(self, *, budget_s: float = 120.0, **access: Any) -> HyperV:
        """The product's side."""
        assert self.authority
        endpoint = Endpoint("ny-hv1", "New York", EndpointKind.HYPERV_HOST, "127.0.0.1", budget_s=budget_s)
        facts: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": self.port,
            "user": USER,
            "secret": lambda: PASSWORD,
            "ca_file": self.authority.certificate_file,
            "way": self.way,
        }
        self.made.append(HyperV(endpoint, Access(**(facts | access))))
        return self.made[-1]


def _handler(peer: Peer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            action = re.findall(r"<a:Action[^>]*>[^<]*/(\w+)</a:Action>", body)[0]
            relates = re.findall(r"<a:MessageID>([^<]*)</a:MessageID>", body)[0]
            peer.asked.append(action)
            peer.sent.append((dict(self.headers), body))
            peer.take(action, body)
            reply = peer.answers[action](relates)
            if not isinstance(reply.body, bytes):
                reply.body(self)
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in (*reply.headers, ("Content-Length", str(len(reply.body)))):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that breaks off is what is tested."""


@contextmanager
def stub_peer(folder: Path, way: str) -> Iterator[Peer]:
    """Serve one peer over TLS, to be read in this way."""
    peer = Peer(way=way, authority=Authority(folder))
    assert peer.authority
    server = _Server(("127.0.0.1", 0), _handler(peer))
    context = peer.authority.endpoint("hv-ny1.lab").context()
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    peer.port = server.server_address[1]
    with serving(server):
        try:
            yield peer
        finally:
            peer.over.set()
            for platform in peer.made:
                platform.close()


@contextmanager
def serving(server: ThreadingHTTPServer) -> Iterator[None]:
    """Run a server in a thread."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def write_forever(
    handler: BaseHTTPRequestHandler, head: bytes, piece: bytes, pause: Callable[[], object] = lambda: None
) -> None:
    """Write until the client goes."""
    with suppress(OSError):
        handler.wfile.write(head)
        while True:
            handler.wfile.write(piece)
            pause()
