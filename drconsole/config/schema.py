"""What a configuration file may hold: one struct per mapping; every other key is a mistake."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

Text = Annotated[str, Meta(min_length=1, max_length=1000)]
Name = Annotated[str, Meta(min_length=1, max_length=64)]
Span = Annotated[str, Meta(pattern="^[1-9][0-9]{0,5}[smhd]$")]
UNIT_S = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class SiteForm(Struct, forbid_unknown_fields=True, frozen=True):
    """A named place; networks not listed here count as production."""

    test_networks: tuple[Text, ...] = ()


class PairForm(Struct, forbid_unknown_fields=True, frozen=True):
    """Two sites that protect each other; the first is drawn left. ``rpo``: an older last sync is late."""

    left: Name = field(name="from")
    right: Name = field(name="to")
    rpo: Span | None = None


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
    state: Text | None = None
    theme: Name | None = None
    mouse: bool | None = None
