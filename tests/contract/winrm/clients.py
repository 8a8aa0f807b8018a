"""Two makers' clients behind one face, so that one list of cases runs with either."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pypsrp.exceptions
import pypsrp.shell
import pypsrp.wsman
import requests
import winrm.exceptions
import winrm.protocol

TIMED_OUT = 2150858793


class LoginRefused(Exception):
    """HTTP 401."""


class CertificateRefused(Exception):
    """The client does not talk to this server."""


class TimedOut(Exception):
    """The time-out fault."""


class FaultSeen(Exception):
    """Any other fault; ``code`` is None where the client does not read it."""

    def __init__(self, code: int | None, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason


class NoFault(Exception):
    """An HTTP status that is an error, without a fault."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status


@dataclass(frozen=True, slots=True)
class Target:
    """Whom to talk to, as whom and in which way.

    ``transport`` is ``basic``, ``ntlm``, ``negotiate`` (pypsrp alone) or ``kerberos``; ``seal`` is ``auto``
    (without TLS), ``always`` or ``never``; ``bind`` the login to the certificate.
    """

    port: int
    user: str
    password: str
    ca_file: Path
    tls: bool = True
    operation_timeout_s: int = 20
    transport: str = "basic"
    seal: str = "auto"
    bind: bool = True
    address: str = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Received:
    """One Receive's answer."""

    stdout: bytes
    stderr: bytes
    exit_code: int | None


class Client(Protocol):
    """What the cases need of a client."""

    def __init__(self, target: Target) -> None: ...

    def create(self, codepage: int, environment: dict[str, str]) -> str:
        """Open a shell; returns its id."""
        ...

    def command(self, shell: str, line: str, arguments: list[str], *, skip_cmd: bool) -> str:
        """Start a command; returns its id."""
        ...

    def send(self, shell: str, command: str, data: bytes, *, end: bool) -> None:
        """Send input."""
        ...

    def receive(self, shell: str, command: str) -> Received:
        """Receive once."""
        ...

    def terminate(self, shell: str, command: str) -> None:
        """Send the Terminate signal."""
        ...

    def delete(self, shell: str) -> None:
        """Delete a shell."""
        ...

    def close(self) -> None:
        """Give up connections."""
        ...


class Pywinrm:
    """pywinrm's ``Protocol``."""

    def __init__(self, target: Target) -> None:
        scheme = "https" if target.tls else "http"
        self._protocol = winrm.protocol.Protocol(
            f"{scheme}://{target.address}:{target.port}/wsman",
            transport=target.transport,  # type: ignore[arg-type]  # a list of literals
            message_encryption=target.seal,  # type: ignore[arg-type]
            send_cbt=target.bind,
            username=target.user,
            password=target.password,
            ca_trust_path=str(target.ca_file),
            operation_timeout_sec=target.operation_timeout_s,
            read_timeout_sec=target.operation_timeout_s + 30,
            proxy=None,
        )

    def create(self, codepage: int, environment: dict[str, str]) -> str:
        with _PywinrmErrors():
            return str(self._protocol.open_shell(codepage=codepage, env_vars=environment))

    def command(self, shell: str, line: str, arguments: list[str], *, skip_cmd: bool) -> str:
        with _PywinrmErrors():
            return str(self._protocol.run_command(shell, line, arguments, skip_cmd_shell=skip_cmd))

    def send(self, shell: str, command: str, data: bytes, *, end: bool) -> None:
        with _PywinrmErrors():
            self._protocol.send_command_input(shell, command, data, end=end)

    def receive(self, shell: str, command: str) -> Received:
        with _PywinrmErrors():
            stdout, stderr, code, done = self._protocol.get_command_output_raw(shell, command)
            return Received(stdout, stderr, code if done else None)

    def terminate(self, shell: str, command: str) -> None:
        with _PywinrmErrors():
            self._protocol.cleanup_command(shell, command)

    def delete(self, shell: str) -> None:
        with _PywinrmErrors():
            self._protocol.close_shell(shell, close_session=False)

    def close(self) -> None:
        self._protocol.transport.close_session()


class Pypsrp:
    """pypsrp's ``WinRS`` shells."""

    def __init__(self, target: Target) -> None:
        self._wsman = pypsrp.wsman.WSMan(
            target.address,
            port=target.port,
            username=target.user,
            password=target.password,
            ssl=target.tls,
            auth=target.transport,
            # It refuses to begin what cannot be sealed; here the server is to refuse it.
            encryption="never" if target.transport == "basic" else target.seal,
            negotiate_send_cbt=target.bind,
            negotiate_service="HTTP",
            # Typed as bool, documented as bool or path.
            cert_validation=str(target.ca_file),  # type: ignore[arg-type]
            operation_timeout=target.operation_timeout_s,
            read_timeout=target.operation_timeout_s + 30,
            no_proxy=True,
        )
        self._shells: dict[str, pypsrp.shell.WinRS] = {}

    def create(self, codepage: int, environment: dict[str, str]) -> str:
        shell = pypsrp.shell.WinRS(self._wsman, codepage=codepage, environment=environment)
        with _PypsrpErrors():
            shell.open()
        self._shells[str(shell.id)] = shell
        return str(shell.id)

    def command(self, shell: str, line: str, arguments: list[str], *, skip_cmd: bool) -> str:
        process = pypsrp.shell.Process(self._shell(shell), line, arguments, no_shell=skip_cmd)
        with _PypsrpErrors():
            process.begin_invoke()
        return str(process.id)

    def send(self, shell: str, command: str, data: bytes, *, end: bool) -> None:
        with _PypsrpErrors():
            self._shell(shell).send("stdin", data, command_id=command, end=end)

    def receive(self, shell: str, command: str) -> Received:
        with _PypsrpErrors():
            state, code, streams = self._shell(shell).receive("stdout stderr", command)
        done = state == pypsrp.shell.CommandState.DONE
        return Received(streams["stdout"], streams["stderr"], code if done else None)

    def terminate(self, shell: str, command: str) -> None:
        with _PypsrpErrors():
            self._shell(shell).signal(pypsrp.shell.SignalCode.TERMINATE, command)

    def delete(self, shell: str) -> None:
        with _PypsrpErrors():
            self._shell(shell).close()

    def close(self) -> None:
        self._wsman.close()

    def _shell(self, shell_id: str) -> pypsrp.shell.WinRS:
        """A shell by its id, also one that another client has opened."""
        if shell_id not in self._shells:
            shell = pypsrp.shell.WinRS(self._wsman, id=shell_id)
            shell.opened = True
            shell._selector_set = pypsrp.wsman.SelectorSet()
            shell._selector_set.add_option("ShellId", shell_id)
            self._shells[shell_id] = shell
        return self._shells[shell_id]


class _PywinrmErrors:
    """Translate what pywinrm raises."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, winrm.exceptions.InvalidCredentialsError):
            raise LoginRefused(str(error)) from error
        if isinstance(error, winrm.exceptions.WinRMOperationTimeoutError):
            raise TimedOut from error
        if isinstance(error, winrm.exceptions.WSManFaultError):
            raise FaultSeen(error.wsman_fault_code, error.reason) from error
        if isinstance(error, winrm.exceptions.WinRMTransportError):
            raise NoFault(error.code) from error
        if isinstance(error, requests.exceptions.SSLError):
            raise CertificateRefused(str(error)) from error


class _PypsrpErrors:
    """Translate what pypsrp raises."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, pypsrp.exceptions.AuthenticationError):
            raise LoginRefused(str(error)) from error
        if isinstance(error, pypsrp.exceptions.WSManFaultError):
            if error.code == TIMED_OUT:
                raise TimedOut from error
            raise FaultSeen(error.code if isinstance(error.code, int) else None, error.reason) from error
        if isinstance(error, pypsrp.exceptions.WinRMTransportError):
            raise NoFault(error.code) from error
        if isinstance(error, requests.exceptions.SSLError):
            raise CertificateRefused(str(error)) from error


CLIENTS: dict[str, type[Client]] = {"pywinrm": Pywinrm, "pypsrp": Pypsrp}


@dataclass(frozen=True, slots=True)
class Access:
    """One client in one way of logging in."""

    maker: str
    transport: str = "basic"
    tls: bool = True
    seal: str = "auto"

    def __str__(self) -> str:
        sealed = not self.tls or self.seal == "always"
        return f"{self.maker}-{self.transport}-{'tls' if self.tls else 'http'}{'-sealed' if sealed else ''}"


BASIC = [Access("pywinrm"), Access("pypsrp")]
NEGOTIATED = [
    Access(maker, transport, tls, seal)
    for maker, transport in (("pywinrm", "ntlm"), ("pypsrp", "ntlm"), ("pypsrp", "negotiate"))
    for tls, seal in ((False, "auto"), (True, "auto"), (True, "always"))
]
OVER_TLS = [access for access in BASIC + NEGOTIATED if access.tls]
