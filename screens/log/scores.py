"""How satisfied clients are: of the firm, by client, technician and kind of work, over the days that are asked for."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from db import settings
from dispatch.desk.care.scores import ScoreRow, scores_over
from dispatch.desk.session.refusals import Faulty
from dispatch.desk.texts.score_words import MEANING, groups_of, reservations, score_text
from dispatch.fields.kinds import Day
from dispatch.fields.record import Field
from dispatch.model.instants import day_text
from screens.binding import BACK, command
from screens.dialogs.asked import ENTER_SHOWS
from screens.listed import ListScreen
from screens.record_forms import ask_values
from widgets.listed import FigureLine

_DAYS = 365
_ASKED = (Field("first", "From", Day(), required=True), Field("last", "To", Day(), required=True))


class ScoresScreen(ListScreen[ScoreRow]):
    """Surveys and sign-offs, the lowest mean of each group first."""

    SHOWS = "care"

    TITLE_WORD = "satisfaction"
    PANE = "beside"
    FOOTER = "view.go screen.leave screen.keys"
    BINDINGS = [BACK]

    def __init__(self) -> None:
        super().__init__()
        self._days: tuple[datetime.date, datetime.date] | None = None
        self._reserved: Sequence[str] = ()

    def reload(self) -> None:
        if self._days is None:
            today = settings.today(self.user.store)
            self._days = today - datetime.timedelta(days=_DAYS - 1), today
        found = self.look(scores_over, self.user.store, *self._days)
        if found is None:
            return
        self.things = {f"{title} {at}": row for title, rows in groups_of(found) for at, row in enumerate(rows)}
        self.listed.set_figures([
            FigureLine(
                title, f"{title} {at}", row.label, score_text(row.score, short=True), bool(row.score.answers),
                row.score.low > 0 or row.score.satisfied < row.score.signed,
            )
            for title, rows in groups_of(found)
            for at, row in enumerate(rows)
        ])  # fmt: skip
        self._reserved = [*reservations(found), MEANING]
        self.show_head("Satisfaction", f"{day_text(found.first)} – {day_text(found.last)}")
        self.show_selected()

    def notes(self) -> Sequence[tuple[str, str]]:
        """The score under the cursor in full, and what is counted."""
        here = self.here
        own = [] if here is None else [(here.label, "strong"), (score_text(here.score), "plain")]
        return [*own, *((line, "dim") for line in self._reserved)]

    @command("g", "view.go", "Range")
    async def action_range(self) -> None:
        """From which day to which."""

        def take(days: dict[str, Any]) -> None:
            if days["last"] < days["first"]:
                raise Faulty(["last: is before the first day"])
            self._days = days["first"], days["last"]

        first, last = self._days or (None, None)
        stands = {"first": "" if first is None else first.isoformat(), "last": "" if last is None else last.isoformat()}
        await ask_values(self, "The days to count", _ASKED, take, stands, ENTER_SHOWS)
        self.reload()
