"""Where passwords come from, and that nobody else learns them."""

from __future__ import annotations

import getpass
import os
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import keyring
import pytest

from drconsole.cli.passwords import have_passwords
from drconsole.config.load import load
from drconsole.config.password_command import from_command
from drconsole.config.secrets import RETRY_AFTER_S, Secret, ask_people, take_from_environment
from drconsole.config.sources import Prompt, from_environment, from_keyring
from drconsole.errors import LoginRefused

CANARY = "c4n4ry-p4ss"


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def refused(source: Callable[[], str]) -> LoginRefused:
    """What a credential with this source says when it gives no password."""
    with pytest.raises(LoginRefused) as caught:
        Secret("ops", "admin", "password_command", source)()
    assert "'ops'" in caught.value.message
    assert CANARY not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    return caught.value


@pytest.mark.parametrize(
    "text", [CANARY, f"{CANARY}\\n", f"{CANARY}\\r\\n", "  ü€ with blanks  ", "$(x) `y` ;"]
)
def test_command_gives_its_one_line_as_it_is(text: str) -> None:
    code = f"import sys; sys.stdout.buffer.write('{text}'.encode())"

    given = from_command(python(code))()

    assert given == text.replace("\\n", "").replace("\\r", "")


def test_command_is_no_shell_text_and_has_no_input() -> None:
    code = "import sys; print(sys.argv[1] + repr(sys.stdin.read()))"

    assert from_command([*python(code), "$HOME; echo *"])() == "$HOME; echo *''"


def test_command_has_no_terminal_of_ours() -> None:
    assert from_command(python("import os; print(os.getsid(0) == os.getpid())"))() == "True"


def test_command_does_not_inherit_other_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VC_PASSWORD", CANARY)
    path = tmp_path / "c.yaml"
    path.write_text(
        "environment: X\nsites: {A: {}}\ncredentials:\n  vc: {user: u, env: VC_PASSWORD}\n"
        f"  ops: {{user: u, password_command: ['{sys.executable}', -c, "
        "\"import os; print(os.environ.get('VC_PASSWORD', 'kept back'))\"]}\n"
        "endpoints: {e: {kind: vsphere, site: A, address: a, credentials: ops}}\n"
    )

    vc, ops = load(path).secrets

    assert ops() == "kept back"
    assert vc() == CANARY


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (f"print('{CANARY}'); raise SystemExit(3)", "ended with code 3"),
        (f"import os; print('{CANARY}', flush=True); os.kill(os.getpid(), 9)", "ended by signal 9"),
        (f"print('{CANARY}'); print('{CANARY}')", "printed several lines"),
        (f"print('{CANARY}' * 100000)", "more than a password"),
        (f"while True: print('{CANARY}' * 1000)", "more than a password"),
        ("import sys; sys.stdout.buffer.write(b'\\xff\\xfe')", "no UTF-8"),
        ("pass", "gave no password"),
        (f"import sys; sys.stderr.write('{CANARY}')", "gave no password"),
    ],
)
def test_command_that_fails_is_told_without_what_it_printed(code: str, told: str) -> None:
    assert told in refused(from_command(python(code))).message


def test_missing_command_is_told() -> None:
    assert "cannot be started" in refused(from_command(["/nowhere/pass", CANARY])).message


def test_command_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    # As long as the command or its child lives, the pipe has a writer and does not read as ended.
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    script = 'exec 3>"$0"; echo here >&3; sleep 600 & wait'
    source = from_command(["/bin/sh", "-c", script, str(pipe)], limit_s=2)

    assert "no answer within 2 s" in refused(source).message

    os.set_blocking(read, True)
    with os.fdopen(read, "rb") as end:
        assert end.read() == b"here\n"


def test_source_is_asked_once_by_however_many_threads() -> None:
    asked: list[str] = []
    all_here = threading.Barrier(8)
    two_at_once = threading.Barrier(2)

    def source() -> str:
        asked.append(threading.current_thread().name)
        with suppress(threading.BrokenBarrierError):
            two_at_once.wait(0.2)
        return CANARY

    secret = Secret("ops", "admin", "password_command", source)
    given: list[str] = []

    def use() -> None:
        all_here.wait()
        given.append(secret())

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert given == [CANARY] * 8
    assert len(asked) == 1


def test_source_that_is_slow_is_told_by_its_name_alone() -> None:
    asked, answers = threading.Event(), threading.Event()

    def source() -> str:
        asked.set()
        assert answers.wait(30)
        return "canary"

    secret = Secret("hosts", "u", "password_command", source, place="/usr/bin/pass")
    assert secret.awaited() is None
    waiting = threading.Thread(target=secret)
    waiting.start()
    assert asked.wait(30)
    told = secret.awaited()
    answers.set()
    waiting.join()
    assert told is not None
    assert told.message == (
        "The password of credential 'hosts' is being waited for: "
        "its password_command 'pass' has not answered yet."
    )
    assert secret.awaited() is None


def test_source_that_failed_is_left_alone_for_a_while_then_asked_again() -> None:
    now = 0.0
    answers = ["", CANARY]
    secret = Secret("ops", "admin", "password_command", lambda: answers.pop(0), clock=lambda: now)

    for now in (0.0, RETRY_AFTER_S - 1):  # noqa: B007
        with pytest.raises(LoginRefused, match="gave no password"):
            secret()
    assert answers == [CANARY]

    now = RETRY_AFTER_S
    assert secret() == CANARY


@pytest.mark.parametrize("kind", ["password_command", "keyring"])
def test_a_refused_password_is_asked_for_anew_but_not_by_every_host_at_once(kind: str) -> None:
    now = 0.0
    answers = ["old", "new", "newer"]
    secret = Secret("ops", "admin", kind, lambda: answers.pop(0), clock=lambda: now)
    assert secret() == "old"

    secret.refused()
    assert secret() == "old"

    now = RETRY_AFTER_S
    for _ in range(64):
        secret.refused()
        assert secret() == "new"


@pytest.mark.parametrize("kind", ["prompt", "env"])
def test_what_cannot_be_newer_is_kept_although_it_was_refused(kind: str) -> None:
    now = 0.0
    answers = [CANARY]
    secret = Secret("ops", "admin", kind, lambda: answers.pop(0), clock=lambda: now)
    assert secret() == CANARY

    now = 10 * RETRY_AFTER_S
    secret.refused()

    assert secret() == CANARY


def test_secret_never_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VC_PASSWORD", CANARY)
    secret = Secret("vc", "admin", "env", from_environment("VC_PASSWORD"))

    assert secret() == CANARY
    for shown in (repr(secret), str(secret), f"{secret}", "%s" % (secret,)):  # noqa: UP031
        assert shown == "Secret('vc', from env)"


def test_variable_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VC_PASSWORD", raising=False)

    assert "VC_PASSWORD is not set" in refused(from_environment("VC_PASSWORD")).message


class Memory:
    """A keyring in memory; ``backends`` are those that it chains."""

    def __init__(self, *backends: object) -> None:
        self.backends = backends

    def get_password(self, service: str, username: str) -> str | None:
        return CANARY if (service, username) == ("drconsole", "ops") else None


def called(module: str, name: str, *backends: object) -> Memory:
    """A keyring whose class has this name."""
    kind: type[Memory] = type(name, (Memory,), {"__module__": module})
    return kind(*backends)


@pytest.fixture
def use_keyring(monkeypatch: pytest.MonkeyPatch) -> Callable[[Memory], None]:
    return lambda backend: monkeypatch.setattr(keyring.core, "_keyring_backend", backend)


def test_keyring_entry_of_the_credential(use_keyring: Callable[[Memory], None]) -> None:
    use_keyring(called("keyring.backends.chainer", "ChainerBackend", Memory()))

    assert from_keyring("ops")() == CANARY
    assert "no entry" in refused(from_keyring("other")).message


@pytest.mark.parametrize(
    ("module", "name", "told"),
    [
        ("keyrings.alt.file", "PlaintextKeyring", "in the clear"),
        ("keyring.backends.null", "Keyring", "in the clear"),
        ("keyring.backends.fail", "Keyring", "no keyring that can be used"),
    ],
)
@pytest.mark.parametrize("chained", [False, True])
def test_keyring_that_keeps_plaintext_is_refused_by_name(
    module: str, name: str, told: str, chained: bool, use_keyring: Callable[[Memory], None]
) -> None:
    weak = called(module, name)
    use_keyring(called("keyring.backends.chainer", "ChainerBackend", Memory(), weak) if chained else weak)

    error = refused(from_keyring("ops"))

    assert told in error.message
    assert "password_command" in error.hint


def test_person_is_asked_once_and_never_behind_a_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    questions: list[str] = []

    def answer(question: str) -> str:
        questions.append(question)
        return ""

    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr("getpass.getpass", answer)
    now = 0.0
    silent = Secret("vc", "u", "env", from_environment("NOT_SET_HERE"))
    asked = Secret("ops", "admin", "prompt", Prompt("ops", "admin"), clock=lambda: now)

    ask_people([silent, asked])
    now = 10 * RETRY_AFTER_S
    with pytest.raises(LoginRefused, match="none was entered"):
        asked()

    assert questions == ["Password of admin (ops; empty leaves its endpoints out): "]


def test_threads_never_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr("getpass.getpass", lambda _: CANARY)
    with ThreadPoolExecutor(1) as pool:
        told = pool.submit(refused, Prompt("ops", "admin")).result()

    assert "none was entered" in told.message


def test_without_a_terminal_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with open(os.devnull) as nothing:
        monkeypatch.setattr("sys.stdin", nothing)
        assert "without a terminal" in refused(Prompt("ops", "admin")).message


def test_terminal_that_would_show_the_password_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def shows(_: str) -> str:
        warnings.warn("Can not control echo on the terminal.", getpass.GetPassWarning, stacklevel=1)
        return CANARY

    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr("getpass.getpass", shows)

    assert "would show what is typed" in refused(Prompt("ops", "admin")).message


@pytest.mark.parametrize("set_", [True, False])
def test_environment_is_read_once_then_children_inherit_nothing(
    set_: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VC_PASSWORD", raising=False)
    if set_:
        monkeypatch.setenv("VC_PASSWORD", CANARY)
    two = [
        Secret(name, "u", "env", from_environment("VC_PASSWORD"), place="VC_PASSWORD") for name in ("a", "b")
    ]

    take_from_environment(two)

    show = [sys.executable, "-c", "import os; print(os.environ.get('VC_PASSWORD'))"]
    assert subprocess.run(show, capture_output=True, text=True, check=True).stdout == "None\n"
    for one in two:
        if set_:
            assert one() == CANARY
        else:
            with pytest.raises(LoginRefused, match="VC_PASSWORD is not set"):
                one()


CONFIG = """\
environment: X
sites: {A: {}}
credentials:
  asked: {user: me, prompt: true}
  unused: {user: nobody, prompt: true}
  vc: {user: u, env: VC_PASSWORD}
  spare: {user: u, env: SPARE_PASSWORD}
  ticket: {user: t, prompt: true}
endpoints:
  a: {kind: vsphere, site: A, address: a, credentials: asked}
  b: {kind: vsphere, site: A, address: b, credentials: vc}
  k: {kind: hyperv, site: A, address: k, credentials: ticket, transport: kerberos}
"""


def test_before_the_start_people_are_asked_for_what_is_used_and_warned_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions: list[str] = []

    def answer(question: str) -> str:
        questions.append(question)
        return ""

    for name in ("VC_PASSWORD", "SPARE_PASSWORD"):
        monkeypatch.setenv(name, CANARY)
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr("getpass.getpass", answer)
    path = tmp_path / "c.yaml"
    path.write_text(CONFIG)
    config = load(path)

    have_passwords(config)

    assert questions == ["Password of me (asked; empty leaves its endpoints out): "]
    printed = capsys.readouterr()
    assert printed.out == ""
    assert [line.split(",")[0] for line in printed.err.splitlines()] == [
        "Warning: The password of credential 'vc' comes from the environment variable VC_PASSWORD"
    ]
    assert not {"VC_PASSWORD", "SPARE_PASSWORD"} & os.environ.keys()
    with pytest.raises(LoginRefused, match="none was entered, so its endpoints are left out"):
        config.connections[0].secret()

    # Where no password stands nobody can read one.
    have_passwords(load(path))
    assert capsys.readouterr().err == ""
