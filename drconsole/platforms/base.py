"""The Platform protocol: how the rest of the house speaks to a vendor's endpoint."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from drconsole.domain.endpoint import Endpoint
from drconsole.domain.reading import Reading


class Tier(StrEnum):
    """How much a read fetches: ``light`` often, ``deep`` when somebody looks."""

    LIGHT = "light"


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach and log in to one endpoint.

    ``secret`` gives the password when the connection needs it, in the connecting thread; it is never shown.
    ``ca_file`` is the only trust anchor where given, else the system's. ``insecure`` is the config's own
    word for an unverified certificate or Basic without TLS. ``way`` is how Hyper-V hosts are read: by a
    ``loop`` that is kept open where that is possible, or ``per-call``.

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
