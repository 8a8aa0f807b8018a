"""Management addresses and the sites and pairs they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class EndpointKind(StrEnum):
    """What kind of management address an endpoint is."""

    HYPERV_HOST = "hyperv-host"
    HYPERV_CLUSTER = "hyperv-cluster"
    VSPHERE = "vsphere"

    @property
    def platform(self) -> str:
        """``hyperv`` or ``vsphere``."""
        return self.value.split("-")[0]


class Insecurity(StrEnum):
    """What the config accepts by name (``insecure: true``) that is refused otherwise."""

    UNVERIFIED = "certificate"
    CLEAR_PASSWORD = "password"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One management address.

    ``refresh_s`` is the time between light reads; a reading older than ``fresh_for_s`` is last-known.
    ``insecure`` is what every screen must tell of it. ``nodes`` are the names of a cluster's nodes.
    """

    name: str
    site: str
    kind: EndpointKind
    address: str
    refresh_s: float = 30.0
    budget_s: float = 20.0
    insecure: Insecurity | None = None
    nodes: tuple[str, ...] = ()

    @property
    def fresh_for_s(self) -> float:
        """How long a reading counts as fresh: three refresh intervals, or the rest after a slow read.

        A read that takes its whole budget is followed by a rest of five times that, and by the next read.
        """
        return max(3 * self.refresh_s, 5 * self.budget_s) + 2 * self.budget_s


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sites that protect each other; ``rpo_s`` is the age of a sync that counts as late, if it is set."""

    left: str
    right: str
    rpo_s: int | None = None

    def has(self, site: str) -> bool:
        """Whether the site is one of the two."""
        return site in self.sites

    @property
    def sites(self) -> tuple[str, str]:
        """Both of them."""
        return self.left, self.right


@dataclass(frozen=True, slots=True)
class Site:
    """A named place; every network not listed as a test network counts as production."""

    name: str
    test_networks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Estate:
    """All that the config says about where things are: sites, pairs and endpoints, in the config's order."""

    environment: str
    sites: tuple[Site, ...]
    pairs: tuple[Pair, ...]
    endpoints: tuple[Endpoint, ...]

    def rpo_target_s(self, site: str) -> int | None:
        """The RPO that the config sets for copies of a site: the strictest of its pairs."""
        return min((p.rpo_s for p in self.pairs if p.rpo_s and p.has(site)), default=None)

    def test_networks(self, site: str) -> frozenset[str]:
        """The networks of a site that are not production."""
        return next((s.test_networks for s in self.sites if s.name == site), frozenset())
