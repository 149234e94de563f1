"""`dispatch help`: the pages of the documentation, which are in every installation."""

from __future__ import annotations

from pathlib import Path

import dispatch
from dispatch.commands.declared import alone
from dispatch.commands.options import Args, option
from dispatch.commands.pager import page
from dispatch.commands.parser import COMMANDS as KNOWN
from dispatch.commands.parser import parser_of
from dispatch.desk.session.refusals import Refusal
from dispatch.model.text import show


@alone(
    "help",
    "the pages of the documentation",
    option("name", "PAGE", "one of the list, or a command", nargs="?"),
    about="Lists the pages of the documentation, or shows one; of a command its usage.",
    common=False,
)
def _help(args: Args) -> int:
    every_page = pages()
    if args.name is None:
        print("dispatch help PAGE shows one of these; dispatch COMMAND --help the usage of a command.\n")
        for name, path in every_page.items():
            print(f"  {name:<12} {_title(path)}")
        return 0
    if args.name in every_page:
        page(every_page[args.name].read_text(encoding="utf-8"))
        return 0
    if args.name in KNOWN:
        parser_of(args.name).parse_args([args.name, "--help"])
    raise Refusal(f"There is no page {show(args.name, 40)}. dispatch help lists them.")


def pages() -> dict[str, Path]:
    """The pages by name: those of the wheel, else those of the folder that the program runs from."""
    packages = Path(dispatch.__file__).parent
    folder = next((place for place in (packages / "pages", packages.parent / "docs") if place.is_dir()), packages)
    return {path.stem: path for path in sorted(folder.glob("*.md"))}


def _title(path: Path) -> str:
    with path.open(encoding="utf-8") as lines:
        return lines.readline().lstrip("# ").strip()


COMMANDS = (_help,)
