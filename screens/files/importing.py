"""Importing a file from a screen: look at it first, ask what it leaves open, then take all of it, the good rows, or nothing."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from db import clients
from db.faults import StoreFault
from db.settings import today
from dispatch.desk.files.as_written import (
    COMMA,
    DATES,
    DAY_FIRST,
    DECIMALS,
    MONTH_FIRST,
    POINT,
    FileReadings,
    Unsettled,
)
from dispatch.desk.files.table import ROWS, Watch, read_table
from dispatch.desk.files.verdicts import ImportReport, Question, RowVerdict
from dispatch.desk.files.workbook import WhichSheet
from dispatch.desk.imports.file_memory import NOTHING_SAID, SaidOfFile
from dispatch.desk.imports.importing import (
    CALENDAR,
    SUBJECTS,
    How,
    NoKind,
    SeenFile,
    forget,
    import_file,
    kind_of,
    look_at_columns,
)
from dispatch.desk.imports.refused_rows import refused_rows
from dispatch.desk.imports.site_rows import NOT_PLACED
from dispatch.desk.session.private_file import write_private
from dispatch.desk.session.refusals import Refusal
from dispatch.desk.texts.import_words import common_causes, counted, findings
from dispatch.model.matching import Findable, findable
from dispatch.model.text import count_text, show
from screens.asking import Left
from screens.dialogs.asked import AskedField, ChoiceRow
from screens.dialogs.finder import FindScreen
from screens.files.import_columns import ImportColumns, worth_a_look
from screens.files.import_preview import AskFile, ImportPreview, watched
from screens.files.writing import ask_to_write
from screens.record_forms import ask_record
from screens.user_screen import UserScreen
from widgets.listed import FoundLine

HINT = "visits, clients, sites or technicians as CSV or XLSX; events of a calendar as .ics; a rate card as JSON"


_AHEAD = datetime.timedelta(weeks=12)
"""So far the dates of an event that repeats are taken as single visits."""
_ORDER = {RowVerdict.REFUSED: 0, RowVerdict.DIFFERS: 1, RowVerdict.UPDATED: 1}


@dataclasses.dataclass(frozen=True, slots=True)
class _Wish:
    """How a file shall be looked at: what was chosen and said about it so far."""

    path: Path
    kind: str
    sheet: str = ""
    update: bool = False
    since: datetime.date | None = None
    until: datetime.date | None = None
    places: Mapping[str, str] = dataclasses.field(default_factory=dict)
    confirmed: Sequence[str] = ()
    said: SaidOfFile = NOTHING_SAID

    def how(self, *, check: bool, accept_good: bool = False) -> How:
        """As the import takes it."""
        return How(
            check,
            accept_good,
            self.update,
            self.places if self.kind == CALENDAR else self.said.columns,
            since=self.since,
            until=self.until,
            confirmed=self.confirmed,
            meant=self.said.meant,
            sheet=self.sheet,
            fill=self.said.fill,
        )


async def ask_import(screen: UserScreen) -> ImportReport | None:
    """Ask for a file, show what would become of it, and take it as it is wished; None where nothing was taken."""
    if not screen.at_this_machine():
        return None
    path = await screen.app.push_screen_wait(AskFile("Import which file?", HINT))
    if path is None:
        return None
    try:
        wish = await _ask_kind(screen, path)
        if wish.kind in SUBJECTS:
            wish = await _ask_columns(screen, wish, only_if_worth=True)
        return await _go_through(screen, wish)
    except (StoreFault, Refusal) as refusal:
        screen.say(str(refusal), "warning")
        return None


async def _ask_kind(screen: UserScreen, path: Path) -> _Wish:
    """Which sheet of the file is meant, and what is in it; asked where it does not say so."""
    sheet, store = "", screen.user.store

    def job(watch: Watch) -> str:
        with store.reopened() as own:
            return kind_of(path, sheet, own)

    while True:
        try:
            return _Wish(path, await watched(screen, f"Looking at {show(path.name, 60)}", job), sheet)
        except WhichSheet as several:
            rows = [ChoiceRow(name, name) for name in several.sheets]
            sheet = await screen.choose(f"Which sheet of {show(path.name, 60)}?", rows)
        except NoKind:
            return _Wish(path, await _choose_kind(screen, path), sheet)


async def _choose_kind(screen: UserScreen, path: Path) -> str:
    """What is in a file of rows."""
    kinds = [ChoiceRow(kind.replace("-", " "), kind) for kind in SUBJECTS]
    return await screen.choose(f"What is in {show(path.name, 60)}?", kinds)


async def _ask_columns(screen: UserScreen, wish: _Wish, *, only_if_worth: bool = False) -> _Wish:
    """Show the columns, to be corrected; where all are called as ours, only if that is asked for."""
    name, user = show(wish.path.name, 60), screen.user
    file = await watched(screen, f"Looking at {name}", lambda _: read_table(wish.path, ROWS, wish.sheet))

    def look(said: SaidOfFile) -> SeenFile:
        with user.store.reopened() as own:
            how = dataclasses.replace(wish, said=said).how(check=True)
            return look_at_columns(dataclasses.replace(user, store=own), wish.kind, file, how)

    seen = await asyncio.to_thread(look, wish.said)
    if only_if_worth and not worth_a_look(seen, SUBJECTS[wish.kind].columns):
        return wish
    title = f"{name}: {wish.kind.replace('-', ' ')}, its columns and what they become"
    return dataclasses.replace(wish, said=await screen.answer(ImportColumns(title, wish.said, seen, look)))


async def _go_through(screen: UserScreen, wish: _Wish) -> ImportReport | None:
    while True:
        try:
            report = await _judged(screen, wish, check=True)
        except Unsettled as open_:
            meant = await _ask_meant(screen, wish.said.meant, open_)
            if meant is None:
                return None
            wish = dataclasses.replace(wish, said=wish.said._replace(meant=meant))
            continue
        lines = await asyncio.to_thread(_lines, report)
        title = f"{report.file}: {wish.kind.replace('-', ' ')} · {counted(report)}"
        choice = await screen.app.push_screen_wait(ImportPreview(title, lines, list(_choices(report, wish))))
        if choice in ("all", "good"):
            taken = await _judged(screen, wish, check=False, accept_good=choice == "good")
            told = f"{taken.file}: {counted(taken)}.{_next_step(taken)}"
            screen.say(
                told if taken.applied else f"{told} Nothing was taken.", "information" if taken.applied else "warning"
            )
            return taken
        if choice in (None, "leave"):
            return None
        with contextlib.suppress(Left):
            wish = await _changed(screen, wish, report, choice)


def _next_step(taken: ImportReport) -> str:
    """What somebody does next with what was taken."""
    unplaced = sum(
        row.write is not None and any(NOT_PLACED in warning for warning in row.warnings) for row in taken.rows
    )
    return f" {unplaced:,} have no place yet: P in the book finds them by their addresses." if unplaced else ""


async def _changed(screen: UserScreen, wish: _Wish, report: ImportReport, choice: str) -> _Wish:
    """How the file shall be looked at after a choice that takes nothing yet."""
    day = today(screen.user.store)
    match choice:
        case "places":
            return dataclasses.replace(wish, places={**wish.places, **await _ask_places(screen, report)})
        case "kind":
            other = dataclasses.replace(wish, kind=await _choose_kind(screen, wish.path), said=NOTHING_SAID)
            return await _ask_columns(screen, other)
        case "columns":
            return await _ask_columns(screen, wish)
        case "refused":
            await _ask_refused(screen, report, wish.path)
        case "forget":
            await asyncio.to_thread(_forget, screen, wish)
        case "recurring":
            await _ask_recurring(screen, report)
    changes: dict[str, dict[str, Any]] = {
        "update": {"update": True},
        "meant": {"confirmed": (*wish.confirmed, *report.marks)},
        "since": {"since": day},
        "until": {"until": day + _AHEAD},
    }
    return dataclasses.replace(wish, **changes.get(choice, {}))


async def _judged(screen: UserScreen, wish: _Wish, *, check: bool, accept_good: bool = False) -> ImportReport:
    """Look at the file, or take it, in a thread with a store of its own: the screen can be used meanwhile."""
    user = screen.user

    def job(watch: Watch) -> ImportReport:
        with user.store.reopened() as own:
            how = wish.how(check=check, accept_good=accept_good)
            return import_file(dataclasses.replace(user, store=own), wish.kind, wish.path, how, watch)

    return await watched(screen, f"{'Looking at' if check else 'Taking'} {show(wish.path.name, 60)}", job)


def _lines(report: ImportReport) -> list[tuple[str, str]]:
    """What somebody should look at, each line with its ink; what is refused first, however many warnings there are."""
    inks = {RowVerdict.REFUSED: "bad", RowVerdict.DIFFERS: "warn", RowVerdict.UPDATED: "warn"}
    ink_of = {f"{report.file} {report.noun} {row.row}": inks.get(row.verdict, "dim") for row in report.rows}
    first = dataclasses.replace(report, rows=tuple(sorted(report.rows, key=lambda row: _ORDER.get(row.verdict, 2))))
    ink_of |= dict.fromkeys(common_causes(first), "bad")
    return [(line, ink_of.get(line, ink_of.get(line.split(": ")[0], "plain"))) for line in findings(first)]


def _choices(report: ImportReport, wish: _Wish) -> Iterator[ChoiceRow[str]]:
    counts = report.counts
    good = counts.get(RowVerdict.NEW, 0) + counts.get(RowVerdict.UPDATED, 0)
    questions, offers = len(_questions(report)), sum(row.offer is not None for row in report.rows)
    if good and not report.refused:
        yield ChoiceRow(f"take all: {_of(good, report)}", "all")
    if questions:
        yield ChoiceRow(f"say which sites are meant: {questions:,} to answer", "places")
    if good and report.refused:
        yield ChoiceRow(f"take the good ones: {_of(good, report)}; {report.refused:,} stay out", "good")
    if report.marks:
        yield ChoiceRow(f"these places are meant as they stand: {len(report.marks):,}", "meant")
    if report.updatable and not wish.update:
        yield ChoiceRow(f"also take the file over the {report.updatable:,} that differ: look at that", "update")
    yield from _table_choices(report, wish)
    if (
        wish.kind == CALENDAR
        and wish.since is None
        and any("overdue" in warning for row in report.rows for warning in row.warnings)
    ):
        yield ChoiceRow("leave out the events that are over", "since")
    if offers:
        yield ChoiceRow(f"make recurring visits of the {offers:,} that repeat", "recurring")
    if wish.until is None and any(fault.field == "rrule" for row in report.rows for fault in row.faults):
        yield ChoiceRow(
            f"take the dates of those that repeat as single visits, {_AHEAD.days // 7} weeks ahead", "until"
        )
    yield ChoiceRow("leave it: nothing is changed", "leave")


def _table_choices(report: ImportReport, wish: _Wish) -> Iterator[ChoiceRow[str]]:
    """What can be done about a file of rows before it is taken."""
    if report.table is None:
        return
    if report.refused:
        count = count_text(report.refused, "refused row")
        yield ChoiceRow(f"write {count} into a file with why, to be mended", "refused")
    left = sum(not column.ours for column in report.columns)
    told = f": {count_text(left, 'column')} left out" if left else ""
    yield ChoiceRow(f"look at its columns{told}", "columns")
    yield ChoiceRow(f"it is something else than {wish.kind.replace('-', ' ')}", "kind")
    if report.recalled:
        yield ChoiceRow("forget what was said about the last file with these columns", "forget")


async def _ask_refused(screen: UserScreen, report: ImportReport, path: Path) -> None:
    """Write the refused rows where it is said."""
    offered = path.with_name(f"{path.stem}-refused.csv")
    fields = [AskedField("file", "File", str(offered), "mend it there, and import that file")]

    def write(typed: Mapping[str, str], file: Path, replace: bool) -> str:
        write_private(file, refused_rows(report), replace=replace)
        return f"{count_text(report.refused, 'row')} in {show(str(file), 80)}."

    await ask_to_write(screen, "Refused rows, with why", fields, write)


def _forget(screen: UserScreen, wish: _Wish) -> None:
    with screen.user.store.reopened() as own:
        forget(dataclasses.replace(screen.user, store=own), wish.kind, wish.path, wish.sheet)


async def _ask_meant(screen: UserScreen, meant: FileReadings, open_: Unsettled) -> FileReadings | None:
    """Ask once for the file how its days, or its numbers, are meant; None where nobody says."""
    words = {
        DAY_FIRST: "the day comes first: 03/04/2026 is 3 April",
        MONTH_FIRST: "the month comes first: 03/04/2026 is 4 March",
        COMMA: "a comma stands before decimals: 1.234 is one thousand two hundred and thirty-four",
        POINT: "a point stands before decimals: 1.234 is a little more than one",
    }
    for about in open_.asked:
        rows = [ChoiceRow(words[way], way) for way in (DATES if about == "dates" else DECIMALS)]
        way = await screen.app.push_screen_wait(
            ImportPreview(f"How are the {about} of this file meant?", [(str(open_), "warn")], rows)
        )
        if way is None:
            return None
        meant = meant._replace(**{about: way})
    return meant


async def _ask_places(screen: UserScreen, report: ImportReport) -> dict[str, str]:
    """Ask which site each open text means; what is left open stays so."""
    store = screen.user.store
    names = {client.id: client.name for client in clients.all_clients(store)}
    titles = [(f"{names.get(site.client_id, '')} / {site.name}", site.address) for site in clients.all_sites(store)]
    answers: dict[str, str] = {}
    for question, count in _questions(report).items():
        first = [title for title in titles if title[0] in question.candidates]
        things: list[Findable[tuple[str, str]]] = [
            findable(title, *title) for title in (*first, *(title for title in titles if title not in first))
        ]
        chosen = await screen.app.push_screen_wait(
            FindScreen(
                f"Which site is “{show(question.text, 60)}”? {_of(count, report)}",
                lambda things=things: things,  # type: ignore[misc]
                lambda title: FoundLine("site", title[0], title[1]),
                hint="enter takes it · esc leaves it open",
            )
        )
        if chosen is not None:
            answers[question.text] = chosen.value[0]
    return answers


async def _ask_recurring(screen: UserScreen, report: ImportReport) -> None:
    """Offer a recurring visit for every event that repeats."""
    made = 0
    for row in report.rows:
        if row.offer is not None:
            with contextlib.suppress(Left):
                await ask_record(screen, "recurrence", row.offer)
                made += 1
    screen.say(f"{made} recurring visits were made.")


def _questions(report: ImportReport) -> dict[Question, int]:
    """What is to be asked, each with the number of rows that wait for it."""
    counts: dict[Question, int] = {}
    for row in report.rows:
        if row.question is not None and row.question.text:
            counts[row.question] = counts.get(row.question, 0) + 1
    return counts


def _of(count: int, report: ImportReport) -> str:
    return count_text(count, report.noun)
