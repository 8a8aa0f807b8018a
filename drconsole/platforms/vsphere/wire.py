"""Every byte to and from one endpoint: verified TLS, a deadline, a limit of size, an end from any thread."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from datetime import datetime
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from queue import Empty, SimpleQueue
from typing import Any

from drconsole.platforms.base import Access
from drconsole.platforms.certificate import end_of
from drconsole.platforms.pins import check_pin

_Resolved = tuple[int, int, int, str, Any]

# Nothing but a read of properties is larger than some kilobytes.
SMALL_REPLY = 4 << 20


class BrokenOff(OSError):
    """Our own side ended the connection (``Wire.break_off``)."""


class NotConnected(OSError):
    """No address of the endpoint took the connection before the deadline."""


class TooMuch(OSError):
    """The endpoint sent more than any answer could need."""


class Wire:
    """Connections to one endpoint that end at a deadline, whatever the peer does.

    One thread uses it at a time; ``break_off`` may come from any. Verification never depends on the
    address: pyVmomi by itself turns it off for 127.0.0.1 and localhost (facts/vcsim, section 2).
    """

    def __init__(self, access: Access) -> None:
        self._access = access
        self._deadline = 0.0
        self.received = 0
        self._most = SMALL_REPLY
        self._socket: socket.socket | None = None
        self._answers: SimpleQueue[list[_Resolved] | OSError | None] = SimpleQueue()
        self._lock = threading.Lock()
        self.broken = False
        self.protocol = ""
        self.certificate_end: datetime | None = None
        # True once the endpoint has begun to answer the request that is under way.
        self.answering = False

    def begin(self, seconds: float) -> None:
        """Give everything from now on this many seconds."""
        self._deadline = time.monotonic() + seconds

    def expect(self, most: int = SMALL_REPLY) -> None:
        """Begin a request whose reply has at most this many bytes."""
        self.answering = False
        self.received = 0
        self._most = most

    def remaining(self) -> float:
        """Seconds until the deadline, more than zero.

        Raises:
            BrokenOff: the connection was ended by us.
            TimeoutError: none are left.
        """
        if self.broken:
            raise BrokenOff("broken off")
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("no time left")
        return left

    def connection(self, **_: Any) -> HTTPSConnection:
        """A connection to the endpoint, not yet opened; arguments that pyVmomi passes are not used."""
        return _Connection(self, self._access.host, self._access.port)

    def break_off(self) -> None:
        """End what is under way; the thread that waits for it gets ``BrokenOff``."""
        with self._lock:
            self.broken = True
            self._answers.put(None)
            if self._socket is not None:
                _shut(self._socket)

    def open(self) -> ssl.SSLSocket:
        """Connect and shake hands.

        Raises:
            OSError: ``NotConnected``, ``ssl.SSLError``, ``NotPinned``, ``TimeoutError`` (connected, no
                handshake), others.
        """
        plain = self._dial()
        try:
            secured = self._context().wrap_socket(
                plain, server_hostname=self._access.host, do_handshake_on_connect=False
            )
        except BaseException:
            plain.close()
            raise
        try:
            assert isinstance(secured, _Socket)
            secured.wire = self
            self._hold(secured)
            secured.settimeout(self.remaining())
            secured.do_handshake()
            if self._access.pins:
                check_pin(secured, self._access.pins)
        except BaseException:
            secured.close()
            raise
        self.protocol, self.certificate_end = secured.version() or "", end_of(secured)
        return secured

    def count(self, received: int) -> None:
        """Note received bytes.

        Raises:
            TooMuch: it is more than any answer could need.
        """
        self.answering = self.answering or received > 0
        self.received += received
        if self.received > self._most:
            raise TooMuch(f"more than {self._most >> 20} MB")

    def _hold(self, held: socket.socket) -> None:
        with self._lock:
            self._socket = held
            if self.broken:
                raise BrokenOff("broken off")

    def _resolve(self) -> list[_Resolved]:
        """Look the name up in a thread of its own: a dead name server can hold one for minutes."""
        answers = self._answers = SimpleQueue()
        host, port = self._access.host, self._access.port

        def ask() -> None:
            try:
                answers.put([(*found,) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)])
            except OSError as error:
                answers.put(error)

        threading.Thread(target=ask, name=f"resolve {host}", daemon=True).start()
        try:
            answer = answers.get(timeout=self.remaining())
        except Empty:
            raise NotConnected("the name could not be looked up in time") from None
        if answer is None:
            raise BrokenOff("broken off")
        if isinstance(answer, OSError):
            raise answer
        return answer

    def _context(self) -> ssl.SSLContext:
        ca_file = self._access.ca_file
        context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
        if self._access.insecure or self._access.pins:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        context.sslsocket_class = _Socket
        return context

    def _dial(self) -> socket.socket:
        found = self._resolve()
        last: OSError = NotConnected("the name has no address")
        for tried, (family, kind, protocol, _, address) in enumerate(found):
            # A first address that swallows packets must leave time for the others.
            patience = self.remaining() / (len(found) - tried)
            one = socket.socket(family, kind, protocol)
            try:
                self._hold(one)
                one.settimeout(patience)
                one.connect(address)
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return one
            except BrokenOff:
                one.close()
                raise
            except OSError as error:
                one.close()
                last = error
        if isinstance(last, TimeoutError):
            raise NotConnected("no answer to the connection attempt")
        raise last


class _Socket(ssl.SSLSocket):
    """A TLS socket whose every wait ends at the wire's deadline: a peer that drips gains nothing."""

    wire: Wire

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        self.settimeout(self.wire.remaining())
        received = super().recv_into(buffer, nbytes, flags)
        self.wire.count(received)
        return received

    def send(self, data: Any, flags: int = 0) -> int:
        self.settimeout(self.wire.remaining())
        return super().send(data, flags)


class _Response(HTTPResponse):
    """A reply that is never compressed: nobody asked for it, and it could be a bomb."""

    def begin(self) -> None:
        super().begin()
        if self.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise HTTPException("compressed, which was not asked for")


class _Connection(HTTPSConnection):
    """An HTTP connection whose socket comes from the wire."""

    response_class = _Response

    def __init__(self, wire: Wire, host: str, port: int) -> None:
        super().__init__(host, port)
        self._wire = wire

    def request(self, *arguments: Any, **keywords: Any) -> None:
        self._wire.expect()
        super().request(*arguments, **keywords)

    def connect(self) -> None:
        self.sock = self._wire.open()


def _shut(held: socket.socket) -> None:
    try:
        # Past the TLS layer, which must not be touched from a second thread: this only wakes the first.
        socket.socket.shutdown(held, socket.SHUT_RDWR)
    except OSError:
        return
