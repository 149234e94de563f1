"""`dispatch target suggest`: what answers under the names of a client's mail domain, to be tested from now on."""

from __future__ import annotations

import sys

from dispatch.commands.declared import acts
from dispatch.commands.options import Args, User, flag, one_of, option
from dispatch.commands.printing import print_json
from dispatch.desk.session.refusals import Faulty
from dispatch.lazily import lazily
from dispatch.model.forms import forms
from dispatch.model.text import pad, show

with lazily(__name__):
    from dispatch.desk.book import records, suggesting


@acts(
    "suggest",
    "what answers under the names of a client's mail domain, to be tested from now on",
    option("site", "SITE", "its name, or a part that only it has", reads="book.records.site_named"),
    option("--domain", "DOMAIN", "default: those of the mail addresses of the client's contacts", default=""),
    one_of(
        option(
            "--take", "N", "register the one of that number; repeat for several", type=int, action="append", default=[]
        ),
        flag("--take-all", "register all of them"),
    ),
    flag("--json", "as JSON (docs/json.md)"),
    about="Asks the network for mail, web, mail boxes and remote access under the usual names. Nothing is registered unasked.",
)
def suggest(user: User, args: Args) -> str | None:
    found = suggesting.suggest(
        user, args.site, args.domain, tell=lambda line: print(show(line), file=sys.stderr, flush=True)
    )
    if args.json and not (args.take or args.take_all):
        print_json(forms(found, "name kind address answer"))
        return None
    wrong = [number for number in args.take if not 1 <= number <= len(found)]
    if wrong:
        raise Faulty([f"--take: a number from 1 to {len(found)} is expected, not {wrong[0]}"])
    if args.take or args.take_all:
        chosen = found if args.take_all else [found[number - 1] for number in dict.fromkeys(args.take)]
        taken = suggesting.take(user, args.site, chosen)
        if args.json:
            print_json(forms(taken, "name kind address"))
            return None
        return f"{records.site_title(user.store, args.site)} has {', '.join(one.name for one in taken)}; undo takes it back."
    for number, one in enumerate(found, 1):
        print(
            show(f"{number:>2}  {pad(one.name, 20)} {pad(one.kind.value, 8)} {pad(one.address, 34)} {one.answer}", 200)
        )
    return "--take N registers one, --take-all all." if found else "Nothing answers that is not registered already."


DEEDS = (suggest,)
