"""What refusals mean: every one of our scripts' own, and what is known of the platform's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import drconsole.platforms.hyperv
from drconsole.errors import ScriptFailed
from drconsole.platforms.hyperv.refusals import IDS, NUMBERS, OWN, TIMED_OUT, decoded, refusal_of

SCRIPTS = Path(drconsole.platforms.hyperv.__file__).parent / "scripts"


def test_every_refusal_of_our_scripts_is_explained_and_no_other() -> None:
    thrown = {
        code
        for script in SCRIPTS.glob("*.ps1")
        for code in re.findall(r"throw 'drconsole:([a-z-]+)'", script.read_text("utf-8"))
    }
    assert thrown == OWN.keys()


@pytest.mark.parametrize("known", [*OWN.values(), *NUMBERS.values(), *IDS.values()])
def test_each_says_cause_check_and_whether_to_retry(known: object) -> None:
    texts = [getattr(known, name) for name in ("cause", "check", "retry")]
    assert all(len(text) > 5 and text.endswith(".") for text in texts)


def refused(error_id: str, message: str) -> str:
    """A refusal as a person reads it."""
    return decoded(ScriptFailed(message, error_id=error_id))


def test_it_is_judged_by_ids_and_numbers_never_by_words() -> None:
    known = refusal_of("InvalidState,Microsoft.HyperV.PowerShell.Commands.StartVMFailover", "egal")
    assert known is IDS["InvalidState"]
    kerberos = refusal_of("Whatever", "Anmeldung verweigert (0x8009030c).")
    assert kerberos is NUMBERS["0x8009030C"]
    # The number tells more than a general id.
    assert refusal_of("OperationFailed,X", "0x80070002") is NUMBERS["0x80070002"]
    assert refusal_of("Other", "0x80070057") is None
    assert refusal_of("Other", "IncludedDisks 0x80070057") is NUMBERS["0x80070057"]
    assert refusal_of("Other", "InvalidState is what it says") is None


def test_the_hosts_own_words_stay_and_ours_are_not_doubled() -> None:
    told = refused("InvalidState,X", "Das geht jetzt nicht.")
    assert told.startswith("Das geht jetzt nicht. ")
    assert "retry" in told
    own = refused("drconsole:no-such-point", 'The script failed in line 20: "drconsole:no-such-point"')
    assert own.startswith("The recovery point was there")
    assert "drconsole:" not in own


def test_a_wait_that_was_given_up_is_told_by_its_category() -> None:
    assert refusal_of("OperationFailed,X", "0x80070002", "OperationTimeout") is NUMBERS["0x80070002"]
    assert refusal_of("OperationFailed,X", "egal", "OperationTimeout") is TIMED_OUT


def test_what_nobody_knows_is_told_as_it_came() -> None:
    assert refused("Strange", "Something else.") == "Something else."
