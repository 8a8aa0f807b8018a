"""The filter: words and terms that a workload must satisfy, and what is wrong with them, in words.

Words look into all that the line says. ``!`` asks for alarms. Terms ask for one thing: ``role:`` ``site:``
``health:`` ``platform:`` ``name:`` ``alarm:``. All must hold. Quotes keep blanks together, as in
``site:"new york"``, and a quoted piece is a word whatever it holds: ``"a:b"``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from drconsole.domain.roles import Alarm, AlarmCode, Role, Severity
from drconsole.domain.snapshot import Workload
from drconsole.wording.haystack import Haystacks, shown
from drconsole.wording.names import visible

ALARMS = "!"
TERMS = ("role", "site", "health", "platform", "name", "alarm")
HEALTH = ("ok", "warning", "critical", "unknown", ALARMS)
PLATFORMS = {"hyperv": "hyperv", "hyper-v": "hyperv", "hv": "hyperv", "vsphere": "vsphere", "vs": "vsphere"}
_PIECES = re.compile(
    r'(?P<term>[A-Za-z]+):(?:"(?P<quoted>[^"]*)"?|(?P<value>[^\s"]*))|"(?P<phrase>[^"]*)"?|(?P<word>\S+)'
)

Test = Callable[[Workload], bool]


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter that was read.

    Args:
        words: what the line of a workload must hold, in any case.
        tests: what else must hold.
        problems: pieces that mean nothing, in words; they narrow nothing.
        looks_at_all: it asks for machines that are hidden otherwise.
        asks_for_alarms: that nothing passes it is good news.
    """

    words: tuple[str, ...] = ()
    tests: tuple[Test, ...] = ()
    problems: tuple[str, ...] = ()
    looks_at_all: bool = False
    asks_for_alarms: bool = False

    def __bool__(self) -> bool:
        """Whether it narrows anything."""
        return bool(self.words or self.tests)

    def passes(self, workload: Workload, haystacks: Haystacks) -> bool:
        """Whether a workload satisfies everything."""
        if not all(test(workload) for test in self.tests):
            return False
        if not self.words:
            return True
        text = haystacks.text(workload)
        return all(word in text for word in self.words)


def parse(text: str, sites: Iterable[str]) -> Filter:
    """Read a filter; what it does not understand is told and left out, because people are still typing."""
    reading = _Reading({visible(site).casefold(): site for site in sites})
    for piece in _PIECES.finditer(text):
        if piece["term"] is not None:
            value = piece["quoted"] if piece["quoted"] is not None else piece["value"]
            reading.term(piece["term"].casefold(), value.casefold())
        elif piece["word"] == ALARMS:
            reading.ask_for_alarms(_has_alarms)
        else:
            word = piece["word"] if piece["word"] is not None else piece["phrase"]
            reading.words += [word.casefold()] if word else []
    return reading.filter()


class _Reading:
    """What was understood so far."""

    def __init__(self, sites: Mapping[str, str]) -> None:
        self._sites = sites
        self.words: list[str] = []
        self._tests: list[Test] = []
        self._problems: list[str] = []
        self._roles: list[frozenset[Role]] = []
        self._at: list[frozenset[str]] = []
        self._alarms = False
        self._readers = {
            "role": self._role,
            "site": self._site,
            "health": self._health,
            "platform": self._platform,
            "name": self._name,
            "alarm": self._alarm,
        }

    def filter(self) -> Filter:
        """The whole; roles and sites speak of one and the same copy."""
        tests = [*_copy_tests(self._roles, self._at), *self._tests]
        hidden = any(Role.UNPROTECTED in roles for roles in self._roles)
        return Filter(tuple(self.words), tuple(tests), tuple(self._problems), hidden, self._alarms)

    def term(self, term: str, value: str) -> None:
        """Take one term; without a value it is not finished yet."""
        read = self._readers.get(term)
        if read is None:
            near = get_close_matches(term, TERMS, 1)
            advice = f"{near[0]}:?" if near else f"there are {', '.join(f'{name}:' for name in TERMS)}"
            self._problems.append(f"no term {term}: {advice}")
        elif value:
            read(value)

    def ask_for_alarms(self, test: Test) -> None:
        """Add a test that passes what has some alarm."""
        self._tests.append(test)
        self._alarms = True

    def _role(self, value: str) -> None:
        wanted = value.replace("-", " ").replace("_", " ")
        roles = frozenset(role for role in Role if role.value.casefold().startswith(wanted))
        if roles:
            self._roles.append(roles)
        else:
            self._unknown("role", value, [role.value.casefold().replace(" ", "-") for role in Role])

    def _site(self, value: str) -> None:
        found = frozenset(site for name, site in self._sites.items() if value in name)
        if found:
            self._at.append(found)
        else:
            self._unknown("site", value, list(self._sites))

    def _health(self, value: str) -> None:
        states = frozenset(state for state in HEALTH if state.startswith(value))
        if not states:
            self._unknown("health", value, HEALTH)
        elif states == {ALARMS}:
            self.ask_for_alarms(_has_alarms)
        else:
            self._tests.append(lambda workload: health_of(workload) in states)
            self._alarms |= "ok" not in states

    def _platform(self, value: str) -> None:
        found = {platform for name, platform in PLATFORMS.items() if name.startswith(value)}
        if found:
            self._tests.append(lambda workload: workload.platform.split("-")[0] in found)
        else:
            self._unknown("platform", value, ("hyperv", "vsphere"))

    def _name(self, value: str) -> None:
        self._tests.append(lambda workload: value in shown(workload.name).casefold())

    def _alarm(self, value: str) -> None:
        codes = {code for code in AlarmCode if value in code.value}
        if codes:
            self.ask_for_alarms(lambda workload: any(a.code in codes for a in _alarms(workload)))
        else:
            self._unknown("alarm", value, [code.value for code in AlarmCode])

    def _unknown(self, term: str, value: str, known: Sequence[str]) -> None:
        near = get_close_matches(value, known, 1, 0.5)
        short = ", ".join(known[:6]) + (", ..." if len(known) > 6 else "")
        advice = f"{near[0]}?" if near else f"there are {short}" if known else "there is none"
        self._problems.append(f"no {term} {visible(value)}: {advice}")


def _copy_tests(roles: Sequence[frozenset[Role]], at: Sequence[frozenset[str]]) -> list[Test]:
    """For every role asked for, a copy that has it, at every site asked for."""
    if not roles:
        return [_at_site(sites) for sites in at]
    if not at:
        return [_with_role(wanted) for wanted in roles]
    return [_with_role(wanted, sites) for wanted in roles for sites in at]


def _with_role(wanted: frozenset[Role], sites: frozenset[str] = frozenset()) -> Test:
    return lambda workload: any(
        copy.role in wanted and (not sites or copy.place.site in sites) for copy in workload.copies
    )


def _at_site(sites: frozenset[str]) -> Test:
    return lambda workload: any(copy.place.site in sites for copy in workload.copies)


def health_of(workload: Workload) -> str:
    """The state of one workload: unknown where nothing of it is current, else by its worst alarm."""
    if not any(copy.fresh for copy in workload.copies):
        return "unknown"
    worst = max((alarm.severity for alarm in _alarms(workload)), default=Severity.INFO)
    return {Severity.CRITICAL: "critical", Severity.WARNING: "warning"}.get(worst, "ok")


def _alarms(workload: Workload) -> Iterable[Alarm]:
    yield from workload.alarms
    for copy in workload.copies:
        yield from copy.alarms


def _has_alarms(workload: Workload) -> bool:
    return any(alarm.severity > Severity.INFO for alarm in _alarms(workload))
