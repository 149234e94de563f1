"""`dispatch template …`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tests.conftest import Dispatch


def test_a_template_from_its_beginning_to_the_visit(firm: Dispatch) -> None:
    firm.ok("template", "archive", "Server work")
    firm.ok(
        *("template", "add", "--name", "Server visit", "--tags", "server", "--take-out", "T5", "--move", "T7:T2"),
        *(
            "--set",
            "T7.text=Event log shows nothing new",
            "--set",
            "T7.targets=monitoring",
            "--set",
            "T7.evidence=executed",
            "--set",
            "t2.na=no",
        ),
    )
    assert "version 2" in firm.ok("template", "edit", "Server", "--set", "A2.text=In their words")
    assert "as it was: version 2" in firm.ok("template", "edit", "Server", "--set", "A2.text=In their words")
    listed = {one["name"]: one for one in firm.json("template", "list", "--json")}
    assert {"On-site visit", "Server visit", "Short"} < set(listed)
    assert "Server work" not in listed
    assert (listed["Server visit"]["version"], listed["Server visit"]["tags"]) == (2, ["server"])

    shown = firm.json("template", "show", "server", "--json")
    assert [item["id"] for item in shown["items"]][5:9] == ["T1", "T7", "T2", "T3"]
    first = firm.json("template", "show", "server", "--version", "1", "--json")
    assert first["items"][1]["text"] != shown["items"][1]["text"] == "In their words"
    assert "T7   Event log shows nothing new" in firm.ok("template", "show", "server")
    assert [one["version"] for one in firm.json("template", "history", "server", "--json")] == [2, 1]
    assert "Lee Moreau" in firm.ok("template", "history", "server")

    would = firm.json("template", "preview", "--client", "Violet", "--tag", "server", "--json")
    assert (would["template"], would["why"], would["others"]) == (
        "Server visit",
        "it names tag server",
        ["On-site visit"],
    )
    assert {item["id"]: item["evidence"] for item in would["items"] if item["evidence"]} == {"T7": "executed"}
    assert "no other template serves it" in firm.ok("template", "preview")
    firm.ok(
        "visit",
        "add",
        "--client",
        "Violet Dental",
        "--work",
        "Patch",
        "--tag",
        "server",
        "--reference",
        "R9",
        "--minutes",
        "30",
    )
    visit = firm.json("visit", "show", "R9", "--json")
    assert visit["checklist_template"] == {"name": "Server visit", "version": 2, "why": "it names tag server"}
    assert "checklist: Server visit, version 2; it names tag server" in firm.ok("visit", "show", "R9")

    assert "version 3" in firm.ok("template", "restore", "server", "--version", "1")
    firm.ok("template", "archive", "server")
    assert firm("template", "show", "server").code == 1
    assert firm("template", "show", "Short", "--version", "9").code == 1


def test_what_cannot_be_is_said_at_once(firm: Dispatch) -> None:
    refused = firm(
        *("template", "edit", "Short", "--set", "T7.when=moon", "--set", "L1.na=yes", "--set", "A1.colour=red"),
        *("--take-out", "L2", "--move", "A1:L1", "--kinds", "party"),
    )
    assert refused.code == 1
    for part in ("T7 when:", "L1 na:", "A1.colour", "L2: every template", "A1: stands with", "kinds:"):
        assert part in refused.err, part
    assert firm("template", "edit", "Short", "--name", "On-site visit").code == 1
    assert firm("template", "edit", "Short", "--name", "Brief", "--as", "ana").code == 1
    assert firm("template", "preview", "--client", "Nobody").code == 1


def test_export_and_import(firm: Dispatch, tmp_path: Path) -> None:
    path = tmp_path / "all.json"
    firm.ok("template", "export", "--file", str(path))
    assert firm("template", "export", "--file", str(path)).code == 1
    assert json.loads(firm.ok("template", "export", "short")) == _short(json.loads(path.read_text(encoding="utf-8")))
    every = len(json.loads(path.read_text(encoding="utf-8")))
    assert firm.ok("template", "import", str(path)).count(": unchanged") == every

    form = json.loads(path.read_text(encoding="utf-8"))
    _short(form)["items"][0]["text"] = "Agreed?"
    path.write_text(json.dumps(form), encoding="utf-8")
    assert "--update" in firm.ok("template", "import", str(path))
    assert "Short: updated" in firm.ok("template", "import", str(path), "--update")
    assert firm.json("template", "import", str(path), "--json")["counts"]["unchanged"] == every

    _short(form)["items"][0]["override"] = True
    path.write_text(json.dumps(form), encoding="utf-8")
    refused = firm("template", "import", str(path), "--update")
    assert refused.code == 1
    assert "A1 override: nobody can override it" in refused.err
    path.write_text("[1, 2]", encoding="utf-8")
    assert "is not a template" in firm("template", "import", str(path)).err


def _short(forms: list[dict[str, Any]]) -> dict[str, Any]:
    return next(form for form in forms if form["name"] == "Short")


def test_the_example_of_the_page_can_be_imported(firm: Dispatch, tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "templates.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    path = tmp_path / "example.json"
    path.write_text(example, encoding="utf-8")
    assert firm.ok("template", "import", str(path)).split() == ["Server", "visit:", "new"]
    assert firm.json("template", "export", "server visit") == json.loads(example)


def test_a_firm_begins_with_what_the_program_brings_and_takes_again_what_it_put_away(firm: Dispatch) -> None:
    """design/close-out.md C5b: shipped, applied by kind and tags, editable."""
    brought = firm.json("template", "shipped", "--json")
    assert {one["verdict"] for one in brought} == {"unchanged"}
    assert [one["name"] for one in brought] == sorted(one["name"] for one in brought)
    for kind, tag, name in (
        ("maintenance", "", "Maintenance"),
        ("audit", "", "IT audit"),
        ("review", "", "Review with the client"),
        ("visit", "workstation", "New workstation"),
        ("visit", "server", "Server work"),
        ("visit", "network", "Network and firewall"),
        ("visit", "leaver", "Someone leaves"),
        ("visit", "restart", "On-site visit"),
    ):
        would = firm.json("template", "preview", "--kind", kind, *(("--tag", tag) if tag else ()), "--json")
        assert would["template"] == name
    for tags in (("network", "server"), ("workstation", "server")):
        both = firm.json(
            "template", "preview", "--kind", "visit", *(part for tag in tags for part in ("--tag", tag)), "--json"
        )
        assert {"T2", "T3", "T6"} <= {item["id"] for item in both["items"]}, (
            "a server is restarted whatever else is done"
        )
    firm.ok("template", "edit", "Someone leaves", "--take-out", "W7")
    firm.ok("template", "archive", "Server work")
    told = {one["name"]: one for one in firm.json("template", "shipped", "--json")}
    assert told["Server work"]["verdict"] == "new"
    assert told["Someone leaves"]["verdict"] == "differs"
    assert "not taken" in firm.ok("template", "shipped")
    assert "with other words" in firm("template", "take", "someone leaves", "server work").err
    assert firm("template", "take", "Nothing such").code == 1
    assert "Taken: Server work." in firm.ok("template", "take")
    assert "nothing to take" in firm.ok("template", "take")
    firm.ok("visit", "undo")
    told = {one["name"]: one["verdict"] for one in firm.json("template", "shipped", "--json")}
    assert told["Server work"] == "new"
    firm.ok("template", "add", "--name", "Racks", "--tags", "server", "--kinds", "visit")
    assert "Racks serves just these visits already" in firm("template", "take", "server work").err
    assert "nothing to take" in firm.ok("template", "take")


def test_a_value_that_an_item_asks_for_is_within_its_bounds_or_fails(firm: Dispatch) -> None:
    firm.ok("template", "edit", "Maintenance", "--set", "T7.bounds=unit=%; least=20")
    shown = firm.json("template", "show", "maintenance", "--json")
    assert next(item for item in shown["items"] if item["id"] == "T7")["bounds"] == "unit=%; least=20"
    assert "a value within unit=%; least=20" in firm.ok("template", "show", "maintenance")
    firm.ok("template", "edit", "Maintenance", "--set", "T9.bounds=unit=days; rise=40")
    assert "unit=days; rise=40" in firm.ok("template", "show", "maintenance")
    for bounds, why in (
        ("unit=%", "least or most is missing"),
        ("least=much", "numbers such as 24 or 0.5"),
        ("least=9; most=3", "is above most"),
        ("colour=red; least=1", "value takes fall, least, most, rise, unit"),
    ):
        assert why in firm("template", "edit", "Maintenance", "--set", f"T7.bounds={bounds}").err
    assert "name it in targets" in firm("template", "edit", "Maintenance", "--set", "T10.bounds=least=1").err
    assert "only a test has one" in firm("template", "edit", "Maintenance", "--set", "W2.bounds=least=1").err
