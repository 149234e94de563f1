"""What a technician's own day shows of one stop, and what it asks about those left behind. Read often, so it reads little."""

from __future__ import annotations

from typing import NamedTuple

from db import clients, stays, visits
from db.store import Store, existing
from dispatch.desk.session.refusals import NotFound
from dispatch.model.clients import Contact, Site
from dispatch.model.text import show

FORGOTTEN_AFTER = 90 * 60
"""Seconds past the planned end after which it is asked whether the check-out was forgotten. Nobody is hurried: the question
stands on the technician's own day, and is answered with a time (design/close-out.md R5)."""


class StopPlace(NamedTuple):
    """Where a stop is, how to get in, whom to ask for."""

    client: str
    work: str
    site: Site
    contacts: tuple[Contact, ...]


class Forgotten(NamedTuple):
    """A visit at which somebody still seems to be."""

    reference: str
    client: str
    arrived_at: int


def stop_place(store: Store, reference: str) -> StopPlace:
    """The place of a visit, read in one snapshot.

    Raises:
        NotFound: there is no visit of that reference.
    """
    with store.read():
        visit = visits.visit_by_reference(store, reference)
        if visit is None:
            raise NotFound(f"There is no visit {show(reference, 40)} any more.")
        site, client = existing(clients.site(store, visit.site_id)), existing(clients.client(store, visit.client_id))
        return StopPlace(visit.client, visit.work, site, tuple(client.contacts))


def forgotten(store: Store, staff_id: int, now: int) -> list[Forgotten]:
    """The visits that a technician has probably left without checking out."""
    return [Forgotten(*row) for row in stays.still_there(store, staff_id, now - FORGOTTEN_AFTER)]
