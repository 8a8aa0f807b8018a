"""Running one script on one host, per call: a shell, a process and one request (design, section 4)."""

from __future__ import annotations

import logging
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from winrm.exceptions import WinRMOperationTimeoutError, WSManFaultError
from winrm.protocol import Protocol

from drconsole.domain.endpoint import Endpoint
from drconsole.errors import EndpointError, LoginRefused
from drconsole.platforms.base import Access
from drconsole.platforms.hyperv import script
from drconsole.platforms.hyperv.faults import translate
from drconsole.platforms.hyperv.peer import Peer
from drconsole.platforms.hyperv.script import Output
from drconsole.platforms.hyperv.trust import context_for
from drconsole.platforms.hyperv.watch import Watch, Why
from drconsole.platforms.hyperv.wire import Adapter
from drconsole.redaction import conceal

log = logging.getLogger(__name__)

CODEPAGE_UTF8 = 65001
# What a killed console or a lost answer leaves open ends by itself; 180 s is the shortest documented default.
IDLE = "PT180S"
# A host of 1 024 VMs with 4 kB of notes each stays below a third of this, base64 twice included.
OUTPUT_BYTES = 32 << 20
# A Receive waits on the host until there is output, or until a fault says that its time is over; replies
# without output, and such faults at once, come from a peer that would make us spin.
QUICK_S, EMPTY_ANSWERS = 0.5, 20
# Kept back for ending the shell when the read itself failed: what stays open counts against a quota.
FAREWELL_S, FAREWELL_AFTER_CLOSE_S = 2.0, 1.0


@dataclass(slots=True)
class Opened:
    """What exists on the host because of us."""

    shell: str = ""
    command: str = ""


class Session:
    """One account on one host. ``run`` belongs to one thread at a time; ``break_off`` to any.

    Every run connects anew and leaves nothing open, neither here nor on the host.
    """

    def __init__(self, endpoint: Endpoint, access: Access, peer: Peer) -> None:
        self.endpoint = endpoint
        self.access = access
        self.peer = peer
        self._password: str | None = None
        self._trust: ssl.SSLContext | None = None
        self._lock = threading.Lock()
        self._watch: Watch | None = None

    def break_off(self) -> None:
        """End a run that waits, at once."""
        with self._lock:
            if self._watch:
                self._watch.break_off()

    def run(self, name: str, arguments: Mapping[str, Any]) -> Output:
        """Run one script, within the endpoint's budget; asking for the password does not count.

        Raises:
            EndpointError: nothing came that could be read; the shell was ended as far as that was possible.
        """
        if self._password is None:
            self._password = self._ask_password()
            conceal(self._password, user=self.access.user)
        end = time.monotonic() + self.endpoint.budget_s
        reserve = min(FAREWELL_S, self.endpoint.budget_s / 10)
        opened = Opened()
        outcome, why = self._guarded(
            end - reserve, lambda protocol, watch: self._call(protocol, watch, name, arguments, opened)
        )
        if opened.shell:
            self._farewell(opened, end, why)
        if isinstance(outcome, Output):
            return outcome
        if isinstance(outcome, LoginRefused):
            # It may have been changed: the next read asks for it again.
            self._password = None
        raise outcome

    def _guarded(
        self, deadline: float, work: Callable[[Protocol, Watch], Output]
    ) -> tuple[Output | EndpointError, Why | None]:
        """Do network work under a watch of its own, and give its outcome.

        Errors are given, not raised: an error raised while a vendor's is handled would carry that one along,
        and with it the request with its Authorization header.
        """
        watch = Watch(deadline - time.monotonic())
        with self._lock:
            self._watch = watch
        adapter = Adapter(watch)
        protocol: Protocol | None = None
        try:
            with watch:
                adapter.trust = self._trusted()
                protocol = self._protocol(adapter)
                return work(protocol, watch), None
        except EndpointError as error:
            outcome = error
        except Exception as error:
            log.debug("%s: %s while waiting for %s", self.endpoint.name, type(error).__name__, watch.doing)
            outcome = translate(error, self.peer, watch, adapter, self.access.ca_file)
        finally:
            with self._lock:
                self._watch = None
            if protocol:
                protocol.transport.close_session()
        return outcome, watch.why

    def _trusted(self) -> ssl.SSLContext | None:
        if self.access.tls and self._trust is None:
            self._trust = context_for(self.access.ca_file, self.access.insecure, self.peer)
        return self._trust

    def _protocol(self, adapter: Adapter) -> Protocol:
        """Make pywinrm speak through our adapter. Nothing goes over the network yet."""
        access = self.access
        operation = max(1, min(10, int(self.endpoint.budget_s / 3)))
        protocol = Protocol(
            endpoint=f"{'https' if access.tls else 'http'}://{self.peer.address}/wsman",
            transport="basic",
            username=_as_sent(access.user),
            password=_as_sent(self._password or ""),
            # Whom to trust is decided by the adapter's own context, see trust.py; this adds nothing to it.
            server_cert_validation="ignore" if access.insecure else "validate",
            ca_trust_path=None,  # type: ignore[arg-type]  # documented, but missing in its annotation
            # The watch ends a read; this one only has to be longer than the host's own limit.
            operation_timeout_sec=operation,
            read_timeout_sec=operation + int(self.endpoint.budget_s) + 1,
            proxy=None,
        )
        web = protocol.transport.build_session()
        for scheme in list(web.adapters):
            web.mount(scheme, adapter)
        return protocol

    def _ask_password(self) -> str:
        try:
            return self.access.secret()
        except LoginRefused as error:
            said, hint = error.message, error.hint
        except Exception as error:
            said = f"The password of {self.peer.user} could not be had ({type(error).__name__})."
            hint = "Check its source."
        raise self.peer.error(LoginRefused, said, hint)

    def _call(
        self, protocol: Protocol, watch: Watch, name: str, arguments: Mapping[str, Any], opened: Opened
    ) -> Output:
        """Create, Command, Send, Receive until done, Signal, Delete."""
        watch.doing = "a shell to be opened"
        opened.shell = self._ident(protocol.open_shell(codepage=CODEPAGE_UTF8, idle_timeout=IDLE), "shell")
        watch.doing = "PowerShell to be started"
        started = time.time()
        opened.command = self._ident(
            # The input is a pipe, not a console's: PowerShell reads it to its end.
            protocol.run_command(opened.shell, script.COMMAND_LINE, console_mode_stdin=False),
            "command",
        )
        watch.doing = "the script to be taken"
        protocol.send_command_input(
            opened.shell, opened.command, script.request_for(name, arguments), end=True
        )
        watch.doing = "the script's answer"
        out, err, code = self._receive(protocol, watch, opened)
        output = Output(out, err, code, (started + time.time()) / 2, watch.tls)
        self._end(protocol, watch, opened)
        return output

    def _ident(self, ident: object, what: str) -> str:
        if isinstance(ident, str) and ident.strip():
            return ident
        raise self.peer.bad_reply(f"it names no {what} id")

    def _receive(self, protocol: Protocol, watch: Watch, opened: Opened) -> tuple[bytes, bytes, int]:
        """Take the output until the command is done, within the limits of size and patience."""
        out, err, empty, done, code = bytearray(), bytearray(), 0, False, -1
        while not done:
            watch.check()
            asked = time.monotonic()
            at_once = True
            try:
                more, errors, code, done = protocol.get_command_output_raw(opened.shell, opened.command)
            except WinRMOperationTimeoutError:
                more = errors = b""
                at_once = time.monotonic() - asked < QUICK_S
            out += more
            err += errors
            empty += at_once and not (more or errors or done)
            if len(out) + len(err) > OUTPUT_BYTES:
                raise self.peer.bad_reply(f"its output exceeds {OUTPUT_BYTES >> 20} MiB", bytes(out[:4000]))
            if empty > EMPTY_ANSWERS:
                raise self.peer.bad_reply(f"{empty} of its replies held no output")
        return bytes(out), bytes(err), code

    def _end(self, protocol: Protocol, watch: Watch, opened: Opened) -> None:
        """Signal and Delete; what fails here costs a shell on the host, never the answer that came."""
        watch.doing = "the shell to be closed"
        try:
            if opened.command:
                protocol.cleanup_command(opened.shell, opened.command)
        except Exception as error:
            self._log("ending a command", error)
        try:
            protocol.close_shell(opened.shell, close_session=False)
        except Exception as error:
            self._log("closing a shell", error)
            if not isinstance(error, WSManFaultError):
                return
        # Deleted, or the host itself says that it will not be: asking again changes nothing.
        opened.shell = ""

    def _log(self, what: str, error: Exception) -> None:
        log.info("%s: %s failed: %s", self.endpoint.name, what, type(error).__name__)

    def _farewell(self, opened: Opened, end: float, why: Why | None) -> None:
        """End the shell of a failed run on a connection of its own, in the time that is left."""
        limit = FAREWELL_AFTER_CLOSE_S if why is Why.CLOSED else FAREWELL_S
        self._guarded(
            min(end, time.monotonic() + limit), lambda protocol, watch: self._bye(protocol, watch, opened)
        )

    def _bye(self, protocol: Protocol, watch: Watch, opened: Opened) -> Output:
        self._end(protocol, watch, opened)
        return Output()


def _as_sent(text: str) -> str:
    """Hosts expect UTF-8 in a Basic header; requests makes Latin-1 of text, so each byte gets its letter."""
    return text.encode("utf-8", "surrogatepass").decode("latin-1")
