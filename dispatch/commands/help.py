"""`dispatch help`: the pages of the documentation, which are in every installation."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import dispatch


def add_parsers(groups: Any) -> None:
    """Register the command."""
    parser = groups.add_parser(
        "help",
        help="the pages of the documentation",
        description="Lists the pages of the documentation, or shows one; of a command its usage.",
    )
    parser.add_argument("name", nargs="?", metavar="PAGE", help="one of the list, or a command")
    parser.set_defaults(run=_help)


def _help(args: argparse.Namespace) -> int:
    from dispatch.commands.line import GROUPS, run
    from dispatch.commands.paging import page
    from dispatch.desk.refusals import Refusal
    from dispatch.model.text import show

    found = pages()
    if args.name is None:
        print("dispatch help PAGE shows one of these; dispatch COMMAND --help the usage of a command.\n")
        for name, path in found.items():
            print(f"  {name:<12} {_title(path)}")
        return 0
    if args.name in found:
        page(found[args.name].read_text(encoding="utf-8"))
        return 0
    if any(args.name in commands for commands in GROUPS.values()):
        return run([args.name, "--help"])
    raise Refusal(f"There is no page {show(args.name, 40)}. dispatch help lists them.")


def pages() -> dict[str, Path]:
    """The pages by name: those of the wheel, else those of the folder that the program runs from."""
    packages = Path(dispatch.__file__).parent
    folder = next((one for one in (packages / "pages", packages.parent / "docs") if one.is_dir()), packages)
    return {path.stem: path for path in sorted(folder.glob("*.md"))}


def _title(path: Path) -> str:
    with path.open(encoding="utf-8") as lines:
        return lines.readline().lstrip("# ").strip()
