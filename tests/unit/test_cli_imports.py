"""The command line starts without anything that only connecting, drawing or the lab needs."""

from __future__ import annotations

import subprocess
import sys

import pytest

VENDOR = [
    *("pyVmomi", "pyVim", "winrm", "requests", "urllib3", "requests_ntlm", "keyring", "cryptography"),
    *("aiohttp", "sqlalchemy", "tree_sitter", "textual", "drconsole.lab", "drconsole.tui"),
]


def loaded_after(code: str) -> list[str]:
    probe = f"import sys\n{code}\nprint(*[name for name in {VENDOR!r} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    return ran.stdout.splitlines()[-1].split()


@pytest.mark.parametrize(
    "code",
    [
        "import drconsole.cli",
        "import drconsole.cli.main",
        "import drconsole.cli.wiring",
        "import drconsole.cli.lab, drconsole.cli.list_command, drconsole.cli.console",
        "import drconsole.cli.config_command, drconsole.cli.secret_command, drconsole.cli.passwords",
        "import drconsole.config.trust, drconsole.config.vault, drconsole.config.example",
        "import drconsole.cli.plan_command, drconsole.cli.run_command, drconsole.cli.runs_command",
        "import drconsole.runs.codec, drconsole.runs.history, drconsole.runs.results",
        "import drconsole.config.load, drconsole.config.secrets, drconsole.log",
    ],
)
def test_fresh_interpreter_has_loaded_no_vendor_library(code: str) -> None:
    assert loaded_after(code) == []


def test_help_loads_no_vendor_library() -> None:
    code = "from drconsole.cli.main import main\ntry: main(['--help'])\nexcept SystemExit: print()"

    assert loaded_after(code) == []


def test_probe_sees_what_is_loaded() -> None:
    assert loaded_after("import requests") == ["requests", "urllib3"]
