"""A client's words are erased: whole or not at all, out of every byte of the file, while the audit holds and charges stay."""

from __future__ import annotations

import io
import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from db import audit, erasing, invoices, mails, open_work, search
from db.erased_columns import GONE, KEPT, NAMED, NAMED_WITHIN, OTHERWISE, WORDS
from db.faults import Refused
from db.store import Store, existing
from dispatch.closeout.recording import Recording
from dispatch.desk.billing import adjusting
from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.care import care_list
from dispatch.desk.care.pipeline import pipeline
from dispatch.desk.closeout import evidence, leaving, onsite
from dispatch.desk.log import audit_trail
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.personal import erasing as personal
from dispatch.desk.plan import schedule, undo
from dispatch.desk.proposals import offering
from dispatch.desk.session.refusals import Faulty, NeedsConfirm, NotAllowed, Refusal
from dispatch.desk.session.unsent import Unsent
from dispatch.desk.session.user import User, log_in
from dispatch.desk.texts.audit_words import verdict_lines
from dispatch.desk.visits.kept_files import folder_of
from dispatch.model.checklists import Result
from dispatch.model.clients import Client
from dispatch.model.invoices import Invoice
from tests.desk.conftest import Office, approve, ask, harbor, invoice
from tests.desk.test_proposals import plan

WORDS_SAID = (
    "Zarzuela",
    "614 555 0199",
    "+16145550199",
    "wz@quokka.example",
    "marmalade",
    "kumquat",
    "persimmon",
    "tamarind",
    "rhubarb",
    "quince",
    "loganberry",
    "damson",
    "elderberry",
    "Harbor Dental",
)
"""What nobody else says: a word for each place in which a client's words stand."""


def lived(office: Office) -> None:
    """Harbor Dental with all that one says and is told: a visit that was closed, a survey, notes, a photograph, an invoice."""
    person = "Wilhelmina Zarzuela; +1 614 555 0199; wz@quokka.example; owner"
    texts = {"contacts": person, "notes": "marmalade on Fridays", "billing_address": "9 Quince Lane | Columbus"}
    editing.edit(office.dana, "client", harbor(office), texts)
    site = RECORD_STORES["site"].find(office.store, "main office")
    editing.edit(office.dana, "site", site, {"access_notes": "the kumquat key"})
    editing.add(office.dana, "equipment", {"site": "main office", "name": "persimmon box", "kind": "server"})
    editing.add(office.lee, "client", {"name": "Elm Clinic", "notes": "they know Harbor well", "contacts": "Bo Elm; 5"})
    ask(office, "R9", work="tamarind jam", reported_by="W. Zarzuela")
    for reference in ("R1", "R2", "R3"):
        schedule.cancel(office.dana, reference, "rhubarb season")
    office.on_site("R9")
    office.finish("R9", but=frozenset({"L5"}))
    evidence.attach(office.ana, "R9", "A1", "quince.jpg", io.BytesIO(b"\xff\xd8\xff loganberry"))
    onsite.work(office.ana, "R9", "Mrs Zarzuela fed me a damson")
    office.finish("R9", but=frozenset({"L5"}))
    office.say("R9", "L5", Recording(Result.SIGNED, "damson", signed_by="W. Zarzuela", satisfied=True))
    leaving.close(office.ana, "R9")
    adjusting.give_goodwill(office.lee, "R9", "labour", "percent", "10", "for Mrs Zarzuela")
    care_list.note_survey(office.lee, harbor(office), 9, "loganberry pie")
    visit_id = office.store.value("SELECT id FROM visit WHERE reference = 'R9'")
    with office.lee.write("mail") as unit:
        mail = {"digest": "0" * 64, "account": "office", "sender": "WZ@quokka.example", "text": "elderberry wine"}
        when = {"came_at": unit.at, "kind": "written", "state": "passed"}
        unit.insert_signed("mail", **mail, **when)
        unit.audit("mail", 1, subject="elderberry")
        told = {
            "kind": "confirmed",
            "premise": unit.at,
            "address": "+16145550199",
            "text": "we come",
            "due_at": unit.at,
        }
        made = unit.insert_signed("message", **told, visit_id=visit_id, client_id=harbor(office).id, state="sent")
        unit.audit("message", made, about="confirmed", to="+16145550199")
    approve(office.lee, "R9")
    invoice(office.lee)


def bytes_of(store: Store) -> dict[str, bytes]:
    """Everything on the disk that belongs to a database, by name."""
    found = {}
    for path in store.path.parent.rglob(store.path.name + "*"):
        for file in [path] if path.is_file() else path.rglob("*"):
            if file.is_file():
                found[str(file.relative_to(store.path.parent))] = file.read_bytes()
    return found


def said_in(store: Store) -> set[str]:
    """Which of the words still stand somewhere, in any case."""
    content = b"\n".join(bytes_of(store).values()).lower()
    return {word for word in WORDS_SAID if word.lower().encode() in content}


def erase(user: User, client: Client) -> None:
    try:
        personal.erase_client(user, client, client.name)
    except NeedsConfirm as asked:
        personal.erase_client(user, client, client.name, asked.marks)


def issued(office: Office) -> Invoice:
    (one,) = invoices.every_invoice(office.store)
    return one.invoice


def test_every_text_of_a_client_is_decided_on(office: Office) -> None:
    """A new column of what belongs to a client is erased or kept, and somebody has said which."""
    rows = erasing.owned(office.store, harbor(office).id)
    undecided, unknown = [], []
    for table in rows.where:
        columns = office.store.all(f"PRAGMA table_info({table})")
        texts = {name for _, name, kind, *_ in columns if kind in ("TEXT", "BLOB")}
        told = [lists.get(table, "").split() for lists in (WORDS, NAMED, NAMED_WITHIN, KEPT)]
        decided = {name for own in told for name in own} | set(OTHERWISE.get(table, {}))
        if table not in GONE:
            undecided += [f"{table}.{name}" for name in sorted(texts - decided)]
        unknown += [f"{table}.{name}" for name in sorted(decided - {name for _, name, *_ in columns})]
    assert (undecided, unknown) == ([], [])
    assert set(WORDS) | set(NAMED) | set(KEPT) <= set(rows.where)


def test_no_word_is_left_and_the_audit_holds(office: Office) -> None:
    lived(office)
    assert said_in(office.store) == set(WORDS_SAID)
    head, rows = audit.head(office.store), audit.newest(office.store)
    parts = office.store.all(
        "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'visit_search%' ORDER BY type, name"
    )
    before = issued(office)
    elm = office.store.all("SELECT * FROM client WHERE name = 'Elm Clinic'")

    erase(office.lee, harbor(office))
    # the invoice is kept whole for as long as the books are: name, address and the work
    assert said_in(office.store) == {"Harbor Dental", "quince", "tamarind"}
    assert "quince.jpg" not in str(bytes_of(office.store))
    assert audit.verify_chain(office.store) is None
    verdict = audit_trail.verify(office.store, f"{head}@{rows}")
    assert (verdict.good, verdict.at, verdict.erased > 10) == (True, rows, True)
    assert "but for text that was erased since" in "\n".join(verdict_lines(verdict))
    assert issued(office) == before
    assert (
        office.store.all(
            "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'visit_search%' ORDER BY type, name"
        )
        == parts
    )
    assert office.store.all("SELECT * FROM client WHERE name = 'Elm Clinic'") == elm
    assert [file for file in folder_of(office.store).rglob("*") if file.is_file()] == []
    assert search.matching(office.store, "tamarind") == frozenset()
    assert office.store.value("PRAGMA integrity_check") == "ok"
    assert visit_page(office.store, "R9").charge is not None
    assert evidence.faults(office.store) == []
    with pytest.raises(Refusal):
        undo.undo(office.dana)
    assert erasing.unfinished(office.store) == []


def test_nothing_of_an_erased_client_waits_for_anybody(office: Office) -> None:
    lived(office)
    offered = plan(office)
    sent = [offering.draft(office.lee, harbor(office), [offered]) for _ in range(2)][1]
    offering.send(office.lee, sent.id, confirmed=("*",))
    to_them = office.store.value("SELECT max(id) FROM message")
    with office.lee.write("mail") as unit:
        for number, state in enumerate(("waiting", "call"), 1):
            mail = {"digest": f"{number:064}", "account": "office", "sender": "liar@evil.example", "kind": "written"}
            told = {"came_at": unit.at, "why": "it answers a message to Harbor Dental", "answers": to_them}
            visit_id = office.store.value("SELECT id FROM visit WHERE reference = 'R9'")
            key = unit.insert_signed(
                "mail", **mail, **told, state=state, visit_id=visit_id if state == "call" else None
            )
            unit.audit("mail", key, why=told["why"])
    assert (len(open_work.mails(office.store)), len(mails.to_call(office.store))) == (2, 1)
    erase(office.lee, harbor(office))
    assert (open_work.mails(office.store), mails.to_call(office.store)) == ([], [])
    assert [stage for stage in pipeline(office.store) if stage.proposals] == []
    texts = office.store.all("SELECT why FROM mail UNION ALL SELECT detail FROM audit WHERE entity = 'mail'")
    assert "Harbor" not in str(texts)
    assert audit.verify_chain(office.store) is None


def test_once_the_books_are_over_the_name_goes_from_the_invoice_too(office: Office) -> None:
    lived(office)
    client, before = harbor(office), issued(office)
    erase(office.lee, client)
    office.go("12:00", 11 * 366)
    erase(office.lee, personal.client_called(office.store, f"Erased client {client.id}"))
    assert said_in(office.store) == set()
    after = issued(office)
    assert (after.net, after.tax, after.taxes, after.number) == (before.net, before.tax, before.taxes, before.number)
    assert [(line.amount, line.quantity, line.unit_price) for line in after.lines] == [
        (line.amount, line.quantity, line.unit_price) for line in before.lines
    ]
    assert audit.verify_chain(office.store) is None


def test_one_person_goes_and_the_client_stays(office: Office) -> None:
    lived(office)
    client = harbor(office)
    personal.erase_contact(office.lee, client, client.contacts[0], "wilhelmina zarzuela")
    assert said_in(office.store) == set(WORDS_SAID) - {"Zarzuela", "614 555 0199", "+16145550199", "wz@quokka.example"}
    assert harbor(office).contacts == ()
    assert audit.verify_chain(office.store) is None
    assert search.matching(office.store, "tamarind") != frozenset()
    erase(office.lee, harbor(office))
    assert audit.verify_chain(office.store) is None


SAID_OF = {
    "Frau Server": {
        "Server neu starten, Frau Maier fragen": None,
        "Frau Server rief an": "(erased) rief an",
        "HERR SERVER, FRAU MAIER": "(erased), FRAU MAIER",
    },
    "Will Price": {
        "we will ask for a price": None,
        "Price and Will are words. Will it rain?": None,
        "will price, WILL PRICE and Price, Will": "(erased), (erased) and (erased)",
        "Mr Price, Dr. Will Price; W. Price": "(erased), (erased); (erased)",
        "Will P. rang": "(erased) rang",
        "Mrs Pricey of 20 ms Price": None,
    },
    "Erika van der Berg": {"Frau van der Berg, Herr Bergmann": "(erased), Herr Bergmann", "am Berg": None},
    "Ina": {"Ina was in": "(erased) was in", "ina, China": None},
    "M. Kabel": {"5 m Kabel, M. Kabel": "5 m Kabel, (erased)"},
    "Mr": {"Mr Elm": None},
}
"""What is written where somebody of a name is erased, and how it reads then; None: as it was."""


@pytest.mark.parametrize("name", SAID_OF)
def test_a_person_is_taken_out_of_texts_and_ordinary_words_are_not(name: str) -> None:
    told = erasing.spoken_of(("614 555 0199",), (name,))
    for text, after in SAID_OF[name].items():
        assert erasing.without(told, text) == (text if after is None else after)
    assert erasing.without(told, "6145550199 or 614 555 0199") == "(erased) or (erased)"


def test_the_outlook_of_a_person_is_what_is_done(office: Office) -> None:
    """Each text that is shown reads so afterwards, and what is said to stay stays."""
    texts = {"contacts": "Will Price; 614 555 0199", "notes": "Ask Mr Price about the price"}
    editing.edit(office.dana, "client", harbor(office), texts)
    ask(office, "R9", work="Price the server", reported_by="W. Price")
    client, (contact,) = harbor(office), harbor(office).contacts
    found = personal.contact_outlook(office.store, client, contact)
    assert {one.without for one in found.changed} == {"Ask (erased) about the price", "(erased)"}
    assert "Price the server" in found.stays
    assert "“Ask Mr Price about the price” becomes “Ask (erased) about the price”" in "\n".join(
        personal.contact_lines(found)
    )
    assert (found.audit > 0, "Price the server" in str(personal.contact_form(found)["stays"])) == (True, True)
    also = personal.contact_outlook(office.store, client, contact, "Price the")
    assert "(erased) server" in {one.without for one in also.changed}
    personal.erase_contact(office.lee, client, contact, "will price")
    after = harbor(office)
    assert (after.notes, after.contacts) == ("Ask (erased) about the price", ())
    visit = office.store.one("SELECT work, reported_by FROM visit WHERE reference = 'R9'")
    assert visit == ("Price the server", "(erased)")
    assert personal.contact_outlook(office.store, after, contact).changed == ()


def test_who_may_and_what_is_asked_first(office: Office) -> None:
    client = harbor(office)
    with pytest.raises(Refusal, match="has open visits: R1, R2, R3"):
        personal.erase_client(office.lee, client, client.name)
    lived(office)
    for user in (office.dana, office.ana):
        with pytest.raises(NotAllowed, match="Only a lead"):
            personal.erase_client(user, harbor(office), "Harbor Dental")
    with pytest.raises(Faulty, match="has to be typed once more"):
        personal.erase_client(office.lee, harbor(office), "Harbor")
    with pytest.raises(
        NeedsConfirm, match=r"The last dealing with Harbor Dental was on 2026-11-24; .* until 2029-11-24"
    ):
        personal.erase_client(office.lee, harbor(office), "Harbor Dental")
    Unsent(office.ana, "R9", "note").keep("Zarzuela wants")
    with pytest.raises(Refusal, match="not saved yet"):
        erase(office.lee, harbor(office))
    assert said_in(office.store) == set(WORDS_SAID)


@pytest.mark.parametrize("beside", [{}, {"contacts": "Bo Elm; 5"}, {"notes": "plums"}])
def test_a_client_of_whom_nothing_else_is_kept_goes_as_well(office: Office, beside: dict[str, str]) -> None:
    """No site, no visit, no contact: every table that could be theirs is looked through all the same."""
    full = set(erasing.owned(office.store, harbor(office).id).where)
    editing.add(office.lee, "client", {"name": "Nettle", **beside})
    bare = personal.client_called(office.store, "Nettle")
    assert set(erasing.owned(office.store, bare.id).where) == full
    assert personal.due(office.store) == []
    assert personal.outlook(office.store, bare).last is None
    personal.erase_client(office.lee, bare, "nettle")
    assert office.store.value("SELECT name FROM client WHERE id = ?", (bare.id,)) == f"Erased client {bare.id}"
    assert audit.verify_chain(office.store) is None


def test_clients_whose_time_is_over_are_listed(office: Office) -> None:
    lived(office)
    assert personal.due(office.store) == []
    office.go("12:00", 3 * 366)
    (found,) = personal.due(office.store)
    assert (found.client.name, found.kept) == ("Harbor Dental", 1)
    (office.store.path.parent / (office.store.path.name + ".backup-20261124T080000Z.tar")).write_bytes(b"")
    assert personal.outlook(office.store, found.client).copies == ("firm.db.backup-20261124T080000Z.tar",)
    personal.erase_client(office.lee, found.client, "harbor dental")
    assert personal.due(office.store) == []


def test_the_chain_shows_it_where_an_erased_row_is_written_once_more(office: Office) -> None:
    lived(office)
    erase(office.lee, harbor(office))
    (first, *_), *_ = json.loads(
        office.store.value("SELECT detail FROM audit WHERE entity = 'erasure' ORDER BY seq LIMIT 1")
    )["rows"]
    office.store.conn.execute("DROP TRIGGER audit_fixed")
    office.store.conn.execute("UPDATE audit SET actor = 'carl' WHERE seq = ?", (first,))
    assert audit.verify_chain(office.store) == first


def test_a_row_cannot_be_rewritten_afterwards_either(office: Office) -> None:
    lived(office)
    erase(office.lee, harbor(office))
    with pytest.raises(Refused), office.lee.write("x") as unit:
        unit.execute("UPDATE attempt SET text = 'y'")


def content(store: Store) -> dict[str, list[Any]]:
    tables = [name for (name,) in store.all("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
    return {name: store.all(f'SELECT * FROM "{name}"') for name in tables if not name.startswith("visit_search")}


def statements(path: Path, office: Office, step: Callable[[User], None]) -> Iterator[str]:
    with Store.open(path, clock=office.clock) as store:
        seen: list[str] = []
        user = log_in(store, "lee")
        store.conn.set_trace_callback(seen.append)
        step(user)
        store.conn.set_trace_callback(None)
        yield from seen


@pytest.mark.parametrize("points", [6, pytest.param(40, marks=pytest.mark.long)])
def test_killed_at_any_statement_it_is_whole_or_not_at_all(office: Office, tmp_path: Path, points: int) -> None:
    lived(office)
    before = content(office.store)

    def step(user: User) -> None:
        erase(user, harbor_of(user.store))

    def copy(name: str) -> Path:
        path = tmp_path / name / "trial.db"
        path.parent.mkdir()
        office.store.conn.execute("VACUUM INTO ?", (str(path),))
        path.chmod(0o600)
        return path

    seen = [*statements(copy("counted"), office, step)]
    commits = [number for number, text in enumerate(seen, 1) if text.upper().startswith("COMMIT")]
    spread = {1 + (len(seen) - 1) * point // (points - 1) for point in range(points)}
    for number in sorted(spread | {commits[0], commits[0] + 1, len(seen) - 1}):
        path = copy(f"at-{number}")
        if (child := os.fork()) == 0:
            left = number

            def kill(_: str) -> None:
                nonlocal left
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

            try:
                store = Store.open(path, clock=office.clock)
                user = log_in(store, "lee")
                store.conn.set_trace_callback(kill)
                step(user)
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        with Store.open(path, clock=office.clock) as store:
            assert audit.verify_chain(store) is None
            if store.value("SELECT count(*) FROM erasure") == 0:
                assert number <= commits[0]
                assert content(store) == before
                continue
            assert number > commits[0]
            personal.finish(log_in(store, "lee"))
            assert erasing.unfinished(store) == []
            assert said_in(store) == {"Harbor Dental", "quince", "tamarind"}


def harbor_of(store: Store) -> Client:
    return existing(personal.client_called(store, "Harbor Dental"))
