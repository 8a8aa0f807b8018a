"""Calls to one endpoint: pyVmomi's client on our wire, and a way past its reader for the large replies."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPException, HTTPResponse
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
        self._wire = wire
        self._cookies: dict[str, str] = {}

    def InvokeMethod(self, mo: Any, info: Any, args: Any, outerStub: Any = None) -> Any:
        """What pyVmomi's objects call for each of their methods."""

        def read(response: HTTPResponse) -> Any:
            return _object(self, plain(response.read()), info)

        return self._post(mo, info, args, SMALL_REPLY, read)

    def stream(self, target: Any, method: Any, *arguments: Any) -> Page:
        """Call a method whose reply is a page of properties."""
        return self._post(target, method.info, arguments, MOST_REPLY, _page)

    def _post(
        self, target: Any, info: Any, arguments: Any, most: int, read: Callable[[HTTPResponse], T]
    ) -> T:
        request = self.SerializeRequest(target, info, arguments)
        began = time.monotonic()
        connection = self.GetConnection()
        try:
            connection.request("POST", self.path, request, self._headers())
            self._wire.expect(most)
            # The response is closed too: where the server closes after it, it alone holds the socket.
            with closing(connection.getresponse()) as response:
                if response.status == 500:
                    raise _fault(self, plain(response.read()), info)
                refuse_status(response)
                self._keep_cookies(response)
                result = read(response)
        except BaseException:
            connection.close()
            self.DropConnections()
            raise
        self.ReturnConnection(connection)
        # Sizes and times only: a request may hold the password, its headers hold the session.
        log.debug(
            "%s: %s, sent %d bytes, got %d in %.3f s",
            self.host,
            info.name,
            len(request),
            self._wire.received,
            time.monotonic() - began,
        )
        return result

    def _headers(self) -> dict[str, str]:
        return {
            "Cookie": "; ".join(self._cookies.values()),
            "SOAPAction": self.versionId,
            "Content-Type": "text/xml; charset=utf-8",
        }

    def _keep_cookies(self, response: HTTPResponse) -> None:
        """Keep the session's cookie, and those of whatever balances load before the endpoint."""
        try:
            for header in response.headers.get_all("Set-Cookie", ()):
                told = SimpleCookie(header).values()
                self._cookies.update({morsel.key: f"{morsel.key}={morsel.coded_value}" for morsel in told})
        except CookieError:
            raise BadReply("The answer sets a cookie that is none.") from None


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


def _page(response: HTTPResponse) -> Page:
    reply = PropertyReply()
    while piece := response.read(_PIECE):
        reply.feed(piece)
    return reply.finish()


def _object(soap: Soap, body: bytes, info: Any) -> Any:
    # From a file: given bytes, pyVmomi takes a reply that is cut for a whole one.
    return SoapAdapter.SoapResponseDeserializer(soap).Deserialize(BytesIO(body), info.result)


def _fault(soap: Soap, body: bytes, info: Any) -> Exception:
    """The fault of an error reply: pyVmomi's where it knows the type, else by its name."""
    try:
        told = _object(soap, body, info)
    except MALFORMED:
        told = None
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
