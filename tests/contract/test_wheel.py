"""The wheel alone is enough: installed into an empty environment it serves the lab and lists it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MINUTES = 60


@pytest.mark.slow
@pytest.mark.timeout(15 * MINUTES)
def test_the_wheel_installs_and_serves_the_lab(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path / "dist", ROOT],
        check=True,
        capture_output=True,
    )
    (wheel,) = (tmp_path / "dist").glob("drconsole-*.whl")
    place = tmp_path / "empty"
    venv.create(place, with_pip=True)
    python = place / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", f"{wheel}[lab]"], check=True, cwd=tmp_path)
    env = {"HOME": str(tmp_path), "PATH": os.defpath, "LANG": "C.UTF-8"}
    program = place / "bin" / "drconsole"
    config = tmp_path / "lab.yaml"
    served = subprocess.Popen(
        [program, "lab", "--serve", "--scenario", "steady", "--write-config", config],
        env=env,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert served.stdout is not None
        assert served.stdout.readline() == f"ready {config}\n"
        listed = subprocess.run(
            [program, "--config", config, "list", "--json"],
            env=env,
            cwd=tmp_path,
            capture_output=True,
            check=True,
        )
        answer = json.loads(listed.stdout)
        assert {e["state"] for e in answer["endpoints"]} == {"ok"}
        assert answer["workloads"]
        for words, told in ((("config", "example"), "environment:"), (("config", "check"), "4 ok.")):
            ran = subprocess.run(
                [program, "--config", config, *words], env=env, cwd=tmp_path, capture_output=True, text=True
            )
            assert (ran.returncode, ran.stderr) == (0, "")
            assert told in ran.stdout
        look = (
            "import drconsole, pathlib as p; print(*p.Path(drconsole.__file__).with_name('themes').iterdir())"
        )
        themes = subprocess.run(
            [python, "-c", look], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        assert "dark.yaml" in themes.stdout
    finally:
        served.send_signal(signal.SIGTERM)
        assert served.wait(MINUTES) == 0
        assert served.stdout is not None
        served.stdout.close()
