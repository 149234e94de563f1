"""Why a visit is not planned: situations, and the one sentence of each."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import pytest

from dispatch.model.people import Absence
from dispatch.model.skills import abilities
from dispatch.planning.day import SequenceRule, Stop, TechnicianDay
from dispatch.planning.obstacles import Case, never
from dispatch.planning.teams import TeamNeed

DAY = datetime.date(2026, 11, 24)
MIDNIGHT = 1_795_478_400
HOUR = 3600


def at(hour: float) -> int:
    return MIDNIGHT + int(hour * HOUR)


def worker(number: int, name: str, skills: str = "", first: float = 8, last: float = 17, **more: Any) -> TechnicianDay:
    able = abilities(skills.split(), more.pop("carries", "").split())
    return TechnicianDay(number, name, "UTC", able, (at(first), at(last)), **more)


ANA = worker(1, "Ana", "network:2 server")
BEN = worker(2, "Ben", "desktop cabling", carries="ladder")
CY = worker(3, "Cy", "desktop", 10, 14)
OFF = replace(ANA, shift=None)
SICK = replace(ANA, absences=(Absence(at(0), at(24), "sick"),))
STOP = Stop(7, "Harbor", at(12), at(13))
R5 = SequenceRule("R5", at(16.5))


def case(staff: list[TechnicianDay], stop: dict[str, Any] | None = None, **more: Any) -> Case:
    """A visit of an hour in a day without anything else."""
    asked = replace(STOP, **stop or {})
    if "skills" in (stop or {}):
        asked = replace(asked, skills=abilities(asked.skills))
    given: dict[str, Any] = {"need": TeamNeed(), "day": DAY, "zone": "UTC", "now": at(7), "staff": staff} | more
    return Case(asked, **given)


def skills(*words: str) -> dict[str, Any]:
    return {"skills": frozenset(words)}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (case([ANA, BEN]), ""),
        (case([]), "there are no technicians yet: add them first"),
        (case([ANA, BEN], skills("voip")), "nobody has voip"),
        (case([ANA, BEN], skills("network:3")), "nobody has network:3: nearest is Ana with network:2"),
        (case([ANA, BEN], skills("network:1")), ""),
        (
            case([ANA, BEN, CY], skills("server", "desktop")),
            "nobody has desktop and server together: Ben and Cy have desktop, Ana has server",
        ),
        (
            case([ANA, BEN], skills("server", "network", "desktop")),
            "nobody has desktop, network and server together: nearest is Ana, who lacks desktop",
        ),
        (case([OFF, BEN], skills("server")), "only Ana can do it, and does not work on Tue 24 Nov 2026"),
        (case([OFF]), "nobody works on Tue 24 Nov 2026: plan it on another day"),
        (case([SICK, BEN], skills("server")), "only Ana can do it, and is absent (sick)"),
        (case([ANA, BEN], skills("server"), now=at(18)), "only Ana can do it, and has gone home"),
        (case([SICK, replace(BEN, shift=None), CY], skills("server")), "only Ana can do it, and is absent (sick)"),
        (case([SICK, BEN], planned={1}), "of those who are planned only Ana can do it, and is absent (sick)"),
        (
            case([replace(BEN, shift=None), replace(CY, shift=None), ANA], skills("desktop")),
            "only Ben and Cy can do it, and do not work on Tue 24 Nov 2026",
        ),
        (case([ANA, BEN], skills("server"), planned={2}), "only Ana can do it, and is not among those who are planned"),
        (
            case([ANA, BEN], skills("server") | {"banned": frozenset({1})}),
            "Harbor does not want Ana, and nobody else can do it",
        ),
        (
            case([ANA, BEN], skills("server") | {"owners": frozenset({2}), "owner": "Ben"}),
            "Ben began this job, and nobody who can do it has agreed to take it over",
        ),
        (
            case([ANA, BEN], need=TeamNeed(3)),
            "needs 3 people, and only Ana and Ben can do it",
        ),
        (
            case([ANA, BEN, CY], skills("server"), need=TeamNeed(2, frozenset({"cabling"}))),
            "",
        ),
        (
            case([ANA, replace(BEN, shift=None), CY], skills("server"), need=TeamNeed(2, frozenset({"cabling"}))),
            "needs 2 people: Ben can do it, and does not work on Tue 24 Nov 2026",
        ),
        (
            case([ANA, CY], {"end": at(12) + 1300 * 60}),
            "takes 21h40, longer than anybody's day (Ana: 9h): give it more days, or split it",
        ),
        (
            case([ANA, BEN], skills("cabling") | {"end": at(15)}, now=at(15)),
            "takes 3h, and nobody who can do it has more than 2h in one piece on this day",
        ),
        (case([ANA], {"end": at(22)}, overtime=HOUR), ""),
        (case([ANA], {"access": ()}), "its site is closed on Tue 24 Nov 2026: plan it on another day"),
        (case([OFF], {"access": ()}), "nobody works on Tue 24 Nov 2026: plan it on another day"),
        (
            case([ANA], {"access": ((at(8), at(12)),)}, now=at(12.5)),
            "its site is open 08:00–12:00 only, which is over today",
        ),
        (
            case([ANA], {"access": ((at(6), at(7.5)), (at(18), at(20)))}),
            "its site is open 06:00–07:30 and 18:00–20:00, when nobody who can do it works",
        ),
        (case([ANA], {"promised": (at(18), at(19))}), "is promised from 18:00 on, too late for this day"),
        (
            case([CY], hours=(at(15), at(17))),
            "nobody who can do it works in 15:00–17:00",
        ),
        (case([ANA], {"after": R5._replace(at=None)}), "comes after R5, which has no time yet: place that first"),
        (case([ANA], {"after": R5}), ""),
        (case([CY], {"after": R5}), "comes after R5, over at 16:30: too late for this day"),
        (
            case([ANA], {"after": R5._replace(day="later")}),
            "comes on a later day than R5, which is over on Tue 24 Nov 2026",
        ),
        (
            case([ANA], {"after": R5._replace(at=at(-8), day="same")}),
            "comes on the day of R5, Mon 23 Nov 2026",
        ),
        (
            case([ANA], {"followers": (SequenceRule("R9", at(8.5)),)}),
            "R9 comes after it and begins 08:30: move that",
        ),
        (case([replace(OFF, on_call=((at(17), at(22)),))], {"emergency": True}), ""),
        (
            case([replace(OFF, on_call=((at(17), at(22)),))]),
            "nobody works on Tue 24 Nov 2026: plan it on another day",
        ),
    ],
)  # fmt: skip
def test_each_situation_has_its_sentence(given: Case, sentence: str) -> None:
    assert never(given) == sentence
    assert len(never(given)) <= 120
