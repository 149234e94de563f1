"""A small firm that reads its mail from a real IMAP server."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from tests.desk.conftest import Office, office
from tests.inbox.dovecot import PASSWORD, Dovecot, dovecot
from tests.messages.conftest import post

__all__ = ["office", "post"]

HARBOR = "desk@harbor.example"


@pytest.fixture(scope="session")
def one_server() -> Iterator[Dovecot]:
    """The server, made once for each worker."""
    if shutil.which("dovecot") is None:
        pytest.skip("needs Dovecot: apt install dovecot-imapd")
    with dovecot() as server:
        yield server


@pytest.fixture
def server(one_server: Dovecot) -> Dovecot:
    """The server with an empty mailbox."""
    one_server.begin_another()
    return one_server


@pytest.fixture
def firm(office: Office) -> Office:
    """The small firm, of which a known contact at Harbor Dental writes, and at Pine Court, which has one site."""
    harbor = RECORD_STORES["client"].find(office.store, "Harbor Dental")
    editing.edit(office.lee, "client", harbor, {"contacts": f"J. Lowe; +1 614 555 0199; {HARBOR}; owner"})
    editing.add(
        office.lee,
        "client",
        {
            "name": "Pine Court",
            "contacts": "Pia Pine; +1 614 555 0111; pia@pine.example | Shared; ; shared@both.example",
        },
    )
    editing.add(
        office.lee, "site", {"client": "Pine Court", "name": "Shop", "address": "3 Pine St", "place": "39.97, -82.99"}
    )
    dana = RECORD_STORES["staff"].find(office.store, "Dana Wells")
    editing.edit(office.lee, "staff", dana, {"email": "dana@columbus.example"})
    settings = {
        "messages_by": "smtp",
        "mail_host": "127.0.0.1",
        "mail_from": "office@columbus.example",
        "mail_security": "none",
    }
    editing.settle(office.lee, settings)
    return office


@pytest.fixture
def reading(firm: Office, server: Dovecot, monkeypatch: pytest.MonkeyPatch) -> Office:
    """The firm, which reads its mail from the server."""
    monkeypatch.setenv("DISPATCH_IMAP_PASSWORD", PASSWORD)
    settings = {
        "inbox_host": "127.0.0.1",
        "inbox_port": str(server.port),
        "inbox_security": "none",
        "inbox_user": server.login,
        "inbox_from": "2026-11-24",
    }
    editing.settle(firm.lee, settings)
    return firm
