"""Types are parsed for the first time by many threads at once, in processes whose threads change often."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROCESSES = 12

PROGRAM = """
import random, sys, threading
import msgspec
from drconsole.parsing import converted, parsed
from drconsole.platforms.hyperv import light, script

sys.setswitchinterval(1e-6)
frame = b'{"ok": true, "value": {"a": 1}, "error": null}'
host = {"name": "a", "fqdn": None}
told = {"host": host, "now": "", "version": "", "language": "", "vms": [], "relations": []}
failed = []


def work():
    sum(range(random.randrange(1, 3000)))
    try:
        assert parsed(frame, script.Frame).ok
        assert converted(told, light.Light).host.name == "a"
    except BaseException as error:
        failed.append(error)


threads = [threading.Thread(target=work) for _ in range(6)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
sys.exit(repr(failed) if failed else 0)
"""


@pytest.mark.parametrize("_", range(PROCESSES))
def test_two_threads_that_parse_a_type_for_the_first_time_do_not_crash(_: int) -> None:
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)

    assert (ended.returncode, ended.stderr) == (0, "")
