"""`dispatch timesheet …`: a week looked at, submitted, approved, opened again, and the file for payroll."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from dispatch.desk.closeout import clocking
from tests.conftest import Dispatch
from tests.desk.conftest import Office, at
from tests.desk.test_timesheets import worked

WEEK = "2026-11-24"
MARK = "--confirm "


@pytest.fixture
def dispatch(office: Office) -> Dispatch:
    worked(office)
    return Dispatch(office.store.path)


def confirmed(dispatch: Dispatch, *words: str) -> str:
    """What a command says once what it asks is confirmed with the mark that it names."""
    asked = dispatch("timesheet", *words)
    assert asked.code == 1, asked
    return dispatch.ok("timesheet", *words, "--confirm", asked.err.partition(MARK)[2].split()[0])


def test_a_week_goes_from_its_technician_to_payroll(dispatch: Dispatch, office: Office, tmp_path: Path) -> None:
    shown = dispatch.ok("timesheet", "show", "--as", "ana")
    assert (
        shown.splitlines()[:4]
        == [
            "Ana Ruiz, Mon 23 Nov 2026 – Sun 29 Nov 2026",
            "open",
            "Tue 24 Nov 2026: 3h paid (business 3h)",
            "  09:00–12:00  3h work  R1 Harbor Dental",
        ]
        or "mi" in shown
    )
    assert "submitted by Ana Ruiz" in confirmed(dispatch, "submit", "--as", "ana")
    refused = dispatch("timesheet", "approve", "--as", "lee")
    assert (refused.code, refused.out) == (1, "")
    assert "--technician NAME or --all is expected" in refused.err
    left_out = dispatch("timesheet", "export", "--as", "lee")
    assert left_out.code == 4
    assert left_out.out.count("\n") == 1
    assert "left out: Ana Ruiz: submitted by Ana Ruiz" in left_out.err
    said = confirmed(dispatch, "approve", WEEK, "--all", "--as", "lee")
    assert said.splitlines() == [
        "Ana Ruiz, Mon 23 Nov 2026 – Sun 29 Nov 2026: approved.",
        "Left out: Ben Okafor: not submitted.",
    ]
    path = tmp_path / "payroll.csv"
    assert dispatch.ok("timesheet", "export", "--out", str(path), "--as", "lee").endswith("payroll.csv: Ana Ruiz.\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    rows = path.read_text(encoding="utf-8-sig").splitlines()
    assert rows[0] == (
        "login,technician,week,date,kind,band,minutes,hours,distance,distance_unit,state,submitted_by,approved_by"
    )
    assert rows[1] == ("ana,Ana Ruiz,2026-11-23,2026-11-24,paid,business,180,3.0000,,,approved,Ana Ruiz,Lee Moreau")
    assert dispatch("timesheet", "export", "--out", str(path), "--as", "lee").code == 1
    clocking.correct(office.lee, "R1", "leaving", at("12:30"), "half an hour more")
    (ana, ben) = json.loads(dispatch.ok("timesheet", "list", WEEK, "--json", "--as", "dana"))
    assert (ana["state"], ben["state"]) == ("changed", "open")
    assert ana["total"]["paid_min"] == 210
    assert ana["differences"][0] == "Tue 24 Nov 2026: paid 3h30, was 3h; business 3h30, was 3h"
    assert [line["kind"] for day in ana["days"] for line in day["clock"]] == ["work"]
    assert "open" in dispatch.ok("timesheet", "reopen", "--reason", "not yet", "--technician", "Ana", "--as", "lee")
    assert dispatch.ok("timesheet", "list", WEEK, "--as", "lee").startswith("Ana Ruiz: open: 3h30 paid (business 3h30)")


def test_it_is_for_its_own_technician_and_the_office(dispatch: Dispatch) -> None:
    for words in (
        ("show", "--technician", "Ana"),
        ("list",),
        ("export",),
        ("approve", "--all"),
        ("submit", "--technician", "Ana"),
    ):
        refused = dispatch("timesheet", *words, "--as", "ben")
        assert (refused.code, refused.out) == (1, ""), words
        assert "Only a dispatcher or lead may" in refused.err
    assert "no technician" in dispatch("timesheet", "show", "--as", "dana").err
    assert dispatch.ok("timesheet", "show", WEEK, "--technician", "Ana", "--as", "dana").startswith("Ana Ruiz")


def test_the_week_without_a_day_is_the_last_one_that_is_over(dispatch: Dispatch) -> None:
    assert "Mon 23 Nov 2026" in dispatch.ok("timesheet", "show", "--as", "ana")
    assert "Mon 30 Nov 2026" in dispatch.ok("timesheet", "show", "today", "--as", "ana")
