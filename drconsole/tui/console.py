"""Running the console until it is left."""

from __future__ import annotations

import os
import sys

from drconsole.tui.app import ConsoleApp
from drconsole.tui.desk import Desk
from drconsole.tui.pauses import prepare
from drconsole.tui.source import SnapshotSource
from drconsole.tui.terminal import choose_theme, is_gnu_screen
from drconsole.tui.theming import find_theme

SWITCH_S = 0.0005


def run_console(
    source: SnapshotSource,
    desk: Desk,
    theme: str | None = None,
    *,
    show_all: bool = False,
    mouse: bool | None = None,
) -> int:
    """Run the console until it is left, and give its exit code: 0, or 128 and the signal that ended it.

    Args:
        theme: a shipped theme's name or the path of a YAML file; chosen from the environment when None.
        mouse: whether to report the mouse; by default not under GNU screen, where that delays Esc.

    Raises:
        ThemeError: the theme does not exist or is wrong.
        Exception: whatever went wrong while the console ran; the terminal is as before then.
    """
    if os.environ.get("NO_COLOR") == "":
        del os.environ["NO_COLOR"]
    loaded = find_theme(choose_theme(theme, os.environ))
    sys.setswitchinterval(SWITCH_S)
    prepare()
    app = ConsoleApp(source, desk, loaded, show_all=show_all)
    try:
        app.run(mouse=not is_gnu_screen(os.environ) if mouse is None else mouse)
    finally:
        source.stop()
    if app._exception:
        raise app._exception
    return app.return_code or 0
