"""Text that came from a platform, made safe to show: letter by letter, controls visible."""

from __future__ import annotations

import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def visible(text: str) -> str:
    """The text with everything that could move a cursor, hide or reorder letters made visible.

    C0 controls become their control pictures (ESC is ``␛``), all other invisible characters their code point
    (``<U+202E>``), spaces at either end ``␠``. The result holds no control character and no line break.
    """
    if text.isascii() and text.isprintable() and text.strip(" ") == text:
        return text
    inner = text.strip(" ")
    lead = len(text) - len(text.lstrip(" "))
    shown = "".join(map(_letter, inner))
    return "␠" * lead + shown + "␠" * (len(text) - lead - len(inner))


def _letter(char: str) -> str:
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    kind = unicodedata.category(char)
    if kind in _HIDDEN or (kind == "Zs" and char != " ") or 0xFE00 <= code <= 0xFE0F:
        return f"<U+{code:04X}>"
    return char
