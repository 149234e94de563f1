"""Where there is no line: the day is taken along on a laptop, and what was done there is handed in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from db.faults import StoreFault
from dispatch.desk.session.private_file import write_private
from dispatch.desk.session.refusals import Faulty, NeedsChoice, NeedsConfirm, Refusal
from dispatch.lazily import lazily
from dispatch.model.paths import typed_path
from screens.binding import command
from screens.dialogs.asked import AskedField, ChoiceRow
from screens.user_screen import UserScreen

with lazily(__name__):
    from dispatch.desk.takings import handing_in, taking, told
    from screens.files import writing


@command("D", "day.along", "No line")
async def along(screen: UserScreen) -> None:
    """Where there is no line: take the day along on a laptop, hand in what was done there."""
    if screen.user.key_id is not None:
        screen.say(
            "By ssh from the laptop: `ssh HOST take > today.db`, and `hand-in` for what was done (docs/technician.md)."
        )
        return
    if screen.user.store.taken_along is not None:
        await _write(screen)
        return
    rows = [
        ChoiceRow("take this day along", "take", "a file for a laptop, with your visits of the day alone"),
        ChoiceRow("hand in what was done", "hand in", "the file that was taken along, or what it wrote"),
    ]
    await (_take(screen) if await screen.choose("Without a line", rows) == "take" else _hand_in(screen))


async def _take(screen: UserScreen) -> None:
    def take(typed: dict[str, str]) -> str:
        taken = taking.take(screen.user, screen.program.day, _path(typed))
        return "\n".join(told.taken_lines(taken))

    name = f"~/{screen.program.day.isoformat()}.db"
    screen.say(await screen.fill_in("Take this day along", [AskedField("file", "File", name)], take))


async def _write(screen: UserScreen) -> None:
    def write(typed: dict[str, str], path: Path, replace: bool) -> str:
        write_private(path, b"".join(taking.written(screen.user)), replace=replace)
        return f"{path.name} is what was done. Hand it in on a line, or {screen.user.store.path.name} itself."

    await writing.ask_to_write(
        screen, "Write what was done, to be handed in", [AskedField("file", "File", "~/done")], write
    )


async def _hand_in(screen: UserScreen) -> None:
    paths: list[Path] = []

    def check(typed: str) -> str | None:
        paths[:] = [typed_path(typed.strip())]
        return None if paths[0].is_file() else f"there is no file {paths[0]}"

    await screen.ask("Hand in what was done", "the file that was taken along, or what it wrote", check=check)
    meant: dict[str, Any] = {}
    while True:
        try:
            handed = await screen.attempt(handing_in.hand_in_file, paths[0], **meant)
        except NeedsConfirm as question:
            await screen.confirm("Hand in", question.said.splitlines())
            meant["confirmed"] = question.marks
        except NeedsChoice as question:
            rows = [ChoiceRow(means, mark) for mark, means in question.choices.items()]
            meant["clock"] = await screen.choose(question.said, rows)
        except (StoreFault, Refusal) as refusal:
            screen.say(str(refusal), "warning")
            return
        else:
            left = any(one.not_in or one.unmet for one in handed.visits)
            screen.say("\n".join(told.handed_in_lines(handed)), "warning" if left else "information")
            return


def _path(typed: dict[str, str]) -> Path:
    path = typed_path(typed["file"].strip())
    if path.exists():
        raise Faulty([f"file: {path.name} is there already; choose another name"])
    if not path.parent.is_dir():
        raise Faulty([f"file: there is no folder {path.parent}"])
    return path
