"""The tour of the sample firm: three people, what each does in their order, and by what it is seen that it was done."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from db.store import Store
from dispatch.demo.hosts import hosts
from dispatch.desk.book import editing
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.plan import schedule
from dispatch.desk.session.user import log_in
from dispatch.model.guides import GuideStep

VISIT = "R4029"
"""The visit that is closed in it."""


class TourChapter(NamedTuple):
    """What one person does, on the screen that their day begins with."""

    login: str
    mode: str
    steps: tuple[GuideStep, ...]
    end: str


def chapters() -> list[TourChapter]:
    """The tour, in its order."""
    written = tomllib.loads(Path(__file__).with_name("tour.toml").read_text("utf-8"))
    return [
        TourChapter(**(chapter | {"steps": tuple(GuideStep(**step) for step in chapter["steps"])}))
        for chapter in written["chapters"]
    ]


@contextmanager
def reachable(path: Path) -> Iterator[None]:
    """Let the technician of the tour be told of the visit, and what is tested there answer on loopback, as long as this lasts."""
    with hosts() as offered:
        with Store.open(path) as store:
            dana, page = log_in(store, "dana"), visit_page(store, VISIT)
            schedule.dispatch(dana, VISIT)
            for target in offered:
                editing.add(dana, "target", {**target, "site": f"{page.visit.client} / {page.visit.site}"})
        yield
