"""A quote on paper: it says what the charge would say, what the minutes hold, until when, and has a place to sign."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal

import pytest

from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.charges import quoting
from dispatch.desk.delivery.papers import prepare, send
from dispatch.desk.delivery.sending import post_next
from dispatch.desk.reports.document import Amount, Report
from dispatch.desk.reports.pages import as_html
from dispatch.desk.reports.quote import QuoteAsked, quote_report
from dispatch.desk.reports.rendering import FORMS, as_markdown, as_text
from dispatch.desk.session.refusals import Faulty, NotAllowed, Refusal
from dispatch.desk.texts.rule_words import RULES
from dispatch.model.messages import Fate
from tests.desk.conftest import Office, at
from tests.desk.test_service_report import HOSTILE

ASKED = QuoteAsked("Harbor Dental", "Main office", 75, at("09:00", 2), "two access points")


def quoted(office: Office, asked: QuoteAsked = ASKED) -> Report:
    return quote_report(office.dana, asked)


def test_it_says_what_the_visit_would_be_charged(office: Office) -> None:
    report = quoted(office)
    priced = quoting.quote(office.store, "Harbor Dental", "Main office", 75, ASKED.at)
    facts = dict(report.sections[0].facts)
    assert facts["Total with tax"] == Amount(priced.total or 0, 2, "USD")
    (cost,) = [one for one in report.sections if one.title == "What it would cost"]
    (table,) = cost.tables
    lines = table.rows[: -table.sums]
    assert [str(row[2]) for row in lines] == [f"{line['amount']} USD" for line in priced.form["lines"]]
    assert [str(row[2]) for row in table.rows[-3:]] == [f"{priced.form[key]} USD" for key in ("net", "tax", "total")]
    assert not re.search(r"\b(LAB|TRV|MIN|FEE)-?[A-Z]*\b", as_text(report)), "a client reads no codes"
    rows = {one.name: one for one in report.data}
    assert sum(row[8] for row in rows["charge_lines"].rows if isinstance(row[8], Decimal)) == Decimal(
        priced.form["net"]
    )


def test_every_rule_of_a_charge_has_words() -> None:
    """design/charges.md B16 lists them."""
    from pathlib import Path

    page = (Path(__file__).parents[2] / "docs/design/charges.md").read_text(encoding="utf-8")
    table = page[page.index("| `LAB` | labour") : page.index("| `POOL-MONEY`") + 14]
    named = {
        code for line in table.splitlines() for code in re.findall(r"`([A-Z]{2,4}(?:-[A-Z]+)?)`", line.split("|")[1])
    }
    named |= {"GOODWILL", "POOL-MONEY"}
    assert {code for code in named if code != "ITEM"} <= set(RULES)


def test_it_says_what_the_minutes_hold_until_when_and_where_to_sign(office: Office) -> None:
    report = quoted(office)
    (held,) = [one for one in report.sections if one.title == "What the time holds"]
    assert [(bar.label, bar.value) for bar in held.bars] == [("Work", "1h15"), ("Tests before we leave", "15m")]
    assert "Thu 24 Dec 2026" in as_text(report)
    editing.settle(office.lee, {"quote_days": "7"})
    assert "Tue 1 Dec 2026" in as_text(quoted(office))
    assert "Fri 4 Dec 2026" in as_text(quoted(office, ASKED._replace(until=datetime.date(2026, 12, 4))))
    assert re.search(r"Signature  _+", as_text(report))
    assert "Signature: \\_" in as_markdown(report)
    assert "<p><span>Signature</span></p>" in as_html(report)
    assert report.to[0] == "Harbor Dental"


def test_two_quotes_have_two_numbers_and_the_same_one_again(office: Office) -> None:
    names = [quoted(office).name, quoted(office).name, quoted(office, ASKED._replace(minutes=90)).name]
    assert names[0] == names[1] != names[2]
    assert re.fullmatch("harbor-dental-quote-2026-11-26-[0-9a-f]{6}", names[0])


def test_what_cannot_be_quoted_is_one_sentence(office: Office) -> None:
    with pytest.raises(NotAllowed):
        quote_report(office.ana, ASKED)
    with pytest.raises(Faulty, match="2026-11-23 is over"):
        quoted(office, ASKED._replace(until=datetime.date(2026, 11, 23)))
    with pytest.raises(Refusal, match="No rate card is in force on that day"):
        quoted(office, ASKED._replace(at=at("09:00", -9000)))
    with pytest.raises(Faulty, match="technicians: "):
        quoted(office, ASKED._replace(technicians=0))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_name_is_text_in_every_form(office: Office, text: str) -> None:
    harbor = RECORD_STORES["client"].find(office.store, "Harbor Dental")
    try:
        editing.edit(office.lee, "client", harbor, {"name": text, "contacts": text.replace(";", "").replace("|", "")})
    except Refusal:
        return  # it cannot be a name in the first place
    name = RECORD_STORES["client"].get(office.store, harbor.id).name
    report = quoted(office, ASKED._replace(client=name, work=text if "\n" not in text else ""))
    for form in FORMS.values():
        written = form(report)
        assert "<script" not in str(written) or not str(written).startswith("<!DOCTYPE")
        assert not {character for character in str(written) if ord(character) < 32 and character not in "\r\n"}
    assert not set(report.name) & set("/\\<>\n ")


def test_a_quote_that_is_over_does_not_go(office: Office) -> None:
    editing.settle(office.lee, {"messages_by": "smtp", "mail_host": "127.0.0.1", "mail_from": "a@columbus.example"})
    report = quoted(office, ASKED._replace(until=datetime.date(2026, 11, 24)))
    (made,) = send(office.dana, prepare(office.dana, report, ["a@harbor.example"]))
    office.go("09:00", 1)
    posted = post_next(office.dana, lambda: lambda letter, handing_over: None)
    assert posted is not None
    assert posted.message.id == made.id
    assert (posted.fate, posted.why) == (Fate.DROPPED, "it was good until 2026-11-24")
