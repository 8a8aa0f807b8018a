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
        self._states: dict[tuple[object, ...], str] = {}

    def text(self, workload: Workload) -> str:
        """The text of one workload, made once for each state of it."""
        known = self._known.get(workload.key)
        if known is None or known[0] is not workload:
            known = self._known[workload.key] = (workload, self._text(workload))
        return known[1]

    def _text(self, workload: Workload) -> str:
        """The name, then what many workloads have in common, which is made once for all of them."""
        state = (
            workload.platform,
            workload.alarms,
            *(
                (copy.role, copy.power, copy.place.site, copy.place.where, copy.alarms)
                for copy in workload.copies
            ),
        )
        common = self._states.get(state)
        if common is None:
            common = self._states[state] = _common(workload)
        return shown(workload.name).casefold() + common


def shown(name: str) -> str:
    """The name as the screen shows it; most names need no second look."""
    return name if name.isascii() and name.isprintable() else visible(name)


def _common(workload: Workload) -> str:
    parts = [workload.platform, PLATFORMS.get(workload.platform, "")]
    for copy in workload.copies:
        parts += [copy.role.value, copy.power.value, visible(copy.place.site), visible(copy.place.where)]
    parts += [alarm.code.value for alarm in workload.all_alarms]
    return "\n" + "\n".join(parts).casefold()
