"""The read loop against the lab's WinRM server: kept, renewed, given up, and what it costs."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from drconsole.errors import (
    BadReply,
    Constrained,
    EndpointError,
    NoRights,
    ScriptFailed,
    TimedOut,
    Unreachable,
)
from drconsole.lab.winrm.shells import Quotas
from drconsole.lab.wire_faults import WireFault
from drconsole.platforms.base import Tier
from drconsole.platforms.hyperv import login, loop, loop_form, script, session
from tests.contract.hyperv.answers import light, looped, vm
from tests.contract.hyperv.hosts import Host, host
from tests.contract.hyperv.loop_player import Request
from tests.contract.hyperv.refusals import hasty, refused


def test_a_kept_loop_is_asked_by_two_requests(loop_host: Host) -> None:
    platform = loop_host.platform()
    platform.read(Tier.LIGHT)
    before = loop_host.actions
    requests = loop_host.look(lambda: loop_host.service.counters.requests)
    assert platform.read(Tier.LIGHT).complete
    assert loop_host.look(lambda: loop_host.service.counters.requests) - requests == 2
    assert loop_host.actions == before | {"Send": before["Send"] + 1, "Receive": before["Receive"] + 1}
    assert loop_host.look(lambda: loop_host.listener.connections) == 1
    assert loop_host.script.command_lines == [loop_form.COMMAND_LINE]


def test_the_library_is_sent_once_and_called_by_name(loop_host: Host) -> None:
    platform = loop_host.platform()
    platform.read(Tier.LIGHT)
    platform.read(Tier.LIGHT)
    player = loop_host.script.players[0]
    assert player.beginning == {"script": script.text_of("loop.ps1"), "library": loop_form.library()}
    assert player.beginning["library"]["drconsole-light"] == script.text_of("light.ps1")
    assert [(one["name"], one["arguments"]) for one in player.requests] == [("drconsole-light", {})] * 2


def test_the_command_line_is_short_and_asks_the_language_mode_first() -> None:
    _, _, command = loop_form.COMMAND_LINE.partition(' -Command "')
    assert command.startswith("$ExecutionContext.SessionState.LanguageMode; ")
    assert '"' not in command.removesuffix('"')
    assert len(loop_form.COMMAND_LINE) < 400


def test_the_host_gives_a_read_up_before_we_do(loop_host: Host) -> None:
    loop_host.platform(budget_s=30).read(Tier.LIGHT)
    assert 10 < loop_host.script.players[0].requests[0]["seconds"] < 27


def test_close_ends_the_shell_that_is_kept(loop_host: Host) -> None:
    platform = loop_host.platform()
    platform.read(Tier.LIGHT)
    assert loop_host.shells == 1
    platform.close()
    assert loop_host.shells == 0
    assert platform.read(Tier.LIGHT).complete


def test_closed_while_an_answer_is_looked_at_it_ends_the_shell_all_the_same(loop_host: Host) -> None:
    def warning(request: Request) -> bytes:
        return looped(request["id"], light(), warnings=["old disk"])

    class Closer(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            platform.close()

    platform = loop_host.platform()
    closer = Closer()
    loop_host.script.behaviour = {"answer": warning}
    logger = logging.getLogger("drconsole.platforms.hyperv.loop")
    logger.addHandler(closer)
    logger.setLevel(logging.INFO)
    try:
        assert platform.read(Tier.LIGHT).complete
    finally:
        logger.removeHandler(closer)
        logger.setLevel(logging.NOTSET)
    assert loop_host.shells == 0


def test_what_is_not_in_the_library_goes_per_call(loop_host: Host) -> None:
    loop_host.platform().ask("statistics.ps1", {"vm": "of no matter"})
    assert loop_host.script.command_lines == [script.COMMAND_LINE]


def test_a_kept_connection_that_is_gone_does_not_stand_for_the_next(loop_host: Host) -> None:
    platform = loop_host.platform()
    platform.read(Tier.LIGHT)
    loop_host.fault(WireFault.REFUSE)
    error = refused(lambda: platform.read(Tier.LIGHT))
    assert type(error) is Unreachable
    assert "Connection refused" in error.message
    loop_host.fault(None)
    assert platform.read(Tier.LIGHT).complete


def test_a_connection_that_was_idle_for_long_is_made_anew(
    loop_host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform = loop_host.platform()
    platform.read(Tier.LIGHT)
    monkeypatch.setattr(login, "STALE_S", -1.0)
    before = loop_host.look(lambda: loop_host.listener.connections)
    assert platform.read(Tier.LIGHT).complete
    assert loop_host.look(lambda: loop_host.listener.connections) == before + 1
    assert len(loop_host.script.players) == 1


def test_a_shell_that_is_gone_is_replaced_without_a_word(loop_host: Host) -> None:
    platform = loop_host.platform()
    platform.read(Tier.LIGHT)
    loop_host.look(loop_host.service.restart)
    assert platform.read(Tier.LIGHT).complete
    assert loop_host.shells == 1


def test_a_process_that_has_ended_is_replaced_without_a_word(loop_host: Host) -> None:
    platform = loop_host.platform()
    platform.read(Tier.LIGHT)
    loop_host.look(loop_host.script.processes[0].kill)
    assert platform.read(Tier.LIGHT).complete
    assert loop_host.shells == 1


def test_the_shell_is_renewed_before_a_quota_is_used_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "RENEW_AFTER", 7)
    with host(tmp_path, quotas=Quotas(shells_per_user=1, operations_per_user=1)) as one:
        platform = one.platform()
        readings = [platform.read(Tier.LIGHT) for _ in range(6)]
        assert all(reading.complete for reading in readings)
        assert [len(player.requests) for player in one.script.players] == [2, 2, 2]
        assert one.shells == 1


def test_a_host_without_loop_is_read_per_call_and_says_why(loop_host: Host) -> None:
    loop_host.script.loops = False
    platform = loop_host.platform()
    reading = platform.read(Tier.LIGHT)
    assert reading.complete
    # What it means goes first: it is no fault, and the lab's hosts all do so.
    assert reading.transport == (
        "basic, TLSv1.3, reads go one by one: slower, nothing is lost "
        "(it keeps no read loop: its PowerShell ended with code 1)"
    )
    assert loop_host.shells == 0
    again = platform.read(Tier.LIGHT)
    assert again.transport == reading.transport
    lines = [loop_form.COMMAND_LINE, script.COMMAND_LINE, script.COMMAND_LINE]
    assert loop_host.script.command_lines == lines


def test_the_loop_is_tried_again_after_a_while(loop_host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "WITHOUT_LOOP_S", 0.0)
    loop_host.script.loops = False
    platform = loop_host.platform()
    platform.read(Tier.LIGHT)
    loop_host.script.loops = True
    assert platform.read(Tier.LIGHT).transport == "basic, TLSv1.3, read loop"


def garbled(word: str) -> str:
    """What a wrong code page makes of a word."""
    return word.encode().decode("cp437")


@pytest.mark.parametrize(
    ("behaviour", "budget_s", "why"),
    [
        ({"echo": garbled}, 120.0, "it garbles text"),
        ({"mode": "Quiet", "echo": None, "before": b"x"}, 4.0, "did not get ready in time"),
    ],
    ids=["garbles", "silent"],
)
def test_a_loop_that_does_not_echo_is_not_used(
    loop_host: Host, behaviour: dict[str, object], budget_s: float, why: str
) -> None:
    loop_host.script.behaviour = behaviour
    reading = loop_host.platform(budget_s=budget_s).read(Tier.LIGHT)
    assert reading.complete
    assert why in reading.transport
    assert loop_host.shells == 0


def test_a_banner_and_stray_lines_do_not_matter(loop_host: Host) -> None:
    def noisy(request: Request) -> bytes:
        return b"WARNING: something\r\n" + looped(request["id"], light()) + b"and more\r\n"

    loop_host.script.behaviour = {"before": b"Welcome to HV-NY1!\r\n\r\n", "answer": noisy}
    platform = loop_host.platform()
    assert platform.read(Tier.LIGHT).complete
    assert platform.read(Tier.LIGHT).complete
    assert len(loop_host.script.players) == 1


def test_an_answer_to_another_request_is_not_taken_for_ours(loop_host: Host) -> None:
    def stale(request: Request) -> bytes:
        other = looped("999", light([vm(name="of another request")]))
        return other + looped(request["id"], light([vm(name="ours")]))

    loop_host.script.behaviour = {"answer": stale}
    assert [one.name for one in loop_host.platform().read(Tier.LIGHT).sightings] == ["ours"]


@pytest.mark.parametrize("mode", ["ConstrainedLanguage", "RestrictedLanguage"])
def test_a_constrained_language_is_an_error_of_its_own(loop_host: Host, mode: str) -> None:
    loop_host.script.behaviour = {"mode": mode}
    error = refused(lambda: loop_host.platform().read(Tier.LIGHT))
    assert type(error) is Constrained
    assert mode in error.message
    assert "AppLocker" in error.hint
    assert loop_host.script.command_lines == [loop_form.COMMAND_LINE]
    assert loop_host.shells == 0


FAILED = {"id": "Boom,Get-VM", "category": "InvalidOperation", "type": "T", "message": "boom", "line": 3}
DENIED = FAILED | {"category": "PermissionDenied"}
STATES = [
    ("failed", {"error": FAILED}, ScriptFailed, "failed in line 3", 1),
    ("failed", {"error": DENIED}, NoRights, "not see its VMs", 1),
    ("timeout", {}, TimedOut, "did not end within 120 s", 1),
    ("flood", {}, BadReply, "wrote more than any host has to say", 1),
    ("refused", {"error": FAILED}, BadReply, 'refused the request: "boom"', 1),
    ("stuck", {}, TimedOut, "did not end within 120 s", 2),
    ("unheard of", {}, BadReply, "unheard of", 1),
]


@pytest.mark.parametrize(
    ("state", "facts", "kind", "words", "loops"),
    STATES,
    ids=[f"{case[0]}-{case[2].__name__}" for case in STATES],
)
def test_what_a_read_that_failed_means(
    loop_host: Host, state: str, facts: dict[str, object], kind: type[EndpointError], words: str, loops: int
) -> None:
    answers = iter([(None, state, facts), (light(), "done", {})])

    def answer(request: Request) -> bytes:
        value, how, more = next(answers)
        return looped(request["id"], value, how, **more)

    loop_host.script.behaviour = {"answer": answer}
    platform = loop_host.platform()
    error = refused(lambda: platform.read(Tier.LIGHT))
    assert type(error) is kind
    assert words in error.message
    assert platform.read(Tier.LIGHT).complete
    assert len(loop_host.script.players) == loops
    assert loop_host.shells == 1


def test_a_script_that_ends_without_a_value_is_no_reading(loop_host: Host) -> None:
    loop_host.script.value = None
    assert type(refused(lambda: loop_host.platform().read(Tier.LIGHT))) is BadReply


def test_a_hang_ends_with_the_budget_and_the_next_read_begins_anew(loop_host: Host) -> None:
    platform = loop_host.platform()
    platform.read(Tier.LIGHT)
    loop_host.script.hangs = True
    with hasty(platform, 1.0):
        error = refused(lambda: platform.read(Tier.LIGHT))
    assert type(error) is TimedOut
    assert loop_host.shells == 0
    loop_host.script.hangs = False
    assert platform.read(Tier.LIGHT).complete


def test_what_a_script_said_and_went_on_is_logged(loop_host: Host, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")

    def warning(request: Request) -> bytes:
        return looped(request["id"], light(), warnings=["the disk of erp01 is old"])

    loop_host.script.behaviour = {"answer": warning}
    assert loop_host.platform().read(Tier.LIGHT).complete
    assert "the disk of erp01 is old" in caplog.text
