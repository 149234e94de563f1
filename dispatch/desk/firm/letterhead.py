"""The firm's logo, as a lead hands it in. What else stands at the head of its papers are settings."""

from __future__ import annotations

from pathlib import Path

from db import logo
from db.store import Store
from dispatch.desk.session.private_file import at_this_machine
from dispatch.desk.session.refusals import Faulty
from dispatch.desk.session.user import User
from dispatch.model.media import JPEG, PNG, media_of
from dispatch.model.states import Role
from dispatch.model.text import show

LARGEST_LOGO = 200_000
"""Bytes of a logo at most: it goes out with every paper."""


def read_logo(path: Path) -> bytes:
    """The bytes of a picture that can stand at the head of papers.

    Raises:
        Faulty: it cannot be read, is no PNG or JPEG, or is too large.
    """
    name = show(str(path), 120)
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_LOGO + 1)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise Faulty([f"logo: {name} cannot be read: {reason}"]) from None
    if media_of(data) not in (PNG, JPEG):
        raise Faulty([f"logo: {name} is not a PNG or a JPEG"])
    if len(data) > LARGEST_LOGO:
        raise Faulty([f"logo: {name} is larger than {LARGEST_LOGO // 1000} kB"])
    return data


def logo_words(store: Store) -> str:
    """What picture stands at the head of papers: "PNG, 12 kB"; empty for none."""
    media, size = logo.described(store)
    return f"{media.removeprefix('image/').upper()}, {-(-size // 1000)} kB" if media else ""


def set_logo(user: User, data: bytes) -> None:
    """Have this picture (`read_logo`) at the head of all papers from now on; without bytes none.

    Raises:
        NotAllowed: the person is no lead, or sits elsewhere.
    """
    at_this_machine(user)
    with user.write("set the logo", Role.LEAD) as unit:
        logo.put(unit, media_of(data), data)
