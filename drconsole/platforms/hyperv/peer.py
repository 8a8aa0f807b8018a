"""Whom a message speaks about, and how text from over there may appear in it."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field

from drconsole.errors import BadReply, EndpointError

SHOWN = 200
# More than this is never looked at, whatever a peer sends: messages are written on the reading thread.
LOOKED_AT = 4000


@dataclass(slots=True)
class Peer:
    """One endpoint as error messages need it; ``secrets`` are cut out of whatever it sends back."""

    name: str
    address: str
    user: str
    tls: bool
    budget_s: float
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def keep_secret(self, password: str) -> None:
        """Never show this password, nor the form in which Basic sends it."""
        header = base64.b64encode(f"{self.user}:{password}".encode()).decode()
        self.secrets = tuple(sorted({password, header} - {""}, key=len, reverse=True))

    def shown(self, raw: bytes | str, limit: int = SHOWN) -> str:
        """The beginning of foreign text: controls made visible, secrets cut out."""
        text = raw[:LOOKED_AT].decode("utf-8", "replace") if isinstance(raw, bytes) else raw[:LOOKED_AT]
        for secret in self.secrets:
            text = text.replace(secret, "[secret]")
        text = text.strip()
        cut = text[:limit]
        seen = "".join(
            ch if ch.isprintable() else ch.encode("unicode_escape", "replace").decode() for ch in cut
        )
        return f"{seen}..." if len(text) > limit else seen

    def error(self, kind: type[EndpointError], message: str, hint: str = "") -> EndpointError:
        """An error of this endpoint."""
        return kind(message, hint=hint, subject=self.name)

    def bad_reply(self, what: str, seen: bytes | str = b"", hint: str = "") -> EndpointError:
        """What came is not usable; ``seen`` is its beginning."""
        came = self.shown(seen)
        tail = f" What came begins: {came}" if came else " Nothing came."
        return self.error(BadReply, f"{self.address} answered, but {what}.{tail}", hint)
