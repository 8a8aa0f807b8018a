"""Calls to one endpoint: pyVmomi's client on our wire, and a way past its reader for the large replies."""

from __future__ import annotations

from http.client import HTTPException, HTTPResponse
from typing import Any

from pyVmomi import SoapAdapter, vim

from drconsole.errors import BadReply
from drconsole.platforms.base import Access
from drconsole.platforms.vsphere.reply import Page, PropertyReply
from drconsole.platforms.vsphere.wire import Wire

# 45 000 machines, the most a vCenter may have, are about 140 MB in our paths.
MOST_REPLY = 256 << 20

_PIECE = 1 << 16


class NotReady(HTTPException):
    """The endpoint's web server answers for a vSphere service that is not up."""


class Soap:
    """A SOAP client of one API version (pyVmomi's name of it); ``instance`` is the ServiceInstance."""

    def __init__(self, access: Access, wire: Wire, version: str) -> None:
        self.version = version
        self._wire = wire
        self._stub = SoapAdapter.SoapStubAdapter(
            access.host, access.port, version=version, acceptCompressedResponses=False
        )
        self._stub.scheme = wire.connection
        self._stub.schemeArgs = {}
        self.instance: Any = vim.ServiceInstance("ServiceInstance", self._stub)

    def drop(self) -> None:
        """Close its connections."""
        self._stub.DropConnections()

    def stream(self, target: Any, method: Any, *arguments: Any) -> Page:
        """Call a method whose reply is a page of properties."""
        request = self._stub.SerializeRequest(target, method.info, list(arguments))
        connection = self._stub.GetConnection()
        try:
            connection.request("POST", self._stub.path, request, self._headers())
            self._wire.expect(MOST_REPLY)
            page = self._page(connection.getresponse(), method)
        except BaseException:
            connection.close()
            self.drop()
            raise
        self._stub.ReturnConnection(connection)
        return page

    def _page(self, response: HTTPResponse, method: Any) -> Page:
        if response.status == 500:
            body = response.read()
            fault = SoapAdapter.SoapResponseDeserializer(self._stub).Deserialize(body, method.info.result)
            if isinstance(fault, Exception):
                raise fault
            raise BadReply("The answer is an error without a fault.")
        refuse_status(response)
        reply = PropertyReply()
        while piece := response.read(_PIECE):
            reply.feed(piece)
        return reply.finish()

    def _headers(self) -> dict[str, str]:
        return {
            "Cookie": self._stub.cookie,
            "SOAPAction": self._stub.versionId,
            "Content-Type": "text/xml; charset=utf-8",
        }


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
