"""The bytes of a YAML file of ours, read strictly: what an editor may have broken is said in words."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from drconsole.config.mistakes import Mistakes
from drconsole.errors import ConfigError

MAX_BYTES = 1_000_000
_TAB_INDENT = re.compile(r"^ *\t")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\x80-\x84\x86-\x9f\ufffe\uffff]")


def read_text(path: Path) -> str:
    """Read a configuration file.

    Raises:
        ConfigError: it is missing, no plain file, too large, writable by everybody, empty, or not plain
            UTF-8 text indented by spaces.
    """
    mistakes = Mistakes(path)
    text = _decoded(_bytes(path, mistakes), mistakes)
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        if _TAB_INDENT.match(line):
            mistakes.add(number, (), "a tab indents this line", "use spaces: YAML allows no tabs there")
        if hit := _CONTROL.search(line):
            mistakes.add(number, (), f"character U+{ord(hit[0]):04X} stands in this line", "remove it")
    mistakes.check()
    return text


def _bytes(path: Path, mistakes: Mistakes) -> bytes:
    try:
        # Without O_NONBLOCK the open of a named pipe would wait for a writer for ever.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except FileNotFoundError:
        raise _whole(mistakes, "there is no such file", "check the path, or try: drconsole lab") from None
    except OSError as error:
        raise _whole(
            mistakes, f"it cannot be opened: {error.strerror}", "check the path and rights"
        ) from None
    try:
        about = os.fstat(handle)
        if stat.S_ISDIR(about.st_mode):
            raise _whole(mistakes, "it is a directory", "name a YAML file in it")
        if not stat.S_ISREG(about.st_mode):
            raise _whole(mistakes, "it is not a plain file", "name a YAML file")
        if about.st_size > MAX_BYTES:
            size = f"it has {about.st_size} bytes, at most {MAX_BYTES} are read"
            raise _whole(mistakes, size, "this is hardly a drconsole configuration: check the path")
        if about.st_mode & stat.S_IWOTH:
            # It names commands that are run (password_command).
            raise _whole(mistakes, "everybody may change it", f"take that right away: chmod o-w {path}")
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read(MAX_BYTES)
    except OSError as error:
        problem = f"it cannot be read: {error.strerror}"
        raise _whole(mistakes, problem, "check the file and the disk that it lies on") from None
    finally:
        os.close(handle)


def _decoded(data: bytes, mistakes: Mistakes) -> str:
    if data.startswith(b"\xef\xbb\xbf"):
        raise _first(mistakes, "it begins with a byte order mark", "save it as UTF-8 without BOM")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:1000]:
        raise _first(mistakes, "it is not UTF-8 text (UTF-16 or binary)", "save it as UTF-8")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        mistakes.add(line, (), f"byte 0x{data[error.start]:02x} is not UTF-8", "save the file as UTF-8")
        raise mistakes.error() from None
    if not text.strip():
        raise _first(mistakes, "it is empty", "write sites, credentials and endpoints, or try: drconsole lab")
    return text


def _whole(mistakes: Mistakes, problem: str, remedy: str) -> ConfigError:
    mistakes.add(0, (), problem, remedy)
    return mistakes.error()


def _first(mistakes: Mistakes, problem: str, remedy: str) -> ConfigError:
    mistakes.add(1, (), problem, remedy)
    return mistakes.error()
