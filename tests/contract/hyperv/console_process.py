"""A console as a process of its own, for tests of what it leaves behind: reads whenever it is told to.

``python -m tests.contract.hyperv.console_process``: the first line of input is JSON of where to read;
each further line is one read, answered by a line with the way it went over.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from drconsole.domain.endpoint import Endpoint, EndpointKind
from drconsole.platforms.base import Access, Tier
from drconsole.platforms.hyperv.platform import HyperV


def main() -> None:
    """Read until the input ends, then close."""
    told = json.loads(sys.stdin.readline())
    endpoint = Endpoint("ny-hv1", "New York", EndpointKind.HYPERV_HOST, "127.0.0.1", budget_s=120)
    access = Access("127.0.0.1", told["port"], told["user"], lambda: told["password"], Path(told["ca_file"]))
    platform = HyperV(endpoint, access, Path(told["state"]))
    for _ in sys.stdin:
        sys.stdout.write(platform.read(Tier.LIGHT).transport + "\n")
        sys.stdout.flush()
    platform.close()


if __name__ == "__main__":
    main()
