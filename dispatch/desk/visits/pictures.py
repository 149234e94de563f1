"""Pictures among the files of a visit: as large as a page or a terminal needs.

With the extra `heic` a phone's HEIC becomes a JPEG, and with Pillow (which that extra, `pdf` and `pictures` bring) large ones
become as large as a page needs, upright. The original stays as it was handed in.
"""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path

from db.faults import from_os
from dispatch.desk.session import private_file
from dispatch.desk.session.refusals import Refusal
from dispatch.desk.session.user import User
from dispatch.desk.visits.handed_in import found
from dispatch.model.checklists import HandedIn
from dispatch.model.media import BEGINS, HEIC, JPEG, PNG, media_of
from dispatch.model.text import show

SIDE = 1600
"""Pixels of the longer side of a picture on a page."""
LIGHT = 400_000
"""Bytes below which a picture goes as it is."""
LARGEST = 80_000_000
"""Pixels above which nothing is decoded."""
_ORIENTATION = 0x112
_FORMATS = {JPEG: "JPEG", PNG: "PNG", HEIC: "HEIF", "image/gif": "GIF", "image/webp": "WEBP"}
"""What Pillow calls what it may decode."""


@lru_cache(maxsize=24)
def fitted(path: Path, media: str) -> tuple[str, bytes] | None:
    """A picture as a page has it, and what it is then; None: it cannot be shown. Its path names its bytes, so that it is made once.

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
        with Image.open(io.BytesIO(data), formats=(_FORMATS[media],)) as image:
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


def picture(user: User, reference: str, name: str) -> tuple[HandedIn, bytes]:
    """A picture of a visit as it can be drawn in a terminal.

    Raises:
        NotFound: there is no such file.
        NotAllowed: it is somebody else's visit, or the person sits elsewhere: a seat's line is for the board alone.
        Refusal: it is no picture that can be shown.
    """
    private_file.at_this_machine(user)
    file, path = found(user, reference, name)
    try:
        with path.open("rb") as kept:
            media = media_of(kept.read(BEGINS))
        shown = fitted(path, media) if media in _FORMATS else None
    except OSError as error:
        raise from_os(error, path) from error
    if shown is None:
        raise Refusal(f"{show(file.name)} is no picture that can be shown here: copy it out to look at it.")
    return file, shown[1]
