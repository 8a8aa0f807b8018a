"""The lines of the read loop: what is sent, and what is taken for an answer."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drconsole.platforms.hyperv import loop_form, script
from tests.contract.hyperv.answers import looped

LINE = looped("7", {"name": "äß🐘", "notes": "n" * 300}).strip()


def sent(line: bytes) -> Any:
    """What a line says."""
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    return json.loads(base64.b64decode(line))


def test_arguments_travel_as_data_whatever_they_hold() -> None:
    hostile = {"name": "a'b\"; $(x)\n`0 ÄÖ🐘", "none": None, "list": ["@{", "'@\n"]}
    call = sent(loop_form.request("7", "drconsole-light", hostile, 12.34))
    assert call == {"id": "7", "name": "drconsole-light", "arguments": hostile, "seconds": 12.3}


def test_the_first_line_holds_the_loop_and_the_texts_that_run_per_call() -> None:
    beginning = sent(loop_form.beginning(loop_form.library()))
    assert beginning["script"] == script.text_of("loop.ps1")
    assert beginning["library"] == {
        f"drconsole-{name.removesuffix('.ps1')}": script.text_of(name) for name in loop_form.READS
    }


def test_an_answer_is_understood() -> None:
    reply = loop_form.reply(looped("7", {"a": "ä"}, warnings=["old"], errors=[{"message": "odd"}]).strip())
    assert reply
    assert (reply.id, reply.state, json.loads(bytes(reply.value))) == ("7", "done", {"a": "ä"})
    assert (reply.warnings, [one.message for one in reply.errors]) == (["old"], ["odd"])


def packed(text: bytes) -> bytes:
    """A line that holds this text."""
    return base64.b64encode(gzip.compress(text, mtime=0))


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"FullLanguage",
        b"drconsole-end",
        b"QUJD",
        base64.b64encode(b"{}"),
        packed(b"{}"),
        packed(b"[]"),
        packed(b'{"id": 7, "state": "done"}'),
        packed(b'{"id": "7"}'),
        packed(b"[" * 100_000),
        packed('{"id": "ä", "state": "done"}'.encode("latin-1")),
    ],
    ids=range(11),
)
def test_what_is_no_answer_is_told_from_one(line: bytes) -> None:
    assert loop_form.reply(line) is None


@pytest.mark.parametrize("missing", [4, 8, 12])
def test_an_answer_without_its_checksum_is_none(missing: int) -> None:
    assert loop_form.reply(packed(b'{"id": "7", "state": "done", "value": 123}')) is not None
    assert loop_form.reply(packed(b'{"id": "7", "state": "done", "value": 123}')[:-missing]) is None


def test_an_answer_that_unfolds_to_any_size_is_none() -> None:
    huge = b'{"id": "7", "state": "done", "value": "' + b" " * (loop_form.UNPACKED_BYTES + 1) + b'"}'
    assert len(packed(huge)) < 1 << 20
    assert loop_form.reply(packed(huge)) is None


@given(st.integers(0, len(LINE) - 1), st.integers(1, len(LINE)))
def test_an_answer_with_a_hole_is_none(begin: int, length: int) -> None:
    assert loop_form.reply(LINE[:begin] + LINE[begin + length :]) is None


@given(st.binary(max_size=300) | st.binary(max_size=300).map(base64.b64encode))
def test_any_bytes_are_an_answer_or_none(line: bytes) -> None:
    assert loop_form.reply(line) is None
