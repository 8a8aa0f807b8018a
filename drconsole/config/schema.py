"""What a configuration file may hold: one struct per mapping; every other key is a mistake."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

Text = Annotated[str, Meta(min_length=1, max_length=1000)]
Name = Annotated[str, Meta(min_length=1, max_length=64)]
Span = Annotated[str, Meta(pattern="^[1-9][0-9]{0,5}[smhd]\\Z")]
UNIT_S = {"s": 1, "m": 60, "h": 3600, "d": 86400}
Days = Annotated[int, Meta(ge=1, le=3650)]
Vlan = Annotated[int, Meta(ge=0, le=4094)]


class SiteForm(Struct, forbid_unknown_fields=True, frozen=True):
    """A named place; networks not listed here count as production.

    ``changes``: nothing is ever changed here, or a person allows it each time, or a confirmation is enough.
    """

    test_networks: tuple[Text, ...] = ()
    changes: Literal["never", "ask", "armed"] = "ask"


class NetworkForm(Struct, forbid_unknown_fields=True, frozen=True):
    """Two networks that stand for each other, in both directions; VLAN 0 is untagged."""

    left: Text = field(name="from")
    right: Text = field(name="to")
    left_vlan: Vlan | None = field(name="from_vlan", default=None)
    right_vlan: Vlan | None = field(name="to_vlan", default=None)


class FamilyForm(Struct, forbid_unknown_fields=True, frozen=True):
    """The IPv6 settings of an adapter at one site: ``fd00:1:10::21/64``, and up to two DNS servers."""

    address: Text
    gateway: Text | None = None
    dns: tuple[Text, ...] = ()


class SettingsForm(Struct, forbid_unknown_fields=True, frozen=True):
    """The IP settings of an adapter at one site: ``10.1.10.21/24``, and up to two DNS servers.

    ``address`` may only be left out where ``ipv6`` stands.
    """

    address: Text | None = None
    gateway: Text | None = None
    dns: tuple[Text, ...] = ()
    ipv6: FamilyForm | None = None


class AddressForm(Struct, forbid_unknown_fields=True, frozen=True):
    """What one adapter of one workload is called by at either site; where nothing stands nothing is set."""

    workload: Text
    adapter: Text
    left: SettingsForm | None = field(name="from", default=None)
    right: SettingsForm | None = field(name="to", default=None)


class PairForm(Struct, forbid_unknown_fields=True, frozen=True):
    """Two sites that protect each other; the first is drawn left. ``rpo``: an older last sync is late."""

    left: Name = field(name="from")
    right: Name = field(name="to")
    rpo: Span | None = None
    networks: tuple[NetworkForm, ...] = ()
    addresses: tuple[AddressForm, ...] = ()


class WorkloadForm(Struct, forbid_unknown_fields=True, frozen=True):
    """One workload: its tier in bulk, 1 is the first, and how many days a passed test of it counts."""

    priority: Annotated[int, Meta(ge=1, le=5)] | None = None
    proven_days: Days | None = None


class CredentialForm(Struct, forbid_unknown_fields=True, frozen=True):
    """A user and the one source of its password."""

    user: Text
    password_command: Annotated[tuple[Text, ...], Meta(min_length=1)] | None = None
    env: Name | None = None
    prompt: bool | None = None
    keyring: bool | None = None


SOURCES = ("password_command", "keyring", "prompt", "env")


class EndpointForm(Struct, forbid_unknown_fields=True, frozen=True):
    """One management address; times in seconds.

    ``pins`` are SHA-256 fingerprints or PEM files of the only certificates that are right.
    ``nodes`` make it a Hyper-V cluster: the names of its nodes with their addresses, which inherit the rest.
    """

    kind: Literal["hyperv", "vsphere"]
    site: Name
    address: Text
    credentials: Name
    ca_file: Text | None = None
    pins: Annotated[tuple[Text, ...], Meta(min_length=1)] | None = None
    transport: Literal["basic", "ntlm", "kerberos"] | None = None
    tls: bool = True
    way: Literal["loop", "per-call"] | None = None
    nodes: dict[Name, Text] | None = None
    insecure: bool = False
    refresh_s: Annotated[float, Meta(ge=1, le=3600)] = 30.0
    budget_s: Annotated[float, Meta(ge=1, le=600)] = 20.0


class Document(Struct, forbid_unknown_fields=True, frozen=True):
    """The whole file."""

    environment: Name
    sites: Annotated[dict[Name, SiteForm], Meta(min_length=1)]
    credentials: Annotated[dict[Name, CredentialForm], Meta(min_length=1)]
    endpoints: Annotated[dict[Name, EndpointForm], Meta(min_length=1)]
    pairs: tuple[PairForm, ...] = ()
    workloads: dict[Text, WorkloadForm] = {}
    proven_days: Days | None = None
    state: Text | None = None
    theme: Name | None = None
    mouse: bool | None = None
