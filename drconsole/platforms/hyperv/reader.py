"""From a script's answer to a reading."""

from __future__ import annotations

from datetime import UTC, datetime

from drconsole.domain.endpoint import Endpoint
from drconsole.domain.reading import Reading
from drconsole.platforms.base import Access
from drconsole.platforms.hyperv import light
from drconsole.platforms.hyperv.peer import Peer
from drconsole.platforms.hyperv.proof import sealed
from drconsole.platforms.hyperv.script import Answer


def light_reading(
    came: Answer,
    way: str,
    endpoint: Endpoint,
    access: Access,
    peer: Peer,
    *,
    taken_at: datetime,
    duration_s: float,
) -> Reading:
    """Give the reading that the answer of ``light.ps1`` means; ``way`` is how it came over, in words.

    Raises:
        EndpointError: it is none.
    """
    answer = light.decode(came.value, peer)
    now = light.stamp(answer.now, peer)
    unseen = light.limits(answer, peer)
    return Reading(
        endpoint=endpoint.name,
        site=endpoint.site,
        taken_at=taken_at,
        clock=now,
        complete=not unseen,
        sightings=light.sightings(answer, endpoint.site, peer),
        names=light.names(answer),
        limits=unseen,
        skew_s=(now - datetime.fromtimestamp(came.middle, UTC)).total_seconds(),
        version=f"PowerShell {answer.version}",
        user=access.user,
        transport=transport(access, came.tls, way),
        duration_s=duration_s,
        certificate_end=came.certificate_end,
    )


def transport(access: Access, tls: str, way: str) -> str:
    """How the endpoint was spoken to, with the config's own word where that was not safe."""
    safety = tls if access.tls else "every message sealed" if sealed(access) else "no TLS (insecure)"
    if access.pins:
        safety += ", pinned certificate"
    if access.tls and access.insecure:
        safety += ", certificate not verified (insecure)"
    return f"{access.transport}, {safety}, {way}"
