"""Management addresses and the sites and pairs they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from drconsole.domain.deep import FailoverAddress
from drconsole.domain.mapping import AddressMap, NetworkMap, OneWay, families


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
    ``insecure`` is what every screen must tell of it. ``nodes`` are the names of a cluster's nodes. ``user``
    and ``transport`` are what the config says of the way to it, in words: what is known until it answers.
    """

    name: str
    site: str
    kind: EndpointKind
    address: str
    refresh_s: float = 30.0
    budget_s: float = 20.0
    insecure: Insecurity | None = None
    nodes: tuple[str, ...] = ()
    user: str = ""
    transport: str = ""

    @property
    def fresh_for_s(self) -> float:
        """How long a reading counts as fresh: three refresh intervals, or the rest after a slow read.

        A read that takes its whole budget is followed by a rest of five times that, and by the next read.
        """
        return max(3 * self.refresh_s, 5 * self.budget_s) + 2 * self.budget_s


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sites that protect each other; ``rpo_s`` is the age of a sync that counts as late, if it is set.

    ``networks`` and ``addresses`` hold in both directions.
    """

    left: str
    right: str
    rpo_s: int | None = None
    networks: tuple[NetworkMap, ...] = ()
    addresses: tuple[AddressMap, ...] = ()

    def has(self, site: str) -> bool:
        """Whether the site is one of the two."""
        return site in self.sites

    @property
    def sites(self) -> tuple[str, str]:
        """Both of them."""
        return self.left, self.right

    def network_at(self, site: str, network: str, vlan: int | None = None) -> tuple[str, int | None] | None:
        """The network at ``site`` that stands for one at the other site, with the VLAN there.

        One line alone holds for every VLAN of its network; of several the one with this VLAN is taken, where
        None and 0 are untagged.
        """
        lines = [one if site == self.right else one.turned for one in self.networks if self.has(site)]
        named = [one for one in lines if one.left == network]
        tagged = [one for one in named if one.left_vlan is not None and one.left_vlan == (vlan or 0)]
        found = tagged if len(named) > 1 else named
        return (found[0].right, found[0].right_vlan) if found else None

    def addresses_at(self, site: str, workload: str) -> dict[str, FailoverAddress]:
        """What the adapters of a workload are called by at ``site``, by the adapters' names."""
        pairs = ((a.adapter, a.right if site == self.right else a.left) for a in self.addresses_of(workload))
        return {adapter: told for adapter, told in pairs if told is not None}

    def one_way(self) -> tuple[OneWay, ...]:
        """Addresses that stand at one end alone: at the other nothing takes their place."""
        ends = ((self.left, "left", "right"), (self.right, "right", "left"))
        return tuple(
            OneWay(one.workload, one.adapter, family, site)
            for one in self.addresses
            for site, here, there in ends
            for family in families(getattr(one, there))
            if family not in families(getattr(one, here))
        )

    def addresses_of(self, workload: str) -> tuple[AddressMap, ...]:
        """All that is said of one workload's adapters."""
        return tuple(one for one in self.addresses if one.workload == workload)


class Changes(StrEnum):
    """What may be changed at a site: nothing ever, what a person allows each time, or what is confirmed."""

    NEVER = "never"
    ASK = "ask"
    ARMED = "armed"


@dataclass(frozen=True, slots=True)
class Site:
    """A named place; every network not listed as a test network counts as production."""

    name: str
    test_networks: frozenset[str] = frozenset()
    changes: Changes = Changes.ASK


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the config says of one workload: its tier in bulk, 1 first, and how long a passed test counts."""

    priority: int | None = None
    proven_days: int | None = None


@dataclass(frozen=True, slots=True)
class Estate:
    """All that the config says about where things are: sites, pairs and endpoints, in the config's order.

    ``wishes`` go by the keys of workloads. ``proven_days`` is how long a passed test counts, None: for ever.
    """

    environment: str
    sites: tuple[Site, ...]
    pairs: tuple[Pair, ...]
    endpoints: tuple[Endpoint, ...]
    wishes: Mapping[str, Wishes] = field(default_factory=dict)
    proven_days: int | None = None

    def rpo_target_s(self, site: str) -> int | None:
        """The RPO that the config sets for copies of a site: the strictest of its pairs."""
        return min((p.rpo_s for p in self.pairs if p.rpo_s and p.has(site)), default=None)

    def pair(self, one: str, other: str) -> Pair | None:
        """The pair of two sites."""
        return next((p for p in self.pairs if p.has(one) and p.has(other)), None)

    def endpoint(self, name: str) -> Endpoint | None:
        """The endpoint of a name."""
        return next((e for e in self.endpoints if e.name == name), None)

    def test_networks(self, site: str) -> frozenset[str]:
        """The networks of a site that are not production."""
        return next((s.test_networks for s in self.sites if s.name == site), frozenset())

    def changes_at(self, endpoint: str) -> Changes:
        """What may be changed at the site of an endpoint; nothing where nobody knows it."""
        site = next((e.site for e in self.endpoints if e.name == endpoint), None)
        return next((s.changes for s in self.sites if s.name == site), Changes.NEVER)

    @property
    def priorities(self) -> dict[str, int]:
        """The tiers of workloads that have one, by their keys."""
        return {key: one.priority for key, one in self.wishes.items() if one.priority is not None}

    def proven_days_of(self, workload: str) -> int | None:
        """How many days a passed test of a workload counts; None: it never grows old."""
        own = self.wishes.get(workload, Wishes()).proven_days
        return self.proven_days if own is None else own
