"""All that is known of one endpoint, in words: a label and a text for each fact."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from drconsole.domain.endpoint_alarms import CERTIFICATE_SOON
from drconsole.domain.reading import Node
from drconsole.domain.roles import AlarmCode, Severity
from drconsole.domain.snapshot import EndpointState, EndpointStatus
from drconsole.domain.unlisted import Unlisted
from drconsole.wording.actions import action_of
from drconsole.wording.ages import age, ago, exact, moment
from drconsole.wording.alarms import alarm_text
from drconsole.wording.names import visible

AGREES_S = 2.0
# What is told under a label of its own.
TOLD = frozenset(
    {
        AlarmCode.SILENT,
        AlarmCode.PARTIAL,
        AlarmCode.NODE_SILENT,
        AlarmCode.BROKER_DOWN,
        AlarmCode.CERTIFICATE,
    }
)


class Fact(NamedTuple):
    """One fact; of several with one label only the first carries it. ``severity`` INFO: nothing is wrong."""

    label: str
    text: str
    severity: Severity = Severity.INFO


def facts_of(status: EndpointStatus, now: datetime, named: Iterable[Unlisted] = ()) -> tuple[Fact, ...]:
    """The facts of an endpoint in the order in which trouble is looked for; what is not known is left out.

    Args:
        named: hosts that it names and the config lacks.
    """
    told = (
        *_state(status, now),
        *(Fact("not seen", visible(limit), Severity.WARNING) for limit in status.limits),
        *_alarms(status, now),
        *(Fact("config lacks", unlisted_text(host), Severity.WARNING) for host in named),
        *_cluster(status),
        Fact("address", f"{visible(status.address)}, {status.kind} at {visible(status.site)}"),
        Fact("user", visible(status.user)),
        Fact("spoken to", visible(status.transport)),
        *_certificate(status, now),
        Fact("version", visible(status.version)),
        Fact("clock", *_clock(status.skew_s)),
    )
    return tuple(fact for fact in told if fact.text)


def unlisted_text(host: Unlisted) -> str:
    """A host that this endpoint names and the config lacks."""
    if host.cluster:
        return f"{visible(host.name)}, a node of this cluster"
    count = f"{host.workloads} VM{'s' if host.workloads != 1 else ''}"
    return f"{visible(host.name)}, the partner of {count}"


def is_asked(status: EndpointStatus) -> bool:
    """Whether it is asked for the first time just now: nothing says yet that it is silent."""
    return status.asking or (status.state is EndpointState.NEVER and not status.error)


def asking(statuses: Iterable[EndpointStatus], now: datetime) -> str:
    """That these are being asked, and how old the oldest of what is known of them is."""
    kept = (status for status in statuses if status.state is not EndpointState.NEVER)
    seen = [status.last_read for status in kept if status.last_read]
    return f"asking, last seen {age((now - min(seen)).total_seconds())} ago" if seen else "asking"


def state_words(status: EndpointStatus, now: datetime) -> str:
    """The state in one word, and how long it has been silent."""
    if is_asked(status):
        return "asking"
    if status.state in (EndpointState.SILENT, EndpointState.NEVER):
        lasted = f" {age((now - status.silent_since).total_seconds())}" if status.silent_since else ""
        return f"silent{lasted}"
    return status.state.value


def _state(status: EndpointStatus, now: datetime) -> Iterator[Fact]:
    last = ""
    if status.last_read:
        last = f"{ago((now - status.last_read).total_seconds())}, {moment(status.last_read, now)}"
    match status.state:
        case EndpointState.OK:
            yield Fact("state", f"answers; read {last}")
        case EndpointState.PARTIAL:
            yield Fact("state", f"answers, but does not show everything; read {last}", Severity.WARNING)
        case _ if is_asked(status) or not status.error:
            yield Fact("state", f"being asked; last read {last or 'never'}")
        case _:
            since = f" since {moment(status.silent_since, now)}" if status.silent_since else ""
            yield Fact("state", f"silent{since}; last read {last or 'never'}", Severity.CRITICAL)
            yield Fact("said", visible(status.error), Severity.CRITICAL)
    yield Fact("next try", _next_try(status, now))


def _next_try(status: EndpointStatus, now: datetime) -> str:
    if status.reading:
        return "being read now"
    if status.next_try is None:
        return ""
    seconds = (status.next_try - now).total_seconds()
    return f"in {age(seconds)}, or at once when you ask" if seconds >= 10 else "now"


def _alarms(status: EndpointStatus, now: datetime) -> Iterator[Fact]:
    for alarm in status.alarms:
        if alarm.code not in TOLD:
            action = f"; next: {action_of(alarm)}" if action_of(alarm) else ""
            yield Fact("alarm", f"{alarm_text(alarm, now)}{action}", alarm.severity)


def _certificate(status: EndpointStatus, now: datetime) -> Iterator[Fact]:
    end = status.certificate_end
    if end is None:
        return
    if end <= now:
        yield Fact("certificate", f"ended {exact(end)}{_taken(status)}: renew it", Severity.CRITICAL)
        return
    soon = Severity.WARNING if end - now < CERTIFICATE_SOON else Severity.INFO
    yield Fact("certificate", f"ends {exact(end)}, {_left(end, now)}{': renew it' if soon else ''}", soon)


def _taken(status: EndpointStatus) -> str:
    """Why an endpoint is spoken to although its certificate has ended."""
    taken = any(alarm.code is AlarmCode.CERTIFICATE for alarm in status.alarms)
    return ", and is taken because the config pins it" if taken else ""


def _left(end: datetime, now: datetime) -> str:
    days = (end - now).total_seconds() / 86400
    return f"in {int(days)} days" if days >= 2 else f"in {age(days * 86400)}"


def _clock(seconds: float | None) -> tuple[str, Severity]:
    if seconds is None:
        return "", Severity.INFO
    if abs(seconds) < AGREES_S:
        return "agrees with this one", Severity.INFO
    text = f"{abs(seconds):.0f} s {'ahead of' if seconds > 0 else 'behind'} this one"
    return f"{text}; ages are counted on its own", Severity.INFO


def _cluster(status: EndpointStatus) -> Iterator[Fact]:
    broker = status.broker
    if broker is not None:
        owner = f" on {visible(broker.owner)}" if broker.owner else ""
        bad = Severity.INFO if broker.state == "Online" else Severity.CRITICAL
        yield Fact("broker", f"{visible(broker.name)} is {visible(broker.state)}{owner}", bad)
    for node in status.nodes:
        yield Fact("node", *_node(node))


def _node(node: Node) -> tuple[str, Severity]:
    if node.answers:
        return f"{visible(node.name)} answers", Severity.INFO
    return f"{visible(node.name)} does not answer: {visible(node.error)}", Severity.WARNING
