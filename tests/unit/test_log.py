"""The log file: private, rotated, redacted, and never on the screen."""

from __future__ import annotations

import base64
import logging
import re
import stat
import subprocess
import sys
import threading
import traceback
import urllib.parse
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from drconsole import log
from drconsole.errors import StateError
from drconsole.redaction import MARK, conceal, controls_visible, redact

CANARY = "c4n4ry \"<p&ss>' ü€"
USER = "DOM\\ops"


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    level = logging.getLogger().level
    yield log.start(tmp_path / "log", debug=True)
    log.stop()
    logging.getLogger().setLevel(level)


@pytest.fixture
def ours() -> logging.Logger:
    return log.logger("drconsole.test")


def test_lines_are_private_and_carry_utc_times(file: Path, ours: logging.Logger) -> None:
    ours.info("hello %s", "wörld")

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO \d+ MainThread drconsole\.test: hello wörld\n",
        file.read_text(encoding="utf-8"),
    )


def test_file_that_was_open_to_others_is_closed_to_them(tmp_path: Path) -> None:
    (tmp_path / log.FILE).touch(mode=0o644)

    file = log.start(tmp_path)
    log.stop()

    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "form",
    [
        CANARY,
        repr(CANARY),
        repr(CANARY.encode()),
        urllib.parse.quote(CANARY),
        urllib.parse.quote_plus(CANARY),
        base64.b64encode(CANARY.encode()).decode(),
        base64.b64encode(CANARY.encode("utf-16-le")).decode(),
        base64.b64encode(f"{USER}:{CANARY}".encode()).decode(),
        "c4n4ry &quot;&lt;p&amp;ss&gt;&#x27; ü€",
        "c4n4ry \\\"<p&ss>' \\u00fc\\u20ac",
    ],
)
def test_known_secret_is_taken_out_in_every_form(form: str, file: Path, ours: logging.Logger) -> None:
    conceal(CANARY, user=USER)

    ours.warning("before %s after", form)

    written = file.read_text(encoding="utf-8")
    assert "c4n4ry" not in written
    assert form not in written
    assert f"before {MARK} after" in written or f"before '{MARK}' after" in written or "before b'" in written


def test_secret_is_taken_out_of_tracebacks_and_their_causes(file: Path, ours: logging.Logger) -> None:
    conceal(CANARY)

    def connect(password: str) -> None:
        try:
            raise ValueError(f"cannot use {password}")
        except ValueError as error:
            raise RuntimeError({"password": password}) from error

    try:
        connect(CANARY)
    except RuntimeError:
        ours.exception("login of %s failed", USER, stack_info=True)

    written = file.read_text(encoding="utf-8")
    assert "c4n4ry" not in written
    assert f"ValueError: cannot use {MARK}" in written
    assert "direct cause" in written
    assert all(line.startswith(("  ", "20")) for line in written.splitlines())


def test_secret_is_taken_out_of_local_variables(file: Path, ours: logging.Logger) -> None:
    conceal(CANARY)

    def connect(password: str) -> None:
        settings = {"auth": (USER, password), "raw": password.encode()}
        raise RuntimeError(f"{len(settings)} settings")

    try:
        connect(CANARY)
    except RuntimeError as error:
        with_locals = traceback.TracebackException.from_exception(error, capture_locals=True)
        ours.error("details:\n%s", "".join(with_locals.format()))

    written = file.read_text(encoding="utf-8")
    assert "settings = {'auth'" in written
    assert "c4n4ry" not in written


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Basic b3BzOnMzY3IzdA==",
        "'Authorization': 'Negotiate b3BzOnMzY3IzdA=='",
        "headers={'authorization': b'Bearer b3BzOnMzY3IzdA=='}",
        "('Proxy-Authorization', 'Basic b3BzOnMzY3IzdA==')",
        "Cookie: vmware_soap_session=b3BzOnMzY3IzdA==; Path=/",
        "vmware-api-session-id: b3BzOnMzY3IzdA==",
    ],
)
def test_headers_that_log_in_are_taken_out_without_knowing_the_secret(text: str) -> None:
    assert "b3BzOnMzY3IzdA" not in redact(f"sent {text}\nnext line stays")
    assert redact(f"sent {text}\nnext line stays").endswith("next line stays")


def test_longer_secret_is_not_uncovered_by_a_shorter_one(file: Path, ours: logging.Logger) -> None:
    conceal("abc-part")
    conceal("abc-part-and-more")

    ours.info("abc-part-and-more")

    assert "more" not in file.read_text()


def test_names_cannot_forge_lines_or_steer_a_terminal(file: Path, ours: logging.Logger) -> None:
    ours.info("vm %s", "a\n2026-01-01T00:00:00.000Z INFO forged\x1b[31m\x9b\u202e")

    written = file.read_text(encoding="utf-8")
    assert len(written.splitlines()) == 1
    assert r"a\n2026-01-01T00:00:00.000Z INFO forged\x1b[31m\x9b\u202e" in written
    assert controls_visible("half \ud800") == r"half \ud800"


def test_other_libraries_details_stay_out_whatever_level_they_choose(file: Path) -> None:
    for name in ("urllib3.connectionpool", "winrm.transport", "pypsrp.wsman", "spnego", "http.client"):
        other = logging.getLogger(name)
        other.setLevel(logging.DEBUG)
        other.debug("body %s", "<s:Envelope>")
        other.info("header")
        other.warning("trouble of %s", name)
        other.setLevel(logging.NOTSET)

    written = file.read_text()
    assert "Envelope" not in written
    assert "header" not in written
    assert written.count("trouble of") == 5


def test_debug_lines_are_written_only_when_asked_for(tmp_path: Path, ours: logging.Logger) -> None:
    quiet = log.start(tmp_path)
    ours.debug("wire 120 bytes")
    log.stop()
    loud = log.start(tmp_path, debug=True)
    ours.debug("wire 130 bytes")
    log.stop()

    assert quiet == loud
    assert "120" not in quiet.read_text()
    assert "130" in quiet.read_text()


TROUBLES = """
import pathlib, sys, threading, warnings
from drconsole import log

class Grumbling:
    def __del__(self):
        raise RuntimeError("late trouble")

def fail():
    raise RuntimeError("thread trouble")

log.start(pathlib.Path(sys.argv[1]))
thread = threading.Thread(target=fail, name="reader")
thread.start()
thread.join()
Grumbling()
warnings.simplefilter("always")
warnings.warn("old trouble", DeprecationWarning)
"""


def test_warnings_and_errors_of_threads_go_to_the_log_not_to_the_screen(tmp_path: Path) -> None:
    # Hooks belong to a whole process, and this one has threads and hooks of the test runner.
    done = subprocess.run(
        [sys.executable, "-c", TROUBLES, str(tmp_path)], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    written = (tmp_path / log.FILE).read_text()
    for trouble in ("thread reader ended by an error", "thread trouble", "late trouble", "old trouble"):
        assert trouble in written


def test_line_that_cannot_be_written_is_lost_quietly(
    file: Path, ours: logging.Logger, capfd: pytest.CaptureFixture[str]
) -> None:
    file.unlink()
    file.parent.rmdir()
    ours.info("lost")
    file.parent.mkdir()
    ours.info("written again")

    assert capfd.readouterr() == ("", "")
    assert "lost" not in file.read_text()
    assert "written again" in file.read_text()


def test_file_is_rotated_and_each_piece_is_private(
    tmp_path: Path, ours: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "MAX_BYTES", 2000)
    file = log.start(tmp_path)
    for number in range(200):
        ours.info("line %d %s", number, "x" * 100)
    log.stop()

    pieces = sorted(tmp_path.glob("drconsole.log*"))
    assert len(pieces) == 1 + log.KEPT
    assert all(piece.stat().st_size <= 2000 for piece in pieces)
    assert all(stat.S_IMODE(piece.stat().st_mode) == 0o600 for piece in pieces)
    assert "line 199" in file.read_text()


def test_second_console_follows_when_the_first_rotates(file: Path, ours: logging.Logger) -> None:
    ours.info("before")
    file.rename(file.with_suffix(".log.1"))

    ours.info("after")

    assert "after" in file.read_text()
    assert "after" not in file.with_suffix(".log.1").read_text()


def test_consoles_that_write_and_rotate_at_once_lose_no_line(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib\nfrom drconsole import log\nlog.MAX_BYTES, log.KEPT = 3000, 1000\n"
        "log.start(pathlib.Path(sys.argv[1]))\n"
        "for n in range(300): log.logger('drconsole.test').info('line %s-%d.', sys.argv[2], n)\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path), str(n)]) for n in range(3)]
    assert [writer.wait() for writer in writers] == [0, 0, 0]

    written = "".join(piece.read_text() for piece in tmp_path.iterdir())
    lines = re.findall(r"line (\d-\d+)\.\n", written)
    assert sorted(lines) == sorted(f"{writer}-{n}" for writer in range(3) for n in range(300))


def test_log_that_cannot_be_written_is_told_with_its_remedy(tmp_path: Path) -> None:
    (tmp_path / "log").touch()

    with pytest.raises(StateError) as caught:
        log.start(tmp_path / "log")

    assert "state: PATH" in caught.value.hint
    assert log.current() is None


def test_link_in_place_of_the_log_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.touch()
    (tmp_path / log.FILE).symlink_to(target)

    with pytest.raises(StateError):
        log.start(tmp_path)


def test_hooks_are_given_back(tmp_path: Path) -> None:
    before = (threading.excepthook, sys.unraisablehook, warnings.showwarning)
    log.start(tmp_path)
    assert log.current() == tmp_path / log.FILE

    log.stop()

    assert (threading.excepthook, sys.unraisablehook, warnings.showwarning) == before
    assert log.current() is None
