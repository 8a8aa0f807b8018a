"""Naming the platform costs nothing: its vendor library is loaded at the first read."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import sys
from drconsole.platforms.vsphere import VSphere
from drconsole.domain.endpoint import Endpoint, EndpointKind
from drconsole.platforms.base import Access
VSphere(Endpoint("a", "A", EndpointKind.VSPHERE, "a"), Access("a", 443, "u", lambda: "p")).close()
print(sorted(name for name in sys.modules if name.split(".")[0] in ("pyVmomi", "pyVim")))
"""


def test_pyvmomi_waits_for_the_first_read() -> None:
    told = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"
