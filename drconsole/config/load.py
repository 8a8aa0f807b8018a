"""From a file to a configuration, or to all its mistakes at once."""

from __future__ import annotations

from pathlib import Path

from drconsole.config import paths
from drconsole.config.address import split_address
from drconsole.config.form import Form
from drconsole.config.mistakes import Mistakes
from drconsole.config.model import Config, Connection, NodeAddress
from drconsole.config.nodes import compose
from drconsole.config.pairs import pair_of
from drconsole.config.password_command import from_command
from drconsole.config.references import check
from drconsole.config.schema import CredentialForm, Document, EndpointForm
from drconsole.config.secrets import Secret
from drconsole.config.source import read_text
from drconsole.config.sources import Prompt, from_environment, from_keyring, from_nowhere
from drconsole.config.trust import digests, insecurity
from drconsole.config.workloads import wishes_of
from drconsole.domain.endpoint import Changes, Endpoint, EndpointKind, Estate, Site
from drconsole.parsing import converted


def load(path: Path) -> Config:
    """Read a configuration file; nothing is written, connected or asked.

    Raises:
        ConfigError: the file has mistakes; the message holds a line for each.
    """
    mistakes = Mistakes(path)
    form = Form(mistakes)
    data = form.fill(compose(read_text(path), mistakes), Document)
    check(data, form)
    mistakes.check()
    return _built(converted(data, Document), path)


def _built(document: Document, source: Path) -> Config:
    hidden = [one.env for one in document.credentials.values() if one.env]
    secrets = {name: _secret(name, one, hidden) for name, one in document.credentials.items()}
    endpoints = {
        name: _endpoint(name, one, secrets[one.credentials].user) for name, one in document.endpoints.items()
    }
    connections = []
    for name, one in document.endpoints.items():
        host, port = split_address(one.address, one.kind, tls=one.tls)
        connections.append(
            Connection(
                endpoint=endpoints[name],
                host=host,
                port=port,
                user=secrets[one.credentials].user,
                secret=secrets[one.credentials],
                ca_file=paths.beside(source, one.ca_file) if one.ca_file else None,
                transport=one.transport or "basic",
                insecure=one.insecure,
                tls=one.tls,
                way=one.way or "loop",
                nodes=_nodes(one),
                pins=frozenset[bytes]().union(*(digests(pin, source) for pin in one.pins or ())),
            )
        )
    estate = Estate(
        environment=document.environment,
        sites=tuple(
            Site(name, frozenset(one.test_networks), Changes(one.changes))
            for name, one in document.sites.items()
        ),
        pairs=tuple(map(pair_of, document.pairs)),
        endpoints=tuple(endpoints.values()),
        wishes=wishes_of(document.workloads),
        proven_days=document.proven_days,
    )
    theme = document.theme
    if theme and theme.endswith((".yaml", ".yml")):
        theme = str(paths.beside(source, theme))
    state = paths.beside(source, document.state) if document.state else paths.usual_state()
    return Config(estate, tuple(connections), tuple(secrets.values()), state, theme, source, document.mouse)


def _endpoint(name: str, form: EndpointForm, user: str) -> Endpoint:
    return Endpoint(
        name,
        form.site,
        _kind(form),
        form.address,
        form.refresh_s,
        form.budget_s,
        insecurity(insecure=form.insecure, tls=form.tls),
        tuple(form.nodes or ()),
        user,
        _transport(form),
    )


def _transport(form: EndpointForm) -> str:
    """How an endpoint is to be spoken to, in words."""
    if not form.tls:
        return f"{form.transport}, {'no TLS (insecure)' if form.insecure else 'every message sealed'}"
    trust = (
        "certificate not verified (insecure)" if form.insecure else "pinned certificate" if form.pins else ""
    )
    words = [form.transport or "basic" if form.kind == "hyperv" else "", "TLS", trust]
    return ", ".join(word for word in words if word)


def _kind(form: EndpointForm) -> EndpointKind:
    if form.kind == "vsphere":
        return EndpointKind.VSPHERE
    return EndpointKind.HYPERV_CLUSTER if form.nodes else EndpointKind.HYPERV_HOST


def _nodes(form: EndpointForm) -> tuple[NodeAddress, ...]:
    nodes = form.nodes or {}
    return tuple(
        NodeAddress(name, *split_address(address, form.kind, tls=form.tls)) for name, address in nodes.items()
    )


def _secret(name: str, form: CredentialForm, hidden: list[str]) -> Secret:
    if form.password_command:
        command = from_command(form.password_command, hidden=hidden)
        return Secret(name, form.user, "password_command", command, place=form.password_command[0])
    if form.env:
        return Secret(name, form.user, "env", from_environment(form.env), place=form.env)
    if form.keyring:
        return Secret(name, form.user, "keyring", from_keyring(name))
    if form.prompt:
        return Secret(name, form.user, "prompt", Prompt(name, form.user))
    return Secret(name, form.user, "none", from_nowhere)
