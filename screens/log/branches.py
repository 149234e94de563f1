"""All offices in one list: their day, what waits for review, their figures, what is due to clients; each row names its office."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import threading
from collections.abc import Iterator, Sequence
from typing import Any

from db import parcels, people, settings, visits
from db.faults import StoreFault
from db.store import existing
from dispatch.desk.branches import exchanging, handing_out, helping, looking, sending, told
from dispatch.desk.branches.looking import BranchLook, looks
from dispatch.desk.branches.overview import Overview, overview
from dispatch.desk.figures.meanings import FIGURES, Money, value_text
from dispatch.desk.session.refusals import NeedsConfirm, Refusal
from dispatch.desk.session.user import User
from dispatch.desk.texts.board_words import charge_text, span_in, totals_text
from dispatch.fields.kinds import Link, Moment, Text
from dispatch.fields.record import Field
from dispatch.model.boards import Log, LogLine
from dispatch.model.branches import Parcel
from dispatch.model.instants import day_of, day_text
from dispatch.model.states import LEADS, OFFICE
from dispatch.model.text import LINE, REFERENCE, pad, show
from dispatch.model.ways import state_words
from screens.binding import BACK, command
from screens.dialogs.asked import ChoiceRow, a_reason
from screens.listed import ListScreen
from screens.of_day import DAYS
from screens.reading import ScreenReading
from screens.record_forms import ask_values
from widgets.listed import FigureLine

_MOST = 40
"""So many things that went or came are shown."""
_NAME = 14
"""Columns of an office's name."""
_BRANCH = Field("branch", "Branch", Text(60), "its name", required=True)
_ADDED = (
    Field("name", "Name", Text(60), "what it is called here", required=True),
    Field(
        "where",
        "Where",
        Text(LINE),
        "a file, ssh://user@host/path/of/the.db, or where its copy elsewhere is",
        required=True,
    ),
    Field("program", "Program there", Text(300), "what our program is called there, over SSH", otherwise="dispatch"),
    Field("identity", "Private key", Text(LINE), "a file: where its copy elsewhere is encrypted"),
)
_MOVED = (Field("reference", "Request", Text(REFERENCE), "R4001: one that waits in the queue", required=True), _BRANCH)
_LENT = (
    Field("technician", "Technician", Link("technician"), required=True),
    _BRANCH,
    Field("first", "From", Moment(), "tomorrow 13:00", required=True),
    Field("last", "To", Moment(), "tomorrow 17:00", required=True),
)


class BranchesScreen(ListScreen[tuple[User, str, str] | Parcel]):
    """Branches, read only. A row opens in the screens of its own office, in which nothing can be changed."""

    SHOWS = "log"

    TITLE_WORD = "all branches"
    ENTER = "open"
    FOOTER = (
        "branch.open branch.exchange branch.move branch.lend branch.help branch.exceptions branch.again view.previous view.next "
        "screen.leave screen.keys"
    )
    BINDINGS = [BACK, *DAYS]

    def __init__(self) -> None:
        super().__init__()
        self._open = contextlib.ExitStack()
        self._changing = threading.Lock()
        self._left = False
        self._looks: list[BranchLook] = []
        self._only_exceptions = False
        self._reading = self.reading = ScreenReading(self, self._read, self._show)

    def reload(self) -> None:
        self._reading.begin()

    def on_unmount(self) -> None:
        """Nothing of the other offices is open any more."""
        with self._changing:
            self._left = True
            self._open.close()

    def _read(self) -> list[Overview]:
        if not self._looks:
            self._look_at_all()
        day = self.program.day
        today = settings.today(self.user.store)
        return [overview(look, None if day == today else day) for look in self._looks]

    def _look_at_all(self) -> None:
        """Look at all offices anew, and let go of those of before. Called beside the keys: the screen may be left meanwhile."""
        opened = contextlib.ExitStack()
        seen = opened.enter_context(looks(self.user))
        with self._changing:
            before, self._open = self._open, opened
            before.close()
            if self._left:
                opened.close()
                raise asyncio.CancelledError
        self._looks = seen

    def _show(self, found: list[Overview]) -> None:
        self.things = {}
        self.listed.set_figures(list(self._lines(found)))
        unreached = sum(one.log is None for one in found)
        said = f"{unreached} cannot be reached" if unreached else ""
        others = f"{len(found) - 1} beside this one"
        self.show_head(f"Branches  {day_text(self.program.day)}", " · ".join(filter(None, (others, said))))

    def _lines(self, found: Sequence[Overview]) -> Iterator[FigureLine]:
        times = self.user.firm.times()
        for one in found:
            path = f"office {one.look.name}"
            if one.look.user is not None:
                self.things[path] = (one.look.user, "log", "")
            shown = totals_text(one.log.totals) if one.log is not None else ""
            words = " · ".join(filter(None, (one.look.age(times), shown)))
            yield FigureLine("Offices", path, show(one.look.name, 30), words, True, one.look.user is None)
        if len(found) == 1:
            yield FigureLine("Offices", "none", "no other yet", "a adds one: a file, or a host over SSH", False)
            return
        for parcel in parcels.all_parcels(self.user.store)[:_MOST]:
            path = f"parcel {parcel.id}"
            self.things[path] = parcel
            what, how = told.parcel_words(self.user.store, parcel)
            yield FigureLine("To and from others", path, show(what, 40), how, parcel.state != "given_back")
        seen = [one for one in found if one.log is not None and one.look.user is not None]
        rows = [(one, line) for one in seen for line in (one.log.lines if one.log else ())]
        rows = [(one, line) for one, line in rows if line.exceptions or not self._only_exceptions]
        rows.sort(key=lambda row: row[1].visit.start or 0)
        title = "Worth a look" if self._only_exceptions else "The day"
        yield from self._visits(f"{title} ({len(rows)}), each by the clocks of its office", "day", rows)
        review = [(one, line) for one in seen for line in one.review]
        yield from self._visits(f"To review ({len(review)})", "review", review)
        for figure in FIGURES:
            values = [
                f"{show(one.look.name, _NAME)} {value_text(figure, one.figures.whole(figure).now, _money(one))}"
                for one in seen
                if one.figures is not None and figure in one.figures.now.shown
            ]
            if values:
                yield FigureLine("Figures of seven days", f"figure {figure.key}", figure.name, " · ".join(values))
        for one in seen:
            for item in one.care:
                path = f"care {one.look.name} {item.key}"
                if one.look.user is not None:
                    self.things[path] = (one.look.user, "care", "")
                yield FigureLine(
                    "Due to clients", path, show(one.look.name, _NAME), f"{show(item.client)}: {item.what}"
                )

    def _visits(self, section: str, part: str, rows: Sequence[tuple[Overview, LogLine]]) -> Iterator[FigureLine]:
        width = max((min(_NAME, len(one.look.name)) for one, _ in rows), default=0)
        for one, line in rows:
            assert one.look.user is not None
            assert one.log is not None
            path = f"{part} {one.look.name} {line.visit.reference}"
            self.things[path] = (one.look.user, "record", line.visit.reference)
            label = f"{pad(show(one.look.name, _NAME), width)} {show(line.visit.reference)}"
            yield FigureLine(
                section, path, label, _words(line, one.log, dated=part == "review"), True, bool(line.exceptions)
            )

    def action_day(self, by: int) -> None:
        """Go to the next or the previous day."""
        self.program.go_to(self.program.day + datetime.timedelta(days=by))

    @command("enter", "branch.open", "Open")
    def action_open(self) -> None:
        """Open the office's log, the visit's record, or what is due to clients there; nothing can be changed there."""
        if isinstance(self.here, Parcel):
            if self.here.visit_id is not None:
                self.program.open("record", visits.again(self.user.store, self.here.visit_id).reference)
        elif self.here is not None:
            guest, screen, reference = self.here
            self.program.open_at(guest, screen, *filter(None, (reference,)))

    @command("e", "branch.exchange", "Exchange", OFFICE)
    async def action_exchange(self) -> None:
        """Take in what other offices have sent, and learn what became of what was sent to them."""
        found = await self.do(exchanging.exchange)
        if found is not None:
            unreached = [f"cannot be reached: {line}" for line in found.unreached]
            self.say(" ".join([*found.done, *unreached]) or "Nothing new.", "warning" if unreached else "information")

    @command("m", "branch.move", "Move", OFFICE)
    async def action_send(self) -> None:
        """Let a request that waits here go to another office."""
        await ask_values(
            self, "A request goes to another office", _MOVED, lambda typed: sending.move(self.user, **typed)
        )
        self.say("It is on its way: there it is in the queue once that office exchanges.")

    @command("l", "branch.lend", "Lend", LEADS)
    async def action_lend(self) -> None:
        """Lend a technician to another office for some time."""

        def lend(typed: dict[str, Any]) -> Parcel:
            technician = existing(people.technician(self.user.store, typed["technician"]))
            return sending.lend(self.user, technician, typed["branch"], typed["first"], typed["last"])

        await ask_values(self, "A technician is lent", _LENT, lend)
        self.say("Here they are absent for that time; there they can be planned once that office exchanges.")

    @command("h", "branch.help", "Help", LEADS)
    async def action_help(self) -> None:
        """Look which of our technicians would help which branch on the day, and lend them with what they would do there."""
        self.say("Planning each branch with those who are free here …")
        found = await self.look_aside(helping.help_on, self.user, self.program.day)
        if found is None:
            return
        times = self.user.firm.times()
        lines = [line for one in found for line in told.help_lines(one, times)]
        names = [helper.technician.name for one in found for helper in one.helpers]
        if not names:
            self.say(" ".join(lines) or "There is no branch.")
            return
        rows: list[ChoiceRow[tuple[str, ...]]] = [ChoiceRow(f"all of them ({len(names)})", ())]
        rows += [ChoiceRow(show(name), (name,)) for name in names]
        chosen = await self.choose("\n".join(lines), rows)
        sent = await self.do(helping.take, found, chosen)
        if sent is not None:
            self.say(
                f"Lent: {', '.join(show(str(one.form['name'])) for one in sent)}; each is planned there as it is taken."
            )

    @command("k", "branch.recall", "Want back", OFFICE, about="_sent")
    async def action_recall(self, parcel: Parcel) -> None:
        """Want back what was sent: it comes unless it was taken up there."""
        if await self.do(sending.recall, parcel.id) is not None:
            self.say("It is wanted back: that office gives it back, unless it was taken up there.")

    @command("b", "branch.give-back", "Give back", OFFICE, about="_came")
    async def action_give_back(self, parcel: Parcel) -> None:
        """Give back what came from another office and was not taken up."""
        why = await self.ask("Why does it go back?", "it is told there", check=a_reason)
        await self.do(sending.give_back, parcel.id, why)

    @command("a", "branch.add", "Add", LEADS)
    async def action_add(self) -> None:
        """Add another office: its database, as a file or over SSH."""
        await ask_values(self, "Another office", _ADDED, lambda typed: looking.add(self.user, **typed))
        self.action_again()

    @command("X", "branch.remove", "Take out", LEADS, about="_branch")
    async def action_remove(self, name: str) -> None:
        """Look at an office no more; what came from it stays."""
        await self.confirm(f"Look at {show(name)} no more?")
        await self.do(looking.remove, name)
        self.action_again()

    @command("o", "branch.take", "Take over", LEADS, about="_branch")
    async def action_take_over(self, name: str) -> None:
        """Take price lists, templates, holidays or staff over from the office; what differs is shown first."""
        look = next(one for one in self._looks if one.name == name)
        kind = await self.choose(
            f"What is taken over from {show(name)}?", [ChoiceRow(kind, kind) for kind in handing_out.KINDS]
        )
        found = self.look(handing_out.offered, look, self.user.store, kind) or []
        new = sum(one.state == "new" for one in found)
        rows: list[ChoiceRow[tuple[str, ...]]] = [ChoiceRow(f"all that is new ({new})", ())] if new else []
        rows += [ChoiceRow(told.offered_line(one), (one.title,)) for one in found if one.state in ("new", "differs")]
        if not rows:
            self.say(f"{show(name)} has nothing of {kind} that is otherwise here.")
            return
        names = await self.choose(f"Which {kind}?", rows)

        def take(confirmed: Sequence[str] = ()) -> list[handing_out.Offered]:
            return handing_out.take_over(self.user, look, kind, names, confirmed)

        try:
            taken = await self.attempt(lambda _: take())
        except NeedsConfirm as asked:
            marks = asked.marks
            await self.confirm("Write over what is here?", [asked.said])
            taken = await self.attempt(lambda _: take(marks))
        except (StoreFault, Refusal) as refusal:
            self.say(str(refusal), "warning")
            return
        self.say(f"Taken over: {', '.join(show(one.title, 40) for one in taken)}.")

    def _sent(self) -> Parcel | None:
        here = self.here
        return here if isinstance(here, Parcel) and not here.incoming and here.state != "given_back" else None

    def _came(self) -> Parcel | None:
        return (
            self.here if isinstance(self.here, Parcel) and self.here.incoming and self.here.state == "taken" else None
        )

    def _branch(self) -> str | None:
        path = self.listed.selected or ""
        name = path.removeprefix("office ")
        return name if path.startswith("office ") and name != looking.OWN else None

    @command("x", "branch.exceptions", "Worth a look")
    def action_exceptions(self) -> None:
        """Of the day only what is worth a look, or all."""
        self._only_exceptions = not self._only_exceptions
        self.reload()

    @command("r", "branch.again", "Copy again")
    def action_again(self) -> None:
        """Look for all offices again, and bring copies up to date."""
        self._looks = []
        self.reload()


def _words(line: LogLine, log: Log, *, dated: bool) -> str:
    """A visit in a line, as the log of its office has it, with its day or its time."""
    visit, when = line.visit, ""
    if visit.start is not None:
        when = day_text(day_of(visit.start, log.zone)) if dated else span_in(visit.start, visit.end, log)
    parts = [when, state_words(visit), show(visit.client), ", ".join(map(show, line.technicians)), charge_text(line)]
    return " · ".join(filter(None, (*parts, *(show(remark.text, 60) for remark in line.exceptions[:1]))))


def _money(one: Overview) -> Money:
    assert one.figures is not None
    return one.figures.now.money
