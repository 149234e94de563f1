"""`dispatch keymap`: every key that can be changed, and what of a person's own keys cannot be taken."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from dispatch.commands.declared import alone
from dispatch.commands.options import JSON, Args, flag
from dispatch.commands.printing import Answer, Result, print_json
from dispatch.model.forms import form
from dispatch.model.text import pad, show

if TYPE_CHECKING:
    from screens.program.keymap import KeyRow


@alone(
    "keymap",
    "every key: its id, where it works, what it does; whether your own keys.toml holds",
    flag("--check", "only say what in keys.toml and personal.toml is at fault"),
    JSON,
    about="Lists every key with the id under which keys.toml changes it. --check says everything in your own "
    "settings that cannot be taken, and exits 1 if there is anything.",
    common=False,
)
def _keymap(args: Args) -> Result:
    from dispatch.app import DispatchApp
    from dispatch.desk.session.preferences import read_personal
    from screens.program.keymap import key_rows
    from screens.program.personal import judged_settings
    from widgets.terminal.keyboard import written, written_all

    personal = read_personal()
    keymap, faults = judged_settings(personal, DispatchApp)
    if args.check:
        if args.json:
            print_json({"folder": str(personal.folder), "changed": sorted(keymap), "faults": faults})
        elif not faults:
            print(f"{show(str(personal.folder), 400)}: {len(keymap)} changed, nothing at fault.")
        for fault in () if args.json else faults:
            print(f"dispatch: {show(fault, 400)}", file=sys.stderr)
        return 1 if faults else 0

    def json_form(row: KeyRow) -> dict[str, Any]:
        return form(
            row, "id keys default place does", keys=[*map(written, row.keys)], default=[*map(written, row.default)]
        )

    def lines(rows: Sequence[KeyRow]) -> Iterator[str]:
        place = ""
        for row in rows:
            if row.place != place:
                yield from ["", row.place] if place else [row.place]
                place = row.place
            yours = "  (yours)" if row.id in keymap else ""
            yield f"  {pad(written_all(row.keys), 16)} {pad(row.id, 20)} {row.does}{yours}"

    return Answer([*key_rows(DispatchApp, keymap)], lambda rows: [*map(json_form, rows)], lines)


COMMANDS = (_keymap,)
