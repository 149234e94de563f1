"""The lead's review by command, from the log to the invoices."""

from __future__ import annotations

import csv
import datetime
import io
import json
import stat
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from db.store import Store
from dispatch.commands.line import run
from dispatch.desk.review import reviewing
from dispatch.model.money import to_minor
from tests.conftest import Dispatch
from tests.prepared import copied
from tests.wall import WALL


@pytest.fixture
def day(day_of_sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dispatch:
    """A copy of it, with its lead at the keyboard."""
    monkeypatch.setattr("getpass.getuser", lambda: "lee")
    return Dispatch(copied(day_of_sample, tmp_path / "firm.db"))


def references(log: Any) -> list[str]:
    return [visit["reference"] for visit in log["visits"]]


def test_the_one_visit_of_the_week_whose_test_was_waived_and_why(day: Dispatch) -> None:
    log = day.json("log", "--week", "--only", "waived", "--json")
    (visit,) = log["visits"]
    assert [one for one in visit["exceptions"] if one["exception"] == "waived"] == [
        {
            "exception": "waived",
            "item": "T1",
            "text": "“The problem no longer occurs, tried the…” waived by Lee Moreau: the provider is down, nothing we can test "
            "today",
        }
    ]
    said = day.ok("log", "--week", "--only", "waived")
    assert "! “The problem no longer occurs, tried the…” waived by Lee Moreau: the provider is down" in said
    assert "1 visit · 1 ended · 1 exception" in said
    history = day.ok("visit", "history", visit["reference"])
    assert "! “The problem no longer occurs, tried the…” waived by Lee Moreau" in history.splitlines()[1]


def test_an_exception_means_the_same_wherever_it_is_said(day: Dispatch) -> None:
    log = day.json("log", "--week", "--json")
    of_log = {visit["reference"]: visit["exceptions"] for visit in log["visits"]}
    with Store.open(day.db, clock=WALL) as store:
        judged = {one: reviewing.judge(store, one) for one, own in of_log.items()}
    for visit in log["visits"]:
        if not visit["elsewhere"]:
            said = [one.text for one in judged[visit["reference"]].exceptions]
            assert [one["text"] for one in visit["exceptions"]] == said, visit["reference"]
            assert visit["clean"] is (judged[visit["reference"]].clean and visit["review"] == "to_review")
    reported = []
    for date in ("2026-11-23", "2026-11-24"):
        rows = day.json("report", "day", "--date", date, "--json")["tables"]["exceptions"]
        reported += [(row["reference"], row["exception"], row["text"]) for row in rows]
    every = [(one, each["exception"], each["text"]) for one, own in of_log.items() for each in own]
    assert sorted(reported) == sorted(every)
    counted = {row["reason"]: row["visits"] for row in log["reasons"] if row["exception"]}
    assert counted == Counter(kind for one, own in of_log.items() for kind in {each["exception"] for each in own})
    waiting = day.json("review", "list", "--json")
    assert waiting["clean"] == [visit["reference"] for visit in log["visits"] if visit["clean"]]


def test_the_log_is_searched_filtered_and_sorted(day: Dispatch) -> None:
    all_of_it = day.json("log", "--json")
    assert references(day.json("log", "--search", "provider dow", "--json")) == ["R4031"]
    assert references(day.json("log", "--search", '" OR *', "--json")) == []
    nets = [float(visit["net"] or -1) for visit in day.json("log", "--sort", "charge", "--reverse", "--json")["visits"]]
    assert nets == sorted(nets, reverse=True)
    ana = day.json("log", "--technician", "ana", "--json")
    assert {tuple(visit["technicians"]) for visit in ana["visits"]} == {("Ana Ruiz",)}
    exceptions = day.json("log", "--exceptions", "--json")
    assert all(visit["exceptions"] for visit in exceptions["visits"])
    assert 0 < len(exceptions["visits"]) < len(all_of_it["visits"])
    several = day.json("log", "--date", "2026-11-23", "--to", "2026-11-24", "--json")
    assert (several["date"], several["last"]) == ("2026-11-23", "2026-11-24")
    assert set(references(all_of_it)) < set(references(several))


def test_everything_wrong_is_said_at_once(day: Dispatch) -> None:
    said = day("log", "--sort", "colour", "--only", "pretty", "--date", "2026-11-24", "--to", "2026-11-20")
    assert said.code == 1
    for word in ("colour", "pretty", "is before"):
        assert word in said.err


def test_review_from_list_to_invoice(day: Dispatch, tmp_path: Path) -> None:
    waits = day.json("review", "list", "--json")
    assert waits["exceptions"][0]["reference"] == "R4031", "the gravest first"
    clean = waits["clean"]
    assert "Would be approved" in day.ok("review", "batch")
    assert day.json("invoice", "list", "--json")["ready"] == [], "nothing was approved by looking"
    unseen = day("review", "batch", "--yes")
    assert (unseen.code, "the revision that you saw" in unseen.err) == (1, True)
    assert day("review", "batch", clean[0], "--yes").out.startswith(f"not approved: {clean[0]} its charge is ")
    seen = unseen.out.splitlines()[-1].partition(": ")[2].split(". --yes")[0].split()
    assert f"Approved ({len(clean)})" in day.ok("review", "batch", *seen, "--yes")
    refused = day("review", "batch", "R4031@1", "--yes")
    assert refused.code == 1
    assert "not approved: R4031" in refused.out
    assert "needs --reason" in day.ok("review", "approve", "R4031", "--check")
    assert day("review", "approve", "R4031", "--revision", "1").code == 1, "without a reason"
    why = ("--reason", "the provider confirmed it")
    assert "`--revision 1`" in day("review", "approve", "R4031", *why).err
    day.ok("review", "approve", "R4031", "--revision", "1", *why)
    ready = day.json("invoice", "list", "--json")["ready"]
    assert sorted(ready) == sorted([*clean, "R4031"])
    assert day.json("log", "--review", "exported", "--all", "--json")["visits"] == []
    invoiced(day, tmp_path)
    assert day.json("log", "--review", "exported", "--all", "--json")["visits"]


def invoiced(day: Dispatch, tmp_path: Path) -> None:
    """From what is approved to what the bookkeeper has."""
    told = day.ok("invoice", "preview", "--until", "2026-11-24")
    assert day("invoice", "issue", "--until", "2026-11-24").code == 1, "unseen"
    kept_back = {one["client"] for one in day.json("invoice", "preview", "--json") if not one["ready"]}
    assert kept_back == set()
    day.ok(*told.splitlines()[-1].split()[1:])
    issued = day.json("invoice", "list", "--json")
    assert issued["ready"] == []
    numbers = [one["number"] for one in issued["invoices"]]
    assert numbers == [f"2026-{place:04d}" for place in range(len(numbers), 0, -1)]
    assert day("invoice", "preview").out == "Nothing is to be invoiced.\n"

    assert day.ok("invoice", "void", numbers[0], "--reason", "the wrong day").startswith(f"{numbers[0]} is void")
    assert day("invoice", "print", numbers[1]).out.startswith(f"Invoice {numbers[1]}")
    assert day("invoice", "show", "2026-9999").code == 1
    out = tmp_path / "invoices.csv"
    out.write_text("mine")
    assert "Nothing was marked" in day("invoice", "export", "--out", str(out)).err
    assert out.read_text() == "mine"
    assert "Nothing was marked" in day("invoice", "export", "--out", str(tmp_path / "no" / "b.csv")).err
    day.ok("invoice", "export", "--out", str(out), "--replace")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8-sig"))))
    assert {row["invoice"] for row in rows} == {*numbers[1:]}
    for row in rows:
        if row["rule"] != "TAX":
            exact = Fraction(row["quantity"]) * Fraction(row["unit_price"])
            assert to_minor(exact, 2) == Fraction(row["amount"]) * 100
    assert day("invoice", "export").code == 1, "each goes out once"
    assert day.ok("invoice", "export", *numbers[:0:-1]).encode("utf-8-sig") == out.read_bytes()
    whole = json.loads(day.ok("invoice", "export", numbers[-1], "--json"))
    assert whole[0]["number"] == numbers[-1]
    assert "was exported: credit it" in day("invoice", "void", numbers[-1], "--reason", "a slip").err
    words = ("invoice", "credit", numbers[-1], "--reason", "charged by mistake", "--again")
    shown = day.ok(*words, "--check")
    assert shown.startswith("Credit note, preview")
    assert "To be invoiced again then: " in shown
    mark = shown.splitlines()[-1].partition("--shown ")[2].split()[0]
    assert "is not what was shown" in day(*words, "--shown", "000000").err
    assert "is still to come" in day(*words, "--date", "2030-01-01").err
    credited = day.ok(*words, "--shown", mark, "--date", "today")
    assert f"it corrects {numbers[-1]}" in credited
    assert day("invoice", "credit", numbers[-1], "--line", "x", "--reason", "a slip").code == 1
    assert day("invoice", "export", "--again", "9").code == 1


def test_sent_back_answered_and_put_right(day: Dispatch, monkeypatch: pytest.MonkeyPatch) -> None:
    day.ok("review", "send-back", "R4039", "--comment", "which UPS was it?")
    assert day("review", "approve", "R4039").code == 1
    monkeypatch.setattr("getpass.getuser", lambda: "eva")
    assert "which UPS was it?" in day.ok("review", "comments")
    day.ok("review", "words", "R4039", "W2", "the UPS in rack two was swapped", "--reason", "named the rack")
    day.ok("review", "answer", "R4039")
    assert "No visit of yours" in day.ok("review", "comments")
    assert day("review", "approve", "R4039").code == 1, "a technician does not approve"
    monkeypatch.setattr("getpass.getuser", lambda: "lee")
    history = day.json("visit", "history", "R4039", "--json")
    (fix,) = history["word_corrections"]
    assert (fix["item"], fix["is"]) == ("W2", "the UPS in rack two was swapped")
    assert history["comments"][0]["answered_by"] == "Eva Lind"
    assert history["drives"][0]["minutes"] is not None
    assert all(event["from"] for event in history["events"])
    assert references(day.json("log", "--search", "rack two", "--json")) == ["R4039"]


def test_without_fts5_it_is_said_and_found_all_the_same(day: Dispatch, monkeypatch: pytest.MonkeyPatch) -> None:
    from db import search

    monkeypatch.setattr(search, "possible", lambda: False)
    said = day.ok("log", "--search", "provider dow")
    assert "R4031" in said
    assert "This SQLite has no FTS5" in said
    assert "slower than an index" in day("doctor").out


def test_a_log_that_is_narrowed_opens_no_screen(day: Dispatch) -> None:
    assert run(["log", "--exceptions", "--db", str(day.db)]) == 0


def test_what_was_shown_is_what_is_done(day: Dispatch) -> None:
    shown = day.ok("review", "batch").splitlines()[-1].partition(": ")[2].split(". --yes")[0].split()
    reference, _, revision = shown[0].partition("@")
    change = ("charge", reference, "--goodwill", "labour=1%", "--reason", "a late start")
    assert day.ok(*change, "--check").strip()
    day.ok(*change)
    assert "its charge changed" in day("review", "approve", reference, "--revision", revision).err
    refused = day("review", "batch", *shown, "--yes")
    assert f"not approved: {reference} " in refused.out
    assert "its charge changed: it is" in refused.out
    day.ok("review", "approve", reference, "--revision", str(int(revision) + 1))
    exactly = day.ok("invoice", "preview").splitlines()[-1].split()[1:]
    day.ok("charge", reference, "--correct", "--reason", "again")
    assert "is not what was shown" in day(*exactly).err
    told = day.ok("review", "approve", reference, "--check").splitlines()[-1]
    assert day.ok(*told.split()[1:]).startswith(f"{reference} is approved")
    day.ok(*exactly)  # the same sum for the same work again
    refused = day("visit", "mark", reference, "own_fault", "--from", "12:00", "--to", "12:05", "--reason", "our slip")
    assert (refused.code, "has been exported" in refused.err) == (1, True)


def test_a_charge_before_and_after(day: Dispatch) -> None:
    reference = day.json("review", "list", "--json")["clean"][0]
    before = day.json("charge", reference, "--json")["sheet"]["total"]
    told = day.ok("charge", reference, "--travel", "500", "--reason", "far", "--check").splitlines()
    assert any(line.startswith("+ Travel, as agreed") for line in told)
    assert told[-1].startswith(f"total: {before} → ")
    assert told[-1].endswith((" more", " less")), "the difference is said too"
    assert day.json("charge", reference, "--json")["sheet"]["total"] == before


def test_a_correction_says_what_it_changes_in_money(day: Dispatch) -> None:
    reference = "R4024"  # the last of its technician's day
    before = Decimal(day.json("charge", reference, "--json")["sheet"]["total"])
    left = datetime.datetime.fromisoformat(
        day.json("visit", "history", reference, "--json")["drives"][0]["checked_out"]
    )
    right = ("visit", "correct", reference, "leaving", "--at", (left + datetime.timedelta(hours=1)).isoformat())
    last = day.ok(*right, "--reason", "stayed for the backup", "--check").splitlines()[-1]
    answer = day.ok(*right, "--reason", "stayed for the backup").splitlines()[-1]
    after = Decimal(day.json("charge", reference, "--json")["sheet"]["total"])
    assert after > before
    assert last == f"total: {before} → {after} USD, {after - before} more"
    assert answer == f"  The charge is {after} USD now, {after - before} more than before."


def test_a_visit_is_placed_only_as_it_was_shown(day: Dispatch) -> None:
    reference = next(one["reference"] for one in day.json("board", "--json")["unscheduled"])
    place = ("visit", "assign", reference, "--to", "Ana Ruiz", "--at", "2026-11-27T09:00", "--as", "dana")
    assert "Version 1 of the visit" in day(*place, "--check").out
    day.ok("visit", "edit", reference, "--minutes", "45", "--as", "dana")
    refused = day(*place, "--version", "1")
    assert (refused.code, "changed the visit" in refused.err) == (1, True)
    assert day.json("visit", "show", reference, "--json")["version"] == 2
