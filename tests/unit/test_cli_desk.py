"""What a console says of alarms is what the commands say and read: one journal, the same words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drconsole.cli.desk import Desk
from drconsole.config.load import load
from drconsole.domain.roles import Alarm, AlarmCode, Severity
from drconsole.errors import Refused, UsageError
from drconsole.inventory import Inventory
from drconsole.runs.acknowledging import standing
from drconsole.runs.journal import Journal
from drconsole.runs.store import Store
from tests.unit.wrong_configs import GOOD

LATE = Alarm(AlarmCode.RPO, Severity.WARNING)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """The desk of a console whose inventory reads nothing."""
    path = tmp_path / "c.yaml"
    path.write_text(GOOD)
    config = load(path)
    (tmp_path / "state").mkdir()
    return Desk(config, Inventory(config.estate, {}, config.state))


def test_it_is_kept_in_the_journal_and_taken_back_there(desk: Desk, tmp_path: Path) -> None:
    assert list(desk.acknowledged()) == []
    day = f"{datetime.now(UTC) + timedelta(days=3):%Y-%m-%d}"

    one = desk.acknowledge("hv:one", LATE, day, "the line is cut")

    commands = Journal(Store(tmp_path / "state"))
    assert standing(commands, datetime.now(UTC)) == [one] == list(desk.acknowledged())
    desk.withdraw("hv:one", LATE)
    assert standing(commands, datetime.now(UTC)) == [] == list(desk.acknowledged())
    commands.store.close()
    desk.close()


def test_what_is_no_date_and_what_is_never_set_aside_is_refused(desk: Desk) -> None:
    with pytest.raises(UsageError, match="is no date"):
        desk.acknowledge("hv:one", LATE, "soon", "the line is cut")
    with pytest.raises(UsageError, match="ended already") as refused:
        desk.acknowledge("hv:one", LATE, "2020-01-31", "the line is cut")
    assert "--" not in str(refused.value), "a screen has no options"
    with pytest.raises(Refused, match="never acknowledged"):
        desk.acknowledge("hv:one", Alarm(AlarmCode.SPLIT_BRAIN, Severity.CRITICAL), "2099-01-31", "why not")
    desk.close()
