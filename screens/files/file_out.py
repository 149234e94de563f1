"""Writing a file of this machine, from a screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from dispatch.desk.session.private_file import FileThere, write_private
from dispatch.desk.session.refusals import Faulty
from dispatch.model.paths import typed_path
from screens.dialogs.asked import AskedField
from screens.user_screen import UserScreen


async def ask_to_write(
    screen: UserScreen,
    title: str,
    fields: Sequence[AskedField],
    make: Callable[[dict[str, str], Path], tuple[str, str]],
) -> None:
    """Ask for a `file`, and write it; over one that is there only when said twice.

    Args:
        make: what is written, and what is told before where it is, by what was typed.
    """
    warned: list[Path] = []

    def save(typed: dict[str, str]) -> str:
        path = typed_path(typed["file"].strip())
        text, what = make(typed, path)
        try:
            write_private(path, text, replace=path in warned)
        except FileThere as there:
            warned.append(path)
            raise Faulty([f"{there} Saving again writes over it."]) from None
        return f"{what} in {path}, which only you may read."

    if screen.at_this_machine():
        screen.say(await screen.fill_in(title, fields, save))
