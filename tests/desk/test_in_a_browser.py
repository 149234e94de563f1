"""Papers in Chromium: no wider than a phone or a screen, and on sheets. Where it is not there they are skipped."""

from __future__ import annotations

import datetime
import html
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from db import people
from db.store import existing
from dispatch.desk.book.records import client_named
from dispatch.desk.reports.day import day_report
from dispatch.desk.reports.document import Report
from dispatch.desk.reports.firm import firm_report
from dispatch.desk.reports.pages import as_html
from dispatch.desk.reports.period import period_report
from dispatch.desk.reports.quote import QuoteAsked, quote_report
from dispatch.desk.reports.service import service_report
from dispatch.desk.reports.sheet import sheet_report
from dispatch.desk.session.user import log_in
from dispatch.model.periods import Period
from tests.desk.conftest import DAY, Office, at
from tests.desk.test_pdf import sheets_of
from tests.desk.test_service_report import everywhere, walked
from tests.figures.busy_month import busy_month

pytestmark = pytest.mark.long
ASKS = """<script>onload = () => { document.title = [...document.querySelectorAll("iframe")].map(
  one => one.contentDocument.documentElement.scrollWidth).join(" ") }</script>"""


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """How it is started without a window and without asking anybody."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("needs Chromium: apt install chromium")
    quiet = "no-sandbox disable-gpu disable-quic no-first-run disable-background-networking disable-component-update disable-sync"
    profile = tmp_path_factory.mktemp("profile")
    return [found, "--headless", *(f"--{word}" for word in quiet.split()), f"--user-data-dir={profile}"]


def papers(office: Office, folder: Path) -> list[Report]:
    """One of each, one with a word that has no end, and a busy month."""
    walked(office)
    with busy_month(folder / "busy.db") as store:
        november = Period("month", datetime.date(2026, 11, 1))
        busy = period_report(log_in(store, "lee"), client_named(store, "Northwind"), november)
    return [
        busy,
        day_report(office.lee, DAY),
        service_report(office.lee, "R1", with_charge=True),
        quote_report(office.lee, QuoteAsked("Harbor Dental", "Main office", 75, at("09:00", 2), "x" * 200)),
        sheet_report(office.lee, existing(people.technician_by_name(office.store, "ana")), DAY),
        firm_report(office.lee, Period("month", datetime.date(2026, 11, 1))),
        everywhere("x" * 300),
        everywhere("漢字" * 60),
    ]


def test_no_paper_is_wider_than_a_phone_or_a_screen(office: Office, tmp_path: Path, chromium: list[str]) -> None:
    for report in papers(office, tmp_path):
        page = html.escape(as_html(report))
        frames = "".join(f'<iframe srcdoc="{page}" width="{width}" height="900"></iframe>' for width in (400, 1200))
        file = tmp_path / "frames.html"
        file.write_text(f"<!DOCTYPE html><title></title>{ASKS}{frames}", encoding="utf-8")
        done = subprocess.run(
            [*chromium, "--dump-dom", f"file://{file}"], capture_output=True, text=True, check=True, timeout=60
        )
        said = re.search("<title>(.*?)</title>", done.stdout)
        assert said is not None
        widths = [int(width) for width in said[1].split()]
        assert len(widths) == 2, report.kind
        assert widths[0] <= 400, report.kind
        assert widths[1] <= 1200, report.kind


def test_a_busy_month_is_printed_on_six_sheets_at_most(office: Office, tmp_path: Path, chromium: list[str]) -> None:
    busy, *_ = papers(office, tmp_path)
    file, out = tmp_path / "busy.html", tmp_path / "busy.pdf"
    file.write_text(as_html(busy), encoding="utf-8")
    subprocess.run(
        [*chromium, "--no-pdf-header-footer", f"--print-to-pdf={out}", f"file://{file}"],
        capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    assert 3 <= len(sheets_of(out.read_bytes())) <= 6
