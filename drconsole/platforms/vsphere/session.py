"""A login at a vCenter or ESXi host that lasts over reads."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

from pyVmomi import VmomiSupport, vim, vmodl

from drconsole.errors import BadReply
from drconsole.platforms.base import Access
from drconsole.platforms.vsphere.reply import Page, plain
from drconsole.platforms.vsphere.soap import Soap, refuse_status
from drconsole.platforms.vsphere.wire import Wire

collector = vmodl.query.PropertyCollector

_API_TYPES = ("VirtualCenter", "HostAgent")
_API_6_0 = "vim.version.version10"


class Session:
    """One login; ``wire`` carries it. Used by one thread at a time, except ``wire.break_off``.

    Raises (every method but ``forget`` and ``leave``): OSError, HTTPException, ``vmodl.MethodFault``,
    EndpointError and what pyVmomi raises at malformed replies; ``faults.translate`` knows them all.
    """

    def __init__(self, access: Access) -> None:
        self.wire = Wire(access)
        self._access = access
        self._soap: Soap | None = None
        self._views: dict[tuple[Any, ...], Any] = {}
        self.content: Any = None
        self.user = ""
        self._key = ""

    @property
    def open(self) -> bool:
        """Whether it is logged in, as far as we know."""
        return self._soap is not None

    def enter(self) -> None:
        """Log in: find the newest API both sides know, look who answers, only then send the password."""
        soap = Soap(self._access, self.wire, _newest_common(self._versions()))
        try:
            content = soap.instance.RetrieveContent()
            kind = content.about.apiType
            if kind not in _API_TYPES:
                raise BadReply(f"This is neither a vCenter nor an ESXi host: it calls itself {kind!r:.60}.")
            login = content.sessionManager.Login(self._access.user, self._access.secret(), None)
            self.content, self.user, self._key = content, login.userName, login.key
        except BaseException:
            soap.DropConnections()
            raise
        self._soap = soap

    def forget(self) -> None:
        """Drop the login without a word; the next ``enter`` makes a new one."""
        if self._soap is not None:
            self._soap.DropConnections()
        self._soap, self.content, self._views = None, None, {}

    def forget_views(self) -> None:
        """Let the endpoint look anew for what there is."""
        self._views = {}

    def leave(self, seconds: float | None = None) -> None:
        """Log out, as far as that works in so many seconds, or until the present deadline. Never raises."""
        if self._soap is None:
            return
        try:
            if seconds is not None:
                self.wire.begin(seconds)
            self.content.sessionManager.Logout()
        except Exception:  # a good-bye that fails changes nothing: idle sessions end by themselves
            return
        finally:
            self.forget()

    def now(self) -> datetime:
        """The endpoint's own time, UTC."""
        told: datetime = self._in.instance.CurrentTime()
        return (told if told.tzinfo else told.replace(tzinfo=UTC)).astimezone(UTC)

    def may_see_all(self) -> bool:
        """Whether the account may read from the root now: without it, machines are left out silently."""
        rights = self.content.authorizationManager
        try:
            told = rights.HasPrivilegeOnEntities([self.content.rootFolder], self._key, ["System.Read"])
        except (vim.fault.NoPermission, vmodl.fault.MethodNotFound):
            return False
        if not told:
            raise BadReply("The endpoint was asked for the account's rights and answered nothing.")
        return all(one.isGranted for entity in told for one in entity.privAvailability)

    def typed_replication(self) -> bool:
        """Whether the API in use has ``config.repConfig`` (6.0 and later)."""
        return bool(VmomiSupport.IsChildVersion(self._in.version, _API_6_0))

    def view(self, *kinds: Any) -> Any:
        """The endpoint's list of all objects of these types, made once and kept up to date by it."""
        if kinds not in self._views:
            manager, root = self.content.viewManager, self.content.rootFolder
            self._views[kinds] = manager.CreateContainerView(root, list(kinds), True)
        return self._views[kinds]

    def pages(self, spec: Any, most: int) -> Generator[Page]:
        """A read of properties in pages of at most so many objects."""
        options = collector.RetrieveOptions(maxObjects=most)
        target = self.content.propertyCollector
        return self._in.pages(
            target, collector.RetrievePropertiesEx, ([spec], options), collector.ContinueRetrievePropertiesEx
        )

    @property
    def _in(self) -> Soap:
        assert self._soap, "not logged in"
        return self._soap

    def _versions(self) -> bytes:
        connection = self.wire.connection()
        try:
            connection.request("GET", "/sdk/vimServiceVersions.xml")
            with closing(connection.getresponse()) as response:
                refuse_status(response)
                return plain(response.read())
        finally:
            connection.close()


def _newest_common(document: bytes) -> str:
    """The newest version of the vim25 API that pyVmomi and the endpoint both know, by pyVmomi's name.

    Raises:
        BadReply: the document is not a list of API versions, or there is none in common.
    """
    try:
        root = ElementTree.fromstring(document)
    except (ElementTree.ParseError, ValueError, LookupError):
        raise BadReply("This is no vSphere endpoint: it has no list of API versions.") from None
    spaces = [space for space in root.iter("namespace") if space.findtext("name") == "urn:vim25"]
    told = {found.text for space in spaces for found in space.iter("version")}
    for name in VmomiSupport.GetServiceVersions("vim25"):
        if name.startswith("vim.") and VmomiSupport.versionIdMap[name] in told:
            return str(name)
    raise BadReply("This endpoint speaks no version of the vSphere API that we know.")
