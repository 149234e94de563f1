"""A visit that was booked otherwise than it is: put at another site, asked for once more, or split in two."""

from __future__ import annotations

from db import checklists
from dispatch.desk.book import context
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.mending import rehoming, splitting
from dispatch.desk.requests import intake
from dispatch.desk.session.refusals import Faulty
from dispatch.model.clients import Site
from dispatch.model.matching import Findable, findable
from dispatch.model.states import AHEAD, ENDED, QUEUED, Role
from dispatch.model.typed_times import parse_minutes
from dispatch.model.visits import Visit
from dispatch.records.requests import REQUEST
from screens import record_forms
from screens.board.taken import say_taken
from screens.dialogs.asked import AskedField, ChoiceRow, a_reason
from screens.dialogs.finder import FindScreen
from screens.user_screen import UserScreen
from widgets.listed import FoundLine

TO_SITE, COPY, SPLIT = "to another site", "copy", "split"


def ways(screen: UserScreen, visit: Visit) -> list[ChoiceRow[str]]:
    """What can be mended of a visit, by whoever is at the screen."""
    lead = Role.LEAD in screen.user.staff.roles
    if not lead and Role.DISPATCHER not in screen.user.staff.roles:
        return []
    rows = []
    if visit.state in QUEUED | AHEAD or (lead and visit.state in ENDED):
        rows.append(ChoiceRow("it is at another site", TO_SITE, "or another client's: it goes there, charged afresh"))
    if Role.DISPATCHER in screen.user.staff.roles:
        rows.append(ChoiceRow("the same once more", COPY, "a new request, of another day"))
        if visit.state in QUEUED | AHEAD:
            rows.append(ChoiceRow("split in two", SPLIT, "a part of it becomes a second visit, after it"))
    return rows


async def mend(screen: UserScreen, visit: Visit, way: str) -> None:
    """Do one of them."""
    await {TO_SITE: _to_site, COPY: _copy, SPLIT: _split}[way](screen, visit)


async def _to_site(screen: UserScreen, visit: Visit) -> None:
    store, sites = screen.user.store, RECORD_STORES["site"]

    def others() -> list[Findable[Site]]:
        return [findable(site, sites.title(store, site)) for site in sites.all(store) if site.id != visit.site_id]

    def line(site: Site) -> FoundLine:
        return FoundLine("site", sites.title(store, site), sites.line(store, site))

    title = f"Where is {visit.reference}?"
    found = await screen.answer(FindScreen[Site](title, others, line, hint="enter puts it there · esc goes back"))
    why = (
        {"reason": await screen.ask(f"Why is {visit.reference} there?", check=a_reason)} if visit.state in ENDED else {}
    )
    after = await screen.insist(
        f"Put {visit.reference} there?", rehoming.to_site, visit.reference, found.value, version=visit.version, **why
    )
    if after is not None:
        back = "" if after.state in ENDED else " u takes it back."
        along = rehoming.with_it(store, visit, after)
        screen.say(f"{after.reference} is at {after.client}, {after.site}{along}.{back}")


async def _copy(screen: UserScreen, visit: Visit) -> None:
    desk, texts = context.Desk.for_user(screen.user), intake.texts_of_copy(screen.user, visit)
    fields = [record_forms.line_of(field, texts.get(field.name), desk) for field in REQUEST.typed]
    made: list[Visit] = []

    def add(entered: dict[str, str]) -> None:
        made.append(intake.add(screen.user, entered))

    await screen.fill(f"{visit.reference} once more", fields, lambda entered: screen.faults_of(lambda: add(entered)))
    screen.reload()
    say_taken(screen, f"{made[-1].reference} is in the queue: {made[-1].client}. u takes it back.", made[-1])


async def _split(screen: UserScreen, visit: Visit) -> None:
    items = checklists.checklist(screen.user.store, visit.id).items
    beside = [f"{item.ref} {item.label}" for item in items if item.ref.startswith("W1.") and item.ref != "W1.1"]
    fields = [
        AskedField(
            "minutes", "Minutes of the second", str(visit.minutes // 2), f"the first keeps the rest of {visit.minutes}"
        ),
        AskedField("work", "Its work", visit.work),
    ]
    if beside:
        fields.append(AskedField("items", "Goes there", placeholder=" · ".join(beside)))
    if visit.promised is not None:
        fields.append(AskedField("promise", "Has the promise", "first", options=("first", "second")))
    if visit.description:
        fields.append(AskedField("notes", "Has the notes", "both", options=("first", "second", "both")))
    done: list[tuple[Visit, Visit]] = []

    def deed(typed: dict[str, str]) -> None:
        try:
            minutes = parse_minutes(typed["minutes"])
        except ValueError as fault:
            raise Faulty([f"minutes: {fault}"]) from None
        how = {name: typed[name] for name in ("promise", "notes") if name in typed}
        named = typed.get("items", "").replace(",", " ").split()
        done.append(splitting.split(screen.user, visit.reference, minutes, work=typed["work"], items=named, **how))

    await screen.fill(
        f"Split {visit.reference} {visit.client}", fields, lambda typed: screen.faults_of(lambda: deed(typed))
    )
    screen.reload()
    screen.say(f"{done[-1][1].reference} comes after {visit.reference} and is in the queue. u takes it back.")
