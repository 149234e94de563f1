"""`dispatch client export|erase`, `dispatch contact erase`: what is kept of a client and their people, handed out and erased."""

from __future__ import annotations

from collections.abc import Iterator

from dispatch.commands.declared import CommandGroup, acts
from dispatch.commands.opening import answered, on_terminal
from dispatch.commands.options import CONFIRM, JSON, Args, User, flag, option
from dispatch.commands.printing import Answer, Result, listing, refuse_place, write_private
from dispatch.desk.session.refusals import Faulty
from dispatch.lazily import lazily
from dispatch.model.text import count_text, show

with lazily(__name__):
    from dispatch.desk.personal import erasing, exporting

_NAMED = "personal.erasing.client_called"
_TYPED = option("--name", "NAME", "the name typed once more, where no terminal can ask for it", dest="typed")


@acts(
    "export",
    "everything that is kept of a client as one ZIP: their records as JSON, files and papers",
    option("record", "CLIENT", "archived ones too", reads=_NAMED),
    option("--out", "FILE", "where to", required=True),
    flag("--replace", "write over a file that is there"),
    about="For a lead, when somebody asks what is kept of them. The file is only for you to read (0600).",
)
def _export(user: User, args: Args) -> str | None:
    refuse_place(args.out, "Nothing was written.", replace=args.replace)
    content, counts = exporting.exported(user, args.record)
    told = ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in counts.items())
    return write_private(content, args.out, f"{show(args.out, 120)}: {told}.", replace=args.replace)


@acts(
    "erase",
    "erase what a client said, was called and sent, for good; charges stay, and invoices as long as the books are kept",
    option("client", "CLIENT", "archived ones too", nargs="?"),
    flag("--check", "only say what would be erased, what is kept, and in which copies it still stands"),
    flag("--due", "only list the clients whose time is over by the settings"),
    flag(
        "--finish",
        "take what was erased out of free pages and the log, where somebody was in the way or it was cut off",
    ),
    _TYPED,
    CONFIRM,
    JSON,
    about="For a lead. There is no undo. The name is typed once more. Look at it with --check before.",
)
def _erase(user: User, args: Args) -> Result:
    if args.due:
        return listing(
            erasing.due(user.store),
            erasing.outlook_form,
            lambda one: f"{show(one.client.name)}: since {one.due}",
            "Nobody.",
        )
    if args.finish:
        done = erasing.finish(user)
        return f"{count_text(done, 'erasure')} finished." if done else "Nothing was left to finish."
    if args.client is None:
        raise Faulty(["CLIENT is missing; --due lists those whose time is over"])
    client = erasing.client_called(user.store, args.client)
    found = erasing.outlook(user.store, client)
    if args.check:
        return Answer(found, erasing.outlook_form, erasing.outlook_lines)
    _ask(args, client.name, erasing.outlook_lines(found))
    return _done(erasing.erase_client(user, client, args.typed or "", args.confirm), client.name)


@acts(
    "erase",
    "erase one person of a client for good: the contact, and what names them in all that is the client's",
    option("client", "CLIENT", "archived ones too", reads=_NAMED),
    option("contact", "PERSON", "as the client's contact is called"),
    flag("--check", "only say which texts would change, and which are left though a word of the name stands in them"),
    option("--also", "WORDS", "more words that mean this person there, with commas between", default=""),
    _TYPED,
    JSON,
    about="For a lead. There is no undo. The name is typed once more. Look at it with --check before.",
)
def _erase_contact(user: User, args: Args) -> Result:
    client, contact = args.client, erasing.contact_called(user.store, args.client, args.contact)
    found = erasing.contact_outlook(user.store, client, contact, args.also)
    if args.check:
        return Answer(found, erasing.contact_form, erasing.contact_lines)
    _ask(args, contact.name, erasing.contact_lines(found))
    return _done(erasing.erase_contact(user, client, contact, args.typed or "", args.also), contact.name)


def _ask(args: Args, name: str, lines: list[str]) -> None:
    """Let the name be typed once more at a terminal."""
    if args.typed is None and on_terminal():
        for line in lines:
            print(line)
        args.typed = answered(f"Nothing can bring it back. Type {show(name)} to erase it: ")


def _done(owed: str, name: str) -> Iterator[str]:
    yield f"{show(name)} is erased. Backups and older copies still have it: docs/operating.md says which."
    if owed:
        yield owed


DEEDS = (_export, _erase)
COMMANDS = (CommandGroup("contact", "people at clients'", (_erase_contact,)),)
