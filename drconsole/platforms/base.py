"""The Platform protocol: how the rest of the house speaks to a vendor's endpoint."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol, runtime_checkable

from drconsole.domain.deep import Deep, Statistics
from drconsole.domain.endpoint import Endpoint
from drconsole.domain.reading import Reading


class Tier(StrEnum):
    """How much a read of a whole endpoint fetches; what is deep is asked for one VM (``DeepPlatform``)."""

    LIGHT = "light"


def _nobody() -> None:
    """Whoever made the access does not want to know."""


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach and log in to one endpoint.

    ``secret`` gives the password when the connection needs it, in the connecting thread; it is never shown.
    ``refused`` is told that the endpoint did not take it: its source may have a newer one by now.
    ``ca_file`` is the only trust anchor where given, else the system's; with ``pins`` (SHA-256 digests) only
    a certificate that has one of them is right, whoever issued it, whatever its name and end. ``insecure`` is
    the config's own word for an unverified certificate or Basic without TLS. ``way`` is how Hyper-V hosts are
    read: by a ``loop`` that is kept open where that is possible, or ``per-call``.

    Raises (``secret``):
        LoginRefused: the source gave no password.
    """

    host: str
    port: int
    user: str
    secret: Callable[[], str] = field(repr=False)
    ca_file: Path | None = None
    transport: str = "basic"
    tls: bool = True
    insecure: bool = False
    way: str = "loop"
    pins: frozenset[bytes] = frozenset()
    refused: Callable[[], None] = field(default=_nobody, repr=False)


class Platform(Protocol):
    """One endpoint's vendor side. ``read`` is called from one thread at a time; ``close`` from any.

    A platform imports its vendor library and asks for its secret in ``read``, in the calling thread,
    so that start-up and other endpoints never wait for either.
    """

    endpoint: Endpoint

    def read(self, tier: Tier) -> Reading:
        """Read the endpoint within ``endpoint.budget_s``.

        Raises:
            EndpointError: a subclass that tells why there is no usable answer.
        """
        ...

    def close(self) -> None:
        """Break off a read that hangs and give up connections; later reads connect anew. Never raises."""
        ...


@runtime_checkable
class DeepPlatform(Protocol):
    """A platform that can look at one VM closely, by the id that its sightings have as handle."""

    endpoint: Endpoint

    def deep(self, vm_id: str) -> Deep:
        """Read one VM deep, within ``endpoint.budget_s``; belongs to the thread that reads.

        Raises:
            EndpointError: there is no usable answer, or no such VM.
        """
        ...

    def statistics(self, vm_id: str) -> tuple[Statistics, ...]:
        """Read a VM's replication statistics, from a thread that can wait: it may take ten minutes.

        Reads go on meanwhile. One host is asked for one VM at a time.

        Raises:
            EndpointError: there is no usable answer, or the host is being asked for another VM.
        """
        ...

    def break_off(self) -> None:
        """Break off a read that hangs, as ``close`` does; statistics that are awaited go on. Never raises."""
        ...
