"""What an endpoint's status takes over from its readings, and keeps on disk for the next console."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from drconsole.domain.reading import Broker, Node
from drconsole.errors import Unreachable
from drconsole.tui.picture import study
from tests.unit.domain.builders import picture, reading
from tests.unit.test_inventory import PATIENCE_S, Scripted, endpoint, read, running, status

END = datetime(2027, 3, 1, tzinfo=UTC)
BROKER = Broker("GOLD-Broker", "Online", "HV1")
NODES = (Node("HV1", True), Node("HV2", False, "no route"))


def test_the_certificate_and_the_cluster_are_told_and_lacking_nodes_named(tmp_path: Path) -> None:
    told = replace(read(), certificate_end=END, broker=BROKER, nodes=NODES, unlisted_nodes=("HV3",))
    with running(tmp_path, Scripted(endpoint("gold"), told)) as inventory:
        snapshot = inventory.wait(PATIENCE_S)
    found = status(snapshot, "gold")
    assert (found.certificate_end, found.broker, found.nodes) == (END, BROKER, NODES)
    assert [(one.name, one.cluster) for one in snapshot.unlisted if one.cluster] == [("HV3", "gold")]


def test_the_certificate_is_known_on_a_dark_site_too(tmp_path: Path) -> None:
    told = replace(read(), certificate_end=END, unlisted_nodes=("HV3",))
    with running(tmp_path, Scripted(endpoint("gold"), told)) as first:
        first.wait(PATIENCE_S)
    dark = Scripted(endpoint("gold"), Unreachable("No route.", subject="gold"))
    with running(tmp_path, dark) as second:
        snapshot = second.wait(PATIENCE_S)
    assert status(snapshot, "gold").certificate_end == END
    assert [one.name for one in snapshot.unlisted if one.cluster] == ["HV3"]


def test_as_whom_and_how_it_is_asked_is_known_before_it_ever_answers(tmp_path: Path) -> None:
    asked = replace(endpoint("gold"), user="CORP\\ops", transport="ntlm, TLS")
    dark = Unreachable("No route.", subject="gold")
    with running(tmp_path, Scripted(asked, dark)) as inventory:
        found = status(inventory.wait(PATIENCE_S), "gold")
    assert (found.user, found.transport) == ("CORP\\ops", "ntlm, TLS")
    answer = replace(read(), user="CORP\\ops", transport="ntlm, TLSv1.3, loop")
    with running(tmp_path, Scripted(asked, answer)) as inventory:
        assert status(inventory.wait(PATIENCE_S), "gold").transport == "ntlm, TLSv1.3, loop"
    changed = replace(asked, user="CORP\\other", transport="kerberos, TLS")
    with running(tmp_path, Scripted(changed, dark)) as inventory:
        found = status(inventory.wait(PATIENCE_S), "gold")
    assert (found.user, found.transport) == ("CORP\\other", "kerberos, TLS"), "an earlier console's were told"


def test_a_node_that_falls_silent_is_news_at_once_and_a_newer_reading_is_not() -> None:
    before = picture(reading("ny"))
    changed = replace(before, endpoints=tuple(replace(e, nodes=NODES) for e in before.endpoints))
    ended = replace(before, endpoints=tuple(replace(e, certificate_end=END) for e in before.endpoints))
    assert study(before, replace(before, serial=2)).quiet
    assert not study(before, changed).quiet
    assert not study(before, ended).quiet
