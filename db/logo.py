"""The picture at the head of the firm's papers."""

from __future__ import annotations

import hashlib

from db.settings import AUDITED_AS
from db.store import Store
from db.unit import Unit
from dispatch.model.media import data_uri


def data_of(store: Store) -> str:
    """The logo as a `data:` address; empty where there is none."""
    row = store.one("SELECT media, bytes FROM logo ORDER BY id DESC LIMIT 1")
    if row is None or not row[0]:
        return ""
    return data_uri(row[0], row[1])


def described(store: Store) -> tuple[str, int]:
    """The kind of the logo, such as `image/png`, and its bytes; empty and 0 where there is none."""
    row = store.one("SELECT media, length(bytes) FROM logo ORDER BY id DESC LIMIT 1")
    return ("", 0) if row is None else (str(row[0]), int(row[1]))


def put(unit: Unit, media: str, data: bytes) -> None:
    """Have another logo from now on; without bytes none."""
    unit.insert("logo", media=media, bytes=data, added_at=unit.at)
    unit.audit("setting", AUDITED_AS, logo=hashlib.sha256(data).hexdigest() if data else None, size=len(data))
