"""Revenue and margin of a month, quarter or year by client, agreement or technician; what hours cost, which a lead says here."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from db import settings
from dispatch.desk.figures import hourly_costs
from dispatch.desk.figures.earnings import firms_money
from dispatch.desk.figures.margin import Margin, MarginBy, Margins, margins
from dispatch.desk.figures.meanings import time_of
from dispatch.desk.levels.level_period import period_typed
from dispatch.desk.reports.margin import MEANING, NAMES, margin_report, not_known, notes
from dispatch.desk.session.refusals import Faulty
from dispatch.desk.texts.cost_words import cost_words
from dispatch.model.instants import day_text
from dispatch.model.money import amount_text
from dispatch.model.periods import SUCH_AS, read_period
from dispatch.model.typed_times import parse_day
from screens.binding import BACK, command, key
from screens.dialogs.asked import AskedField
from screens.files import writing
from screens.listed import ListScreen
from screens.prices.sheet_view import SheetView
from screens.reading import ScreenReading
from widgets.listed import FigureLine

_ORDER: tuple[MarginBy, ...] = ("client", "agreement", "technician")
_A_DAY = datetime.timedelta(days=1)


class MarginScreen(ListScreen[Margin]):
    """All together, then each group, the highest revenue first; what it is made up of stands below."""

    SHOWS = "margin"

    TITLE_WORD = "revenue and margin"
    ENTER = "open"
    PANE = "below"
    FOOTER = "margin.by margin.open margin.cost margin.file view.previous view.next view.go screen.leave screen.keys"
    DEFAULT_CSS = """
    MarginScreen FigureList { height: 3fr; }
    MarginScreen NotesPane { height: 2fr; }
    """
    BINDINGS = [BACK]

    def __init__(self, day: datetime.date) -> None:
        super().__init__()
        self._period = read_period(f"{day:%Y-%m}", day)
        self._by: MarginBy = "client"
        self._found: Margins | None = None
        self._reading = ScreenReading(self, self._read, self._show)

    def reload(self) -> None:
        self._reading.begin()

    def _read(self) -> Margins:
        return margins(self.user, self._period)

    def _show(self, found: Margins) -> None:
        self._found = found
        groups = {"all": found.whole} | {str(one.key): one for one in found.groups[self._by]}
        self.things = groups
        self.listed.set_figures([self._line(path, one) for path, one in groups.items()])
        self.show_head(f"Revenue and margin  {found.period.title}", f"by {self._by}")
        self.show_selected()

    def client_here(self) -> str | None:
        """The client under the cursor, where the groups are clients."""
        here = self.here
        return here.label if self._by == "client" and here is not None and here.key else None

    def _line(self, path: str, one: Margin) -> FigureLine:
        percent = "" if one.percent is None else f", {one.percent}%"
        left = "" if one.margin is None else f"margin {self._amount(one.margin)}{percent}"
        unknown = not_known(one)
        words = (
            "" if one.revenue is None and not one.known else self._amount(one.known),
            left,
            time_of(one.seconds) if one.seconds else "",
            unknown and f"not known: {unknown}",
        )
        section = "All" if path == "all" else f"By {self._by}"
        return FigureLine(section, path, one.label, " · ".join(filter(None, words)), one.margin is not None)

    def _amount(self, minor: int) -> str:
        assert self._found is not None
        currency, exponent = self._found.money
        return amount_text(minor, exponent, currency)

    def notes(self) -> Sequence[tuple[str, str]]:
        """What the revenue under the cursor is made up of, what it cost, and what is not known."""
        one, found = self.here, self._found
        if one is None or found is None:
            return ()
        parts = [f"{word} {self._amount(minor)}" for source, word in NAMES.items() if (minor := one.earned[source])]
        parts += [f"credited {self._amount(-one.credited)}"] if one.credited else []
        said = [(f"Charged, without tax: {', '.join(parts)}." if parts else "Nothing is charged.", "plain")]
        if one.covered or one.drawn:
            covered, drawn = self._amount(one.covered), self._amount(one.drawn)
            said.append(
                (
                    f"Beside it delivered: covered by an agreement {covered}, drawn from what was prepaid {drawn}.",
                    "plain",
                )
            )
        if one.given:
            said.append((f"Given away: {self._amount(one.given)}.", "plain"))
        if one.seconds and not one.uncosted:
            said.append((f"{time_of(one.seconds)} on the clock cost {self._amount(one.cost)}.", "plain"))
        said += [(sentence, "warn") for sentence in notes(found)] if not one.key else []
        return [*said, *((sentence, "dim") for sentence in MEANING)]

    @command("enter", "margin.open", "What it is", about="here")
    def action_open(self, one: Margin) -> None:
        """Thing by thing what was earned: visits, fees, blocks."""
        found = self._found
        if found is None:
            return
        clients = {group.key[0]: group.label for group in found.groups["client"] if group.key}
        own = self._by == "client" and one.key
        lines = [
            f"{day_text(thing.day)}  {'' if own else f'{clients[thing.client_id]}, '}{thing.of} "
            f"({NAMES[thing.source].lower()}): "
            f"{'not known' if thing.net is None else self._amount(thing.net)}"
            for thing in sorted(found.of(one, self._by), key=lambda thing: (thing.day, thing.of))
        ]
        self.app.push_screen(SheetView(f"{one.label}: {found.period.title}", None, "", notes=lines or ["Nothing."]))

    @command("b", "margin.by", "By")
    def action_by(self) -> None:
        """By client, agreement, technician."""
        self._by = _ORDER[(_ORDER.index(self._by) + 1) % len(_ORDER)]
        if self._found is not None:
            self._show(self._found)

    KEYS = [key("[", "view.previous", "Earlier", action="shift(-1)"), key("]", "view.next", "Later", action="shift(1)")]

    def action_shift(self, by: int) -> None:
        """Go to the period before or after."""
        period = self._period
        self._period = period.at(period.first - _A_DAY if by < 0 else period.end)
        self.reload()

    @command("g", "view.go", "Period")
    async def action_period(self) -> None:
        """Another month, a quarter or a year."""
        today = settings.today(self.user.store)

        def fault(typed: str) -> str | None:
            try:
                period_typed(typed or f"{today:%Y-%m}", today)
            except Faulty as faulty:
                return faulty.faults[0]
            return None

        typed = await self.ask(
            "Month, quarter or year", ", ".join(SUCH_AS.values()), self._period.code, fault, does="shows it"
        )
        self._period = period_typed(typed or f"{today:%Y-%m}", today)
        self.reload()

    @command("c", "margin.cost", "Cost")
    async def action_cost(self) -> None:
        """What an hour of technicians costs, from a day on; of all, or of one."""
        now = self.look(hourly_costs.costs_now, self.user)
        if now is None:
            return
        money, today = firms_money(self.user.store), settings.today(self.user.store)
        by_name = {one.name: one for one in now}
        here = self.here
        chosen = (
            here.label if self._by == "technician" and here is not None and here.label in by_name else hourly_costs.FIRM
        )
        said = "; ".join(f"{one.name}: {cost_words(one, money)}" for one in now if one.own or one.technician is None)
        fields = [
            AskedField("who", "Whose", chosen, "", [*by_name]),
            AskedField("cost", "An hour costs", "", f"for example 42.50 {money.currency}; {hourly_costs.NONE}: none"),
            AskedField("since", "From", today.isoformat(), "the first day on which it counts", today=today),
            AskedField("reason", "Why", "", "only where days that are over change"),
        ]

        def say(typed: dict[str, str]) -> hourly_costs.CostNow:
            technician = by_name[typed["who"]].technician
            try:
                since = parse_day(typed["since"], today=today)
            except ValueError as problem:
                raise Faulty([f"from: {problem}"]) from None
            return hourly_costs.say_cost(self.user, technician, typed["cost"], since, typed["reason"])

        done = await self.fill_in("What an hour costs", fields, say, hint=said)
        self.say(f"{done.name}: {cost_words(done, money)}")
        self.reload()

    @command("S", "margin.file", "File")
    async def action_file(self) -> None:
        """Write it to a file: a page, PDF, text, data."""
        period = self._period
        await writing.ask_file(self, f"Revenue and margin, {period.title}", lambda user, _: margin_report(user, period))
