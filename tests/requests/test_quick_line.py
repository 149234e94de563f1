"""A request in one line: what each word is taken for, and that no word is lost."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.desk.quick.reading import complete, told, understand
from dispatch.desk.quick.words import Names
from tests.conftest import Dispatch

TODAY = datetime.date(2026, 11, 24)
"""A Tuesday."""
KNOWN = Names(
    clients={
        "Harbor Dental": ("Main office", "Warehouse", "Annex"),
        "Harbor Bank": ("HQ",),
        "Lark & Co": ("Shop",),
        "Northside Clinic": ("Clinic",),
        "3M": ("Plant",),
        "A/B Testing": ("Lab",),
        "Acme Law": ("Office",),
        "Nowhere Ltd": (),
    },
    technicians=(("Ana Ruiz", "ana"), ("Ben Okafor", "ben"), ("Bea Anand", "bea")),
    skills=frozenset({"server", "network"}),
)


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "acme printer jam 45m tomorrow 9-11 p2 +server #restart",
            {"client": "Acme Law", "site": "Office", "work": "printer jam", "minutes": 45, "day": day("2026-11-25"),
             "window": ("09:00", "11:00"), "priority": 2, "skills": ("server",), "tags": ("restart",), "problems": ()},
        ),
        ("harbor dental/ware disk 1h", {"client": "Harbor Dental", "site": "Warehouse", "work": "disk"}),
        ("har den / main office disk 1h", {"client": "Harbor Dental", "site": "Main office", "work": "disk"}),
        ("harbor dental @annex disk 1h", {"site": "Annex", "work": "disk"}),
        ("harbor d disk 1h", {"client": "Harbor Dental", "work": "disk"}),
        ("HARBOR B disk 1h", {"client": "Harbor Bank", "site": "HQ", "work": "disk"}),
        ("lark & co cable 1h", {"client": "Lark & Co", "work": "cable"}),
        ("lark 3M 1h", {"client": "Lark & Co", "minutes": 3, "work": "1h"}),
        ("3m cable 1h", {"client": "3M", "work": "cable", "minutes": 60}),
        ("a/b testing rig 1h", {"client": "A/B Testing", "site": "Lab", "work": "rig"}),
        ("clinic rig 1h", {"client": "Northside Clinic", "work": "rig"}),
        ("printer jam at acme 30m", {"client": "Acme Law", "work": "printer jam"}),
        ("acme phone dead 1h by phone by Jane Lowe", {"work": "phone dead", "came_by": "phone", "reported_by": "Jane Lowe"}),
        ("acme fan loud 1h seen on site", {"work": "fan loud", "came_by": "site"}),
        ("acme backup red 1h By us", {"work": "backup red", "came_by": "ours"}),
        ("acme by e-mail nothing arrives 1h", {"work": "nothing arrives", "came_by": "mail"}),
        ("acme mail is slow 1h", {"work": "mail is slow", "came_by": ""}),
        ("acme ups swap 90 min thu 2-4pm ! ~ana by Jane Lowe",
         {"minutes": 90, "day": day("2026-11-26"), "window": ("14:00", "16:00"), "emergency": True, "priority": 1,
          "preferred": "Ana Ruiz", "reported_by": "Jane Lowe", "work": "ups swap", "problems": ()}),
        ("acme emergency p2 down 1h", {"emergency": True, "priority": 2, "work": "down"}),
        ("acme swap 1h30 24 nov", {"minutes": 90, "day": TODAY}),
        ("acme swap 1.5h 23 nov", {"minutes": 90, "day": day("2027-11-23")}),
        ("acme swap 2 hours nov 30 2026", {"minutes": 120, "day": day("2026-11-30")}),
        ("acme swap 1h next tue 9-11", {"day": day("2026-12-01"), "window": ("09:00", "11:00"), "work": "swap"}),
        ("acme swap disk in 3 days 1h", {"day": day("2026-11-27"), "work": "swap disk", "minutes": 60}),
        ("acme swap disk in rack 2 1h", {"day": None, "work": "swap disk in rack 2"}),
        ("acme swap 1h 29 feb", {"day": day("2028-02-29")}),
        ("acme swap 1h 31 feb", {"day": None, "work": "swap 31 feb"}),
        ("acme swap 1h 2026-12-01", {"day": day("2026-12-01")}),
        ("acme swap 1h thu 9:00 AM - 11:00 am", {"window": ("09:00", "11:00"), "work": "swap"}),
        ("acme swap 1h thu 2 p.m. - 4 pm", {"window": ("14:00", "16:00"), "work": "swap"}),
        ("acme swap 1h 3 amber lights", {"window": None, "work": "swap 3 amber lights"}),
        ("acme swap 1h 31.12. 9-11", {"day": day("2026-12-31"), "window": ("09:00", "11:00"), "work": "swap"}),
        ("acme swap 1h 12/31/2026", {"day": day("2026-12-31"), "work": "swap"}),
        ("acme windows 11.5 24/7 1h", {"day": None, "work": "windows 11.5 24/7", "problems": ()}),
        ("acme swap 1h 3.4.", {"day": None, "work": "swap",
                              "problems": ("day: “3.4.” has two readings: write 3 apr or 4 mar",)}),
        ("acme swap 1h +1", {"day": day("2026-11-25")}),
        ("acme swap 1h thurs 09:00-11:30", {"day": day("2026-11-26"), "window": ("09:00", "11:30")}),
        ("acme swap 1h today 8 - 10", {"window": ("08:00", "10:00"), "work": "swap"}),
        ("acme swap 1h today 11-1pm", {"window": ("11:00", "13:00")}),
        ("acme swap 1h today 10pm-1am", {"window": ("22:00", "01:00")}),
        ("acme swap 1h today 22:00-00:30", {"window": ("22:00", "00:30")}),
        ("acme swap 1h today 20-24", {"window": ("20:00", "24:00")}),
        ("acme open ports 80-443 1h", {"window": None, "work": "open ports 80-443"}),
        ("acme down since 14:00 1h today", {"window": None, "work": "down since 14:00", "problems": ()}),
        ('acme "10-11 tue" upgrade 1h', {"window": None, "day": None, "work": "10-11 tue upgrade"}),
        ('acme 24" screen 1h', {"work": '24" screen'}),
        ("acme rack x2+network+server 1h",
         {"people": 2, "crew_skills": ("network", "server"), "skills": (), "work": "rack", "problems": ()}),
        ("acme rack x2+juggling 1h", {"problems": ("skill: nobody has 'juggling'; known are network, server",)}),
        ("acme test 1h after TK-870 +1h30 same day tue",
         {"after": "TK-870", "after_minutes": 90, "after_day": "same", "minutes": 60, "day": day("2026-11-24"),
          "work": "test"}),
        ("acme test after R1 later day +15m 1h", {"after_day": "later", "after_minutes": 15, "minutes": 60}),
        ("acme test after R1 +1 1h", {"after_minutes": 0, "day": day("2026-11-25"), "work": "test"}),
        ("acme same day swap after R1 1h", {"after": "R1", "after_day": "any", "work": "same day swap"}),
        ("acme printer 1h via depot 15m", {"pickup": "depot", "pickup_minutes": 15, "minutes": 60, "work": "printer"}),
        ("acme printer via depot tomorrow 1h", {"pickup": "depot", "pickup_minutes": 0, "minutes": 60}),
        ("acme reach via vpn 1h", {"pickup": "", "work": "reach via vpn"}),
        ("acme replaced by new one 1h", {"reported_by": "", "work": "replaced by new one"}),
    ],
)  # fmt: skip
def test_what_a_line_means(line: str, expected: dict[str, Any]) -> None:
    found = understand(line, KNOWN, TODAY)
    assert {name: getattr(found, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("harbor disk 1h", "client: which of Harbor Dental, Harbor Bank?"),
        ("zebra disk 1h", "client: no name has 'zebra'"),
        ("harbor dental disk 1h", "site: which of Main office, Warehouse, Annex? for example /Main"),
        ("harbor dental/moon disk 1h", "site: Harbor Dental has no 'moon' but Main office, Warehouse, Annex"),
        ("nowhere disk 1h", "site: Nowhere Ltd has none yet: add one in the book, or import sites"),
        ("acme disk", "how long? for example 45m or 1h30"),
        ("acme 1h", "work: what is asked for?"),
        ("acme disk 1h 9-11", "day: the promised window is on which? for example tomorrow or tue"),
        ("acme disk 1h today 2-4", "promised window: 2-4 is before 7:00; write 14-16 or 2-4pm"),
        ("acme disk 1h today 11-8", "promised window: 11-8 ends before it begins; write for example 11-13"),
        (
            "acme disk 1h today 15:00-13:00",
            "promised window: 15:00-13:00 ends before it begins; write for example 11-13",
        ),
        ("acme disk 1h today 9:00", "promised window: from 9:00 until when? for example 9-11"),
        ("acme disk 1h +juggling", "skill: nobody has 'juggling'; known are network, server"),
        (
            "acme disk 1h +server:0",
            "skill: 'server:0' has no level from 1 to 9 after its colon; write for example network:2",
        ),
        ("acme disk 1h ~zoe", "preferred technician: nobody is called 'zoe'"),
        ("acme disk 1h ~b", "preferred technician: which of Ben Okafor, Bea Anand?"),
    ],
)
def test_what_is_missing_is_said(line: str, problem: str) -> None:
    found = understand(line, KNOWN, TODAY)
    assert problem in found.problems
    assert (problem, "warn") in list(told(found))


SEEN = (
    "harbor dental acme lark & co 3m a/b tomorrow tue 24 nov 9-11 2-4pm 45m 1h30 90 min p1 p2 ! emergency +server #many "
    '~ana by Jane / @ /ware "a b" " 2026-11-24 2026-99-99 +1 9:00 - – 80-443 printer jam \x1b[2J ß ﬁ'
)
words = st.sampled_from(SEEN.split()) | st.text(min_size=1, max_size=8)


@given(st.lists(words, max_size=14).map(" ".join))
def test_no_word_is_lost(line: str) -> None:
    found = understand(line, KNOWN, TODAY)
    typed = "".join(word for word, _ in found.words)
    assert typed == "".join(line.split())
    assert all(to for _, to in found.words)
    kept = {to for _, to in found.words}
    assert kept <= {
        "client", "site", "work", "minutes", "day", "window", "priority", "emergency", "skill", "tag", "preferred", "reported_by",
    }  # fmt: skip
    work = [word for word, to in found.words if to == "work"]
    assert found.work.replace('"', "") == " ".join(work).replace('"', "").strip() or '"' in line
    list(told(found))
    complete(line, KNOWN, TODAY, 1)


@given(st.sampled_from(list(KNOWN.clients)), st.text("abcdefgh ", min_size=1, max_size=30).filter(str.strip))
def test_a_name_written_out_is_the_client(one: str, work: str) -> None:
    found = understand(f"{one} qq {work} 30m", KNOWN, TODAY)
    assert found.client == one
    assert found.work == " ".join(f"qq {work}".split())


def test_completion_goes_round_those_that_fit() -> None:
    lines = [complete("harbor disk 1h", KNOWN, TODAY, turn) for turn in range(3)]
    assert lines == ["Harbor Dental disk 1h", "Harbor Bank disk 1h", "Harbor Dental disk 1h"]
    assert complete("acm", KNOWN, TODAY) == "Acme Law "
    assert complete("zebra", KNOWN, TODAY) == "zebra"
    assert complete("", KNOWN, TODAY) == ""


def test_by_command(firm: Dispatch) -> None:
    checked = firm("visit", "quick", "--check", "harbor printer jam tomorrow 9-11")
    assert checked.code == 1
    assert "how long? for example 45m or 1h30" in checked.out
    before = len(firm.json("visit", "list", "--json"))
    assert firm("visit", "quick", "printer jam tomorrow 9-11").code == 1
    assert len(firm.json("visit", "list", "--json")) == before

    client = firm.json("client", "list", "--json")[0]["name"]
    form = firm.json("visit", "quick", "--check", "--json", f"{client} printer jam 45m 2026-11-25 9-11 p2 #many")
    assert (form["client"], form["minutes"], form["date"], form["problems"]) == (client, 45, "2026-11-25", [])
    made = firm.json("visit", "quick", "--json", f"{client} printer jam 45m 2026-11-25 9-11 p2 #many")
    assert (made["work"], made["minutes"], made["priority"], made["tags"]) == ("printer jam", 45, "P2", ["many"])
    assert made["promised_from"] == "2026-11-25T09:00:00-05:00"
