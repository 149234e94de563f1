"""What clients read in their own language: every sentence in every catalogue, every paper, and text of people that stays text."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from db import clients
from db.store import existing
from dispatch.closeout import shipped
from dispatch.desk.billing import invoicing
from dispatch.desk.book import editing
from dispatch.desk.firm.client_languages import finding
from dispatch.desk.messages import notifications
from dispatch.desk.reports.document import Report
from dispatch.desk.reports.invoice import invoice_report
from dispatch.desk.reports.pages import as_html
from dispatch.desk.reports.period import period_report
from dispatch.desk.reports.quote import QuoteAsked, quote_report
from dispatch.desk.reports.rates import rates_report
from dispatch.desk.reports.rendering import as_markdown, as_text
from dispatch.desk.reports.service import service_report
from dispatch.desk.visits.steps import find
from dispatch.model import languages
from dispatch.model.instants import changed_text, clock_text, day_text, short_day_text, span_text, time_text
from dispatch.model.invoices import as_form, of_form
from dispatch.model.languages import CATALOGUES, ENGLISH, LANGUAGES, figure_text, joined, reckon, say, says, speaking
from dispatch.model.messages import About
from dispatch.model.money import amount_text
from dispatch.model.periods import Period, read_period
from dispatch.model.ways import AGREED_VISIT, REVIEW_VISIT, told_work
from dispatch.records.agreements import PRESETS
from tests.desk.conftest import DAY, Office, approve, at, harbor, invoice
from tests.desk.test_service_report import HOSTILE, walked
from tests.wall import started

OTHERS = [language for language in LANGUAGES if language != ENGLISH]
MARKS = {"say": (0,), "reckon": (0,), "phrase": (0,), "says": (1, 2)}
"""The functions that say something, each with the places of its sentences."""
ASKED = QuoteAsked("Harbor Dental", "Main office", 75, at("09:00", 2))


def marked() -> set[tuple[str, ...]]:
    """Every sentence in the code that is said to clients, of one about a number both forms; and items of shipped checklists."""
    found: set[tuple[str, ...]] = {
        (item["text"],) for form in shipped.forms() for item in form["items"] if "text" in item
    }
    for package in ("dispatch", "screens"):
        for file in (Path(__file__).parents[2] / package).rglob("*.py"):
            tree = ast.parse(file.read_text("utf-8"))
            if any(isinstance(node, ast.ImportFrom) and node.module == languages.__name__ for node in ast.walk(tree)):
                found |= set(_sentences(tree))
    return found


def _sentences(tree: ast.AST) -> Iterator[tuple[str, ...]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS:
            words = [node.args[place] for place in MARKS[node.func.id]]
            assert not any(isinstance(word, ast.JoinedStr) for word in words), ast.unparse(node)
            assert node.func.id != "says" or all(isinstance(word, ast.Constant) for word in words), ast.unparse(node)
            if all(isinstance(word, ast.Constant) for word in words):
                yield tuple(str(word.value) for word in words if isinstance(word, ast.Constant))


def catalogue(language: str) -> dict[tuple[str, ...], tuple[str, ...]]:
    with (CATALOGUES / f"{language}.po").open("rb") as file:
        kept = [message for message in read_po(file, language) if message.id]
    assert not any(message.fuzzy for message in kept)
    return {_forms(message.id): _forms(message.string) for message in kept}


def _forms(text: object) -> tuple[str, ...]:
    return tuple(map(str, text)) if isinstance(text, (list, tuple)) else (str(text),)


def places(text: str) -> set[str]:
    return set(re.findall(r"\{[^}]*\}", text))


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_has_every_sentence_with_the_same_places(language: str) -> None:
    known, wanted = catalogue(language), marked()
    assert set(known) == wanted, "a sentence is missing, or nobody says it any more"
    for english, said in known.items():
        assert len(said) >= len(english)
        for text in said:
            assert text.strip(), english
            assert places(text) == places(english[-1]), english
            assert text[:1].isspace() == english[0][:1].isspace(), english
            assert text[-1:].isspace() == english[0][-1:].isspace(), english


def test_there_is_a_catalogue_of_each_language_and_of_no_other() -> None:
    assert sorted(file.stem for file in CATALOGUES.iterdir()) == sorted(OTHERS)


def test_formats_are_those_of_the_language() -> None:
    when = at("14:07")
    for language, day, clock, length, money, count in (
        ("de", "Di., 24. Nov. 2026", "14:07", "2 Std. 5 Min.", "1.250,50 €", "3 Einsätze"),
        ("fr", "mar. 24 nov. 2026", "14:07", "2 h 5 min", "1 250,50 €", "3 interventions"),
        ("es", "mar, 24 nov 2026", "14:07", "2 h 5 min", "1.250,50 €", "3 visitas"),
        ("en", "Tue 24 Nov 2026", "14:07", "2h05", "1,250.50 EUR", "3 visits"),
    ):
        with speaking(language):
            assert day_text(DAY) == day
            assert clock_text(when, "America/New_York") == clock
            assert span_text(125).replace("\xa0", " ") == length
            assert amount_text(125050, 2, "EUR").replace("\xa0", " ") == money
            assert says(3, "{n} visit", "{n} visits") == count
    with speaking("de"):
        assert says(1, "{n} visit", "{n} visits") == "1 Einsatz"
        assert amount_text(-5000, 0, "JPY").replace("\xa0", " ") == "-5.000 ¥"
        assert amount_text(1, 3, "KWD").replace("\xa0", " ") == "0,001 KWD"
        assert clock_text(when, "America/New_York", False) == "2:07 PM"
        assert (short_day_text(DAY), time_text(25), joined(["Ana", "Ben", "Cleo"])) == (
            "Di., 24. Nov.", "25 Min.", "Ana, Ben und Cleo",
        )  # fmt: skip
        assert Period("quarter", DAY.replace(month=10, day=1)).title == "Oktober bis Dezember 2026"
        assert [name for name, _, _ in Period("month", DAY.replace(day=1)).parts(0)][:2] == ["1. Nov.", "2.–8. Nov."]
        assert "zurückgestellt" in changed_text(at("00:30", -23), at("03:00", -23), "America/New_York")
    with speaking("fr"):
        assert says(0, "{n} visit", "{n} visits") == "0 intervention", "in French nothing is one"


def test_figures_and_words_of_people_are_left_as_they_are() -> None:
    with speaking("de"):
        assert (figure_text("7.5"), figure_text("-0.25"), figure_text("4"), figure_text("v1.2")) == (
            "7,5", "-0,25", "4", "v1.2",
        )  # fmt: skip
        assert reckon("{pct}% of {amount}", pct="10", amount="143.87") == "10 % von 143,87"
        assert reckon("{name} {rate}% of {amount}", name="2026.1", rate="7.5", amount="9").startswith("2026.1 7,5")
        assert say("in the client's words: {words}", words="{words} 1.5") == "in den Worten des Kunden: {words} 1.5"
        assert say("nobody ever wrote {this} down") == "nobody ever wrote {this} down"
        assert say("") == ""


def client_reads(office: Office, language: str) -> None:
    editing.edit(office.lee, "client", harbor(office), {"language": language})


def papers_of(office: Office) -> Iterator[Report]:
    """Each kind of paper that a client gets, of a firm whose own words are figures and names."""
    editing.add(office.lee, "service-plan", PRESETS["big"] | {"name": "Drei", "proactive": "", "excludes": ""})
    yield service_report(office.lee, "R1", with_charge=True)
    yield period_report(office.lee, harbor(office), read_period("2026-11", DAY))
    yield period_report(office.lee, harbor(office), read_period("2026-Q4", DAY))
    yield quote_report(office.dana, ASKED)
    yield rates_report(office.lee, client=harbor(office))
    (made,) = invoice(office.lee)
    yield invoice_report(office.store, made.invoice)
    yield invoice_report(office.store, invoicing.preview_credit(office.lee, made.invoice.number, "zu viel").invoice)


TYPED = {"in the client's words", "Works: mail", "done", "thank you"}


def test_no_paper_in_german_holds_an_english_sentence(office: Office) -> None:
    client_reads(office, "de")
    walked(office)
    approve(office.lee, "R1")
    german = {english: said for english, said in catalogue("de").items() if english != said}
    known = [text for english in german for text in english if " " in text.strip() and not places(text)]
    found = [*papers_of(office)]
    assert {report.kind for report in found} == {"visit", "month", "quarter", "quote", "rates", "invoice"}
    for report in found:
        assert report.language == "de"
        text = " ".join(as_text(report, 400).split())
        for english in known:
            assert not re.search(rf"(?<!\w){re.escape(english.strip())}(?!\w)", text), (report.kind, english)
        assert '<html lang="de">' in as_html(report)


def test_each_language_says_what_a_paper_is(office: Office) -> None:
    walked(office)
    for language, title, passed in (
        ("de", "Einsatzbericht R1", "bestanden"),
        ("fr", "Rapport d’intervention R1", "réussi"),
        ("es", "Informe de servicio R1", "superada"),
        ("", "Service report R1", "passed"),
    ):
        client_reads(office, language)
        report = service_report(office.lee, "R1", with_charge=True)
        assert report.title == title
        assert passed in as_text(report)
        assert ", seen by Ana Ruiz" in as_text(report) or language


def test_a_client_without_a_language_reads_that_of_the_firm(office: Office) -> None:
    editing.edit(office.lee, "settings", office.lee.firm, {"language": "fr"})
    assert quote_report(office.dana, ASKED).title.startswith("Devis ")
    client_reads(office, "en")
    assert quote_report(office.dana, ASKED).title.startswith("Quote ")


def test_a_quote_is_the_same_one_in_every_language(office: Office) -> None:
    english = quote_report(office.dana, ASKED)
    client_reads(office, "es")
    spanish = quote_report(office.dana, ASKED)
    assert english.name == spanish.name, "its number is a digest of what it says, not of the words"
    (amount,) = (value for name, value in spanish.sections[0].facts if name == "Total con impuesto")
    assert amount == dict(english.sections[0].facts)["Total with tax"]


def test_an_invoice_stays_in_the_language_in_which_it_was_issued(office: Office) -> None:
    client_reads(office, "de")
    walked(office)
    approve(office.lee, "R1")
    (made,) = invoice(office.lee)
    client_reads(office, "fr")
    kept = of_form(as_form(made.invoice))
    assert (kept, kept.language) == (made.invoice, "de")
    text = as_text(invoice_report(office.store, kept))
    assert text.startswith("Rechnung 2026-0001")
    assert "Zahlbar innerhalb von 30 Tagen." in text
    assert "gearbeitet 09:00–" in text, "the arithmetic too"
    assert {line.amount for line in kept.lines} == {line.amount for line in made.invoice.lines}
    credit = invoicing.preview_credit(office.lee, made.invoice.number, "zu viel").invoice
    assert invoice_report(office.store, credit).title == "Gutschrift, Vorschau"


def test_an_invoice_of_before_is_english(office: Office) -> None:
    walked(office)
    approve(office.lee, "R1")
    (made,) = invoice(office.lee)
    form = as_form(made.invoice)
    assert form.pop("language") == ""
    assert as_text(invoice_report(office.store, of_form(form))).startswith("Invoice 2026-0001")


@pytest.mark.parametrize("language", OTHERS)
def test_what_the_product_words_itself_is_in_the_language(language: str) -> None:
    """Presets of plans, and the work of visits that the product asks for; what the firm worded stays."""
    with speaking(language):
        for preset in PRESETS.values():
            assert say(preset["proactive"]) != preset["proactive"]
            assert say(preset["excludes"]) != preset["excludes"]
        assert told_work(AGREED_VISIT) != AGREED_VISIT
        assert told_work(REVIEW_VISIT) != REVIEW_VISIT
        assert told_work("Work") == "Work", "a word that a paper has too"
        assert say("Work") in ("Arbeit", "Travail", "Trabajo")


def test_text_of_people_stays_text_in_another_language(office: Office) -> None:
    client_reads(office, "fr")
    for hostile in HOSTILE:
        work = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", " ", hostile)[:200].strip()
        report = quote_report(office.dana, ASKED._replace(work=work))
        assert report.language == "fr"
        page = as_html(report)
        assert not re.search(r"<(?:script|img|b>|i>|!--)|onmouseover=\"", page.partition("<body")[2])
        assert not re.search(r"(?<!\\)<script|\x1b", as_markdown(report))


class TestMessages:
    def wants(self, office: Office, language: str) -> None:
        told = {"told": "confirmed, late, report", "told_at": "lowe@harbor.example", "language": language}
        editing.edit(office.lee, "client", harbor(office), told)

    def said(self, office: Office, about: About = About.CONFIRMED) -> str:
        (said,) = notifications.sayings(office.store, find(office.store, "R1"), about, at("09:00", 1), at("08:00"))
        return said.text

    def test_they_are_told_in_their_language_and_by_its_dates(self, office: Office) -> None:
        self.wants(office, "de")
        assert "zu Main office, Mi., 25. Nov. 2026, 09:00: " in self.said(office)
        assert " ist am Mi., 25. Nov. 2026, 09:00 bei Main office" in self.said(office, About.LATE)

    def test_what_a_firm_worded_itself_is_said_as_it_is(self, office: Office) -> None:
        self.wants(office, "de")
        editing.edit(office.lee, "settings", office.lee.firm, {"message_confirmed": "Hallo! {when}, {work}"})
        assert self.said(office).startswith("Hallo! Mi., 25. Nov. 2026, 09:00, ")


def test_without_babel_clients_read_english_and_doctor_says_so(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    assert finding(office.store) is None
    client_reads(office, "de")
    assert finding(office.store) is None
    monkeypatch.setattr(languages, "formats_known", lambda: False)
    assert quote_report(office.dana, ASKED).title.startswith("Quote ")
    missing = existing(finding(office.store))
    assert (missing.good, missing.text) == (
        False, "Clients read English in place of Deutsch: Babel is not installed (the extra languages).",
    )  # fmt: skip


def test_babel_is_loaded_where_another_language_is_spoken_and_nowhere_else() -> None:
    program = (
        "import sys\n"
        "from dispatch.model.languages import say, speaking\n"
        "import dispatch.app, dispatch.desk.reports.service, dispatch.desk.messages.notifications\n"
        "with speaking('en'): say('Outcome')\n"
        "assert 'babel' not in sys.modules\n"
        "with speaking('de'): assert say('Outcome') == 'Ausgang'\n"
        "assert 'babel' in sys.modules\n"
    )
    subprocess.run(started("-c", program), check=True, cwd=Path(__file__).parents[2])


def test_a_number_of_decimals_is_kept() -> None:
    with speaking("de"):
        assert languages.number_text(Decimal("1200.50")) == "1.200,50"
        assert languages.number_text(1200) == "1.200"


@pytest.mark.parametrize("typed", ["xx", "Deutsch", "de_DE"])
def test_a_language_is_one_that_there_is(office: Office, typed: str) -> None:
    from dispatch.desk.session.refusals import Faulty

    with pytest.raises(Faulty, match="language"):
        client_reads(office, typed)
    assert replace(existing(clients.client(office.store, harbor(office).id))).language == ""
