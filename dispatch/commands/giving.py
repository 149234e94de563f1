"""What is done with a report that a command makes: printed, saved, or sent to its client; one, or one for each client."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from dispatch.commands.declared import Command, acts
from dispatch.commands.options import CONFIRM, Args, Option, User, flag, one_of, option
from dispatch.commands.printing import Result, print_content
from dispatch.desk.session.private_file import FileThere
from dispatch.desk.session.refusals import Faulty, Refusal
from dispatch.lazily import lazily
from dispatch.model.clients import Client
from dispatch.model.paths import typed_path
from dispatch.model.text import show

with lazily(__name__):
    from dispatch.desk.delivery import papers
    from dispatch.desk.reports import everybody, saving
    from dispatch.desk.reports.document import Report

_FORMS = {
    "plain": "as text (the default)",
    "markdown": "as MARKDOWN",
    "html": "as a page to read or print",
    "pdf": "as PDF (extra `pdf`)",
    "csv": "a table of its data as CSV",
    "json": "as JSON",
}
TO = option(
    "--to", "WHOM", "a role, name or address of a contact there; may be given again", action="append", default=[]
)
"""Who gets what is sent."""
_SENT = (
    flag("--send", "send it to the client by mail, through the outbox; undo takes it back until it leaves"),
    TO,
    flag("--check", "with --send: only say what would be sent, and to whom"),
    CONFIRM,
)

Make = Callable[[User, Args], "Report"]


def report(name: str, text: str, *options: Option, sent: bool = False, each: bool = False) -> Callable[[Make], Command]:
    """A report, printed or written into a file, in the form that is wanted.

    Args:
        sent: whether it can be sent to a client.
        each: whether it can be made for every client in one go; the one is `--client` then.
    """

    def declares(make: Make) -> Command:
        @acts(
            name,
            text,
            one_of(
                *(
                    option(f"--{form}", None, text, dest="form", action="store_const", const=form)
                    for form, text in _FORMS.items()
                )
            ),
            option("--table", "NAME", "with --csv: which table of its data (default: the first)", default=""),
            option(
                "--out",
                "FILE",
                "into a file that only you may read; without a form its ending says which. In a folder it gets a name that "
                "says whose it is, and its data a file for each table, as in a .zip",
            ),
            flag("--replace", "write over a file that is there"),
            *(_SENT if sent else ()),
            *((flag("--all", "for every client: into the folder of --out, or with --send"),) if each else ()),
            *options,
        )
        def give(user: User, args: Args) -> Result:
            _consistent(args, sent=sent, each=each)
            if each and args.all:
                return _each(user, args, make)
            made = make(user, args)
            if sent and args.send:
                return send(user, args, made)
            return _save(args, made)

        return give

    return declares


def _consistent(args: Args, *, sent: bool, each: bool) -> None:
    """Refuse options that do not stand together.

    Raises:
        Faulty: some do not.
    """
    if sent and not args.send and (args.to or args.check or args.confirm):
        raise Faulty(["--to, --check and --confirm: stand with --send"])
    if sent and args.send and (args.out or args.form):
        raise Faulty(["--send: stands without --out and without a form"])
    if not each:
        return
    if args.all == (args.client is not None):
        raise Faulty(["--client: a client is expected, or --all for every one"])
    if args.all and not args.send and not (args.out and typed_path(args.out).is_dir()):
        raise Faulty(["--all: --out FOLDER is expected, one that is there, or --send"])


def _save(args: Args, made: Report) -> str | None:
    if args.out in (None, "-"):
        print_content(saving.rendered(made, args.form or "plain", args.table))
        return None
    path = typed_path(args.out)
    return f"{made.title}: in {_files(_saved(args, made, path))}."


def _saved(args: Args, made: Report, path: Path) -> Sequence[Path]:
    try:
        return saving.save(made, path, args.form or saving.form_for(path, "plain"), args.table, replace=args.replace)
    except FileThere as there:
        raise Refusal(f"{there} --replace writes over it.") from None


def _files(files: Sequence[Path]) -> str:
    return ", ".join(show(str(file), 120) for file in files)


def send(user: User, args: Args, made: Report) -> list[str]:
    """Send a report to its client, or with `--check` only say what would be sent; returns what is said of it."""
    mail = papers.prepare(user, made, args.to)
    times = user.firm.times()
    if args.check:
        return list(mail.lines(times))
    return [papers.sent_words(papers.send(user, mail, confirmed=args.confirm), times)]


def _each(user: User, args: Args, make: Make) -> int:
    """For every client; how far it is stands on the standard error of a terminal. What is sent is sent together, at the end."""
    mails: list[papers.PaperMail] = []

    def of(client: Client) -> Report:
        return make(user, argparse.Namespace(**{**vars(args), "client": client}))

    def then(made: Report) -> str:
        if not args.send:
            return _files(_saved(args, made, typed_path(args.out)))
        mail = papers.prepare_of_many(user, made, args.to, args.confirm)
        mails.append(mail)
        return f"to {', '.join(one.address for one in mail.to)}"

    def watch(doing: str, number: int, of: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{doing}: {number + 1} of {of}\x1b[K", end="\n" if number + 1 == of else "", file=sys.stderr)

    found = everybody.for_each(user.store, of, then, watch, doing="Setting" if args.send else "Writing")
    sent = () if args.check else papers.send(user, *mails, confirmed=args.confirm)
    for line in found.lines("paper"):
        print(show(line))
    if sent:
        print(papers.sent_words(sent, user.firm.times()))
    return 1 if found.trouble else 0
