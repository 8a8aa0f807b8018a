"""Acts on a host: kept before they begin, begun at most once, followed by anybody, closed by no cleaner."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from drconsole.domain.step import Json, Progress
from drconsole.errors import EndpointError, LoginRefused, Lost, TimedOut, Unreachable
from drconsole.platforms.hyperv.reach import Reach
from drconsole.platforms.hyperv.script import COMMAND_LINE
from drconsole.platforms.hyperv.shells import Shells
from tests.contract.hyperv.answers import framed
from tests.contract.hyperv.stub_peer import Answer, Peer, Reply, fault, received, stub_peer

ACT = "vm_start.ps1"
ARGUMENTS = {"vm": "11111111-1111-4111-8111-111111111111"}
QUOTA, NO_SHELL, ABORTED = 2150859174, 2150858843, 995
HANDLE = {"node": "", "shell": "SHELL-1", "command": "COMMAND-1"}


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[Peer]:
    """A peer that answers every act well."""
    with stub_peer(tmp_path, "per-call") as one:
        one.answers["Receive"] = received(framed({"started": "it"}))
        yield one


@pytest.fixture
def reach(peer: Peer, tmp_path: Path) -> Iterator[Reach]:
    """The product's side of it."""
    with several() as add:
        yield add(reach_of(peer, tmp_path))


@contextmanager
def several() -> Iterator[Callable[[Reach], Reach]]:
    """Closes what was made, at the end."""
    with ExitStack() as stack:

        def add(one: Reach) -> Reach:
            stack.callback(one.close)
            return one

        yield add


def reach_of(peer: Peer, folder: Path, budget_s: float = 30) -> Reach:
    """One more process's side of the same host."""
    platform = peer.platform(budget_s=budget_s)
    return Reach(platform.endpoint, platform.access, folder)


def listed(folder: Path) -> list[dict[str, Any]]:
    """What the list of shells holds."""
    (file,) = (folder / "shells").glob("*.jsonl")
    return [json.loads(line) for line in file.read_bytes().splitlines()]


def drop(_: str) -> Reply:
    """Say nothing and go."""
    return Reply(lambda handler: None)


def once(peer: Peer, action: str, *answers: Answer) -> None:
    """Answer an action in this way, then as ever."""
    usual, queue = peer.answers[action], list(answers)
    peer.answers[action] = lambda relates: (queue.pop(0) if queue else usual)(relates)


def test_the_handle_is_kept_after_the_command_and_before_the_script(peer: Peer, reach: Reach) -> None:
    asked: list[list[str]] = []
    kept: list[Json] = []

    def keep(handle: Json) -> None:
        asked.append(list(peer.asked))
        kept.append(handle)

    assert reach.begin(ACT, ARGUMENTS, keep) == HANDLE
    assert kept == [HANDLE]
    assert asked == [["Create", "Command"]]
    assert peer.asked == ["Create", "Command", "Send"]
    assert reach.follow(HANDLE).progress is Progress.ENDED


def test_what_is_handed_over(peer: Peer, reach: Reach) -> None:
    reach.begin(ACT, ARGUMENTS, lambda handle: None)
    created, command, sent = (body for _, body in peer.sent)
    assert "PT7200S" in created
    # The command line is that of every call, whatever is done.
    assert COMMAND_LINE.split("-Command")[0] in command.replace("&quot;", '"')
    stream = re.findall(r"<rsp:Stream[^>]*>([^<]*)</rsp:Stream>", sent)[0]
    request = json.loads(base64.b64decode(base64.b64decode(stream)))
    assert request["call"]["arguments"] == ARGUMENTS
    assert "Start-VM -VM $vm" in request["call"]["body"]
    assert 'End="true"' in sent


def test_a_refused_login_is_not_tried_again_at_once(peer: Peer, reach: Reach) -> None:
    """A run looks once a second, and would lock the account of all hosts in no time."""
    refused = Reply(b"", 401, (("WWW-Authenticate", 'Basic realm="WSMAN"'),))
    peer.answers["Create"] = lambda relates: refused
    with pytest.raises(LoginRefused):
        reach.ask("look.ps1", {"vm": ARGUMENTS["vm"]})
    asked = list(peer.asked)
    tries: tuple[Callable[[], object], ...] = (
        lambda: reach.ask("look.ps1", {}),
        lambda: reach.ask("statistics.ps1", {}),
        lambda: reach.begin(ACT, ARGUMENTS, lambda handle: pytest.fail("kept")),
        lambda: reach.follow(HANDLE),
    )
    for again in tries:
        with pytest.raises(LoginRefused, match="refused the password") as caught:
            again()
        assert "so that the account is not locked" in caught.value.hint
    assert peer.asked == asked != []


def test_a_longer_budget_is_the_one_that_is_told(peer: Peer, tmp_path: Path) -> None:
    silence = threading.Event()

    def hold(_: object) -> None:
        silence.wait()

    peer.answers["Receive"] = lambda relates: Reply(hold)
    with several() as add:
        short = add(reach_of(peer, tmp_path, budget_s=0.1))
        with pytest.raises(TimedOut, match="no complete answer within 1 s"):
            short.ask("statistics.ps1", {}, 1.0)
        silence.set()


def test_after_its_end_nothing_is_opened(peer: Peer, reach: Reach) -> None:
    reach.close()
    for late in ("look.ps1", "statistics.ps1"):
        with pytest.raises(Unreachable, match="the run ends"):
            reach.ask(late, {})
    assert peer.asked == []


@pytest.mark.parametrize("action", ["Create", "Command"])
def test_before_the_script_is_handed_over_nothing_began(peer: Peer, reach: Reach, action: str) -> None:
    peer.answers[action] = drop
    with pytest.raises(EndpointError) as caught:
        reach.begin(ACT, ARGUMENTS, lambda handle: pytest.fail("there is no handle"))
    assert not isinstance(caught.value, Lost)
    assert "Send" not in peer.asked


def test_a_handle_that_cannot_be_kept_begins_nothing(peer: Peer, reach: Reach, tmp_path: Path) -> None:
    def fenced(handle: Json) -> None:
        raise RuntimeError("another process has taken the run")

    with pytest.raises(RuntimeError):
        reach.begin(ACT, ARGUMENTS, fenced)
    assert peer.asked == ["Create", "Command", "Signal", "Delete"]
    assert listed(tmp_path) == []


def test_an_answer_lost_while_it_was_handed_over_may_be_an_act_that_began(peer: Peer, reach: Reach) -> None:
    once(peer, "Send", drop)
    kept: list[Json] = []
    with pytest.raises(Lost):
        reach.begin(ACT, ARGUMENTS, kept.append)
    # Nothing is sent again: what became of it is asked by its handle.
    assert peer.asked.count("Send") == 1
    told = reach.follow(kept[0])
    assert (told.progress, told.result) == (Progress.ENDED, {"started": "it"})


def test_a_used_up_quota_proves_that_nothing_began(peer: Peer, reach: Reach, tmp_path: Path) -> None:
    once(peer, "Send", fault(QUOTA))
    with pytest.raises(EndpointError) as caught:
        reach.begin(ACT, ARGUMENTS, lambda handle: None)
    assert not isinstance(caught.value, Lost)
    assert "nothing was started" in caught.value.message
    assert listed(tmp_path) == []


def test_its_end_is_told_each_time_and_asked_once(peer: Peer, reach: Reach) -> None:
    reach.begin(ACT, ARGUMENTS, lambda handle: None)
    assert reach.follow(HANDLE) == reach.follow(HANDLE)
    assert peer.asked.count("Receive") == 1


def test_news_come_piece_by_piece_and_an_act_is_never_ended(peer: Peer, reach: Reach) -> None:
    whole = framed({"started": "it"})
    pieces = [received(whole[:9], code=None), fault(2150858793, sub="w:TimedOut"), received(whole[9:])]
    once(peer, "Receive", *pieces)
    reach.begin(ACT, ARGUMENTS, lambda handle: None)
    assert reach.follow(HANDLE).progress is Progress.RUNNING
    assert reach.follow(HANDLE).progress is Progress.RUNNING
    assert reach.follow(HANDLE).result == {"started": "it"}
    assert "Signal" not in peer.asked


def test_another_process_follows_by_the_handle(peer: Peer, reach: Reach, tmp_path: Path) -> None:
    reach.begin(ACT, ARGUMENTS, lambda handle: None)
    reach.close()
    with several() as add:
        other = add(reach_of(peer, tmp_path))
        assert other.follow(dict(HANDLE)).result == {"started": "it"}
        other.settle(HANDLE)
    assert peer.asked[-2:] == ["Signal", "Delete"]
    assert listed(tmp_path) == []


def test_a_piece_that_went_to_a_process_that_died_is_missed(peer: Peer, tmp_path: Path) -> None:
    whole = framed({"started": "it"})
    once(peer, "Receive", received(whole[:9], code=None), received(whole[9:]))
    with several() as add:
        first = add(reach_of(peer, tmp_path))
        first.begin(ACT, ARGUMENTS, lambda handle: None)
        assert first.follow(HANDLE).progress is Progress.RUNNING
        told = add(reach_of(peer, tmp_path)).follow(HANDLE)
    assert told.progress is Progress.GONE
    assert "lost" in told.error


@pytest.mark.parametrize("what", [fault(NO_SHELL), fault(87, sub="w:InvalidSelectors")])
def test_a_shell_that_is_gone(peer: Peer, reach: Reach, what: Answer) -> None:
    reach.begin(ACT, ARGUMENTS, lambda handle: None)
    peer.answers["Receive"] = what
    assert reach.follow(HANDLE).progress is Progress.GONE


@pytest.mark.parametrize("how", [drop, fault(ABORTED)])
def test_a_host_that_cannot_be_asked_now_says_nothing_of_the_act(
    peer: Peer, reach: Reach, how: Answer
) -> None:
    reach.begin(ACT, ARGUMENTS, lambda handle: None)
    once(peer, "Receive", how)
    with pytest.raises(Unreachable):
        reach.follow(HANDLE)
    assert reach.follow(HANDLE).result == {"started": "it"}


def test_a_process_that_ended_before_its_end_marker_tells_nothing(peer: Peer, reach: Reach) -> None:
    peer.answers["Receive"] = received(b"half", b"crashed", code=1)
    reach.begin(ACT, ARGUMENTS, lambda handle: None)
    assert reach.follow(HANDLE).progress is Progress.GONE


def test_a_refusal_is_decoded(peer: Peer, reach: Reach) -> None:
    error = {
        "id": "InvalidState,Microsoft.HyperV.PowerShell.Commands.StartVM",
        "category": "InvalidOperation",
        "type": "x",
        "message": "gesagt in der Sprache des Hosts",
        "line": 3,
    }
    peer.answers["Receive"] = received(framed(None, error))
    reach.begin(ACT, ARGUMENTS, lambda handle: None)
    told = reach.follow(HANDLE)
    assert told.progress is Progress.ENDED
    assert told.error_id == error["id"]
    assert "does not admit this now" in told.error
    assert "retry" in told.error


def test_too_much_output_is_cut_by_us_and_stops_nothing(peer: Peer, reach: Reach) -> None:
    noise = received(b"x" * 600_000 + b"\n", code=None)
    once(peer, "Receive", *[noise] * 9, received(framed({"started": "it"})))
    reach.begin(ACT, ARGUMENTS, lambda handle: None)
    told = [reach.follow(HANDLE) for _ in range(10)]
    assert {one.progress for one in told[:9]} == {Progress.RUNNING}
    assert told[9].progress is Progress.GONE
    assert "Delete" not in peer.asked


def test_no_cleaner_closes_the_shell_of_an_act(peer: Peer, reach: Reach, tmp_path: Path) -> None:
    reach.begin(ACT, ARGUMENTS, lambda handle: None)
    (line,) = listed(tmp_path)
    assert (line["shell"], line["use"]) == ("SHELL-1", "act")
    (file,) = (tmp_path / "shells").glob("*.jsonl")
    # Its owner is dead for certain: this process with another start.
    dead = {**line, "owner": {**line["owner"], "started": "1"}}
    file.write_text(json.dumps(dead) + "\n", encoding="utf-8")
    assert Shells(tmp_path, "ny-hv1", line["address"]).left_over() == []
    file.write_text(json.dumps({**dead, "use": "read"}) + "\n", encoding="utf-8")
    assert Shells(tmp_path, "ny-hv1", line["address"]).left_over() == ["SHELL-1"]


def test_settling_never_raises(peer: Peer, reach: Reach) -> None:
    reach.begin(ACT, ARGUMENTS, lambda handle: None)
    peer.answers["Signal"] = peer.answers["Delete"] = drop
    reach.settle(HANDLE)


def test_reads_leave_nothing_open(peer: Peer, reach: Reach, tmp_path: Path) -> None:
    peer.answers["Receive"] = received(framed({"owner": "x"}))
    assert json.loads(reach.ask("owner.ps1", ARGUMENTS)) == {"owner": "x"}
    assert peer.asked[-2:] == ["Signal", "Delete"]
    assert listed(tmp_path) == []
