"""A new firm in a few short steps; each can be left, and files are offered at each."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from dispatch.desk.book import editing
from dispatch.desk.book.context import Desk
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.firm import by_country
from dispatch.desk.firm.country_zones import country_of_zone
from dispatch.desk.firm.setup import SetupStep, steps
from dispatch.desk.session.refusals import Faulty
from dispatch.model.countries import country_called
from dispatch.model.states import LEADS
from screens.asking import Left
from screens.binding import command, key
from screens.files.importing import ask_import
from screens.holiday_forms import ask_holidays
from screens.listed import ListScreen
from screens.of_day import import_file
from screens.record_forms import ask_record, line_of
from widgets.listed import FigureLine

_BLANKS = {
    "firm": ("name", "currency"),
    "units": ("zone", "distance_unit", "clock_hours", "first_weekday", "paper_size"),
    "depot": ("depot", "depot_address"),
}
_WHY = {
    "firm": "What the firm is called, and the money that it charges in.",
    "country": "Its money, usual tax, miles or kilometres, clock, week and paper, and its public holidays. Each can be changed.",
    "units": "The zone that the day is planned in, miles or kilometres, and how times are written.",
    "depot": "Where drives are counted from for the charge: coordinates, or the link of a map.",
    "card": "What visits cost: a preset with your own prices, shown on an example visit, or a file (i). Nothing can be charged "
    "without one.",
    "people": "Who drives. n adds a technician, i takes them from a spreadsheet.",
    "bring": "Clients, sites and visits from any spreadsheet: CSV or XLSX, as another program exports it. Its columns are shown "
    "first. a adds one client by hand.",
}


class SetupScreen(ListScreen[SetupStep]):
    """The steps, and what each is for."""

    SHOWS = "clients"

    TITLE_WORD = "setting up a firm"
    ENTER = "open"
    PANE = "below"
    DEFAULT_CSS = "SetupScreen NotesPane { height: 9; }"
    FOOTER = "setup.open file.import setup.technician setup.client screen.leave screen.keys"
    BINDINGS = [key("escape", "screen.back", "Later", action="leave", show=False)]

    def begin(self) -> None:
        """Show the steps, with the cursor on the first that is to do."""
        super().begin()
        self._go_on()

    def on_screen_resume(self) -> None:
        """Read again what another screen has settled."""
        self.reload()
        if (step := self._step()) is not None and step.done:
            self._go_on()

    def _go_on(self) -> None:
        """Put the cursor on the first step that is to do."""
        todo = next((step.name for step in steps(self.user.store) if not step.done), None)
        if todo is not None:
            self.listed.select_key(todo)

    def reload(self) -> None:
        known = self.look(steps, self.user.store)
        if known is None:
            return
        self.listed.set_figures(
            [
                FigureLine(
                    "Step by step, or in any order",
                    step.name,
                    f"{place}  {step.title}",
                    step.done or "to do",
                    bool(step.done),
                )
                for place, step in enumerate(known, 1)
            ]
        )
        todo = sum(not step.done for step in known)
        state = f"{todo} to do" if todo else "all done: q goes to the board"
        self.show_head("A new firm", state)
        self.show_selected()

    def notes(self) -> Sequence[tuple[str, str]]:
        return [(_WHY[self.listed.selected or "firm"], "plain")]

    def _step(self) -> SetupStep | None:
        return next((step for step in steps(self.user.store) if step.name == self.listed.selected), None)

    @command("enter", "setup.open", "Do this step")
    async def action_open(self) -> None:
        """Fill in the step under the cursor."""
        step = self._step()
        if step is None:
            return
        match step.name:
            case "card":
                self.action_prices()
            case "people":
                await ask_record(self, "technician")
            case "bring":
                await ask_import(self)
                self.reload()
            case "country":
                await self._ask_country()
                self._lead_on(step)
            case _:
                await self._ask_settings(step)
                self._lead_on(step)

    def _lead_on(self, done: SetupStep) -> None:
        """Go on to the next step that is to do; one of a few fields opens by itself after one that was done for the first time."""
        self._go_on()
        after = [step.name for step in steps(self.user.store)]
        if not done.done and self.listed.selected in after[after.index(done.name) + 1 : after.index("card")]:
            self.action_open()

    async def _ask_settings(self, step: SetupStep) -> None:
        record_store, user = RECORD_STORES["settings"], self.user
        record = record_store.get(user.store, 0)
        texts = record_store.texts(user.store, record)
        fields_asked = [field for field in record_store.record.typed if field.name in _BLANKS[step.name]]

        fields = [line_of(field, texts[field.name], Desk.for_user(user)) for field in fields_asked]
        await self.fill_in(step.title, fields, lambda typed, **meant: editing.settle(user, typed, **meant))

    async def _ask_country(self) -> None:
        """Ask for the country, take over what is usual there, and offer its holidays."""
        firm = self.user.firm
        offered = country_called(firm.country) or country_of_zone(firm.zone)

        def fault(typed: str) -> str | None:
            try:
                by_country.country_meant(typed)
            except Faulty as faulty:
                return str(faulty)
            return None

        typed = await self.ask(
            "In which country is the firm?", "its name, or its two letters", offered.code if offered else "", fault
        )
        country = by_country.country_meant(typed)
        words = by_country.words(country)
        await self.confirm("As is usual there?", [words, "Each can be changed in the next step, and in the settings."])
        editing.settle(self.user, by_country.usual(country))
        self.reload()
        with contextlib.suppress(Left):
            await ask_holidays(self, country.code)

    @command("n", "setup.technician", "New technician", LEADS)
    async def action_technician(self) -> None:
        """Add a technician."""
        await ask_record(self, "technician")

    @command("a", "setup.client", "New client", LEADS)
    async def action_add_client(self) -> None:
        """Add a client and its first site."""
        client = await ask_record(self, "client")
        await ask_record(self, "site", {"client": client.name, "name": "Main office"})

    KEYS_BESIDE = (import_file,)
