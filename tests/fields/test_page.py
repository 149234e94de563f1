"""docs/fields.md is made from the tables."""

from __future__ import annotations

import os
from pathlib import Path

from dispatch.closeout.template_form import ITEM
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.imports.importing import SUBJECTS, columns_of
from dispatch.fields.record import Field
from dispatch.records.agreements import BLOCK
from dispatch.records.requests import REQUEST

PAGE = Path(__file__).parents[2] / "docs" / "fields.md"


def row(field: Field, key: str = "") -> str:
    only = f"; only a {field.roles[0].value} types it" if field.roles else ""
    written = f"`{key or field.option}`"
    told = [f"{field.kind.description}{only}".replace("|", "\\|"), field.hint.replace("|", "\\|")]
    return f"| {field.label}{' *' if field.required else ''} | {written} | {' | '.join(told)} |"


def page() -> str:
    """docs/fields.md as the tables have it."""
    lines = [
        "# Fields",
        "",
        "What each record consists of. This page is made from the program's tables: a form, the options of a command, a file,",
        "JSON and undo all read a field by its one declaration, so that what one refuses the others refuse in the same words.",
        "",
        "Yes and no may be written yes, y, true, on, 1 and no, n, false, off, 0. In a form the words of a choice stand in sight:",
        "space, the arrows to the sides or a first letter choose; names of the book are completed with the right arrow;",
        "ctrl+o chooses a day from a calendar.",
        "A field marked * may not be empty.",
    ]
    for record in (REQUEST, BLOCK, *(record_store.record for record_store in RECORD_STORES.values())):
        title = record.plural.capitalize()
        lines += ["", f"## {title}", "", f"Written by: {', '.join(role.value for role in record.roles)}.", ""]
        lines += ["| field | option | what it can be | for example |", "| --- | --- | --- | --- |"]
        lines += [row(field) for field in record.typed]
    lines += ["", "## Items of a template", "", "| field | in a file | what it can be | for example |"]
    lines += ["| --- | --- | --- | --- |", *(row(field, field.name) for field in ITEM)]
    lines += [
        "",
        "## Files",
        "",
        "`dispatch import KIND --columns` lists these, `--template` prints the first line of a file.",
    ]
    for kind in SUBJECTS:
        lines += ["", f"### {kind}.csv", "", "| column | what goes in |", "| --- | --- |"]
        for column in columns_of(kind):
            mark = " *" if column.required else ""
            about = column.about.replace("|", "\\|")
            lines.append(f"| `{column.name}`{mark} | {about} |")
    return "\n".join(lines) + "\n"


def test_page_is_made_from_the_tables() -> None:
    if os.environ.get("UPDATE_DOCS"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page(), "run the tests once with UPDATE_DOCS=1"
