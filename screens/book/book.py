"""The firm's book: clients, sites, technicians, absences and staff, found by a few letters, each edited by a form."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from textual.app import ComposeResult
from textual.widgets import Input

from db import clients, people
from dispatch.care.account import well_suited
from dispatch.desk.book import editing, recurring
from dispatch.desk.book.record_store import RecordStore
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.care.client_page import client_page
from dispatch.desk.mending import doubles, merging
from dispatch.desk.plan import absences
from dispatch.desk.templates.template_draft import TemplateDraft
from dispatch.desk.texts.client_words import page_lines
from dispatch.fields.kinds import Control
from dispatch.lazily import lazily
from dispatch.model.agreements import in_words
from dispatch.model.clients import Site
from dispatch.model.paths import typed_path
from dispatch.model.states import LEADS
from dispatch.model.text import show
from screens import series_forms
from screens.binding import command, key
from screens.book.locating import locate, locate_all
from screens.book.suggesting import suggest_targets
from screens.dialogs.asked import AskedField, ChoiceRow
from screens.holiday_forms import ask_holidays
from screens.listed import ListScreen
from screens.of_day import import_file
from screens.prices.plans import KIND, ask_plan
from screens.record_forms import ask_record
from widgets.lines.ink import Line, ink, joined
from widgets.listed import FigureLine

with lazily(__name__):
    from dispatch.desk.firm import letterhead
    from dispatch.desk.imports import equipment_rows
    from dispatch.desk.session import private_file
    from screens.book import mending, template, template_preview
    from screens.files import own_calendar, writing

KINDS = tuple(RECORD_STORES)
PLURALS = {
    "client": "Clients",
    "site": "Sites",
    "equipment": "Equipment",
    "target": "Test targets",
    "inquiry": "Inquiries",
    "template": "Checklist templates",
    "service-plan": "Service plans",
    "recurrence": "Recurring visits",
    "holiday": "Holidays",
    "technician": "Technicians",
    "absence": "Absences",
    "calendar": "Calendars",
    "pin": "Pinned drives",
    "staff": "Staff",
    "alerts": "Alerts",
    "settings": "Settings",
}
_OF_SITES = ("equipment", "target")
SHOWN = 400
"""So many records stand in the list at most; more letters bring the others."""


class BookScreen(ListScreen[Any]):
    """One kind of record at a time; what is under the cursor stands beside the list in full."""

    SHOWS = "clients"

    TITLE_WORD = "the book"
    ENTER = "open"
    PANE = "beside"
    AUTO_FOCUS = "FigureList"
    DEFAULT_CSS = """
    BookScreen #find { display: none; height: 1; border: none; padding: 0 1; background: $boost; }
    BookScreen #find:focus { border: none; background: $primary 30%; }
    BookScreen.-finding #find { display: block; }
    BookScreen Horizontal > FigureList { width: 1fr; }
    """
    FOOTER = "book.open book.find view.go book.add book.edit book.kind book.archive file.import change.undo screen.keys"

    def __init__(self, kind: str = "client") -> None:
        super().__init__()
        self._kind = kind
        self._letters = ""
        self._suited = False
        self._names: dict[str, str] = {}
        self._doubles: Sequence[doubles.Doubles] = ()

    def body(self) -> ComposeResult:
        yield Input(placeholder="some letters of the name", id="find")
        yield from super().body()

    @property
    def _record_store(self) -> RecordStore[Any]:
        return RECORD_STORES[self._kind]

    def reload(self) -> None:
        self.things, self._names = {}, {}
        self.look(self._read)

    def _read(self) -> None:
        store, record_store = self.user.store, self._record_store
        self.things = {f"{self._kind} {record.id}": record for record in record_store.all(store)}
        self._names = {key: record_store.title(store, record) for key, record in self.things.items()}
        self._doubles = doubles.doubles(store) if self._kind in merging.KINDS else ()
        self._show_list()

    def _show_list(self) -> None:
        store, record_store = self.user.store, self._record_store
        letters = self._letters.strip().casefold()
        keys = [key for key, name in self._names.items() if letters in name.casefold()]
        if self._suited and self._kind == "client":
            firm = self.user.firm
            keys = [key for key in keys if well_suited(self.things[key], firm)]
        title = PLURALS[self._kind]
        lines = [
            FigureLine(title, key, self._names[key], show(record_store.line(store, self.things[key])))
            for key in keys[:SHOWN]
        ]
        if len(keys) > SHOWN:
            lines.append(FigureLine(title, "more", f"… and {len(keys) - SHOWN:,} more", "type some letters: /", False))
        if not lines:
            word = "none holds these letters" if letters else "none is so" if self._suited else "none yet"
            does = "esc shows all" if letters else "n adds the first" if self.check_action("add", ()) else ""
            lines.append(FigureLine(title, "none", word, does, False))
        self.listed.set_figures(lines)
        self.show_head(f"{title}  {len(keys):,}", self._parts_beside())
        self.show_selected()

    def _parts_beside(self) -> Line:
        """The kinds of record on either side of this one, and the way to any other, with their keys."""
        at = KINDS.index(self._kind)
        leads = (PLURALS[KINDS[(at + 1) % len(KINDS)]], PLURALS[KINDS[at - 1]], f"any of {len(KINDS)} parts")
        keys = self.keys_of("book.kind book.kind-back view.go")
        return joined(ink(f"{key} {to}", "dim") for (key, _), to in zip(keys, leads, strict=True))

    def show_selected(self) -> None:
        super().show_selected()
        self.show_keys()

    def notes(self) -> Sequence[tuple[str, str]]:
        """The record under the cursor in full."""
        record, store = self.here, self.user.store
        if record is None:
            return ()
        twice = [name for _, name in doubles.of_record(self._doubles, self._kind, record.id)]
        doubt = [(f"probably the same as {', '.join(twice)}: M merges", "warn")] if twice else []
        if self._kind == "client":
            page = self.look(client_page, store, record)
            lines = page_lines(page) if page is not None else []
            return [*doubt, *((line, "strong" if place == 0 else "plain") for place, line in enumerate(lines))]
        texts = self._record_store.texts(store, record)
        notes = [(self._record_store.title(store, record), "strong")]
        for field in self._record_store.record.typed:
            choice = field.kind.control is Control.CHOICE
            notes.append(
                (f"{field.label}: {(in_words(texts[field.name]) if choice else texts[field.name]) or '–'}", "plain")
            )
        if self._kind == "absence":
            hits = absences.hit_by(store, record)
            notes += [(f"hits {absences.hit_line(store, visit)}", "warn") for visit in hits]
        return [*doubt, *notes, *((note, "plain") for note in self._record_store.notes(store, record))]

    @command("enter", "book.open", "Open")
    def action_open(self) -> None:
        """The client's page; other records open in their form."""
        if self.here is not None and self._kind == "client":
            self.program.open("client", self.here.id)
        elif self.here is not None and self._kind == "template":
            # who may not change it looks at it there
            self.app.push_screen(template.TemplateScreen(TemplateDraft.of(self.user.store, self.here)))
        elif self.check_action(action := "add" if self.here is None else "edit", ()):
            getattr(self, f"action_{action}")()
        elif self.here is not None:
            self.say("It is not yours to change; all of it stands beside the list.")

    @command("n", "book.add", "New")
    async def action_add(self) -> None:
        """Add a record of this kind."""
        if self._kind == "template":
            await template.ask_template(self)
            return
        there = self._site_here() if self._kind in _OF_SITES else None
        texts = {} if there is None else {"site": RECORD_STORES["site"].title(self.user.store, there)}
        record = await (ask_plan(self) if self._kind == KIND else ask_record(self, self._kind, texts))
        self.listed.select_key(f"{self._kind} {record.id}")
        if self._kind == "client":
            await ask_record(self, "site", {"client": record.name, "name": "Main office"})
        elif self._kind == "absence":
            await self._settle_absence(record)
        elif self._kind == "site":
            firm = self.user.firm  # where it has an address server, a new address can be looked up
            if record.place is None and record.address and firm.geocoder_url and firm.geocoder_agent:
                await locate(self, record)

    async def _settle_absence(self, record: Any) -> None:
        """Offer what to do about the visits that an absence hits, saying who knows of them already."""
        store = self.user.store
        hits = absences.hit_by(store, record)
        if not hits:
            return
        names = "\n".join(absences.hit_line(store, visit) for visit in hits[:6])
        rows = [
            ChoiceRow("put them back into the queue", "queue"),
            ChoiceRow(
                "give each to the best of the others",
                "replan",
                "where the checker finds a good place; the rest goes into the queue",
            ),
            ChoiceRow("leave them where they are", "leave"),
        ]
        answer = await self.choose(f"It hits {len(hits)}:\n{names}", rows)
        if answer == "leave":
            return
        freed = await self.do(absences.free, record, to_others=answer == "replan")
        if freed is not None:
            sentences = "\n".join([*freed.settled, *freed.left, "u takes all of it back."])
            self.say(sentences, "warning" if freed.left else "information")

    @command("e", "book.edit", "Edit")
    async def action_edit(self) -> None:
        """Change the record under the cursor."""
        record = self.here
        if record is not None and self._kind == "template":
            self.action_open()
        elif record is not None:
            edited = await ask_record(self, self._kind, before=record)
            if self._kind == "absence":
                await self._settle_absence(edited)

    @command("/", "book.find", "Find")
    def action_find(self) -> None:
        """Only those that hold some letters."""
        self.add_class("-finding")
        field = self.query_one("#find", Input)
        field.value = self._letters
        field.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list at every letter."""
        self._letters = event.value
        self._show_list()

    def on_input_submitted(self) -> None:
        """Go to the list."""
        self.listed.focus()

    @command("tab", "book.kind", "Next kind")
    def action_kind(self, by: int = 1) -> None:
        """Clients, sites, equipment, test targets, inquiries, checklist templates, service plans, recurring visits, holidays,
        technicians, absences, calendars, pinned drives, staff, alerts, settings."""
        self._show_kind(KINDS[(KINDS.index(self._kind) + by) % len(KINDS)])

    @command("g", "view.go", "Go to")
    async def action_go(self) -> None:
        """Any kind of record, by its name: technicians, staff, settings and all others."""
        self._show_kind(
            await self.choose("Which part of the book?", [ChoiceRow(PLURALS[kind], kind) for kind in KINDS])
        )

    def _show_kind(self, kind: str) -> None:
        """Show another kind of record, all of it."""
        self._kind = kind
        self._letters = ""
        self.remove_class("-finding")
        self.reload()

    @command("z", "book.suited", "Well suited")
    def action_suited(self) -> None:
        """Only the clients of the size that service plans are made for, or all again."""
        if self._kind != "client":
            self.say("Go to the clients (tab) to see who is well suited.")
            return
        self._suited = not self._suited
        self._show_list()

    @command("o", "book.locate", "Locate")
    async def action_locate(self) -> None:
        """Look the site's address up and place it there."""
        if self._kind != "site" or self.here is None:
            self.say("Go to the sites (tab) to look an address up.")
            return
        await locate(self, self.here)

    @command("P", "book.locate-all", "Place all sites")
    async def action_locate_all(self) -> None:
        """Place every site by its address, and go through those where it is not plain."""
        await locate_all(self)
        self.reload()

    @command("y", "calendar.sync", "Bring up to date")
    async def action_sync(self) -> None:
        """Bring the technician's calendar up to date: first it says what would be done."""
        if self._kind != "calendar" or self.here is None:
            self.say("Go to the calendars (tab) to bring one up to date.")
            return
        technician = people.technician(self.user.store, self.here.staff_id)
        if technician is not None:
            await own_calendar.ask_sync(self, technician)

    def _site_here(self) -> Site | None:
        """The site under the cursor, or that of the target or the equipment there."""
        if self._kind in _OF_SITES and self.here is not None:
            return clients.site(self.user.store, self.here.site_id)
        return self.here if self._kind == "site" else None

    @command("t", "book.target", "Test target")
    async def action_target(self) -> None:
        """Add something that may be tested at the site, or of the piece of equipment."""
        record = self._site_here()
        if record is None:
            self.say("Go to a site first (tab): what is tested belongs to one.", "warning")
            return
        texts = {"site": RECORD_STORES["site"].title(self.user.store, record)}
        if self._kind == "equipment" and self.here is not None:
            texts["equipment"] = self._names[f"equipment {self.here.id}"]
        await ask_record(self, "target", texts)

    @command("w", "book.write", "As a file")
    async def action_write(self) -> None:
        """Write the equipment of all sites into a CSV, which an import takes again."""
        if self._kind != "equipment":
            self.say("Go to the equipment (tab) to write it into a file.")
            return

        def write(typed: dict[str, str], path: Path, over: bool) -> str:
            private_file.write_private(path, equipment_rows.equipment_csv(self.user.store), replace=over)
            return f"It is in {path}, which only you may read."

        fields = [AskedField("file", "File", "~/equipment.csv", ".csv: a row a piece")]
        await writing.ask_to_write(self, "The equipment of all sites", fields, write)

    @command("G", "book.suggest-targets", "Suggest test targets")
    async def action_suggest(self) -> None:
        """Look what answers under the names of the client's mail domain, and take what is to be tested."""
        site = self._site_here()
        if site is None:
            self.say("Go to a site first (tab): what is tested belongs to one.", "warning")
            return
        await suggest_targets(self, site)
        self.reload()

    @command("L", "book.holidays", "Holidays of a country")
    async def action_holidays(self) -> None:
        """Take over the public holidays of a country."""
        if self._kind != "holiday":
            self.say("Go to the holidays (tab) to take over those of a country.")
            return
        await ask_holidays(self)

    @command("O", "book.logo", "Logo", LEADS)
    async def action_logo(self) -> None:
        """The picture at the head of the firm's papers."""
        if self._kind != "settings":
            self.say("Go to the settings (tab) to choose the logo on papers.")
            return
        if not self.at_this_machine():
            return

        def chosen(typed: dict[str, str]) -> str:
            name = typed["file"].strip()
            letterhead.set_logo(self.user, letterhead.read_logo(typed_path(name)) if name else b"")
            return "It stands on every paper from now on." if name else "Papers have no logo from now on."

        field = AskedField(
            "file", "File", "~/logo.png", f"a PNG or JPEG up to {letterhead.LARGEST_LOGO // 1000} kB; empty: no logo"
        )
        self.say(await self.fill_in("The logo on papers", [field], chosen))

    @command("v", "template.preview", "Preview")
    async def action_preview(self) -> None:
        """What a certain visit would get."""
        await template_preview.ask_preview(self)

    @command("M", "book.merge", "Merge", about="here")
    async def action_merge(self, record: Any) -> None:
        """A client or a site that is there twice becomes one."""
        if self._kind not in merging.KINDS:
            self.say("Clients and sites are merged (tab).", "warning")
            return
        await mending.merge(self, self._kind, record)

    KEYS = [key("shift+tab", "book.kind-back", "Previous kind", action="kind(-1)", show=False)]

    @command("X delete", "book.archive", "Archive", about="here")
    async def action_archive(self, record: Any) -> None:
        """Take it out of every list; undo brings it back."""
        title = self._record_store.title(self.user.store, record)
        await self.confirm(f"Archive {title}?", ["Its history stays; u brings it back."])
        await self.do(editing.archive, self._kind, record)
        self.reload()
        if self._kind == "recurrence" and (ended := self._record_store.get(self.user.store, record.id)) is not None:
            series_forms.say_kept(self, recurring.told(self.user.store, ended))

    @command("escape", "book.back", "Back", show=False)
    def action_back(self) -> None:
        """Show all again."""
        self._letters = ""
        self.remove_class("-finding")
        self._show_list()
        self.listed.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Who may change what is listed, its kind of record says."""
        record_store, here = self._record_store, self.here
        if action in ("add", "archive") and record_store.standing:
            return False
        if action == "edit" and here is not None:
            return record_store.may_change(self.user, here)
        if action in ("add", "edit", "archive", "merge") and self.user.staff.roles.isdisjoint(
            record_store.record.roles
        ):
            return False
        return super().check_action(action, parameters)

    KEYS_BESIDE = (import_file,)
