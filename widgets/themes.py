"""The themes of the product: hues of Okabe and Ito, which people with any colour vision can tell apart.

Widgets name theme variables only, so that every theme of Textual works too.
"""

from textual.theme import Theme

DARK = Theme(
    name="dispatch-dark",
    primary="#56b4e9",
    secondary="#a78bda",
    warning="#e69f00",
    error="#d9601a",
    success="#1fa67a",
    accent="#f0e442",
    foreground="#d8dbe0",
    background="#16181d",
    surface="#16181d",
    panel="#22262e",
    dark=True,
    variables={
        "block-cursor-background": "#f0b429",
        "block-cursor-foreground": "#16181d",
        "block-cursor-blurred-background": "#5a4a1e",
        "block-cursor-blurred-foreground": "#f5d78a",
        "primary-muted": "#1f5c86",
        "secondary-muted": "#453a72",
        "success-muted": "#1d5243",
        "error-muted": "#7c3410",
        "text-success": "#a6dcc6",
        "text-primary": "#dff0fb",
        "text-secondary": "#ddd3f7",
        "text-error": "#ff9b62",
        "text-warning": "#f0b050",
        "text-disabled": "auto 58%",
    },
)
"""For dark terminals."""

LIGHT = Theme(
    name="dispatch-light",
    primary="#0067a3",
    secondary="#6a4bb0",
    warning="#9a6200",
    error="#b84300",
    success="#00734f",
    accent="#8a6d00",
    foreground="#1c2126",
    background="#fafafa",
    surface="#fafafa",
    panel="#e6e9ee",
    dark=False,
    variables={
        "block-cursor-background": "#ffcf4d",
        "block-cursor-foreground": "#16181d",
        "block-cursor-blurred-background": "#fbe9b8",
        "block-cursor-blurred-foreground": "#4d3b00",
        "primary-muted": "#b9dcf2",
        "secondary-muted": "#ddd2f3",
        "success-muted": "#c2e8d9",
        "error-muted": "#f6cdb5",
        "text-success": "#00573c",
        "text-primary": "#003e63",
        "text-secondary": "#3d2580",
        "text-error": "#9c3900",
        "text-warning": "#8a5800",
        "text-disabled": "auto 58%",
    },
)
"""For light terminals."""

FEW = Theme(
    name="dispatch-16",
    primary="#55ffff",
    secondary="#ff55ff",
    warning="#ffff55",
    error="#ff5555",
    success="#55ff55",
    accent="#ffff55",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#000000",
    dark=True,
    variables={
        # the nearest of the sixteen is #00aaaa; bright enough that what chooses its own contrast on it is black
        "block-cursor-background": "#10b4b4",
        "block-cursor-foreground": "#000000",
        "block-cursor-blurred-background": "#0000aa",
        "block-cursor-blurred-foreground": "#ffffff",
        "primary-muted": "#0000aa",
        "secondary-muted": "#aa00aa",
        "success-muted": "#00aa00",
        "error-muted": "#aa0000",
        "text-success": "#55ff55",
        "text-primary": "#ffffff",
        "text-secondary": "#ffffff",
        "text-error": "#ff5555",
        "text-warning": "#ffff55",
        "input-selection-background": "#0000aa",
        # a lesser share would be the dark grey of a field, or of nothing
        "text-muted": "auto 75%",
        "text-disabled": "auto 75%",
        # a share of a colour is nothing of its own among sixteen, and bold black is grey
        "ink-cursor": "#000000 on #00aaaa",
        "ink-ghost-feasible": "#000000 on #00aa00",
        "ink-ghost-warnings": "#000000 on #aa5500",
        "ink-ghost-blocked": "bold #ffffff on #aa0000",
        "ink-ghost-pending": "#000000 on #aaaaaa",
        "ink-ahead": "#000000 on #aaaaaa",
        "ink-closed": "#000000 on #00aa00",
        "ink-ended": "#aaaaaa on #000000",
        "ink-moved": "#555555 on #000000",
    },
)
"""For terminals of eight or sixteen colours: these sixteen as they are, no ground brighter than the first eight."""

THEMES = (DARK, LIGHT, FEW)
