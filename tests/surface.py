"""What scripts, key files and settings of people rest on: the names that are typed or read by a program, of one version.

    python -m tests.surface DATABASE > tests/data/releases/VERSION.json

is run once, at a release, on a copy of the sample firm of that version. tests/commands/test_released.py holds every later version
to what it wrote.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import json
import os
import re
import shlex
import sys
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any

from dispatch.__main__ import main
from dispatch.app import DispatchApp
from dispatch.commands.help import manual
from dispatch.commands.parser import choices_of, every_parser
from dispatch.desk.session.preferences import Personal
from screens.program.keymap import key_rows

DEEDS = (
    "travel pin 'Sterling Law' depot 20 --reason ferry",
    "target add --site 'Sterling Law' --name mail --kind tcp --address 198.51.100.7:25 --vantage host",
    "recurrence add --site 'Sterling Law' --work backup --rule 'every 2 weeks on tue' --minutes 60",
    "absence add --technician Ana --from 2026-12-24T08:00 --to 2026-12-24T17:00",
    "keys add {folder}/ana.pub --staff ana",
    "import clients {folder}/clients.csv --accept-good",
    "review approve R4001 --revision 1",
    "--version",
    "visit show R0",
    "visit shwo",
    "visit close R4036 --as ana",
)
"""What is done first, so that no list is empty, and what ends with each exit code that there is."""
FILES = {
    "ana.pub": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK0wmN/Cr3JXqmLW7u+g9pTh+wyqDHpSQEIQczXkVx9q ana\n",
    "clients.csv": "client,notes\nLantern Law,new\n,nobody\n",
}
ANSWERS = (
    "board --date 2026-11-24",
    "day --technician Ana --date 2026-11-24",
    "log --date 2026-11-24",
    "route --technician Ana --date 2026-11-24",
    "late --date 2026-11-24",
    "candidates R4027 --date 2026-11-24",
    "near R4027",
    "glance free",
    "glance breaks",
    "emergency R4027",
    "call R4028 --no-answer",
    "travel show --date 2026-11-24",
    "travel show --matrix --date 2026-11-24",
    "travel learn",
    "travel pins",
    "roads status",
    "visit list",
    "visit show R4001",
    "visit quick 'Sterling Law, printer, 45m' --check",
    "visit story R4001",
    "visit asked",
    "review list",
    "review comments --as ana",
    "invoice list",
    "plan --date 2026-11-24 --seconds 0",
    "staff list",
    "keys list",
    "sessions",
    "client list",
    "site list",
    "target list",
    "recurrence list",
    "technician list",
    "absence list",
    "client show 'Sterling Law'",
    "site show 'Sterling Law'",
    "technician show Ana",
    "staff show dana",
    "settings",
    "keymap",
    "keymap --check",
    "query 'SELECT reference FROM visit'",
    "doctor",
    "charge R4001",
    "levels",
    "levels R4027",
    "levels --client 'Sterling Law'",
    "figures",
    "report day --date 2026-11-24",
    "report month --client 'Sterling Law' --month 2026-11",
    "report sheet --technician Ana --date 2026-11-24",
    "report visit R4001",
    "audit show",
    "audit verify",
    "care list",
    "care show D8:22:2026-04-01",
    "outbox list --all",
    "inbox list --all",
    "rate-card list",
    "rate-card show 'Columbus 2026'",
    "agreement list",
    "agreement show 'Sterling Law'",
    "template list",
    "template preview",
    "template show Short",
    "template history Short",
    "quote --client 'Sterling Law' --minutes 60 --at '2026-11-25 10:00'",
)
"""Commands whose answer is JSON by `--json`."""
TABLES = ("figures --csv", "invoice export --shown R4001@1", "query 'SELECT reference FROM visit' --csv")
KINDS = ("technicians", "clients", "sites", "visits")
"""The files of the book that `import` takes by the names of their columns."""


def carried_out(line: str, database: Path) -> tuple[int, str]:
    """The exit code of a command, and what it printed."""
    words = shlex.split(line)
    whose = [] if "--as" in words or words[0].startswith("-") or words[0] == "keymap" else ["--as", "lee"]
    sys.argv, before = ["dispatch", *words, *whose], sys.argv
    os.environ["DISPATCH_DB"] = str(database)
    out = io.StringIO()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
            return main(), out.getvalue()
    except SystemExit as left:
        return int(left.code or 0), out.getvalue()
    finally:
        sys.argv = before


def commands() -> dict[str, dict[str, str]]:
    """Every command with what it takes: its options by name and its arguments by number.

    Of each how many values follow, ! where it has to be given, and the values that it may have.
    """
    taken: dict[str, dict[str, str]] = {}

    def walk(words: str, parser: argparse.ArgumentParser) -> None:
        taken[words] = {}
        actions = [action for action in parser._actions if not isinstance(action, argparse._SubParsersAction)]
        arguments = iter(range(1, len(actions) + 1))
        for action in actions:
            needed = action.required and action.nargs not in ("?", "*")
            count = f"{1 if action.nargs is None else action.nargs}{'!' if needed else ''}"
            sign = " ".join([count, *sorted(map(str, action.choices or ()))])
            taken[words] |= dict.fromkeys(action.option_strings or [str(next(arguments))], sign)
        for name, below in choices_of(parser).items():
            walk(f"{words} {name}".strip(), below)

    walk("", every_parser())
    return taken


def columns(kind: str, database: Path) -> list[str]:
    """The columns that a file of that kind may have."""
    return sorted(column["name"] for column in json.loads(carried_out(f"import {kind} --columns --json", database)[1]))


def keys() -> list[str]:
    """The ids of all bindings."""
    return sorted({row.id for row in key_rows(DispatchApp)})


def personal() -> list[str]:
    """What may stand in personal.toml."""
    return [field.name for field in fields(Personal) if field.name not in ("folder", "keys", "faults")]


def environment() -> list[str]:
    """The variables that the program reads."""
    return sorted(set(re.findall(r"DISPATCH_[A-Z]+", manual())))


def exits(lines: Iterable[str], database: Path) -> dict[str, int]:
    """The exit codes of commands, one after the other."""
    for name, text in FILES.items():
        database.with_name(name).write_text(text, encoding="utf-8")
    return {line: carried_out(line.format(folder=database.parent), database)[0] for line in lines}


def json_names(line: str, database: Path) -> list[str]:
    """The names of a JSON document: of the records of a list."""
    answer = json.loads(carried_out(f"{line} --json", database)[1])
    records = answer if isinstance(answer, list) else [answer]
    return sorted({name for record in records for name in record})


def csv_names(line: str, database: Path) -> list[str]:
    """The first line of a table."""
    return next(csv.reader(io.StringIO(carried_out(line, database)[1])))


def surface(database: Path) -> dict[str, Any]:
    """All of it; `exits` come first, as they change the database."""
    return {
        "commands": commands(),
        "keys": keys(),
        "personal": personal(),
        "environment": environment(),
        "exits": exits(DEEDS, database),
        "json": {line: json_names(line, database) for line in ANSWERS},
        "csv": {line: csv_names(line, database) for line in TABLES},
        "columns": {kind: columns(kind, database) for kind in KINDS},
    }


def page(names: dict[str, Any]) -> str:
    """As JSON, a line for each command and the like."""
    parts = []
    for part, of in names.items():
        lines = (
            [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in of.items()] if isinstance(of, dict) else []
        )
        inside = "{\n" + ",\n".join(lines) + "\n }" if lines else json.dumps(of)
        parts.append(f" {json.dumps(part)}: {inside}")
    return "{\n" + ",\n".join(parts) + "\n}"


if __name__ == "__main__":
    print(page(surface(Path(sys.argv[1]))))
