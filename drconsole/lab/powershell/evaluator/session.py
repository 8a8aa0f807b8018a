"""Running one text from beginning to end, as a process does."""

from __future__ import annotations

from collections.abc import Callable

from .check import mentions_input
from .errors import ScriptError
from .frame import Break, Continue, Emit, Exit, Frame, Return, Run
from .script import ADMITTED, compile_text
from .values import Array


def run_text(run: Run, text: str, lines: Callable[[], list[str]], out: Emit) -> int:
    """Check and run a text; return the exit code.

    ``lines`` waits for standard input; it is called when the text mentions ``$input``.

    Raises:
        Refused: something in it is not on the closed list.
    """
    block, _ = compile_text(text, ADMITTED)
    if mentions_input(text):
        run.top.variables["input"] = Array(lines())
    frame = Frame(run, run.top, out)
    try:
        block.body(frame)
    except ScriptError as error:
        run.report(error)
        return 1
    except Exit as leave:
        return leave.code
    except (Break, Continue, Return):
        return 0
    return 0 if run.success else 1
