"""Calls to one endpoint: pyVmomi's client on our wire, and a way past its reader for the large replies."""

from __future__ import annotations

import gc
import logging
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException, HTTPResponse
from http.cookies import CookieError, SimpleCookie
from io import BytesIO
from typing import Any, TypeVar
from xml.etree import ElementTree
from xml.parsers.expat import ExpatError

from pyVmomi import SoapAdapter, vim, vmodl

from drconsole.errors import BadReply
from drconsole.platforms.base import Access
from drconsole.platforms.vsphere.reply import Page, PropertyReply, plain
from drconsole.platforms.vsphere.wire import SMALL_REPLY, Wire

log = logging.getLogger(__name__)

# 45 000 machines, the most a vCenter may have, are about 140 MB in our paths.
MOST_REPLY = 256 << 20

# What pyVmomi raises at replies that are not XML, or not of its schema.
MALFORMED = (ExpatError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)

_PIECE = 1 << 16
_ENVELOPE = "{http://schemas.xmlsoap.org/soap/envelope/}"

T = TypeVar("T")


class NotReady(HTTPException):
    """The endpoint's web server answers for a vSphere service that is not up."""


class LoggedOut(Exception):
    """The endpoint does not know the session (any more).

    In vSphere's tree of faults it is a kind of NoPermission, which who asks for rights would take it for.
    """


class UnknownFault(Exception):
    """The endpoint answered with a fault of which pyVmomi knows no type."""

    def __init__(self, name: str, msg: str) -> None:
        super().__init__(name)
        self.name = name
        self.msg = msg


class Soap(SoapAdapter.SoapStubAdapter):  # type: ignore[misc]  # an untyped base
    """A SOAP client of one API version (pyVmomi's name of it); ``instance`` is the ServiceInstance."""

    def __init__(self, access: Access, wire: Wire, version: str) -> None:
        super().__init__(access.host, access.port, version=version)
        self.scheme = wire.connection
        self.schemeArgs: dict[str, Any] = {}
        self.instance = vim.ServiceInstance("ServiceInstance", self)
        self.wire = wire
        self._cookies: dict[str, str] = {}

    def InvokeMethod(self, mo: Any, info: Any, args: Any, outerStub: Any = None) -> Any:
        """What pyVmomi's objects call for each of their methods."""

        def read(response: HTTPResponse) -> Any:
            return _object(self, plain(response.read()), info)

        return _Call(self, mo, info, args, SMALL_REPLY).answer(read)

    def pages(self, target: Any, first: Any, arguments: tuple[Any, ...], more: Any) -> Generator[Page]:
        """The pages of a read of properties; each is asked for before the one before it is understood.

        Args:
            target: a property collector.
            first: its method that gives the first page, with these arguments.
            more: its method that gives the next page for a token.
        """
        call: _Call | None = _Call(self, target, first.info, arguments, MOST_REPLY)
        try:
            while call:
                pieces = call.answer(_pieces)
                call, reply = None, PropertyReply()
                with _without_collections():
                    for piece in pieces:
                        reply.feed(piece)
                        if reply.token and not call:
                            call = _Call(self, target, more.info, (reply.token,), MOST_REPLY)
                yield reply.finish()
        finally:
            if call:
                call.give_up()

    def send(self, request: bytes) -> HTTPConnection:
        """Send a request on a connection that is free."""
        connection: HTTPConnection = self.GetConnection()
        try:
            connection.request("POST", self.path, request, self._headers())
        except BaseException:
            self.give_up(connection)
            raise
        return connection

    def give_up(self, connection: HTTPConnection) -> None:
        """Close a connection whose answer nobody reads to its end, and all that are free."""
        connection.close()
        self.DropConnections()

    def _headers(self) -> dict[str, str]:
        return {
            "Cookie": "; ".join(self._cookies.values()),
            "SOAPAction": self.versionId,
            "Content-Type": "text/xml; charset=utf-8",
        }

    def keep_cookies(self, response: HTTPResponse) -> None:
        """Keep the session's cookie, and those of whatever balances load before the endpoint."""
        try:
            for header in response.headers.get_all("Set-Cookie", ()):
                told = SimpleCookie(header).values()
                self._cookies.update({morsel.key: f"{morsel.key}={morsel.coded_value}" for morsel in told})
        except CookieError:
            raise BadReply("The answer sets a cookie that is none.") from None


class _Call:
    """A call that was sent; its answer is to be read, or given up."""

    def __init__(self, soap: Soap, target: Any, info: Any, arguments: Any, most: int) -> None:
        self._soap = soap
        self._info = info
        self._most = most
        self._request: bytes = soap.SerializeRequest(target, info, arguments)
        self._began = time.monotonic()
        self._connection = soap.send(self._request)

    def answer(self, read: Callable[[HTTPResponse], T]) -> T:
        """Wait for it, and give what ``read`` makes of its body."""
        soap, wire = self._soap, self._soap.wire
        wire.expect(self._most)
        try:
            # The response is closed too: where the server closes after it, it alone holds the socket.
            with closing(self._connection.getresponse()) as response:
                if response.status == 500:
                    raise _fault(soap, plain(response.read()), self._info)
                refuse_status(response)
                soap.keep_cookies(response)
                result = read(response)
        except BaseException:
            self.give_up()
            raise
        soap.ReturnConnection(self._connection)
        # Sizes and times only: a request may hold the password, its headers hold the session.
        log.debug(
            "%s: %s, sent %d bytes, got %d in %.3f s",
            soap.host,
            self._info.name,
            len(self._request),
            wire.received,
            time.monotonic() - self._began,
        )
        return result

    def give_up(self) -> None:
        """Have nobody read its answer."""
        self._soap.give_up(self._connection)


def refuse_status(response: HTTPResponse) -> None:
    """Let pass only what a vSphere endpoint says when all is well.

    Raises:
        NotReady: its services are starting or down.
        BadReply: any other status but 200.
    """
    if response.status == 503:
        raise NotReady(f"HTTP 503 {response.reason}")
    if response.status != 200:
        raise BadReply(f"This is no vSphere endpoint: its web server answers HTTP {response.status}.")


@contextmanager
def _without_collections() -> Iterator[None]:
    """Put off the search for cyclic garbage: a page makes none, and a search visits all that was read before.

    Of several threads the first that came here lets the searches go on.
    """
    searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searching:
            gc.enable()


def _pieces(response: HTTPResponse) -> list[bytes]:
    return list(iter(lambda: response.read(_PIECE), b""))


def _object(soap: Soap, body: bytes, info: Any) -> Any:
    # From a file: given bytes, pyVmomi takes a reply that is cut for a whole one.
    return SoapAdapter.SoapResponseDeserializer(soap).Deserialize(BytesIO(body), info.result)


def _fault(soap: Soap, body: bytes, info: Any) -> Exception:
    """The fault of an error reply: pyVmomi's where it knows the type, else by its name."""
    try:
        told = _object(soap, body, info)
    except MALFORMED:
        told = None
    if isinstance(told, vim.fault.NotAuthenticated):
        return LoggedOut()
    return told if isinstance(told, vmodl.MethodFault) else _unknown_fault(body)


def _unknown_fault(body: bytes) -> Exception:
    try:
        fault = ElementTree.fromstring(body).find(f"{_ENVELOPE}Body/{_ENVELOPE}Fault")
    except (ElementTree.ParseError, ValueError, LookupError):
        fault = None
    if fault is None:
        return BadReply("The answer is an error, but no fault of a vSphere endpoint.")
    detail = next(iter(fault.find("detail") or ()), None)
    name = "" if detail is None else detail.tag.rpartition("}")[2].removesuffix("Fault")
    return UnknownFault(name or "without a name", fault.findtext("faultstring") or "")
