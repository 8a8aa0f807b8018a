"""What people set on machines comes back through one read, on vCenter and ESXi."""

from __future__ import annotations

import re
import ssl

import pytest
from cryptography import x509
from pyVmomi import vim

from drconsole.domain.reading import HbrSource, ManagedBy, Power, Sighting
from drconsole.platforms.base import Tier
from drconsole.platforms.vsphere import VSphere, collect
from tests.contract.vsphere.conftest import Reach
from tests.peers import peer as peers
from tests.peers.certificates import Authority
from tests.peers.impostor import Answer, Change, Interceptor
from tests.peers.peer import Peer

pytestmark = pytest.mark.peers


def by_handle(platform: VSphere) -> dict[str, Sighting]:
    return {one.handle: one for one in platform.read(Tier.LIGHT).sightings}


def test_every_machine_is_where_and_what_pyvmomi_says(peer: Peer, reach: Reach) -> None:
    seen = by_handle(reach(peer))
    with peer.machines() as machines:
        assert {one._moId for one in machines.values()} == set(seen)
        for name, machine in machines.items():
            one = seen[machine._moId]
            assert (one.name, one.uuid) == (name, machine.config.uuid)
            assert machine.config.files.vmPathName == f"[{one.datastores[0]}] {one.place.ident}"
            assert machine.datastore[0].summary.url.endswith(f"/{one.place.where}")
            assert one.networks == tuple(network.name for network in machine.network)
            assert (one.power, one.template, one.hbr, one.managed_by) == (Power.ON, False, None, None)
            assert one.unread == ()


def test_the_endpoint_says_who_and_when_it_is(peer: Peer, reach: Reach) -> None:
    platform = reach(peer)
    reading = platform.read(Tier.LIGHT)
    with peer.client() as client:
        about = client.content.about
        assert reading.version == about.fullName
        assert reading.instance == (about.instanceUuid or "")
    assert (reading.endpoint, reading.site, reading.user) == ("new-york-vc", "New York", peers.USER)
    assert reading.complete
    assert reading.limits == ()
    assert reading.clock is not None
    assert reading.clock <= reading.taken_at
    assert reading.transport.startswith("TLSv1.")
    pem = ssl.get_server_certificate((peer.host, peer.port))
    assert reading.certificate_end == x509.load_pem_x509_certificate(pem.encode()).not_valid_after_utc


def test_replication_owner_and_notes_are_read_back(peer: Peer, reach: Reach) -> None:
    notes = 'kept by people\n\ndrconsole: "x" <&> ü 😀'
    with peer.machines() as machines:
        first, second = list(machines.values())[:2]
        peers.replicate(first, "GID-7c1f", "10.1.2.3", rpo=15, paused=True)
        peers.own(first, "com.example.backup", "proxy")
        peers.own(second, "com.vmware.vcDr-x", "placeholderVm")
        peers.reconfigure(second, annotation=notes)
    seen = by_handle(reach(peer))
    assert seen[first._moId].hbr == HbrSource("GID-7c1f", "10.1.2.3", True, 900, "repConfig")
    assert seen[first._moId].managed_by == ManagedBy("com.example.backup", "proxy")
    assert seen[second._moId].managed_by == ManagedBy("com.vmware.vcDr-x", "placeholderVm")
    assert seen[second._moId].notes == notes


def test_a_removed_replication_leaves_no_source(peer: Peer, reach: Reach) -> None:
    with peer.machines() as machines:
        machine = next(iter(machines.values()))
        peers.replicate(machine, "", "")
    assert by_handle(reach(peer))[machine._moId].hbr is None


def test_power_and_templates(peer: Peer, reach: Reach) -> None:
    with peer.machines() as machines:
        off, suspended = list(machines.values())[:2]
        peers.wait(off.PowerOffVM_Task())
        peers.wait(suspended.SuspendVM_Task())
        off.MarkAsTemplate()
    seen = by_handle(reach(peer))
    assert seen[off._moId].power is Power.OFF
    assert seen[off._moId].template
    assert seen[suspended._moId].power is Power.SAVED


def test_before_api_6_0_replication_is_read_from_the_raw_options(
    vcenter: Peer, authority: Authority, reach: Reach
) -> None:
    raw = {"gid": "GID-55", "destination": "10.9.9.9", "rpo": "240", "pause": "false"}
    with vcenter.machines() as machines:
        machine = next(iter(machines.values()))
        options = [vim.option.OptionValue(key=f"hbr_filter.{key}", value=value) for key, value in raw.items()]
        peers.reconfigure(machine, extraConfig=options)

    def only_5_5(answer: Answer) -> Answer:
        versions = b"<namespaces version='1.0'><namespace><name>urn:vim25</name><version>5.5</version>"
        return Answer(200, answer.headers, versions + b"</namespace></namespaces>")

    with Interceptor(vcenter, authority.issue("127.0.0.1")) as server:
        server.change("GET", only_5_5)
        platform = reach(server)
        seen = by_handle(platform)
        platform.close()
    assert seen[machine._moId].hbr == HbrSource("GID-55", "10.9.9.9", False, 240 * 60, "hbr_filter")
    assert [one.hbr for handle, one in seen.items() if handle != machine._moId] == [None] * (len(seen) - 1)


def test_a_list_of_many_pages_is_read_whole(
    interceptor: Interceptor, reach: Reach, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collect, "PAGE", 1)
    reading = reach(interceptor).read(Tier.LIGHT)
    assert len({one.handle for one in reading.sightings}) == len(reading.sightings) == 4
    assert reading.complete
    assert interceptor.calls.count("ContinueRetrievePropertiesEx") >= 3


def test_a_machine_seen_through_vcenter_and_its_host_is_at_one_place(
    shared_vcenter: Peer, esx: Peer, authority: Authority, reach: Reach
) -> None:
    """Each says the shared volume's URL in its own form; nothing else joins the two sightings."""

    def volume(url: bytes) -> Change:
        def change(answer: Answer) -> Answer:
            body = re.sub(rb">/[^<]*LocalDS_0<", b">" + url + b"<", answer.body)
            return Answer(200, answer.headers, body.replace(b"ha-host_VM0", b"DC0_H0_VM0"))

        return change

    pair = authority.issue("127.0.0.1")
    with Interceptor(shared_vcenter, pair) as vc, Interceptor(esx, pair) as host:
        vc.change("RetrievePropertiesEx", volume(b"ds:///vmfs/volumes/5f3e-77/"))
        host.change("RetrievePropertiesEx", volume(b"/vmfs/volumes/5f3e-77"))
        seen = [reach(server) for server in (vc, host)]
        places = [{one.place for one in platform.read(Tier.LIGHT).sightings} for platform in seen]
        for platform in seen:
            platform.close()
    assert {(place.where, place.ident) for place in places[0] & places[1]} == {
        ("5f3e-77", "DC0_H0_VM0/DC0_H0_VM0.vmx")
    }


def test_twins_are_equal_in_all_but_their_site(twin_vcenters: tuple[Peer, Peer], reach: Reach) -> None:
    one, other = twin_vcenters
    east = reach(one, name="east", site="East").read(Tier.LIGHT)
    west = reach(other, name="west", site="West").read(Tier.LIGHT)
    assert east.instance == west.instance != ""
    assert [(s.handle, s.name, s.uuid) for s in east.sightings] == [
        (s.handle, s.name, s.uuid) for s in west.sightings
    ]
    assert not {s.place for s in east.sightings} & {s.place for s in west.sightings}
