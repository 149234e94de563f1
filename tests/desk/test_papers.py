"""The look of papers: the firm's head, its own templates in place of the program's, and what is said of a broken one."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

import pytest

from db import audit
from dispatch.commands import reporting
from dispatch.commands.line import run
from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.firm import letterhead
from dispatch.desk.reports.day import day_report
from dispatch.desk.reports.document import ChartBar, Letterhead, Report, ReportTable, Section, letterhead_of
from dispatch.desk.reports.own_templates import KINDS, copy
from dispatch.desk.reports.pages import as_html
from dispatch.desk.reports.rendering import as_text
from dispatch.desk.session.refusals import Faulty, NotAllowed, Refusal
from dispatch.desk.session.user import User
from dispatch.desk.visits.kept_files import templates_of
from tests.desk.conftest import DAY, Office

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
HOSTILE = "</style> <script>alert(1)</script> {{ 7 * 7 }}"
SAMPLE = Report(
    "month",
    "Harbor: 2026-11",
    HOSTILE,
    (Section("At a glance", (("Visits", 3),), bars=(ChartBar("in time", 75, "3 of 4"),), at_a_glance=True),),
    ("made",),
)


def settle(office: Office, **texts: str) -> None:
    """Set some of the firm's settings."""
    firm = RECORD_STORES["settings"].get(office.store, 0)
    editing.edit(office.lee, "settings", firm, texts)


def with_templates(folder: Path, **templates: str) -> Report:
    """The sample with the firm's own templates, by name."""
    for name, text in templates.items():
        (folder / name.replace("_", ".")).write_text(text, encoding="utf-8")
    return replace(SAMPLE, letterhead=Letterhead("Columbus IT", templates=str(folder)))


def test_the_head_is_sensible_with_nothing_set_and_has_all_that_is(office: Office, tmp_path: Path) -> None:
    bare = as_html(day_report(office.lee, DAY))
    assert "<header>" in bare
    assert "Columbus IT" in bare
    assert "<img" not in bare
    assert 'class="reached"' not in bare

    settle(office, paper_address="1 Front Street | Columbus, OH", paper_phone="614 555", paper_colour="#aa0000")
    picture = tmp_path / "logo.png"
    picture.write_bytes(PNG)
    letterhead.set_logo(office.lee, letterhead.read_logo(picture))
    page = as_html(day_report(office.lee, DAY))
    assert "1 Front Street<br>Columbus, OH<br>614 555" in page
    assert "--colour: #aa0000" in page
    assert f'src="data:image/png;base64,{base64.b64encode(PNG).decode()}"' in page
    head = audit.chain_head(office.store).rows
    letterhead.set_logo(office.lee, b"")
    assert audit.chain_head(office.store).rows == head + 1
    assert letterhead_of(office.store).logo == ""


def test_a_logo_is_a_small_picture_set_by_a_lead_at_this_machine(office: Office, tmp_path: Path) -> None:
    (tmp_path / "a.svg").write_text("<svg/>", encoding="utf-8")
    (tmp_path / "big.png").write_bytes(PNG + b"\0" * letterhead.LARGEST_LOGO)
    for name, said in (
        ("a.svg", "is not a PNG or a JPEG"),
        ("big.png", "is larger than 200 kB"),
        ("no.png", "cannot be read"),
    ):
        with pytest.raises(Faulty, match=said):
            letterhead.read_logo(tmp_path / name)
    with pytest.raises(NotAllowed):
        letterhead.set_logo(office.dana, PNG)
    with pytest.raises(NotAllowed, match="not from a session over SSH"):
        letterhead.set_logo(User(office.store, office.lee.staff, key_id=1), PNG)
    for colour in ("red", "#12345", "#1234567", "#12345g;}"):
        with pytest.raises(Faulty, match="colour"):
            settle(office, paper_colour=colour)


def test_text_on_a_tint_can_be_read() -> None:
    assert Letterhead(tint="#eef3f8").on_tint == "#111111"
    assert Letterhead(tint="#102030").on_tint == "#ffffff"


def test_a_firm_s_own_template_takes_the_place_of_ours_and_cannot_let_anything_through(tmp_path: Path) -> None:
    own = '{% extends "shipped/paper.html" %}'
    assert "At a glance" in as_html(with_templates(tmp_path, paper_html=own))
    page = as_html(with_templates(tmp_path, month_html="<h1>{{ paper.subtitle }}</h1>", paper_css="h1 { color: red }"))
    assert "<h1>&lt;/style&gt; &lt;script&gt;alert(1)&lt;/script&gt; {{ 7 * 7 }}</h1>" in page
    assert "At a glance" not in page
    assert "h1 { color: red }" in page
    assert "default-src 'none'" in page
    other = replace(with_templates(tmp_path), kind="day")
    assert "At a glance" in as_html(other)
    unescaped = "{% autoescape false %}{{ paper.subtitle }}{% endautoescape %}"
    assert "<script" not in as_html(with_templates(tmp_path, month_html=unescaped))
    steered = replace(
        with_templates(tmp_path, month_html="<p>{{ paper.subtitle|e }}{{ paper.title }}</p>"),
        title="a\x1bb",
        subtitle="c\x9bd",
    )
    assert "<p>c\ufffdda\u241bb</p>" in as_html(steered).replace("\u009b", "!")


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("fine\n{% if %}", "month.html, line 2 cannot be used: Expected an expression"),
        (
            "a\nb\n{{ paper.nothing }}",
            "month.html, line 3 cannot be used: 'dispatch.desk.reports.document.Report object' has no",
        ),
        ("{{ paper.title|safe }}", "month.html, line 1 cannot be used: No filter named 'safe'"),
        ("{{ paper.__class__.__mro__ }}", "month.html, line 1 cannot be used: access to attribute '__class__'"),
        ("{{ head.templates.unlink() }}", "month.html, line 1 cannot be used: 'str object' has no attribute 'unlink'"),
        ("{{ 1 / 0 }}", "month.html, line 1 cannot be used: division by zero"),
        ('{% include "none.html" %}', "month.html, line 1 cannot be used: "),
        ("{% for n in range(10 ** 9) %}{% endfor %}", "month.html, line 1 cannot be used: Range too big"),
        ('{% include "../secret" %}', "month.html, line 1 cannot be used: "),
    ],
)
def test_a_broken_template_is_one_sentence_with_file_and_line(tmp_path: Path, template: str, said: str) -> None:
    with pytest.raises(Refusal) as refusal:
        as_html(with_templates(tmp_path, month_html=template))
    assert said in str(refusal.value)
    assert str(refusal.value).endswith("Nothing was written.")
    assert "\n" not in str(refusal.value)


def test_a_broken_template_leaves_no_file(office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = templates_of(office.store)
    own.mkdir()
    (own / "paper.html").write_text("{{ nothing }}", encoding="utf-8")
    out = tmp_path / "day.html"
    assert run(["report", "day", "--db", str(office.store.path), "--as", "lee", "--out", str(out)]) == 1
    assert "paper.html, line 1 cannot be used: 'nothing' is undefined" in capsys.readouterr().err
    assert not out.exists()


def test_the_command_sets_the_logo_and_takes_it_off(office: Office, tmp_path: Path) -> None:
    picture = tmp_path / "logo.png"
    picture.write_bytes(PNG)
    words = ["settings", "--db", str(office.store.path), "--as", "lee"]
    assert run([*words, "--logo", str(picture), "--paper-phone", "614 555"]) == 0
    head = letterhead_of(office.store)
    assert head.logo
    assert head.lines == ("614 555",)
    assert run([*words, "--logo", str(tmp_path / "none.png"), "--paper-phone", "615"]) == 1
    assert letterhead_of(office.store) == head
    assert run([*words, "--logo", "none"]) == 0
    assert letterhead_of(office.store).logo == ""


def test_bars_are_in_every_form() -> None:
    assert "in time  ███████████████       3 of 4" in as_text(SAMPLE)
    page = as_html(SAMPLE)
    assert '<span class="filled w75"></span>' in page
    assert ".w75 { width: 75% }" in page


def test_sums_stand_apart() -> None:
    table = ReportTable(("What", "Worth"), (("a", 1), ("All", 1)), sums=1)
    page = as_html(Report("day", "t", "s", (Section("x", tables=(table,)),), ()))
    assert page.count('<tr class="sum">') == 1
    assert page.index('<tr class="sum">') > page.index(">a<")


def test_templates_are_listed_tried_and_copied(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["report", "templates", "--db", str(office.store.path), "--as", "lee"]
    assert run(words) == 0
    assert capsys.readouterr().out.splitlines() == ["paper.html   ours", "parts.html   ours", "paper.css    ours"]
    before = as_html(day_report(office.lee, DAY))
    assert run([*words, "--copy", "parts.html"]) == 0
    assert as_html(day_report(office.lee, DAY)) == before, "a copy of ours is as ours"
    assert run([*words, "--copy", "parts.html"]) == 1
    assert run([*words, "--copy", "../page.html"]) == 1
    own = templates_of(office.store)
    (own / "quote.html").write_text("\n{{ paper.nothing }}", encoding="utf-8")
    capsys.readouterr()
    assert run(words) == 1
    said = capsys.readouterr().out.splitlines()
    assert said[1] == "parts.html   your own"
    assert "quote.html, line 2 cannot be used" in said[3]
    assert len(said) == 4
    with pytest.raises(NotAllowed):
        copy(office.dana, "paper.css")


def test_every_paper_may_have_a_template_of_its_own() -> None:
    assert {one.name for one in reporting._REPORTS} - {"templates"} == set(KINDS)
