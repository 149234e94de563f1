"""The service report: what a client reads, what no client reads, and text that stays text in all of its forms."""

from __future__ import annotations

import csv
import datetime
import hashlib
import io
import json
import re
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from db.unit import Actor, unit_of_work
from dispatch.closeout.recording import Recording
from dispatch.desk.billing import work_marks
from dispatch.desk.closeout import leaving, onsite
from dispatch.desk.closeout.evidence import attach
from dispatch.desk.plan import schedule
from dispatch.desk.reports import photographs
from dispatch.desk.reports.data import DataTable
from dispatch.desk.reports.document import ChartBar, Letterhead, Picture, Point, Report, ReportTable, Section
from dispatch.desk.reports.rendering import FORMS, as_html, as_json, as_markdown, as_text, table_csv
from dispatch.desk.reports.service import WIDTH, service_report
from dispatch.desk.session.refusals import NotAllowed, NotFound, Refusal
from dispatch.desk.visits import kept_files
from dispatch.model.checklists import Result
from dispatch.model.text import cells_of
from tests.desk.conftest import Office, at

PICTURE = b"\x89PNG\r\n\x1a\n and what a picture is made of"
HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[here](javascript:alert(1))",
    "](javascript:alert(1)) [x",
    "![p](http://evil.example/p.png)",
    "<http://evil.example>",
    "http://evil.example/a_b_c and www.evil.example or me@evil.example",
    "[ref]: http://evil.example",
    "=cmd|' /C calc'!A0",
    "# head",
    "- item\n1. one\n2) two\n+ plus\n    code\n```\nfence\n```\n~~~\nother\n~~~",
    "***\n---\n===",
    "| a | b |\n| - | - |\n| **c** | `d` |",
    "`code` ``more`` and a ` tick://x`y``z",
    "&lt;b&gt; &#60;i&#62; &copy;",
    "\\`*_{}[]<>()#+-.!|~",
    "> quoted\n\n\n* star",
    "\x1b]0;owned\x07\x1b[31mred \x9b31m \u202eabc\u2066 \x00",
    "<!-- --> <?x ?> <![CDATA[ ]]> </body></html>",
    '" onmouseover="alert(1)',
    "漢字" * 60,
    "x" * 300,
)


def walked(office: Office) -> None:
    """R1 closed with nearly everything that a visit can have."""
    office.on_site()
    office.say("R1", "A1", Recording(Result.ANSWERED, "J. Lowe: patched by noon, no cabling today"))
    office.say("R1", "A2", Recording(Result.ANSWERED, "the server is slow since Monday"))
    office.say("R1", "A3", Recording(Result.NA, "covered by last month's offer"))
    office.say("R1", "T2", Recording(Result.FAIL, "did not come up within 10 minutes"))
    office.clock.advance(60)
    onsite.work(office.ana, "R1", "Boot order put right.\nBattery of the board replaced.")
    onsite.use(office.lee, "R1", "CR2032 battery", "2", amount="4.50")
    office.finish(but=frozenset({"A1", "A2", "A3", "W2", "T3", "L1", "L5"}))
    office.say("R1", "T3", Recording(Result.NA, "no remote access at this site"))
    office.say("R1", "L1", Recording(Result.ANSWERED, "scanner at reception is slow"))
    office.clock.advance(60)
    onsite.record(office.ana, "R1", "L1.1", Recording(Result.FOLLOW_UP), follow_up_on=datetime.date(2026, 11, 25))
    office.say("R1", "L4", Recording(Result.DONE))
    office.say("R1", "L5", Recording(Result.SIGNED, "thank you", signed_by="J. Lowe", satisfied=True))
    leaving.close(office.ana, "R1")


def test_a_client_reads_what_was_asked_done_tested_and_follows(office: Office) -> None:
    walked(office)
    text = as_text(service_report(office.ana, "R1"))

    assert text.startswith("Service report R1\nColumbus IT, ")
    for said in (
        "Harbor Dental",
        "1 Front Street",
        "Ana Ruiz",
        "Tue 24 Nov 2026 09:00–",
        "completed",
        "the server is slow since Monday",
        "patched by noon",
        "Battery of the board replaced.",
        "Restarted, and came back by itself: passed",
        "failed, seen by Ana Ruiz: did not come up within 10 minutes",
        "not applicable: no remote access at this",
        "2 × CR2032 battery",
        "scanner at reception is slow: a follow-up visit",
        "Wed 25 Nov 2026, Ana Ruiz",
        "J. Lowe",
        "Satisfied yes",
        "thank you",
    ):
        assert said in text or said in " ".join(text.split()), said
    restarted = text[text.index("Restarted, and") :]
    assert restarted.index("failed, seen by") < restarted.index("passed, seen by")
    assert "166.63" not in text
    assert max(map(cells_of, text.splitlines())) <= WIDTH
    assert max(map(cells_of, as_text(service_report(office.ana, "R1"), 36).splitlines())) <= 36


def test_nothing_that_only_the_firm_needs_is_in_it(office: Office) -> None:
    with unit_of_work(office.store, "test", Actor(None, "system", "s", "system")) as unit:
        unit.execute("UPDATE client SET notes = 'secret-client-note', version = version + 1")
        unit.execute("UPDATE site SET access_notes = 'secret-key-under-the-mat', version = version + 1")
        unit.execute("UPDATE visit SET description = 'secret-description', version = version + 1")
        unit.execute("UPDATE technician SET home_address = 'secret-home'")
        unit.execute("INSERT INTO contact (client_id, name, phone) VALUES (1, 'J. Lowe', '555-secret')")
        unit.audit("client", 1, notes="set")
    office.on_site()
    office.finish(but=frozenset({"T3", "L5"}))
    work_marks.mark(office.ana, "R1", "own_fault", "secret-mark", starts_at=at("09:05"), ends_at=at("09:10"))
    onsite.record(office.lee, "R1", "T3", Recording(Result.OVERRIDDEN, "secret-override-reason"))
    office.say("R1", "L4", Recording(Result.DONE))
    office.say("R1", "L5", Recording(Result.SIGNED, signed_by="J. Lowe", satisfied=False))
    office.go("17:30")
    leaving.leave(office.lee, "R1", "secret-leave-reason")

    for with_charge in (False, True):
        report = service_report(office.ana, "R1", with_charge=with_charge)
        for text in (as_text(report), as_markdown(report), as_html(report)):
            assert "secret" not in text
            assert "10:00" not in text, "how long it was planned is nobody's business"
    text = " ".join(as_text(report).split())
    assert "not finished: we come back" in text
    assert "waived by Lee Moreau" in text
    assert "open until it is tested again" in text
    assert "Satisfied no" in text


def test_nobody_is_said_to_come_back_where_none_is_wanted(office: Office) -> None:
    office.on_site()
    office.finish(but=frozenset({"W1.1", "L5"}))
    leaving.leave(office.lee, "R1", "called away", none_wanted=leaving.NoneWanted("J. Lowe", "we replace it ourselves"))

    text = " ".join(as_text(service_report(office.ana, "R1")).split())
    assert "Outcome not finished" in text
    assert "come back" not in text
    assert "J. Lowe wants none: we replace it ourselves" in text
    assert "dispatch audit" not in text


def test_the_charge_only_when_asked_and_only_when_it_stands(office: Office) -> None:
    office.on_site()
    assert "not settled yet" in as_text(service_report(office.ana, "R1", with_charge=True))
    office.finish()
    leaving.close(office.ana, "R1")

    assert "166.63" not in as_text(service_report(office.ana, "R1"))
    shown = as_text(service_report(office.ana, "R1", with_charge=True))
    assert re.search(r"Total +166\.63 USD\n", shown)
    assert "minimum 60 min" in shown
    assert "rate-min" not in shown

    with unit_of_work(office.store, "test", Actor(None, "system", "s", "system")) as unit:
        unit.execute(
            "INSERT INTO charge_sheet (visit_id, revision, status, currency, exponent, net_minor, tax_minor, total_minor, "
            "sheet, input, made_at, reason) SELECT visit_id, 2, 'review', currency, exponent, net_minor, tax_minor, "
            "total_minor, sheet, input, made_at, 'looked at' FROM charge_sheet WHERE revision = 1"
        )
        unit.audit("visit", 1, charge="review")
    assert "not settled yet" in as_text(service_report(office.ana, "R1", with_charge=True))


def test_a_visit_under_way_says_so_and_one_that_never_began_has_no_report(office: Office) -> None:
    with pytest.raises(NotAllowed, match="somebody else's visit"):
        service_report(office.ana, "R1")
    with pytest.raises(Refusal, match="nothing to report"):
        service_report(office.dana, "R1")
    with pytest.raises(NotFound):
        service_report(office.ana, "R99")
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("13:00"), reason="test", confirmed=True)
    with pytest.raises(Refusal, match="nothing to report"):
        service_report(office.ana, "R2")

    office.on_site()
    text = as_text(service_report(office.ana, "R1"))
    assert "the visit is not closed yet" in text
    assert "still there" in text
    assert "Signed off  not yet" in text
    office.say("R1", "T1", Recording(Result.PASS, "seen working at the desk"))
    office.clock.advance(60)
    onsite.work(office.ana, "R1", "another driver replaced")
    assert "to be tested again" in " ".join(as_text(service_report(office.ana, "R1")).split())


def test_nobody_let_us_in(office: Office) -> None:
    office.on_site()
    leaving.no_access(office.ana, "R1", called="office manager, no answer")
    text = as_text(service_report(office.lee, "R1"))

    assert "nobody could let us in" in text
    assert "office manager, no answer" in text


def test_a_time_is_told_only_once_the_client_knows_it(office: Office) -> None:
    walked(office)
    follow_up = office.store.value("SELECT reference FROM visit WHERE parent_id = 1")
    schedule.assign(office.dana, follow_up, ["Ana Ruiz"], at("14:00"), reason="test", confirmed=True)
    assert "14:00" not in as_text(service_report(office.ana, "R1"))
    schedule.confirm(office.dana, follow_up)
    assert "14:00, Ana Ruiz" in " ".join(as_text(service_report(office.ana, "R1")).split())


class Page(HTMLParser):
    """The elements of a page, their attributes, and its text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def everywhere(text: str) -> Report:
    """A report with a text in every place that there is."""
    section = Section(
        text,
        (("In their words", text),),
        (text,),
        (ReportTable(("For", "Amount"), ((text, text), ("total", 1))),),
        points=(Point(text, text, (text, text)), Point("plain")),
        bars=(ChartBar(text, 50, text),),
        pictures=(Picture(text, text),),
    )
    return Report(
        "visit", text, text, (section,), (text,), WIDTH, letterhead=Letterhead(text, (text,), text), to=(text,)
    )


def safe(text: str) -> bool:
    return not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_page_holds_nothing_but_its_own_elements(text: str) -> None:
    written = as_html(everywhere(text))
    page = Page()
    page.feed(written)

    assert safe(written)
    assert page.tags <= {
        "html", "head", "meta", "title", "style", "body", "section", "h1", "h2", "p", "dl", "dt", "dd", "ul", "li", "strong",
        "table", "thead", "tbody", "tr", "th", "td", "footer", "br", "wbr", "header", "div", "span", "figure", "figcaption", "img",
    }  # fmt: skip
    assert page.attributes <= {"lang", "charset", "name", "content", "http-equiv", "class", "data-title", "src", "alt"}
    assert written.count("</body>") == written.count("</html>") == 1
    assert "url(" not in written
    assert '<html lang="en">' in written
    assert "@media print" in written


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("renderer", ["commonmark", "gfm-like"])
def test_markdown_makes_no_markup_of_what_was_typed(text: str, renderer: str) -> None:
    written = as_markdown(everywhere(text))
    # as the mildest and the most eager of readers: html is read as html, bare addresses become links
    reader = MarkdownIt(renderer, {"html": True, "linkify": renderer == "gfm-like"}).enable("table")
    tokens = [inner for token in reader.parse(written) for inner in (token, *(token.children or ()))]

    assert safe(written)
    assert {token.type for token in tokens} <= {
        "heading_open", "heading_close", "paragraph_open", "paragraph_close", "bullet_list_open", "bullet_list_close",
        "list_item_open", "list_item_close", "table_open", "table_close", "thead_open", "thead_close", "tbody_open",
        "tbody_close", "tr_open", "tr_close", "th_open", "th_close", "td_open", "td_close", "strong_open", "strong_close",
        "inline", "text", "text_special", "code_inline", "hardbreak", "softbreak", "hr",
    }  # fmt: skip
    assert [token.tag for token in tokens if token.type == "heading_open"] == ["h1", "h2"]
    # a text adds no bold, no row, no paragraph
    assert sum(token.type == "strong_open" for token in tokens) == 1
    assert sum(token.type == "tr_open" for token in tokens) == 3
    notes = 2 * sum(bool(line.strip()) for line in text.split("\n"))
    assert sum(token.type == "list_item_open" for token in tokens) == 4 + notes
    assert sum(token.type == "paragraph_open" for token in tokens) == 9 + notes


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("width", [36, 45, WIDTH])
def test_plain_text_fits_and_steers_no_terminal(text: str, width: int) -> None:
    written = as_text(everywhere(text), width)

    assert safe(written)
    assert max(map(cells_of, written.splitlines())) <= width


def test_markdown_reads_as_it_was_typed() -> None:
    reader = MarkdownIt("commonmark")
    for text in HOSTILE:
        if safe(text) and "\n" not in text:
            written = as_markdown(Report("visit", text, "firm", (), ()))
            title = next(token for token in reader.parse(written) if token.type == "inline")
            assert "".join(child.content for child in title.children or ()) == text


@pytest.mark.parametrize("text", HOSTILE)
def test_sheets_and_programs_get_it_too(text: str) -> None:
    report = everywhere(text)
    data = DataTable("things", ("what", "number"), ((text, -1),))
    ((_, number), (cell, minus)) = csv.reader(io.StringIO(table_csv(data)))
    assert not cell.startswith(("=", "+", "-", "@"))
    assert (number, minus) == ("number", "-1")
    (section,) = json.loads(as_json(report))["sections"]
    assert section["points"] == [
        {"text": text, "stands": text, "notes": [text, text]},
        {"text": "plain", "stands": None, "notes": []},
    ]
    assert set(FORMS) == {"plain", "markdown", "html", "csv", "json"}


def test_photographs_are_on_the_page_and_named_in_the_text(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    walked(office)
    leaving.reopen(office.lee, "R1", "a photograph is missing")
    attach(office.lee, "R1", "T2", "<b>rack</b>.png", io.BytesIO(PICTURE))
    attach(office.lee, "R1", "T2", "notes.txt", io.BytesIO(b"no picture"))
    report = service_report(office.lee, "R1")
    assert as_html(report).count('<img src="data:image/png;base64,') == 1
    said = " ".join(as_text(report).split())
    assert "Photograph: Restarted, and came back by itself, Tue 24 Nov 2026 09:17, Lee Moreau" in said
    assert "notes.txt" not in as_text(report)
    assert "<b>" not in as_html(report)

    monkeypatch.setattr(photographs, "MOST", len(PICTURE) - 1)
    report = service_report(office.lee, "R1")
    assert "<img" not in as_html(report)
    assert "1 photograph more is with us." in as_text(report)
    kept_files.path_of(office.store, hashlib.sha256(PICTURE).hexdigest()).unlink()
    assert "1 photograph more is with us." in as_text(service_report(office.lee, "R1"))


def test_no_code_of_a_test_or_a_price_is_in_it(office: Office) -> None:
    walked(office)
    text = as_text(service_report(office.lee, "R1", with_charge=True))
    # what was typed begins with one here, and stands as it was typed
    assert not re.search(r"(?<!: )\b[TWLA]\d(\.\w+)?\b|\b(LAB|TRV|MIN|FEE|DISC)\b", text)
