"""The photographs of a visit, as its report shows them: PNG and JPEG, as many as a mail takes.

With the extra `heic` a phone's HEIC becomes a JPEG, and with Pillow (which that extra and `pdf` bring) large ones become as large
as a page needs, upright. The original stays as it was handed in.
"""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path

from db.store import Store
from dispatch.desk.log.visit_page import VisitPage
from dispatch.desk.reports.document import Picture, Section
from dispatch.desk.visits.kept_files import path_of
from dispatch.model.checklists import HandedIn
from dispatch.model.media import BEGINS, HEIC, JPEG, PNG, data_uri, media_of
from dispatch.model.text import count_text

MOST = 7_000_000
"""Bytes of all photographs of a report: with them it still goes by mail."""
SIDE = 1600
"""Pixels of the longer side of a photograph on a page."""
LIGHT = 400_000
"""Bytes below which a photograph goes as it is."""
LARGEST = 80_000_000
"""Pixels above which nothing is decoded."""
_ORIENTATION = 0x112


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
            shown = _shown(path, media) if media in (JPEG, PNG, HEIC) else None
        except OSError:
            left_out += 1
            continue
        if shown is not None and size + len(shown[1]) <= MOST:
            size += len(shown[1])
            pictures.append(_picture(page, file, *shown))
        elif media in (JPEG, PNG, HEIC):
            left_out += 1
    more = (
        (f"{count_text(left_out, 'photograph')} more {'is' if left_out == 1 else 'are'} with us.",) if left_out else ()
    )
    return Section("Photographs", paragraphs=more, pictures=tuple(pictures))


def _picture(page: VisitPage, file: HandedIn, media: str, data: bytes) -> Picture:
    found = [f"finding {one.number}, {one.what}" for one in page.findings if one.file_id == file.id]
    return Picture(data_uri(media, data), f"{'; '.join(found) or file.label}, {page.times.moment(file.at)}, {file.by}")


@lru_cache(maxsize=24)
def _shown(path: Path, media: str) -> tuple[str, bytes] | None:
    """A photograph as a page has it; None: it cannot be shown. Its path names its bytes, so that it is made once.

    Raises:
        OSError: it cannot be read.
    """
    data = path.read_bytes()
    try:
        from PIL import Image, ImageOps

        if media == HEIC:
            import pi_heif

            pi_heif.register_heif_opener()
    except ImportError:
        return None if media == HEIC else (media, data)
    try:
        with Image.open(
            io.BytesIO(data), formats=("JPEG", "PNG", "HEIF") if media == HEIC else ("JPEG", "PNG")
        ) as image:
            if image.width * image.height > LARGEST:
                return None
            turned = image.getexif().get(_ORIENTATION, 1) != 1
            if media != HEIC and not turned and len(data) <= LIGHT and max(image.size) <= SIDE:
                return media, data
            image.draft("RGB", (SIDE, SIDE))
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((SIDE, SIDE))
            if upright.mode not in ("RGB", "L"):
                paper = Image.new("RGB", upright.size, "white")
                clear = upright.convert("RGBA")
                paper.paste(clear, mask=clear.getchannel("A"))
                upright = paper
            out = io.BytesIO()
            upright.save(out, "JPEG", quality=82)
    except Exception:  # what a decoder says of a broken picture is of any kind; the page has the others
        return None if media == HEIC else (media, data)
    return JPEG, out.getvalue()
