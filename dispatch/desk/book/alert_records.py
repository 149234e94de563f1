"""What each of the office wants to be told of without looking, as records of the book."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from db import alerts, people, settings
from db.store import Store
from db.unit import Unit
from dispatch.desk.book.record_store import KeptInTables, RecordStore
from dispatch.desk.session.refusals import NotAllowed, Refusal
from dispatch.desk.session.user import User
from dispatch.fields.record import FieldFault
from dispatch.model.alerts import ALL_ALERTS
from dispatch.model.people import Staff
from dispatch.model.states import OFFICE, Role
from dispatch.model.text import show
from dispatch.records.people import ALERTS

_SHOWN = 10
"""So many of what they were told of last stand with it."""


def _office(store: Store) -> list[Staff]:
    return [person for person in people.all_staff(store) if person.roles & OFFICE]


def _never_away(unit: Unit, record: Staff, at: int | None) -> int:
    raise Refusal("Alerts are not archived: set none.")


class AlertRecords(RecordStore[Staff]):
    """A part of everybody's place on the staff, and theirs to say."""

    record = ALERTS
    rows = KeptInTables(_office, people.staff_by_id, people.add_staff, people.update_staff, _never_away)
    standing = True

    def may_change(self, user: User, record: Staff) -> bool:
        """Their own, or everybody's where they lead."""
        return record.id == user.staff.id or Role.LEAD in user.staff.roles

    def find(self, store: Store, name: str) -> Staff:
        """The one of the office with that login, or name."""
        by_login = {person.login.casefold(): person for person in self.all(store)}
        return by_login.get(name.strip().casefold()) or super().find(store, name)

    def line(self, store: Store, record: Staff) -> str:
        texts, everything = self.texts(store, record), ", ".join(ALL_ALERTS)
        said = [
            f"{way}: {'all' if texts[way] == everything else texts[way]}"
            for way in ("bell", "title", "desktop", "message")
            if texts[way]
        ]
        return "  ".join(said) or "told of nothing"

    def notes(self, store: Store, record: Staff) -> Sequence[str]:
        """What they were told of last."""
        times = settings.firm(store).times()
        return [told.line(times) for told in alerts.latest(store, record.id, _SHOWN)]

    def draft(self, user: User, before: Staff | None, texts: Mapping[str, str], faults: list[FieldFault]) -> Staff:
        """As it is typed.

        Raises:
            NotAllowed: it is somebody else's, and the person does not lead.
            Refusal: there is nobody whose it would be.
        """
        if before is None:
            raise Refusal("Alerts are a person's: edit theirs, or add somebody to the staff.")
        if before.id != user.staff.id and Role.LEAD not in user.roles_now:
            raise NotAllowed(f"Only {show(before.name)} or a lead may say that.")
        return super().draft(user, before, texts, faults)
