"""What probing an endpoint found, point by point: fine, to be looked at, or failed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import TYPE_CHECKING

from drconsole.domain.endpoint import EndpointKind, Insecurity
from drconsole.domain.endpoint_alarms import CERTIFICATE_SOON, SKEW_WARNING_S
from drconsole.domain.reading import Reading
from drconsole.errors import EndpointError
from drconsole.wording.ages import age
from drconsole.wording.names import visible

if TYPE_CHECKING:
    from drconsole.cli.probing import Probed
    from drconsole.config.model import Connection
    from drconsole.platforms.certificate import Certificate

_DAY_S = 86400


class State(IntEnum):
    """How one point stands; the larger, the worse."""

    OK = 0
    LOOK = 1
    FAILED = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """One point of one endpoint, in words; ``hint`` says what to do."""

    what: str
    state: State
    told: str
    hint: str = ""


# Where an error of this code shows; any other one shows in the answer.
_STAGE_OF = {
    "unreachable": "reachable",
    "certificate": "certificate",
    "login": "login",
    "constrained": "PowerShell",
    "rights": "rights",
}


def findings_of(probed: Probed) -> tuple[Finding, ...]:
    """All points of one endpoint, in the order in which a connection meets them."""
    if isinstance(probed.result, EndpointError):
        return tuple(_of_error(probed, probed.result))
    return tuple(_of_reading(probed, probed.result))


def worst(findings: Iterable[Finding]) -> State:
    """The worst of these states."""
    return max((one.state for one in findings), default=State.OK)


def _of_error(probed: Probed, error: EndpointError) -> Iterator[Finding]:
    stage = _STAGE_OF.get(error.code, "answer")
    failed = Finding(stage, State.FAILED, error.message, error.hint)
    if stage == "reachable":
        yield failed
        return
    if probed.certificates:
        yield Finding("reachable", State.OK, _address(probed.connection))
    if stage == "certificate":
        yield failed
    yield from _certificates(probed)
    if stage != "certificate":
        yield failed


def _of_reading(probed: Probed, reading: Reading) -> Iterator[Finding]:
    yield Finding("reachable", State.OK, _address(probed.connection))
    yield from _certificates(probed)
    yield Finding("login", State.OK, f"{reading.user}, {reading.transport}")
    if probed.connection.endpoint.kind is not EndpointKind.VSPHERE:
        # A script of ours has run to its end; in any other language mode none does.
        yield Finding("PowerShell", State.OK, "FullLanguage")
    for text in reading.limits:
        yield Finding("rights", State.LOOK, text)
    if not reading.limits:
        yield Finding("rights", State.OK, f"sees everything, {len(reading.sightings)} VMs")
    for node in reading.nodes:
        if node.answers:
            yield Finding("node", State.OK, f"{node.name} answers")
        else:
            yield Finding("node", State.FAILED, f"{node.name}: {node.error}")
    yield Finding("version", State.OK, reading.version or "not told")
    yield from _clock(reading)


def _clock(reading: Reading) -> Iterator[Finding]:
    if reading.skew_s is None:
        yield Finding("clock", State.LOOK, "it tells no time")
    elif abs(reading.skew_s) > SKEW_WARNING_S:
        side = "ahead of" if reading.skew_s > 0 else "behind"
        hint = "Set the clocks of both machines; Kerberos refuses logins beyond five minutes."
        told = f"{age(abs(int(reading.skew_s)))} {side} this one"
        yield Finding("clock", State.LOOK, told, hint)
    else:
        yield Finding("clock", State.OK, f"agrees with this one ({reading.skew_s:+.1f} s)")


def _certificates(probed: Probed) -> Iterator[Finding]:
    connection = probed.connection
    if not connection.tls:
        clear = connection.endpoint.insecure is Insecurity.CLEAR_PASSWORD
        told = "none: the password can be read on the wire" if clear else "none: every message is sealed"
        yield Finding("certificate", State.LOOK if clear else State.OK, told, _ALLOWED if clear else "")
        return
    for name, one in probed.certificates.items():
        yield _certificate(name, one, connection, probed.at)
    if connection.nodes and probed.certificates and "" not in probed.certificates:
        hint = "It is tried where no node answers at its own address."
        told = f"{connection.host}:{connection.port} shows no certificate"
        yield Finding("own address", State.LOOK, told, hint)


def _certificate(name: str, one: Certificate, connection: Connection, at: datetime) -> Finding:
    told = f"{name or 'own address'}: " if connection.nodes else ""
    told += f"{_said(one, at)}, {_trusted(one, connection)}"
    if connection.insecure:
        return Finding("certificate", State.LOOK, f"{told}, {_pin(one)}", f"{_ALLOWED} {_TO_PIN}")
    if not one.trusted:
        return Finding("certificate", State.FAILED, f"{told}, {_pin(one)}", _TO_PIN)
    if one.end - at < CERTIFICATE_SOON:
        return Finding("certificate", State.LOOK, told, _TO_RENEW if one.end > at else _HAS_ENDED)
    return Finding("certificate", State.OK, told)


_TO_RENEW = "Renew it on the host in time."
_HAS_ENDED = "It is taken because the config pins it. Renew it on the host, then pin the new one."
_ALLOWED = "The config accepts this by name (insecure: true)."
_TO_PIN = "To trust this one alone, compare its sha256 on the host, then write: pins: [sha256:...]"


def _said(one: Certificate, at: datetime) -> str:
    days = (one.end - at).total_seconds() / _DAY_S
    left = f"in {days:.0f} days" if days >= 0 else f"{-days:.0f} days ago"
    verb = "ends" if days >= 0 else "ended"
    by = f"issued by {visible(one.issuer)!r}" if one.issuer else "vouches for itself"
    return f"{verb} {one.end:%Y-%m-%d} ({left}), {by}"


def _trusted(one: Certificate, connection: Connection) -> str:
    if connection.insecure:
        return "NOT verified"
    if not one.trusted:
        return "NOT trusted"
    if connection.pins:
        return "pinned"
    return f"verified by {connection.ca_file}" if connection.ca_file else "verified by this machine's system"


def _pin(one: Certificate) -> str:
    from drconsole.platforms.pins import written

    return f"{visible(one.subject)!r} {written(one.digest)}"


def _address(connection: Connection) -> str:
    if connection.nodes:
        return ", ".join(f"{node.host}:{node.port}" for node in connection.nodes)
    return f"{connection.host}:{connection.port}"
