"""Papers in the outbox: put there, and taken back while they have not left."""

from __future__ import annotations

from collections.abc import Sequence

from db import changes, messages, papers, visits
from db.changes import RecordChange
from db.papers import KeptPaper
from db.store import Store
from db.unit import Unit
from dispatch.desk.messages import notifications
from dispatch.desk.session.refusals import Refusal
from dispatch.model.messages import About, Fate
from dispatch.model.text import show
from dispatch.model.visits import Visit

ENTITY = "message"


def put(unit: Unit, paper: KeptPaper, addresses: dict[str, str], site_id: int | None) -> list[int]:
    """Keep a paper and put a message with it into the outbox for each address, with its text; returns their numbers.

    Args:
        addresses: the text of the message for each.
        site_id: of the visit that it is about alone.
    """
    paper_id = papers.add_paper(unit, paper)
    visit = None if paper.visit_id is None else visits.visit_by_id(unit.store, paper.visit_id)
    due_at = _due(unit, paper.client_id, visit)
    made = []
    for address, text in addresses.items():
        made.append(papers.add_message(unit, paper_id, paper, address, text, due_at, site_id))
        unit.audit(ENTITY, made[-1], about="paper", paper=paper.title, to=address)
    return made


def _due(unit: Unit, client_id: int, visit: Visit | None) -> int:
    due_at = unit.at + notifications.HELD
    return notifications.quiet_due(unit.store, About.PAPER, unit.at, due_at, client_id, visit)


def remember(unit: Unit, made: Sequence[int], label: str) -> None:
    """Let whoever put messages into the outbox take them back together."""
    changes.remember(unit, label, pictures(made))


def pictures(made: Sequence[int]) -> list[RecordChange]:
    """The pictures of messages that were just put into the outbox."""
    return [RecordChange(ENTITY, number, {"waits": False}, {"waits": True}, 0, 1) for number in made]


def turn(store: Store, unit: Unit, picture: RecordChange, *, back: bool) -> tuple[int, int] | None:
    """Take a message with a paper back, or let it go after all; returns the version that it looked so at, and the one of now.

    None: it is another one by now.

    Raises:
        Refusal: it has left.
    """
    expected, target, look = picture.turned(back)
    message = messages.message(store, picture.id)
    if message is None:
        return None
    if message.fate in (Fate.TAKEN, Fate.SENDING, Fate.SENT, Fate.UNSURE):
        raise Refusal(f"{show(message.subject)} has left for {show(message.address)}: it cannot be taken back.")
    # a sender that tried in vain has made another version of what still waits
    if message.fate not in (Fate.WAITING, Fate.FAILED) if back else message.version != expected:
        return None
    if not look["waits"]:
        notifications.drop(unit, message, f"taken back by {unit.actor.login}")
    else:
        due_at = _due(unit, message.client_id, None)
        messages.change(unit, message, Fate.WAITING, due_at=due_at, tries=0, ended_at=None, until=None, why="")
        unit.audit(ENTITY, message.id, redone=True)
    return target, message.version + 1
