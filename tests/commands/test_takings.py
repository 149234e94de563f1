"""`dispatch day --take`, `--done` and `--hand-in`."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.conftest import Dispatch
from tests.prepared import copied


def test_a_day_is_taken_along_done_and_handed_in(day_of_sample: Path, tmp_path: Path) -> None:
    firm = Dispatch(copied(day_of_sample, tmp_path / "firm.db"))
    logins = {person["name"]: person["login"] for person in firm.json("staff", "list", "--as", "lee", "--json")}
    ahead = [
        (logins[row["name"]], visit)
        for row in firm.json("board", "--as", "lee", "--json")["technicians"]
        for visit in row["visits"]
        if visit["state"] in ("planned", "confirmed", "dispatched")
    ]
    login, visit = ahead[0]
    reference, other = visit["reference"], tmp_path / "today.db"
    said = firm.json("day", "--take", str(other), "--as", login, "--json")
    assert reference in said["visits"]
    assert (said["file"], said["date"]) == (str(other), "2026-11-24")
    assert firm("day", "--take", str(other), "--as", login).code == 1, "it is there"
    laptop = Dispatch(other)
    assert reference in laptop.ok("day", "--plain")
    for shown in ("show", "history", "file"):
        assert reference in laptop.ok("visit", shown, reference) or shown == "file"
        elsewhere = laptop("visit", shown, reference, "--as", "lee")
        assert elsewhere.code == 1
        assert "took this along, and nobody else" in elsewhere.err
    laptop.ok("visit", "depart", reference)
    refused = laptop("visit", "unassign", reference)
    assert refused.code == 1
    document = tmp_path / "done.jsonl"
    laptop.ok("day", "--done", str(document))
    assert document.stat().st_mode & 0o777 == 0o600
    assert firm.json("visit", "show", reference, "--as", "lee", "--json")["state"] != "en_route"
    handed = firm.json("day", "--hand-in", str(document), "--as", login, "--json")
    assert handed == {
        "visits": [
            {"reference": reference, "client": visit["client"], "state": "en_route", "done": 1, "refused": [], "unmet": [],
             "not_in": None}
        ],
        "known": 0,
        "moved_seconds": 0,
    }  # fmt: skip
    assert "handed in before (1 deed)" in firm.ok("day", "--hand-in", str(other), "--as", login)
    assert firm.json("visit", "show", reference, "--as", "lee", "--json")["state"] == "en_route"


def test_what_is_no_such_file_is_refused(firm: Dispatch, tmp_path: Path) -> None:
    shutil.copy(firm.db, tmp_path / "other.db")
    for name, why in (
        (str(tmp_path / "other.db"), "no database that was taken along"),
        (str(tmp_path / "none"), "cannot be read"),
        (__file__, "no document"),
    ):
        said = firm("day", "--hand-in", name)
        assert said.code == 1
        assert why in said.err
    assert (
        "no visit that is still to be done" in firm("day", "--take", str(tmp_path / "x.db"), "--date", "2031-01-01").err
    )
