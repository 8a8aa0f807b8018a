"""Who the endpoint is, and who we are: certificates, logins, rights, each refused in its own words."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

from drconsole.errors import BadReply, CertificateRejected, EndpointError, LoginRefused, NoRights
from drconsole.platforms.base import Tier
from drconsole.platforms.vsphere import VSphere
from tests.contract.vsphere.conftest import Reach
from tests.contract.vsphere.faults import no_permission
from tests.peers.certificates import Authority
from tests.peers.impostor import Answer, Interceptor
from tests.peers.peer import PASSWORD, USER, Peer

pytestmark = pytest.mark.peers


def refused(platform: VSphere) -> EndpointError:
    with pytest.raises(EndpointError) as caught:
        platform.read(Tier.LIGHT)
    error = caught.value
    assert error.subject == platform.endpoint.name
    shown = "".join(traceback.format_exception(error)) + repr(error) + str(error)
    assert PASSWORD not in shown
    return error


def test_an_unknown_issuer_is_refused_on_loopback_too(vcenter: Peer, tmp_path: Path, reach: Reach) -> None:
    stranger = Authority(tmp_path, "stranger")
    error = refused(reach(vcenter, ca_file=stranger.ca_file))
    assert isinstance(error, CertificateRejected)
    assert "authority" in error.message


def test_without_a_file_only_the_systems_authorities_count(vcenter: Peer, reach: Reach) -> None:
    error = refused(reach(vcenter, ca_file=None))
    assert isinstance(error, CertificateRejected)
    assert "this system" in error.message


def test_another_name_is_refused(vcenter: Peer, authority: Authority, reach: Reach) -> None:
    with Interceptor(vcenter, authority.issue("vcenter.example", "10.0.0.1")) as server:
        error = refused(reach(server))
        assert isinstance(error, CertificateRejected)
        assert "'127.0.0.1'" in error.message
        assert server.calls == []


def test_an_expired_certificate_is_refused(vcenter: Peer, authority: Authority, reach: Reach) -> None:
    with Interceptor(vcenter, authority.issue("127.0.0.1", expired=True)) as server:
        error = refused(reach(server))
        assert isinstance(error, CertificateRejected)
        assert "expired" in error.message


def test_a_missing_file_of_authorities_is_named(vcenter: Peer, tmp_path: Path, reach: Reach) -> None:
    error = refused(reach(vcenter, ca_file=tmp_path / "gone.pem"))
    assert isinstance(error, CertificateRejected)
    assert "gone.pem" in error.message


def test_insecure_is_the_configs_own_word(vcenter: Peer, reach: Reach) -> None:
    reading = reach(vcenter, ca_file=None, insecure=True).read(Tier.LIGHT)
    assert "not verified" in reading.transport


def test_a_wrong_password_names_the_user_only(peer: Peer, reach: Reach) -> None:
    error = refused(reach(peer, secret=lambda: "wrong-9876"))
    assert isinstance(error, LoginRefused)
    assert repr(USER) in error.message
    assert "wrong-9876" not in str(error)


def test_the_source_learns_that_its_password_was_refused(peer: Peer, reach: Reach) -> None:
    passwords = ["wrong-9876", PASSWORD]
    told: list[str] = []
    platform = reach(peer, secret=lambda: passwords[0], refused=lambda: told.append(passwords.pop(0)))

    assert isinstance(refused(platform), LoginRefused)
    assert told == ["wrong-9876"]

    assert platform.read(Tier.LIGHT).sightings
    assert told == ["wrong-9876"]


def test_a_source_without_a_password_is_told_as_it_tells(vcenter: Peer, reach: Reach) -> None:
    def none() -> str:
        raise LoginRefused("the keyring has no entry")

    assert refused(reach(vcenter, secret=none)).message == "the keyring has no entry"


def test_without_a_password_the_endpoint_is_not_troubled(interceptor: Interceptor, reach: Reach) -> None:
    def none() -> str:
        raise LoginRefused("none was entered")

    assert refused(reach(interceptor, secret=none)).message == "none was entered"
    assert interceptor.calls == []


def test_the_password_goes_to_a_vsphere_endpoint_only(interceptor: Interceptor, reach: Reach) -> None:
    interceptor.replace("RetrieveServiceContent", b"VirtualCenter<", b"VirtualSomething<")
    error = refused(reach(interceptor))
    assert isinstance(error, BadReply)
    assert "VirtualSomething" in error.message
    assert "Login" not in interceptor.calls


def test_missing_rights_are_named(vcenter: Peer, reach: Reach) -> None:
    vcenter.faults({"method": "RetrievePropertiesEx", "kind": "NoPermission"})
    error = refused(reach(vcenter))
    assert isinstance(error, NoRights)
    assert repr(USER) in error.message


def test_a_refused_read_leaves_no_session_behind(interceptor: Interceptor, reach: Reach) -> None:
    interceptor.change("RetrievePropertiesEx", no_permission)
    assert isinstance(refused(reach(interceptor)), NoRights)
    assert interceptor.calls[-1] == "Logout"


def test_an_account_without_the_root_sees_no_absence(interceptor: Interceptor, reach: Reach) -> None:
    interceptor.replace("HasPrivilegeOnEntities", b"<isGranted>true<", b"<isGranted>false<")
    reading = reach(interceptor).read(Tier.LIGHT)
    assert len(reading.sightings) == 4
    assert not reading.complete
    assert "System.Read" in reading.limits[0]


def test_a_refused_page_keeps_what_was_seen(
    interceptor: Interceptor, reach: Reach, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drconsole.platforms.vsphere.collect.PAGE", 3)
    interceptor.change("ContinueRetrievePropertiesEx", no_permission)
    reading = reach(interceptor).read(Tier.LIGHT)
    assert len(reading.sightings) == 3
    assert not reading.complete
    assert any("machines was refused after 3" in limit and "System.View" in limit for limit in reading.limits)


def test_a_login_that_does_not_hold_is_no_wrong_password(vcenter: Peer, reach: Reach) -> None:
    vcenter.faults({"method": "RetrievePropertiesEx", "kind": "NotAuthenticated"})
    error = refused(reach(vcenter))
    assert isinstance(error, LoginRefused)
    assert "session" in error.message


def test_a_service_that_is_starting_is_not_another_service(interceptor: Interceptor, reach: Reach) -> None:
    interceptor.change("GET", lambda answer: Answer(503, {}, b"starting"))
    error = refused(reach(interceptor))
    assert error.code == "unreachable"
    assert "not up" in error.message
