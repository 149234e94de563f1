"""What a command has found, and how it is printed: as lines, each shown as untrusted text, or as JSON."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from dispatch.desk.session.refusals import Refusal
from dispatch.model.paths import typed_path
from dispatch.model.text import show


class Answer(NamedTuple):
    """A value, with how it is said in JSON and in lines, and its exit code."""

    value: Any
    form: Callable[[Any], Any]
    lines: Callable[[Any], Iterable[str] | str]
    code: int = 0


def listing(
    records: Sequence[Any], form: Callable[[Any], Any], line: Callable[[Any], str], empty: str = "None."
) -> Answer:
    """Some of a kind, each with its JSON form and its line, and what is said where there is none."""
    return Answer(records, lambda _: [*map(form, records)], lambda _: [*map(line, records)] or [empty])


Result = None | int | str | Iterable[str] | Answer
"""What a command returns: nothing, or the exit code of one that has printed for itself; a line, or lines; or a value."""


def print_result(result: Result, *, as_json: bool = False) -> int:
    """Print a result; returns the exit code."""
    if result is None or isinstance(result, int):
        return result or 0
    if isinstance(result, Answer):
        if as_json:
            print_json(result.form(result.value))
        else:
            lines = result.lines(result.value)
            page("\n".join(map(show, [lines] if isinstance(lines, str) else lines)) + "\n")
        return result.code
    for line in [result] if isinstance(result, str) else result:
        print(show(line))
    return 0


def page(text: str) -> None:
    """Print a text that ends its own lines and in which nothing steers a terminal.

    What is longer than the terminal is high goes through the pager that the person has chosen (PAGER), else less, else more.
    """
    with contextlib.suppress(OSError, ValueError):  # no terminal, no such pager, or no words of a shell
        size = os.get_terminal_size(sys.stdout.fileno())
        rows = sum(1 + max(0, len(line) - 1) // size.columns for line in text.splitlines())
        if rows >= size.lines and _paged(text):
            return
    sys.stdout.write(text)


def _paged(text: str) -> bool:
    """Give a text to the pager; False where the person wants none."""
    import shlex
    import shutil
    import signal
    import subprocess

    words = shlex.split(os.environ.get("PAGER", "less" if shutil.which("less") else "more"))
    if not words:
        return False
    # F: nothing to page on a tall terminal; X: what was read stays on the screen; no R: no sequence is let through
    environment = {"LESS": "FX", **os.environ}
    with subprocess.Popen(words, stdin=subprocess.PIPE, env=environment, encoding="utf-8") as shown:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # ctrl+c is for the pager
        try:
            with contextlib.suppress(BrokenPipeError):  # whoever has read enough goes away before the end
                shown.communicate(text)
        finally:
            signal.signal(signal.SIGINT, before)
    return True


def print_content(content: str | bytes) -> None:
    """Print a text as it is, or bytes where no person reads them.

    Raises:
        Refusal: they would go to a terminal.
    """
    if isinstance(content, str):
        sys.stdout.write(content)
    elif sys.stdout.isatty():
        raise Refusal("It is no text: --out FILE is expected, or a pipe.")
    else:
        sys.stdout.buffer.write(content)


def write_private(text: str | bytes, file: str | None, sentence: str, *, replace: bool) -> str | None:
    """Print a text, or write it into a file that only its owner may read; returns what is said of it.

    Raises:
        Refusal: the place does not take it.
    """
    from dispatch.desk.session import private_file

    if file in (None, "-"):
        print_content(text)
        return None
    try:
        private_file.write_private(typed_path(file), text, replace=replace)
    except private_file.FileThere as there:
        raise Refusal(f"{there} --replace writes over it.") from None
    return sentence


def refuse_place(file: str, undone: str, *, replace: bool) -> None:
    """Refuse a place that takes no file before anything is done whose outcome goes there; `undone` says that nothing was.

    Raises:
        Refusal: it is a folder or in none, or there is a file that is not to be replaced.
    """
    from dispatch.desk.session import private_file

    try:
        private_file.refuse_place(typed_path(file), replace=replace)
    except private_file.FileThere as there:
        raise Refusal(f"{there} --replace writes over it. {undone}") from None
    except Refusal as refusal:
        raise Refusal(f"{refusal} {undone}") from None


def print_json(form: Any) -> None:
    """Print one JSON document."""
    sys.stdout.write(json_text(form))


def json_text(form: Any) -> str:
    """One JSON document. ASCII only, so that no byte of what people typed can steer a terminal."""
    return json.dumps(form, indent=1, ensure_ascii=True) + "\n"


def write_json(form: Any, file: str | None) -> str | None:
    """Print one JSON document for people to edit, or write it into a new file; returns what is said of it.

    Raises:
        Refusal: the file is there already, or cannot be written.
    """
    text = json.dumps(form, indent=2, ensure_ascii=file is None) + "\n"
    if file is None:
        sys.stdout.write(text)
        return None
    path = typed_path(file)
    try:
        with path.open("x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        raise Refusal(f"{path} is there already; nothing was written.") from None
    except OSError as fault:
        raise Refusal(f"{path} cannot be written: {fault.strerror}.") from None
    return f"Wrote {path}."
