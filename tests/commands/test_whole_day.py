"""The whole day by command: from nothing to a charged visit in the log."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Dispatch
from tests.quick import first_of

SAMPLE = Path(__file__).parents[2] / "dispatch" / "sample"


def test_import_gives_the_whole_week(firm: Dispatch) -> None:
    visits = firm.json("visit", "list", "--json")

    assert len(visits) == 106


def test_board_shows_what_is_wanted_on_the_day(firm: Dispatch) -> None:
    board = firm.json("board", "--date", "2026-11-24", "--json")

    wanted = [visit for visit in board["unscheduled"] if visit["date"] == "2026-11-24"]
    assert len(wanted) == 25
    assert [row["name"] for row in board["technicians"]] == [
        "Ana Ruiz", "Ben Okafor", "Cleo Marsh", "Dev Patel", "Eva Lind", "Finn Boyle",
    ]  # fmt: skip
    assert {visit["overdue"] for visit in board["unscheduled"] if visit["date"] == "2026-11-23"} == {True}


def test_unknown_place_is_never_zero_minutes(firm: Dispatch) -> None:
    board = firm.json("board", "--date", "2026-11-24", "--json")
    nowhere = next(visit for visit in board["unscheduled"] if not visit["located"])

    refused = firm("visit", "assign", nowhere["reference"], "--to", "Ana Ruiz", "--at", "2026-11-24T09:00")

    assert refused.code == 1
    assert "coordinates" in refused.err
    assert "place unknown" in firm("board", "--date", "2026-11-24", "--plain").out


def test_day_from_placing_to_charge(firm: Dispatch) -> None:
    """R4028: a server patch for Violet Dental, which has an agreement; tags server and restart."""
    firm.ok("visit", "assign", "R4028", "--to", "Cleo Marsh", "--at", "2026-11-24T14:00")
    firm.ok("visit", "dispatch", "R4028")
    day = firm.json("day", "--technician", "Cleo Marsh", "--date", "2026-11-24", "--json")
    (stop,) = day["technician"]["visits"]
    assert stop["reference"] == "R4028"
    assert stop["leg"]["provenance"] == "estimated"
    assert stop["leg"]["minutes"] > 0

    firm.ok("visit", "depart", "R4028")
    firm.ok("visit", "arrive", "R4028", "--early-not-agreed")
    refused = firm("visit", "close", "R4028")
    assert refused.code == 3
    for missing in ("A1", "A2", "A3", "W1.1", "W2", "T1", "T2", "T3", "L1", "L2", "L3", "L5"):
        assert missing in refused.err

    walk_through(firm, "R4028")
    firm.ok("visit", "close", "R4028")

    (came,) = firm.json("visit", "show", "R4028", "--json")["technicians"]
    log = firm.json("log", "--date", came["checked_in"][:10], "--json")  # whatever day the machine has
    (line,) = log["visits"]
    assert line["state"] == "closed"
    assert line["checked_in"]
    assert line["tests_passed"] == line["tests_required"] > 0
    assert line["charge_status"] in ("ready", "review")
    assert float(line["total"]) > 0
    shown = firm.ok("visit", "show", "R4028")
    assert "Up to the minimum of a visit, Cleo Marsh" in shown
    assert "J. Lowe, satisfied" in shown


def test_work_after_the_tests_closes_the_gate_again(firm: Dispatch) -> None:
    firm.ok("visit", "assign", "R4028", "--to", "Cleo Marsh", "--at", "2026-11-24T14:00")
    firm.ok("visit", "arrive", "R4028", "--early-not-agreed")
    walk_through(firm, "R4028")

    firm.ok("visit", "work", "R4028", "one more driver replaced on the server")

    refused = firm("visit", "close", "R4028")
    assert refused.code == 3
    missing = {one["gate"] for one in firm.json("visit", "show", "R4028", "--json")["missing"]}
    assert missing == {"G4", "G8"}
    assert "G4" not in refused.err


def test_undo_and_redo_across_runs(firm: Dispatch) -> None:
    firm.ok("visit", "assign", "R4028", "--to", "Cleo Marsh", "--at", "2026-11-24T14:00")
    firm.ok("visit", "move", "R4028", "--at", "2026-11-24T14:30")

    firm.ok("visit", "undo")
    assert firm.json("visit", "show", "R4028", "--json")["start"] == "2026-11-24T14:00:00-05:00"
    firm.ok("visit", "undo")
    assert firm.json("visit", "show", "R4028", "--json")["state"] == "requested"
    firm.ok("visit", "redo")
    firm.ok("visit", "redo")
    assert firm.json("visit", "show", "R4028", "--json")["start"] == "2026-11-24T14:30:00-05:00"
    assert firm("visit", "redo").code == 1


def test_added_visit_is_taken_back(firm: Dispatch) -> None:
    added = firm.json(
        "visit", "add", "--client", "Harbor Dental", "--work", "Scanner offline", "--minutes", "30", "--date",
        "2026-11-24", "--json",
    )  # fmt: skip
    firm.ok("visit", "undo")

    assert added["reference"] not in {visit["reference"] for visit in firm.json("visit", "list", "--json")}
    firm.ok("visit", "redo")
    assert added["reference"] in {visit["reference"] for visit in firm.json("visit", "list", "--json")}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("visit", "show", "R9999"), "no visit"),
        (("visit", "assign", "R4028", "--to", "Nobody", "--at", "2026-11-24T14:00"), "no technician"),
        (("visit", "assign", "R4028", "--to", "Cleo Marsh", "--at", "24/11/2026"), "2026-11-24"),
        (("visit", "close", "R4028"), "requested"),
        (("visit", "list", "--state", "asleep"), "states are"),
        (("board", "--plain", "--date", "someday"), "2026-11-24"),
        (("--as", "nobody", "visit", "undo"), "nobody"),
    ],
)
def test_mistakes_get_one_clear_sentence(firm: Dispatch, words: tuple[str, ...], said: str) -> None:
    if words[0] == "--as":
        words = (*words[2:], *words[:2])
    refused = firm(*words)

    assert refused.code == 1
    assert said.casefold() in refused.err.casefold()
    assert "Traceback" not in refused.err


def test_technician_closes_own_visits_only(firm: Dispatch) -> None:
    firm.ok("visit", "assign", "R4028", "--to", "Cleo Marsh", "--at", "2026-11-24T14:00")

    refused = firm("visit", "arrive", "R4028", "--as", "ana")

    assert refused.code == 1
    assert "Cleo Marsh" in refused.err
    firm.ok("visit", "arrive", "R4028", "--as", "cleo", "--early-not-agreed")
    assert firm("visit", "assign", "R4029", "--to", "Ben Okafor", "--at", "2026-11-24T10:00", "--as", "cleo").code == 1


def walk_through(firm: Dispatch, reference: str) -> None:
    """Record a good result on every required item, the sign-off last."""
    page = firm.json("visit", "show", reference, "--json")
    for item in page["checklist"]:
        ref, kind = item["item"], item["kind"]
        if not item["required"] or kind == "sign_off":
            continue
        if ref == "W2":
            firm.ok("visit", "work", reference, "patched and restarted the server")
        elif ref == "L1":
            firm.ok("visit", "record", reference, ref, "--answer", "Nothing")
        elif bounds := [probe for probe in item["probes"] if probe["kind"] == "value"]:
            value = bounds[0].get("least") or bounds[0]["most"]
            firm.ok("visit", "record", reference, ref, "--value", value, "--evidence", "read at the console")
        elif kind == "test":
            firm.ok("visit", "record", reference, ref, "--pass", "--evidence", f"{ref} seen working at the desk")
        elif kind == "ask":
            firm.ok("visit", "record", reference, ref, "--answer", "agreed with J. Lowe at reception")
        else:
            words = ("--evidence", "nothing was found to write down") if "finding" in item["label"] else ()
            firm.ok("visit", "record", reference, ref, "--done", *words)
    firm.ok("visit", "sign-off", reference, "--name", "J. Lowe", "--satisfied", "yes", "--words", "all good")


@first_of(
    "kind, tag, template",
    [
        ("maintenance", "server", "Maintenance"),
        ("audit", "", "IT audit"),
        ("review", "", "Review with the client"),
        ("visit", "workstation", "New workstation"),
        ("visit", "network", "Network and firewall"),
        ("visit", "leaver", "Someone leaves"),
    ],
    quick=2,
)
def test_each_checklist_that_the_program_brings_is_walked_through(
    firm: Dispatch, kind: str, tag: str, template: str
) -> None:
    """design/close-out.md C5b, G1, G2: what it asks for keeps the visit open, and a whole visit settles it."""
    added = firm.json(
        *("visit", "add", "--client", "Violet Dental", "--work", "As agreed", "--kind", kind, "--minutes", "60"),
        *(("--tag", tag) if tag else ()),
        "--json",
    )["reference"]
    assert firm.json("visit", "show", added, "--json")["checklist_template"]["name"] == template
    firm.ok("visit", "assign", added, "--to", "Cleo Marsh", "--at", "2026-11-24T14:00")
    firm.ok("visit", "dispatch", added)
    firm.ok("visit", "arrive", added, "--early-not-agreed")
    page = firm.json("visit", "show", added, "--json")["checklist"]
    refused = firm("visit", "close", added)
    assert refused.code == 3
    for item in page:
        assert (item["item"] in refused.err) is item["required"], item
    if any(item["item"] == "T7" and item["probes"] for item in page):
        firm.ok("visit", "record", added, "T7", "--value", "4 %", "--evidence", "read at the console")
        assert "below 15 %" in firm.ok("visit", "show", added)
    walk_through(firm, added)
    firm.ok("visit", "close", added)


def test_json_is_ascii(firm: Dispatch) -> None:
    assert firm.ok("visit", "list", "--json").isascii()
    json.loads(firm.ok("board", "--json"))


def test_a_check_that_finds_a_blocked_position_exits_1(firm: Dispatch) -> None:
    good = firm("visit", "assign", "R4028", "--to", "Cleo Marsh", "--at", "2026-11-24T14:00", "--check")
    blocked = firm("visit", "assign", "R4028", "--to", "Cleo Marsh", "--at", "2026-11-24T03:00", "--check")

    assert good.code == 0
    assert blocked.code == 1
    assert "\nblocked\n" in blocked.out
    assert firm.json("visit", "show", "R4028", "--json")["start"] is None


def test_a_length_is_typed_as_people_say_it(firm: Dispatch) -> None:
    added = firm.json(
        "visit",
        "add",
        "--client",
        "Violet Dental",
        "--work",
        "new screen",
        "--minutes",
        "1h30",
        "--date",
        "next tue",
        "--json",
    )
    assert (added["minutes"], added["date"]) == (90, "2026-12-01")
    assert firm.json("visit", "edit", added["reference"], "--minutes", "2 hours", "--json")["minutes"] == 120

    refused = firm("visit", "add", "--client", "Violet Dental", "--work", "new screen", "--minutes", "soon")
    assert refused.code == 1
    assert "minutes: 'soon' is not a length of time such as 45, 45m, 1h30 or 2 hours" in refused.err
