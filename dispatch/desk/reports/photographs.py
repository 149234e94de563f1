"""The photographs of a visit, as its report shows them: PNG and JPEG, as many as a mail takes."""

from __future__ import annotations

from db.store import Store
from dispatch.desk.log.visit_page import VisitPage
from dispatch.desk.reports.document import Picture, Section
from dispatch.desk.visits.kept_files import path_of
from dispatch.desk.visits.pictures import fitted
from dispatch.model.checklists import HandedIn
from dispatch.model.languages import say, says
from dispatch.model.media import BEGINS, HEIC, JPEG, PNG, data_uri, media_of

MOST = 7_000_000
"""Bytes of all photographs of a report: with them it still goes by mail."""


def photographs(store: Store, page: VisitPage) -> Section:
    """What was photographed on a visit, the oldest first, each with what it is of. What is too large, cannot be shown, or is not
    there any more, is counted and left out."""
    pictures: list[Picture] = []
    left_out = size = 0
    for file in page.files:
        path = path_of(store, file.sha256)
        try:
            with path.open("rb") as kept:
                media = media_of(kept.read(BEGINS))
            shown = fitted(path, media) if media in (JPEG, PNG, HEIC) else None
        except OSError:
            left_out += 1
            continue
        if shown is not None and size + len(shown[1]) <= MOST:
            size += len(shown[1])
            pictures.append(_picture(page, file, *shown))
        elif media in (JPEG, PNG, HEIC):
            left_out += 1
    told = says(left_out, "{n} photograph more is with us.", "{n} photographs more are with us.")
    return Section(say("Photographs"), paragraphs=(told,) if left_out else (), pictures=tuple(pictures))


def _picture(page: VisitPage, file: HandedIn, media: str, data: bytes) -> Picture:
    found = [
        say("finding {number}, {what}", number=one.number, what=one.what)
        for one in page.findings
        if one.file_id == file.id
    ]
    return Picture(data_uri(media, data), f"{'; '.join(found) or file.label}, {page.times.moment(file.at)}, {file.by}")
