"""Findings of an audit on the screen: written down, put right, taken out, and what became of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dispatch.desk.closeout import finding
from dispatch.desk.texts import finding_words
from dispatch.fields.context import NO_RECORDS
from dispatch.model.checklists import Item
from dispatch.model.findings import AuditFinding, FindingState
from dispatch.model.states import OPEN_ON_SITE, Role
from dispatch.model.text import show
from dispatch.model.visits import Visit
from dispatch.records.findings import FIELDS
from screens.binding import command
from screens.dialogs.asked import ChoiceRow, a_reason, needed
from screens.record_forms import line_of
from screens.user_screen import UserScreen

_NEW = "new"


@command("F", "visit.findings", "Findings", about="whole_visit")
async def findings(screen: UserScreen, visit: Visit) -> None:
    """What an audit found: write it down, put it right, take it out, say what became of it."""
    own = screen.look(finding.of_visit, screen.user, visit.reference)
    if own is None:
        return
    rows: list[ChoiceRow[Any]] = [
        ChoiceRow(finding_words.line(one).strip(), one, show(" · ".join(filter(None, (one.risk, one.effort))), 60))
        for one in own
    ]
    if visit.state in OPEN_ON_SITE:
        rows.append(ChoiceRow("write one down", _NEW, "what, how grave, what it risks, what to do"))
    if not rows:
        screen.say("No findings were written down.")
        return
    chosen = await screen.choose(f"Found at {visit.client}", rows)
    await (write_down(screen, visit.reference) if chosen == _NEW else _one(screen, visit, chosen))


async def nothing_found(screen: UserScreen, reference: str, item: Item) -> bool:
    """Nothing is written down yet for an item that asks for it: write a finding down, or say that there is none."""
    rows = [ChoiceRow("write a finding down", _NEW), ChoiceRow("nothing was found", "nothing", "in words")]
    if await screen.choose(item.label, rows) != _NEW:
        return True
    await write_down(screen, reference)
    return False


async def write_down(screen: UserScreen, reference: str) -> None:
    """Ask for a finding and write it down."""
    new = await _ask(
        screen, "A finding", lambda typed: finding.add(screen.user, reference, typed), {"severity": "medium"}
    )
    screen.say(f"Finding {new.number} is written down.")


async def _one(screen: UserScreen, visit: Visit, found: AuditFinding) -> None:
    """What may be done with one."""
    rows = []
    if visit.state in OPEN_ON_SITE:
        rows += [ChoiceRow("put it right", "edit"), ChoiceRow("take it out", "remove", "with the reason")]
    if screen.user.has(Role.LEAD) or screen.user.has(Role.DISPATCHER):
        marks = {
            "done": "it was done",
            "declined": "the client does not want it, in their words",
            "open": "it is open again",
        }
        rows += [ChoiceRow(text, state) for state, text in marks.items() if state != found.state]
    lines = "\n".join(finding_words.whole(found)[1:])
    if not rows:
        await screen.confirm(f"Finding {found.number}", text=lines, question="esc goes back")
        return
    chosen = await screen.choose(f"Finding {found.number}, {found.severity}: {show(found.what, 120)}", rows)
    if chosen == "edit":
        edited = await _ask(
            screen,
            f"Finding {found.number}",
            lambda typed: finding.edit(screen.user, visit.reference, found.number, typed),
            finding.texts_of(found),
        )
        screen.say(f"Finding {edited.number} is put right.")
    elif chosen == "remove":
        why = await screen.ask(f"Take out finding {found.number}", "why", check=a_reason)
        if await screen.do(finding.remove, visit.reference, found.number, why) is not None:
            screen.say(f"Finding {found.number} is taken out. u takes that back.")
    else:
        declined = chosen == FindingState.DECLINED
        hint = "the client's words" if declined else "a note, or nothing"
        note = await screen.ask(
            f"Finding {found.number}", hint, check=needed("say it in their words") if declined else None
        )
        if await screen.do(finding.mark, visit.reference, found.number, chosen, note) is not None:
            screen.say(f"Finding {found.number} is {chosen}.")


async def _ask(
    screen: UserScreen, title: str, deed: Callable[[dict[str, str]], AuditFinding], texts: Mapping[str, str]
) -> AuditFinding:
    lines = [line_of(field, texts.get(field.name), NO_RECORDS) for field in FIELDS]
    return await screen.fill_in(title, lines, deed)
