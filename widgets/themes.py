"""The two themes of the product: hues of Okabe and Ito, which people with any colour vision can tell apart.

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
    },
)
"""For light terminals."""

THEMES = (DARK, LIGHT)
