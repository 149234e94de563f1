"""The steps in which a new firm is set up. Each can be left, and is taken up again where it was."""

from __future__ import annotations

from dataclasses import dataclass

from db import agreements, clients, people, settings, visits
from db.store import Store
from dispatch.model.countries import country_name
from dispatch.model.text import count_text


@dataclass(frozen=True, slots=True)
class SetupStep:
    """A step: what it settles, and what is settled already (empty: to do)."""

    name: str
    title: str
    done: str
    files: tuple[str, ...] = ()


_BOOK = ("clients", "sites", "visits")


def steps(store: Store) -> tuple[SetupStep, ...]:
    """The steps as they stand, in the order in which a new firm does them."""
    firm, known = settings.firm(store), settings.fields_set(store)
    cards, technicians = agreements.rate_cards(store), people.technicians(store)
    own = clients.all_clients(store)
    count = len(visits.all_visits(store))
    book = [count_text(len(own), "client")] if own else []
    book += [count_text(count, "visit")] if count else []
    priced = ", ".join(f"{card.name} from {card.valid_from}" for card in cards)
    units = f"{firm.zone}, {firm.distance_unit}, {firm.clock_hours} h, {firm.currency}"
    return (
        SetupStep("firm", "The firm", firm.name if "name" in known else ""),
        SetupStep("country", "The country", country_name(firm.country) if "country" in known else ""),
        SetupStep("units", "Zone and units", units if {"zone", "distance_unit"} <= known else ""),
        SetupStep(
            "depot", "The depot", firm.depot_address or f"{firm.depot.lat}, {firm.depot.lon}" if firm.depot else ""
        ),
        SetupStep("card", "Prices", priced, ("rate-card",)),
        SetupStep(
            "people", "People", count_text(len(technicians), "technician") if technicians else "", ("technicians",)
        ),
        SetupStep("bring", "Bring what you have", ", ".join(book), _BOOK),
    )


def unfinished(store: Store) -> bool:
    """Whether the firm cannot work yet: nobody drives, or nothing has a price."""
    return not people.technicians(store) or not agreements.rate_cards(store)
