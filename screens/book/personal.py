"""Everything of a client as an archive, and erasing a client or one of their people."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dispatch.desk.personal import erasing, exporting
from dispatch.desk.session.private_file import write_private
from dispatch.model.clients import Client, Contact
from dispatch.model.text import show
from screens.dialogs.asked import AskedField, ChoiceRow
from screens.files import writing
from screens.user_screen import UserScreen


async def export(screen: UserScreen, client: Client) -> None:
    """Write everything that is kept of a client into one ZIP."""

    def write(typed: dict[str, str], path: Path, over: bool) -> str:
        content, counts = exporting.exported(screen.user, client)
        write_private(path, content, replace=over)
        return f"{sum(counts.values()):,} records are in {path}, which only you may read."

    fields = [AskedField("file", "File", f"~/client-{client.id}.zip", ".zip: JSON, files and papers")]
    await writing.ask_to_write(screen, f"Everything that is kept of {client.name}", fields, write)


async def erase(screen: UserScreen, client: Client) -> None:
    """Erase a client or one of their people, after it was looked at and typed once more."""
    user = screen.user
    whom: list[ChoiceRow[Contact | Client]] = [
        ChoiceRow(f"only {contact.name}", contact, "what names them, in all that is the client's")
        for contact in client.contacts
    ]
    whom.append(
        ChoiceRow("the whole client", client, "all that they said, were called and sent; charges and invoices stay")
    )
    chosen = await screen.choose(f"Erase for good, of {client.name}", whom)
    if isinstance(chosen, Contact):
        contact = chosen
        named = erasing.contact_outlook(user.store, client, contact)
        await screen.confirm(f"Erase {contact.name} for good?", erasing.contact_lines(named)[1:])
        fields = [
            AskedField("name", f"Type {contact.name}", "", "nothing can bring it back"),
            AskedField("also", "Other words", "", "more words that mean them there, with commas between"),
        ]
        owed = await screen.fill_in(
            f"Erase {contact.name}",
            fields,
            lambda typed: erasing.erase_contact(user, client, contact, typed["name"], typed["also"]),
        )
        screen.say(owed or f"{contact.name} is erased.")
        return
    found = erasing.outlook(user.store, client)
    await screen.confirm(
        f"Erase {client.name} for good?", [show(line, 200) for line in erasing.outlook_lines(found)[1:]]
    )
    fields = [AskedField("name", f"Type {client.name}", "", "nothing can bring it back")]

    def deed(typed: dict[str, str], confirmed: Sequence[str] = ()) -> str:
        return erasing.erase_client(user, client, typed["name"], confirmed)

    owed = await screen.fill_in(f"Erase {client.name}", fields, deed)
    screen.say(owed or f"{client.name} is erased. Older copies still have it.")
