"""Skills against demand: hours wanted of each skill in the weeks to come, and hours of those who have it."""

from __future__ import annotations

from collections.abc import Sequence

from dispatch.care.skill_demand import TOO_LITTLE, WEEKS, SkillDemand, SkillState, SkillsWanted
from dispatch.desk.firm.skills_ahead import skills_ahead
from dispatch.desk.texts.skill_words import MEANING, skill_notes, unknown
from dispatch.model.text import count_text
from screens.binding import BACK, command
from screens.listed import ListScreen
from screens.prices.sheet_view import SheetView
from screens.reading import ScreenReading
from widgets.listed import FigureLine


class SkillsScreen(ListScreen[SkillDemand]):
    """All work, then each skill, the worst first; what a sum is made up of and who has the skill stands beside."""

    SHOWS = "care"

    TITLE_WORD = "skills"
    PANE = "beside"
    ENTER = "open"
    FOOTER = "skills.open screen.leave screen.keys"
    BINDINGS = [BACK]

    def __init__(self) -> None:
        super().__init__()
        self._reading = ScreenReading(self, self._read, self._show)

    def reload(self) -> None:
        self._reading.begin()

    def _read(self) -> SkillsWanted:
        return skills_ahead(self.user.store)

    def _show(self, found: SkillsWanted) -> None:
        self.things = {f"skill {one.skill}": one for one in found.demands}
        lines = [
            FigureLine(
                one.state.label.capitalize() if one.skill else "All work",
                path,
                one.skill or "all work",
                one.sentence.partition(": ")[2],
                one.state is not SkillState.NOT_WANTED,
                one.state in TOO_LITTLE,
            )
            for path, one in self.things.items()
        ]
        lines += [FigureLine("Not known", "unknown", "", sentence, False) for sentence in unknown(found)]
        self.listed.set_figures(lines)
        bad = sum(one.state in TOO_LITTLE for one in found.demands if one.skill)
        said = f"too little of {count_text(bad, 'skill')}" if bad else "enough of every skill"
        self.show_head(f"Skills, {WEEKS} weeks ahead", said)
        self.show_selected()

    def notes(self) -> Sequence[tuple[str, str]]:
        """What the sum under the cursor is made up of."""
        here = self.here
        own = [] if here is None else [(here.sentence, "strong"), *((line, "plain") for line in skill_notes(here))]
        return [*own, (MEANING, "dim")]

    @command("enter", "skills.open", "What it is", about="here")
    def action_open(self, one: SkillDemand) -> None:
        """What the sum is made up of, who wants it and who has it."""
        self.app.push_screen(SheetView(one.sentence, None, "", notes=[*skill_notes(one), MEANING]))
