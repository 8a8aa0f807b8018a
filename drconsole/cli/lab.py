"""``drconsole lab``: the console on two simulated sites, or these sites alone."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import click
from click.core import ParameterSource

from drconsole.cli.choices import Choices, Number, prepared
from drconsole.cli.lab_ctl import ctl
from drconsole.errors import UsageError

_EXTRA = ("aiohttp", "cryptography", "tree_sitter", "tree_sitter_pwsh")
IDLE_S = 600.0


@click.group("lab", invoke_without_command=True)
@click.option(
    "--scenario", default="steady", show_default=True, metavar="NAME", help="What the sites are like."
)
@click.option(
    "--random-seed", type=int, default=0, show_default=True, metavar="N", help="Seed of its faults."
)
@click.option(
    "--speed",
    type=Number(0, 100_000),
    default=1.0,
    show_default=True,
    metavar="X",
    help="Simulated seconds per real second; 0 stops the clock.",
)
@click.option(
    "--powershell",
    type=click.Path(exists=True, dir_okay=False, executable=True, resolve_path=True, path_type=Path),
    metavar="PATH",
    help="Run scripts in this PowerShell 7 instead of the built-in evaluator.",
)
@click.option(
    "--serve", is_flag=True, help="No console: print 'ready FILE' and serve until SIGTERM or Ctrl+C."
)
@click.option(
    "--write-config",
    "config_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the configuration to FILE, and keep the lab's folder as FILE.lab.",
)
@click.pass_context
def lab(
    ctx: click.Context,
    scenario: str,
    random_seed: int,
    speed: float,
    powershell: Path | None,
    serve: bool,
    config_file: Path | None,
) -> int:
    """Open the console on two simulated sites; 'ctl' is the remote control of sites that run.

    Nothing outside this machine is reached: the sites listen on 127.0.0.1 only, and end with the console.
    """
    if ctx.invoked_subcommand is not None:
        _check_nothing_else(ctx)
        return 0
    choices: Choices = ctx.obj
    _check(choices)
    arguments = ["--scenario", scenario, "--random-seed", str(random_seed), "--speed", str(speed)]
    arguments += ["--powershell", str(powershell)] if powershell else []
    arguments += [] if serve else ["--idle", str(IDLE_S)]
    arguments += [] if config_file else ["--temporary"]
    from drconsole.cli import lab_place, lab_server

    if sys.stderr.isatty():
        click.echo("Starting the lab ...", err=True)
    with (
        _ends_on_signals(serve),
        lab_place.place(config_file) as where,
        lab_server.running(arguments, where.folder) as server,
    ):
        where.write(server.description)
        if powershell:
            click.echo(server.said(), err=True)
        if serve:
            click.echo(f"ready {where.config}")
            server.wait()
            return 0
        from drconsole.cli.console import show

        return show(prepared(Choices(config=where.config, debug=choices.debug)))


lab.add_command(ctl)


def _check_nothing_else(ctx: click.Context) -> None:
    """Options say how a lab is started; beside a lab that runs they would be passed over without a word."""
    given = [name for name in ctx.params if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE]
    if given:
        raise UsageError(
            f"A lab that runs is not started, so it takes none of: {', '.join(given)}.",
            hint=f"See: drconsole lab {ctx.invoked_subcommand} --help",
        )


def _check(choices: Choices) -> None:
    if choices.config is not None:
        raise UsageError(
            "The lab writes its own configuration; --config has no meaning here.",
            hint="Remove --config, or use --write-config FILE to keep the lab's.",
        )
    missing = [name for name in _EXTRA if find_spec(name) is None]
    if missing:
        raise UsageError(
            f"The lab is not installed ({', '.join(missing)} missing).",
            hint=f"Install it: {sys.executable} -m pip install 'drconsole[lab]'",
        )


class _Ended(SystemExit):
    """A signal asked for the end; everything is cleaned up on the way out."""


@contextmanager
def _ends_on_signals(serve: bool) -> Iterator[None]:
    """Turn signals into an orderly end; when serving that is the way to end, so the exit code is 0."""
    import signal

    asked = False

    def end(number: int, _frame: object) -> None:
        nonlocal asked
        if not asked:
            # A second signal must not interrupt the clean-up that the first one began.
            asked = True
            raise _Ended(0 if serve else 128 + number)

    numbers = [signal.SIGTERM, signal.SIGHUP, *([signal.SIGINT] if serve else [])]
    before = {number: signal.signal(number, end) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
