"""Papers as PDF: how many sheets they take, what is said where one cannot be made, and that nothing is fetched."""

from __future__ import annotations

import builtins
import datetime
import re
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dispatch.commands.line import run
from dispatch.desk.book.records import client_named
from dispatch.desk.reports.day import day_report
from dispatch.desk.reports.document import Letterhead, Report
from dispatch.desk.reports.pdf import NEEDS_EXTRA, NEEDS_PANGO, as_pdf
from dispatch.desk.reports.period import period_report
from dispatch.desk.session.refusals import Refusal
from dispatch.desk.session.user import log_in
from dispatch.model.periods import Period
from tests.desk.conftest import DAY, Office
from tests.desk.test_service_report import HOSTILE, everywhere
from tests.figures.busy_month import busy_month
from tests.quick import first_of


@pytest.fixture(scope="module")
def pango() -> None:
    """Skip where no PDF can be set."""
    try:
        import weasyprint  # noqa: F401
    except ImportError:
        pytest.skip("needs the extra pdf: python3 bootstrap.py --dev")
    except OSError:
        pytest.skip("needs Pango: apt install libpango-1.0-0 libpangoft2-1.0-0 fonts-dejavu-core")


def sheets_of(written: bytes) -> list[tuple[int, int]]:
    """The size of each sheet, in points."""
    parts = [written, *(_unpacked(part) for part in re.findall(rb"stream\r?\n(.*?)endstream", written, re.DOTALL))]
    boxes = [re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", part) for part in parts]
    return [(round(float(width)), round(float(height))) for found in boxes for width, height in found]


def _unpacked(part: bytes) -> bytes:
    try:
        return zlib.decompress(part)
    except zlib.error:
        return b""


@pytest.mark.usefixtures("pango")
@first_of("sheet, size", [("a4", (595, 842)), ("letter", (612, 792))])
def test_a_month_of_66_visits_takes_six_sheets_at_most(tmp_path: Path, sheet: str, size: tuple[int, int]) -> None:
    with busy_month(tmp_path / "busy.db") as store:
        november = Period("month", datetime.date(2026, 11, 1))
        report = period_report(log_in(store, "lee"), client_named(store, "Northwind"), november)
    sheets = sheets_of(as_pdf(replace(report, letterhead=replace(report.letterhead, sheet=sheet))))
    assert 3 <= len(sheets) <= 6
    assert set(sheets) == {size}


@pytest.mark.usefixtures("pango")
def test_hostile_text_is_set_as_text() -> None:
    sections = tuple(section for text in HOSTILE for section in everywhere(text).sections)
    assert 3 <= len(sheets_of(as_pdf(replace(everywhere(HOSTILE[0]), sections=sections)))) <= 20


@pytest.mark.usefixtures("pango")
@pytest.mark.parametrize(
    "asked", ["https://example.com/a.png", "file:///etc/passwd", "//example.com/a.png", "ftp://example.com/a"]
)
def test_nothing_is_fetched(tmp_path: Path, asked: str) -> None:
    (tmp_path / "paper.html").write_text(f'<img src="{asked}"><p>{{{{ paper.title }}}}</p>', encoding="utf-8")
    report = Report("day", "t", "s", (), (), letterhead=Letterhead(templates=str(tmp_path)))
    if asked.startswith("//"):
        assert sheets_of(as_pdf(report)), "an address without a scheme means nothing"
        return
    with pytest.raises(Refusal, match=r"asks for .*example|asks for file:///etc/passwd"):
        as_pdf(report)


@pytest.mark.usefixtures("pango")
def test_the_command_writes_one_and_the_ending_says_it(office: Office, tmp_path: Path) -> None:
    out = tmp_path / "day.pdf"
    assert run(["report", "day", "--db", str(office.store.path), "--as", "lee", "--out", str(out)]) == 0
    assert out.read_bytes().startswith(b"%PDF-")
    assert out.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("fault", "said"), [(ImportError("no module"), NEEDS_EXTRA), (OSError("no library"), NEEDS_PANGO)]
)
def test_what_is_missing_is_said_and_how_to_get_it(
    office: Office, monkeypatch: pytest.MonkeyPatch, fault: Exception, said: str
) -> None:
    real = builtins.__import__

    def without(name: str, *more: Any) -> Any:
        if name == "weasyprint":
            raise fault
        return real(name, *more)

    report = day_report(office.lee, DAY)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(Refusal) as refusal:
        as_pdf(report)
    assert str(refusal.value) == said
