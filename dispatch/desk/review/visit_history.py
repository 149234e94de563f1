"""A visit's whole history, as its review reads it."""

from __future__ import annotations

from dataclasses import dataclass

from db import sheets
from db.sheets import StoredSheet
from db.store import Store
from dispatch.desk.log.visit_page import VisitPage, visit_page
from dispatch.desk.review.reviewing import judge
from dispatch.model.reviews import Remark


@dataclass(frozen=True, slots=True)
class VisitHistory:
    """A visit's page with what only its review asks for. `revisions` of the charge, the oldest first."""

    page: VisitPage
    remarks: tuple[Remark, ...]
    revisions: tuple[StoredSheet, ...]


def visit_history(store: Store, reference: str) -> VisitHistory:
    """The history of a visit, read in one snapshot.

    Raises:
        NotFound: there is no visit of that reference.
    """
    with store.read():
        page = visit_page(store, reference)
        revisions = tuple(reversed(sheets.revisions(store, page.visit.id)))
        return VisitHistory(page, judge(store, reference).remarks, revisions)
