"""The acting side of the Platform protocol: procedures, and observe, act, follow for one step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from drconsole.domain.deep import Deep
from drconsole.domain.endpoint import Estate
from drconsole.domain.plan import Operation, Subject
from drconsole.domain.reading import Broker
from drconsole.domain.snapshot import Workload
from drconsole.domain.step import Followed, Json, Observation, Step

Keep = Callable[[Json], None]


@dataclass(frozen=True, slots=True)
class Case:
    """All that a procedure is made from.

    Args:
        deep: deep reads of its copies, by the copy's place id; taken for this plan.
        unread: why a copy was not read deep, by its place id, with what to do about it.
        options: the operation's options by name, already settled.
        run: the id that the run will have, for the failover record.
        by: who does it, for the failover record.
        brokers: the Replica Brokers of clusters by endpoint, as far as they are known.
    """

    workload: Workload
    estate: Estate
    deep: Mapping[str, Deep] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    run: str = ""
    by: str = ""
    brokers: Mapping[str, Broker] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Procedure:
    """The ordered steps of one operation on one workload; ids and order are its own, from 1."""

    subject: Subject
    steps: tuple[Step, ...]
    compensation: tuple[Step, ...] = ()


class Procedures(Protocol):
    """What a vendor's platform knows about doing operations."""

    def procedure(self, operation: Operation, case: Case) -> Procedure:
        """The steps of one operation with their preflight; a blocked check stands in the subject.

        Raises:
            UsageError: an option is unknown or its value cannot be.
        """
        ...


class Actor(Protocol):
    """The acting side of one endpoint; of one run process; every call is safe from several threads."""

    @property
    def actions(self) -> frozenset[str]:
        """Names of the registered actions."""
        ...

    @property
    def repeatable(self) -> frozenset[str]:
        """Those that may be repeated when nobody knows whether they took effect."""
        ...

    def observe(self, step: Step, baseline: Json | None) -> Observation:
        """Look; ``baseline`` is None before the act, else what the observation before the act gave.

        Raises:
            EndpointError: nothing could be seen.
        """
        ...

    def act(self, step: Step, baseline: Json, keep: Keep) -> Json:
        """Begin; ``keep`` is called with the handle as soon as it is known, before the effect can begin.

        The handle is JSON and means the same to another process.

        Raises:
            EndpointError: it could not begin, or nobody knows whether it did (``Lost``).
        """
        ...

    def follow(self, handle: Json) -> Followed:
        """What became of an act; waits a moment for news at most, never stops it.

        Raises:
            EndpointError: the endpoint cannot be asked now.
        """
        ...

    def settle(self, handle: Json) -> None:
        """Give up what the act keeps open there, once its run is settled or abandoned. Never raises."""
        ...

    def close(self) -> None:
        """Give up own connections, never an act. Never raises."""
        ...
