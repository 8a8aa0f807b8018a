"""The log file: private, rotated, with UTC times, and without anything secret."""

from __future__ import annotations

import fcntl
import logging
import os
import sys
import threading
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from drconsole.errors import StateError
from drconsole.redaction import conceal, controls_visible, redact

__all__ = ["conceal", "current", "logger", "start", "stop"]

FILE = "drconsole.log"
MAX_BYTES = 2_000_000
KEPT = 4


def logger(name: str) -> logging.Logger:
    """The logger of one of our modules; call it with ``__name__``."""
    return logging.getLogger(name)


def start(folder: Path, *, debug: bool = False) -> Path:
    """Write the log to ``folder`` from now on: ours at INFO (DEBUG if asked), others' warnings and errors.

    Python's warnings and errors of threads go there too, so that nothing is printed over a screen.

    Raises:
        StateError: the folder or file cannot be written.
    """
    stop()
    file = folder / FILE
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handler = _PrivateFile(file, maxBytes=MAX_BYTES, backupCount=KEPT, encoding="utf-8")
    except OSError as error:
        raise StateError(
            f"The log file {file} cannot be written: {error.strerror}.",
            hint="Make it writable, or name another folder in the config: state: PATH",
            subject=str(folder),
        ) from None
    handler.hooks = (threading.excepthook, sys.unraisablehook)
    handler.setFormatter(_Line())
    handler.addFilter(_ours_or_serious)
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger("drconsole").setLevel(logging.DEBUG if debug else logging.INFO)
    logging.captureWarnings(True)
    threading.excepthook = _log_thread
    sys.unraisablehook = _log_unraisable
    return file


def stop() -> None:
    """Close the log file and give hooks back; without effect when none is open."""
    root = logging.getLogger()
    for handler in [one for one in root.handlers if isinstance(one, _PrivateFile)]:
        root.removeHandler(handler)
        handler.close()
        logging.captureWarnings(False)
        threading.excepthook, sys.unraisablehook = handler.hooks


def current() -> Path | None:
    """The log file that is open; None before the start."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, _PrivateFile):
            return Path(handler.baseFilename)
    return None


class _PrivateFile(RotatingFileHandler):
    """A rotated file of mode 0600 that several consoles may write at once.

    ``hooks`` are those for errors of threads and finalizers that were there before it.
    """

    hooks: tuple[Any, Any]

    def _open(self) -> TextIOWrapper:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        handle = os.open(self.baseFilename, flags, 0o600)
        os.fchmod(handle, 0o600)
        return os.fdopen(handle, "a", encoding=self.encoding, errors="backslashreplace")

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record, into the newest file."""
        if self.stream and not self._is_newest():
            self.stream.close()
            self.stream = None
        super().emit(record)

    def doRollover(self) -> None:
        """Rotate, unless another console did so a moment ago."""
        if self.stream is None:
            return
        with os.fdopen(os.dup(self.stream.fileno()), "a") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            if self._is_newest():
                super().doRollover()

    def handleError(self, record: logging.LogRecord) -> None:
        """Lose a line rather than print over the screen (a full disk, a wrong format)."""

    def _is_newest(self) -> bool:
        if self.stream is None:
            return False
        try:
            return os.path.samestat(os.fstat(self.stream.fileno()), os.stat(self.baseFilename))
        except OSError:
            return False


class _Line(logging.Formatter):
    """One record: UTC time, level, process, thread, logger, text; tracebacks are indented below it."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as text in which nothing is secret and no character steers a terminal."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
        text = controls_visible(redact(record.getMessage()).replace("\n", "\\n"))
        line = f"{at} {record.levelname} {record.process} {record.threadName} {record.name}: {text}"
        more = self.formatException(record.exc_info) if record.exc_info else ""
        if record.stack_info:
            more += "\n" + self.formatStack(record.stack_info)
        indented = "".join(f"\n  {controls_visible(one)}" for one in redact(more).split("\n") if one)
        return redact(line) + indented


def _ours_or_serious(record: logging.LogRecord) -> bool:
    """Keep out other libraries' details, whatever level they give themselves: these hold headers, bodies."""
    return record.name.split(".")[0] == "drconsole" or record.levelno >= logging.WARNING


def _log_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_type is SystemExit or args.exc_value is None:
        return
    name = args.thread.name if args.thread else "?"
    logger("drconsole.threads").critical(
        "thread %s ended by an error", name, exc_info=(args.exc_type, args.exc_value, args.exc_traceback)
    )


def _log_unraisable(args: sys.UnraisableHookArgs) -> None:
    if args.exc_value is None:
        return
    logger("drconsole.threads").error(
        "an error could not be raised: %s",
        args.err_msg,
        exc_info=(args.exc_type, args.exc_value, args.exc_traceback),
    )
