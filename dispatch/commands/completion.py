"""`dispatch completion SHELL`, and the manual page: both are made from the parsers when a wheel is built.

shtab, which writes for the shells, is needed to build and to develop only (hatch_build.py).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from dispatch import __version__
from dispatch.commands import exits
from dispatch.commands.declared import alone
from dispatch.commands.options import Args, option
from dispatch.commands.parser import all_of, every_parser
from dispatch.desk.session.refusals import Refusal

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


COMMANDS = (_completion,)


if __name__ == "__main__":
    make(Path(sys.argv[1]))
