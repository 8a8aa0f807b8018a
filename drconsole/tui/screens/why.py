"""Why a workload's roles are what they are, what it is offered, and what blocks and clears the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from textual.widget import Widget

from drconsole.domain.operations import offer_of, offers_of
from drconsole.domain.plan import Operation
from drconsole.domain.roles import Severity
from drconsole.domain.snapshot import Workload
from drconsole.tui.keys.action import WHY
from drconsole.tui.keys.operating import OPERATION_KEYS
from drconsole.tui.rows import role_ink
from drconsole.tui.screens.base import ConsoleScreen
from drconsole.tui.state import ConsoleState
from drconsole.tui.widgets.fitting import wrap
from drconsole.tui.widgets.ink import Line, Span
from drconsole.tui.widgets.pager import Pager
from drconsole.wording.actions import next_action
from drconsole.wording.alarms import alarm_text
from drconsole.wording.by_hand import ByHand, by_hand, operation_called
from drconsole.wording.names import visible
from drconsole.wording.operations import because, blocked, to_clear
from drconsole.wording.roles import reason
from drconsole.wording.runs import operation as operation_words

SHOWN = 20


class WhyScreen(ConsoleScreen):
    """Roles with their reasons and alarms; then why one operation is blocked, or how all of them stand.

    Args:
        keys: the workloads that are spoken of; they are followed through refreshes.
        operation: the operation to tell of.
    """

    NAME = WHY

    def __init__(self, state: ConsoleState, keys: tuple[str, ...], operation: str = "") -> None:
        super().__init__(state)
        self._keys = frozenset(keys)
        self._operation = operation_called(operation)

    def body(self) -> Iterable[Widget]:
        """One page of text."""
        yield Pager(id="main")

    def draw(self) -> None:
        """Draw the page."""
        self.query_one(Pager).page(tuple(self._lines()))

    def action_operation(self, operation: str) -> None:
        """Tell of another operation."""
        self._operation = operation_called(operation)
        self.draw()

    def action_why(self) -> None:
        """Tell of no operation, but of the keys of all."""
        self.action_operation("")

    def _lines(self) -> Iterator[Line]:
        workloads = [w for w in self._all() if w.key in self._keys]
        if self._operation:
            many = f" of {len(workloads)} workloads" if len(workloads) > 1 else ""
            yield (Span(f" {self._operation.title}{many}", "strong"),)
        for workload in workloads[:SHOWN]:
            yield ()
            yield (Span(f" {visible(workload.name)}", "strong"),)
            yield from self._roles(workload)
            if self._operation:
                yield from self._by_hand(self._operation, workload)
        if len(workloads) > SHOWN:
            yield ()
            yield (Span(f" and {len(workloads) - SHOWN} more", "muted"),)
        if not workloads:
            yield from self._wrapped("This workload is no longer seen anywhere.", "warning")
        if not self._operation and len(workloads) == 1:
            yield from self._operations(workloads[0])

    def _roles(self, workload: Workload) -> Iterator[Line]:
        for copy in workload.copies:
            first, *more = wrap(
                f"at {visible(copy.place.site)}: {reason(copy)}", self._room - len(copy.role) - 1
            )
            yield (Span(f"   {copy.role} ", role_ink(copy.role)), Span(first))
            yield from ((Span(f"     {piece}"),) for piece in more)
        alarms = {alarm_text(alarm, self.state.now): alarm.severity for alarm in workload.all_alarms}
        for text, severity in alarms.items():
            ink = {Severity.CRITICAL: "critical", Severity.WARNING: "warning"}.get(severity, "")
            yield from self._wrapped(text, ink, indent=3)
        yield from self._wrapped(f"next: {next_action(workload) or 'nothing is due'}", "label", indent=3)

    def _by_hand(self, operation: ByHand, workload: Workload) -> Iterator[Line]:
        offered = offer_of(workload, Operation(operation.id))
        if offered.reason is not None:
            yield from self._wrapped(f"blocked: {because(offered)}", "warning", indent=3)
            if clear := to_clear(offered):
                yield from self._wrapped(f"to clear it: {clear}", indent=3)
        else:
            yield (
                Span("   possible: ", "good"),
                Span(OPERATION_KEYS[operation.id], "key"),
                Span(" in the list plans it"),
            )
        yield ()
        yield (Span(f"   {operation.title} by hand", "label"),)
        yield from self._wrapped(by_hand(operation, workload), indent=5)

    def _operations(self, workload: Workload) -> Iterator[Line]:
        """Every operation: possible, or why not and what clears it."""
        yield ()
        yield (Span(" operations", "label"),)
        found = offers_of(workload)
        if workload.run is not None:
            # The same for all of them, so it is said once.
            held = next(one for one in found if one.operation is Operation.TEST_FAILOVER)
            yield from self._wrapped(f"all {blocked(held)}", indent=3)
            return
        for one in sorted(found, key=lambda offer: not offer.allowed):
            title = operation_words(one.operation)
            key = Span(f"   {OPERATION_KEYS[one.operation.value]} ", "key")
            if one.allowed:
                yield (key, Span(title, "strong"), Span("  possible", "good"))
                continue
            first, *more = wrap(f"{title}  {blocked(one)}", self._room - 4)
            yield (key, Span(first))
            yield from ((Span("     "), Span(piece)) for piece in more)

    @property
    def _room(self) -> int:
        return max(self.size.width - 4, 10)

    def _wrapped(self, text: str, ink: str = "", *, indent: int = 1) -> Iterator[Line]:
        for piece in wrap(text, self._room - indent + 1):
            yield (Span(" " * indent), Span(piece, ink))

    def _all(self) -> tuple[Workload, ...]:
        return self.state.snapshot.workloads if self.state.snapshot else ()
