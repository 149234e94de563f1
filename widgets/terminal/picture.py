"""A picture drawn in the terminal that is the standard output, below whatever stands there."""

from __future__ import annotations

import io


def draw(data: bytes) -> str:
    """Draw a picture by sixel or kitty's protocol where the terminal has them, else in half blocks; returns why it could not be,
    empty where it was. The terminal is asked what it can, so that nobody else may read from it meanwhile."""
    try:
        from rich.console import Console
        from textual_image.renderable import Image
    except ImportError:
        return "it is drawn in the terminal with the extra `pictures`: copy it out"
    console = Console(highlight=False)
    try:
        console.print(Image(io.BytesIO(data), "auto", "auto"), height=max(1, console.height - 3))
    except Exception:  # what a decoder says of a broken picture is of any kind
        return "it is broken, and cannot be shown"
    return ""
