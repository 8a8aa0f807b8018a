"""From what a read's process wrote to a reading."""

from __future__ import annotations

from datetime import UTC, datetime

from drconsole.domain.endpoint import Endpoint
from drconsole.domain.reading import Reading
from drconsole.platforms.base import Access
from drconsole.platforms.hyperv import light, script
from drconsole.platforms.hyperv.peer import Peer


def light_reading(
    output: script.Output,
    endpoint: Endpoint,
    access: Access,
    peer: Peer,
    *,
    taken_at: datetime,
    duration_s: float,
) -> Reading:
    """Give the reading that the output of ``light.ps1`` means.

    Raises:
        EndpointError: it is none.
    """
    answer = light.decode(script.value_of(output, peer), peer)
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
        skew_s=(now - datetime.fromtimestamp(output.middle, UTC)).total_seconds(),
        version=f"PowerShell {answer.version}",
        user=access.user,
        transport=transport(access, output.tls),
        duration_s=duration_s,
    )


def transport(access: Access, tls: str) -> str:
    """How the endpoint was spoken to, with the config's own word where that was not safe."""
    if not access.tls:
        return "basic, no TLS (insecure)"
    return f"basic, {tls}, certificate not verified (insecure)" if access.insecure else f"basic, {tls}"
