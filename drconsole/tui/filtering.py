"""The simple filter: words that a workload's line must hold."""

from __future__ import annotations

from drconsole.domain.snapshot import Workload
from drconsole.wording.names import visible

PLATFORMS = {"hyperv": "hyper-v hv", "vsphere": "vs"}


def words_of(text: str) -> tuple[str, ...]:
    """The words of a filter; case does not matter."""
    return tuple(text.casefold().split())


class Haystacks:
    """What the filter looks into: name, roles, power, sites, hosts, platform and alarms of a workload."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Workload, str]] = {}

    def text(self, workload: Workload) -> str:
        """The text of one workload, made once for each state of it."""
        known = self._known.get(workload.key)
        if known is None or known[0] is not workload:
            known = self._known[workload.key] = (workload, _text(workload))
        return known[1]


def _text(workload: Workload) -> str:
    parts = [workload.name, workload.platform, PLATFORMS.get(workload.platform, "")]
    for copy in workload.copies:
        parts += [copy.role.value, copy.power.value, copy.place.site, copy.place.where]
        parts += [alarm.code.value for alarm in copy.alarms]
    parts += [alarm.code.value for alarm in workload.alarms]
    return visible("\n".join(parts)).casefold()
