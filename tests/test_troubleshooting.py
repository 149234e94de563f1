"""docs/troubleshooting.md: the program is made to say each message that the page explains."""

from __future__ import annotations

import contextlib
import re
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from db import fence
from db.faults import from_os, translate
from db.fence import MachineStanding
from db.library import sqlite3 as library
from db.store import Store
from dispatch.desk.book import editing
from dispatch.desk.reports.pdf import NEEDS_EXTRA
from dispatch.desk.session.user import log_in
from tests.conftest import Dispatch
from tests.prepared import copied
from tests.wall import WALL

PAGE = Path(__file__).parents[1] / "docs" / "troubleshooting.md"
OF_OTHERS = "Permission denied (publickey)"
"""What OpenSSH says, and the program does not."""
HEADINGS = [line[4:] for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("### ")]
DAY = 24 * 60 * 60


def arrived(firm: Dispatch) -> None:
    """Finn is with Summit Florist."""
    firm.ok("visit", "depart", "R4029", "--as", "finn")
    firm.ok("visit", "arrive", "R4029", "--early-not-agreed", "--as", "finn")


def said(firm: Dispatch, *words: str) -> str:
    """What a command that is refused says."""
    answer = firm(*words)
    assert answer.code != 0, answer
    return answer.err + answer.out


def of(*words: str) -> Callable[[Dispatch], str]:
    """A command that is refused on the sample firm's Tuesday."""
    return lambda firm: said(firm, *words)


def on_site(*words: str) -> Callable[[Dispatch], str]:
    """The same once Finn is with Summit Florist."""

    def deed(firm: Dispatch) -> str:
        arrived(firm)
        return said(firm, *words)

    return deed


def of_file(content: bytes) -> Callable[[Dispatch], str]:
    """The board of another file."""

    def deed(firm: Dispatch) -> str:
        other = firm.db.with_name("other.db")
        other.write_bytes(content)
        return said(Dispatch(other), "board", "--plain", "--as", "dana")

    return deed


def of_rows(kind: str, rows: str) -> Callable[[Dispatch], str]:
    """A spreadsheet that is imported."""

    def deed(firm: Dispatch) -> str:
        sheet = firm.db.with_name(f"{kind}.csv")
        sheet.write_text(rows, encoding="utf-8")
        return said(firm, "import", kind, str(sheet), "--as", "lee")

    return deed


def in_sql(sql: str) -> Callable[[Dispatch], str]:
    """The board once another program has changed the file."""

    def deed(firm: Dispatch) -> str:
        with contextlib.closing(sqlite3.connect(firm.db)) as shell:
            shell.execute(sql)
            shell.commit()
        return said(firm, "visit", "list", "--as", "dana")

    return deed


def busy(firm: Dispatch) -> str:
    with (
        contextlib.closing(library.connect(firm.db, isolation_level=None)) as shell,
        Store.open(firm.db, timeout=0.2) as store,
    ):
        shell.execute("BEGIN IMMEDIATE")
        return refused_in(store)


def replaced(firm: Dispatch) -> str:
    with Store.open(firm.db) as store:
        shutil.copy(firm.db, firm.db.with_name("copy.db"))
        firm.db.with_name("copy.db").replace(firm.db)
        return refused_in(store)


def refused_in(store: Store) -> str:
    """What a deed in a session says that cannot be saved."""
    with pytest.raises(Exception) as refused:
        editing.add(log_in(store, "dana"), "client", {"name": "New Ltd"})
    return str(refused.value)


def behind_the_fence(stands: MachineStanding) -> Callable[[Dispatch], str]:
    """A database that is not that of the first machine."""

    def deed(firm: Dispatch) -> str:
        with Store.open(firm.db) as store, log_in(store, "lee").write("test") as unit:
            fence.stand(unit, stands)
        return said(firm, "client", "add", "--name", "New Ltd", "--as", "lee")

    return deed


def full(firm: Dispatch) -> str:
    error = library.OperationalError("database or disk is full")
    return f"{translate(error)} {from_os(OSError(28, 'No space left on device'), firm.db)}"


def wrong_clock(firm: Dispatch) -> str:
    """In a firm with a clock of its own: the sample's was set by somebody."""
    new = Dispatch(firm.db.with_name("new.db"))
    new.ok("init", "--name", "New firm", "--zone", "America/New_York", "--lead", "lee")
    WALL.begin(WALL.now() - 10 * DAY)
    return said(new, "client", "add", "--name", "New Ltd", "--as", "lee")


def schema_is_missing(firm: Dispatch) -> str:
    with contextlib.closing(sqlite3.connect(firm.db)) as shell:
        shell.execute("DROP TABLE holiday")
    return said(firm, "holidays", "list", "--as", "lee")


def mailed(*settings: str) -> Callable[[Dispatch], str]:
    """A mail that is tried, with these settings of the firm."""

    def deed(firm: Dispatch) -> str:
        firm.ok("settings", "--messages-by", "smtp", *settings, "--as", "lee")
        return said(firm, "outbox", "test", "dana@example.com", "--as", "dana")

    return deed


def pdf_without_the_extra(firm: Dispatch) -> str:
    return NEEDS_EXTRA


CARD_WITHOUT_TAX = of(
    *[
        "rate-card",
        "add",
        "--name",
        "X",
        "--from",
        "2027-01-01",
        "--preset",
        "city",
        "--set",
        "classes.tech.standard=95",
    ],
    *["--set", "travel.components[0].amount=35", "--as", "lee"],
)
ROW_OF_A_STRANGER = of_rows("visits", "reference,client,site,work,minutes\nX1,Nobody,,printer,45\n")
SAYS: dict[str, Callable[[Dispatch], str]] = {
    "There is no database": lambda firm: said(Dispatch(firm.db.with_name("none.db")), "board", "--plain"),
    "is not a database of this program": of_file(b"something else " * 200),
    "is empty": of_file(b""),
    "has version": in_sql("PRAGMA user_version = 9999"),
    "Nobody on the staff": of("day", "--plain", "--as", "nobody"),
    "the key file names": lambda firm: firm.process("seat", "x").stderr,
    "Another session is writing": busy,
    "The disk is full": full,
    "was replaced or removed": replaced,
    "this is a copy": behind_the_fence(MachineStanding(1, fence.COPY, 0)),
    "another machine": behind_the_fence(MachineStanding(1, fence.LOST, 0, 2)),
    "The database is damaged": schema_is_missing,
    "This machine's clock": wrong_clock,
    "Only a dispatcher or lead may read": of("log", "--plain", "--as", "ana"),
    "Only a lead may reopen": of("visit", "reopen", "R4001", "--reason", "one more look", "--as", "dana"),
    "is with": of("visit", "depart", "R4029", "--as", "ana"),
    "is possible only from": of("visit", "close", "R4029", "--as", "finn"),
    "check in first": of("visit", "record", "R4029", "T1", "--pass", "--evidence", "it prints again", "--as", "finn"),
    "say who agreed": lambda firm: (
        firm.ok("visit", "depart", "R4029", "--as", "finn") + said(firm, "visit", "arrive", "R4029", "--as", "finn")
    ),
    "is the only lead": of("staff", "archive", "lee", "--as", "lee"),
    "cannot be closed yet": on_site("visit", "close", "R4029", "--as", "finn"),
    "Say what was seen": on_site("visit", "record", "R4029", "T1", "--pass", "--evidence", "ok", "--as", "finn"),
    "has no test that runs": on_site("visit", "run", "R4029", "--as", "finn"),
    "was not placed": of("visit", "assign", "TK-884", "--to", "ben", "--at", "today 15:00", "--as", "dana"),
    "Say --confirm": CARD_WITHOUT_TAX,
    "There is nothing to undo": of("visit", "undo", "--as", "eva"),
    "has no column": of_rows("visits", "client,work\nSterling Law,printer\n"),
    "nothing was imported": ROW_OF_A_STRANGER,
    "no such client": ROW_OF_A_STRANGER,
    "say --dates": of_rows(
        "visits", "reference,client,site,work,minutes,date\nX1,Harbor Dental,,printer,45,03/04/2027\n"
    ),
    "is no day": of(
        "visit",
        "add",
        "--client",
        "Sterling Law",
        "--work",
        "x",
        "--minutes",
        "20",
        "--date",
        "31.02.2027",
        "--as",
        "dana",
    ),
    "there is a client": of("client", "add", "--name", "Sterling Law", "--as", "lee"),
    "nobody is assigned yet": lambda firm: firm.ok("charge", "TK-881"),
    "its charge changed": of("review", "approve", "R4001", "--revision", "99", "--as", "lee"),
    "it has no address": lambda firm: firm.ok("invoice", "preview", "--as", "lee"),
    "What would be invoiced": of("invoice", "issue", "--until", "2026-11-24", "--shown", "aaaaaa", "--as", "lee"),
    "This card has no tax rate": CARD_WITHOUT_TAX,
    "Messages are not sent": of("outbox", "test", "dana@example.com", "--as", "dana"),
    "No mail server is set": mailed(),
    "Connection refused": mailed("--mail-host", "127.0.0.1", "--mail-port", "9", "--mail-from", "office@example.com"),
    "The road engine": of("roads", "add", "nofile.pbf", "--as", "lee"),
    "A PDF needs": pdf_without_the_extra,
    "Did you mean": of("visit", "assing"),
    "There is already something": lambda firm: said(firm, "backup", str(firm.db), "--as", "lee"),
    "DIFFERS": of("audit", "verify", "--head", "3f2a9c0012345678@1234", "--as", "lee"),
}
"""By the beginning of its heading."""


@pytest.fixture
def tuesday(day_of_sample: Path, tmp_path: Path) -> Dispatch:
    """The sample firm's Tuesday at 14:07."""
    return Dispatch(copied(day_of_sample, tmp_path / "firm.db"))


def fragments(heading: str) -> list[str]:
    """What has to stand in the message, in its order."""
    return [part.strip() for part in heading.split("…")]


@pytest.mark.parametrize("heading", [heading for heading in HEADINGS if OF_OTHERS not in heading])
def test_the_program_says_what_the_page_explains(heading: str, tuesday: Dispatch) -> None:
    (beginning,) = [one for one in SAYS if heading.startswith(one)]
    message = " ".join(SAYS[beginning](tuesday).split())
    pattern = ".*".join(re.escape(part) for part in fragments(heading))
    assert re.search(pattern, message), message


def test_every_message_that_is_provoked_is_explained() -> None:
    assert [one for one in SAYS if not any(heading.startswith(one) for heading in HEADINGS)] == []


def test_each_message_has_a_reason_and_what_to_do() -> None:
    entries = re.split(r"^### ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    for entry in entries:
        assert OF_OTHERS in entry or ("- **Why**: " in entry and "- **Do**: " in entry), entry
