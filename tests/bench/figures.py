"""Figures with their limits: ratios and sizes fail, absolute times are printed."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

BARE_REFERENCE_MS = 159.0


def p95(values: Sequence[float]) -> float:
    """The value that 95 of 100 do not exceed."""
    return sorted(values)[max(int(len(values) * 0.95 + 0.999) - 1, 0)]


@dataclass
class Report:
    """Collects figures and remembers which went beyond their limits.

    Args:
        slack: how many times a ratio of times may exceed its limit on a noisy machine.
        bare_ms: first paint of the bare app in this run. Budgets in milliseconds were set on a machine
            where it took 159 ms; here they are scaled by it, which makes them ratios.
    """

    slack: float
    bare_ms: float = BARE_REFERENCE_MS
    failed: list[str] = field(default_factory=list)

    def ratio(self, name: str, value: float, limit: float, detail: str) -> None:
        """A ratio of times."""
        self._line(name, f"{value:.2f}x", value <= limit * self.slack, f"limit {limit}x; {detail}")

    def time(self, name: str, values: Sequence[float], budget_ms: float, pick: str) -> None:
        """Times against a budget, scaled by the bare app."""
        value = p95(values) if pick == "p95" else statistics.median(values)
        limit = budget_ms / BARE_REFERENCE_MS
        share = value / self.bare_ms
        detail = (
            f"limit {limit:.3f} of a bare first paint; {pick} {value:.1f} ms, median"
            f" {statistics.median(values):.1f}, worst {max(values):.1f}, budget {budget_ms:.0f} ms"
        )
        self._line(name, f"{share:.3f}", share <= limit * self.slack, detail)

    def size(self, name: str, value: float, limit: float, unit: str) -> None:
        """A size, which no noise excuses."""
        self._line(name, f"{value:.0f} {unit}", value <= limit, f"limit {limit:.0f} {unit}")

    def _line(self, name: str, value: str, good: bool, detail: str) -> None:
        print(f"{'ok    ' if good else 'BEYOND'} {name:<44} {value:>10}   {detail}", flush=True)
        if not good:
            self.failed.append(name)
