"""What a dispatcher asks of the day at a glance: one list, a question at a time; each line is a way to what it is about."""

from __future__ import annotations

from collections.abc import Callable

from dispatch.desk.day import questions
from dispatch.desk.day.questions import DayQuestion, Glance, GlanceLine
from dispatch.model.instants import day_text
from screens.binding import BACK, command
from screens.board.jump import to_board
from screens.listed import ListScreen
from screens.reading import ScreenReading
from widgets.lines.ink import ink, joined
from widgets.listed import FigureLine


class GlanceScreen(ListScreen[GlanceLine]):
    """Who is free, who has room, what has little slack, who has not set out, what breaks next, what is at risk tomorrow."""

    SHOWS = "day"
    TITLE_WORD = "the day at a glance"
    ENTER = "there"
    KEYS = [BACK]
    FOOTER = "glance.there glance.next glance.previous visit.open screen.leave screen.keys"

    def __init__(self, question: DayQuestion, asks: Callable[[DayQuestion], None]) -> None:
        """`asks` is told of each other question that is asked."""
        super().__init__()
        self.asked, self._asks = question, asks
        self._glance: Glance | None = None
        self.reading: ScreenReading[Glance] = ScreenReading(self, self._read, self._take)

    def reload(self) -> None:
        """Read the answer again, in a thread: another day's board takes its time in a large firm."""
        self.reading.begin()

    def _read(self) -> Glance:
        return questions.ask(self.user.store, self.asked)

    def _take(self, glance: Glance) -> None:
        if glance.question is not self.asked:
            return
        self._glance = glance
        self.things = {f"{number}": line for number, line in enumerate(glance.lines)}
        other_day = glance.question is DayQuestion.TOMORROW
        section = f"{glance.question.words}{f', {day_text(glance.day)}' if other_day else ''}"
        lines = [
            FigureLine(section, path, line.whom, line.words, faulty=line.grave) for path, line in self.things.items()
        ]
        nothing = FigureLine(section, "", "", glance.question.nothing, own=False)
        self.listed.set_figures(lines or [nothing])
        self.tick()

    def tick(self) -> None:
        """Let the clock go on; with each minute the day is another."""
        glance = self._glance
        if glance is None:
            return
        words = [ink(one.short, "strong" if one is self.asked else "dim") for one in DayQuestion]
        left = "At a glance" if self.has_class("-wide") else ""
        self.show_head(left, joined(words), glance.times.clock(self.user.now))
        if self.user.now // 60 != glance.now // 60:
            self.reload()

    def reference_here(self) -> str | None:
        line = self.here
        return None if line is None or line.visit is None else line.visit.reference

    @command("enter", "glance.there", "Go there")
    def action_there(self) -> None:
        """Go to the technician or the visit on the board."""
        line, glance = self.here, self._glance
        if line is None or glance is None:
            return
        visit_id = None if line.visit is None else line.visit.id
        # a worker of the program: this screen goes away meanwhile
        self.program.run_worker(
            to_board(self.program, technician_id=line.technician_id, visit_id=visit_id, day=glance.day)
        )

    @command("o", "visit.open", "Open the visit")
    def action_visit(self) -> None:
        """Open the visit that the line is about."""
        if (reference := self.reference_here()) is not None:
            self.program.open("visit", reference)

    @command("tab v right", "glance.next", "Next question")
    def action_next(self) -> None:
        """Ask the next question."""
        self._ask(1)

    @command("left", "glance.previous", "Question before")
    def action_previous(self) -> None:
        """Ask the question before."""
        self._ask(-1)

    def _ask(self, by: int) -> None:
        every = list(DayQuestion)
        self.asked = every[(every.index(self.asked) + by) % len(every)]
        self._asks(self.asked)
        self.reload()
