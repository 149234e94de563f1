"""What a forced command runs: every check that has to come before anything is imported (design/remote.md).

Run as a file by `python -I`, so that neither variables nor folders of whoever connects reach the interpreter:

    python -I …/dispatch/remote/guard.py seat --db FILE --key K17

Only what the interpreter has loaded anyway, and `re` and `resource`, is imported before the checks have passed.
"""

import os
import re
import resource
import signal
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

KEPT = {
    "TERM": r"[A-Za-z0-9+._-]{1,40}",
    "COLORTERM": r"truecolor|24bit",
    "NO_COLOR": r"[!-~]{1,16}",
    "SSH_CONNECTION": r"[0-9A-Fa-f:.%a-z ]{1,100}",
    "SSH_USER_AUTH": r"/[\w/.-]{1,200}",
}
"""The variables that pass, and what they may hold. Everything else is dropped: TEXTUAL_* and PYTHON* steer the program."""
OURS = {
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "TEXTUAL_ANIMATIONS": "none",
    "TEXTUAL_SMOOTH_SCROLL": "0",
}
"""The variables that a session has: no movement on the screen that a slow line would pay for."""
COMMANDS = (
    re.compile(r"(?P<verb>attach) (?P<reference>[!-~]{1,40}) (?P<item>[!-~]{1,90}) (?P<name>[^\x00-\x1f\x7f]{1,200})"),
    re.compile(r"(?P<verb>result) (?P<reference>[!-~]{1,40})"),
    re.compile(r"(?P<verb>take)( (?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2}))?"),
    re.compile(r"(?P<verb>hand-in)( --clock (?P<clock>right|wrong))?( --confirm (?P<marks>[0-9a-f,]{1,400}))?"),
)
"""The commands that a key takes, whole; whatever else is asked for is refused."""

MEMORY = {resource.RLIMIT_AS: 4 << 30, resource.RLIMIT_DATA: 1 << 30}
"""Bytes that a session may have: of addresses, where each thread reserves much that it never fills, and of what it fills. A session
at work has an eighth of either; whoever makes one grow ends it, and no other."""

EXIT_USAGE = 2


def refuse(sentence: str) -> "SystemExit":
    """Say why there is no session; returns what to raise."""
    sys.stderr.write(f"dispatch: {sentence}\n")
    return SystemExit(EXIT_USAGE)


def orders(words: list[str]) -> dict[str, str]:
    """What the key file says: `--key`, `--db`, `--mouse`, `--idle MINUTES`. Raises SystemExit for anything else."""
    given: dict[str, str] = {}
    rest = iter(words[1:] if words[:1] == ["seat"] else words)
    for word in rest:
        name, equals, value = word.partition("=")
        if name == "--mouse" and not equals:
            given["mouse"] = "yes"
        elif name in ("--key", "--db", "--idle") and name[2:] not in given:
            given[name[2:]] = value if equals else next(rest, "")
        else:
            raise refuse(
                "the key file names something that a session does not know. Ask your lead for `dispatch keys check`."
            )
    if re.fullmatch(r"K[1-9][0-9]{0,9}", given.get("key", "")) is None or not given.get("db", "/"):
        raise refuse(
            "seat --key K17 is for the key file of sshd, where each line names its key (dispatch keys export)."
        )
    if not re.fullmatch(r"[1-9][0-9]{0,4}", given.get("idle", "60")):
        raise refuse("--idle takes minutes.")
    return given


def command(text: str) -> dict[str, str]:
    """The parts of the command that the client asks for. Raises SystemExit for any but these forms."""
    for form in COMMANDS:
        if match := form.fullmatch(text):
            return {name: part or "" for name, part in match.groupdict().items()}
    raise refuse(
        "this key takes no command but `attach REFERENCE ITEM NAME`, `result REFERENCE` and `hand-in`, with the file on standard "
        "input, and `take`."
    )


def rebuilt(environment: "Mapping[str, str]") -> dict[str, str]:
    """The environment of a session: what passes of the one that came, and ours."""
    import pwd

    passed = {
        name: environment[name]
        for name, form in KEPT.items()
        if name in environment and re.fullmatch(form, environment[name])
    }
    return passed | OURS | {"HOME": pwd.getpwuid(os.getuid()).pw_dir}


def settle() -> None:
    """Private files, no folder of anybody's, no core dump with what was typed, and no more memory than a session needs."""
    # as in a session that was forked: ctrl+c before or after the screens ends it without a word
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.umask(0o077)
    os.chdir("/")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for kind, most in MEMORY.items():
        hard = resource.getrlimit(kind)[1]
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (bound, bound))


def stand(words: list[str]) -> int:
    """Check everything, then begin the session or carry out the command; returns the exit code."""
    ordered = orders(words)
    request = os.environ.get("SSH_ORIGINAL_COMMAND", "")
    parts = command(request) if request else None
    on_terminal = all(os.isatty(number) for number in (0, 1, 2))
    if parts is None and not on_terminal:
        raise refuse(
            "this key opens the board in a terminal: connect with ssh and nothing else (no command, scp or sftp)."
        )
    if parts is not None and os.isatty(0):
        raise refuse(f"{parts['verb']} reads or writes a file: leave out -t.")
    environment = rebuilt(os.environ)
    if parts is None and environment.get("TERM", "") in ("", "dumb"):
        raise refuse("this terminal cannot show the board: TERM is empty or dumb. Set it to xterm, for example.")
    os.environ.clear()
    os.environ.update(environment)
    settle()
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    if parts is not None:
        from dispatch.remote.sitting import answer

        return answer(ordered, parts)
    from dispatch.remote.warm import give

    why_not = give(ordered["db"], os.path.abspath(__file__), words, environment) if "db" in ordered else ""
    from dispatch.remote.sitting import sit

    return sit(ordered, why_not)


if __name__ == "__main__":
    sys.exit(stand(sys.argv[1:]))
