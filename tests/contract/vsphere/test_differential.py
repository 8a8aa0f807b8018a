"""Our reader and pyVmomi's own say the same about the same reply."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from pyVmomi import SoapAdapter, VmomiSupport, vim, vmodl

from drconsole.platforms.base import Tier
from drconsole.platforms.vsphere.reply import Found, PropertyReply, Value
from tests.contract.vsphere.conftest import Reach
from tests.peers import peer as peers
from tests.peers.certificates import Authority
from tests.peers.impostor import Answer, Interceptor
from tests.peers.peer import Peer

pytestmark = pytest.mark.peers


def test_both_readers_agree(peer: Peer, authority: Authority, reach: Reach) -> None:
    with peer.machines() as machines:
        first, second = list(machines.values())[:2]
        peers.replicate(first, "GID-1", "10.0.0.1", paused=True)
        peers.own(first, "com.example.backup", "x")
        peers.reconfigure(second, annotation=' a <b> & "c"\n\n\tü 😀 ')
        peers.rename(second, "]]>&lt;")
    bodies: list[bytes] = []

    def keep(answer: Answer) -> Answer:
        bodies.append(answer.body)
        return answer

    with Interceptor(peer, authority.issue("127.0.0.1")) as server:
        server.change("RetrievePropertiesEx", keep)
        platform = reach(server)
        platform.read(Tier.LIGHT)
        platform.close()
    assert len(bodies) == 2
    for body in bodies:
        ours, theirs = _ours(body), _theirs(body)
        assert ours == theirs
        assert ours


def _ours(body: bytes) -> dict[str, dict[str, Any]]:
    reply = PropertyReply()
    for start in range(0, len(body), 7):
        reply.feed(body[start : start + 7])
    return {one.ref: _rows(one) for one in reply.finish().objects}


def _rows(found: Found) -> dict[str, Any]:
    return {"type": found.kind, **{path: _shape(value) for path, value in found.values.items()}}


def _shape(value: Value) -> Any:
    if isinstance(value, str):
        return value
    return sorted((name, _shape(inner)) for name, inner in value)


def _theirs(body: bytes) -> dict[str, dict[str, Any]]:
    method = vmodl.query.PropertyCollector.RetrievePropertiesEx.info
    stub = SoapAdapter.SoapStubAdapter(version="vim.version.version11")
    result = SoapAdapter.SoapResponseDeserializer(stub).Deserialize(BytesIO(body), method.result)
    return {
        one.obj._moId: {
            "type": VmomiSupport.GetWsdlName(type(one.obj)),
            **{prop.name: _plain(prop.val) for prop in one.propSet},
        }
        for one in result.objects
    }


def _plain(value: Any) -> Any:
    """pyVmomi's value in the shape of ours."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, VmomiSupport.ManagedObject):
        return value._moId
    if isinstance(value, vim.vm.ReplicationConfigSpec | vim.ext.ManagedByInfo):
        members = {info.name: getattr(value, info.name) for info in value._GetPropertyList()}
        return sorted((name, _plain(inner)) for name, inner in members.items() if inner not in (None, []))
    if isinstance(value, list):
        return sorted(("ManagedObjectReference", _plain(inner)) for inner in value)
    return str(value)
