"""The inks of every line view, by variables of the theme.

They are not component classes: a stylesheet works each of those out for each widget, several times before the first
frame. These are worked out when they are first drawn with.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from rich.style import Style
from textual.color import Color, ColorParseError


class Ink(NamedTuple):
    """A colour and, where it is not the widget's own, a ground: `variable` or `variable percent` of the theme."""

    colour: str
    ground: str = ""
    bold: bool = False


INKS: Mapping[str, Ink] = {
    "plain": Ink("foreground"),
    "strong": Ink("foreground", bold=True),
    "dim": Ink("foreground 62"),
    "faint": Ink("foreground 35"),
    "good": Ink("success"),
    "warn": Ink("text-warning"),
    "bad": Ink("text-error", bold=True),
    "info": Ink("primary"),
    "mark": Ink("accent", bold=True),
    "heading": Ink("primary", bold=True),
    "cursor": Ink("block-cursor-foreground", "block-cursor-background", bold=True),
    "cursor-blurred": Ink("block-cursor-blurred-foreground", "block-cursor-blurred-background"),
    # bars
    "title": Ink("primary", bold=True),
    "key": Ink("primary", bold=True),
    "word": Ink("foreground 85"),
    # maps
    "street": Ink("foreground 22"),
    "road": Ink("foreground 42"),
    # timeline
    "free": Ink("foreground"),
    "off": Ink("foreground 40", "panel"),
    "grid": Ink("foreground 16"),
    "lunch": Ink("foreground 45"),
    "absence": Ink("foreground 50", "panel"),
    "travel": Ink("foreground 45"),
    "travel-now": Ink("primary", bold=True),
    "travel-unknown": Ink("text-warning", bold=True),
    "access": Ink("foreground 60", bold=True),
    "promised": Ink("accent"),
    "now": Ink("accent", bold=True),
    "ahead": Ink("foreground", "foreground 16"),
    "en-route": Ink("text-secondary", "secondary-muted"),
    "on-site": Ink("text-primary", "primary-muted"),
    "closed": Ink("text-success", "success-muted"),
    "ended": Ink("foreground 70", "foreground 12"),
    "late": Ink("foreground", "error-muted", bold=True),
    "moved": Ink("foreground 45", "foreground 6"),
    "edge": Ink("foreground 75"),
    "edge-ahead": Ink("foreground 60"),
    "edge-en-route": Ink("secondary"),
    "edge-on-site": Ink("primary"),
    "edge-closed": Ink("success"),
    "edge-late": Ink("error"),
    "ghost-feasible": Ink("background", "success", bold=True),
    "ghost-warnings": Ink("background", "warning", bold=True),
    "ghost-blocked": Ink("background", "error", bold=True),
    "ghost-pending": Ink("background", "foreground 70", bold=True),
    "name": Ink("foreground", bold=True),
    "name-dim": Ink("foreground 55"),
    "name-here": Ink("accent", bold=True),
    "hours": Ink("foreground 65"),
    "hours-now": Ink("accent", bold=True),
}


def style_of(name: str, variables: Mapping[str, str], ground: Color) -> Style:
    """The style of an ink on a widget's ground, in the colours of a theme's variables. `ink-NAME` of a theme is that ink there:
    `colour on ground`."""
    if own := variables.get(f"ink-{name}"):
        return Style.parse(own)
    ink = INKS[name]
    if ink.ground:
        ground = _blended(ink.ground, variables, ground)
    colour = _blended(ink.colour, variables, ground)
    # None, not False: a style that is added to this one may still be bold
    return Style(color=colour.rich_color, bgcolor=ground.rich_color, bold=ink.bold or None)


def _blended(spec: str, variables: Mapping[str, str], ground: Color) -> Color:
    variable, _, percent = spec.partition(" ")
    value = variables[variable]
    if value.startswith("auto"):
        share = value.removeprefix("auto").strip().removesuffix("%")
        colour = ground.get_contrast_text(float(share) / 100 if share else 1.0)
    else:
        name, _, share = value.partition(" ")
        try:
            colour = Color.parse(name)
        except ColorParseError:
            # a variable of a theme that stands for another one
            return _blended(f"{name.removeprefix('$')} {percent}".strip(), variables, ground)
        if share:
            colour = colour.multiply_alpha(float(share.removesuffix("%")) / 100)
    alpha = colour.a * (int(percent) / 100 if percent else 1.0)
    return ground.blend(colour.with_alpha(1.0), alpha)
