"""What the Hyper-V platform does before it reads."""

from __future__ import annotations

import subprocess
import sys

MAKES_ONE = """
import sys
from drconsole.domain.endpoint import Endpoint, EndpointKind
from drconsole.platforms.base import Access
from drconsole.platforms.hyperv.platform import HyperV
def secret():
    raise SystemExit("asked for the password")
endpoint = Endpoint("hv", "New York", EndpointKind.HYPERV_HOST, "hv")
made = HyperV(endpoint, Access("hv", 5986, "user", secret))
made.close()
print(sorted({"winrm", "requests", "urllib3", "requests_ntlm"} & set(sys.modules)), repr(made.access))
"""


def test_making_and_closing_one_loads_no_vendor_library_and_asks_for_nothing() -> None:
    ran = subprocess.run([sys.executable, "-c", MAKES_ONE], capture_output=True, text=True, check=True)
    assert ran.stdout.startswith("[] Access(")
    assert "secret" not in ran.stdout
