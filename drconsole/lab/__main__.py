"""``python -m drconsole.lab``: serve a scenario until a signal, an idle time or the end of the parent.

Prints one JSON line when all endpoints answer; see ``server.Lab.describe``, to which it adds ``control``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import secrets
import shutil
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path

from drconsole.lab import scenario as scenarios
from drconsole.lab.control import Control
from drconsole.lab.engines import EngineError, maker
from drconsole.lab.private_file import write_secret
from drconsole.lab.scenario_form import ScenarioError
from drconsole.lab.server import Lab, Options, start

COST_S = 0.002
"""Simulated seconds per object: a Get-VM over 500 machines takes a second, as on a busy host."""

IDLE_TICK_S = 1.0

SIDE_FILE = "control.json"
"""In the lab's folder while it runs, for its owner alone: ``{"url", "token"}`` of its control."""


def main() -> int:
    """Run the lab; exit code 2 when it cannot start as asked."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    arguments = _arguments()
    orphaned = threading.Event()
    try:
        asyncio.run(_serve(arguments, orphaned))
    except (ScenarioError, EngineError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    finally:
        if arguments.temporary and orphaned.is_set():
            # Whoever made it was killed, and it holds a password.
            shutil.rmtree(arguments.folder, ignore_errors=True)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m drconsole.lab", description="Serve simulated sites.")
    parser.add_argument(
        "--scenario", default="steady", help=f"{', '.join(scenarios.names())}, or a .yaml file"
    )
    parser.add_argument("--random-seed", type=int, default=0, metavar="N")
    parser.add_argument("--speed", type=float, default=1.0, metavar="X", help="0: time stands still")
    parser.add_argument("--cost", type=float, metavar="S", help=f"simulated seconds per object ({COST_S})")
    parser.add_argument("--folder", type=Path, required=True, help="for certificates, password and token")
    parser.add_argument(
        "--powershell", type=Path, metavar="PATH", help="a real pwsh instead of the evaluator"
    )
    parser.add_argument("--idle", type=float, metavar="S", help="end after S seconds without a request")
    parser.add_argument("--stdin-guard", action="store_true", help="end when standard input is closed")
    parser.add_argument("--temporary", action="store_true", help="and then remove the folder")
    found = parser.parse_args()
    if found.speed < 0:
        parser.error("--speed: time does not run backwards")
    if found.cost is None:
        found.cost = COST_S if found.speed else 0.0
    if found.cost and not found.speed:
        parser.error("--cost: where time stands still (--speed 0), nothing that costs time ever ends")
    return found


async def _serve(arguments: argparse.Namespace, orphaned: threading.Event) -> None:
    """Serve until the end; ``orphaned`` is set when that is the end of the parent."""
    ended = asyncio.Event()
    _end_on_signals(ended)
    if arguments.stdin_guard:
        _end_with_stdin(ended, orphaned)
    options = Options(
        arguments.scenario,
        arguments.folder.absolute(),
        arguments.speed,
        arguments.random_seed,
        arguments.cost,
    )
    lab = await start(options, maker(arguments.powershell))
    token = secrets.token_urlsafe(24)
    control = Control(lab, token)
    side_file = options.folder / SIDE_FILE
    try:
        await control.open()
        token_file = options.folder / "control.token"
        write_secret(token_file, token)
        write_secret(side_file, json.dumps({"url": control.url, "token": token}))
        control_words = {"url": control.url, "token_file": str(token_file)}
        print(json.dumps({**lab.describe(), "control": control_words}), flush=True)  # noqa: T201
        await _until_idle(lab, control, ended, arguments.idle)
    finally:
        side_file.unlink(missing_ok=True)
        await control.close()
        await lab.close()


def _end_on_signals(ended: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: loop.call_soon_threadsafe(ended.set))


def _end_with_stdin(ended: asyncio.Event, orphaned: threading.Event) -> None:
    """Watch standard input from a thread of its own: a pipe whose other end died reads as ended.

    A standard input that cannot be read counts as closed.
    """
    loop = asyncio.get_running_loop()

    def watch() -> None:
        # Not by sys.stdin: its lock, held by a thread that never returns, aborts the end of the interpreter.
        with suppress(OSError):
            while os.read(0, 4096):
                continue
        orphaned.set()
        if not loop.is_closed():
            loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=watch, name="stdin guard", daemon=True).start()


async def _until_idle(lab: Lab, control: Control, ended: asyncio.Event, idle_s: float | None) -> None:
    """Return when the lab was told to end, or nobody asked it anything for ``idle_s`` real seconds."""
    loop = asyncio.get_running_loop()
    seen, since = -1, loop.time()
    while not ended.is_set():
        asked = lab.endpoints.requests() + control.requests
        if asked != seen:
            seen, since = asked, loop.time()
        if idle_s is not None and loop.time() - since >= idle_s:
            return
        try:
            async with asyncio.timeout(None if idle_s is None else min(IDLE_TICK_S, idle_s)):
                await ended.wait()
        except TimeoutError:
            continue


if __name__ == "__main__":
    sys.exit(main())
