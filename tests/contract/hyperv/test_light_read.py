"""The light read against the lab's WinRM server."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from drconsole.domain.place import Place
from drconsole.domain.reading import Power
from drconsole.errors import EndpointError, LoginRefused, Unreachable
from drconsole.platforms.base import Tier
from drconsole.platforms.hyperv import script
from tests.contract.hyperv.answers import VM_A, VM_B, light, relation, vm
from tests.contract.hyperv.hosts import PASSWORD, USER, Host, host

WORDS = {"loop": "read loop", "per-call": "reads go one by one, as the config says"}
ACTIONS = ("Create", "Command", "Send", "Receive", "Signal", "Delete")


def test_gives_every_copy_with_its_relation(ny: Host) -> None:
    ny.script.value = light([vm(), vm(VM_B, name="web", power="Off", mode="None")], [relation()])
    reading = ny.platform().read(Tier.LIGHT)
    erp, web = reading.sightings
    assert erp.place == Place("hyperv", "New York", "hv-ny1", VM_A)
    assert (erp.power, erp.own_mode, erp.uptime_s) == (Power.ON, "Primary", 3600)
    assert [one.last_sync for one in erp.relations] == [datetime(2026, 11, 26, 13, 44, 59, 765432, UTC)]
    assert (web.power, web.relations) == (Power.OFF, ())
    assert reading.complete
    assert (reading.endpoint, reading.site, reading.user) == ("ny-hv1", "New York", USER)
    assert reading.names == ("hv-ny1", "hv-ny1.example.com")
    assert reading.version == "PowerShell 5.1.20348.2849"
    assert reading.transport == f"basic, TLSv1.3, {WORDS[ny.way]}"


def test_tells_the_skew_of_the_hosts_clock(ny: Host) -> None:
    ahead = datetime.now(UTC) + timedelta(hours=2)
    ny.script.value = light(now=ahead.strftime("%Y-%m-%dT%H:%M:%S.%f0Z"))
    before = datetime.now(UTC)
    reading = ny.platform().read(Tier.LIGHT)
    after = datetime.now(UTC)
    assert reading.clock == ahead
    assert reading.skew_s is not None
    assert (ahead - after).total_seconds() <= reading.skew_s <= (ahead - before).total_seconds()
    assert before <= reading.taken_at <= after


def test_sends_one_line_and_the_design_s_command_line(ny: Host) -> None:
    ny.platform(way="per-call").read(Tier.LIGHT)
    assert ny.script.command_lines == [script.COMMAND_LINE]
    assert ny.script.requests == [
        {
            "script": script.text_of("frame.ps1"),
            "call": {"body": script.text_of("light.ps1"), "arguments": {}},
        }
    ]


def test_reads_twice_on_one_object_and_leaves_no_shell(ny: Host) -> None:
    platform = ny.platform()
    first, second = platform.read(Tier.LIGHT), platform.read(Tier.LIGHT)
    assert first.sightings == second.sightings
    platform.close()
    assert ny.shells == 0


def test_a_read_per_call_leaves_nothing_open(ny: Host) -> None:
    platform = ny.platform(way="per-call")
    platform.read(Tier.LIGHT)
    platform.read(Tier.LIGHT)
    assert ny.actions == dict.fromkeys(ACTIONS, 2)
    assert ny.shells == 0


def test_reads_again_after_close(ny: Host) -> None:
    platform = ny.platform()
    platform.read(Tier.LIGHT)
    platform.close()
    platform.close()
    assert platform.read(Tier.LIGHT).complete


def test_asks_for_the_password_once_until_it_is_refused(ny: Host) -> None:
    passwords = iter([PASSWORD, "wrong", PASSWORD])
    asked: list[str] = []

    def secret() -> str:
        asked.append(next(passwords))
        return asked[-1]

    platform = ny.platform(secret=secret)
    platform.read(Tier.LIGHT)
    platform.read(Tier.LIGHT)
    assert asked == [PASSWORD]
    platform.close()
    with pytest.raises(LoginRefused, match="refused the password of dr-reader"):
        platform.read(Tier.LIGHT)
    assert platform.read(Tier.LIGHT).complete


def test_a_password_that_cannot_be_had_is_no_crash(ny: Host) -> None:
    def secret() -> str:
        raise RuntimeError(f"the keyring says {PASSWORD}")

    with pytest.raises(LoginRefused) as caught:
        ny.platform(secret=secret).read(Tier.LIGHT)
    assert PASSWORD not in f"{caught.value} {caught.value.__context__!r}"
    assert ny.actions == {}


def test_a_source_that_gives_no_password_speaks_for_the_endpoint(ny: Host) -> None:
    def secret() -> str:
        raise LoginRefused("the vault is locked.", hint="Open it.", subject="credential ops")

    with pytest.raises(LoginRefused) as caught:
        ny.platform(secret=secret).read(Tier.LIGHT)
    assert str(caught.value) == "ny-hv1: the vault is locked. Open it."
    assert ny.actions == {}


def test_takes_long_answers_in_many_pieces(ny: Host) -> None:
    names = [f"vm {number} äöü 🐘" for number in range(1500)]
    noise = Random(6)
    many = [
        vm(f"{number:08x}-0000-0000-0000-000000000000", name=name, notes=noise.randbytes(60).hex())
        for number, name in enumerate(names)
    ]
    ny.script.value = light(many, [])
    assert [one.name for one in ny.platform().read(Tier.LIGHT).sightings] == names
    assert ny.actions["Receive"] > 3


@pytest.mark.parametrize("name", ["a'b\"; $(x)", "[@click=x]", "\x1b[31mred\x1b]0;t\x07", "a\nb", "n" * 100])
def test_names_come_letter_by_letter(ny: Host, name: str) -> None:
    ny.script.value = light([vm(name=name), vm(VM_B, name=name)])
    assert [one.name for one in ny.platform().read(Tier.LIGHT).sightings] == [name, name]


def test_an_empty_list_is_not_a_complete_one(ny: Host) -> None:
    ny.script.value = light([], [])
    reading = ny.platform().read(Tier.LIGHT)
    assert (reading.sightings, reading.complete) == ((), False)
    assert "Hyper-V Administrators" in " ".join(reading.limits)
    assert USER in " ".join(reading.limits)


def test_basic_over_clear_http_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    with host(tmp_path, tls=False) as clear:
        with pytest.raises(LoginRefused, match="clear text; nothing was sent"):
            clear.platform(tls=False).read(Tier.LIGHT)
        assert clear.look(lambda: clear.listener.connections) == 0
        with pytest.raises(EndpointError) as caught:
            clear.platform(tls=False, insecure=True).read(Tier.LIGHT)
        assert clear.look(lambda: clear.service.counters.refused) > 0
        assert "Basic" in str(caught.value)


def test_other_ways_to_log_in_are_refused_by_name(ny: Host) -> None:
    with pytest.raises(LoginRefused, match=r"(?i)kerberos"):
        ny.platform(transport="kerberos").read(Tier.LIGHT)


def test_close_breaks_off_a_read_that_hangs_and_its_shell_is_ended(ny: Host) -> None:
    ny.script.hangs = True
    platform = ny.platform(budget_s=3000)
    failures: list[EndpointError] = []

    def read() -> None:
        try:
            platform.read(Tier.LIGHT)
        except EndpointError as error:
            failures.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    assert ny.script.started.wait(60)
    platform.close()
    thread.join(60)
    assert not thread.is_alive()
    assert [type(error) for error in failures] == [Unreachable]
    assert "broken off" in str(failures[0])
    assert ny.shells == 0
    ny.script.hangs = False
    assert platform.read(Tier.LIGHT).complete


def test_the_environment_changes_neither_trust_nor_way(ny: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nonexistent")
    monkeypatch.setenv("CURL_CA_BUNDLE", "/nonexistent")
    assert ny.platform().read(Tier.LIGHT).complete
