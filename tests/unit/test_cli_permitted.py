"""What the config says of changing something, as a plan shows it and an order goes by it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drconsole.cli.permitted import armed_by, with_frozen
from drconsole.domain.endpoint import Changes, Site
from drconsole.domain.plan import Plan
from drconsole.domain.step import Effect
from tests.runs.plans import plan, step
from tests.unit.domain.builders import NJ, NY, estate


def at(made: Plan, changes: Changes) -> tuple[str, str]:
    """What a plan says where New York's changes are so: its blocked checks, and what arms it."""
    sites = (Site(NY, changes=changes), Site(NJ, changes=Changes.ARMED))
    known = replace(estate(), sites=sites)
    said = "; ".join(c.text for s in with_frozen(made, known).subjects for c in s.checks)
    return said, armed_by(made, known)


LOOK = step("1", endpoint="ny", effect=Effect.LOOK)
REVERSE = step("1", endpoint="nj", also=("ny",))
BACK = step("b1", endpoint="ny")


@pytest.mark.parametrize(
    "made", [plan([step("1", endpoint="ny")]), plan([REVERSE]), plan([LOOK], compensation=(BACK,))]
)
def test_a_frozen_site_blocks_whatever_changes_it(made: Plan) -> None:
    said, armed = at(made, Changes.NEVER)
    assert (said, armed) == (f"nothing may be changed on ny: the config says changes: never of {NY}", "")
    assert at(made, Changes.ASK) == ("", "")
    assert at(made, Changes.ARMED) == ("", "changes: armed, in the config")


def test_a_frozen_site_may_be_looked_at() -> None:
    made = plan([LOOK, step("2", endpoint="nj", after=("1",))])
    assert at(made, Changes.NEVER) == ("", "changes: armed, in the config")
