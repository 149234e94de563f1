"""What people make of mails that came in, taken back and done again."""

from __future__ import annotations

from typing import Any

from db import mails
from db.changes import RecordChange
from db.store import Store
from db.unit import Unit
from dispatch.model.mail import Mail

ENTITY = "mail"


def change(unit: Unit, mail: Mail, **columns: Any) -> RecordChange:
    """Say what becomes of a mail, as somebody decides; returns what takes it back."""
    look = {"state": mail.state.value, "why": mail.why, "client_id": mail.client_id, "visit_id": mail.visit_id}
    version = mails.change(unit, mail, **columns)
    unit.audit(ENTITY, mail.id, **columns)
    return RecordChange(ENTITY, mail.id, look, look | columns, mail.version, version)


def turn(store: Store, unit: Unit, picture: RecordChange, *, back: bool) -> tuple[int, int] | None:
    """Put a mail back to what it was, or forward; returns the version that it looked so at, and that of now. None: it is another
    one by now."""
    expected, target, look = picture.turned(back)
    mail = mails.mail(store, picture.id)
    if mail is None or mail.version != expected:
        return None
    version = mails.change(unit, mail, **look)
    unit.audit(ENTITY, mail.id, undone=back or None, redone=None if back else True)
    return target, version
