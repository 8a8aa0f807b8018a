"""NTLM as a Windows host accepts it, on top of pyspnego's acceptor.

The acceptor of pyspnego names the machine it runs on, takes NTLMv1 and has one answer to a missing channel
binding; all three are decided in methods that only a subclass reaches, which is why its version is bounded.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from spnego._ntlm import NTLMProxy
from spnego._ntlm_raw.messages import Authenticate, AvId, Challenge, NTClientChallengeV2
from spnego.channel_bindings import GssChannelBindings
from spnego.exceptions import BadBindingsError, InvalidTokenError

from drconsole.lab.winrm.authentication import Accounts

USER_FILE = "NTLM_USER_FILE"
NT_PROOF_LENGTH = 16
NTLM_V1_LENGTH = 24
UNBOUND = bytes(16)


class Hardening(StrEnum):
    """CbtHardeningLevel of the service: what a missing channel binding means. A foreign one is refused."""

    RELAXED = "relaxed"
    STRICT = "strict"


class NtlmAcceptor(NTLMProxy):
    """One login by NTLMv2; made, and each step taken, inside ``user_file``."""

    def __init__(self, accounts: Accounts, bindings: GssChannelBindings | None, hardening: Hardening) -> None:
        super().__init__(channel_bindings=bindings, usage="accept")
        self._accounts = accounts
        self._hardening = hardening

    def _step_accept_negotiate(self, token: bytes) -> bytes:
        """Challenge in the name of the simulated machine, which is its own domain (no Active Directory)."""
        super()._step_accept_negotiate(token)
        base = self._temp_challenge
        assert base is not None
        assert base.target_info is not None
        host, netbios = self._accounts.host, self._accounts.netbios
        info = base.target_info
        info[AvId.nb_domain_name] = info[AvId.nb_computer_name] = netbios
        info[AvId.dns_domain_name] = info[AvId.dns_computer_name] = host
        self._temp_challenge = Challenge(
            base.flags, base.server_challenge, target_name=netbios, target_info=info, version=base.version
        )
        return self._temp_challenge.pack()

    def _step_accept_authenticate(self, token: bytes, channel_bindings: GssChannelBindings | None) -> None:
        """Check the answer to the challenge.

        Raises:
            SpnegoError: it proves nothing, or not on this connection.
        """
        response = Authenticate.unpack(token).nt_challenge_response or b""
        if len(response) <= NTLM_V1_LENGTH:
            raise InvalidTokenError(context_msg="NTLMv1 is refused")
        if channel_bindings is not None and _binding(response) == UNBOUND:
            if self._hardening is Hardening.STRICT:
                raise BadBindingsError(context_msg="The client bound its login to no channel")
            channel_bindings = None
        super()._step_accept_authenticate(token, channel_bindings)


def _binding(response: bytes) -> bytes:
    """The channel binding that the client's answer carries; zeros and none are the same."""
    pairs = NTClientChallengeV2.unpack(response[NT_PROOF_LENGTH:]).av_pairs
    found = pairs.get(AvId.channel_bindings, UNBOUND)
    return bytes(found)


@contextmanager
def user_file(accounts: Accounts, folder: Path) -> Iterator[None]:
    """Show pyspnego's acceptor the accounts: it reads them from a file that an environment variable names.

    Both exist only while a step is taken, the file (password hashes) for its owner alone.
    """
    descriptor, name = tempfile.mkstemp(prefix="ntlm-", dir=folder)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write("\n".join(accounts.smbpasswd()))
        with variable(USER_FILE, name):
            yield
    finally:
        os.unlink(name)


@contextmanager
def variable(name: str, value: str) -> Iterator[None]:
    """Set an environment variable for a moment."""
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before
