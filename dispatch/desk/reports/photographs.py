"""The photographs of a visit, as its report shows them: PNG and JPEG, as many as a mail takes."""

from __future__ import annotations

import base64

from db.store import Store
from dispatch.desk.log.visit_page import VisitPage
from dispatch.desk.reports.document import Picture, Section
from dispatch.desk.visits.kept_files import path_of
from dispatch.model.media import media_of
from dispatch.model.text import count_text

MOST = 7_000_000
"""Bytes of all photographs of a report: with them it still goes by mail."""


def photographs(store: Store, page: VisitPage) -> Section:
    """What was photographed on a visit, the oldest first, each with what it is of. What is too large, or not there any more, is
    counted and left out."""
    pictures: list[Picture] = []
    left_out = size = 0
    for file in page.files:
        try:
            with path_of(store, file.sha256).open("rb") as kept:
                begins = kept.read(16)
                media = media_of(begins)
                data = begins + kept.read() if media and size + file.size <= MOST else b""
        except OSError:
            left_out += 1
            continue
        if data:
            size += len(data)
            item = page.checklist.item(file.item)
            what = "" if item is None else f"{item.label}, "
            uri = f"data:{media};base64,{base64.b64encode(data).decode('ascii')}"
            pictures.append(Picture(uri, f"{what}{page.times.moment(file.at)}, {file.by}"))
        elif media:
            left_out += 1
    more = (
        (f"{count_text(left_out, 'photograph')} more {'is' if left_out == 1 else 'are'} with us.",) if left_out else ()
    )
    return Section("Photographs", paragraphs=more, pictures=tuple(pictures))
