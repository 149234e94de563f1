"""`dispatch branch …`: other offices of the firm, each with a database of its own."""

from __future__ import annotations

import sys

from dispatch.commands.declared import CommandGroup, acts, reads
from dispatch.commands.options import JSON, Args, Store, User, option
from dispatch.commands.printing import Answer, Result, print_content
from dispatch.lazily import lazily
from dispatch.model.text import show

with lazily(__name__):
    from dispatch.desk.branches import fetching, looking, told

_NAME = option("name", "NAME", "what it is called here")


@acts(
    "add",
    "look at another office from here",
    _NAME,
    option("where", "WHERE", "its database: a file, or ssh://user@host/path/of/the.db"),
    option("--program", "PATH", "what our program is called there (default: dispatch)", default="dispatch"),
    about="Nothing is ever written there. A file is read as it stands; over SSH our program there hands over a copy, only where "
    "something was saved since the last one. OpenSSH's own settings and keys count; nothing is asked for.",
)
def _add(user: User, args: Args) -> str:
    look = looking.add(user, args.name, args.where, args.program)
    return f"{show(look.name)} is a branch: {look.age(user.firm.times())}."


@acts("list", "the branches, and how old what is shown of each is", JSON)
def _list(user: User, _: Args) -> Answer:
    times = user.firm.times()
    with looking.looks(user) as looks:
        forms = [told.look_form(look, times) for look in looks]
        lines = [f"{show(look.name)}: {told.seen(look, times)}" for look in looks]
    return Answer(looks, lambda _: forms, lambda _: lines)


@acts("remove", "look at an office no more; what came from it stays", _NAME)
def _remove(user: User, args: Args) -> str:
    return f"{show(looking.remove(user, args.name).name)} is no branch any more."


@reads(
    "copy",
    "hand a copy of this database to another office (run over SSH by its program)",
    option("--have", "N", "the newest row of the audit that it has", type=int, default=-1),
)
def _copy(store: Store, args: Args) -> Result:
    print_content(b"")
    for part in fetching.handed_over(store, args.have):
        sys.stdout.buffer.write(part)
    return None


COMMANDS = (CommandGroup("branch", "other offices, each with a database of its own", (_add, _list, _remove, _copy)),)
