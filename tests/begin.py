"""Begins a Python program with the clock of the test that starts it (tests/wall.py):

    python [FLAGS] tests/begin.py ZERO -m MODULE | -c CODE | FILE [WORDS …]

ZERO is the moment at which this machine's monotonic clock stood at nought, in epoch seconds: the clock of the program goes on
from it, and knows nothing of the machine's own. A program that the program becomes, in the same interpreter, has it too.
"""

import os
import runpy
import sys
import time


def main() -> None:
    zero, kind, *words = sys.argv[1:]
    begun = [__file__, zero]
    time.time = lambda: float(zero) + time.monotonic()
    execv = os.execv

    def become(path: str, arguments: list[str]) -> None:
        if path == sys.executable:
            first = next(place for place, word in enumerate(arguments) if place and word[:1] != "-")
            arguments = [*arguments[:first], *begun, *arguments[first:]]
        execv(path, arguments)

    os.execv = become
    named = kind if kind[:1] != "-" else words.pop(0)
    if not sys.flags.safe_path:
        # what the interpreter would have put there without us
        sys.path[0] = {"-m": os.getcwd(), "-c": ""}.get(kind, os.path.dirname(os.path.abspath(named)))
    sys.argv[:] = [named if kind not in ("-m", "-c") else kind, *words]
    if kind == "-m":
        runpy.run_module(named, run_name="__main__", alter_sys=True)
    elif kind == "-c":
        exec(compile(named, "<string>", "exec"), sys.modules["__main__"].__dict__)
    else:
        runpy.run_path(named, run_name="__main__")


if __name__ == "__main__":
    main()
