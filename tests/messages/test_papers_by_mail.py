"""Papers reach their client by the outbox: looked at first, as they were looked at, with what is not approved asked about."""

from __future__ import annotations

import datetime
from email.message import EmailMessage
from typing import Any

import pytest

from db import audit, messages, papers
from db.faults import Refused
from db.unit import Actor, unit_of_work
from dispatch.desk.adapters import transports
from dispatch.desk.adapters.transports import Attachment, Letter, NotSent, transport
from dispatch.desk.billing import adjusting, invoicing
from dispatch.desk.book import editing
from dispatch.desk.care.client_page import client_page
from dispatch.desk.closeout import leaving
from dispatch.desk.delivery import papers as desk
from dispatch.desk.delivery.papers import PaperMail, prepare, prepare_of_many, recipients, send
from dispatch.desk.delivery.sending import Posted, post_next
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.messages import outbox
from dispatch.desk.plan import undo
from dispatch.desk.reports import everybody
from dispatch.desk.reports.day import day_report
from dispatch.desk.reports.invoice import invoice_report
from dispatch.desk.reports.period import period_report
from dispatch.desk.reports.service import service_report
from dispatch.desk.session.refusals import NeedsConfirm, NotAllowed, Refusal
from dispatch.desk.texts.client_words import page_lines
from dispatch.model.clients import Client
from dispatch.model.messages import About, Fate, Message
from dispatch.model.periods import Period
from tests.conftest import Dispatch
from tests.desk.conftest import DAY, Office, approve, closed, harbor, invoice
from tests.messages.conftest import PostOffice, words

NOVEMBER = Period("month", datetime.date(2026, 11, 1))


def month(office: Office, *to: str) -> PaperMail:
    return prepare(office.dana, period_report(office.dana, harbor(office), NOVEMBER), to)


def posted(office: Office) -> Posted | None:
    office.clock.advance(120)
    return post_next(office.dana, lambda: transport(office.dana.firm))


def attached(mail: EmailMessage) -> list[tuple[str | None, str, Any]]:
    return [(one.get_filename(), one.get_content_type(), one.get_content()) for one in mail.iter_attachments()]


@pytest.fixture
def done(told: Office) -> Office:
    """R1 is closed and approved; the client is not told of reports by itself."""
    editing.edit(told.lee, "client", harbor(told), {"told": ""})
    contacts = "J. Lowe; +1 614 555 0100; lowe@harbor.example; owner | B. Kim; ; books@harbor.example; billing"
    editing.edit(told.lee, "client", harbor(told), {"contacts": contacts})
    closed(told)
    approve(told.lee, "R1")
    return told


def test_an_invoice_goes_to_where_invoices_go_and_is_not_made_void_then(done: Office, post: PostOffice) -> None:
    """design/invoices.md, Void: a message that waits counts until undo takes it back."""
    editing.edit(done.lee, "client", harbor(done), {"billing_mail": "pay@harbor.example"})
    (one,) = invoice(done.lee)
    mail = prepare(done.lee, invoice_report(done.store, one.invoice))
    assert [to.address for to in mail.to] == ["pay@harbor.example"]
    send(done.lee, mail)
    with pytest.raises(Refusal, match=r"went to pay@harbor\.example, or waits to: credit it"):
        invoicing.void(done.lee, "2026-0001", "the wrong day")
    undo.undo(done.lee)
    invoicing.void(done.lee, "2026-0001", "the wrong day")
    (again,) = invoice(done.lee)
    send(done.lee, prepare(done.lee, invoice_report(done.store, again.invoice)))
    sent = posted(done)
    assert sent is not None
    ((name, kind, content),) = attached(post.taken[0])
    assert (name or "").startswith("invoice-2026-0002.")
    assert content[:4] == b"%PDF" if kind == "application/pdf" else "Invoice 2026-0002" in content
    with pytest.raises(Refusal, match="went to"):
        invoicing.void(done.lee, "2026-0002", "the wrong day")


def test_a_month_arrives_as_it_was_looked_at(done: Office, post: PostOffice) -> None:
    mail = month(done)
    assert [one.words for one in mail.to] == ["desk@harbor.example"]
    (made,) = send(done.dana, mail)
    assert (made.about, made.fate, made.reference, made.paper) == (About.PAPER, Fate.WAITING, "", mail.paper.title)
    assert post_next(done.dana, lambda: transport(done.dana.firm)) is None, "it waits, so that it can be taken back"
    sent = posted(done)
    assert sent is not None
    assert sent.fate is Fate.SENT
    (arrived,) = post.taken
    assert arrived["To"] == "desk@harbor.example"
    assert arrived["Subject"] == mail.paper.title
    assert f"We send you {mail.paper.title}, attached to this mail." in words(arrived)
    assert "Columbus IT" in words(arrived)
    ((name, media, content),) = attached(arrived)
    assert (name, media) == ("harbor-dental-month-2026-11.html", "text/html")
    assert content.encode() == mail.paper.content.replace(b"\r\n", b"\n")
    kept = papers.paper(done.store, made.paper_id or 0)
    assert kept is not None
    assert kept.content == mail.paper.content


def test_it_goes_as_pdf_where_one_can_be_set(done: Office, post: PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    send(done.dana, month(done))
    monkeypatch.setattr(desk, "as_pdf", lambda report: b"%PDF-1.7 " + report.title.encode())
    as_pdf = month(done)
    assert [one.address for one in as_pdf.earlier] == ["desk@harbor.example"], "the page that went is the same paper"
    monkeypatch.setattr(desk, "_earlier", lambda *about: ())
    send(done.dana, as_pdf)
    done.clock.advance(120)
    for _ in range(2):
        assert post_next(done.dana, lambda: transport(done.dana.firm)) is not None
    ((name, media, content),) = attached(post.taken[1])
    assert (name, media) == ("harbor-dental-month-2026-11.pdf", "application/pdf")
    assert content.startswith(b"%PDF-1.7 Harbor Dental")


def test_who_gets_it_is_said_by_role_name_or_address(done: Office) -> None:
    client = harbor(done)
    for to, addresses in (
        (["billing"], ["books@harbor.example"]),
        (["OWNER", "b. kim"], ["lowe@harbor.example", "books@harbor.example"]),
        (["owner", "lowe@harbor.example"], ["lowe@harbor.example"]),
        (["boss@elsewhere.example"], ["boss@elsewhere.example"]),
    ):
        assert [one.address for one in recipients(client, to)] == addresses
    with pytest.raises(
        Refusal, match=r"Nobody at Harbor Dental is 'janitor' .*J\. Lowe \(owner\), B\. Kim \(billing\)"
    ):
        recipients(client, ["janitor"])
    with pytest.raises(Refusal, match="is not an e-mail address"):
        recipients(client, ["a b@x.example"])
    with pytest.raises(Refusal, match="holds a line break"):
        recipients(client, ["a@b.example\r\nBcc: all@x.example"])
    editing.edit(done.lee, "client", client, {"told_at": "", "contacts": "Nobody"})
    with pytest.raises(Refusal, match="no address for mail"):
        recipients(harbor(done))


def test_what_is_not_approved_is_not_sent_without_being_asked(told: Office, post: PostOffice) -> None:
    closed(told)
    mail = prepare(told.dana, service_report(told.dana, "R1"))
    assert mail.unreviewed == ("R1",)
    with pytest.raises(NeedsConfirm, match="no lead has approved R1") as asked:
        send(told.dana, mail)
    assert not [one for one in outbox.outbox(told.store, everything=True) if one.about is About.PAPER]
    with pytest.raises(NeedsConfirm):
        send(told.dana, mail, confirmed=["000000"])
    assert send(told.dana, mail, confirmed=asked.value.marks)


def test_the_same_goes_a_second_time_only_where_that_is_meant(done: Office) -> None:
    send(done.dana, month(done))
    again = month(done, "owner", "desk@harbor.example")
    assert [one.address for one in again.earlier] == ["desk@harbor.example"]
    with pytest.raises(NeedsConfirm, match="before, or waits to") as asked:
        send(done.dana, again)
    assert len(send(done.dana, again, confirmed=asked.value.marks)) == 2
    assert month(done, "billing").earlier == ()


def test_undo_takes_it_back_until_it_leaves(done: Office, post: PostOffice) -> None:
    (made,) = send(done.dana, month(done))
    assert "send Harbor Dental" in undo.undo(done.dana)
    assert outbox.find_message(done.store, made.id).fate is Fate.DROPPED
    assert posted(done) is None
    undo.redo(done.dana)
    assert outbox.find_message(done.store, made.id).fate is Fate.WAITING
    sent = posted(done)
    assert sent is not None
    assert sent.fate is Fate.SENT
    with pytest.raises(Refusal, match="it cannot be taken back"):
        undo.undo(done.dana)
    assert len(post.taken) == 1


def test_what_was_tried_in_vain_has_not_left_and_is_taken_back(done: Office, post: PostOffice) -> None:
    (made,) = send(done.dana, month(done))
    post.answers = ["451 come again"]
    tried = posted(done)
    assert tried is not None
    assert tried.fate is Fate.WAITING
    undo.undo(done.dana)
    assert outbox.find_message(done.store, made.id).fate is Fate.DROPPED
    undo.redo(done.dana)
    assert outbox.find_message(done.store, made.id).fate is Fate.WAITING
    outbox.drop(done.lee, made.id)
    with pytest.raises(Refusal, match="Lee Moreau changed it since"):
        undo.undo(done.dana)


@pytest.mark.parametrize("why", ["corrected", "reopened"])
def test_what_was_put_right_since_does_not_go(done: Office, post: PostOffice, why: str) -> None:
    mail = month(done)
    send(done.dana, mail)
    if why == "corrected":
        adjusting.give_goodwill(done.lee, "R1", "labour", "amount", "20.00", "a long wait")
    else:
        leaving.reopen(done.lee, "R1", "the printer jams again")
    sent = posted(done)
    assert sent is not None
    assert (sent.fate, post.taken) == (Fate.FAILED, [])
    assert "put right since it was written" in sent.why
    with pytest.raises(Refusal, match="would say other things by now"):
        send(done.dana, mail)


def test_the_record_says_that_it_was_sent_when_and_to_whom(done: Office, post: PostOffice) -> None:
    send(done.dana, prepare(done.dana, service_report(done.dana, "R1"), ["owner"]))
    assert posted(done) is not None
    event = visit_page(done.store, "R1").events[-1]
    assert event.at == done.store.clock.now()
    assert "Service report R1" in event.text
    assert "lowe@harbor.example" in event.text
    page = page_lines(client_page(done.store, harbor(done)))
    (line,) = [one for one in page if "lowe@harbor.example" in one and "Service report R1" in one]
    assert "sent" in line


def test_a_paper_of_the_firm_goes_to_nobody_and_only_the_office_sends(done: Office) -> None:
    with pytest.raises(Refusal, match="is for the firm"):
        prepare(done.lee, day_report(done.lee, DAY))
    with pytest.raises(NotAllowed):
        prepare(done.ana, service_report(done.ana, "R1"))
    editing.settle(done.lee, {"messages_by": "apprise"})
    with pytest.raises(Refusal, match="Papers go by mail"):
        month(done)


def test_a_messenger_takes_no_paper() -> None:
    letter = Letter("a@b.example", "s", "t", "k", None, Attachment("a.html", "text/html", b"x"))
    with pytest.raises(NotSent, match="Papers go by mail") as refused:
        transports.by_apprise(["json://x"], letter, lambda: None)
    assert refused.value.final


def test_a_visit_that_is_another_client_s_by_now_keeps_its_paper(done: Office, post: PostOffice) -> None:
    (made,) = send(done.dana, prepare(done.dana, service_report(done.dana, "R1")))
    editing.add(done.lee, "client", {"name": "Other"})
    with unit_of_work(done.store, "move", Actor(None, "system", "t", "system")) as unit:
        unit.execute("UPDATE site SET client_id = (SELECT id FROM client WHERE name = 'Other')")
        unit.audit("site", 1, moved=True)
    assert posted(done) is not None
    assert outbox.find_message(done.store, made.id).fate is Fate.DROPPED
    assert post.taken == []


def test_every_client_in_one_go_and_who_was_left_out_and_why(done: Office, post: PostOffice) -> None:
    for name, contact in (("Acme", "X; ; x@acme.example"), ("Zeta", "")):
        editing.add(done.lee, "client", {"name": name, "contacts": contact})
    seen: list[tuple[str, int, int]] = []
    mails: list[PaperMail] = []

    def then(report: Any) -> str:
        mail = prepare_of_many(done.dana, report)
        mails.append(mail)
        return mail.to[0].address

    def make(client: Client) -> Any:
        return period_report(done.dana, client, NOVEMBER)

    found = everybody.for_each(done.store, make, then, lambda *at: seen.append(at), doing="Sending")
    assert found.done == (("Harbor Dental", "desk@harbor.example"),)
    assert found.left_out == (
        ("Acme", "no visit ended"),
        ("Zeta", "no visit ended"),
    )
    assert not found.trouble
    assert seen == [("Sending", number, 3) for number in range(3)]
    assert len(send(done.dana, *mails)) == 1
    again = everybody.for_each(done.store, make, then, lambda *at: None, doing="Sending")
    assert (again.done, again.trouble) == ((), True)
    assert "went to desk@harbor.example before" in dict(again.left_out)["Harbor Dental"]


def test_many_go_together_and_are_taken_back_together(done: Office) -> None:
    client = harbor(done)
    october = Period("month", datetime.date(2026, 10, 1))
    mails = [month(done), prepare(done.dana, period_report(done.dana, client, october))]
    made = send(done.dana, *mails)
    assert len(made) == 2
    assert undo.undo(done.dana) == "send 2 papers"
    assert {outbox.find_message(done.store, one.id).fate for one in made} == {Fate.DROPPED}
    assert send(done.dana) == ()


def test_by_command_it_is_looked_at_and_sent(done: Office, post: PostOffice, tmp_path: Any) -> None:
    dispatch = Dispatch(done.store.path)
    words = ("report", "month", "--month", "2026-11", "--as", "dana")
    one = (*words, "--client", "Harbor Dental", "--send")
    seen = dispatch.ok(*one, "--check", "--to", "billing")
    assert "To: B. Kim (billing), books@harbor.example" in seen
    assert "Attached: harbor-dental-month-2026-11.html" in seen
    assert outbox.outbox(done.store) == []
    said = dispatch.ok(*one, "--to", "billing")
    assert "goes to books@harbor.example" in said
    refused = dispatch(*one, "--to", "billing")
    assert refused.code == 1
    mark = refused.err.split("--confirm ")[1].split()[0]
    dispatch.ok(*one, "--to", "billing", "--confirm", mark)
    (paper, _) = dispatch.json("outbox", "list", "--json", "--as", "dana")
    assert (paper["about"], paper["reference"], paper["address"]) == ("paper", None, "books@harbor.example")
    files = dispatch.ok("outbox", "paper", str(paper["message"]), "--out", str(tmp_path), "--as", "dana")
    kept = tmp_path / "harbor-dental-month-2026-11.html"
    assert str(kept) in files
    assert kept.read_text(encoding="utf-8") == dispatch.ok("outbox", "paper", str(paper["message"]), "--as", "dana")
    assert "There is no message 99" in dispatch("outbox", "paper", "99", "--as", "dana").err
    assert dispatch("outbox", "paper", str(paper["message"]), "--as", "ana").code == 1
    kept.unlink()
    everyone = dispatch(*words, "--all", "--out", str(tmp_path))
    assert everyone.code == 0
    assert "harbor-dental-month-2026-11.html" in everyone.out
    assert "1 paper, 0 clients left out." in everyone.out
    once_more = dispatch(*words, "--all", "--out", str(tmp_path))
    assert once_more.code == 1
    assert "is there already" in once_more.out
    for wrong in (
        (*words, "--all"), words, (*words, "--all", "--client", "Harbor Dental", "--send"), (*one, "--html"),
        (*words, "--client", "Harbor Dental", "--check"),
    ):  # fmt: skip
        assert dispatch(*wrong).code == 1


def test_the_mail_of_a_hostile_name_is_one_mail(done: Office, post: PostOffice) -> None:
    """Names become no header, no file elsewhere, no markup."""
    for name in ("a<script>alert(1)</script>", "../../etc/passwd", "x" * 200, "שלום abc"):
        editing.edit(done.lee, "client", of_r1(done), {"name": name})
        send(done.dana, prepare(done.dana, period_report(done.dana, of_r1(done), NOVEMBER)))
        sent = posted(done)
        assert sent is not None
        assert sent.fate is Fate.SENT
        arrived = post.taken[-1]
        assert arrived["Bcc"] is None
        ((file, _, content),) = attached(arrived)
        assert file is not None
        assert not {"/", "\\", "<", "\n"} & set(file)
        assert not file.startswith(".")
        assert "<script" not in content


def of_r1(office: Office) -> Client:
    page = visit_page(office.store, "R1")
    return page.client


def test_papers_and_their_messages_stay(done: Office) -> None:
    (made,) = send(done.dana, month(done))
    with unit_of_work(done.store, "spoil", Actor(None, "system", "t", "system")) as unit:
        for sql in ("DELETE FROM paper", "UPDATE paper SET title = 'x'", "DELETE FROM message",
                    "UPDATE message SET paper_id = NULL", "UPDATE message SET address = 'x@y.example'"):  # fmt: skip
            with pytest.raises(Refused):
                unit.execute(sql)
        unit.leave_unchanged()
    assert messages.message(done.store, made.id) == made
    assert isinstance(made, Message)
    assert audit.last_of(done.store, "message", made.id) is not None
