"""Two records of the book that are one: which other it is, what both say, and the merge as one change."""

from __future__ import annotations

from typing import Any

from db.faults import StoreFault
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.mending import doubles, merging
from dispatch.desk.session.refusals import Refusal
from dispatch.model.matching import Findable, findable
from screens.dialogs.asked import ChoiceRow
from screens.dialogs.finder import FindScreen
from screens.user_screen import UserScreen
from widgets.listed import FoundLine


async def merge(screen: UserScreen, kind: str, record: Any) -> None:
    """Ask which record is the same, and make one of both; what they say differently is chosen field by field."""
    store, record_store = screen.user.store, RECORD_STORES[kind]
    title = record_store.title(store, record)

    def others() -> list[Findable[Any]]:
        probable = [key for key, _ in doubles.of_record(doubles.doubles(store), kind, record.id)]
        own = [one for one in record_store.all(store) if one.id != record.id]
        if kind == "site":
            own = [one for one in own if one.client_id == record.client_id]
        own.sort(key=lambda one: one.id not in probable)
        return [findable(one, record_store.title(store, one)) for one in own]

    def line(one: Any) -> FoundLine:
        return FoundLine(kind, record_store.title(store, one), record_store.line(store, one))

    found = await screen.answer(
        FindScreen[Any](
            f"Which one is {title} too?", others, line, hint="enter merges it into this one · esc goes back"
        )
    )
    other = found.value
    gone = record_store.title(store, other)
    await screen.confirm(
        f"Merge {gone} into {title}?",
        [f"{gone} is archived; all that hangs on it is {title}'s from then on.", "u takes all of it back."],
    )
    answers: dict[str, str] = {}
    while True:
        try:
            done = await screen.attempt(merging.merge, kind, record, other, answers)
            break
        except merging.Conflicting as asked:
            for conflict in asked.conflicts:
                rows = [ChoiceRow(f"{answer}: {means}", answer) for answer, means in conflict.choices.items()]
                answers[conflict.name] = await screen.choose(f"Both say something. {conflict.label}", rows)
        except (StoreFault, Refusal) as refusal:
            screen.say(str(refusal), "warning")
            return
    screen.say(f"{done.gone} is {title} now. u takes it back.")
