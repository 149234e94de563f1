"""What the fields of a record need to know beside their text, as the desk knows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from db import agreements, clients, equipment, people, service_plans, settings
from db.store import Store
from dispatch.desk.book.records import (
    client_named,
    end_named,
    end_title,
    equipment_called,
    equipment_named,
    service_plan_named,
    site_called,
    site_named,
    staff_named,
    technician_named,
)
from dispatch.desk.session.refusals import NotFound
from dispatch.desk.session.user import User
from dispatch.fields.context import FieldContext
from dispatch.model.firm import Firm
from dispatch.model.instants import day_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk(FieldContext):
    """The world of a record at the desk: other records by the names that people type."""

    store: Store
    firm: Firm
    _titles: dict[str, Sequence[str]] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, store: Store) -> Desk:
        """The world as it is shown."""
        firm = settings.firm(store)
        return cls(store.clock.now(), firm.zone, frozenset(), store=store, firm=firm)

    @classmethod
    def for_user(cls, user: User) -> Self:
        """The world of somebody who types."""
        return cls(user.now, user.firm.zone, user.roles_now, store=user.store, firm=user.firm)

    @property
    def exponent(self) -> int:
        return agreements.minor_units(self.store)

    def find(self, noun: str, text: str) -> Any:
        try:
            return _FINDING[noun](self.store, text)
        except NotFound as fault:
            raise ValueError(str(fault)) from None

    def title(self, noun: str, key: Any) -> str:
        return _TITLE[noun](self.store, key)

    def titles(self, noun: str) -> Sequence[str]:
        """As of any context; looked up once."""
        if noun not in self._titles:
            self._titles[noun] = _TITLES[noun](self.store)
        return self._titles[noun]


def labour_classes(store: Store) -> list[str]:
    """The labour classes of the rate card that counts today; none where there is no card."""
    card = agreements.rate_card_on(store, day_of(store.clock.now(), settings.firm(store).zone))
    return list(card.card["classes"]) if card is not None else []


def price_lists(store: Store) -> list[str]:
    """The price lists for groups of clients of every rate card."""
    return list(
        dict.fromkeys(name for card in agreements.rate_cards(store) for name in card.card.get("price_lists") or {})
    )


def _sites(store: Store) -> list[str]:
    names = {client.id: client.name for client in clients.all_clients(store)}
    return [f"{names.get(site.client_id, '')} / {site.name}" for site in clients.all_sites(store)]


_FINDING: Mapping[str, Callable[[Store, str], Any]] = {
    "client": lambda store, text: client_named(store, text).id,
    "site": lambda store, text: site_named(store, text).id,
    "technician": lambda store, text: technician_named(store, text).id,
    "end": end_named,
    "equipment": lambda store, text: equipment_named(store, text).id,
    "staff": lambda store, text: staff_named(store, text).id,
    "service plan": lambda store, text: service_plan_named(store, text).id,
}
_TITLE: Mapping[str, Callable[[Store, Any], str]] = {
    "client": lambda store, key: getattr(clients.client(store, key), "name", ""),
    "site": site_called,
    "technician": lambda store, key: getattr(people.staff_by_id(store, key), "name", ""),
    "staff": lambda store, key: getattr(people.staff_by_id(store, key), "name", ""),
    "end": end_title,
    "equipment": equipment_called,
    "service plan": lambda store, key: getattr(service_plans.service_plan(store, key), "name", ""),
}
_TITLES: Mapping[str, Callable[[Store], Sequence[str]]] = {
    "client": lambda store: [client.name for client in clients.all_clients(store)],
    "site": _sites,
    "technician": lambda store: [technician.name for technician in people.technicians(store)],
    "staff": lambda store: [person.name for person in people.all_staff(store)],
    "equipment": lambda store: [equipment_called(store, piece.id) for piece in equipment.all_equipment(store)],
    "labour class": labour_classes,
    "service plan": lambda store: [plan.name for plan in service_plans.service_plans(store)],
    "end": lambda store: [
        "depot",
        *_sites(store),
        *(f"home of {technician.name}" for technician in people.technicians(store)),
    ],
    "skill": lambda store: sorted(people.skills(store)),
}
