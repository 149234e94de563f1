"""Test targets suggested from what a mail domain answers, taken by a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from db import clients, probes
from dispatch.closeout.probes.connection import Connection
from dispatch.closeout.probes.deadline import Deadline
from dispatch.closeout.probes.vantage import FromHost
from dispatch.desk.book import editing, suggesting
from dispatch.desk.plan import undo
from dispatch.desk.session.refusals import Faulty, NotAllowed, NotFound
from dispatch.model.clients import Site
from dispatch.model.probes import ProbeKind
from tests.closeout.probes.servers import HERE, answering, mail, page, saying, serving
from tests.desk.conftest import Office


class OnLoopback(FromHost):
    """Every name of the domain that is served is here; the others do not exist."""

    served: dict[str, int] = {}

    def open(self, host: str, port: int, deadline: Deadline, *, local: bool = False) -> Connection:
        known = self.served.get(f"{host}:{port}")
        if known is None:
            raise OSError("no such name")
        return super().open(HERE, known, deadline, local=True)


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(suggesting, "FromHost", OnLoopback)
    monkeypatch.setattr(suggesting, "records_of", lambda *_: ["20 mx2.harbor.example.", "10 mx1.harbor.example."])
    with serving(mail()) as smtp, serving(saying(hold=True)) as vpn, serving(answering(page())) as web:
        OnLoopback.served = {
            "mx1.harbor.example:25": smtp,
            "vpn.harbor.example:443": vpn,
            "www.harbor.example:443": web,
        }
        yield


def site(office: Office, name: str = "Main office") -> Site:
    return next(one for one in clients.sites_of(office.store, 1) if one.name == name)


def contact(office: Office, contacts: str) -> None:
    client = clients.client(office.store, 1)
    editing.edit(office.dana, "client", client, {"contacts": contacts})


def test_what_answers_is_suggested_and_taken_in_one_change(office: Office, served: Any) -> None:
    contact(office, "Jo Lowe; ; jo@harbor.example")
    told: list[str] = []
    found = suggesting.suggest(office.dana, site(office), tell=told.append)
    assert [(one.name, one.kind, one.address) for one in found] == [
        ("mail", ProbeKind.SMTP, "mx1.harbor.example:25"),
        ("remote access vpn", ProbeKind.TCP, "vpn.harbor.example:443"),
    ], "the web server there speaks no TLS"
    assert found[0].answer.startswith("greeted with")
    assert "mail box: imap.harbor.example:993" in told
    taken = suggesting.take(office.dana, site(office), found)
    assert [(one.name, one.address) for one in taken] == [(one.name, one.address) for one in found]
    assert suggesting.suggest(office.dana, site(office)) == [], "what is registered is not suggested again"
    undo.undo(office.dana)
    assert probes.targets_of(office.store, site(office).id) == []


def test_a_name_that_is_taken_gets_a_number(office: Office, served: Any) -> None:
    editing.add(
        office.dana,
        "target",
        {"site": "Main office", "name": "mail", "kind": "tcp", "address": "mail.harbor.example:993"},
    )
    found = suggesting.suggest(office.dana, site(office), "harbor.example")
    assert [one.name for one in suggesting.take(office.dana, site(office), found[:1])] == ["mail 2"]


def test_whose_domain_it_is_has_to_be_known(office: Office, served: Any) -> None:
    contact(office, "Jo Lowe; ; jo@gmail.com")
    assert suggesting.domains_of(office.dana, site(office)) == []
    with pytest.raises(Faulty, match="say which domain"):
        suggesting.suggest(office.dana, site(office))
    for domain in ("no domain at all", "localhost"):
        with pytest.raises(Faulty, match="is no domain"):
            suggesting.suggest(office.dana, site(office), domain)
    with pytest.raises(NotAllowed):
        suggesting.suggest(office.ana, site(office), "harbor.example")
    with pytest.raises(NotFound):
        suggesting.take(office.dana, site(office), [])
