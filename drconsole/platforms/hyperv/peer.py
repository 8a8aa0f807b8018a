"""Whom a message speaks about, and how text from over there may appear in it."""

from __future__ import annotations

from dataclasses import dataclass

from drconsole.errors import BadReply, EndpointError
from drconsole.redaction import redact

SHOWN = 200
# More than this is never looked at, whatever a peer sends; a secret that begins in what is shown ends in it.
LOOKED_AT = 4000


@dataclass(frozen=True, slots=True)
class Peer:
    """One endpoint as error messages need it; ``address`` is host and port."""

    name: str
    address: str
    user: str
    tls: bool
    budget_s: float

    def shown(self, raw: bytes | str, limit: int = SHOWN) -> str:
        """The beginning of foreign text on one line: secrets cut out, controls made visible."""
        text = raw[:LOOKED_AT].decode("utf-8", "replace") if isinstance(raw, bytes) else raw[:LOOKED_AT]
        text = redact(text).strip()
        seen = "".join(_visible(ch) for ch in text[:limit])
        return f"{seen}..." if len(text) > limit else seen

    def error(self, kind: type[EndpointError], message: str, hint: str = "") -> EndpointError:
        """An error of this endpoint."""
        return kind(message, hint=hint, subject=self.name)

    def bad_reply(self, what: str, seen: bytes | str = b"", hint: str = "") -> EndpointError:
        """What came is not usable; ``seen`` is its beginning."""
        came = self.shown(seen)
        tail = f" What came begins: {came}" if came else ""
        return self.error(BadReply, f"{self.address} answered, but {what}.{tail}", hint)


def _visible(ch: str) -> str:
    return ch if ch.isprintable() else ch.encode("unicode_escape").decode("ascii")
