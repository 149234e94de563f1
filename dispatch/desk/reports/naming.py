"""Under which name a paper is saved: whose it is first, in letters that every file system and every mail takes."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from db import clients, people
from db.store import Store
from dispatch.model.clients import Client
from dispatch.model.firm import Firm
from dispatch.model.people import Technician

LONGEST = 40
"""So many characters of a name at most: what is longer is cut."""


def slug(text: str) -> str:
    """A name in lower-case letters, digits and single hyphens, of any script: "Northwind & Søn" is "northwind-søn". Empty where
    there is no letter or digit in it."""
    plain = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).casefold())
    # marks belong to the letter before them
    words = "".join(one if one.isalnum() or unicodedata.combining(one) else " " for one in plain).split()
    return "-".join(words)[:LONGEST].strip("-")


def firm_slug(firm: Firm) -> str:
    """The firm's name for files."""
    return slug(firm.name) or "firm"


def client_slug(store: Store, client: Client) -> str:
    """A client's name for files: no other client's, whatever they are called."""
    return _own(client.name, client.id, ((one.name, one.id) for one in clients.all_clients(store)), "client")


def technician_slug(store: Store, technician: Technician) -> str:
    """A technician's name for files: nobody else's."""
    return _own(technician.name, technician.id, ((one.name, one.id) for one in people.technicians(store)), "technician")


def _own(name: str, key: int, known: Iterable[tuple[str, int]], word: str) -> str:
    own = slug(name)
    taken = not own or any(slug(other) == own for other, number in known if number != key)
    # no slug has an underscore: what is made unequal here is nobody's name
    return f"{own or word}_{key}" if taken else own
