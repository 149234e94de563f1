"""What the fields of a record need to know beside their text, as the desk knows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from db import agreements, clients, people, settings
from db.store import Store
from dispatch.desk.book.records import client_named, end_named, end_title, site_called, site_named, technician_named
from dispatch.desk.session.refusals import NotFound
from dispatch.desk.session.user import User
from dispatch.model.firm import Firm
from dispatch.model.instants import day_of
from dispatch.model.states import Role


@dataclass(frozen=True, slots=True)
class Desk:
    """The world of a record at the desk: other records by the names that people type."""

    store: Store
    now: int
    firm: Firm
    roles: frozenset[Role] = frozenset()
    lasting: bool = False
    _titles: dict[str, Sequence[str]] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, store: Store) -> Desk:
        """The world as it is shown."""
        return cls(store, store.clock.now(), settings.firm(store))

    @classmethod
    def for_user(cls, user: User) -> Desk:
        """The world of somebody who types."""
        return cls(user.store, user.now, user.firm, user.roles_now)

    @property
    def zone(self) -> str:
        """The firm's time zone."""
        return self.firm.zone

    def at(self, now: int) -> Desk:
        """The same at another moment."""
        return replace(self, now=now)

    def find(self, noun: str, text: str) -> Any:
        """The key of the record that is called so.

        Raises:
            ValueError: there is none, or several.
        """
        try:
            return _FINDING[noun](self.store, text)
        except NotFound as fault:
            raise ValueError(str(fault)) from None

    def title(self, noun: str, key: Any) -> str:
        """What a record is called, archived ones too; empty where there is none."""
        return _TITLE[noun](self.store, key)

    def titles(self, noun: str) -> Sequence[str]:
        """What every record that is not archived is called; looked up once."""
        if noun not in self._titles:
            self._titles[noun] = _TITLES[noun](self.store)
        return self._titles[noun]


def labour_classes(store: Store) -> list[str]:
    """The labour classes of the rate card that counts today; none where there is no card."""
    card = agreements.rate_card_on(store, day_of(store.clock.now(), settings.firm(store).zone))
    return list(card.card["classes"]) if card is not None else []


def _sites(store: Store) -> list[str]:
    names = {client.id: client.name for client in clients.all_clients(store)}
    return [f"{names.get(site.client_id, '')} / {site.name}" for site in clients.all_sites(store)]


_FINDING: Mapping[str, Callable[[Store, str], Any]] = {
    "client": lambda store, text: client_named(store, text).id,
    "site": lambda store, text: site_named(store, text).id,
    "technician": lambda store, text: technician_named(store, text).id,
    "end": end_named,
}
_TITLE: Mapping[str, Callable[[Store, Any], str]] = {
    "client": lambda store, key: getattr(clients.client(store, key), "name", ""),
    "site": site_called,
    "technician": lambda store, key: getattr(people.staff_by_id(store, key), "name", ""),
    "end": end_title,
}
_TITLES: Mapping[str, Callable[[Store], Sequence[str]]] = {
    "client": lambda store: [client.name for client in clients.all_clients(store)],
    "site": _sites,
    "technician": lambda store: [technician.name for technician in people.technicians(store)],
    "labour class": labour_classes,
    "end": lambda store: [
        "depot",
        *_sites(store),
        *(f"home of {technician.name}" for technician in people.technicians(store)),
    ],
    "skill": lambda store: sorted(people.skills(store)),
}
