"""The filter: words, terms, quotes; what it does not understand it tells and leaves out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drconsole.domain.snapshot import Snapshot
from drconsole.wording.filtering import HEALTH, TERMS, health_of, parse
from drconsole.wording.haystack import Haystacks
from tests.tui.pictures import NEW_JERSEY, NEW_YORK, STEADY, picture, protected, sighting, vsphere

SITES = (NEW_YORK, NEW_JERSEY)
STEADY_PICTURE = picture([*STEADY, *protected("a:b odd", 30)])
EVERYTHING = {workload.name for workload in STEADY_PICTURE.workloads}


def passing(text: str, snapshot: Snapshot = STEADY_PICTURE) -> set[str]:
    wanted, haystacks = parse(text, SITES), Haystacks()
    return {workload.name for workload in snapshot.workloads if wanted.passes(workload, haystacks)}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("web", {"web-01", "web-02"}),
        ("WEB 02", {"web-02"}),
        ("!", {"erp-db", "crm-app", "files-02", "sql-archive"}),
        ("! RECOVERED", {"erp-db", "crm-app"}),
        ("role:recovered", {"erp-db", "crm-app"}),
        ("role:former-original role:recovered", {"erp-db", "crm-app"}),
        ('role:"former original"', {"erp-db", "crm-app"}),
        ("role:unprotected", {"jumphost"}),
        ('role:recovered site:"new york"', set()),
        ('role:recovered site:"new jersey"', {"erp-db", "crm-app"}),
        ("site:jersey platform:vs", set()),
        ("platform:vsphere", {"printsrv"}),
        ("platform:hyper-v name:02", {"files-02", "web-02"}),
        ("name:sql", {"sql-archive"}),
        ("health:ok name:web", {"web-01", "web-02"}),
        ("health:warning", {"crm-app", "files-02"}),
        ("health:critical", {"erp-db", "sql-archive"}),
        ("health:!", {"erp-db", "crm-app", "files-02", "sql-archive"}),
        ("health:unknown", set()),
        ("alarm:split", {"erp-db"}),
        ("alarm:rpo", {"files-02"}),
        ('"a:b"', {"a:b odd"}),
        ('"b odd', {"a:b odd"}),
        ('"odd b"', set()),
    ],
)
def test_what_passes(text: str, names: set[str]) -> None:
    assert parse(text, SITES).problems == ()
    assert passing(text) == names


@pytest.mark.parametrize(
    "text", ["", "   ", "role:", 'name:"', "site: ", '""', "role:orignal", "rol:original"]
)
def test_what_is_empty_unfinished_or_not_understood_narrows_nothing(text: str) -> None:
    assert passing(text) == EVERYTHING
    assert not parse(text, SITES)


def test_an_original_is_not_a_former_one() -> None:
    assert "crm-app" not in passing("role:original")
    assert passing("role:former") == {"erp-db", "crm-app"}


def test_two_roles_may_be_two_copies_but_role_and_site_are_one() -> None:
    both = passing("role:original role:replica")
    assert "web-01" in both
    assert passing("role:original site:york") >= both
    assert passing("role:original site:jersey") == set()


def test_what_is_not_current_is_unknown() -> None:
    dark = picture(silent=frozenset({"gold-n1", "goldr2-n1"}))
    assert "web-01" in passing("health:unknown", dark)
    assert passing("health:ok", dark) == {"printsrv"}
    assert {health_of(workload) for workload in dark.workloads} <= set(HEALTH)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("role:orignal", "no role orignal: original?"),
        ("role:testcopy", "no role testcopy: test-copy?"),
        ("site:jersy", "no site jersy: new jersey?"),
        ("health:warnign", "no health warnign: warning?"),
        ("platform:vmware", "no platform vmware: there are hyperv, vsphere"),
        ("alarm:split-brian", "no alarm split-brian: split-brain?"),
        ("rol:original", "no term rol: role:?"),
        ("xyzzy:1", "no term xyzzy: there are role:, site:, health:, platform:, name:, alarm:"),
    ],
)
def test_what_is_not_understood_is_told_with_the_nearest(text: str, problem: str) -> None:
    assert parse(text, SITES).problems == (problem,)


def test_the_rest_of_a_wrong_filter_still_narrows() -> None:
    assert passing("role:orignal web") == {"web-01", "web-02"}


def test_without_sites_a_site_is_told_as_unknown() -> None:
    assert parse("site:york", ()).problems == ("no site york: there is none",)


def test_roles_that_may_be_unprotected_look_at_all() -> None:
    assert parse("role:unprotected", SITES).looks_at_all
    assert parse("role:un", SITES).looks_at_all
    assert not parse("role:original unprotected", SITES).looks_at_all


def test_alarms_that_are_mere_notices_are_none() -> None:
    wanted = parse("!", SITES)
    assert wanted.asks_for_alarms
    assert not parse("health:ok", SITES).asks_for_alarms


@given(st.text(max_size=40))
def test_any_text_is_a_filter(text: str) -> None:
    wanted = parse(text, SITES)
    for workload in STEADY_PICTURE.workloads:
        assert wanted.passes(workload, Haystacks()) in (True, False)


@given(st.sampled_from(TERMS), st.text(alphabet="abcdefgh:\"! '", max_size=12))
def test_any_value_of_a_term_is_read(term: str, value: str) -> None:
    assert len(parse(f"{term}:{value}", SITES).problems) <= 1 + value.count(":") + value.count(" ")


@given(st.text(alphabet=st.characters(blacklist_characters='"'), min_size=1, max_size=20))
def test_a_quoted_name_finds_its_workload(name: str) -> None:
    from drconsole.wording.names import visible

    snapshot = picture([sighting(name, 1, NEW_YORK), vsphere("other", 2, NEW_YORK)])
    assert name in passing(f'name:"{visible(name)}"', snapshot)


def test_hidden_letters_are_looked_for_as_they_are_shown() -> None:
    odd = replace(sighting("x", 1, NEW_YORK), name="two\nlines")
    assert passing("two␊lines", picture([odd])) == {"two\nlines"}


def test_a_text_is_made_once_for_each_state() -> None:
    haystacks, workload = Haystacks(), STEADY_PICTURE.workloads[0]
    assert haystacks.text(workload) is haystacks.text(workload)
    renamed = replace(workload, name="renamed")
    assert "renamed" in haystacks.text(renamed)
    assert len(haystacks) == 1
