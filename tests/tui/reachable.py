"""What a person can read on a screen by its keys, and what every screen must be."""

from __future__ import annotations

from tests.tui.driver import Driver

# The sizes and themes that every screen is looked at in; ``ansi`` is without colour.
SIZES = [((80, 24), "dark"), ((120, 40), "dark"), ((80, 24), "ansi")]


def squeezed(text: str) -> str:
    """A text without blanks and line breaks, which wrapping changes."""
    return "".join(text.split())


async def everything(d: Driver) -> str:
    """All text below the head that paging from the beginning to the end shows, squeezed."""
    await d.press("g")
    seen = [_body(d)]
    while True:
        await d.press("pagedown")
        if _body(d) == seen[-1]:
            return "\n".join(seen)
        seen.append(_body(d))


def assert_sound(d: Driver) -> None:
    """Every line has exactly the width of the screen, and the way out stands in the last one."""
    width, height = d.app.size
    strips = d.strips()
    assert len(strips) == height
    assert {strip.cell_length for strip in strips} == {width}
    last = d.lines()[-1]
    assert "esc/b back" in last
    assert "q quit" in last


def _body(d: Driver) -> str:
    return squeezed("\n".join(d.lines()[3:-1]))
