"""The multipart form of sealed messages, against the writers and readers of two makers' clients."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import spnego
from hypothesis import given
from hypothesis import strategies as st
from pypsrp.encryption import WinRMEncryption
from requests_ntlm.requests_ntlm import ShimSessionSecurity
from winrm.encryption import Encryption

from drconsole.lab.winrm.authentication import Accounts
from drconsole.lab.winrm.negotiate import Negotiation, Rules
from drconsole.lab.winrm.sealing import BadSeal, Sealed, seal, unseal

SPNEGO = "application/HTTP-SPNEGO-session-encrypted"
MESSAGE = "<s:Envelope>größer\r\n--Encrypted Boundary\r\n</s:Envelope>".encode()

Write = Callable[[bytes], bytes]
Read = Callable[[Sealed], bytes]


def agreed(folder: Path, user: str = "admin") -> tuple[Any, Any]:
    """A client's and a host's side of one login."""
    login = Negotiation(Rules(Accounts("NY-HV1", {"admin": "word"}), folder), None)
    client = spnego.client(user, "word", protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm)
    login.step(client.step(login.step(client.step() or b"")) or b"")
    return client, login.context


def pywinrm(client: Any) -> tuple[Write, Read]:
    """Its way to write and to read."""
    session: Any = SimpleNamespace(auth=SimpleNamespace(session_security=ShimSessionSecurity(client)))
    encryption = Encryption(session, "ntlm")

    def read(sealed: Sealed) -> bytes:
        return encryption._decrypt_response(SimpleNamespace(content=sealed.body), "host")  # type: ignore[arg-type]

    return lambda message: encryption._encrypt_message(message, "host") + b"--Encrypted Boundary--\r\n", read


def pypsrp(client: Any) -> tuple[Write, Read]:
    """Its way to write and to read."""
    encryption = WinRMEncryption(client, SPNEGO)
    return (
        lambda message: encryption.wrap_message(message)[1],
        lambda sealed: encryption.unwrap_message(sealed.body, "Encrypted Boundary"),
    )


@pytest.mark.parametrize("maker", [pywinrm, pypsrp])
def test_clients_and_host_understand_each_other(
    tmp_path: Path, maker: Callable[[Any], tuple[Write, Read]]
) -> None:
    client, host = agreed(tmp_path)
    write, read = maker(client)
    for message in (MESSAGE, b"", b"x" * 70_000):
        assert unseal(host, write(message)) == (message, SPNEGO)
        sealed = seal(host, SPNEGO, message)
        assert read(sealed) == message
        assert sealed.content_type == f'multipart/encrypted;protocol="{SPNEGO}";boundary="Encrypted Boundary"'


def test_what_was_sealed_for_another_connection_is_refused(tmp_path: Path) -> None:
    (client, _), (_, other) = agreed(tmp_path), agreed(tmp_path)
    with pytest.raises(BadSeal):
        unseal(other, pypsrp(client)[0](MESSAGE))


def test_a_message_is_taken_once(tmp_path: Path) -> None:
    client, host = agreed(tmp_path)
    sealed = pypsrp(client)[0](MESSAGE)
    unseal(host, sealed)
    with pytest.raises(BadSeal):
        unseal(host, sealed)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (b"Length=", b"Length=1"),
        (b"Length=", b"Size="),
        (b"octet-stream\r\n\x10\x00", b"octet-stream\r\n\xff\x7f"),
        (b"octet-stream\r\n\x10\x00\x00\x00", b"octet-stream\r\n\x10\x00\x00\xff"),
        (b"--Encrypted Boundary--\r\n", b""),
        (b"SPNEGO", b"CredSSP"),
    ],
)
def test_a_wrong_form_is_refused(tmp_path: Path, right: bytes, wrong: bytes) -> None:
    client, host = agreed(tmp_path)
    sealed = pypsrp(client)[0](MESSAGE)
    assert right in sealed
    with pytest.raises(BadSeal):
        unseal(host, sealed.replace(right, wrong))


@given(st.data())
def test_no_change_of_a_sealed_message_goes_unnoticed(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    client, host = agreed(tmp_path_factory.getbasetemp())
    body = bytearray(pypsrp(client)[0](MESSAGE))
    start = body.index(b"octet-stream\r\n") + len(b"octet-stream\r\n")
    position = data.draw(st.integers(start, len(body) - 1))
    body[position] ^= data.draw(st.integers(1, 255))
    try:
        assert unseal(host, bytes(body[: data.draw(st.integers(0, len(body)))])) == (MESSAGE, SPNEGO)
    except BadSeal:
        return
    # Only the spelling of the last boundary may differ.
    assert position >= len(body) - len(b"--Encrypted Boundary--\r\n")
