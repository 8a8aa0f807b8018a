"""HTTP under pywinrm with limits: time, size, trust, no redirects, no proxies, no cookies."""

from __future__ import annotations

import http.client
import io
import ipaddress
import queue
import socket
import ssl
import threading
from collections.abc import Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from drconsole.platforms.hyperv.watch import BrokenOff, Watch

# Clients ask for envelopes of at most 150 kB (facts/winrm, section 4); hosts allow 500 kB at most.
REPLY_BYTES = 1 << 20
PIECE = 64 << 10
EXCERPT = 2000


class WireError(Exception):
    """Base of what goes wrong below the WS-Management protocol."""


class NotFound(WireError):
    """The name of the host has no address."""


class NotConnected(WireError):
    """No address of the host took the connection; the argument is the system's word for it."""


class ReplyTooLarge(WireError):
    """A reply went on beyond ``REPLY_BYTES``."""


class ReplyCut(WireError):
    """A reply ended before its announced end."""


class Redirected(WireError):
    """The peer sent us elsewhere; the argument is where to."""


class Unauthorized(WireError):
    """HTTP 401; the argument is what ways to log in the peer offers, as it says it."""


class Adapter(HTTPAdapter):
    """Sends the requests of one read.

    ``trust`` decides about certificates. ``seen`` is the beginning of the last reply, ``status`` its HTTP
    status (0: none came) and ``content_type`` what it claims to be, for error messages.

    Raises (``send``):
        BrokenOff, WireError, and what requests raises.
    """

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self.trust: ssl.SSLContext | None = None
        self.seen = b""
        self.status = 0
        self.content_type = ""
        super().__init__(pool_connections=1, pool_maxsize=1)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> Any:
        """Let ``trust`` alone decide whom to trust."""
        host, _ = super().build_connection_pool_key_attributes(request, verify, cert)
        return host, {"ssl_context": self.trust} if self.trust else {}

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        """Hand the watch to the connections that the pool will make."""
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        pool.conn_kw["watch"] = self.watch
        return pool

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Add no trust anchors: requests would load its own bundle into our context."""

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Send one request and take its reply whole, within the limits."""
        self.watch.check()
        self.seen, self.status, self.content_type = b"", 0, ""
        # A compressed reply could unfold to any size.
        request.headers["Accept-Encoding"] = "identity"
        response = super().send(request, stream=True, timeout=self.watch.patience, verify=verify)
        self.status = response.status_code
        self.content_type = response.headers.get("Content-Type") or ""
        body = self._body(response)
        if response.is_redirect or 300 <= response.status_code < 400:
            raise Redirected(response.headers.get("Location") or "")
        if response.status_code == 401:
            raise Unauthorized(response.headers.get("WWW-Authenticate") or "")
        response.raw = io.BytesIO(body)
        return response

    def _body(self, response: requests.Response) -> bytes:
        """Read the body in pieces until its end.

        Raises:
            ReplyTooLarge, ReplyCut, BrokenOff.
        """
        body = bytearray()
        try:
            while piece := response.raw.read(PIECE, decode_content=False):
                body += piece
                self.seen = bytes(body[:EXCERPT])
                self.watch.check()
                if len(body) > REPLY_BYTES:
                    raise ReplyTooLarge
        except (HTTPError, OSError, http.client.HTTPException) as error:
            self.watch.check()
            raise ReplyCut from error
        except (BrokenOff, ReplyTooLarge):
            # What is left of the body would be taken for the next reply.
            response.raw.close()
            raise
        self.watch.check()
        return bytes(body)


class _Plain(HTTPConnection):
    """A connection that the watch can break off."""

    def __init__(self, *args: Any, watch: Watch, **kwargs: Any) -> None:
        self.watch = watch
        super().__init__(*args, **kwargs)

    def _new_conn(self) -> socket.socket:
        return dial(self._dns_host, self.port or 80, self.watch)


class _Tls(HTTPSConnection):
    """A TLS connection that the watch can break off, also in its handshake."""

    def __init__(self, *args: Any, watch: Watch, **kwargs: Any) -> None:
        self.watch = watch
        super().__init__(*args, **kwargs)

    def _new_conn(self) -> socket.socket:
        return dial(self._dns_host, self.port or 443, self.watch)

    def connect(self) -> None:
        """Connect and shake hands."""
        doing, self.watch.doing = self.watch.doing, "the TLS handshake"
        super().connect()
        self.watch.doing = doing
        if isinstance(self.sock, ssl.SSLSocket):
            self.watch.tls = self.sock.version() or ""


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _Tls


def dial(host: str, port: int, watch: Watch) -> socket.socket:
    """Connect to the first address of ``host`` that takes it, sharing the time that is left among them.

    Raises:
        NotFound, NotConnected, BrokenOff.
    """
    last = "no address"
    found = addresses(host, port, watch)
    for index, (family, kind, protocol, _, address) in enumerate(found):
        watch.check()
        sock = socket.socket(family, kind, protocol)
        try:
            others = len(found) - index - 1
            sock.settimeout(watch.left / (others + 1) if others else watch.patience)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            watch.guard(sock)
            sock.connect(address)
        except OSError as error:
            sock.close()
            last = "it did not answer" if isinstance(error, TimeoutError) else error.strerror or str(error)
        except BrokenOff:
            sock.close()
            raise
        else:
            watch.connected = True
            sock.settimeout(watch.patience)
            return sock
    watch.check()
    raise NotConnected(last)


def addresses(host: str, port: int, watch: Watch) -> list[tuple[Any, ...]]:
    """Look a host's addresses up, in a thread of its own where that asks the network.

    The system's look-up cannot be broken off; a thread that waits for it can be left behind.

    Raises:
        NotFound, BrokenOff.
    """
    try:
        ipaddress.ip_address(host)
    except ValueError:
        answers: queue.SimpleQueue[list[tuple[Any, ...]] | str | None] = queue.SimpleQueue()
        watch.on_break(lambda: answers.put(None))
        threading.Thread(
            target=lambda: answers.put(_look_up(host, port)), name="hyperv-look-up", daemon=True
        ).start()
        answer = answers.get()
    else:
        answer = _look_up(host, port)
    watch.check()
    if isinstance(answer, list):
        return answer
    raise NotFound(answer)


def _look_up(host: str, port: int) -> list[tuple[Any, ...]] | str:
    try:
        return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    except OSError as error:
        return error.strerror or str(error)
    except UnicodeError:
        return "not a host name"
