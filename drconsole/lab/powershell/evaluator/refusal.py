"""The refusal: what the evaluator does not answer, said so that no script can catch it."""

from __future__ import annotations


class Refused(BaseException):
    """The evaluator does not answer this script.

    No ``Exception``: nothing that handles a script's own errors may ever swallow it.
    """

    def __init__(self, what: str, line: int = 0) -> None:
        super().__init__(what)
        self.what = what
        self.line = line

    def __str__(self) -> str:
        """Name the line where it is known."""
        place = f"line {self.line}: " if self.line else ""
        return f"refused by the lab's evaluator: {place}{self.what}"
