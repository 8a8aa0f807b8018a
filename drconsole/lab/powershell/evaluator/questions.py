"""What a cmdlet asks before it acts, in a process where nobody can answer (-NonInteractive)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .errors import ScriptError
from .signatures import signatures
from .values import SMA, Value

OWN_PARAMETERS = frozenset({"Confirm", "WhatIf"})
"""Parameters that PowerShell keeps for itself: no cmdlet sees them."""

ALONE = "Windows PowerShell is in NonInteractive mode. Read and Prompt functionality is not available."


class Questions:
    """The answers that one call gives; scripts leave ``$ConfirmPreference`` at High."""

    def __init__(self, cmdlet: str, bound: Mapping[str, Value]) -> None:
        self._signature = signatures()[cmdlet.lower()]
        self._confirm = bound.get("Confirm")
        self._what_if = bool(bound.get("WhatIf", False))

    def should_process(self, item: Mapping[str, Any], say: Callable[[str], None]) -> bool:
        """Answer ShouldProcess: no under -WhatIf, which says so; yes where no question is due.

        Raises:
            ScriptError: a question is due.
        """
        if self._what_if:
            text = f'What if: Performing the operation "{item["action"]}" on target "{item["target"]}".'
            say(f"{text}\r\n")
            return False
        if self._signature.impact == "High" if self._confirm is None else self._confirm:
            raise self._nobody()
        return True

    def should_continue(self) -> bool:
        """Answer ShouldContinue, which no preference silences.

        Raises:
            ScriptError: always.
        """
        raise self._nobody()

    def _nobody(self) -> ScriptError:
        kind = SMA + "PSInvalidOperationException"
        return ScriptError(f"InvalidOperation,{self._signature.suffix}", "InvalidOperation", ALONE, kind)
