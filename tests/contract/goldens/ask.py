"""Asks a real PowerShell many snippets in one process, each in a fresh runspace."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from tests.contract.goldens.evaluate import HERE


def ask(pwsh: str, texts: Sequence[str]) -> list[dict[str, Any]]:
    """Return the answers in the form of the golden files."""
    command = f"$t=@($input); $t | & '{HERE / 'ask.ps1'}'"
    done = subprocess.run(
        [pwsh, "-NoLogo", "-NoProfile", "-NonInteractive", "-Command", command],
        input=base64.b64encode(json.dumps(list(texts)).encode()) + b"\n",
        capture_output=True,
        check=True,
    )
    answers: list[dict[str, Any]] = json.loads(base64.b64decode(done.stdout.split()[-1]))
    return answers


def record(pwsh: str, group: str, texts: Sequence[str]) -> None:
    """Append snippets with their answers to our own goldens, numbered within their group."""
    path = HERE / "own.jsonl"
    known = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    number = sum(json.loads(line)["group"] == group for line in known)
    for text, answer in zip(texts, ask(pwsh, texts), strict=True):
        number += 1
        row = {"id": f"{group}-{number}", "group": group, "script": text, "note": "", "differs_5_1": False}
        known.append(json.dumps(row | answer, ensure_ascii=False))
    path.write_text("\n".join(known) + "\n", encoding="utf-8")


if __name__ == "__main__":
    record(sys.argv[1], sys.argv[2], sys.stdin.read().strip("\n").split("\n---\n"))
