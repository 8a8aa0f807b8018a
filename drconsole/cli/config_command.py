"""``drconsole config``: look whether a configuration works, and write one to begin with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from drconsole.cli import read_options
from drconsole.cli.choices import Choices, prepared
from drconsole.cli.passwords import have_passwords
from drconsole.errors import EndpointError
from drconsole.wording.names import visible

if TYPE_CHECKING:
    from drconsole.cli.findings import Finding
    from drconsole.cli.probing import Probed
    from drconsole.config.model import Config
    from drconsole.domain.mapping import OneWay
    from drconsole.domain.unlisted import Unlisted

WAIT_S = 30.0
NAMED = 5
# By the worst finding: fine, to be looked at, failed.
EXIT_CODES = (0, 3, 1)


@click.group("config", no_args_is_help=False)
def config_command() -> None:
    """Check the configuration, or write an example of one."""


@config_command.command("check")
@read_options.wait(WAIT_S, "Seconds to wait for endpoints.")
@read_options.as_json
@click.pass_obj
def check_command(choices: Choices, wait_s: float, as_json: bool) -> int:
    """Check the configuration, then ask every endpoint: reachable, certificate, login, rights, PowerShell's
    language mode, versions, clock.

    Each endpoint is told as soon as it is done. Partners and cluster nodes that answers name and the
    configuration lacks are listed with the lines to add, workloads that it names and no endpoint shows, and
    addresses that it names for one site of a pair alone.

    Exit codes: 0 all is fine, 3 something is to be looked at, 1 an endpoint failed, 64 the configuration is
    wrong (then no endpoint is asked).
    """
    from drconsole.cli.findings import State, findings_of, worst
    from drconsole.cli.one_way import one_way, sentence
    from drconsole.cli.probing import probe_all
    from drconsole.cli.unseen import unseen

    config = prepared(choices)
    have_passwords(config)
    done: list[tuple[Probed, tuple[Finding, ...]]] = []
    for probed in probe_all(config, wait_s):
        found = findings_of(probed)
        done.append((probed, found))
        if not as_json:
            for line in _lines(probed, found):
                click.echo(line)
    probes = [probed for probed, _ in done]
    missing, strange = _missing(config, probes), unseen(config.estate, probes)
    state = max((worst(found) for _, found in done), default=State.OK)
    halves = one_way(config.estate)
    state = max(state, State.LOOK) if missing or strange or halves else state
    if as_json:
        _print_json(config, done, missing, strange, halves, state.name.lower())
    else:
        _print_strange(strange)
        for one in halves:
            click.echo(f"\n{sentence(one)}")
        silent = [one.connection.endpoint.name for one, _ in done if isinstance(one.result, EndpointError)]
        _print_end(config, [worst(found) for _, found in done], missing, silent)
    return EXIT_CODES[state]


@config_command.command("example")
@click.argument("file", required=False, type=click.Path(path_type=Path))
def example_command(file: Path | None) -> int:
    """Print a commented configuration, or write it to FILE, which must not exist yet."""
    from drconsole.config import example, paths

    if file is None:
        click.echo(example.text(), nl=False)
        return 0
    path = paths.whole(file)
    example.write(path)
    click.echo(f"Wrote {path}. Put your own hosts into it, then: drconsole --config {path} config check")
    return 0


def _lines(probed: Probed, found: Sequence[Finding]) -> Iterator[str]:
    """One endpoint: its name and state, then a line for each point."""
    from drconsole.cli.findings import State, worst

    words = {State.OK: "ok", State.LOOK: "look", State.FAILED: "FAILED"}
    endpoint = probed.connection.endpoint
    what = f"{visible(endpoint.site)}, {endpoint.kind.value}, {visible(endpoint.address)}"
    yield f"{words[worst(found)]:7} {visible(endpoint.name)} ({what})"
    for one in found:
        yield f"  {words[one.state]:7} {one.what:12} {visible(one.told)}"
        if one.hint:
            yield f"  {'':7} {'':12} {visible(one.hint)}"


def _missing(config: Config, done: Sequence[Probed]) -> tuple[Unlisted, ...]:
    from drconsole.domain.reading import Reading
    from drconsole.domain.unlisted import unlisted_in

    readings = {one.connection.endpoint.name: one.result for one in done if isinstance(one.result, Reading)}
    return _distinct(unlisted_in(config.estate, readings))


def _distinct(hosts: Sequence[Unlisted]) -> tuple[Unlisted, ...]:
    """Each host once: without what stands as a node of another one, and short names beside full ones."""
    nodes = {name.casefold() for host in hosts for name in host.nodes}
    full = {host.name.partition(".")[0].casefold() for host in hosts if "." in host.name}
    return tuple(
        host
        for host in hosts
        if host.cluster
        or not (host.name.casefold() in nodes or ("." not in host.name and host.name.casefold() in full))
    )


def _lines_to_add(config: Config, host: Unlisted) -> list[str]:
    """What stands for a host in the config, with the credentials of the endpoint that names it."""
    from drconsole.wording.config_lines import config_lines

    by_name = {one.endpoint.name: one.secret.name for one in config.connections}
    return config_lines(host, set(by_name), by_name[host.named_by])


def _print_end(
    config: Config, states: Sequence[int], missing: Sequence[Unlisted], silent: Sequence[str]
) -> None:
    for host in missing:
        click.echo()
        what = f"a node of {visible(host.cluster)}" if host.cluster else "a partner"
        click.echo(f"{visible(host.named_by)} names {visible(host.name)}, {what} that the config lacks. Add:")
        for line in _lines_to_add(config, host):
            click.echo(f"  {line}")
    if missing and silent:
        click.echo()
        click.echo(f"Nothing was learned of {_some(silent)}: where it is one of these, add nothing.")
    if strangers := _of_example(config):
        click.echo()
        click.echo(
            f"{_some(strangers)}: the address is still one of the example's, which exist nowhere. "
            f"Put your own hosts into {config.source}."
        )
    counted = ((states.count(state), word) for state, word in enumerate(("ok", "to be looked at", "failed")))
    told = ", ".join(f"{count} {word}" for count, word in counted if count)
    click.echo()
    click.echo(f"{len(states)} endpoint{'' if len(states) == 1 else 's'}: {told}. {config.source}")


def _some(names: Sequence[str]) -> str:
    """The first of these names, and how many more there are."""
    told = ", ".join(map(visible, names[:NAMED]))
    return f"{told} and {len(names) - NAMED} more" if len(names) > NAMED else told


def _of_example(config: Config) -> list[str]:
    """Endpoints whose address nobody can have: names under .example are kept free for texts (RFC 2606)."""
    from drconsole.config.address import split_address

    hosts = {
        one.endpoint.name: split_address(one.endpoint.address, one.endpoint.kind.value)[0]
        for one in config.connections
    }
    return [name for name, host in hosts.items() if host.casefold().rstrip(".").endswith(".example")]


def _print_strange(strange: Mapping[str, str]) -> None:
    """A line for each workload that the config names and no endpoint shows."""
    from drconsole.cli.unseen import HINT

    if strange:
        click.echo()
    for key, where in strange.items():
        click.echo(
            f"{visible(key)} stands in the config ({visible(where)}), and no endpoint shows it. {HINT}"
        )


def _print_json(
    config: Config,
    done: Sequence[tuple[Probed, tuple[Finding, ...]]],
    missing: Sequence[Unlisted],
    strange: Mapping[str, str],
    halves: Sequence[OneWay],
    state: str,
) -> None:
    from drconsole.cli import config_answer
    from drconsole.cli.answers import encoded

    order = [one.endpoint.name for one in config.connections]
    inner = sorted(done, key=lambda one: order.index(one[0].connection.endpoint.name))
    answer = config_answer.CheckAnswer(
        schema=1,
        taken_at=datetime.now(UTC),
        config=str(config.source),
        state=state,
        endpoints=[config_answer.checked(probed, found) for probed, found in inner],
        missing=[
            config_answer.MissingAnswer(
                one.name, one.named_by, one.cluster or None, _lines_to_add(config, one)
            )
            for one in missing
        ],
        unseen=[config_answer.UnseenAnswer(key, where) for key, where in strange.items()],
        one_way=[
            config_answer.OneWayAnswer(one.workload, one.adapter, one.family, one.site) for one in halves
        ],
    )
    click.echo(encoded(answer), nl=False)
