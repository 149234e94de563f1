"""Whether clients can be written to in the languages that they read."""

from __future__ import annotations

from db import clients, settings
from db.backups import CheckResult
from db.store import Store
from dispatch.model.languages import lacking


def finding(store: Store) -> CheckResult | None:
    """What keeps clients from reading in their language; None where nothing does."""
    firm = settings.firm(store)
    why = lacking([firm.language, *(client.language for client in clients.all_clients(store))])
    return CheckResult("languages", False, why) if why else None
