"""``python -m drconsole`` is ``drconsole``."""

from drconsole.cli.main import main

main(prog_name="drconsole")
