"""Servers that lie: one of bare TLS, and one that stands between a client and a peer and changes answers."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Protocol

from tests.peers.certificates import Pair
from tests.peers.peer import Peer

_CALL = re.compile(rb"<(?:\w+:)?Body[^>]*>\s*<(\w+)")


class Writer(Protocol):
    """Takes the bytes of an answer."""

    def write(self, data: bytes, /) -> int: ...


@dataclass
class Answer:
    """What is sent back; ``raw`` writes the whole answer by itself where it is set."""

    status: int
    headers: dict[str, str]
    body: bytes
    raw: Callable[[Writer], object] | None = None


Change = Callable[[Answer], Answer]


@dataclass
class _Rule:
    call: str
    change: Change
    times: int
    where: bytes


class Impostor:
    """A TLS server on loopback that gives each connection to ``talk``; ``ended`` is set when it stops."""

    def __init__(self, pair: Pair, talk: Callable[[ssl.SSLSocket, threading.Event], None]) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(pair.certificate, pair.key)
        self._talk = talk
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.host, self.port = "127.0.0.1", int(self._listener.getsockname()[1])
        self.ended = threading.Event()
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def __enter__(self) -> Impostor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.ended.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(plain,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, plain: socket.socket) -> None:
        try:
            with self._context.wrap_socket(plain, server_side=True) as secured:
                self._talk(secured, self.ended)
        except OSError:
            plain.close()


class Interceptor:
    """A TLS server that passes calls on to a peer and may change the answers.

    ``calls`` lists the SOAP methods (or ``GET``) asked for, in order, ``cookies`` what came with each.
    """

    def __init__(self, peer: Peer, pair: Pair) -> None:
        self.calls: list[str] = []
        self.cookies: list[str] = []
        self._peer = peer
        self._rules: list[_Rule] = []
        self._server = _Server(self)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pair.certificate, pair.key)
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self.host, self.port = "127.0.0.1", self._server.server_port
        self.ended = threading.Event()
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def __enter__(self) -> Interceptor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.ended.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def change(self, call: str, change: Change, times: int = 1 << 30, where: bytes = b"") -> None:
        """Change the next answers to a method in which a text stands."""
        self._rules.append(_Rule(call, change, times, where))

    def replace(self, call: str, old: bytes, new: bytes, times: int = 1 << 30, where: bytes = b"") -> None:
        """Replace text in the next answers to a method; the old text must be in them."""

        def replaced(answer: Answer) -> Answer:
            assert old in answer.body, f"{old!r} is not in the answer to {call}"
            return Answer(answer.status, answer.headers, answer.body.replace(old, new))

        self.change(call, replaced, times, where)

    def answer(self, verb: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """The answer to one request, changed where a rule says so."""
        found = _CALL.search(body)
        call = found[1].decode() if found else verb
        self.calls.append(call)
        self.cookies.append(headers.get("Cookie", ""))
        onward = http.client.HTTPSConnection(self._peer.host, self._peer.port, context=self._peer.trust())
        try:
            onward.request(verb, path, body or None, headers)
            response = onward.getresponse()
            kept = {k: v for k, v in response.getheaders() if k.lower() in ("content-type", "set-cookie")}
            answer = Answer(response.status, kept, response.read())
        finally:
            onward.close()
        for rule in self._rules:
            if rule.call == call and rule.times > 0 and rule.where in answer.body:
                rule.times -= 1
                answer = rule.change(answer)
        return answer


class _Server(ThreadingHTTPServer):
    daemon_threads = False

    def __init__(self, interceptor: Interceptor) -> None:
        self.interceptor = interceptor
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that gives up is what these tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self._pass_on(b"")

    def do_POST(self) -> None:
        self._pass_on(self.rfile.read(int(self.headers["Content-Length"])))

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""

    def _pass_on(self, body: bytes) -> None:
        headers = {
            k: v for k, v in self.headers.items() if k.lower() in ("cookie", "soapaction", "content-type")
        }
        answer = self.server.interceptor.answer(self.command, self.path, headers, body)
        if answer.raw is not None:
            answer.raw(self.wfile)
            self.close_connection = True
            return
        self.send_response(answer.status)
        for key, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(answer.body)
