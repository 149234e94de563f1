"""The command line: one parser, one group of commands a file, and one place where refusals become exit codes."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from dispatch.commands import firm, importing, opening, views, visit

EXIT_REFUSED = 1
EXIT_USAGE = 2
EXIT_GATES = 3


def run(words: Sequence[str]) -> int:
    """Carry out one command; returns its exit code: 0 done, 1 refused, 2 usage, 3 close-out refused by its gates."""
    args = _parser().parse_args(words)
    if not hasattr(args, "run"):
        args = _parser().parse_args(["open", *words])
    from db.faults import StoreFault
    from dispatch.desk.refusals import GatesUnmet, Refusal
    from dispatch.model.text import show

    try:
        return int(args.run(args))
    except GatesUnmet as refusal:
        print(show(str(refusal), multiline=True), file=sys.stderr)
        return EXIT_GATES
    except (StoreFault, Refusal) as refusal:
        print(f"dispatch: {show(str(refusal), multiline=True)}", file=sys.stderr)
        return EXIT_REFUSED
    except BrokenPipeError:
        # the reader went away (`dispatch log | head`): not our fault, and nothing left to say it to
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_REFUSED
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    from dispatch import __version__

    parser = argparse.ArgumentParser(
        prog="dispatch",
        description="A dispatch board for on-site IT visits. Without a command it opens the board, your day or the log.",
    )
    parser.add_argument("--version", action="version", version=f"dispatch {__version__}")
    opening_options = opening.common_options()
    groups = parser.add_subparsers(metavar="COMMAND", title="commands")
    views.add_parsers(groups, opening_options)
    visit.add_parsers(groups, opening_options)
    importing.add_parsers(groups)
    firm.add_parsers(groups)
    return parser
