"""Themes as YAML files: where they are, what they may say, and what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

import yaml
from textual.color import Color, ColorParseError
from textual.theme import Theme

from drconsole.config.paths import theme_folder, theme_names
from drconsole.errors import ThemeError

COLOURS = (
    "primary",
    "secondary",
    "warning",
    "error",
    "success",
    "accent",
    "foreground",
    "background",
    "surface",
    "panel",
    "boost",
)
FLAGS = ("dark", "ansi")
INK_VARIABLES = (
    "ink-muted",
    "ink-label",
    "ink-key",
    "ink-critical",
    "ink-warning",
    "ink-good",
    "ink-arrow",
    "role-original",
    "role-replica",
    "role-recovered",
    "role-former-original",
    "role-test-copy",
    "role-placeholder",
    "role-leftover",
    "role-unprotected",
    "role-unknown",
)
PLANE_VARIABLES = ("head-plane", "pane-plane", "cursor-plane")
BADGE_VARIABLES = ("badge-critical", "badge-warning", "badge-critical-text", "badge-warning-text")
STYLE_VARIABLES = ("cursor-text-style", "badge-text-style")
# Textual's own style sheets ask for these, but it makes them only for themes of true colours.
NOT_MADE_FOR_ANSI = ("ansi-background", "ansi-foreground", "surface-active", "foreground-disabled")
STYLE_WORDS = frozenset({"none", "bold", "dim", "italic", "reverse", "underline"})
COLOUR_VARIABLES = (*INK_VARIABLES, *PLANE_VARIABLES, *BADGE_VARIABLES)


def find_theme(name: str) -> Theme:
    """Load a theme by the name of a shipped one, or from the path of a YAML file.

    Raises:
        ThemeError: there is no such theme, or its file is wrong.
    """
    if name.endswith((".yaml", ".yml")):
        return load_theme(Path(name))
    names = theme_names()
    if name not in names:
        raise ThemeError(
            f"There is no theme of this name; the themes are {', '.join(names)}.",
            hint=_nearest(name, names) or "A path that ends in .yaml is a theme file of your own.",
            subject=name,
        )
    return load_theme(theme_folder() / f"{name}.yaml")


def load_theme(path: Path) -> Theme:
    """Read and check one theme file.

    Raises:
        ThemeError: unreadable, not YAML, an unknown field, a bad colour or a missing ``primary``.
    """
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError) as error:
        raise ThemeError(f"The theme file cannot be read: {error}.", subject=str(path)) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise ThemeError("The theme file is not YAML.", subject=where) from error
    fields = _Fields(path)
    fields.take(node)
    if "primary" not in fields.colours:
        raise ThemeError("The theme has no primary colour.", subject=str(path))
    colours = {name: value for name, value in fields.colours.items() if name != "primary"}
    return Theme(
        name=path.stem,
        primary=fields.colours["primary"],
        dark=fields.flags.get("dark", True),
        ansi=fields.flags.get("ansi", False),
        variables=fields.variables,
        secondary=colours.get("secondary"),
        warning=colours.get("warning"),
        error=colours.get("error"),
        success=colours.get("success"),
        accent=colours.get("accent"),
        foreground=colours.get("foreground"),
        background=colours.get("background"),
        surface=colours.get("surface"),
        panel=colours.get("panel"),
        boost=colours.get("boost"),
    )


def variable_defaults(theme: Theme) -> dict[str, str]:
    """Values for our own variables that a theme leaves out: plain text on plain ground, marked by style."""
    text = theme.foreground or ("#e0e0e0" if theme.dark else "#202020")
    ground = theme.background or ("#121212" if theme.dark else "#efefef")
    return {
        **dict.fromkeys(INK_VARIABLES, text),
        **dict.fromkeys(PLANE_VARIABLES, ground),
        **dict.fromkeys(BADGE_VARIABLES, text),
        "badge-critical": ground,
        "badge-warning": ground,
        "cursor-text-style": "reverse",
        "badge-text-style": "bold reverse",
        **dict.fromkeys(NOT_MADE_FOR_ANSI, text),
    }


@dataclass
class _Fields:
    """The fields of one theme file, checked as they are taken."""

    path: Path
    colours: dict[str, str] = field(default_factory=dict)
    flags: dict[str, bool] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)

    def take(self, node: yaml.Node | None) -> None:
        """Take the whole document."""
        for name, value in self._pairs(node, "the theme", (*COLOURS, *FLAGS, "variables")):
            if name == "variables":
                for variable, text in self._pairs(value, name, (*COLOUR_VARIABLES, *STYLE_VARIABLES)):
                    style = variable in STYLE_VARIABLES
                    self.variables[variable] = self._style(text) if style else self._colour(text)
            elif name in FLAGS:
                self.flags[name] = self._flag(value)
            else:
                self.colours[name] = self._colour(value)

    def _pairs(
        self, node: yaml.Node | None, what: str, known: tuple[str, ...]
    ) -> list[tuple[str, yaml.Node]]:
        if not isinstance(node, yaml.MappingNode):
            raise self._error(f"{what} is not a list of fields", node)
        pairs: list[tuple[str, yaml.Node]] = []
        for key, value in node.value:
            if key.value not in known:
                raise self._error(f"unknown field {key.value!r}", key, hint=_nearest(str(key.value), known))
            if key.value in (name for name, _ in pairs):
                raise self._error(f"the field {key.value!r} stands here twice", key)
            pairs.append((key.value, value))
        return pairs

    def _colour(self, node: yaml.Node) -> str:
        text = str(node.value)
        try:
            Color.parse(text)
        except ColorParseError as error:
            raise self._error(f"{text!r} is not a colour", node, hint="Write it as '#rrggbb'.") from error
        return text

    def _style(self, node: yaml.Node) -> str:
        text = str(node.value)
        if not text or not set(text.split()) <= STYLE_WORDS:
            raise self._error(f"{text!r} is not a text style", node, hint=f"Known: {_join(STYLE_WORDS)}.")
        return text

    def _flag(self, node: yaml.Node) -> bool:
        if node.tag != "tag:yaml.org,2002:bool":
            raise self._error(f"{node.value!r} is neither true nor false", node)
        return str(node.value).lower() in ("true", "yes", "on")

    def _error(self, message: str, node: yaml.Node | None, *, hint: str = "") -> ThemeError:
        where = f"{self.path}:{node.start_mark.line + 1}" if node else str(self.path)
        return ThemeError(f"{message}.", hint=hint, subject=where)


def _nearest(name: str, known: Sequence[str]) -> str:
    close = get_close_matches(name, known, 1)
    return f"Did you mean {close[0]!r}?" if close else ""


def _join(words: frozenset[str]) -> str:
    return ", ".join(sorted(words))
