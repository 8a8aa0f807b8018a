"""``python -m drconsole.lab.password FILE`` prints a password file of the lab: a ``password_command``."""

from __future__ import annotations

import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Print the one file named; exit code 2 when it is not named or cannot be read."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m drconsole.lab.password FILE\n")
        return 2
    try:
        text = Path(arguments[0]).read_text(encoding="utf-8")
    except OSError as error:
        sys.stderr.write(f"{arguments[0]}: {error.strerror}\n")
        return 2
    sys.stdout.write(text.strip() + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
