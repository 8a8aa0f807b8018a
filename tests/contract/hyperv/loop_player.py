"""A host's side of the read loop."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

from tests.contract.hyperv.answers import looped

Request = dict[str, Any]


class LoopPlayer:
    """Plays one loop. ``answer`` gives the bytes to write for a request that is no echo; none for a hang.

    ``before`` is written first of all, then the language mode; ``echo`` is what becomes of an echoed word,
    None for a loop that answers nothing.
    """

    def __init__(
        self,
        answer: Callable[[Request], bytes],
        *,
        before: bytes = b"",
        mode: str = "FullLanguage",
        echo: Callable[[str], str] | None = lambda word: word,
    ) -> None:
        self._first = before + mode.encode() + b"\r\n"
        self._echo = echo
        self.beginning: Request | None = None
        self.requests: list[Request] = []
        self._answer = answer
        self._input = b""
        self._last: tuple[str, bytes] = ("", b"")

    def feed(self, data: bytes) -> bytes:
        """Take input and give output."""
        *lines, self._input = (self._input + data).split(b"\n")
        return b"".join(self._one(json.loads(base64.b64decode(line))) for line in lines)

    def _one(self, request: Request) -> bytes:
        if self.beginning is None:
            self.beginning = request
            return self._first + looped("", state="ready", version="5.1.20348.2849")
        if self._echo is None:
            return b""
        if request["name"] == "drconsole-echo":
            return looped(request["id"], self._echo(request["arguments"]["word"]))
        if request["id"] != self._last[0]:
            self.requests.append(request)
            self._last = (request["id"], self._answer(request))
        return self._last[1]
