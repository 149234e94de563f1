"""Each demand of docs/design/demands.md on a new firm that a stranger began by commands alone: by its command, and by its keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from db.store import Store
from dispatch.desk.session.user import log_in
from tests.prepared import copied, made_once
from tests.screens.test_beside import shown
from tests.screens.test_screens import opened, press, until_true
from tests.stranger import Stranger, begun
from tests.surface import commands
from tests.wall import WALL

PAGE = Path(__file__).parents[2] / "docs" / "design" / "demands.md"
Shown = Callable[[Stranger], None]
BY_COMMAND: dict[int, Shown] = {}
KEYS, COMMAND = 4, 5
"""The columns of the page."""
SIGNS = {"$": "dollar_sign"}
FIRST, EMERGENCY, AUDIT, NEXT = "R1001", "R1002", "R1003", "R1004"


@pytest.fixture
def firm(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Stranger:
    """The firm that is made once, on the Tuesday morning."""
    typist = Stranger(copied(made_once(tmp_path_factory, "stranger.db", begun), tmp_path / "firm.db"))
    typist.at("2026-11-24T08:00")
    return typist


def demand(number: int) -> Callable[[Shown], Shown]:
    def keep(shown: Shown) -> Shown:
        BY_COMMAND[number] = shown
        return shown

    return keep


def says(text: str, *words: str) -> None:
    """The text says each of these, however it is broken into lines."""
    flat = " ".join(text.split())
    for word in words:
        assert word in flat, f"{word!r} is not in:\n{text}"


@demand(1)
def _completed(firm: Stranger) -> None:
    """Nobody leaves while something that was asked for is open; a lead may, and somebody comes back."""
    reference = firm.asked("Elm Bakery", "the scanner")
    firm.arrived(reference)
    firm.worked(reference, but="W1")
    refused = firm.dispatch("visit", "close", reference, "--as", "ana")
    assert refused.code == 3
    says(refused.err, "cannot be closed yet", "W1")
    assert firm.dispatch("visit", "leave", reference, "--reason", "the part is missing", "--as", "ana").code != 0
    says(
        firm("lee", "visit", "leave", reference, "--reason", "the part is missing", "--follow-up", "tomorrow"), "follow"
    )


@demand(2)
def _room(firm: Stranger) -> None:
    """Between two stops there are the drive and 15 minutes; less is asked about."""
    first, second = firm.asked("Elm Bakery", "scanner"), firm.asked("Harbor Dental", "printer")
    firm("dana", "visit", "assign", first, "--to", "ana", "--at", "09:00")
    places = firm.dispatch.json("candidates", second, "--json", "--as", "dana")["candidates"]
    assert places
    close = firm.dispatch("visit", "assign", second, "--to", "ana", "--at", "10:10", "--as", "dana")
    assert close.code != 0
    says(close.err, "only 4 of the 15 min buffer left", "--confirm")


@demand(3)
def _call_ahead(firm: Stranger) -> None:
    """Who runs over pushes the next: whom to call, in that order, with the new time."""
    first, second = (
        firm.asked("Elm Bakery", "scanner"),
        firm.asked("Harbor Dental", "printer", "--from", "09:30", "--to", "10:30"),
    )
    firm("dana", "visit", "assign", second, "--to", "ana", "--at", "09:45")
    firm("dana", "visit", "dispatch", second)
    firm.arrived(first)
    firm.at("2026-11-24T10:00")
    says(firm("dana", "late"), "Harbor Dental", "Jane Lowe", "+1 614 555 0100")
    says(firm("dana", "call", second, "--promised", "11:00"), "11:00")
    says(firm("dana", "late"), "Nobody has to be called")


@demand(4)
def _never_rushed(firm: Stranger) -> None:
    """Plans fill a part of a shift only, and staying longer is nobody's fault."""
    firm("lee", "technician", "edit", "ana", "--cap", "85")
    assert firm.dispatch.json("technician", "show", "ana", "--json", "--as", "lee")["cap"] == "85"


@demand(5)
def _anything_else(firm: Stranger) -> None:
    """It is asked, and each thing that is named has an outcome before anybody goes."""
    reference = firm.asked("Elm Bakery", "the scanner")
    firm.arrived(reference)
    firm.worked(reference)
    firm("ana", "visit", "ask", reference, "the label printer too")
    says(firm.dispatch("visit", "close", reference, "--as", "ana").err, "label printer")


@demand(6)
def _tested(firm: Stranger) -> None:
    """Tests with evidence, and fifteen minutes for them in what is planned."""
    seen = firm.dispatch.json("visit", "show", FIRST, "--json", "--as", "lee")
    tests = [item for item in seen["checklist"] if item["kind"] == "test" and item["required"]]
    assert tests
    assert all(item["attempts"][-1]["result"] == "pass" for item in tests)
    assert seen["minutes"] == 45
    assert (seen["start"][11:16], seen["end"][11:16]) == ("09:05", "10:05"), "45 minutes and 15 for tests"


@demand(7)
def _who_starts_finishes(firm: Stranger) -> None:
    """What follows is for the same technician."""
    reference = firm.asked("Elm Bakery", "the scanner")
    firm.arrived(reference)
    firm("lee", "visit", "leave", reference, "--reason", "the part is missing", "--follow-up", "tomorrow")
    (follow_up,) = firm.dispatch.json("visit", "show", reference, "--json", "--as", "lee")["follow_ups"]
    after = firm.dispatch.json("visit", "show", follow_up, "--json", "--as", "lee")
    assert after["preferred_technician"] == "Ana Ruiz"


@demand(8)
def _in_their_words(firm: Stranger) -> None:
    """What they say is wrong and what was agreed stand in the report."""
    says(firm("lee", "report", "visit", FIRST), "the printer does not print", "J. Lowe")


@demand(9)
def _received(firm: Stranger) -> None:
    """By hand, in one line, from a file, by mail."""
    assert firm.asked("Elm Bakery", "by hand")
    says(firm("dana", "visit", "quick", "elm printer jam 45m tomorrow"), "Elm Bakery")
    file = firm.dispatch.db.with_name("visits.csv")
    file.write_text("reference,client,site,work,minutes\nF1,Elm Bakery,Main office,from a file,30\n")
    says(firm("dana", "import", "visits", str(file)), "1")
    firm("dana", "inbox", "list")


@demand(10)
def _tracked(firm: Stranger) -> None:
    """Where it stands, all that happened, found by a word, and the audit."""
    says(firm("lee", "visit", "show", FIRST), "closed")
    says(firm("lee", "visit", "history", FIRST), "Ana Ruiz")
    says(firm("lee", "find", "printer"), FIRST)
    says(firm("lee", "audit", "verify"), "chain")


@demand(11)
def _bandwidth(firm: Stranger) -> None:
    """Whoever promises more than there are hours for is told so; weeks ahead by skill."""
    warned = firm.dispatch(
        "agreement", "add", "--client", "Elm Bakery", "--name", "Fast", "--kind", "tm", "--starts", "today",
        "--set", "service.targets.P1.onsite=10", "--as", "lee",
    )  # fmt: skip
    says(warned.out + warned.err, "10 min")
    assert firm.dispatch.json("care", "skills", "--json", "--as", "lee")["skills"]


@demand(12)
def _reported(firm: Stranger) -> None:
    """The report of a visit and of a month, for the client."""
    assert "<html" in firm("lee", "report", "visit", FIRST, "--html")
    says(firm("lee", "report", "month", "--client", "Harbor Dental", "--month", "2026-10"), FIRST)


@demand(13)
def _reviewed(firm: Stranger) -> None:
    """A review is due every quarter, is booked as a visit, and has its paper."""
    listed = firm.dispatch.json("care", "list", "--client", "Harbor Dental", "--json", "--as", "lee")
    (due,) = [one["key"] for one in listed if one["what"] == "review with the client"]
    says(firm("lee", "care", "book", due), "dispatch report quarter --client 'Harbor Dental'")
    says(
        firm("lee", "report", "quarter", "--client", "Harbor Dental", "--quarter", "2026-Q4"),
        "BESIDE THE TIME BEFORE", "VISITS AS AGREED", "HOW SATISFIED YOU ARE", "Review with the client",
    )  # fmt: skip


@demand(14)
def _improved(firm: Stranger) -> None:
    """What is found has an owner and a day, and becomes work that is offered."""
    firm(
        "lee",
        "care",
        "gap",
        "Harbor Dental",
        "--what",
        "no battery behind the server",
        "--owner",
        "lee",
        "--due",
        "+14",
    )
    firm(
        "lee",
        "proposal",
        "new",
        "Harbor Dental",
        "--work",
        "gap/1; a cut stops all; 60; 400",
        "--work",
        "NAS/warranty; ; 30; 120",
    )
    firm("lee", "proposal", "send", "1", "--by-hand")
    said = firm("lee", "proposal", "accept", "1", "--by", "Jane Lowe")
    says(said, "asks for the work: no battery behind the server", "asks for the work: Renew it")


@demand(15)
def _committed(firm: Stranger) -> None:
    """Four clocks of a promise, met or missed, and why."""
    figures = firm("lee", "levels", "--client", "Harbor Dental", "--month", "2026-10")
    says(figures, "phone", "remote", "on site", "resolution", "met")


@demand(16)
def _satisfied(firm: Stranger) -> None:
    """Sign-offs and surveys, read as a score."""
    firm("lee", "care", "survey", "Harbor Dental", "--answered", "9", "--words", "quick")
    says(firm("lee", "care", "scores"), "Harbor Dental", "Ana Ruiz")


@demand(17)
def _worth_it(firm: Stranger) -> None:
    """What was covered, and the last 90 days under each plan."""
    says(firm("lee", "levels", "--client", "Harbor Dental", "--month", "2026-10"), "value covered: 100.00 USD")
    figures = firm.dispatch.json("care", "show", f"E4:2:{EMERGENCY}", "--json", "--as", "lee")["figures"]
    assert [plan["name"] for plan in figures["plans"]] == ["Small", "Sweet spot", "Big"]
    said = firm("lee", "report", "quarter", "--client", "Harbor Dental", "--quarter", "2026-Q4")
    says(said, "WHAT YOUR AGREEMENT SAVED", "VALUE GIVEN", "October to December 2026 July to September 2026 Difference")


@demand(18)
def _rate_card(firm: Stranger) -> None:
    """Standard prices beside those of the plans, on one page."""
    says(firm("lee", "report", "rates"), "Without an agreement Small Sweet spot Big", "120.00 USD 95.00 USD 90.00 USD")


@demand(19)
def _benefits(firm: Stranger) -> None:
    """Half a dozen at least of the middle plan, written out from its terms."""
    text = firm("lee", "report", "rates", "--plan", "Sweet spot")
    benefits = re.findall(r"^  - (.+)$", text[text.index("SWEET SPOT") :], re.MULTILINE)
    assert len(benefits) >= 6
    says(text, "Two visits a month", "No charge for travel")


@demand(20)
def _audit_to_proposal(firm: Stranger) -> None:
    """The findings of an audit stand in the proposal, with risk and price."""
    firm("lee", "proposal", "new", "Fir Freight", "--visit", AUDIT, "--plan", "Small")
    says(firm("lee", "proposal", "paper", "1"), "a fire takes both", "300.00 USD", "Signature")


@demand(21)
def _offered_in_time(firm: Stranger) -> None:
    """After an emergency, after an audit, to who is unhappy elsewhere: on their dates, and begun from there."""
    firm("lee", "client", "add", "--name", "Oak Dental", "--kind", "prospect", "--unhappy-since", "2026-11-20")
    due = {one["rule"]: one for one in firm.dispatch.json("care", "list", "--json", "--as", "lee")}
    assert [due[rule]["due"] for rule in ("E4", "E5", "E6")] == ["2026-11-24", "2026-11-27", "2026-12-08"]
    says(firm("lee", "proposal", "begin", due["E5"]["key"], "--plan", "Small"), "backups are kept in the same room")
    says(firm("lee", "proposal", "begin", due["E6"]["key"], "--price", "500"), "500.00 USD")


@demand(22)
def _travel(firm: Stranger) -> None:
    """The sheet says the drive and the least, line by line."""
    says(firm("lee", "charge", AUDIT), "Distance", "30 included", "minimum 60 min")


@demand(23)
def _ways_to_pay(firm: Stranger) -> None:
    """A visit, a fee and a block that was sold, in one invoice."""
    firm(
        "lee",
        "agreement",
        "add",
        "--client",
        "Elm Bakery",
        "--name",
        "Hours",
        "--kind",
        "block_hours",
        "--starts",
        "today",
    )
    firm("lee", "agreement", "block", "Hours", "--id", "first", "--size", "600", "--price", "950", "--bought", "today")
    says(firm("lee", "invoice", "preview", "--client", "Elm Bakery"), "950.00")
    says(firm("lee", "invoice", "preview", "--client", "Harbor Dental"), "900.00")


@demand(24)
def _plans(firm: Stranger) -> None:
    """A few hundred, 800 to 1,000, 2,500 a month."""
    says(firm("lee", "service-plan", "list"), "300.00 a month", "900.00 a month", "2500.00 a month")


@demand(25)
def _twice_a_month(firm: Stranger) -> None:
    """As often as the agreement promises; what is missing is due."""
    waiting = firm.dispatch.json("visit", "list", "--state", "requested", "--json", "--as", "lee")
    days = [one["date"][:7] for one in waiting if one["client"] == "Harbor Dental"]
    assert days.count("2026-12") == 2
    says(firm("lee", "care", "list", "--client", "Harbor Dental"), "a visit on site")


@demand(26)
def _asked(firm: Stranger) -> None:
    """In the window before the end, by mail, with a line for each number."""
    due = {one["rule"]: one for one in firm.dispatch.json("care", "list", "--json", "--as", "lee")}
    assert due["E2"]["due"] == "2026-11-01"
    firm(
        "lee", "settings", "--messages-by", "smtp", "--mail-host", "mail.firm.example", "--mail-from", "us@firm.example"
    )
    firm("lee", "settings", "--survey-dates", "yes")
    says(firm("lee", "care", "list"), "by itself")
    firm("lee", "care", "survey", "Harbor Dental", "--send")
    says(firm("lee", "outbox", "list"), "survey", "jane@harbor.example")


@demand(27)
def _renewed(firm: Stranger) -> None:
    """A successor is looked at before it is one."""
    words = ("agreement", "renew", "Sweet spot")
    asked = firm.dispatch(*words, "--as", "lee")
    assert asked.code != 0
    firm("lee", *words, "--confirm", asked.marks)
    starts = [one["terms"]["starts"] for one in firm.dispatch.json("agreement", "list", "--json", "--as", "lee")]
    assert "2027-01-01" in starts


@demand(28)
def _skills(firm: Stranger) -> None:
    """Hours wanted beside those of who has the skill."""
    says(firm("lee", "care", "skills"), "network: 45m wanted", "one holder")


@demand(29)
def _well_suited(firm: Stranger) -> None:
    """Clients of the size come first."""
    listed = firm("lee", "client", "list", "--suited")
    says(listed, "Harbor Dental", "Fir Freight")
    assert "Elm Bakery" not in listed


@demand(30)
def _revenue(firm: Stranger) -> None:
    """Fees, visits and blocks of a client's year in one figure."""
    says(firm("lee", "report", "margin", "--period", "2026"), "Harbor Dental 9,900.00 USD")


@demand(31)
def _promised_benefits(firm: Stranger) -> None:
    """What is promised is what the clocks and the sheet obey."""
    says(firm("lee", "report", "rates", "--plan", "Sweet spot"), "Answered by phone within", "% off labour")
    says(firm("lee", "charge", FIRST), "agreement price")
    assert "E8" in {one["rule"] for one in firm.dispatch.json("care", "list", "--json", "--as", "lee")}


def _on_site(firm: Stranger) -> None:
    firm.arrived(firm.asked("Elm Bakery", "the scanner"))


def _asked_for(firm: Stranger) -> None:
    firm.asked("Harbor Dental", "the scanner")


def _one_placed(firm: Stranger) -> None:
    firm("dana", "visit", "assign", firm.asked("Elm Bakery", "the scanner"), "--to", "ana", "--at", "09:00")
    firm("dana", "visit", "assign", firm.asked("Elm Bakery", "the printer"), "--to", "ben", "--at", "08:15")
    _asked_for(firm)


def _late(firm: Stranger) -> None:
    second = firm.asked("Harbor Dental", "printer")
    firm("dana", "visit", "assign", second, "--to", "ana", "--at", "09:45")
    firm("dana", "visit", "dispatch", second)
    _on_site(firm)
    firm.at("2026-11-24T10:00")


class Seen(NamedTuple):
    """What stands on the screen once the keys of the page are pressed, and what was done before."""

    words: tuple[str, ...]
    before: Shown | None = None


PLACES = {
    "my day": ("ana", "day"),
    "the board": ("dana", "board"),
    "the board, a lead": ("lee", "board"),
    "the log": ("lee", "log"),
    "the book": ("lee", "book"),
}
"""Where the keys of the page begin: who sits there, and the mode of the program."""
BY_KEYS = {
    1: Seen(("Not ready to close", "the scanner: say that it is done, or why not"), _on_site),
    2: Seen(("Ana Ruiz 10:25 feasible", "Ben Okafor 09:40 feasible"), _one_placed),
    3: Seen(("1 to call", "+1 614 555 0100", "expects us 09:45, Ana Ruiz comes at"), _late),
    4: Seen(("on site since", "not ready to leave"), _on_site),
    5: Seen(("Not ready to close", "the label printer: say that it is done, or why not"), _on_site),
    6: Seen(("TEST", "Works: mail"), _on_site),
    7: Seen(("the scanner incomplete", "p report"), _on_site),
    8: Seen(("What is wrong, in the client's words", "Walked through what was done against what was agreed"), _on_site),
    9: Seen(("1 unscheduled", "printer jam")),
    10: Seen(("assign · visit R1003", "record · visit R1003")),
    11: Seen(("45m wanted, 306h there",)),
    12: Seen(("Which report", "for the review with the client")),
    13: Seen(("The review with Harbor Dental", "Minutes 60")),
    14: Seen(("Draft (1)", "work: Warranty of NAS")),
    15: Seen(("ok: phone",), _asked_for),
    16: Seen(("3/3 satisfied", "Ana Ruiz")),
    17: Seen(("under “Sweet spot”", "more")),
    18: Seen(("The rate card", "For which client")),
    19: Seen(("Discount on labour, %", "Premiums waived in", "Done unasked")),
    20: Seen(("Draft (1): 300.00 USD a month, 300.00 USD once", "finding R1003/1")),
    21: Seen(("Proposals to Fir Freight", "Draft (1): 300.00 USD once", "after R1003")),
    22: Seen(("Distance", "30 included", "minimum 60 min")),
    23: Seen(("967.50 USD", "1 fee")),
    24: Seen(("300.00 a month", "900.00 a month", "2500.00 a month")),
    25: Seen(("a visit on site",)),
    26: Seen(("Survey of Harbor Dental", "send it by mail")),
    27: Seen(("Sweet spot 2027, Harbor Dental", "not saved", "first day 2027-01-01")),
    28: Seen(("One holder", "network")),
    29: Seen(("Harbor Dental", "well suited")),
    30: Seen(("Harbor Dental 900.00 USD", "Fees 900.00 USD, Visits")),
    31: Seen(("premiums waived in", "no emergency premium")),
}


@pytest.mark.parametrize("number", sorted(BY_KEYS))
async def test_demand_by_keys(firm: Stranger, number: int) -> None:
    """The keys are those of the page."""
    seen = BY_KEYS[number]
    if seen.before is not None:
        seen.before(firm)
    place, _, keys = rows()[number][KEYS].partition(":")
    login, mode = PLACES[place]
    with Store.open(firm.dispatch.db, clock=WALL) as store:
        async with opened(log_in(store, login), mode) as pilot:
            for key, words in re.findall(r"`([^`]+)`|\*([^*]+)\*", keys):
                await press(pilot, *(words or [SIGNS.get(key, key)]))

            def there() -> bool:
                flat = " ".join(shown(pilot).replace("│", " ").split())
                return all(word in flat for word in seen.words)

            await until_true(pilot, there)


@pytest.mark.parametrize("number", sorted(BY_COMMAND))
def test_demand_by_command(firm: Stranger, number: int) -> None:
    BY_COMMAND[number](firm)


def rows() -> Mapping[int, list[str]]:
    """The rows of the page, by their number."""
    lines = [
        line.strip("|").split("|") for line in PAGE.read_text(encoding="utf-8").splitlines() if re.match(r"\| \d", line)
    ]
    return {int(line[0]): [cell.strip() for cell in line] for line in lines}


def test_every_demand_is_on_the_page_and_shown_by_a_command() -> None:
    assert list(rows()) == list(range(1, 32)) == sorted(BY_COMMAND) == sorted(BY_KEYS)
    known = commands()
    for number, row in rows().items():
        named = re.findall(r"`dispatch ([^`]+)`", row[COMMAND])
        assert named, number
        for command in named:
            words, dash, option = command.partition(" --")
            assert words in known, f"{number}: dispatch {words}"
            assert not dash or f"--{option}" in known[words], f"{number}: dispatch {command}"
