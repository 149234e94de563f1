"""`dispatch client|site|recurrence|technician|absence|settings` and the safe keeping of the file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Dispatch


def test_a_client_with_a_site_is_added_found_and_archived(firm: Dispatch) -> None:
    firm.ok("client", "add", "--name", "Aspen Vets", "--contacts", "Jo Hart; +1 614 555 0188", "--computers", "9")
    firm.ok("site", "add", "--client", "aspen", "--place", "39.97, -83.01", "--access", "mon-fri 08:00-18:00")

    assert [one["name"] for one in json.loads(firm.ok("client", "list", "asp", "--json"))] == ["Aspen Vets"]
    assert "Aspen Vets" not in firm.ok("client", "list", "--suited")
    firm.ok("settings", "--suited-computers", "5 – 9", "--suited-servers", "-")
    assert "Aspen Vets" in firm.ok("client", "list", "--suited")
    assert "computers: '9-5' is not a span of counts" in firm("settings", "--suited-computers", "9-5").err
    page = json.loads(firm.ok("client", "show", "Aspen", "--json"))
    assert page["well_suited"] is True
    assert (page["computers"], page["sites"]) == ("9", [{"name": "Main office", "address": "", "located": True}])
    assert "Jo Hart" in firm.ok("client", "show", "Aspen")

    refused = firm("client", "add", "--name", "aspen vets", "--computers", "many")
    assert (refused.code, "computers:" in refused.err, "name:" in refused.err) == (1, True, True)
    firm.ok("client", "archive", "Aspen")
    assert firm("client", "show", "Aspen").code == 1


def test_recurring_visits_by_command(firm: Dispatch) -> None:
    words = [
        "--site",
        "Violet Dental",
        "--work",
        "log check",
        "--minutes",
        "45",
        "--rule",
        "first working day of the month",
    ]
    told = firm.ok("recurrence", "add", *words)
    assert "next:" in told

    listed = json.loads(firm.ok("recurrence", "list", "--json"))
    assert [one["rule"] for one in listed] == ["1st working day of the month"]
    assert json.loads(firm.ok("recurrence", "make", "--json")) == []
    made = [one for one in json.loads(firm.ok("visit", "list", "--json")) if one["recurring"]]
    assert [one["date"] for one in made] == ["2026-12-01", "2027-01-01"]
    assert {one["kind"] for one in made} == {"maintenance"}

    assert json.loads(firm.ok("client", "show", "Violet Dental", "--json"))["recurring"] == [
        "log check, 1st working day of the month"
    ]
    assert firm("recurrence", "add", *words[:-1], "sometimes").code == 1
    firm.ok("recurrence", "archive", "log check")
    assert not [one for one in json.loads(firm.ok("visit", "list", "--json")) if one["recurring"]]


def test_holidays_by_command(firm: Dispatch) -> None:
    assert "none" in firm.ok("holidays", "list").casefold()
    firm.ok("holidays", "add", "--day", "2027-07-05", "--name", "Town fair")
    would = firm.ok("holidays", "import", "US", "--subdivision", "OH", "--year", "2027", "--check")
    assert "Memorial Day" in would
    assert len(json.loads(firm.ok("holidays", "list", "--json"))) == 1
    firm.ok("holidays", "import", "us", "--subdivision", "oh", "--year", "2027")
    listed = json.loads(firm.ok("holidays", "list", "--json"))
    assert {"day": "2027-05-31", "name": "Memorial Day"} in listed
    assert {"day": "2027-07-05", "name": "Town fair"} in listed
    firm.ok("holidays", "remove", "town fair")
    assert {"day": "2027-07-05", "name": "Town fair"} not in json.loads(firm.ok("holidays", "list", "--json"))
    refused = firm("holidays", "import", "Atlantis")
    assert (refused.code, "two letters" in refused.err) == (1, True)
    (found,) = (one for one in json.loads(firm.ok("doctor", "--json")) if one["subject"] == "holidays")
    assert found["good"]


def test_a_series_by_command_says_what_would_come_of_it_and_asks_which_visits(firm: Dispatch) -> None:
    words = ["--site", "Violet Dental", "--work", "log check", "--minutes", "45", "--starts", "2026-12-01"]
    would = firm.ok("recurrence", "add", *words, "--rule", "every month", "--check")
    assert would.startswith("day 1 of the month: Tue 1 Dec 2026, Fri 1 Jan 2027, Mon 1 Feb 2027, ")
    assert would.count(", ") == 11
    assert json.loads(firm.ok("recurrence", "list", "--json")) == []

    firm.ok("recurrence", "add", *words, "--rule", "every tue")
    made = {one["date"]: one["reference"] for one in json.loads(firm.ok("visit", "list", "--json")) if one["recurring"]}
    refused = firm("recurrence", "edit", "1", "--minutes", "60")
    assert refused.code == 1
    assert "--scope this (only the next one, " in refused.err
    assert "--scope following: " in firm.ok("recurrence", "edit", "1", "--minutes", "60", "--check")
    firm.ok("recurrence", "edit", "1", "--minutes", "60", "--scope", "following", "--since", "2026-12-10")
    listed = json.loads(firm.ok("recurrence", "list", "--json"))
    assert [(one["minutes"], one["starts"], one["ends"]) for one in listed] == [
        ("45", "2026-12-01", "2026-12-14"), ("60", "2026-12-15", ""),
    ]  # fmt: skip

    third = made["2026-12-15"]
    assert firm("visit", "edit", third, "--minutes", "90").code == 1
    firm.ok("visit", "edit", third, "--minutes", "90", "--scope", "this")
    shown = json.loads(firm.ok("recurrence", "show", "2", "--json"))
    assert shown["next"][0] == "2026-12-15"
    assert shown["kept"] == [{"reference": third, "date": "2026-12-15", "state": "requested", "why": "minutes"}]
    assert firm("visit", "cancel", made["2026-12-22"], "--reason", "closed").code == 1
    told = firm.ok("visit", "cancel", made["2026-12-22"], "--reason", "they go elsewhere", "--scope", "all")
    assert f"{third} Tue 15 Dec 2026 is kept as it was agreed" in told
    firm.ok("visit", "undo")
    assert len([one for one in json.loads(firm.ok("visit", "list", "--json")) if one["recurring"]]) == len(made)


def test_settings_are_shown_changed_and_checked(firm: Dispatch) -> None:
    assert json.loads(firm.ok("settings", "--json"))["buffer_minutes"] == "30"
    firm.ok("settings", "--buffer-minutes", "20", "--overlap", "warn")
    assert json.loads(firm.ok("settings", "--json"))["buffer_minutes"] == "20"

    refused = firm("settings", "--zone", "Mars/One", "--overlap", "perhaps", "--buffer-minutes", "x")
    assert (refused.code, refused.err.count(":")) == (1, 4)
    assert json.loads(firm.ok("settings", "--json"))["overlap"] == "warn"


def test_an_absence_says_what_it_hits(firm: Dispatch) -> None:
    firm.ok("visit", "assign", "R4036", "--to", "Ana Ruiz", "--at", "2026-11-25T14:00")
    words = ["--technician", "Ana Ruiz", "--from", "2026-11-25T12:00", "--to", "17:00", "--reason", "dentist"]

    assert "R4036 Grandview Optometry" in firm.ok("absence", "add", *words)
    firm.ok("visit", "dispatch", "R4036")
    assert "(Ana Ruiz has been told)" in firm.ok("absence", "add", *words)
    assert "R4036 is back in the queue" in firm.ok("absence", "add", *words, "--requeue")
    assert json.loads(firm.ok("visit", "show", "R4036", "--json"))["state"] == "requested"


def test_an_absence_of_days_without_times_is_of_whole_days(firm: Dispatch) -> None:
    firm.ok("absence", "add", "--technician", "ana", "--from", "1 dec", "--to", "next wed", "--reason", "holiday")
    assert "2026-12-01T00:00 – 2026-12-03T00:00  holiday" in firm.ok("absence", "list", "ana")
    said = firm("absence", "add", "--technician", "ana", "--from", "1 dec", "--to", "soon").err
    assert "“soon” is no time" in said


def test_an_absence_that_is_changed_frees_what_it_hits_by_then(firm: Dispatch) -> None:
    firm.ok("visit", "assign", "R4036", "--to", "Ana Ruiz", "--at", "2026-11-25T14:00")
    words = ["--technician", "Ana Ruiz", "--from", "2026-11-25T08:00", "--to", "09:00", "--reason", "dentist"]
    assert "hits" not in firm.ok("absence", "add", *words)

    number = firm.ok("absence", "list", "ana").split()[0]
    longer = ("absence", "edit", number, "--to", "2026-11-25T17:00")
    assert "R4036 Grandview Optometry" in firm.ok(*longer)
    assert json.loads(firm.ok("visit", "show", "R4036", "--json"))["state"] == "planned"
    assert "R4036 is back in the queue" in firm.ok(*longer, "--requeue")
    assert json.loads(firm.ok("visit", "show", "R4036", "--json"))["state"] == "requested"


def test_a_placement_is_asked_for_on_a_terminal_and_marked_elsewhere(
    firm: Dispatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = ("visit", "assign", "R4036", "--to", "Ana Ruiz", "--at", "2026-11-25T14:00")
    firm.ok(*place)
    firm.ok("visit", "confirm", "R4036")
    move = ("visit", "move", "R4036", "--at", "2026-11-25T15:00")
    checked = firm(*move, "--check")
    assert checked.marks == firm(*move).marks

    monkeypatch.setattr("dispatch.commands.declared.on_terminal", lambda: True)
    for answer in (False, True):
        monkeypatch.setattr("dispatch.commands.declared.agreed", lambda question, answer=answer: answer)
        said = firm(*move)
        assert (said.code == 0, "confirmed" in said.out) == (answer, True)


def test_what_was_told_is_taken_back_with_a_word_and_heard_of(firm: Dispatch) -> None:
    firm.ok("visit", "assign", "R4036", "--to", "Ana Ruiz", "--at", "2026-11-25T14:00")
    firm.ok("visit", "dispatch", "R4036")
    refused = firm("visit", "unassign", "R4036")
    assert refused.code != 0
    assert "Ana Ruiz has been told" in refused.err
    assert "--confirm" in refused.err
    shown = refused.marks
    assert shown == firm("visit", "unassign", "R4036", "--confirm").marks, "nothing is confirmed without its mark"
    assert "--confirm" in firm("visit", "move", "R4036", "--at", "2026-11-25T15:00").err
    firm.ok("visit", "pin", "R4036")
    stale = firm("visit", "unassign", "R4036", "--confirm", shown)
    assert (stale.code, "beside what was confirmed: Ana Ruiz has been told" in stale.err) == (1, True)
    firm.ok("visit", "unassign", "R4036", "--confirm", stale.marks)
    (login,) = (one["login"] for one in firm.json("staff", "list", "--json") if one["name"] == "Ana Ruiz")
    ana = ("--as", login)
    heard = json.loads(firm.ok("visit", "changes", "--json", *ana))
    assert [(one["reference"], one["about"]) for one in heard] == [("R4036", "taken_off")]
    assert "R4036" in firm.ok("visit", "changes", "--note", *ana)
    assert "Nothing was changed" in firm.ok("visit", "changes", *ana)


def test_backup_restore_and_doctor(firm: Dispatch, tmp_path: Path) -> None:
    copy, again = tmp_path / "copy.db", tmp_path / "again.db"
    assert "Head of the audit chain" in firm.ok("backup", str(copy))
    assert "is whole: the database and" in firm.ok("backup", "verify", str(copy))
    assert "one FILE is expected" in firm("backup", str(copy), "more").err
    (login,) = (one["login"] for one in firm.json("staff", "list", "--json") if one["name"] == "Ana Ruiz")
    for command in (("backup", str(tmp_path / "theirs.tar")), ("backup", "-"), ("sshd-config",), ("keys", "export")):
        refused = firm(*command, "--as", login)
        assert (refused.code, "may read" in refused.err) == (1, True), command
        assert "Match" not in refused.out
    assert not (tmp_path / "theirs.tar").exists()
    assert "is whole" in firm.ok("backup", "verify", str(copy), "--as", login), (
        "what they hold already they may look at"
    )
    firm.ok("client", "add", "--name", "Later Ltd")

    restored = Dispatch(again)
    restored.ok("restore", str(copy))
    assert "None." in restored.ok("client", "list", "later")
    over = restored("restore", str(copy))  # never over a file
    assert (over.code, "again.db" in over.err) == (1, True)
    found = json.loads(firm.ok("doctor", "--json"))
    assert all(one["good"] for one in found), found
    assert {one["subject"] for one in found} >= {"integrity", "audit chain", "clock", "free space"}
