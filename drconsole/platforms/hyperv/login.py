"""The account on one host: its password, whom it trusts, and work on connections under a watch."""

from __future__ import annotations

import logging
import ssl
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from winrm.protocol import Protocol

from drconsole.domain.endpoint import Endpoint
from drconsole.errors import EndpointError, LoginRefused
from drconsole.platforms.base import Access
from drconsole.platforms.hyperv import proof
from drconsole.platforms.hyperv.faults import translate
from drconsole.platforms.hyperv.peer import Peer
from drconsole.platforms.hyperv.trust import context_for
from drconsole.platforms.hyperv.watch import Watch, Why
from drconsole.platforms.hyperv.wire import Adapter
from drconsole.redaction import conceal

log = logging.getLogger(__name__)

T = TypeVar("T")

# A host's web server closes a connection after 120 idle seconds; firewalls forget one without a word.
STALE_S = 60.0


class Login:
    """One account on one host. All but ``break_off`` belong to one thread at a time."""

    def __init__(self, endpoint: Endpoint, access: Access, peer: Peer) -> None:
        self.endpoint = endpoint
        self.access = access
        self.peer = peer
        self._password: str | None = None
        self._trust: ssl.SSLContext | None = None
        self._lock = threading.Lock()
        self._watch: Watch | None = None
        self._broken_off = False

    @property
    def broken_off(self) -> bool:
        """Whether no more work is to be begun."""
        return self._broken_off

    def break_off(self) -> None:
        """End the work that waits, and all that would follow, at once; from any thread."""
        with self._lock:
            self._broken_off = True
            if self._watch:
                self._watch.break_off()

    def ask_password(self) -> None:
        """Have the password; it is asked for once, until it is forgotten.

        Raises:
            LoginRefused: its source gave none.
        """
        if self._password is None and proof.needs_password(self.access):
            self._password = self._from_source()
            conceal(self._password, user=self.access.user)

    def forget_password(self) -> None:
        """Ask for it again next time: it may have been changed."""
        self._password = None
        self.access.refused()

    def guarded(
        self, connection: Connection, deadline: float, work: Callable[[Watch], T], *, last: bool = False
    ) -> tuple[T | EndpointError, Why | None]:
        """Do network work under a watch of its own, and give its outcome and why it was broken off.

        Errors are given, not raised: an error raised while a vendor's is handled would carry that one along,
        and with it the request with its Authorization header. ``last`` work is done after a break-off too.
        """
        watch = Watch(deadline - time.monotonic())
        with self._lock:
            self._watch = watch
            if self._broken_off and not last:
                watch.break_off()
        outcome: T | EndpointError
        try:
            with watch:
                connection.open(watch)
                outcome = work(watch)
        except EndpointError as error:
            outcome = error
        except Exception as error:
            log.debug("%s: %s while waiting for %s", self.endpoint.name, type(error).__name__, watch.doing)
            outcome = self.translated(error, watch, connection)
        finally:
            with self._lock:
                self._watch = None
        return outcome, watch.why

    def translated(self, error: Exception, watch: Watch, connection: Connection) -> EndpointError:
        """Say in our words why there is no answer."""
        return translate(error, self.peer, watch, connection.adapter, self.access.ca_file)

    def trust(self) -> ssl.SSLContext | None:
        """Whom TLS trusts.

        Raises:
            CertificateRejected: the CA file cannot be used.
        """
        if self.access.tls and self._trust is None:
            unverified = self.access.insecure or bool(self.access.pins)
            self._trust = context_for(self.access.ca_file, unverified, self.peer)
        return self._trust

    def protocol(self, adapter: Adapter) -> Protocol:
        """Make pywinrm log in by the account, through our adapter. Nothing goes over the network yet."""
        access = self.access
        operation = max(1, min(10, int(self.endpoint.budget_s / 3)))
        protocol = Protocol(
            endpoint=f"{'https' if access.tls else 'http'}://{self.peer.address}/wsman",
            **proof.protocol_arguments(access, self._password or ""),
            # Whom to trust is decided by the adapter's own context, see trust.py; this adds nothing to it.
            server_cert_validation="ignore" if access.insecure or access.pins else "validate",
            ca_trust_path=None,  # type: ignore[arg-type]  # documented, but missing in its annotation
            # The watch ends a read; this one only has to be longer than the host's own limit.
            operation_timeout_sec=operation,
            read_timeout_sec=operation + int(self.endpoint.budget_s) + 1,
            # None would make requests write no_proxy into the environment of this process, time and again and
            # from all threads at once.
            proxy="",
        )
        web = protocol.transport.build_session()
        web.proxies.clear()
        web.trust_env = False
        adapter.transport, adapter.sealed = access.transport, proof.sealed(access)
        if access.transport == proof.KERBEROS:
            # It would show the ticket before it has seen the certificate that it is to be bound to.
            web.auth.force_preemptive = False  # type: ignore[union-attr]
        for scheme in list(web.adapters):
            web.mount(scheme, adapter)
        return protocol

    def _from_source(self) -> str:
        try:
            return self.access.secret()
        except LoginRefused as error:
            said, hint = error.message, error.hint
        except Exception as error:
            said = f"The password of {self.peer.user} could not be had ({type(error).__name__})."
            hint = "Check its source."
        raise self.peer.error(LoginRefused, said, hint)


class Connection:
    """One logged-in connection to a host, made when it is first needed and anew when it was closed."""

    def __init__(self, login: Login) -> None:
        self._login = login
        self._protocol: Protocol | None = None
        self._used = 0.0
        self.adapter = Adapter(Watch(0))

    def open(self, watch: Watch) -> None:
        """Go on under a watch; a connection that was idle for long is not trusted to be alive.

        Where messages are sealed, a new connection logs in here.

        Raises:
            CertificateRejected: the CA file cannot be used.
        """
        if time.monotonic() - self._used > STALE_S or self.adapter.useless:
            self.close()
        self.adapter.under(watch)
        if self._protocol is None:
            self.adapter.trust, self.adapter.pins = self._login.trust(), self._login.access.pins
            self._protocol = self._login.protocol(self.adapter)
            if self.adapter.sealed:
                self._log_in(watch)
        self._used = time.monotonic()

    @property
    def protocol(self) -> Protocol:
        """Pywinrm's side of it, while it is open."""
        assert self._protocol
        return self._protocol

    def _log_in(self, watch: Watch) -> None:
        """Log in ahead, because messages can only be sealed after it."""
        watch.doing = "the login"
        transport = self.protocol.transport
        web = transport.build_session()
        transport.setup_encryption(web)
        if self._login.access.transport == proof.NTLM:
            proof.check_agreed(web.auth, self._login.peer)
        self.adapter.logged_in = True

    def close(self) -> None:
        """Give it up; nothing is said to the host."""
        protocol, self._protocol = self._protocol, None
        if protocol:
            protocol.transport.close_session()
            self.adapter = Adapter(self.adapter.watch)
