"""What is wrong with an endpoint itself: silence, rights, cluster, certificate, clock, a twin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from drconsole.domain.endpoint import Endpoint, Insecurity
from drconsole.domain.reading import Reading
from drconsole.domain.roles import Alarm, AlarmCode, Severity
from drconsole.domain.snapshot import EndpointState, EndpointStatus

SKEW_WARNING_S = 60.0
# From here on a certificate's end is told as something to be done.
CERTIFICATE_SOON = timedelta(days=30)


def with_alarms(
    endpoint: Endpoint,
    status: EndpointStatus,
    readings: Mapping[str, Reading],
    twin_pairs: frozenset[tuple[str, str]],
    now: datetime,
) -> EndpointStatus:
    """The status with what is wrong with the endpoint itself; twins are told once, at the later endpoint."""
    alarms = [*status.alarms, *_silence(status)]
    reading = readings.get(status.name)
    if reading is not None and status.state in (EndpointState.OK, EndpointState.PARTIAL):
        alarms += [*_cluster_alarms(reading), *_certificate(endpoint, reading.certificate_end, now)]
    if status.skew_s is not None and abs(status.skew_s) > SKEW_WARNING_S:
        facts = (("skew_s", f"{status.skew_s:.0f}"),)
        alarms.append(Alarm(AlarmCode.CLOCK_SKEW, Severity.WARNING, None, facts))
    if endpoint.insecure:
        facts = (("what", endpoint.insecure.value),)
        alarms.append(Alarm(AlarmCode.INSECURE, Severity.WARNING, None, facts))
    for first, second in sorted(twin_pairs):
        if second == status.name:
            alarms.append(Alarm(AlarmCode.TWINS, Severity.CRITICAL, None, (("twin", first),)))
    return replace(status, alarms=tuple(alarms)) if alarms else status


def _silence(status: EndpointStatus) -> Iterable[Alarm]:
    if status.state in (EndpointState.SILENT, EndpointState.NEVER) and status.error:
        yield Alarm(AlarmCode.SILENT, Severity.CRITICAL, status.silent_since, (("error", status.error),))
    if status.state is EndpointState.PARTIAL:
        yield Alarm(AlarmCode.PARTIAL, Severity.WARNING, None, (("limits", " ".join(status.limits)),))


def _cluster_alarms(reading: Reading) -> Iterable[Alarm]:
    broker = reading.broker
    if broker is not None and broker.state != "Online":
        facts = (("state", broker.state), ("owner", broker.owner))
        yield Alarm(AlarmCode.BROKER_DOWN, Severity.CRITICAL, None, facts)
    for node in reading.nodes:
        if not node.answers:
            yield Alarm(
                AlarmCode.NODE_SILENT, Severity.WARNING, None, (("node", node.name), ("error", node.error))
            )


def _certificate(endpoint: Endpoint, end: datetime | None, now: datetime) -> Iterable[Alarm]:
    """A certificate that ends soon; or that has ended and is taken all the same, because the config pins it.

    Where the config looks at no certificate at all, its end decides nothing.
    """
    if end is None or end - now >= CERTIFICATE_SOON or endpoint.insecure is Insecurity.UNVERIFIED:
        return
    facts = (("end", end.isoformat()), ("ended", "yes" if end <= now else ""))
    yield Alarm(AlarmCode.CERTIFICATE, Severity.WARNING, None, facts)
