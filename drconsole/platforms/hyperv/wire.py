"""HTTP under pywinrm with limits: time, size, trust, no redirects, no proxies, no cookies."""

from __future__ import annotations

import http.client
import io
import logging
import socket
import ssl
import time
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError
from urllib3.response import HTTPResponse
from urllib3.util.connection import is_connection_dropped

from drconsole.platforms.certificate import end_of
from drconsole.platforms.hyperv.dial import dial
from drconsole.platforms.hyperv.proof import BASIC, SCHEMES
from drconsole.platforms.hyperv.watch import BrokenOff, Watch
from drconsole.platforms.pins import check_pin

log = logging.getLogger(__name__)

# Clients ask for envelopes of at most 150 kB (facts/winrm, section 4); hosts allow 500 kB at most.
REPLY_BYTES = 1 << 20
PIECE = 64 << 10
EXCERPT = 2000
# By this pywinrm decides whether a reply is sealed.
SEAL = 'protocol="application/HTTP-SPNEGO-session-encrypted"'


class WireError(Exception):
    """Base of what is wrong with a reply below the WS-Management protocol."""


class ReplyTooLarge(WireError):
    """A reply went on beyond ``REPLY_BYTES``."""


class ReplyCut(WireError):
    """A reply ended before its announced end."""


class Redirected(WireError):
    """The peer sent us elsewhere; the argument is where to."""


class Unauthorized(WireError):
    """HTTP 401; the argument is what ways to log in the peer offers, as it says it."""


class Unsealed(WireError):
    """A reply came open where all are sealed; pywinrm would believe it."""


class LoginLost(OSError):
    """The connection is gone that the messages are sealed for; nothing was sent."""


class Adapter(HTTPAdapter):
    """Sends requests, each under the watch of the moment; connections are kept between watches.

    ``trust`` decides about certificates, and ``pins`` where there are any. ``seen`` is the beginning of the
    last reply, ``status`` its HTTP status (0: none came) and ``content_type`` what it claims to be, for error
    messages. ``transport`` is how the account logs in; ``sealed`` messages belong to the connection on which
    it has ``logged_in``.

    Raises (``send``):
        BrokenOff, WireError, and what requests raises.
    """

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self.connection: HTTPConnection | None = None
        self.trust: ssl.SSLContext | None = None
        self.pins: frozenset[bytes] = frozenset()
        self.seen = b""
        self.status = 0
        self.content_type = ""
        self.transport = BASIC
        self.sealed = False
        self.logged_in = False
        super().__init__(pool_connections=1, pool_maxsize=1)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}

    def under(self, watch: Watch) -> None:
        """Let another watch guard what comes, the kept connection included."""
        self.watch = watch
        sock = self.connection.sock if self.connection else None
        if sock is not None and sock.fileno() >= 0:
            watch.guard(sock)
            watch.connected = True
            _tell(watch, sock)

    @property
    def useless(self) -> bool:
        """Whether messages would be sealed for a connection that is gone, or never logged in."""
        connection = self.connection
        return self.sealed and not (
            self.logged_in and connection is not None and not is_connection_dropped(connection)
        )

    def dialling(self, connection: HTTPConnection) -> None:
        """Remember the connection that is about to be made.

        Raises:
            LoginLost: what is to be sent over it is sealed for another one.
        """
        if self.sealed and self.logged_in:
            raise LoginLost("the connection was closed")
        self.connection = connection

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> Any:
        """Let ``trust`` alone decide whom to trust."""
        host, _ = super().build_connection_pool_key_attributes(request, verify, cert)
        return host, {"ssl_context": self.trust} if self.trust else {}

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        """Make the pool's connections ask this adapter for the watch of the moment."""
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        pool.conn_kw["adapter"] = self
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
        began = time.monotonic()
        response = super().send(request, stream=True, timeout=self.watch.patience, verify=verify)
        self.status = response.status_code
        self.content_type = response.headers.get("Content-Type") or ""
        body = self._body(response)
        # Sizes and times only: the body of a request carries scripts and data, its headers the login.
        log.debug(
            "%s: sent %s bytes, HTTP %d with %d bytes in %.3f s, %s",
            request.url,
            request.headers.get("Content-Length", "0"),
            self.status,
            len(body),
            time.monotonic() - began,
            self.watch.doing,
        )
        if response.is_redirect or 300 <= response.status_code < 400:
            raise Redirected(response.headers.get("Location") or "")
        if self.sealed and self.logged_in and body and SEAL not in self.content_type:
            raise Unsealed
        if response.status_code == 401:
            self._may_go_on(response.headers.get("WWW-Authenticate") or "")
        response.raw = HTTPResponse(_Whole(body, self.connection), preload_content=False)
        return response

    def _may_go_on(self, offered: str) -> None:
        """Let the login take its next step, where it has any.

        Raises:
            Unauthorized: it has none, or the peer does not offer it.
        """
        ways = [part.strip().partition(" ")[0].lower() for part in offered.split(",")]
        if self.transport == BASIC or not set(ways).intersection(SCHEMES[self.transport]):
            raise Unauthorized(offered)

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


class _Whole(io.BytesIO):
    """A whole body, with the way to the socket by which libraries look for the certificate to bind to."""

    def __init__(self, body: bytes, connection: HTTPConnection | None) -> None:
        super().__init__(body)
        self.fp = SimpleNamespace(raw=SimpleNamespace(_sock=connection and connection.sock))


class _Plain(HTTPConnection):
    """A connection that the watch can break off."""

    def __init__(self, *args: Any, adapter: Adapter, **kwargs: Any) -> None:
        self.adapter = adapter
        super().__init__(*args, **kwargs)

    def _new_conn(self) -> socket.socket:
        self.adapter.dialling(self)
        return dial(self._dns_host, self.port or 80, self.adapter.watch)


class _Tls(HTTPSConnection):
    """A TLS connection that the watch can break off, also in its handshake."""

    def __init__(self, *args: Any, adapter: Adapter, **kwargs: Any) -> None:
        self.adapter = adapter
        super().__init__(*args, **kwargs)

    def _new_conn(self) -> socket.socket:
        self.adapter.dialling(self)
        return dial(self._dns_host, self.port or 443, self.adapter.watch)

    def connect(self) -> None:
        """Connect and shake hands."""
        watch = self.adapter.watch
        doing, watch.doing = watch.doing, "the TLS handshake"
        super().connect()
        if self.adapter.pins and isinstance(self.sock, ssl.SSLSocket):
            check_pin(self.sock, self.adapter.pins)
        watch.doing = doing
        _tell(watch, self.sock)


def _tell(watch: Watch, sock: socket.socket | None) -> None:
    """Note how the connection is kept safe."""
    if isinstance(sock, ssl.SSLSocket):
        watch.tls, watch.certificate_end = sock.version() or "", end_of(sock)
    else:
        watch.tls, watch.certificate_end = "", None


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _Tls
