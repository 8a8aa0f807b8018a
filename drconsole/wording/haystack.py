"""What plain words of a filter look into: name, roles, power, sites, hosts, platform and alarms."""

from __future__ import annotations

from drconsole.domain.snapshot import Workload
from drconsole.wording.names import visible

PLATFORMS = {"hyperv": "hyper-v hv", "vsphere": "vs"}
MOST_STATES = 20_000


class Haystacks:
    """The texts of workloads, each made once for each state of it."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Workload, str]] = {}
        self._states: dict[tuple[object, ...], str] = {}

    def __len__(self) -> int:
        """How many workloads are remembered."""
        return len(self._known)

    def text(self, workload: Workload) -> str:
        """The text of one workload."""
        known = self._known.get(workload.key)
        if known is None or known[0] is not workload:
            known = self._known[workload.key] = (workload, self._text(workload))
        return known[1]

    def _text(self, workload: Workload) -> str:
        """The name, then what many workloads have in common, which is made once for all of them."""
        state = (
            workload.platform,
            tuple(alarm.code for alarm in workload.all_alarms),
            *((copy.role, copy.power, copy.place.site, copy.place.where) for copy in workload.copies),
        )
        common = self._states.get(state)
        if common is None:
            if len(self._states) >= MOST_STATES:
                self._states.clear()
            common = self._states[state] = _common(workload)
        return shown(workload.name).casefold() + common


def shown(name: str) -> str:
    """The name as the screen shows it; most names need no second look."""
    return name if name.isascii() and name.isprintable() else visible(name)


def _common(workload: Workload) -> str:
    parts = [workload.platform, PLATFORMS.get(workload.platform.split("-")[0], "")]
    for copy in workload.copies:
        parts += [copy.role.value, copy.power.value, visible(copy.place.site), visible(copy.place.where)]
    parts += [alarm.code.value for alarm in workload.all_alarms]
    return "\n" + "\n".join(parts).casefold()
