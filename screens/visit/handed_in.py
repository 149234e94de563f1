"""Photographs and files of a visit on the screen: handed in, looked at, copied out, and taken out by a lead."""

from __future__ import annotations

import contextlib
import glob
import shlex
from pathlib import Path
from typing import Any

from textual.app import SuspendNotSupported

from dispatch.desk.session.refusals import Faulty
from dispatch.desk.session.user import User
from dispatch.desk.visits.handed_in import BY_MAIL, copy_out, look_at, mailed_files, standing_files
from dispatch.lazily import lazily
from dispatch.model.checklists import HandedIn, Item
from dispatch.model.instants import clock_text, day_of, when_text
from dispatch.model.paths import typed_path
from dispatch.model.states import OPEN_ON_SITE, Role
from dispatch.model.text import count_text, show, size_text
from dispatch.model.visits import Visit
from screens.binding import command
from screens.dialogs.asked import AskedField, ChoiceRow, a_reason
from screens.user_screen import UserScreen
from widgets.terminal.picture import draw

with lazily(__name__):
    from dispatch.desk.closeout import evidence
    from dispatch.desk.visits import pictures
    from screens.files import writing

_ELSEWHERE = "files are handed in with `attach` and looked at on the firm's machine, not in a session over SSH"


@command("P", "visit.files", "Files", about="whole_visit")
async def files(screen: UserScreen, visit: Visit) -> None:
    """Photographs and files: look at them, hand in more, copy them out."""
    own = [*standing_files(screen.user.store, visit.id), *mailed_files(screen.user.store, visit.id)]
    rows: list[ChoiceRow[Any]] = [
        ChoiceRow(
            f"{file.name}, {size_text(file.size)}, {file.by}", file, f"{_when(file, visit)} {show(file.label, 44)}"
        )
        for file in own
    ]
    here, item = screen.user.key_id is None, screen.item_here()
    if here and item is not None and visit.state in OPEN_ON_SITE:
        rows.append(ChoiceRow("hand in, one or several", item, item.label))
    if not rows:
        screen.say("No photographs and no files" + ("." if here else f": {_ELSEWHERE}."))
        return
    chosen = await screen.choose(f"Photographs and files of {visit.reference}", rows)
    await (_one(screen, visit, chosen) if isinstance(chosen, HandedIn) else _hand_in(screen, visit, chosen))


def _when(file: HandedIn, visit: Visit) -> str:
    """When it was handed in, with the day where that is not the day of the visit."""
    same = visit.starts_at is None or day_of(file.at, visit.zone) == day_of(visit.starts_at, visit.zone)
    return (clock_text if same else when_text)(file.at, visit.zone)


async def _one(screen: UserScreen, visit: Visit, file: HandedIn) -> None:
    """What may be done with one."""
    here = screen.user.key_id is None
    rows = []
    if here:
        rows = [
            ChoiceRow("look at it", "look"),
            ChoiceRow("draw it in the terminal", "draw"),
            ChoiceRow("copy it into a file", "copy"),
        ]
    if screen.user.has(Role.LEAD) and file.item != BY_MAIL:
        rows.append(ChoiceRow("take it out", "remove", "its trace stays; a test that it was shown by is open again"))
    if not rows:
        screen.say(f"{file.name}: {_ELSEWHERE}.")
        return
    chosen = await screen.choose(file.name, rows)
    if chosen == "look" and await screen.do(look_at, visit.reference, str(file.id)) is not None:
        screen.say(f"{file.name} is opened.")
    elif chosen == "draw":
        await _draw(screen, visit, file)
    elif chosen == "copy":
        await _copy(screen, visit, file)
    elif chosen == "remove":
        reason = await screen.ask(f"Take out {file.name}", "why; it stays in the record", check=a_reason)
        if await screen.do(evidence.remove, visit.reference, str(file.id), reason) is not None:
            screen.say(f"{file.name} is taken out. u takes that back.")


async def _draw(screen: UserScreen, visit: Visit, file: HandedIn) -> None:
    """Draw a picture on the terminal below the program, till enter; it can only be asked what it draws while nobody else reads."""
    found = await screen.do(pictures.picture, visit.reference, str(file.id))
    if found is None:
        return
    try:
        with screen.app.suspend():
            trouble = draw(found[1])
            if not trouble:
                with contextlib.suppress(EOFError, KeyboardInterrupt):
                    input(f"{show(file.name)}: enter goes back ")
    except SuspendNotSupported:
        trouble = "this terminal cannot be left for it: copy it out"
    if trouble:
        screen.say(f"{file.name}: {trouble}.", "warning")


async def _copy(screen: UserScreen, visit: Visit, file: HandedIn) -> None:
    def write(typed: dict[str, str], path: Path, replace: bool) -> str:
        copy_out(screen.user, visit.reference, str(file.id), path, replace=replace)
        return f"{file.name} is in {path}, which only you may read."

    await writing.ask_to_write(screen, f"Copy {file.name}", [AskedField("file", "File", f"~/{file.name}")], write)


async def _hand_in(screen: UserScreen, visit: Visit, item: Item) -> None:
    paths: list[Path] = []

    def check(typed: str) -> str | None:
        try:
            paths[:] = _paths(typed)
        except Faulty as fault:
            return " ".join(fault.faults)
        return None

    hint = "one or several with spaces between; * stands for any letters, quotes around a name with spaces"
    await screen.ask(f"Hand in: {item.label}", hint, check=check)
    kept = await screen.do(_attach, visit.reference, item.ref, paths)
    if kept is not None:
        screen.say(f"{count_text(len(kept), 'file')} handed in: {', '.join(file.name for file in kept)}")


def _attach(user: User, reference: str, ref: str, paths: list[Path]) -> list[HandedIn]:
    with contextlib.ExitStack() as stack:
        try:
            sources = [(path.name, stack.enter_context(path.open("rb"))) for path in paths]
        except OSError as error:
            raise Faulty([f"file: {error.filename} cannot be read ({error.strerror})"]) from None
        return evidence.attach_all(user, reference, ref, sources)


def _paths(typed: str) -> list[Path]:
    """The files that were typed, as a shell would read them.

    Raises:
        Faulty: there are none such.
    """
    try:
        words = shlex.split(typed)
    except ValueError:
        raise Faulty(["a quotation mark is missing"]) from None
    paths: list[Path] = []
    for word in words:
        path = typed_path(word)
        found = [path] if path.exists() else [Path(one) for one in sorted(glob.glob(str(path)))]
        if not found:
            raise Faulty([f"there is no {word}"])
        if any(one.is_dir() for one in found):
            raise Faulty([f"{word}: a folder is no file"])
        paths += found
    if not paths:
        raise Faulty(["nothing was typed"])
    return paths
