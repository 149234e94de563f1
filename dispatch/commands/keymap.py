"""`dispatch keymap`: every key that can be changed, and what of a person's own keys cannot be taken."""

from __future__ import annotations

import argparse
import sys
from typing import Any


def add_parsers(groups: Any) -> None:
    """Register the command."""
    keymap = groups.add_parser(
        "keymap",
        help="every key: its id, where it works, what it does; whether your own keys.toml holds",
        description="Lists every key with the id under which keys.toml changes it. --check says everything in your own "
        "settings that cannot be taken, and exits 1 if there is anything.",
    )
    keymap.add_argument("--check", action="store_true", help="only say what in keys.toml and personal.toml is at fault")
    keymap.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")
    keymap.set_defaults(run=_keymap)


def _keymap(args: argparse.Namespace) -> int:
    from dispatch.app import DispatchApp
    from dispatch.commands.printing import print_json
    from dispatch.desk.personal import read_personal
    from dispatch.model.text import pad, show
    from screens.keymap import key_rows
    from screens.personal import judged_settings
    from widgets.keyboard import written, written_all

    personal = read_personal()
    keymap, faults = judged_settings(personal, DispatchApp)
    if args.check:
        if args.json:
            print_json({"folder": str(personal.folder), "changed": sorted(keymap), "faults": faults})
        elif not faults:
            print(f"{show(str(personal.folder), 400)}: {len(keymap)} changed, nothing at fault.")
        else:
            for fault in faults:
                print(f"dispatch: {show(fault, 400)}", file=sys.stderr)
        return 1 if faults else 0
    rows = key_rows(DispatchApp, keymap)
    if args.json:
        print_json(
            [
                {
                    "id": row.id,
                    "keys": [written(key) for key in row.keys],
                    "default": [written(key) for key in row.default],
                    "place": row.place,
                    "does": row.does,
                }
                for row in rows
            ]
        )
        return 0
    place = ""
    for row in rows:
        if row.place != place:
            print(f"{'' if not place else chr(10)}{row.place}")
            place = row.place
        yours = "  (yours)" if row.id in keymap else ""
        print(f"  {pad(written_all(row.keys), 16)} {pad(row.id, 20)} {row.does}{yours}")
    return 0
