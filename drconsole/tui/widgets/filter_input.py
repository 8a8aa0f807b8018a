"""The field of the filter."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from drconsole.tui.actions import bindings_of
from drconsole.tui.keys.action import FILTER
from drconsole.tui.widgets.field import Field


class FilterInput(Field):
    """The keys of the filter belong to its field: while it is open, letters are letters."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of(FILTER)]
