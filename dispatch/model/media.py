"""What a file is by the bytes that it begins with, whatever it is called."""

from __future__ import annotations

import base64

JPEG, PNG, HEIC = "image/jpeg", "image/png", "image/heic"
BEGINS = 16
"""So many bytes say what a file is."""
ENDINGS = {
    JPEG: ".jpg",
    PNG: ".png",
    HEIC: ".heic",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "application/pdf": ".pdf",
}
"""What is known, with the ending that its files have: pictures and pages, which are looked at and never run."""
_SIGNS = (
    (0, (b"\xff\xd8\xff",), JPEG),
    (0, (b"\x89PNG\r\n\x1a\n",), PNG),
    (4, (b"ftypheic", b"ftypheix", b"ftypheim", b"ftypheis", b"ftypmif1"), HEIC),
    (0, (b"GIF87a", b"GIF89a"), "image/gif"),
    (8, (b"WEBP",), "image/webp"),
    (0, (b"%PDF-",), "application/pdf"),
)


def data_uri(media: str, data: bytes) -> str:
    """A file as an address that holds it."""
    return f"data:{media};base64,{base64.b64encode(data).decode('ascii')}"


def media_of(begins: bytes) -> str:
    """What a file is by its first bytes, as one of `ENDINGS`; empty for anything else."""
    return next((media for at, signs, media in _SIGNS if begins.startswith(signs, at)), "")
