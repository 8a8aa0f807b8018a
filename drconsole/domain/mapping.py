"""What networks and addresses a VM gets at the other site of a pair, in both directions."""

from __future__ import annotations

from dataclasses import dataclass

from drconsole.domain.deep import FailoverAddress


@dataclass(frozen=True, slots=True)
class NetworkMap:
    """Two networks of a pair's sites that stand for each other.

    A VLAN of None leaves an adapter's VLAN as it is, 0 makes it untagged. Where several lines name one
    network, its VLAN tells which of them holds for an adapter.
    """

    left: str
    right: str
    left_vlan: int | None = None
    right_vlan: int | None = None

    @property
    def turned(self) -> NetworkMap:
        """The same, seen from the other site."""
        return NetworkMap(self.right, self.left, self.right_vlan, self.left_vlan)


@dataclass(frozen=True, slots=True)
class AddressMap:
    """What one adapter of one workload is called by at either site of a pair; None: nothing is set there.

    ``workload`` is its key: names are not unique. ``adapter`` is the adapter's name, unique in that VM.
    """

    workload: str
    adapter: str
    left: FailoverAddress | None = None
    right: FailoverAddress | None = None


@dataclass(frozen=True, slots=True)
class OneWay:
    """An adapter that gets an address of ``family`` (IPv4, IPv6) at the other site, and none at ``site``."""

    workload: str
    adapter: str
    family: str
    site: str


def families(told: FailoverAddress | None) -> tuple[str, ...]:
    """The families that something is set of."""
    if told is None:
        return ()
    return tuple(name for name, address in (("IPv4", told.address), ("IPv6", told.v6)) if address)
