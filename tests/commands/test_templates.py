"""`dispatch template …`."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.conftest import Dispatch


def test_a_template_from_its_beginning_to_the_visit(firm: Dispatch) -> None:
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
    assert list(listed) == ["On-site visit", "Server visit", "Short"]
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
    assert json.loads(firm.ok("template", "export", "short")) == json.loads(path.read_text(encoding="utf-8"))[1]
    assert firm.ok("template", "import", str(path)).split() == ["On-site", "visit:", "unchanged", "Short:", "unchanged"]

    form = json.loads(path.read_text(encoding="utf-8"))
    form[1]["items"][0]["text"] = "Agreed?"
    path.write_text(json.dumps(form), encoding="utf-8")
    assert "--update" in firm.ok("template", "import", str(path))
    assert "Short: updated" in firm.ok("template", "import", str(path), "--update")
    assert firm.json("template", "import", str(path), "--json")["counts"]["unchanged"] == 2

    form[1]["items"][0]["override"] = True
    path.write_text(json.dumps(form), encoding="utf-8")
    refused = firm("template", "import", str(path), "--update")
    assert refused.code == 1
    assert "A1 override: nobody can override it" in refused.err
    path.write_text("[1, 2]", encoding="utf-8")
    assert "is not a template" in firm("template", "import", str(path)).err


def test_the_example_of_the_page_can_be_imported(firm: Dispatch, tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "templates.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    path = tmp_path / "example.json"
    path.write_text(example, encoding="utf-8")
    assert firm.ok("template", "import", str(path)).split() == ["Server", "visit:", "new"]
    assert firm.json("template", "export", "server") == json.loads(example)
