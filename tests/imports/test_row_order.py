"""Rows of one file that come after one another, in any order."""

from __future__ import annotations

from collections.abc import Mapping

from db import visits
from db.store import existing
from tests.imports.conftest import Desk, faults, verdicts

HEADER = "reference,client,site,work,minutes,after,after_minutes\n"


def rows(after: Mapping[str, str], minutes: str = "45") -> str:
    """A file of requests by reference, each with what it comes after."""
    gap = {True: "30", False: ""}
    return HEADER + "".join(
        f"{reference},Harbor Dental,Main office,Cable,{minutes},{before},{gap[bool(before)]}\n"
        for reference, before in after.items()
    )


def comes_after(desk: Desk, reference: str) -> str:
    return existing(visits.visit_by_reference(desk.store, reference)).after


def test_rows_come_after_one_another_in_any_order(desk: Desk) -> None:
    report = desk.take("visits", rows({"C": "B", "B": "a", "A": "", "D": "A"}))
    assert verdicts(report) == ["new"] * 4
    assert {key: comes_after(desk, key) for key in "ABCD"} == {"A": "", "B": "A", "C": "B", "D": "A"}
    assert verdicts(desk.take("visits", rows({"C": "B", "B": "A", "A": "", "D": "A"}))) == ["unchanged"] * 4


def test_a_visit_that_was_there_comes_after_a_new_row(desk: Desk) -> None:
    desk.take("visits", rows({"A": ""}))
    assert verdicts(desk.take("visits", rows({"A": "N", "N": ""}), update=True)) == ["updated", "new"]
    assert comes_after(desk, "A") == "N"


def test_a_long_chain_backwards_is_written_from_its_beginning(desk: Desk) -> None:
    chain = {f"V{number}": f"V{number - 1}" if number else "" for number in range(1200, -1, -1)}
    assert set(verdicts(desk.take("visits", rows(chain)))) == {"new"}
    assert comes_after(desk, "V1200") == "V1199"


def test_every_row_of_a_circle_is_refused_by_name(desk: Desk) -> None:
    report = desk.take("visits", rows({"A": "C", "B": "A", "C": "B", "D": "C", "E": "E", "F": ""}), accept_good=True)
    said = {line.reference: [fault.expected for fault in line.faults] for line in report.rows}
    assert said == {
        "A": ["comes after it itself"],
        "B": ["comes after it itself"],
        "C": ["comes after it itself"],
        "D": ["row 4 of this file is refused"],
        "E": ["comes after it itself"],
        "F": [],
    }
    assert [fault[1:] for fault in faults(report)][:1] == [("after", "comes after it itself")]
    assert desk.count("visit") == 1


def test_a_circle_with_what_was_there_before_is_refused(desk: Desk) -> None:
    desk.take("visits", rows({"A": "", "B": "A"}))
    report = desk.take("visits", rows({"A": "N", "N": "B"}), update=True)
    assert verdicts(report) == ["refused", "refused"]
    assert desk.count("visit") == 2


def test_what_comes_after_a_refused_row_is_refused_with_it(desk: Desk) -> None:
    text = rows({"C": "B", "B": "A"}) + "A,Nobody,Main office,Cable,45,,\nD,Harbor Dental,Main office,Cable,45,,\n"
    report = desk.take("visits", text, accept_good=True)
    assert [(line.reference, line.verdict.value) for line in report.rows] == [
        ("C", "refused"), ("B", "refused"), ("A", "refused"), ("D", "new"),
    ]  # fmt: skip
    assert "row 4 of this file is refused" in [fault.expected for fault in report.rows[1].faults]
