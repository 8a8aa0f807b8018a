"""Secrets taken out of text, and control characters made visible in it."""

from __future__ import annotations

import base64
import html
import json
import re
import threading
import urllib.parse

MARK = "[secret]"

_HEADERS = re.compile(
    r"(?i)((?:proxy-)?authorization|(?:set-)?cookie|vmware-api-session-id)"
    r"(['\"]?\s*[:=,]\s*b?['\"]?)[^'\"\r\n}]+"
)
_CONTROLS = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_lock = threading.Lock()
_known: dict[str, None] = {}
_pattern: re.Pattern[str] | None = None


def conceal(value: str, *, user: str = "") -> None:
    """Let ``redact`` take this value out from now on, in the forms in which protocols and reprs write it.

    Args:
        user: whose password it is; then its HTTP Basic form is known too.
    """
    global _pattern
    if not value:
        return
    with _lock:
        for form in _forms(value, user):
            _known[form] = None
        longest_first = sorted(_known, key=len, reverse=True)
        _pattern = re.compile("|".join(re.escape(form) for form in longest_first))


def redact(text: str) -> str:
    """The text without any concealed value, and without the values of headers that log people in."""
    text = _HEADERS.sub(rf"\1\2{MARK}", text)
    return _pattern.sub(MARK, text) if _pattern else text


def controls_visible(text: str) -> str:
    """The text with every character that could steer a terminal written as an escape; line ends stay."""
    return _CONTROLS.sub(lambda hit: hit[0].encode("unicode_escape").decode("ascii"), text)


def _forms(value: str, user: str) -> set[str]:
    raw = value.encode("utf-8", "surrogatepass")
    forms = {
        value,
        urllib.parse.quote(value, safe="", errors="replace"),
        urllib.parse.quote_plus(value, errors="replace"),
        html.escape(value),
        html.escape(value, quote=False),
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        repr(value)[1:-1],
        repr(raw)[2:-1],
        base64.b64encode(raw).decode("ascii"),
        base64.b64encode(value.encode("utf-16-le", "surrogatepass")).decode("ascii"),
    }
    if user:
        for encoding in ("utf-8", "latin-1"):
            pair = f"{user}:{value}".encode(encoding, "replace")
            forms.add(base64.b64encode(pair).decode("ascii"))
    return forms
