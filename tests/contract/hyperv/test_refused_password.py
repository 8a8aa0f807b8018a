"""Who gives the passwords learns that one was refused, and only then."""

from __future__ import annotations

import pytest

from drconsole.errors import LoginRefused
from drconsole.platforms.base import Tier
from tests.contract.hyperv.hosts import PASSWORD, Host


def test_the_source_learns_of_each_refusal_and_of_nothing_else(ny: Host) -> None:
    passwords = ["wrong", PASSWORD]
    told: list[str] = []
    platform = ny.platform(secret=lambda: passwords[0], refused=lambda: told.append(passwords.pop(0)))

    with pytest.raises(LoginRefused):
        platform.read(Tier.LIGHT)
    assert told == ["wrong"]

    assert platform.read(Tier.LIGHT).complete
    assert told == ["wrong"]
