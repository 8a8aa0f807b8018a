"""The border where errors of pywinrm, requests and TLS become errors of ours, once."""

from __future__ import annotations

import http.client
import ssl
from codecs import getincrementaldecoder
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from urllib3.exceptions import InvalidHeader
from winrm.exceptions import (
    AuthenticationError,
    WinRMOperationTimeoutError,
    WinRMTransportError,
    WSManFaultError,
)

from drconsole.errors import BadReply, EndpointError, LoginRefused, NoRights, TimedOut, Unreachable
from drconsole.platforms.hyperv.dial import NotConnected, NotFound
from drconsole.platforms.hyperv.peer import Peer
from drconsole.platforms.hyperv.proof import BASIC, KERBEROS, NTLM, SCHEMES
from drconsole.platforms.hyperv.trust import not_pinned, rejected
from drconsole.platforms.hyperv.watch import Watch, Why
from drconsole.platforms.hyperv.wire import (
    REPLY_BYTES,
    Adapter,
    Redirected,
    ReplyCut,
    ReplyTooLarge,
    Unauthorized,
    Unsealed,
)
from drconsole.platforms.pins import NotPinned

ANOTHER_SERVICE = "Another service seems to listen there: check address and port, 5986 for WinRM over TLS."
TRY_AGAIN = "It is asked again by itself; if it stays so, look at the WinRM service on the host."
DAMAGED = "Something on the way damages answers, or the host's WinRM service is faulty."
RIGHTS = (
    "The account must be a member of Remote Management Users or Administrators on the host "
    "to use WinRM, and of Hyper-V Administrators to see its VMs."
)
BOUND = "A host that wants channel binding also refuses whoever comes through a device that opens TLS."
WRONG_LOGIN = {
    BASIC: "Check user and password. Basic takes local accounts of the host only, not those of a domain.",
    NTLM: f"Check user and password: NTLM takes DOMAIN\\user, and user for a local account. {BOUND}",
    KERBEROS: f"Get a ticket for it (kinit), or look at the one there is (klist). {BOUND}",
}
ON_THE_HOST = "On the host: Set-Item WSMan:\\localhost\\Service\\Auth\\{} $true"
NOT_TAKEN = {
    BASIC: f"{ON_THE_HOST.format('Basic')}, with an HTTPS listener.",
    NTLM: f"{ON_THE_HOST.format('Negotiate')}.",
    KERBEROS: f"{ON_THE_HOST.format('Kerberos')}.",
}
DROPPED = (ssl.SSLEOFError, ssl.SSLZeroReturnError)
ACCESS_DENIED, ABORTED, TIMED_OUT, NO_SHELL, QUOTA = 5, 995, 2150858793, 2150858843, 2150859174

FAULTS: dict[int, tuple[type[EndpointError], str, str]] = {
    ACCESS_DENIED: (NoRights, "knows the account, but denies it access to WinRM", RIGHTS),
    ABORTED: (Unreachable, "broke the request off: its WinRM service or the host is restarting", TRY_AGAIN),
    TIMED_OUT: (TimedOut, "gave up on the request itself after its own time limit", TRY_AGAIN),
    NO_SHELL: (
        Unreachable,
        "has lost the shell in the middle of the read: somebody ended it or restarted the WinRM service",
        TRY_AGAIN,
    ),
    QUOTA: (
        EndpointError,
        "refuses more work for this account: its WinRM quota is used up, nothing was started",
        "See MaxShellsPerUser and MaxConcurrentOperationsPerUser in winrm/config/winrs and "
        "winrm/config/service on the host; shells that others left open count too.",
    ),
}


def translate(
    error: Exception, peer: Peer, watch: Watch, adapter: Adapter, ca_file: Path | None
) -> EndpointError:
    """Say in our words why there is no answer."""
    if watch.over:
        return _broken_off(watch, peer)
    if isinstance(error, EndpointError):
        return error
    if isinstance(error, WSManFaultError):
        return _fault(error, peer)
    if isinstance(error, WinRMOperationTimeoutError):
        return _known(TIMED_OUT, "", peer)
    if isinstance(error, WinRMTransportError):
        return _status(adapter, peer)
    if isinstance(error, Unauthorized):
        return _login(str(error), peer, adapter.transport)
    # The libraries of NTLM and Kerberos say in these ways that the last word was 401.
    if isinstance(error, AuthenticationError) or (
        isinstance(error, PermissionError) and adapter.status == 401
    ):
        return _login(SCHEMES[adapter.transport][0], peer, adapter.transport)
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return rejected(cause, peer, ca_file)
        if isinstance(cause, NotPinned):
            return not_pinned(str(cause), peer)
    for cause in causes:
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, DROPPED) and not adapter.status:
            return _no_tls(cause, peer)
    if not watch.connected:
        return _not_asked(error, peer)
    return _wire(error, causes, peer, adapter)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and all that it carries, from the outside in; vendors nest in three different ways."""
    todo, met = [error], set[int]()
    while todo:
        one = todo.pop(0)
        if id(one) in met:
            continue
        met.add(id(one))
        yield one
        nested = (*one.args, getattr(one, "reason", None), one.__cause__, one.__context__)
        todo += [each for each in nested if isinstance(each, BaseException)]


def _broken_off(watch: Watch, peer: Peer) -> EndpointError:
    if watch.why is Why.CLOSED:
        return peer.error(Unreachable, f"The read of {peer.address} was broken off by the console.")
    within = f"within {peer.budget_s:g} s"
    if not watch.connected:
        return peer.error(
            Unreachable,
            f"{peer.address} did not take a connection {within}.",
            "The host or the way to it is down, or a firewall drops packets silently.",
        )
    return peer.error(
        TimedOut,
        f"{peer.address} is connected, but gave no complete answer {within}; "
        f"it was waiting for {watch.doing}.",
        "The host is overloaded or hangs. A larger budget for this endpoint helps only if it is slow.",
    )


def _known(code: int, said: str, peer: Peer) -> EndpointError:
    kind, words, hint = FAULTS[code]
    tail = f' It says: "{said}"' if said else ""
    return peer.error(kind, f"{peer.address} {words} (WSMan fault {code}).{tail}", hint)


def _fault(error: WSManFaultError, peer: Peer) -> EndpointError:
    code, said = error.wsman_fault_code, peer.shown(error.reason or "")
    sub = (error.fault_subcode or "").rsplit(":", 1)[-1]
    if code not in FAULTS:
        code = {"QuotaLimit": QUOTA, "AccessDenied": ACCESS_DENIED, "TimedOut": TIMED_OUT}.get(sub, code)
    if code in FAULTS:
        return _known(code, said, peer)
    name = code if code is not None else peer.shown(sub) or "without a number"
    return peer.error(
        BadReply, f'{peer.address} refused the request with WSMan fault {name}: "{said}"', TRY_AGAIN
    )


def _status(adapter: Adapter, peer: Peer) -> EndpointError:
    """An HTTP status that is an error, without a fault that could be read."""
    status = adapter.status
    if status == 403:
        return peer.error(NoRights, f"{peer.address} forbids the account to use WinRM (HTTP 403).", RIGHTS)
    hint = TRY_AGAIN
    if status < 500:
        hint = ANOTHER_SERVICE
    elif not peer.tls:
        hint = "WinRM refuses unencrypted requests unless AllowUnencrypted is set: use TLS on port 5986."
    return peer.bad_reply(f"with HTTP status {status} and no WSMan fault", adapter.seen, hint)


def _login(offered: str, peer: Peer, transport: str) -> EndpointError:
    """Tell a wrong password from a host that takes none in this way."""
    ways = [part.strip().split(" ")[0] for part in offered.split(",") if part.strip()]
    if any(way.lower() in SCHEMES[transport] for way in ways):
        said = f"refused the password of {peer.user}, or does not know the account"
        if transport == KERBEROS:
            said = f"was shown no ticket of {peer.user} that it takes"
        return peer.error(LoginRefused, f"{peer.address} {said}.", WRONG_LOGIN[transport])
    word = {BASIC: "Basic", NTLM: "NTLM", KERBEROS: "Kerberos"}[transport]
    return peer.error(
        LoginRefused,
        f"{peer.address} does not take {word} logins; it offers: {peer.shown(', '.join(ways)) or 'nothing'}.",
        NOT_TAKEN[transport],
    )


def _no_tls(error: ssl.SSLError, peer: Peer) -> EndpointError:
    return peer.error(
        BadReply,
        f"{peer.address} took the connection, but not TLS ({peer.shown(error.reason or str(error))}).",
        ANOTHER_SERVICE,
    )


def _not_asked(error: Exception, peer: Peer) -> EndpointError:
    """No connection was made."""
    if isinstance(error, NotFound):
        return peer.error(
            Unreachable,
            f"{peer.address} has no network address ({error}).",
            "Check the address in the config, and this machine's name resolution.",
        )
    if isinstance(error, NotConnected):
        return peer.error(
            Unreachable,
            f"No connection to {peer.address}: {error}.",
            "Is the host up, does WinRM listen on this port, does a firewall let it through?",
        )
    return peer.error(
        Unreachable,
        f"{peer.address} could not be asked ({type(error).__name__}).",
        "Check the address in the config.",
    )


def _wire(error: Exception, causes: list[BaseException], peer: Peer, adapter: Adapter) -> EndpointError:
    """What went wrong below WS-Management, or a reply that pywinrm could not make sense of."""
    if isinstance(error, Redirected):
        return peer.error(
            BadReply,
            f'{peer.address} redirects to "{peer.shown(str(error))}"; that is not followed.',
            ANOTHER_SERVICE,
        )
    if isinstance(error, Unsealed):
        hint = "Somebody on the way, or another service, has written it: nothing that it says is believed."
        return peer.bad_reply("its reply is not sealed, as every one must be without TLS", adapter.seen, hint)
    if isinstance(error, ReplyTooLarge):
        return peer.bad_reply(f"its reply exceeds {REPLY_BYTES >> 20} MiB", adapter.seen, ANOTHER_SERVICE)
    if isinstance(error, ReplyCut):
        return peer.bad_reply("the connection ended in the middle of its reply", adapter.seen, TRY_AGAIN)
    if not adapter.status:
        return _no_http(causes, peer)
    return _senseless(error, peer, adapter)


def _no_http(causes: list[BaseException], peer: Peer) -> EndpointError:
    """No status line came: lost, or not HTTP."""
    for cause in causes:
        lost = isinstance(cause, (http.client.RemoteDisconnected, ConnectionError))
        if not lost and isinstance(cause, (http.client.HTTPException, InvalidHeader)):
            return peer.error(BadReply, f"{peer.address} does not answer in HTTP.", ANOTHER_SERVICE)
    return peer.error(
        Unreachable, f"{peer.address} took the connection and dropped it without an answer.", TRY_AGAIN
    )


def _senseless(error: Exception, peer: Peer, adapter: Adapter) -> EndpointError:
    """HTTP came with a good status, but pywinrm could make nothing of what is in it."""
    start = adapter.seen.lstrip()[:14].lower()
    if "html" in adapter.content_type.lower() or start.startswith((b"<!doctype html", b"<html")):
        return peer.bad_reply("with a web page, not with WS-Management", adapter.seen, ANOTHER_SERVICE)
    hint = DAMAGED if b"Envelope" in adapter.seen else ANOTHER_SERVICE
    what = "its reply is not what was asked for"
    if isinstance(error, ElementTree.ParseError):
        what = "its reply is not well-formed XML"
        if not _is_utf8(adapter.seen):
            what = "its reply is not in UTF-8"
    elif isinstance(error, UnicodeError):
        what = "its reply is not in UTF-8"
    return peer.bad_reply(what, adapter.seen, hint)


def _is_utf8(beginning: bytes) -> bool:
    """Whether this is UTF-8, apart from a last character that may be cut."""
    try:
        getincrementaldecoder("utf-8")().decode(beginning)
    except UnicodeDecodeError:
        return False
    return True
