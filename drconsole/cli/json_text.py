"""Text of platforms in JSON."""

from __future__ import annotations

import re

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def utf8(text: str) -> str:
    """Text that UTF-8 can hold: half a surrogate pair, as PowerShell may cut it, becomes U+FFFD."""
    return _LONE_SURROGATE.sub("\ufffd", text)
