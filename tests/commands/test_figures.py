"""`dispatch figures`, `report` and `audit` as somebody at a shell uses them."""

from __future__ import annotations

import csv
import datetime
import io
import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from db.library import sqlite3
from db.store import Store
from dispatch.desk.figures.meanings import FIGURES
from dispatch.desk.reports.rendering import FORMS
from tests.conftest import Dispatch
from tests.figures.rows import connect


class Strict(HTMLParser):
    """A reader of pages that insists on closed tags and notes everything that could act."""

    VOID = ("meta", "br", "wbr")

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.attributes: set[str] = set()
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_figures_in_every_form(firm: Dispatch) -> None:
    for by in ("day", "week", "technician", "client"):
        found = firm.json("figures", "--from", "2026-11-22", "--to", "2026-11-28", "--by", by, "--json")
        assert (found["from"], found["to"], found["by"]) == ("2026-11-22", "2026-11-28", by)
        keys = [one["figure"] for one in found["figures"]]
        assert keys == [one.key for one in FIGURES if by != "client" or one.of_visits]
        assert all(one["definition"] for one in found["figures"])
        said = firm.ok("figures", "--from", "2026-11-22", "--to", "2026-11-28", "--by", by, "--ascii")
        assert "Promises kept, of the promises for the day" in said
        rows = list(
            csv.reader(
                io.StringIO(firm.ok("figures", "--from", "2026-11-24", "--to", "2026-11-24", "--by", by, "--csv"))
            )
        )
        assert rows[0][:2] == ["figure", "group"]
        assert all(len(row) == len(rows[0]) for row in rows)
    week = firm.json("figures", "--from", "2026-11-22", "--to", "2026-11-28", "--by", "week", "--json")
    assert [one["from"] for one in week["figures"][0]["groups"]] == ["2026-11-22", "2026-11-23"]


def test_a_share_of_nothing_is_null_and_never_0(firm: Dispatch) -> None:
    found = firm.json("figures", "--from", "2020-01-01", "--to", "2020-01-01", "--json")
    on_time = found["figures"][0]
    told = {"value": None, "numerator": 0, "denominator": 0, "before": None, "past_limit": False, "trend": [None] * 13}
    assert on_time["total"] == told
    assert (on_time["limit"], on_time["better"]) == (0.9, "high")
    assert "On time: –" in firm.ok("figures", "--from", "2020-01-01", "--to", "2020-01-01")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--from", "nonsense", "--to", "3.4."], "from: “nonsense” is no day"),
        (["--from", "2026-11-24", "--to", "2026-11-20"], "before it begins"),
        (["--from", "2020-01-01", "--to", "2026-11-20"], "by day at most 100 days"),
        (["--behind", "luck"], "figure: 'luck' is not one of on_time"),
    ],
)
def test_faults_are_said_in_words(firm: Dispatch, words: list[str], told: str) -> None:
    said = firm("figures", *words)
    assert said.code == 1
    assert told in said.err
    if words[1] == "nonsense":
        assert "to: “3.4.” has two readings: write 3 apr or 4 mar" in said.err, "all faults at once"


HOSTILE = (
    '=HYPERLINK("http://x","y")',
    "+1+cmd|' /C calc'!A0",
    "@SUM(1)",
    "-2+3",
    "a;=1+1",
    'a;"=1+1&"b',
    "a|=1 | b\\| c",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</td></table><style>*{}</style>",
    "[x](javascript:alert(1)) ![y](http://z) <http://q> http://w www.v.example",
    "# heading **b** `c` | d",
    "1. one",
    "\x1b]0;owned\x07\x1b[2J \u202eabc\u2066",
    "first\n=2\n- three",
    "\uff1d1+1",
    "&lt;b&gt; &amp; &#60;",
    "{{7*7}} ${7*7} %0d%0a",
)


@pytest.fixture
def hostile(firm: Dispatch) -> Dispatch:
    """The sample firm after somebody wrote hostile text into every name and note, past the program."""
    conn = connect(firm.db)
    conn.execute("PRAGMA ignore_check_constraints = ON")
    columns = {
        "client": "name", "site": "name, address, access_notes", "contact": "name, phone, role",
        "visit": "work, description, reason",
        "staff": "name", "item": "label",
    }  # fmt: skip
    for table, names in columns.items():
        for number, (key,) in enumerate(conn.execute(f"SELECT rowid FROM {table} ORDER BY rowid").fetchall()):
            text = HOSTILE[number % len(HOSTILE)]
            for name in names.split(", "):
                more = f" {key}" if (table, name) in (("client", "name"), ("site", "name"), ("staff", "name")) else ""
                conn.execute(f"UPDATE {table} SET {name} = ? WHERE rowid = ?", (f"{text}{more}", key))
    conn.execute("UPDATE setting SET value = json_quote(?) WHERE key = 'name'", (HOSTILE[6],))
    conn.close()
    return firm


def written(firm: Dispatch, form: str) -> list[str]:
    """Every report of the firm in a form."""
    with Store.open(firm.db) as store:
        client = store.value(
            "SELECT c.name FROM client c JOIN site s ON s.client_id = c.id JOIN visit v ON v.site_id = s.id"
        )
    reports = [
        firm.ok("report", "day", "--date", "2026-11-24", f"--{form}"),
        firm.ok("report", "month", "--client", client, "--month", "2026-11", f"--{form}"),
        *(
            firm.ok("report", "sheet", "--technician", login, "--date", "2026-11-24", f"--{form}")
            for login in ("ana", "ben")
        ),
        firm.ok("report", "firm", "--period", "2026-11", f"--{form}"),
    ]
    return [*reports, *([firm.ok("figures", "--by", "client", "--csv")] if form == "csv" else [])]


def plan(firm: Dispatch) -> None:
    """Give the technicians stops on the day."""
    conn = sqlite3.connect(firm.db, isolation_level=None)
    ids = [key for (key,) in conn.execute("SELECT id FROM visit ORDER BY id LIMIT 12").fetchall()]
    staff = dict(conn.execute("SELECT login, id FROM staff").fetchall())
    at = int(datetime.datetime(2026, 11, 24, 14, tzinfo=datetime.UTC).timestamp())
    for number, key in enumerate(ids):
        conn.execute(
            "INSERT INTO assignment (visit_id, staff_id, labour_class) VALUES (?, ?, 'tech')",
            (key, staff[("ana", "ben")[number % 2]]),
        )
        begins = at + 1800 * number
        conn.execute(
            "UPDATE visit SET state = 'planned', starts_at = ?, ends_at = ?, version = version + 1 WHERE id = ?",
            (begins, begins + 1700, key),
        )
    conn.close()


@pytest.mark.again
def test_hostile_text_stays_text_in_every_form(hostile: Dispatch) -> None:
    plan(hostile)
    read: list[str] = []
    for page in written(hostile, "html"):
        reader = Strict()
        reader.feed(page)
        reader.close()
        assert not reader.open
        read += reader.text
        assert reader.seen <= {
            "html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "section", "dl", "dt", "dd", "table", "thead",
            "tbody", "tr", "th", "td", "footer", "br", "wbr", "header", "div", "span",
        }  # fmt: skip
        assert reader.attributes <= {"lang", "charset", "http-equiv", "content", "name", "class", "data-title"}
        assert "<script" not in page
        assert page.count("<style>") == 1
        assert "default-src 'none'" in page
    assert "<script>alert(1)</script>" in "".join(read), "it can be read as it is"

    for text in written(hostile, "csv"):
        rows = list(csv.reader(io.StringIO(text), strict=True))
        # a spreadsheet may be told that another sign parts the cells
        for parted in (
            rows,
            csv.reader(io.StringIO(text), delimiter=";"),
            csv.reader(io.StringIO(text), delimiter="|"),
        ):
            for cell in (cell for row in parted for cell in row):
                runs = cell.lstrip(' "')[:1] in tuple("=+-@\t\uff1d\uff0b\uff0d\uff20")
                assert not runs or is_number(cell), cell
        assert not any(ord(char) < 32 and char not in "\r\n" for char in text)

    reading, shown = MarkdownIt("gfm-like"), ""
    for text in written(hostile, "markdown"):
        tokens = reading.parse(text)
        kinds = {one.type for token in tokens for one in (token, *(token.children or ()))}
        assert kinds <= {
            "heading_open", "heading_close", "inline", "text", "text_special", "paragraph_open", "paragraph_close", "hr",
            "bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close", "table_open", "table_close",
            "thead_open", "thead_close", "tbody_open", "tbody_close", "tr_open", "tr_close", "th_open", "th_close",
            "td_open", "td_close", "hardbreak", "softbreak", "code_inline",
        }  # fmt: skip
        headings = [token.tag for token in tokens if token.type == "heading_open"]
        assert headings[0] == "h1"
        assert set(headings[1:]) == {"h2"}
        shown += "".join(one.content for token in tokens for one in token.children or ())
    assert "<script>alert(1)</script>" in shown, "it can be read as it is"

    for text in [*written(hostile, "plain"), *written(hostile, "markdown"), *written(hostile, "html")]:
        assert not any(ord(char) < 32 and char != "\n" for char in text)
        assert not any(char in text for char in "\u202e\u2066\x9b")

    for text in written(hostile, "json"):
        assert text.isascii()
        assert json.loads(text)["foot"]


def is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_markdown_tables_keep_their_columns(hostile: Dispatch) -> None:
    plan(hostile)
    for text in written(hostile, "markdown"):
        width = 0
        for line in text.splitlines():
            if not line.startswith("|"):
                width = 0
                continue
            pipes = line.replace("\\\\", "").replace("\\|", "").count("|")
            assert pipes == (width or pipes), line
            width = pipes


def test_a_report_goes_into_a_file_whose_ending_says_the_form(firm: Dispatch, tmp_path: Path) -> None:
    for ending, begins in (
        (".html", "<!DOCTYPE html>"),
        (".md", "# "),
        (".csv", "\ufeffreference,"),
        (".json", "{"),
        (".txt", ""),
    ):
        path = tmp_path / f"day{ending}"
        firm.ok("report", "day", "--out", str(path))
        assert path.read_text(encoding="utf-8").startswith(begins)
        assert path.stat().st_mode & 0o777 == 0o600
    said = firm("report", "day", "--out", str(tmp_path / "day.md"))
    assert (said.code, "--replace writes over it" in said.err) == (1, True)
    firm.ok("report", "day", "--out", str(tmp_path / "day.md"), "--html", "--replace")
    assert (tmp_path / "day.md").read_text(encoding="utf-8").startswith("<!DOCTYPE")
    assert set(FORMS) == {"plain", "markdown", "html", "csv", "json"}


def test_a_technician_gets_their_own_sheet_and_nothing_else(firm: Dispatch) -> None:
    assert firm("report", "sheet", "--as", "ana").code == 0
    for words in (["day"], ["month", "--client", "Franklin Pharmacy"], ["sheet", "--technician", "ben"]):
        said = firm("report", *words, "--as", "ana")
        assert said.code == 1
        assert "Only a dispatcher or lead" in said.err


def test_head_of_a_report_is_verified_later(firm: Dispatch) -> None:
    report = firm.json("report", "day", "--json")
    head = report["foot"][1].rsplit("--head ", 1)[1].split()[0]
    firm.ok("client", "add", "--name", "Later", "--as", "lee")
    said = firm.ok("audit", "verify", "--head", head)
    assert "holds" in said
    assert "all rows up to it are as they were then" in said
    backup = firm.ok("backup", str(firm.db.with_name("copy.db")))
    whole = backup.strip().rsplit(" ", 1)[1]
    assert firm.json("audit", "verify", "--head", whole, "--json")["good"] is True


def test_a_past_that_was_altered_does_not_verify(firm: Dispatch) -> None:
    head = firm.json("audit", "verify", "--json")
    conn = connect(firm.db)
    conn.execute("UPDATE audit SET actor = 'nobody' WHERE seq = 5")
    conn.close()
    said = firm("audit", "verify")
    assert said.code == 1
    assert "BROKEN at row 5" in said.out
    found = json.loads(firm("audit", "verify", "--head", head["head"], "--json").out)
    assert (found["good"], found["broken_at"], found["asked_stands"]) == (False, 5, True)


def test_a_chain_that_was_written_anew_fails_only_against_a_noted_head(firm: Dispatch) -> None:
    """Whoever has the file can make another chain that holds; what was written down elsewhere shows it."""
    from db.chain import ORIGIN, link

    head = firm.json("audit", "verify", "--json")
    conn = connect(firm.db)
    conn.execute("UPDATE audit SET deed = 'nothing happened' WHERE seq = 3")
    prev = ORIGIN
    rows = conn.execute(
        "SELECT seq, at, actor, staff_id, session, via, deed, entity, entity_id, detail, save_id FROM audit ORDER BY seq"
    ).fetchall()
    for seq, *row in rows:
        own = link(prev, tuple(row))
        conn.execute("UPDATE audit SET prev = ?, hash = ? WHERE seq = ?", (prev, own, seq))
        prev = own
    conn.close()
    assert firm("audit", "verify").code == 0
    said = firm("audit", "verify", "--head", f"{head['head'][:16]}@{head['rows']}")
    assert said.code == 1
    assert "DIFFERS" in said.out
    assert firm("audit", "verify", "--head", head["head"]).code == 1


@pytest.mark.parametrize("head", ["zz", "12345", "@4", "3f2a9c0012345678@", "3f2a9c00 12345678"])
def test_a_head_that_is_none_is_said(firm: Dispatch, head: str) -> None:
    said = firm("audit", "verify", "--head", head)
    assert said.code == 1
    assert "is not a head such as" in said.err


def test_audit_is_shown_by_visit_person_day_and_deed(firm: Dispatch) -> None:
    firm.ok("visit", "cancel", "R4026", "--reason", "not needed", "--as", "lee")
    rows = firm.json("audit", "show", "--visit", "r4026", "--json")
    assert {row["called"] for row in rows} == {"R4026"}
    assert rows[0]["deed"] == "cancel"
    assert rows == sorted(rows, key=lambda row: -row["row"])
    assert firm.json("audit", "show", "--who", "LEE", "--deed", "cancel", "--json") == [
        row for row in rows if row["deed"] == "cancel"
    ]
    assert firm.json("audit", "show", "--who", "nobody", "--json") == []
    assert firm.json("audit", "show", "--until", "2020-01-01", "--json") == []
    assert len(firm.json("audit", "show", "--limit", "3", "--json")) == 3
    assert "not needed" in firm.ok("audit", "show", "--visit", "R4026")
    said = firm("audit", "show", "--since", "soon", "--until", "later", "--limit", "0")
    assert said.code == 1
    assert all(word in said.err for word in ("since:", "until:", "limit:"))
