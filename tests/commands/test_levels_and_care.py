"""`dispatch levels`, `care`, and the deeds that move clocks, as somebody at a shell uses them."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest

from tests.conftest import Dispatch
from tests.worked import DATA, carried

CARRIED = "service-levels/cases.json"


@pytest.fixture
def agreed(firm: Dispatch) -> Dispatch:
    """The sample firm with a client that has promises of its own, from 2020 on, and a request of theirs."""
    firm.ok("client", "add", "--name", "Promised", "--computers", "20", "--servers", "1", "--contacts", "Jo Day; 555 1")
    firm.ok("site", "add", "--client", "Promised", "--name", "Office", "--place", "39.96, -82.99")
    firm.ok("agreement", "add", "--client", "Promised", "--name", "Care", "--kind", "tm", "--starts", "2020-01-01",
            "--set", "service.calendar=always", "--set", "service.targets.P1.onsite=120",
            "--set", "service.monthly_fee=450.00")  # fmt: skip
    firm.ok("visit", "add", "--client", "Promised", "--work", "Server down", "--minutes", "60", "--priority", "P1",
            "--reference", "Z1")  # fmt: skip
    return firm


def test_clocks_of_a_visit(agreed: Dispatch) -> None:
    found = agreed.json("levels", "Z1", "--json")
    assert [(one["clock"], one["target_min"], one["state"]) for one in found] == [
        ("phone", 30, "ok"), ("remote", 60, "ok"), ("onsite", 120, "ok"), ("resolution", 480, "ok"),
    ]  # fmt: skip
    assert all(one["due"] and not one["aim"] and one["cause"] is None for one in found)
    text = agreed.ok("levels", "Z1")
    assert "on site" in text
    assert "0m of 2h" in text
    listed = agreed.json("visit", "show", "Z1", "--json")["levels"]
    assert [one["clock"] for one in listed] == [one["clock"] for one in found]
    assert "Service levels" in agreed.ok("visit", "show", "Z1")


def test_all_running_clocks_the_least_time_left_first(agreed: Dispatch) -> None:
    found = agreed.json("levels", "--json")
    dues = [one["due"] for one in found if one["due"] is not None]
    assert dues == sorted(dues)
    assert {"reference", "client", "priority", "clock", "state"} <= set(found[0])
    assert "Z1" in agreed.ok("levels")


def test_deeds_that_move_clocks(agreed: Dispatch) -> None:
    assert "phone       met" in agreed.ok("visit", "responded", "Z1", "--by", "phone")
    said = agreed("visit", "responded", "Z1", "--by", "phone")
    assert (said.code, "noted for Z1 already" in said.err) == (1, True)
    assert "Taken back: answered by phone Z1" in agreed.ok("visit", "undo")
    assert "P3" in agreed.ok("visit", "priority", "Z1", "P3", "--reason", "it can wait")
    said = agreed("visit", "explain", "Z1", "phone", "--cause", "a busy line")
    assert (said.code, "nothing to explain" in said.err) == (1, True)


def test_hold_says_for_whom(agreed: Dispatch) -> None:
    assert "waiting for Jo Day (client)" in agreed.ok("visit", "hold", "Z1", "--reason", "a password")
    states = {one["clock"]: one["state"] for one in agreed.json("levels", "Z1", "--json")}
    assert states == {"phone": "ok", "remote": "ok", "onsite": "paused", "resolution": "paused"}
    due = {one["clock"]: one["due"] for one in agreed.json("levels", "Z1", "--json")}
    assert due["onsite"] is None
    agreed.ok("visit", "resume", "Z1")
    said = agreed.ok("visit", "hold", "Z1", "--reason", "a disk", "--for", "parts", "--whom", "the shop")
    assert "waiting for the shop (parts)" in said


def test_due_and_level_in_the_queue(agreed: Dispatch) -> None:
    queue = agreed.json("board", "--json")["unscheduled"]
    (own,) = [one for one in queue if one["reference"] == "Z1"]
    assert (own["level"], own["clock"]) == ("ok", "phone")
    assert own["due"] == agreed.json("levels", "Z1", "--json")[0]["due"]


def test_service_terms_round_trip_through_a_file(agreed: Dispatch, tmp_path: Path) -> None:
    path = tmp_path / "care.json"
    agreed.ok("agreement", "export", "Care", str(path))
    form = json.loads(path.read_text(encoding="utf-8"))
    assert form["service"] == {
        "targets": {"P1": {"onsite": 120}}, "calendar": {"always": True}, "monthly_fee": "450.00",
    }  # fmt: skip
    agreed.ok("agreement", "end", "Care", "--on", "2020-02-01")
    form["terms"] |= {"starts": "2020-03-01", "ends": None}
    form["name"] = "Care again"
    path.write_text(json.dumps(form), encoding="utf-8")
    agreed.ok("agreement", "import", str(path))
    again = agreed.json("agreement", "show", "Care again", "--json")
    assert again["service"] == form["service"]
    text = agreed.ok("agreement", "show", "Care again")
    assert "service.targets.P1.onsite" in text
    assert "always" in text


def test_edit_and_unset_of_service_terms(agreed: Dispatch) -> None:
    agreed.ok("agreement", "edit", "Care", "--set", "service.calendar=mon-fri 08:00-18:00", "--set", "service.proactive=true",
              "--unset", "service.targets.P1.onsite")  # fmt: skip
    service = agreed.json("agreement", "show", "Care", "--json")["service"]
    assert (service["proactive"], service["calendar"]["hours"]["mon"]) == (True, [["08:00", "18:00"]])
    assert service["targets"] == {"P1": {}}
    said = agreed(
        "agreement", "edit", "Care", "--set", "service.targets.P1.onsite=soon", "--set", "service.cadence_min=40"
    )
    assert said.code == 1
    assert "service.targets.P1.onsite: 'soon'" in said.err
    assert "service.cadence_min: 40" in said.err


def test_saving_warns_of_promises_that_cannot_be_kept(agreed: Dispatch) -> None:
    said = agreed.ok("agreement", "edit", "Care", "--set", "service.targets.P1.onsite=10")
    assert "warning: P1 on site within 10 min is shorter than the drive" in said


def test_firm_targets_and_thresholds_are_settings(agreed: Dispatch) -> None:
    agreed.ok("settings", "--targets-p1", "15 - 90 480 480", "--at-risk-pct", "50")
    assert agreed.json("settings", "--json")["targets_p1"] == "15 - 90 480 480"
    found = {one["clock"]: one["target_min"] for one in agreed.json("levels", "Z1", "--json")}
    assert found == {"phone": 15, "onsite": 120, "resolution": 480}
    said = agreed("settings", "--targets-p2", "1 2 3", "--critical-pct", "40")
    assert said.code == 1
    assert "such as 30 60 240 480 480" in said.err
    assert "below the share" in said.err


def test_a_clients_month(agreed: Dispatch) -> None:
    month = agreed.json(
        "levels", "--client", "Promised", "--month", agreed.json("board", "--json")["date"][:7], "--json"
    )
    assert (month["requests"], month["met_pct"], month["value_covered"]) == (1, None, "0.00")
    text = agreed.ok("levels", "--client", "Promised", "--month", month["month"])
    assert "1 request, nothing was promised" in text
    for words in (("--month", "2026-11"), ("Z1", "--client", "Promised"), ("--client", "Promised", "--month", "x")):
        assert agreed("levels", *words).code == 1


def test_clock_files_and_charge_files_are_told_apart(firm: Dispatch, tmp_path: Path) -> None:
    text = firm.ok("cases", str(DATA / CARRIED))
    assert "7 cases, all as expected" in text
    found = firm.json("cases", str(DATA / CARRIED), "--json")
    assert found[0] == {
        "id": "S01",
        "clock": {"elapsed_min": 30, "due": "2026-05-18T09:30+01:00", "state": "ok"},
        "differs": [],
    }
    cases = copy.deepcopy(carried(CARRIED))
    cases["cases"][0]["expected"]["state"] = "met"
    path = tmp_path / "cases.json"
    path.write_text(json.dumps(cases), encoding="utf-8")
    said = firm("cases", str(path))
    assert (said.code, "7 cases, 1 differ" in said.out) == (1, True)
    charges = DATA / "charges" / "cases.json"
    assert "sheet" in firm.json("cases", str(charges), "P01", "--json")[0]


def test_the_care_list_and_how_it_ends(agreed: Dispatch) -> None:
    found = agreed.json("care", "list", "--client", "Promised", "--json")
    keys = {one["rule"]: one["key"] for one in found}
    assert {"E1", "D8", "E2"} <= set(keys)
    assert [one["due"] for one in found] == sorted(one["due"] for one in found)
    assert "Promised" in agreed.ok("care", "list")
    agreed.ok("care", "done", keys["D8"], "--note", "met them")
    agreed.ok("care", "survey", "Promised", "--answered", "9", "--words", "fine")
    agreed.ok("care", "snooze", keys["E1"], "--until", "+7")
    rest = {one["rule"] for one in agreed.json("care", "list", "--client", "Promised", "--json")}
    assert not {"E1", "D8", "E2"} & rest
    waiting = agreed.json("care", "list", "--client", "Promised", "--all", "--json")
    assert [one["state"] for one in waiting if one["rule"] == "E1"] == ["snoozed"]
    agreed.ok("visit", "undo")
    agreed.ok("care", "decline", keys["E1"], "--reason", "they are moving")
    assert "Nothing is due." in agreed.ok("care", "list", "--client", "Promised")


def test_bad_input_to_care_is_said_and_changes_nothing(agreed: Dispatch) -> None:
    (key, *_) = [one["key"] for one in agreed.json("care", "list", "--client", "Promised", "--json")]
    for words in (
        ("done", "E9:1:nothing"),
        ("snooze", key, "--until", "2099-01-01"),
        ("snooze", key, "--until", "soon"),
        ("decline", key, "--reason", " "),
        ("survey", "Promised", "--answered", "11"),
        ("survey", "Nobody at all", "--sent"),
        ("gap", "Promised", "--what", "x", "--owner", "nobody", "--due", "tomorrow"),
    ):
        said = agreed("care", *words)
        assert said.code == 1, words
        assert said.err.startswith("dispatch: "), words
    assert agreed("care", "survey", "Promised").code == 2
    assert agreed.json("care", "list", "--client", "Promised", "--json")[0]["key"] == key


def test_offers_and_gaps_by_command(agreed: Dispatch) -> None:
    agreed.ok("care", "offer", "Promised", "--made", "--note", "by mail")
    agreed.ok("care", "offer", "Promised", "--declined", "too dear")
    agreed.ok("care", "gap", "Promised", "--what", "No spare switch", "--owner", "lee", "--due", "+14")
    (gap,) = [one for one in agreed.json("care", "list", "--client", "Promised", "--json") if ":gap." in one["key"]]
    shown = agreed.json("care", "show", gap["key"], "--json")
    assert (shown["what"], shown["figures"]) == ("No spare switch", None)
    assert "No spare switch" in agreed.ok("care", "show", gap["key"])


def test_a_prospect_is_kept_by_command(firm: Dispatch) -> None:
    firm.ok("client", "add", "--name", "Maybe", "--kind", "prospect", "--unhappy-since", "2026-01-01")
    (item,) = firm.json("care", "list", "--client", "Maybe", "--json")
    assert (item["rule"], item["what"]) == ("E6", "propose an audit")
    assert "unhappy with the present provider since 2026-01-01" in firm.ok("client", "show", "Maybe")


def test_a_review_is_booked_and_its_page_is_named(agreed: Dispatch) -> None:
    keys = {one["rule"]: one["key"] for one in agreed.json("care", "list", "--client", "Promised", "--json")}
    assert agreed("care", "book", keys["E1"]).code == 1
    said = agreed.ok("care", "book", keys["D8"], "--on", "+3", "--minutes", "45")
    assert "dispatch report quarter --client Promised --quarter 20" in said
    reference = said.partition(" ")[0]
    visit = agreed.json("visit", "show", reference, "--json")
    assert (visit["kind"], visit["work"]) == ("review", "Review with the client")
    (waits,) = [
        one for one in agreed.json("care", "list", "--client", "Promised", "--all", "--json") if one["rule"] == "D8"
    ]
    assert (waits["state"], waits["visit"]) == ("planned", reference)
    report = agreed.json("report", "quarter", "--client", "Promised", "--json")
    assert {"Beside the time before", "Gaps, and who sees to them"} <= {one["title"] for one in report["sections"]}


def test_scores_are_counted(agreed: Dispatch) -> None:
    agreed.ok("care", "survey", "Promised", "--answered", "4", "--words", "late")
    found = agreed.json("care", "scores", "--json")
    assert found["clients"] == [
        {"client": "Promised", "mean": "4.0", "answers": 1, "low": 1, "few": True, "signed_off": 0, "satisfied": 0}
    ]
    assert "4.0 of 10 (1 answer, 1 of them 6 or less, too few to say much)" in agreed.ok("care", "scores")
    assert agreed("care", "survey", "Promised", "--answered", "4", "--anonymous").code == 1
