"""Offices see each other, read only: each row names its office, each office says how old what is shown is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from db import branches
from db.faults import ReadOnly
from db.library import sqlite3
from dispatch.desk.backup import setting_up
from dispatch.desk.branches import looking
from dispatch.desk.plan import schedule
from dispatch.desk.requests.intake import add
from dispatch.desk.session.refusals import Faulty, NotAllowed, NotFound, Refusal
from dispatch.desk.session.user import log_in
from tests.branches.conftest import Opened
from tests.conftest import Dispatch, Said
from tests.desk.conftest import Office, at
from tests.replica.conftest import copying
from tests.screens.test_screens import opened as screen_opened
from tests.screens.test_screens import press, settled
from tests.wall import WALL


@pytest.fixture
def dayton(office: Office, opened: Opened) -> Office:
    """Another office, which is a branch of the first."""
    other = opened("dayton")
    looking.add(office.lee, "Dayton", str(other.store.path))
    return other


def run(office: Office, *words: str, as_: str = "lee") -> Said:
    return Dispatch(office.store.path)(*words, "--as", as_)


def test_a_branch_is_added_listed_and_taken_out(office: Office, dayton: Office) -> None:
    (here, there) = json.loads(run(office, "branch", "list", "--json").out)
    assert (here["branch"], there["branch"], there["reached"], there["copied_at"]) == ("here", "Dayton", True, None)
    assert "Dayton: live" in run(office, "branch", "list").out
    assert run(office, "branch", "remove", "dayton").code == 0
    assert "Dayton" not in run(office, "branch", "list").out


def test_only_a_lead_adds_one_and_a_technician_looks_at_none(office: Office, opened: Opened) -> None:
    other = opened("dayton")
    for user in (office.dana, office.ana):
        with pytest.raises(NotAllowed):
            looking.add(user, "Dayton", str(other.store.path))
    looking.add(office.lee, "Dayton", str(other.store.path))
    assert run(office, "branch", "list", as_="ana").code == 1
    assert run(office, "log", "--branch", "all", as_="ana").code == 1


@pytest.mark.parametrize(
    ("name", "where", "said"),
    [
        ("all", "b.db", "does not tell it"),
        ("Here", "b.db", "does not tell it"),
        ("B", "ssh://-oProxyCommand=x/f.db", "where: "),
        ("B", "ssh://host", "where: "),
        ("B", "ssh://host/f.db?x=1", "where: "),
        ("B", "missing.db", "cannot be read"),
    ],
)
def test_what_is_no_branch_is_refused(office: Office, name: str, where: str, said: str) -> None:
    with pytest.raises((Faulty, Refusal), match=said):
        looking.add(office.lee, name, where)
    assert branches.branches(office.store) == []


def test_a_copy_of_the_own_database_and_a_second_name_for_one_are_refused(
    office: Office, dayton: Office, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    office.store.conn.execute("VACUUM INTO ?", (str(copy),))
    with pytest.raises(Refusal, match="own database, or a copy"):
        looking.add(office.lee, "Copy", str(copy))
    with pytest.raises(Faulty, match="it is the branch Dayton already"):
        looking.add(office.lee, "Second", str(dayton.store.path))


def test_rows_name_their_office_and_come_live(office: Office, dayton: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    schedule.assign(dayton.dana, "R2", ["Ben Okafor"], at("10:00"))
    out = run(office, "log", "--branch", "all", "--date", "2026-11-24").out
    assert [line.split()[:2] for line in out.splitlines() if " R1 " in line or " R2 " in line] == [
        ["here", "R1"],
        ["Dayton", "R2"],
    ]
    assert "Dayton: live · its own day (America/New_York, USD)" in out
    told = json.loads(run(office, "log", "--branch", "dayton", "--date", "2026-11-24", "--json").out)
    (only,) = told["branches"]
    assert [visit["reference"] for visit in only["answer"]["visits"]] == ["R2"]


@pytest.mark.parametrize(
    "words", [("figures",), ("review", "list"), ("care", "list"), ("log", "--week")], ids=lambda words: words[0]
)
def test_what_a_lead_reads_is_read_at_all_offices(office: Office, dayton: Office, words: tuple[str, ...]) -> None:
    said = run(office, *words, "--branch", "all")
    assert said.code == 0, said
    assert "here: live" in said.out
    assert "Dayton: live" in said.out
    told = json.loads(run(office, *words, "--branch", "all", "--json").out)
    assert [one["branch"] for one in told["branches"]] == ["here", "Dayton"]


def test_a_report_is_of_one_branch(office: Office, dayton: Office) -> None:
    assert run(office, "report", "day", "--branch", "Dayton").out.startswith("Dayton: live")
    assert "of one branch at a time" in run(office, "report", "day", "--branch", "all").err


def test_nothing_is_written_there(office: Office, dayton: Office) -> None:
    before = dayton.store.value("SELECT count(*) FROM audit")
    with looking.looks(office.lee, "Dayton") as (look,):
        assert look.user is not None
        with pytest.raises(ReadOnly, match="only looked at"):
            schedule.assign(look.user, "R1", ["Ana Ruiz"], at("09:00"))
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            look.user.store.conn.execute("DELETE FROM branch")
    assert dayton.store.value("SELECT count(*) FROM audit") == before


def test_who_cannot_be_reached_is_said(office: Office, dayton: Office) -> None:
    dayton.store.path.rename(dayton.store.path.with_name("away.db"))
    said = run(office, "log", "--branch", "all")
    assert said.code == 4
    assert "Dayton: cannot be reached: There is no database" in said.out
    (_, there) = json.loads(run(office, "branch", "list", "--json").out)
    assert there["reached"] is False
    assert there["why"]


def test_another_office_in_its_place_is_not_taken_for_it(office: Office, dayton: Office, opened: Opened) -> None:
    third = opened("third")
    third.store.close()
    dayton.store.close()
    third.store.path.replace(dayton.store.path)
    assert "another office's database" in run(office, "branch", "list").out


def test_a_database_of_an_older_version_is_said_and_left(office: Office, dayton: Office) -> None:
    dayton.store.conn.execute("PRAGMA user_version = 88")
    assert "older version" in run(office, "branch", "list").out
    assert dayton.store.value("PRAGMA user_version") == 88


def test_text_of_another_office_steers_no_terminal(office: Office, dayton: Office) -> None:
    dayton.store.conn.execute("UPDATE client SET name = 'Evil' || char(27) || '[2J' || char(8238)")
    schedule.assign(dayton.dana, "R1", ["Ana Ruiz"], at("09:00"))
    for words in (("log", "--date", "2026-11-24"), ("review", "list"), ("care", "list")):
        said = run(office, *words, "--branch", "all")
        assert not set(said.out + said.err) & {"\x1b", "\u202e"}
    said = run(office, "log", "--branch", "all", "--date", "2026-11-24")
    assert "Evil" in said.out


def test_a_branch_of_that_name_is_named(office: Office, dayton: Office) -> None:
    with pytest.raises(NotFound, match="There is no branch Akron: Dayton"), looking.looks(office.lee, "Akron"):
        pass


def test_over_ssh_a_copy_comes_only_where_something_was_saved(office: Office, opened: Opened, by_shell: str) -> None:
    other = opened("dayton")
    where = f"ssh://someone@somewhere{other.store.path}"
    looking.add(office.lee, "Dayton", where, by_shell)
    copy = next(office.store.path.with_name("firm.db.branches").glob("*.db"))
    inode = copy.stat().st_ino
    WALL.advance(600)
    with looking.looks(office.lee, "Dayton") as (look,):
        assert look.copied_at == WALL.now()
        assert copy.stat().st_ino == inode, "nothing was saved there, and it came again"
    add(other.dana, {"client": "Harbor Dental", "site": "Annex", "work": "New", "minutes": "30"})
    with looking.looks(office.lee, "Dayton") as (look,):
        assert look.user is not None
        assert look.user.store.value("SELECT count(*) FROM visit WHERE work = 'New'") == 1
        assert look.user.now == look.copied_at
    assert copy.stat().st_mode & 0o777 == 0o600
    assert "copied " in run(office, "branch", "list").out


def test_where_ssh_fails_the_copy_of_before_is_shown_with_its_age(
    office: Office, opened: Opened, by_shell: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = opened("dayton")
    looking.add(office.lee, "Dayton", f"ssh://someone@somewhere{other.store.path}", by_shell)
    monkeypatch.setenv("DISPATCH_SSH", "false")
    WALL.advance(3600)
    with looking.looks(office.lee, "Dayton") as (look,):
        assert look.copied_at == WALL.now() - 3600
        assert "cannot be reached now" in look.age(office.lee.firm.times())
        assert look.user is not None
    with pytest.raises(Refusal, match="cannot be read"):
        looking.add(office.lee, "Other", "ssh://nobody@gone/f.db")


async def test_a_lead_opens_another_office_from_the_list(office: Office, dayton: Office) -> None:
    schedule.assign(dayton.dana, "R2", ["Ben Okafor"], at("10:00"))
    async with screen_opened(office.lee, "log") as pilot:
        await press(pilot, "E")
        screen = pilot.app.screen
        await settled(pilot)
        await screen.read_again()  # type: ignore[attr-defined]
        labels = " ".join(screen.things)  # type: ignore[attr-defined]
        assert "day Dayton R2" in labels
        await press(pilot, "down", "enter")
        assert pilot.app.screen.user.store.path == dayton.store.path  # type: ignore[attr-defined]
        assert pilot.app.screen.query("#warning")


def test_a_lead_of_here_is_nobody_there(office: Office, dayton: Office) -> None:
    """Whose number stands at somebody else there reads what a lead reads, and no more is taken from there."""
    with looking.looks(office.lee, "Dayton") as (look,):
        assert look.user is not None
        assert look.user.roles_now == office.lee.staff.roles
    assert log_in(dayton.store, "lee").guest_of == ""


def test_a_branch_is_seen_by_its_copy_elsewhere(office: Office, opened: Opened, tmp_path: Path) -> None:
    other, place = opened("dayton"), tmp_path / "elsewhere"
    setting_up.set_up(other.lee, str(place))
    with copying(other.store.path) as process:
        process.once()
    looking.add(office.lee, "Dayton", str(place))
    copy = next(office.store.path.with_name("firm.db.branches").glob("*.db"))
    inode = copy.stat().st_ino
    with looking.looks(office.lee, "Dayton") as (look,):
        assert look.user is not None
        assert look.copied_at is not None
        assert copy.stat().st_ino == inode, "nothing was saved there, and it came again"
    add(other.dana, {"client": "Harbor Dental", "site": "Annex", "work": "New", "minutes": "30"})
    with copying(other.store.path) as process:
        process.once()
    with looking.looks(office.lee, "Dayton") as (look,):
        assert look.user is not None
        assert look.user.store.value("SELECT count(*) FROM visit WHERE work = 'New'") == 1
    place.rename(tmp_path / "gone")
    place.mkdir()
    with looking.looks(office.lee, "Dayton") as (look,):
        assert "cannot be reached now" in look.age(office.lee.firm.times())
        assert look.user is not None
