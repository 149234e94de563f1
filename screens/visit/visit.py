"""A visit on site: its checklist from arrival to sign-off, and the close-out that its gates allow or refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual import work
from textual.app import ComposeResult
from textual.widgets import Static

from db import settings
from db.faults import StoreFault
from dispatch.closeout.answers import EVIDENCE
from dispatch.closeout.probes.secret import Secrets
from dispatch.closeout.readings import compared, worth_naming
from dispatch.closeout.recording import Recording, decide
from dispatch.desk.closeout import leaving, onsite
from dispatch.desk.log.visit_page import VisitPage, visit_page
from dispatch.desk.session.refusals import GatesUnmet, Refusal
from dispatch.desk.session.unsent import Unsent
from dispatch.lazily import lazily
from dispatch.model.checklists import Asks, Item, ItemKind, Phase, Result
from dispatch.model.languages import say, speaking
from dispatch.model.probes import ProbeKind
from dispatch.model.states import AHEAD, ENDED, LEADS, OPEN_ON_SITE, THERE, State
from dispatch.model.text import count_text, show
from dispatch.model.visits import CAME_BY
from dispatch.model.ways import state_words, way_and_work
from screens.binding import BACK, command
from screens.dialogs.asked import AskedField, Check, ChoiceRow
from screens.prices.sheet_view import price_words
from screens.user_screen import UserScreen
from screens.visit.findings import findings, nothing_found
from screens.visit.handed_in import files
from screens.visit.service_report import report
from screens.visit.stay_deeds import STAY
from screens.visit.visit_foot import foot_text
from widgets.checklist import ChecklistView
from widgets.lines.ink import SEPARATOR
from widgets.terminal.lean import soon_release

with lazily(__name__):
    from screens.prices import sheet_view
    from screens.visit import permitting, running_tests, stay_deeds

_LEAST = f"at least {EVIDENCE} letters, two words"
_WORK_NOTE = "What was changed"
"""What the work note is called, also where its draft is kept."""


def _kept_as(item: Item, title: str = "") -> str:
    """Under what the text that somebody types for an item is kept: two items may be worded alike."""
    return f"{item.ref} {title or item.label}"


class VisitScreen(UserScreen):
    """The checklist of one visit. Every result is saved when it shows."""

    DEFAULT_CSS = """
    VisitScreen ChecklistView { height: 1fr; }
    VisitScreen #foot { height: auto; min-height: 4; max-height: 8; border-top: solid $panel; padding: 0 1; }
    """
    TITLE_WORD = "the visit"
    ENTER = "result"
    FOOTER = (
        "item.result item.fail visit.close item.na visit.work item.run visit.ask visit.charge screen.leave screen.keys"
    )
    FOOTER_ENDED = "visit.report visit.charge visit.record stay.clock screen.leave screen.keys"
    """What the key bar shows once nothing more is recorded on the visit."""
    FOOTER_AHEAD = "visit.ask visit.charge visit.record screen.leave screen.keys"
    """What the key bar shows while nothing is recorded yet."""
    BINDINGS = [BACK]

    def __init__(self, reference: str) -> None:
        super().__init__()
        self._reference = reference
        self._page: VisitPage | None = None
        self._saved: int | None = None
        self._secrets = Secrets()

    def on_unmount(self) -> None:
        """What was typed to sign in is gone with the screen."""
        self._secrets.forget()

    def body(self) -> ComposeResult:
        yield ChecklistView(id="checklist", ascii=self.program.ascii_only)
        yield Static(id="foot")

    @property
    def _view(self) -> ChecklistView:
        return self.query_one(ChecklistView)

    def begin(self) -> None:
        """Show the visit, with the cursor on the first open item."""
        super().begin()
        self._to_next_open()

    def reference_here(self) -> str | None:
        return self._reference

    def client_here(self) -> str | None:
        return None if self._page is None else self._page.visit.client

    def item_here(self) -> Item | None:
        return self._view.selected if self._page is not None else None

    @property
    def place(self) -> tuple[str, str]:
        """The visit and the selected item: what a new login over SSH reopens."""
        item = self.item_here()
        return self._reference, item.ref if item is not None else ""

    def come_back(self, item: str, sentence: str) -> None:
        """Go on at an item, and say so; what was typed and not saved is taken up again."""
        self._view.select(item)
        selected = self._view.selected
        if Unsent(self.user, self._reference, _WORK_NOTE).read():
            self.action_work()
        elif selected is not None and Unsent(self.user, self._reference, _kept_as(selected)).read():
            sentence += f". What you typed for “{selected.label}” is kept"
        self.say(sentence)

    def footer(self) -> str:
        """The keys that do something in the visit's state."""
        state = None if self._page is None else self._page.visit.state
        if state is None or state in OPEN_ON_SITE:
            return self.FOOTER
        ended = self.FOOTER_ENDED.removeprefix("visit.report" if state is State.CANCELLED else "")
        return ended if state in ENDED else self.FOOTER_AHEAD

    def reload(self) -> None:
        page = self.look(visit_page, self.user.store, self._reference)
        if page is None:
            return
        before, self._page = self._page, page
        if before is None or before.visit.state is not page.visit.state:
            self.show_keys()
        self._view.recording = page.visit.state in OPEN_ON_SITE
        self._view.set_checklist(page.checklist, page.visit.zone, page.hours24)
        self._show_head()
        self.show_selected()
        own = page.visit.assignment_of(self.user.staff.id) is not None and self._view.recording
        wants_way_in = any(item.asks is Asks.NO_WAY_IN for item in page.checklist.items)
        if own and wants_way_in and self.user.site_port is not None:
            self._see_way_in()

    @work(exclusive=True, group="way")
    async def _see_way_in(self) -> None:
        """Have the tests ask for a run as soon as the connection leads into the client's network."""
        await self.do(onsite.see_way_in, self._reference)

    def tick(self) -> None:
        """Nothing on this screen runs: no countdown to be read over the shoulder (design/close-out.md R4)."""

    def _show_head(self) -> None:
        page = self._page
        assert page is not None
        visit = page.visit
        arrived = visit.checked_in_at
        state = state_words(visit)
        if arrived is not None and visit.state in OPEN_ON_SITE:
            state += f" since {page.times.clock(arrived, page.office)}"
        saved = f"saved {page.times.clock(self._saved)}" if self._saved is not None else ""
        came = (f"came in: {CAME_BY[visit.came_by]}",) if visit.came_by else ()
        work = SEPARATOR.join((way_and_work(visit), *visit.demands, *came))
        self.show_head(visit.client, work, "  ".join(part for part in (state, saved) if part), whose=False)

    def show_selected(self) -> None:
        """Show what the selected item asks for."""
        if self._page is not None:
            self.query_one("#foot", Static).update(foot_text(self._page, self._view.selected))

    def _to_next_open(self) -> None:
        page = self._page
        if page is None:
            return
        missing = {unmet.ref for unmet in page.unmet}
        for item in page.checklist.items:
            if item.ref in missing:
                self._view.select(item.ref)
                return

    def _item(self) -> Item | None:
        page = self._page
        if page is None:
            return None
        if page.visit.state not in OPEN_ON_SITE:
            if page.visit.state in AHEAD or page.visit.state is State.EN_ROUTE:
                self.say("Not on site yet: go back with esc and check in with space.", "warning")
            else:
                self.say(f"The visit is {state_words(page.visit)}: nothing more is recorded on it.", "warning")
            return None
        return self._view.selected

    async def _record(self, item: Item, entry: Recording, **more: Any) -> bool:
        recorded = await self.do(onsite.record, self._reference, item.ref, entry, **more)
        if recorded is not None:
            self._after_save()
            if recorded.unsettled:
                self.say(f"{item.called} is not settled: {recorded.unsettled}.", "warning")
            for note in recorded.notes:
                self.say(note)
        return recorded is not None

    def _after_save(self) -> None:
        self._saved = self.user.now
        self._show_head()
        self._to_next_open()

    async def _ask(
        self, title: str, hint: str, value: str = "", *, check: Check | None = None, kept_as: str = ""
    ) -> str:
        """Ask for a text; what is typed is kept until it is saved, through refusals, broken connections and restarts.

        `check` says what keeps it from being taken, so that it is put right where it is typed; `kept_as` is what it is kept under.
        """
        unsent = Unsent(self.user, self._reference, kept_as or title)

        def fault(typed: str) -> str | None:
            if not typed.strip():
                return "nothing was typed"
            return check(typed) if check is not None else None

        return await self.ask(title, hint, value, check=fault, unsent=unsent)

    async def _ask_entry(
        self, item: Item, hint: str, result: Result, title: str = "", *, as_value: bool = False, value: str = ""
    ) -> None:
        """Ask for what a result needs, its text or its value, and record it; what no gate would take stays where it is typed."""

        def entry(typed: str) -> Recording:
            return Recording(result, value=typed) if as_value else Recording(result, text=typed)

        def check(typed: str) -> str | None:
            page = self._page
            faults = decide(page.checklist, item, entry(typed)).faults if page is not None else ()
            return " ".join(unmet.text for unmet in faults) or None

        typed = await self._ask(title or item.label, hint, value, check=check, kept_as=_kept_as(item, title))
        await self._record(item, entry(typed))

    @command("space enter", "item.result", "Result", THERE, about="_item")
    async def action_result(self, item: Item) -> None:
        """Done, an answer, test passed."""
        if item.kind is ItemKind.SIGN_OFF:
            await self._sign_off(item)
        elif item.kind is ItemKind.NAMED:
            await self._settle_named(item)
        elif item.kind is ItemKind.TEST and (
            item.asks is Asks.MEASURED or any(probe.kind is ProbeKind.VALUE for probe in item.probes)
        ):
            await self._measure(item)
        elif item.kind is ItemKind.TEST:
            await self._ask_entry(item, f"passed: what did you see? {_LEAST}", Result.PASS)
        elif item.kind is ItemKind.ASK:
            hint = "in the client's words" if item.phase is Phase.ARRIVE else "the answer; “nothing” is one"
            seen = worth_naming(self._page.checklist) if item.ref == "L1" and self._page is not None else ""
            await self._ask_entry(item, hint, Result.ANSWERED, value=seen)
        elif item.ref == "W2":
            await self._work_note()
        elif item.findings and not item.found:
            if await nothing_found(self, self._reference, item):
                await self._ask_entry(item, f"what was looked at, and nothing found? {_LEAST}", Result.DONE)
        else:
            await self._record(item, Recording(result=Result.DONE))

    async def _measure(self, item: Item) -> None:
        """A value: typed, and passed or failed by its bounds."""
        bounds = next((probe for probe in item.probes if probe.kind is ProbeKind.VALUE), None)
        hint = "a number with its unit: 12 ms"
        if bounds is not None:
            limits = (bounds.least and f"at least {bounds.least}", bounds.most and f"at most {bounds.most}")
            hint = f"{bounds.name}: {', '.join(filter(None, limits)) or 'a number'} {bounds.unit}".strip()
            hint = "; ".join(filter(None, (hint, compared(item, self._page.times.zone if self._page else "UTC"))))
        await self._ask_entry(item, hint, Result.PASS, as_value=True)

    @command("f", "item.fail", "Fail", THERE, about="_item")
    async def action_fail(self, item: Item) -> None:
        """The test failed, or the item was not done."""
        if item.kind is ItemKind.TEST:
            await self._ask_entry(item, f"failed: what did you see? {_LEAST}", Result.FAIL)
        elif item.ref.startswith("W1"):
            await self._ask_entry(item, f"not done: why not? {_LEAST}", Result.NOT_DONE)
        elif item.ref == "L2":
            await self._ask_entry(item, "what is left for the client?", Result.LEFT_TO_CLIENT)
        else:
            self.say("Only a test fails; a requested item may be not done.", "warning")

    @command("r", "item.run", "Run", THERE, about="_item")
    async def action_run(self, item: Item) -> None:
        """Run the item's test and record what comes of it; esc stops."""
        if not item.runnable:
            self.say(
                "No test runs here: `space` says what you saw."
                if item.kind is ItemKind.TEST
                else "Nothing runs here: `space` answers it.",
                "warning",
            )
            return
        await self._run_tests(item)

    @command("R", "visit.run-all", "Run all", THERE)
    async def action_run_all(self) -> None:
        """Run every test of the visit."""
        if self._item() is not None:
            await self._run_tests()

    async def _run_tests(self, *items: Item) -> None:
        recorded = await running_tests.run_tests(self, self._reference, items, self._secrets)
        self.reload()
        soon_release(self.app)
        if recorded:
            self._after_save()

    async def _settle_named(self, item: Item) -> None:
        chosen = await self.choose(
            item.label,
            [
                ChoiceRow("done now", "done", "work was done: the tests must pass again"),
                ChoiceRow("follow-up visit", "follow_up", "books a visit for the same technician"),
                ChoiceRow("declined", "declined", "the client does not want it, in their words"),
            ],
        )
        if chosen == "done":
            await self._ask_entry(item, "what was done?", Result.DONE, item.label)
        elif chosen == "declined":
            await self._ask_entry(item, "the client's words", Result.DECLINED, item.label)
        else:
            today = settings.today(self.user.store)
            day = await self.ask_day("Follow-up wanted on", "2026-11-25, tomorrow, fri", today, "tomorrow")
            await self._record(item, Recording(result=Result.FOLLOW_UP, text=item.label), follow_up_on=day)

    async def _sign_off(self, item: Item) -> None:
        # the client reads it, and signs
        with speaking(self.user.firm.language_of(None if self._page is None else self._page.client)):
            title, no, yes, missing = say("Sign-off"), say("no"), say("yes"), say("name: is missing")
            hint = say("tab next field · ctrl+s or enter saves · esc goes back, text kept")
            asked = [
                AskedField("name", say("Who signs off")),
                AskedField("satisfied", say("Satisfied?"), yes, options=(no, yes)),
                AskedField("words", say("In their words")),
            ]
        entered = await self.fill(
            title,
            asked,
            check=lambda form: [] if form["name"].strip() else [missing],
            hint=hint,
            unsent=Unsent(self.user, self._reference, _kept_as(item)),
        )
        satisfied = entered["satisfied"] == yes
        await self._saving(onsite.sign_off, self._reference, entered["name"], satisfied, entered["words"])

    async def _saving(self, deed: Callable[..., Any], *args: Any, **kwargs: Any) -> bool:
        if await self.do(deed, *args, **kwargs) is None:
            return False
        self._after_save()
        return True

    @command("- d", "item.na", "N/A", THERE, about="_item")
    async def action_na(self, item: Item) -> None:
        """Not applicable, with the reason."""
        if not item.na_allowed:
            self.say(f"{item.called} always applies.", "warning")
            return
        await self._ask_entry(item, f"does not apply: why? {_LEAST}", Result.NA)

    @command("w", "visit.work", "Work note", THERE)
    async def action_work(self) -> None:
        """Note what was changed; tests must pass again after it."""
        if self._item() is not None:
            await self._work_note()

    async def _work_note(self) -> None:
        unsent = Unsent(self.user, self._reference, _WORK_NOTE)
        text = await self.ask_note(_WORK_NOTE, "tests that passed before must pass again after this", unsent)
        await self._saving(onsite.work, self._reference, text)

    @command("n", "visit.ask", "New item")
    async def action_ask(self) -> None:
        """The client asks for something more."""
        if self._item() is not None:
            text = await self._ask("The client also asks for", "it becomes another item of work")
            await self._saving(onsite.ask, self._reference, text)

    @command("x", "visit.close", "Close out", THERE)
    async def action_close(self) -> None:
        """Close the visit, or see what still keeps it open."""
        page = self._page
        if page is None or (page.visit.state not in OPEN_ON_SITE and self._item() is None):
            return
        if not page.unmet:
            await self.confirm(
                f"Close {page.visit.reference} {page.visit.client}",
                [price_words(page.priced), "Checks you out now. Closing cannot be taken back; a lead can reopen it."],
                "y closes the visit · esc goes back",
            )
        try:
            await self.attempt(leaving.close, self._reference)
        except GatesUnmet:
            self.reload()  # somebody else may have recorded something since this was read
            await self._show_missing()
        except (StoreFault, Refusal) as refusal:
            self.say(str(refusal), "warning")
        else:
            self._after_save()
            self.action_charge()

    async def _show_missing(self) -> None:
        page = self._page
        assert page is not None
        rows = [ChoiceRow(show(unmet.text), unmet.ref) for unmet in page.unmet]
        ref = await self.choose(
            f"Not ready to close: {count_text(len(rows), 'reason')}", rows, "enter jumps to the item · esc goes back"
        )
        self._view.select(ref)

    @command("v", "visit.charge", "Charge")
    def action_charge(self) -> None:
        """The charge sheet, line by line."""
        if self._page is not None:
            self.app.push_screen(sheet_view.ChargeSheet(self._page))

    @command("V", "visit.record", "Record")
    def action_record(self) -> None:
        """All attempts and events of the visit."""
        if self._page is not None:
            self.program.open("record", self._reference)

    @command("O", "item.override", "Override", LEADS, about="_item")
    async def action_override(self, item: Item) -> None:
        """Lead: settle an item without a result, with a reason."""
        if not item.override_allowed:
            self.say(f"{item.called} cannot be overridden: record its result.", "warning")
            return
        hint = "the reason; every report says that you waived it, to the client without the reason"
        await self._ask_entry(item, hint, Result.OVERRIDDEN, f"Override: {item.label}")

    @command("W", "item.permission", "Words", THERE, about="_item")
    async def action_permission(self, item: Item) -> None:
        """Words for a test that cannot run: ask a lead."""
        await permitting.of_item(self, self._reference, item)

    @command("L", "visit.leave", "Leave open", LEADS)
    async def action_leave_open(self) -> None:
        """Lead: leave the visit open, a follow-up is booked."""
        if self._item() is not None:
            await self._saving(leaving.leave, self._reference, **await stay_deeds.ask_leaving(self))

    @command("B", "visit.abort", "Abort")
    async def action_abort(self) -> None:
        """We end the visit before work was done."""
        if self._page is not None and self._page.visit.state in ENDED:
            self.say(f"The visit is {state_words(self._page.visit)} already.", "warning")
            return
        await self._saving(leaving.abort, self._reference, **await stay_deeds.ask_aborting(self, self._reference))

    @command("U", "visit.reopen", "Reopen", LEADS)
    async def action_reopen(self) -> None:
        """Lead: take an ended visit back to on site."""
        if self._page is not None and self._page.visit.state not in ENDED:
            self.say(f"The visit is {state_words(self._page.visit)}: there is nothing to reopen.", "warning")
            return
        reason = await self._ask("Reopen", "why; the visit goes back to on site")
        if (done := await self.do(leaving.reopen, self._reference, reason)) is not None:
            self._after_save()
            for follow_up in done[1]:
                self.say(f"{follow_up.reference} is out of the queue: its work goes on here.")

    KEYS_BESIDE = (*STAY, report, files, findings)
