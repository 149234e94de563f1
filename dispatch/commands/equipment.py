"""`dispatch equipment export`: the equipment of all sites as a file that `dispatch import equipment` takes."""

from __future__ import annotations

from dispatch.commands.declared import acts
from dispatch.commands.options import Args, User, flag, option
from dispatch.commands.printing import write_private
from dispatch.lazily import lazily
from dispatch.model.text import count_text, show

with lazily(__name__):
    from dispatch.desk.imports import equipment_rows


@acts(
    "export",
    "all of it as CSV, as `dispatch import equipment` takes it",
    option("--out", "FILE", "where to (default: standard output)"),
    flag("--replace", "write over a file that is there"),
    about="The file is only for you to read (0600).",
)
def _export(user: User, args: Args) -> str | None:
    text = equipment_rows.equipment_csv(user.store)
    said = f"{show(args.out or '', 120)}: {count_text(max(text.count(chr(10)) - 1, 0), 'piece')} of equipment."
    return write_private(text, args.out, said, replace=args.replace)


DEEDS = (_export,)
