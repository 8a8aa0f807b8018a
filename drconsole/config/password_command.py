"""Ask a command for a password: no shell, no input, a time limit, and no trace of what it printed."""

from __future__ import annotations

import atexit
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress

from drconsole.errors import LoginRefused

LIMIT_S = 30.0
MAX_BYTES = 64 * 1024
_HINT = "Run the password_command by hand: it must print the password alone, on one line, and ask nothing."


def from_command(
    argv: Sequence[str], *, hidden: Iterable[str] = (), limit_s: float = LIMIT_S
) -> Callable[[], str]:
    """A source that runs ``argv`` and takes the one line that it prints.

    Args:
        hidden: environment variables that the command does not inherit (other credentials' passwords).
        limit_s: seconds until the command and its children are killed.
    """
    kept_back = frozenset(hidden)
    # Further words may be paths or ids that nobody else needs to read.
    name = f"its command {os.path.basename(argv[0])!r}"

    def ask() -> str:
        environment = {key: value for key, value in os.environ.items() if key not in kept_back}
        output, code = _run(list(argv), environment, limit_s, name)
        if code < 0:
            raise LoginRefused(f"{name} was ended by signal {-code}.", hint=_HINT)
        if code:
            raise LoginRefused(f"{name} ended with code {code}.", hint=_HINT)
        try:
            lines = output.decode("utf-8").splitlines()
        except UnicodeDecodeError:
            raise LoginRefused(f"{name} printed no UTF-8 text.", hint=_HINT) from None
        if len(lines) > 1:
            raise LoginRefused(f"{name} printed several lines.", hint=_HINT)
        return lines[0] if lines else ""

    return ask


def _run(argv: list[str], environment: dict[str, str], limit_s: float, name: str) -> tuple[bytes, int]:
    """Output and exit code; a negative code is the signal that ended the command."""
    try:
        # A session of its own: the command has no terminal to draw on, and can be ended with its children.
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it holds a zero byte"
        raise LoginRefused(f"{name} cannot be started: {reason}.", hint=_HINT) from None
    deadline = time.monotonic() + limit_s
    with process, _ended_with_us(process):
        try:
            output = _output(process, deadline)
            return output, process.wait(max(0.0, deadline - time.monotonic()))
        except (TimeoutError, subprocess.TimeoutExpired):
            raise LoginRefused(f"{name} gave no answer within {limit_s:g} s.", hint=_HINT) from None
        except OverflowError:
            raise LoginRefused(f"{name} printed more than a password.", hint=_HINT) from None


@contextmanager
def _ended_with_us(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """End the command and its children with the block, and when this process ends meanwhile."""

    def end() -> None:
        if process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    atexit.register(end)
    try:
        yield
    finally:
        atexit.unregister(end)
        end()


def _output(process: subprocess.Popen[bytes], deadline: float) -> bytes:
    """All that the command prints until it closes its output.

    Raises:
        TimeoutError: it did not close it before the deadline.
        OverflowError: it prints more than a password can be.
    """
    assert process.stdout
    handle = process.stdout.fileno()
    poll = select.poll()
    poll.register(handle, select.POLLIN | select.POLLHUP)
    output = bytearray()
    while True:
        if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
            raise TimeoutError
        piece = os.read(handle, 65536)
        if not piece:
            return bytes(output)
        output += piece
        if len(output) > MAX_BYTES:
            raise OverflowError
