"""Handing approved visits over to be invoiced, from the log."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from dispatch.desk.billing import invoicing
from screens.asking import Left
from screens.dialogs.asked import AskedField
from screens.files.writing import ask_to_write
from screens.user_screen import UserScreen


async def ask_export(screen: UserScreen) -> None:
    """Show what is ready, ask where to, and export it: marked first, then written."""
    user = screen.user
    if not screen.at_this_machine():
        return
    ready = screen.look(invoicing.ready, user.store)
    if ready is None:
        return
    going, left_out = ready
    lines = [f"left out: {reference}, {why}" for reference, why in left_out]
    if not going:
        screen.say("\n".join(["Nothing is ready to invoice: no visit is approved and not exported.", *lines]))
        return
    consequences = [
        f"{len(going)} approved visits are marked exported: {', '.join(list(going)[:12])}{' …' if len(going) > 12 else ''}",
        *lines,
        "Each is exported once. `dispatch invoice export --again` writes a batch again.",
    ]
    await screen.confirm("Export to be invoiced?", consequences)
    marked: list[invoicing.HandedOver] = []

    def made(typed: dict[str, str], path: Path) -> tuple[str, str]:
        if not marked:
            marked.append(invoicing.export(user, going))
        batch = marked[0]
        text = invoicing.as_csv(batch)
        if path.suffix.casefold() == ".json":
            text = json.dumps(invoicing.as_form(batch, user.firm.zone), indent=1) + "\n"
        return text, f"Batch {batch.batch.id}: {len(batch.visits)} visits are"

    fields = [AskedField("file", "File", "~/invoices.csv", ".csv: a row a line; .json: whole visits")]
    with contextlib.suppress(Left):
        await ask_to_write(screen, "Where to?", fields, made)
        return
    screen.reload()
    if marked:  # what is marked by then is said
        number = marked[0].batch.id
        screen.say(
            f"Batch {number} is marked, but no file was written: dispatch invoice export --again {number}", "warning"
        )
