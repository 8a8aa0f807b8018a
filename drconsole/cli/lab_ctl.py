"""``drconsole lab ctl``: the remote control of a lab that runs, for people and for tests."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from drconsole.cli.choices import Choices, Number
from drconsole.wording.names import visible

Told = dict[str, Any]

_JSON = click.option("--json", "as_json", is_flag=True, help="Print the lab's whole answer as JSON.")
_LONGEST_S = 366 * 86400.0


@click.group("ctl")
def ctl() -> None:
    """Ask a running lab what it knows, or let something happen in it.

    The lab is that of --config FILE (before 'lab'), of $DRCONSOLE_CONFIG, or the only one that was started
    without --write-config. None of this exists on real sites.
    """


@ctl.command("alive")
@_JSON
@click.pass_obj
def alive(choices: Choices, as_json: bool) -> int:
    """Show its time, its endpoints, and every workload that was alive twice.

    Exit code 1 when its watch saw two alive that the scenario did not begin with.
    """
    told = _ask(choices, "alive")
    _print(told, as_json, _alive_lines(told))
    return int(any(not one["expected"] for one in told["two_alive"]))


@ctl.command("advance")
@click.argument("seconds", type=Number(0, _LONGEST_S))
@_JSON
@click.pass_obj
def advance(choices: Choices, seconds: float, as_json: bool) -> int:
    """Move its clock forward; what falls into that time happens."""
    told = _ask(choices, "advance", {"seconds": seconds})
    _print(told, as_json, _alive_lines(told))
    return 0


@ctl.command("hurry")
@_JSON
@click.pass_obj
def hurry(choices: Choices, as_json: bool) -> int:
    """Let the rest of the scenario's timeline happen now."""
    told = _ask(choices, "hurry", {})
    _print(told, as_json, _alive_lines(told))
    return 0


@ctl.command("fault")
@click.argument("endpoint")
@click.argument("fault")
@_JSON
@click.pass_obj
def fault(choices: Choices, endpoint: str, fault: str, as_json: bool) -> int:
    """Give ENDPOINT (of a cluster also NAME/NODE) the FAULT; 'none' heals it.

    FAULT is refuse, silent-tcp, silent-tls, silent-http, ssh-banner, html-page, expired-certificate,
    other-name, unknown-ca, self-signed, refuse-login, empty-500, drip, cut, malformed-xml, huge,
    wrong-encoding or wrong-soap.
    """
    told = _ask(choices, "fault", {"endpoint": endpoint, "fault": None if fault == "none" else fault})
    _print(told, as_json, _alive_lines(told))
    return 0


@ctl.command("act-fault")
@click.argument("cmdlet")
@click.argument("fault")
@click.option("--vm", metavar="ID", help="Only for this VM; otherwise for any.")
@click.option("--host", metavar="HOST", help="Only on this host; otherwise on any.")
@click.option("--occurrence", type=click.IntRange(1), default=1, metavar="N", help="Strike the N-th act.")
@click.option("--seconds", type=Number(0, _LONGEST_S), default=0.0, metavar="S", help="How much later.")
@click.option("--text", metavar="TEXT", help="What the error says, with 'fails'.")
@_JSON
@click.pass_obj
def act_fault(
    choices: Choices,
    cmdlet: str,
    fault: str,
    vm: str | None,
    host: str | None,
    occurrence: int,
    seconds: float,
    text: str | None,
    as_json: bool,
) -> int:
    """Let an act of CMDLET go wrong by FAULT.

    FAULT is fails, no-effect, half, slow, late-answer, hangs, cut, shell-dies, host-dies, moves or restarts.
    """
    asked: Told = {"cmdlet": cmdlet, "fault": fault, "occurrence": occurrence, "seconds": seconds}
    only = {"vm": vm, "host": host, "text": text}
    told = _ask(choices, "act_fault", asked | {name: one for name, one in only.items() if one is not None})
    _print(told, as_json, _act_fault_lines(told))
    return 0


@ctl.command("happen")
@click.argument("what", metavar="JSON")
@click.pass_obj
def happen(choices: Choices, what: str) -> int:
    """Let something happen, as a scenario's timeline says it: '{"node": "NJCL02", "state": "Down"}'."""
    from msgspec import DecodeError

    from drconsole.parsing import parsed

    try:
        asked = parsed(what, dict[str, Any])
    except DecodeError as error:
        raise click.UsageError(f"{what!r} is no JSON object: {error}.") from None
    _ask(choices, "happen", asked)
    return 0


@ctl.command("reset")
@click.argument("scenario", required=False)
@_JSON
@click.pass_obj
def reset(choices: Choices, scenario: str | None, as_json: bool) -> int:
    """Start the scenario, or another SCENARIO, anew; its configuration is written again.

    What consoles remember of it (journal, last readings) stays: it is theirs.
    """
    from drconsole.cli.lab_control import find
    from drconsole.cli.lab_place import Place

    control = find(choices.config)
    if scenario and Path(scenario).is_file():
        # The lab may run in another folder.
        scenario = str(Path(scenario).absolute())
    told = control.ask("reset", {"scenario": scenario} if scenario else {})
    Place(control.folder, control.config).write(told)
    _print(told, as_json, [f"scenario  {visible(told['scenario'])}", f"config    {control.config}"])
    return 0


@ctl.command("machines")
@_JSON
@click.pass_obj
def machines(choices: Choices, as_json: bool) -> int:
    """List every VM as it is."""
    told = _ask(choices, "machines")
    _print(told, as_json, (_machine_line(one) for one in told["machines"]))
    return 0


@ctl.command("fingerprints")
@_JSON
@click.pass_obj
def fingerprints(choices: Choices, as_json: bool) -> int:
    """List what every disk holds: equal fingerprints are equal contents, then the block written last."""
    told = _ask(choices, "fingerprints")
    _print(told, as_json, (_disk_line(one) for one in told["disks"]))
    return 0


@ctl.command("requests")
@click.pass_obj
def requests(choices: Choices) -> int:
    """Count what was asked of each endpoint, as JSON."""
    _print(_ask(choices, "requests"), True, ())
    return 0


@ctl.command("unmodelled")
@click.pass_obj
def unmodelled(choices: Choices) -> int:
    """List what scripts used and the lab does not have. Exit code 1 where there is any."""
    found = _ask(choices, "unmodelled")["unmodelled"]
    for one in found:
        click.echo(visible(str(one)))
    return int(bool(found))


def _ask(choices: Choices, name: str, body: Told | None = None) -> Told:
    from drconsole.cli.lab_control import find

    return find(choices.config).ask(name, body)


def _print(told: Told, as_json: bool, lines: Iterable[str]) -> None:
    if as_json:
        from drconsole.cli.answers import encoded

        click.echo(encoded(told), nl=False)
        return
    for line in lines:
        click.echo(line)


def _alive_lines(told: Told) -> list[str]:
    lines = [f"scenario  {visible(told['scenario'])}", f"now       {told['now']}"]
    lines += [f"endpoint  {visible(name)}  {fault or 'answers'}" for name, fault in told["endpoints"].items()]
    for one in told["two_alive"]:
        copies = " and ".join(map(visible, one["copies"]))
        begun = "as the scenario began" if one["expected"] else "TWO ALIVE"
        lines.append(f"{begun}  {one['at']}  {copies}, after: {visible(one['cause'])}")
    return lines if told["two_alive"] else [*lines, "no workload was alive twice"]


def _act_fault_lines(told: Told) -> list[str]:
    return [
        f"{one['cmdlet']}  {one['kind']}  {one['vm'] or 'any VM'}  {one['host'] or 'any host'}"
        f"  act {one['occurrence']}, {one['seen']} seen{', struck' if one['hit'] else ''}"
        for one in told["act_faults"]
    ]


def _machine_line(one: Told) -> str:
    networks = ", ".join(visible(switch) if switch else "not connected" for switch in one["networks"])
    state = f"{one['mode']} {one['state']}"
    name = visible(one["name"])
    return f"{one['host']}  {one['vm']}  {name}  {one['power']}  {state}  {networks or 'no adapter'}"


def _disk_line(one: Told) -> str:
    whose = f"{one['host']}  {one['vm']}  {visible(one['name'])}"
    which = f"{visible(one['disk'])}  {one['point'] or 'now'}"
    return f"{whose}  {which}  {one['fingerprint'][:16]}  {one['last'] or 'never written'}"
