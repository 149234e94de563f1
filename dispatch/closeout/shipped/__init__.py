"""The templates of checklists that the program brings beside the two that every firm begins with (design/close-out.md C5b).

Each is a file as `dispatch template export` writes it. A new firm begins with all of them; another takes those that it wants.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from dispatch.closeout.template_form import items_from
from dispatch.model.templates import Template


@cache
def forms() -> tuple[dict[str, Any], ...]:
    """The templates as a file has them, by name."""
    read = [json.loads(file.read_text("utf-8")) for file in files(__package__).iterdir() if file.name.endswith(".json")]
    return tuple(sorted(read, key=lambda form: form["name"]))


def templates() -> tuple[Template, ...]:
    """The same as templates, which serve any client."""
    return tuple(
        Template(
            form["name"],
            items_from(form["items"], []),
            kinds=tuple(form["for"].get("kinds", ())),
            tags=tuple(form["for"].get("tags", ())),
        )
        for form in forms()
    )
