"""Reading requests: durations, and that nothing a client sends is more than refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drconsole.lab.winrm import names
from drconsole.lab.winrm.soap import (
    DEFAULT_ENVELOPE,
    DEFAULT_TIMEOUT_S,
    BadEnvelope,
    attribute,
    element,
    envelope,
    parse,
    seconds,
)

WHOLE = envelope(names.CREATE, "uuid:1", [element("rsp:Shell", element("rsp:ShellId", "A&B <ü>"))])


@pytest.mark.parametrize(
    ("duration", "expected"),
    [
        ("PT20S", 20),
        ("PT0.25S", 0.25),
        ("PT1M", 60),
        ("PT1H1M1.5S", 3661.5),
        ("P1DT1S", 86_401),
        ("P0DT0H0M7.000S", 7),
        ("PT0S", 0),
        ("", DEFAULT_TIMEOUT_S),
        ("P", DEFAULT_TIMEOUT_S),
        ("PT", DEFAULT_TIMEOUT_S),
        ("20", DEFAULT_TIMEOUT_S),
        ("-PT5S", DEFAULT_TIMEOUT_S),
        ("PT5S PT5S", DEFAULT_TIMEOUT_S),
    ],
)
def test_durations_are_seconds(duration: str, expected: float) -> None:
    assert seconds(duration) == expected


@given(st.binary(max_size=400))
def test_rubbish_is_refused(data: bytes) -> None:
    with pytest.raises(BadEnvelope):
        parse(data)


@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=4))
def test_a_spoiled_envelope_is_read_or_refused(position: int, noise: bytes) -> None:
    try:
        request = parse(WHOLE[:position] + noise + WHOLE[position + len(noise) :])
    except BadEnvelope:
        return
    assert request.timeout_s == DEFAULT_TIMEOUT_S


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="￾￿"), min_size=1))
def test_text_comes_back_letter_by_letter(text: str) -> None:
    request = parse(envelope(names.SEND, text, [element("rsp:Send", text, Name=text)]))
    assert request.body is not None
    assert request.body.text == text
    assert attribute(request.body, "Name") == text


def test_what_a_request_does_not_say_has_the_defaults_of_the_protocol() -> None:
    request = parse(f'<s:Envelope xmlns:s="{names.SOAP}"/>'.encode())
    assert (request.action, request.resource_uri, request.body) == ("", "", None)
    assert (request.timeout_s, request.envelope_limit) == (DEFAULT_TIMEOUT_S, DEFAULT_ENVELOPE)
    assert not request.is_identify
