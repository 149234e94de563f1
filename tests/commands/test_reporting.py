"""`dispatch report visit`: printed, or written to a file that only its owner reads."""

from __future__ import annotations

import json
import stat
import zipfile
from pathlib import Path

import pytest

from dispatch.desk.closeout import leaving
from tests.conftest import Dispatch
from tests.desk.conftest import Office


@pytest.fixture
def dispatch(office: Office) -> Dispatch:
    office.on_site()
    office.finish()
    leaving.close(office.ana, "R1")
    return Dispatch(office.store.path)


def test_it_is_printed_in_every_form(dispatch: Dispatch) -> None:
    plain = dispatch.ok("report", "visit", "R1", "--as", "ana")
    assert plain == dispatch.ok("report", "visit", "R1", "--plain", "--as", "ana")
    assert plain.startswith("Service report R1\nColumbus IT, Server patch\n")
    assert dispatch.ok("report", "visit", "R1", "--markdown", "--as", "ana").startswith(
        "# Service report R1\n\nColumbus IT"
    )
    assert dispatch.ok("report", "visit", "R1", "--html", "--as", "ana").startswith("<!DOCTYPE html>")
    assert json.loads(dispatch.ok("report", "visit", "R1", "--json", "--as", "ana"))["report"] == "visit"
    assert "166.63" not in plain
    assert "166.63" in dispatch.ok("report", "visit", "R1", "--with-charge", "--as", "lee")


def test_a_file_is_private_and_never_written_over_by_accident(dispatch: Dispatch, tmp_path: Path) -> None:
    path = tmp_path / "R1.html"
    words = ("report", "visit", "R1", "--out", str(path), "--as", "ana")

    assert dispatch.ok(*words).startswith("Service report R1: in ")
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    refused = dispatch(*words)
    assert refused.code == 1
    assert "--replace" in refused.err
    assert dispatch.ok(*words, "--replace", "--markdown")
    assert "# Service report R1" in path.read_text(encoding="utf-8")
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".R1")] == []


def test_what_cannot_be_reported_is_one_sentence(dispatch: Dispatch, tmp_path: Path) -> None:
    for words, said in (
        (("R2",), "R2 is requested: there is nothing to report"),
        (("R99",), "no visit R99"),
        (("R1", "--csv", "--table", "none"), "'none' is not one of visits, tests, used"),
        (("R1", "--html", "--table", "tests"), "--table: stands with --csv"),
        (("R1", "--out", str(tmp_path / "none" / "x.md")), "cannot be written"),
    ):
        refused = dispatch("report", "visit", *words, "--as", "lee")
        assert refused.code == 1
        assert said in refused.err
        assert refused.out == ""
    assert dispatch("report", "visit", "R1", "--plain", "--html").code == 2


def test_in_a_folder_it_has_a_name_that_says_whose_it_is_and_its_data_a_file_for_each_table(
    dispatch: Dispatch, tmp_path: Path
) -> None:
    words = ("report", "visit", "R1", "--out", str(tmp_path), "--as", "lee")
    assert "harbor-dental-report-r1.html" in dispatch.ok(*words)
    assert (tmp_path / "harbor-dental-report-r1.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert "--replace" in dispatch(*words).err
    dispatch.ok(*words, "--csv", "--with-charge")
    tables = {path.stem.removeprefix("harbor-dental-report-r1-"): path for path in tmp_path.glob("*.csv")}
    assert set(tables) == {"visits", "tests", "used", "charges", "charge_lines"}
    assert tables["charges"].read_text(encoding="utf-8").startswith("\ufeffreference,revision,status")
    packed = tmp_path / "R1.zip"
    dispatch.ok("report", "visit", "R1", "--out", str(packed), "--as", "lee")
    with zipfile.ZipFile(packed) as read:
        assert read.namelist() == [f"harbor-dental-report-r1-{name}.csv" for name in ("visits", "tests", "used")]
        assert read.read("harbor-dental-report-r1-visits.csv") == tables["visits"].read_bytes()
    one = dispatch.ok("report", "visit", "R1", "--csv", "--table", "tests", "--as", "lee")
    assert one.splitlines() == tables["tests"].read_text(encoding="utf-8-sig").splitlines()
