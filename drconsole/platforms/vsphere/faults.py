"""Translate whatever a read can meet into the one error tree."""

from __future__ import annotations

import socket
import ssl
from http.client import HTTPException, IncompleteRead, RemoteDisconnected
from textwrap import shorten

from pyVmomi import vim, vmodl

from drconsole.domain.endpoint import Endpoint
from drconsole.errors import (
    BadReply,
    CertificateRejected,
    EndpointError,
    LoginRefused,
    NoRights,
    TimedOut,
    Unreachable,
)
from drconsole.platforms.base import Access
from drconsole.platforms.pins import NotPinned
from drconsole.platforms.vsphere.soap import MALFORMED, LoggedOut, NotReady, UnknownFault
from drconsole.platforms.vsphere.wire import BrokenOff, NotConnected, TooMuch, Wire

_LONGEST_QUOTE = 300

# OpenSSL's verification codes.
_NOT_YET_VALID, _EXPIRED, _OTHER_NAME, _OTHER_ADDRESS = 9, 10, 62, 64
_UNKNOWN_ISSUER = (2, 18, 19, 20, 21)

LOST = (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError, RemoteDisconnected)


def logged_out(error: Exception) -> bool:
    """Whether the endpoint ended the session."""
    return isinstance(error, LoggedOut)


def vanished(error: Exception) -> bool:
    """Whether an object was deleted under the read."""
    return isinstance(error, vmodl.fault.ManagedObjectNotFound)


def translate(error: Exception, endpoint: Endpoint, access: Access, wire: Wire) -> EndpointError:
    """The error a person sees; it names the user and never holds the password."""
    if isinstance(error, EndpointError):
        error.subject = error.subject or endpoint.name
        return error
    if isinstance(error, vmodl.MethodFault | UnknownFault | LoggedOut):
        found = _of_fault(error, access)
    else:
        found = _of_transport(error, endpoint, access, wire) or _of_reply(error)
    found.subject = endpoint.name
    return found


def _of_fault(error: Exception, access: Access) -> EndpointError:
    user = access.user
    name = error.name if isinstance(error, UnknownFault) else type(error).__name__.rpartition(".")[2]
    if isinstance(error, vim.fault.InvalidLogin):
        return LoginRefused(
            f"The endpoint does not accept user {user!r} with this password.",
            hint="Check user and password in the config; vCenter locks an account after a few wrong tries.",
        )
    if isinstance(error, LoggedOut):
        return LoginRefused(
            f"User {user!r} was logged in, but the endpoint does not know the session.",
            hint="Something between us and the endpoint may drop cookies, or the session limit is reached.",
        )
    if isinstance(error, vim.fault.NoPermission):
        return NoRights(
            f"User {user!r} may not read here: {error.privilegeId or 'a privilege':.80} is missing.",
            hint="Give the account the role Read-only on the root of the inventory, with propagation.",
        )
    message = shorten(str(getattr(error, "msg", "") or ""), _LONGEST_QUOTE)
    return EndpointError(
        f"The endpoint answered with a fault: {name:.80}{f' ({message})' if message else ''}.",
        hint="The endpoint's own log (vpxd.log or hostd.log) tells more.",
    )


def _of_transport(error: Exception, endpoint: Endpoint, access: Access, wire: Wire) -> EndpointError | None:
    address = f"{access.host}:{access.port}"
    if isinstance(error, BrokenOff) or wire.broken:
        return Unreachable("The read was broken off by this console.")
    if isinstance(error, ssl.SSLCertVerificationError):
        return _of_certificate(error, access)
    if isinstance(error, NotPinned):
        return CertificateRejected(
            f"The certificate is not one that the config pins: it is {error}. No password was sent.",
            hint="If the endpoint has got a new one, compare it there and write it into pins; if not, "
            "somebody stands between.",
        )
    if isinstance(error, NotConnected):
        return Unreachable(f"{address} does not take connections: {error}.", hint=_REACH)
    if isinstance(error, socket.gaierror):
        return Unreachable(f"The name {access.host!r} is not known here.", hint="Check the address and DNS.")
    if isinstance(error, ConnectionRefusedError):
        return Unreachable(f"{address} refuses connections.", hint=_REACH)
    if isinstance(error, TimeoutError):
        begun = (
            "began to answer but was not done" if wire.answering else "took the connection but gave no answer"
        )
        return TimedOut(
            f"{address} {begun} within {endpoint.budget_s:g} s.",
            hint="The management service may hang. If only the way is slow, raise the endpoint's time limit.",
        )
    if isinstance(error, TooMuch):
        return BadReply(f"The answer is too large: {error}.", hint=_OTHER_SERVICE)
    if isinstance(error, NotReady):
        return Unreachable(
            f"vSphere is not up at {address}: {error!s:.80}.", hint="It may be starting; wait."
        )
    if isinstance(error, LOST):
        if wire.answering:
            return BadReply(f"The connection to {address} was cut in the middle of an answer.", hint=_REACH)
        return Unreachable(f"The connection to {address} was lost.", hint=_REACH)
    if isinstance(error, ssl.SSLError):
        reason = (error.reason or "TLS failed").replace("_", " ").lower()
        return BadReply(f"{address} does not speak TLS that we can agree on: {reason}.", hint=_OTHER_SERVICE)
    if isinstance(error, FileNotFoundError | PermissionError) and access.ca_file:
        return CertificateRejected(
            f"The file of trusted certificates {str(access.ca_file)!r} cannot be read.",
            hint="Check the path in the config.",
        )
    if isinstance(error, OSError):
        return Unreachable(f"{address} cannot be reached: {error.strerror or error}.", hint=_REACH)
    return None


def _of_certificate(error: ssl.SSLCertVerificationError, access: Access) -> CertificateRejected:
    code = error.verify_code
    if code in (_OTHER_NAME, _OTHER_ADDRESS):
        return CertificateRejected(
            f"The certificate is not for {access.host!r}, but for another name.",
            hint="Use the name that stands in the certificate as the endpoint's address.",
        )
    if code in (_EXPIRED, _NOT_YET_VALID):
        when = "has expired" if code == _EXPIRED else "is not valid yet"
        return CertificateRejected(
            f"The certificate {when}.", hint="Renew it, and check the clocks of both machines."
        )
    if code in _UNKNOWN_ISSUER:
        anchor = "the given file of certificates" if access.ca_file else "this system"
        return CertificateRejected(
            f"The certificate was issued by an authority that {anchor} does not trust.",
            hint="Name the endpoint's CA certificate in the config (ca_file); vCenter offers it at /certs/.",
        )
    return CertificateRejected(f"The certificate is not accepted: {error.verify_message}.")


def _of_reply(error: Exception) -> EndpointError:
    if isinstance(error, IncompleteRead):
        return BadReply("The answer is cut: it is shorter than it says.", hint=_OTHER_SERVICE)
    if isinstance(error, (*MALFORMED, HTTPException)):
        return BadReply(
            f"The answer is not what the vSphere API says ({type(error).__name__}).", hint=_OTHER_SERVICE
        )
    raise error


_REACH = "Check the address, the port and the firewall between here and there."
_OTHER_SERVICE = "Another service may listen at this address, or something between changes the answers."
