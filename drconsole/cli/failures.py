"""How errors are told on the command line, and which exit code they give."""

from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING

import click

from drconsole.cli.output import OutputLost
from drconsole.errors import ConfigError, DrConsoleError, NotSeen, Refused, UsageError
from drconsole.wording.names import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

USAGE = 64
FAILED = 1
UNKNOWN = 3
REFUSED = 4
INTERRUPTED = 130
NOBODY_READS = 141


def exit_code(error: Exception) -> int:
    """64 for what a person wrote wrong, 4 for what may not be done, 3 for what nobody who answers knows.

    141 for a reader gone, 1 for all else.
    """
    if isinstance(error, OutputLost) and error.unread:
        return NOBODY_READS
    if isinstance(error, Refused):
        return REFUSED
    if isinstance(error, NotSeen):
        return UNKNOWN
    return USAGE if isinstance(error, ConfigError | UsageError | click.UsageError) else FAILED


def tell(error: Exception) -> int:
    """Print an error on stderr as title, message and hint, and give the exit code."""
    code = exit_code(error)
    if code == NOBODY_READS:
        return code
    if isinstance(error, click.ClickException):
        error = _translated(error)
    if not isinstance(error, DrConsoleError):
        error = _unexpected(error)
    for line in _lines(error):
        click.echo(line, err=True)
    return code


def _lines(error: DrConsoleError) -> Iterator[str]:
    yield f"{error.title}:"
    subject = f"{visible(error.subject)}: " if error.subject and error.subject not in error.message else ""
    for line in error.message.splitlines():
        yield f"  {subject}{_indented(line)}"
        subject = ""
    for line in error.hint.splitlines():
        yield _indented(line)


def _indented(line: str) -> str:
    """One line made safe to print; blanks before it are layout and stay blanks."""
    text = line.strip(" ")
    return " " * (len(line) - len(line.lstrip(" "))) + visible(text)


def _translated(error: click.ClickException) -> UsageError:
    context = error.ctx if isinstance(error, click.UsageError) else None
    message = error.format_message()
    return UsageError(
        message if message.endswith((".", "?")) else f"{message}.",
        hint=f"See: {context.command_path if context else 'drconsole'} --help",
    )


def _unexpected(error: Exception) -> DrConsoleError:
    from drconsole import log
    from drconsole.redaction import redact

    file = log.current()
    if file:
        log.logger("drconsole.cli").critical("unexpected error", exc_info=error)
        where = f"Details are in {file}"
    else:
        where = redact("".join(traceback.format_exception(error)))
    name = type(error).__name__
    return DrConsoleError(f"drconsole itself made a mistake ({name}).", hint=where)


def tell_interrupted() -> int:
    """What Ctrl+C leaves: a line end, and the exit code of SIGINT."""
    if sys.stderr.isatty():
        click.echo(err=True)
    return INTERRUPTED
