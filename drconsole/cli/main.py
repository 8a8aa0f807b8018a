"""The command line: global options, the commands by name, and the border where errors become exit codes."""

from __future__ import annotations

import difflib
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import click

from drconsole.cli import failures
from drconsole.cli.choices import Choices
from drconsole.cli.output import complaints, output

_COMMANDS = {
    "alarms": "drconsole.cli.alarms_command:alarms_command",
    "config": "drconsole.cli.config_command:config_command",
    "health": "drconsole.cli.health_command:health_command",
    "lab": "drconsole.cli.lab:lab",
    "list": "drconsole.cli.list_command:list_command",
    "plan": "drconsole.cli.plan_command:plan_command",
    "run": "drconsole.cli.run_command:run_command",
    "runs": "drconsole.cli.runs_command:runs_command",
    "secret": "drconsole.cli.secret_command:secret_command",
    "show": "drconsole.cli.show_command:show_command",
}


class Commands(click.Group):
    """A group whose commands are imported when they are named, and whose errors read as ours do."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        target = _COMMANDS.get(cmd_name)
        if target is None:
            return None
        module, _, name = target.partition(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the first word names, or say which one is near."""
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            close = difflib.get_close_matches(name, _COMMANDS, 1)
            near = f" Did you mean {close[0]!r}?" if close else f" Commands: {', '.join(sorted(_COMMANDS))}."
            raise click.UsageError(f"There is no command {name!r}.{near}", ctx)
        return super().resolve_command(ctx, args)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> NoReturn:
        """Run, tell errors on stderr, and exit with the code of the outcome."""
        with complaints():
            try:
                with output():
                    code = super().main(
                        args,
                        prog_name,
                        complete_var,
                        standalone_mode=False,
                        windows_expand_args=False,
                        **extra,
                    )
            except click.exceptions.Abort:
                code = failures.tell_interrupted()
            except Exception as error:
                code = failures.tell(error)
                if _names_health(sys.argv[1:] if args is None else args):
                    code = failures.UNKNOWN
        sys.exit(code if isinstance(code, int) else 0)


def _names_health(words: Sequence[str]) -> bool:
    """Whether the command is ``health``, whose own errors are "unknown" to a monitoring system."""
    return next((word for word in words if word in _COMMANDS), "") == "health"


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Configuration file; otherwise $DRCONSOLE_CONFIG, then the platform's config folder.",
)
@click.option("--debug", is_flag=True, help="Log the size and time of every exchange, never bodies.")
@click.version_option(package_name="drconsole", message="drconsole %(version)s")
@click.pass_context
def main(ctx: click.Context, config: Path | None, debug: bool) -> int:
    """One terminal for vSphere and Hyper-V disaster recovery.

    Without a command it opens the console. To see it on two simulated sites: drconsole lab
    """
    ctx.obj = Choices(config=config, debug=debug)
    if ctx.invoked_subcommand is not None:
        return 0
    from drconsole.cli.console import open_console

    return open_console(ctx.obj)
