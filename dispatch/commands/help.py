"""`dispatch help`, `keymap` and `completion`: what the program says of itself, its manual page too."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dispatch
from dispatch import __version__
from dispatch.commands import exits
from dispatch.commands.declared import alone
from dispatch.commands.options import JSON, Args, flag, option
from dispatch.commands.parser import COMMANDS as KNOWN
from dispatch.commands.parser import all_of, every_parser, parser_of
from dispatch.commands.printing import Answer, Result, page, print_json
from dispatch.desk.session.refusals import Refusal
from dispatch.model.forms import form
from dispatch.model.text import pad, show

if TYPE_CHECKING:
    from screens.program.keymap import KeyRow


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
            with path.open(encoding="utf-8") as lines:
                print(f"  {name:<12} {lines.readline().lstrip('# ').strip()}")
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


SHELLS = ("bash", "zsh", "fish")
FOLDER = Path(__file__).with_name("completions")
"""Where a wheel has them."""

_FILES = ("FILE", "BACKUP", "FILE.pub", "EXTRACT")


@alone(
    "completion",
    "print what completes commands and options in your shell",
    option("shell", "SHELL", ", ".join(SHELLS), choices=SHELLS),
    about="Prints a script for the shell. bash: into ~/.local/share/bash-completion/completions/dispatch; "
    "zsh: into a file _dispatch in a folder of $fpath; fish: into ~/.config/fish/completions/dispatch.fish.",
    common=False,
)
def _completion(args: Args) -> None:
    try:
        text = script(args.shell)
    except ModuleNotFoundError:
        made = FOLDER / args.shell
        if not made.exists():
            raise Refusal(
                "This copy was not installed from a wheel and has no completion in it; install shtab beside it."
            ) from None
        text = made.read_text(encoding="utf-8")
    sys.stdout.write(text)


def script(shell: str) -> str:
    """What completes every command for a shell, made now.

    Raises:
        ModuleNotFoundError: shtab is not installed.
    """
    import shtab

    whole = every_parser()
    for parser in all_of(whole):
        for action in parser._actions:
            if action.metavar in _FILES:
                action.complete = shtab.FILE  # type: ignore[attr-defined]
    return str(shtab.complete(whole, shell=shell))


def manual() -> str:
    """The manual page dispatch(1), made now."""
    whole = every_parser()
    lines = [
        f'.TH DISPATCH 1 "" "dispatch {__version__}" "User Commands"',
        ".SH NAME",
        "dispatch \\- a dispatch board for on\\-site IT visits",
        ".SH SYNOPSIS",
        ".B dispatch\n[\\-\\-db FILE] [\\-\\-as LOGIN] COMMAND …",
        ".SH DESCRIPTION",
        _roff(whole.description or ""),
        ".SH COMMANDS",
    ]
    for parser in all_of(whole):
        if parser is not whole and not parser.hidden:
            lines += [f".SS {_roff(parser.prog)}", *_described(parser)]
    for heading, rows in (("EXIT STATUS", exits.MEANINGS), ("ENVIRONMENT", _ENVIRONMENT)):
        lines.append(f".SH {heading}")
        for name, text in rows.items():
            lines += [".TP", f".B {_roff(str(name))}", _roff(text)]
    return "\n".join(lines) + "\n"


_ENVIRONMENT = {
    "DISPATCH_DB": "the database, where --db names none",
    "DISPATCH_LOG": "the log of commands, where --log names none",
    "PAGER": "what shows long lists on a terminal; empty for nothing (default: less)",
    "DISPATCH_CONFIG": "the folder of keys.toml and personal.toml",
    "DISPATCH_ROADS": "the folder of road engine, graphs and maps",
}


def _described(parser: argparse.ArgumentParser) -> Iterator[str]:
    formatter = parser._get_formatter()
    yield _roff(" ".join(parser.format_usage().removeprefix("usage: ").split()))
    if parser.description:
        yield f".PP\n{_roff(parser.description)}"
    for action in parser._actions:
        if action.help is argparse.SUPPRESS or isinstance(action, argparse._HelpAction | argparse._SubParsersAction):
            continue
        yield f".TP\n.B {_roff(formatter._format_action_invocation(action))}"
        yield _roff(formatter._expand_help(action)) if action.help else ""
    if parser.epilog:
        yield f".PP\n{_roff(parser.epilog)}"


def _roff(text: str) -> str:
    """Text for roff: its signs stand for themselves."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{text}" if text.startswith((".", "'")) else text


def make(folder: Path) -> None:
    """Make the scripts of all shells and the manual page in a folder, for a wheel.

    Raises:
        ModuleNotFoundError: shtab is not installed.
    """
    for shell in SHELLS:
        (folder / shell).write_text(script(shell), encoding="utf-8")
    (folder / "dispatch.1").write_text(manual(), encoding="utf-8")


COMMANDS = (_help, _keymap, _completion)


if __name__ == "__main__":
    make(Path(sys.argv[1]))
