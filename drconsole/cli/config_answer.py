"""What ``drconsole config check`` answers to machines: JSON, schema 1."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from drconsole.cli.findings import Finding, worst
from drconsole.cli.json_text import utf8
from drconsole.cli.probing import Probed
from drconsole.domain.reading import Reading
from drconsole.platforms.pins import written


class CertificateAnswer(Struct):
    """A certificate that was shown; ``node`` is that of a cluster. ``sha256`` is as ``pins`` take it.

    ``trusted``: the config says that it is right.
    """

    node: str | None
    subject: str
    issuer: str | None
    end: datetime
    sha256: str
    trusted: bool


class FindingAnswer(Struct):
    """One point; ``state`` is ok, look or failed."""

    what: str
    state: str
    text: str
    hint: str | None


class CheckedAnswer(Struct):
    """One endpoint; ``state`` is the worst of its findings."""

    name: str
    site: str
    kind: str
    address: str
    state: str
    skew_s: float | None
    version: str | None
    certificates: list[CertificateAnswer]
    findings: list[FindingAnswer]


class MissingAnswer(Struct):
    """A host that answers name and the config lacks, with the YAML lines to add."""

    name: str
    named_by: str
    cluster: str | None
    lines: list[str]


class UnseenAnswer(Struct):
    """A workload that the config names and no endpoint shows, with the part of the config that does."""

    key: str
    named_in: str


class OneWayAnswer(Struct):
    """An adapter that the config gives an IPv4 or IPv6 address at the other site of a pair, and none here."""

    workload: str
    adapter: str
    family: str
    site: str


class CheckAnswer(Struct):
    """The whole answer; ``state`` is the worst of its endpoints'."""

    schema: int
    taken_at: datetime
    config: str
    state: str
    endpoints: list[CheckedAnswer]
    missing: list[MissingAnswer]
    unseen: list[UnseenAnswer]
    one_way: list[OneWayAnswer]


def checked(probed: Probed, found: Sequence[Finding]) -> CheckedAnswer:
    """One endpoint for machines."""
    endpoint = probed.connection.endpoint
    reading = probed.result if isinstance(probed.result, Reading) else None
    return CheckedAnswer(
        name=endpoint.name,
        site=endpoint.site,
        kind=endpoint.kind.value,
        address=endpoint.address,
        state=worst(found).name.lower(),
        skew_s=reading.skew_s if reading else None,
        version=utf8(reading.version) if reading else None,
        certificates=[
            CertificateAnswer(
                node or None,
                utf8(one.subject),
                utf8(one.issuer) or None,
                one.end,
                written(one.digest),
                one.trusted,
            )
            for node, one in probed.certificates.items()
        ],
        findings=[
            FindingAnswer(one.what, one.state.name.lower(), utf8(one.told), utf8(one.hint) or None)
            for one in found
        ],
    )
