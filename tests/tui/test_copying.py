"""Copies: into a file for its owner alone, never over another unasked; or to the terminal's clipboard."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

import pytest
from textual.events import Paste

from drconsole.cli.listing import lines, listed
from drconsole.tui import clipboard, copies
from drconsole.tui.screens.copying import CopyScreen
from drconsole.tui.widgets.field import Field
from drconsole.wording.ages import exact
from tests.tui.driver import Driver, drive
from tests.tui.pictures import NOW, picture, protected


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder of the console."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def name(d: Driver, path: str) -> None:
    """Put another path into the field."""
    d.app.screen.query_one(Field).value = path
    await d.pilot.pause()


async def written(d: Driver) -> None:
    """Wait until the dialog has its answer."""
    await d.app.workers.wait_for_complete()
    await d.pilot.pause()
    await d.pilot.pause()


def test_the_list_is_written_in_the_words_of_the_command(folder: Path) -> None:
    snapshot = picture()

    async def script(d: Driver) -> None:
        await d.press("y", "enter")
        await written(d)
        (file,) = folder.iterdir()
        assert file.name.startswith("drconsole-list-")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        printed = list(lines(snapshot, listed(snapshot, everything=False), 120))
        text = file.read_text(encoding="utf-8").splitlines()
        assert text[0] == f"as drconsole showed it at {exact(NOW)}"
        assert [line for line in text[1:] if line] == [
            line for line in printed if line and "without protection" not in line
        ]
        assert f"{len(text)} lines are in {file}".replace(" ", "") in "".join(d.lines()[-4:-1]).replace(
            " ", ""
        )

    drive(script, snapshot)


def test_the_filtered_list_is_what_is_shown(folder: Path) -> None:
    async def script(d: Driver) -> None:
        await d.press("slash", *"web", "enter", "o", "y", "enter")
        await written(d)
        text = next(folder.iterdir()).read_text(encoding="utf-8")
        assert "filter: web" in text
        assert "web-01" in text
        assert "sql-archive" not in text.replace("SPLIT", "")

    drive(script, picture())


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (("G", "enter"), ("why these roles", "seen by gold-n1", "key hv:")),
        (("a",), ("SPLIT-BRAIN", "erp-db")),
        (("e",), ("gold-n1", "vc-ny")),
        (("w",), ("FORMER ORIGINAL at New York",)),
        (("question_mark",), ("all keys", "arrows")),
    ],
)
def test_every_screen_is_written_whole(folder: Path, keys: tuple[str, ...], words: tuple[str, ...]) -> None:
    async def script(d: Driver) -> None:
        await d.press(*keys, "y", "enter")
        await written(d)
        text = next(folder.iterdir()).read_text(encoding="utf-8")
        assert all(word in text for word in words)

    drive(script, picture())


def test_an_existing_file_is_replaced_only_when_asked(folder: Path) -> None:
    (folder / "mine").write_text("precious", encoding="utf-8")

    async def script(d: Driver) -> None:
        await d.press("y")
        await name(d, "mine")
        await d.press("enter")
        await written(d)
        assert "exists already. Replace it?" in d.text()
        assert "y replace it" in d.lines()[-1]
        await d.press("enter")
        await written(d)
        assert (folder / "mine").read_text(encoding="utf-8") == "precious"
        await d.press("n")
        assert "exists already" not in d.text()
        assert d.app.screen.query_one(Field).value == "mine"
        await d.press("enter")
        await written(d)
        await d.press("y")
        await written(d)
        assert "erp-db" in (folder / "mine").read_text(encoding="utf-8")
        assert stat.S_IMODE((folder / "mine").stat().st_mode) == 0o600
        assert [file.name for file in folder.iterdir()] == ["mine"]

    drive(script, picture())


@pytest.mark.parametrize("way_back", ["escape", "tab"])
@pytest.mark.parametrize("asked", [False, True])
def test_leaving_writes_nothing(folder: Path, way_back: str, asked: bool) -> None:
    (folder / "mine").write_text("precious", encoding="utf-8")

    async def script(d: Driver) -> None:
        await d.press("y")
        if asked:
            await name(d, "mine")
            await d.press("enter")
            await written(d)
        await d.press(way_back)
        assert d.screen == "inventory"
        assert (folder / "mine").read_text(encoding="utf-8") == "precious"
        assert len(list(folder.iterdir())) == 1

    drive(script, picture())


def test_an_empty_path_writes_nothing(folder: Path) -> None:
    async def script(d: Driver) -> None:
        await d.press("y")
        await name(d, " ")
        await d.press("enter")
        assert d.screen == "inventory"
        assert list(folder.iterdir()) == []

    drive(script, picture())


@pytest.mark.parametrize(
    "path", ["no/such/folder/x", ".", "x" * 300, "nul\0byte", "~nobody-here/x", "pipe", "link"]
)
def test_what_cannot_be_written_is_told_and_can_be_corrected(folder: Path, path: str) -> None:
    os.mkfifo(folder / "pipe")
    (folder / "link").symlink_to("elsewhere")

    async def script(d: Driver) -> None:
        await d.press("y")
        await name(d, path)
        await d.press("enter")
        await written(d)
        assert isinstance(d.app.screen, CopyScreen)
        assert "cannot be written" in d.text() or "exists already" in d.text()
        if "exists" in d.text():
            await d.press("y")
            await written(d)
            assert "cannot be written" in d.text()
        await name(d, "good")
        await d.press("enter")
        await written(d)
        assert (folder / "good").exists()
        assert stat.S_ISFIFO((folder / "pipe").stat().st_mode)
        assert (folder / "link").is_symlink()

    drive(script, picture())


def test_a_pasted_path_brings_no_control_character() -> None:
    async def script(d: Driver) -> None:
        await d.press("y")
        assert d.app.focused is not None
        d.app.focused.post_message(Paste("x\x1b[2Jy"))
        await d.press("z")
        assert "\x1b" not in d.app.screen.query_one(Field).value

    drive(script, picture())


def test_the_proposed_folder_can_be_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Path(copies.proposed("list", NOW)).parent == folder
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert Path(copies.proposed("a/b c", NOW)).parent == Path(tempfile.gettempdir())
    assert Path(copies.proposed("a/b c", NOW)).name.startswith("drconsole-a-b-c-")


def test_a_deleted_folder_is_no_end(folder: Path) -> None:
    gone = folder / "gone"
    gone.mkdir()
    os.chdir(gone)
    gone.rmdir()

    async def script(d: Driver) -> None:
        await d.press("y")
        assert isinstance(d.app.screen, CopyScreen)

    drive(script, picture())


def test_a_copy_that_fails_leaves_the_old_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "mine").write_text("precious", encoding="utf-8")

    def fail(source: object, target: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="No space"):
        copies.write(folder / "mine", ["new"], replace=True)
    assert [(file.name, file.read_text(encoding="utf-8")) for file in folder.iterdir()] == [
        ("mine", "precious")
    ]


class Terminal:
    """Remembers what was sent to its clipboard."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def copy_to_clipboard(self, text: str) -> None:
        """Remember it."""
        self.sent.append(text)


@pytest.mark.parametrize(
    ("environment", "count", "sent", "words"),
    [
        ({"TERM": "xterm-256color"}, 2, True, "2 lines were sent to the terminal; it does not say"),
        ({"TERM": "tmux-256color", "TMUX": "/x,1,0"}, 2, True, "set-clipboard on"),
        ({"TERM": "screen", "STY": "1.pts"}, 2, False, "GNU screen does not let"),
        ({"TERM": "xterm-256color"}, 9000, False, "too long for a clipboard"),
    ],
)
def test_the_clipboard_says_what_is_known(
    environment: dict[str, str], count: int, sent: bool, words: str
) -> None:
    terminal = Terminal()
    told, _ = clipboard.send(terminal, ["line 1"] * count, environment)
    assert words in told
    assert terminal.sent == (["line 1\n" * count] if sent else [])


def test_the_key_sends_the_list_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STY", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")

    async def script(d: Driver) -> None:
        await d.press("Y")
        await written(d)
        assert "lines were sent to the terminal" in d.lines()[-2]
        assert "erp-db" in d.app.clipboard
        assert "\x1b" not in d.app.clipboard

    drive(script, picture([*protected("erp-db\x1b]0;x\x07", 1)]))
