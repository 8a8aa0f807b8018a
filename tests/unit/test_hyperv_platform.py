"""What the Hyper-V platform does before it reads."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from drconsole.domain.endpoint import Endpoint, EndpointKind
from drconsole.errors import LoginRefused
from drconsole.platforms.base import Access
from drconsole.platforms.hyperv.doorstep import Doorstep
from drconsole.platforms.hyperv.platform import HyperV

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


def host(door: Doorstep | None = None) -> HyperV:
    """One host that nobody has asked yet."""
    endpoint = Endpoint("hv", "New York", EndpointKind.HYPERV_HOST, "hv")
    return HyperV(endpoint, Access("hv", 5986, "user", lambda: "secret"), door=door)


def session(run: Callable[[], object]) -> Any:
    """A session that is open, and answers so."""
    return SimpleNamespace(run=lambda name, arguments: run(), way="per call", ended=False)


def test_a_session_that_was_ended_while_it_was_taken_up_is_not_taken_up_for_ever() -> None:
    one = host()
    broken = one._opened()
    one.break_off()
    # The reading thread had it in its hands at that moment.
    one._session = broken
    assert one._opened() is not broken


def test_a_node_that_refuses_the_login_is_left_alone_for_a_while() -> None:
    asked: list[int] = []

    def refuse() -> object:
        asked.append(1)
        raise LoginRefused("It refused the password.", subject="hv")

    for door, times in ((None, 3), (Doorstep(), 1)):
        asked.clear()
        one = host(door)
        one._session = cast(Any, session(refuse))
        for _ in range(3):
            with pytest.raises(LoginRefused):
                one.ask("light.ps1", {})
        assert len(asked) == times
