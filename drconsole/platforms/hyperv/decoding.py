"""The JSON text of a script's answer as the struct that it is, or a bad reply."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from drconsole.parsing import parsed
from drconsole.platforms.hyperv.peer import Peer

T = TypeVar("T")

OF_THE_VM = "what it tells of the VM"


def decoded(value: bytes, kind: type[T], peer: Peer, what: str = OF_THE_VM) -> T:
    """Decode an answer; ``what`` it is about, as the beginning of a sentence.

    Raises:
        BadReply: a field is missing or of another type; the message names it.
    """
    try:
        return parsed(value, kind)
    except (ValueError, RecursionError) as error:
        why = str(error) if isinstance(error, msgspec.ValidationError) else type(error).__name__
    # Raised here, it does not carry that error along, in which the answer is.
    raise peer.bad_reply(f"{what} cannot be used ({peer.shown(why)})", value)
