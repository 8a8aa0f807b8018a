"""Text as spans with named inks, and the widget base that turns inks into the theme's styles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget


class Span(NamedTuple):
    """A piece of safe text (no control characters) and its inks, names divided by blanks."""

    text: str
    ink: str = ""


Line = tuple[Span, ...]

ROLE_INKS = (
    "original",
    "replica",
    "recovered",
    "former-original",
    "test-copy",
    "placeholder",
    "leftover",
    "unprotected",
    "unknown",
)
INKS = (
    "strong",
    "muted",
    "label",
    "key",
    "critical",
    "warning",
    "good",
    "arrow",
    "badge-critical",
    "badge-warning",
    *ROLE_INKS,
)


def line(*parts: str | Span) -> Line:
    """Make a line of spans; plain strings carry no ink."""
    return tuple(part if isinstance(part, Span) else Span(part) for part in parts)


def plain(spans: Iterable[Span]) -> str:
    """The text of spans without their inks."""
    return "".join(span.text for span in spans)


class Inked(Widget):
    """A widget that draws its own lines in the inks of the theme.

    Every ink is a component class ``ink--<name>``, styled once for all widgets in ``console.tcss``.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"ink--{name}" for name in INKS}

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._inks: dict[str, Style] = {}

    def ink(self, names: str) -> Style:
        """The style that the named inks add to the widget's own."""
        style = self._inks.get(names)
        if style is None:
            style = Style.combine(
                self.get_component_rich_style(f"ink--{name}", partial=True) for name in names.split()
            )
            self._inks[names] = style
        return style

    def segments(self, spans: Iterable[Span], base: Style) -> list[Segment]:
        """Spans as segments over a base style; a reversed base keeps one colour along the whole line."""
        if base.reverse:
            return [
                Segment(text, base + Style(bold=self.ink(ink).bold) if ink else base) for text, ink in spans
            ]
        return [Segment(text, base + self.ink(ink) if ink else base) for text, ink in spans]

    def strip(self, spans: Iterable[Span], width: int, base: Style) -> Strip:
        """One line of exactly ``width`` cells."""
        return Strip(self.segments(spans, base)).adjust_cell_length(width, base).simplify()

    def notify_style_update(self) -> None:
        """Forget styles of the former theme."""
        self._inks.clear()
        super().notify_style_update()
