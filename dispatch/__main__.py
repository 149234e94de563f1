"""The command `dispatch`."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line; returns the exit code."""
    words = sys.argv[1:]
    if sys.platform == "win32":
        print("dispatch: It runs on Linux, on macOS, and on Windows inside WSL.", file=sys.stderr)
        return 1
    if words in (["--version"], ["-V"]):
        from dispatch import __version__

        print(f"dispatch {__version__}")
        return 0
    if words[:1] == ["seat"] and not {"-h", "--help"} & set(words):
        from dispatch.remote.entry import begin

        return begin("guard", words)
    if words[:1] == ["seat-parent"] and not {"-h", "--help", "--unit"} & set(words):
        from dispatch.remote.entry import begin

        return begin("parent", words[1:])
    try:
        from dispatch.commands.line import run

        return run(words)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
