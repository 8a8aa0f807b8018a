"""Reading hosts of the lab by Kerberos, where MIT Kerberos is installed."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from drconsole.errors import LoginRefused
from drconsole.lab.winrm.service import Ways
from drconsole.platforms.base import Tier
from drconsole.platforms.hyperv import proof
from drconsole.platforms.hyperv.platform import HyperV
from tests.contract.hyperv.conftest import WAYS
from tests.contract.hyperv.hosts import USER, Host, host
from tests.contract.hyperv.refusals import refused
from tests.contract.winrm import realm as realms
from tests.contract.winrm.realm import REALM, Realm
from tests.contract.winrm.relay import Relay


@pytest.fixture(scope="module")
def realm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Realm]:
    """A realm with an account that the host knows, and one that it does not."""
    with realms.realm(tmp_path_factory.mktemp("realm")) as one:
        for user in (USER, "stranger"):
            one.add(user, "s3cret")
        yield one


OVER_TLS = [f"tls {way}" for way in WAYS]
OVER_EITHER = [*OVER_TLS, *(f"sealed {way}" for way in WAYS)]


@pytest.fixture(params=OVER_EITHER)
def ny(request: pytest.FixtureRequest, realm: Realm, tmp_path: Path) -> Iterator[Host]:
    """A host that is a member of the realm; the account has a ticket."""
    safety, _, way = request.param.partition(" ")
    realm.log_in(USER, "s3cret")
    logins = Ways(basic=False, negotiate=tmp_path, keytab=realm.keytab)
    with host(tmp_path, tls=safety == "tls", way=way, logins=logins) as one:
        yield one


def reader(ny: Host, user: str = USER, port: int = 0) -> HyperV:
    """The product's side of it, which must not ask for a password."""

    def never() -> str:
        raise AssertionError("a password was asked for")

    return ny.platform(
        transport="kerberos",
        tls=ny.tls,
        user=f"{user}@{REALM}",
        secret=never,
        port=port or ny.listener.port,
    )


def test_a_host_is_read_with_the_ticket_alone(ny: Host) -> None:
    platform = reader(ny)
    for _ in range(2):
        assert [sighting.name for sighting in platform.read(Tier.LIGHT).sightings] == ["erp01"]
    ny.fault(None)
    assert platform.read(Tier.LIGHT).sightings


def test_an_account_that_the_host_does_not_know_is_refused(ny: Host, realm: Realm) -> None:
    realm.log_in("stranger", "s3cret")
    platform = reader(ny, user="stranger")
    error = refused(lambda: platform.read(Tier.LIGHT))
    assert isinstance(error, LoginRefused)
    assert "no ticket" in str(error)


def test_without_a_ticket_the_account_is_told_to_get_one(ny: Host) -> None:
    subprocess.run(["kdestroy"], check=True)
    platform = reader(ny)
    error = refused(lambda: platform.read(Tier.LIGHT))
    assert isinstance(error, LoginRefused)
    assert "kinit" in error.hint
    assert ny.actions == {}


@pytest.mark.parametrize("ny", OVER_TLS, indirect=True)
def test_a_login_passed_on_by_who_opens_tls_is_refused(ny: Host) -> None:
    relay = Relay(ny.listener.port, ny.authority)
    ny.wait(relay.open())
    platform = reader(ny, port=relay.port)
    error = refused(lambda: platform.read(Tier.LIGHT))
    ny.wait(relay.close())
    assert isinstance(error, LoginRefused)
    assert ny.actions == {}


def test_where_kerberos_is_not_installed_the_host_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "find_spec", lambda _name: None)
    with host(tmp_path) as ny:
        platform = ny.platform(transport="kerberos")
        error = refused(lambda: platform.read(Tier.LIGHT))
        assert isinstance(error, LoginRefused)
        assert "drconsole[kerberos]" in error.hint
        assert ny.listener.connections == 0
