"""Handing approved visits over to be invoiced, from the log."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from dispatch.desk.billing import invoicing
from dispatch.desk.session.private_file import FileThere, write_private
from dispatch.model.paths import typed_path
from screens.asking import Left
from screens.dialogs.asked import AskedField
from screens.user_screen import UserScreen


async def ask_export(screen: UserScreen) -> None:  # noqa: C901  one question after another
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
    done: list[str] = []
    marked: list[invoicing.HandedOver] = []
    warned: list[Path] = []

    def save(typed: dict[str, str]) -> list[str]:
        path = typed_path(typed["file"].strip())
        if not path.parent.is_dir():
            return [f"file: there is no folder {path.parent}"]
        if path.exists() and path not in warned:
            warned.append(path)
            return [f"{path.name} is there already. Saving again writes over it."]

        def deed() -> None:
            if not marked:
                marked.append(invoicing.export(user, going))
            batch = marked[0]
            text = invoicing.as_csv(batch)
            if path.suffix.casefold() == ".json":
                text = json.dumps(invoicing.as_form(batch, user.firm.zone), indent=1) + "\n"
            try:
                write_private(path, text, replace=path in warned)
            except FileThere:
                warned.append(path)
                raise
            done.append(f"Batch {batch.batch.id}: {len(batch.visits)} visits are in {path}, which only you may read.")

        return screen.faults_of(deed)

    fields = [AskedField("file", "File", "~/invoices.csv", ".csv: a row a line; .json: whole visits")]
    with contextlib.suppress(Left):  # what is marked by then is said
        await screen.fill("Where to?", fields, save)
    screen.reload()
    if done:
        screen.say(done[-1])
    elif marked:
        number = marked[0].batch.id
        screen.say(
            f"Batch {number} is marked, but no file was written: dispatch invoice export --again {number}", "warning"
        )
