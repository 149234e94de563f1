"""What is wanted of each skill beside who has it: by tables, and against a count visit by visit."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.care.skill_demand import (
    ALL_WORK,
    ClientWork,
    Holder,
    SkillDemand,
    SkillState,
    SkillsWanted,
    skills_wanted,
)
from dispatch.model.skills import abilities
from dispatch.model.states import State
from dispatch.model.visits import Visit


def wants(minutes: int, *skills: str, **more: Any) -> Visit:
    """A visit that asks for some skills."""
    of = {
        "id": 1,
        "reference": "R1",
        "client_id": 1,
        "client": "Harbor Dental",
        "site_id": 1,
        "site": "Main",
        "zone": "UTC",
    }
    rest = {"place": None, "work": "x", "priority": 3, "state": State.REQUESTED, "requested_at": 0, "job_id": 1}
    return Visit(**of, **rest, minutes=minutes, skills=frozenset(skills), **more)


def holds(name: str, hours: int, *skills: str) -> Holder:
    return Holder(name, frozenset(skills), abilities(skills), hours * 60)


def of(found: SkillsWanted, skill: str) -> SkillDemand:
    return next(one for one in found.demands if one.skill == skill)


def test_the_sentence_says_what_is_wanted_what_is_there_and_who_holds_it() -> None:
    work = [ClientWork("Harbor Dental", stand=[wants(1200, "security")], asked=[wants(1260, "security")])]
    found = skills_wanted(work, [holds("Ana", 22, "security", "voip"), holds("Ben", 100, "voip")])
    assert of(found, "security").sentence == "security: 41h wanted, 22h there, one holder"
    assert of(found, "security").state is SkillState.SHORT
    assert of(found, "voip").state is SkillState.NOT_WANTED
    assert of(found, ALL_WORK).sentence == "all work: 41h wanted, 122h there, 2 holders"
    assert [one.skill for one in found.demands] == [ALL_WORK, "security", "voip"]


@pytest.mark.parametrize(
    ("holders", "state"),
    [
        ([], SkillState.NOBODY),
        ([holds("Ana", 1, "network")], SkillState.SHORT),
        ([holds("Ana", 9, "network")], SkillState.ONE_HOLDER),
        ([holds("Ana", 1, "network"), holds("Ben", 1, "network:3")], SkillState.ENOUGH),
        ([holds("Ana", 9, "voip")], SkillState.NOBODY),
    ],
)
def test_how_a_skill_stands(holders: list[Holder], state: SkillState) -> None:
    found = skills_wanted([ClientWork("Harbor Dental", [wants(120, "network")])], holders)
    assert of(found, "network").state is state


def test_a_level_is_held_by_who_has_it_or_a_higher_one() -> None:
    holders = [holds("Ana", 5, "network:2"), holds("Ben", 5, "network"), holds("Cleo", 5, "network:3")]
    found = skills_wanted([ClientWork("Harbor Dental", [wants(60, "network:2")])], holders)
    assert [holder.name for holder in of(found, "network:2").holders] == ["Ana", "Cleo"]


def test_a_crew_asks_for_the_skills_of_the_others_and_several_days_for_those_that_are_left() -> None:
    crew = wants(60, "server", people=3, crew_skills=("cabling",))
    found = skills_wanted([ClientWork("Harbor Dental", [crew, wants(60, "server", days=4, next_day=2)])], [])
    assert of(found, "server").wanted == 60 + 180
    assert of(found, "cabling").wanted == 120
    assert of(found, ALL_WORK).wanted == 180 + 180


def test_what_was_asked_for_counts_with_all_its_days_once_they_are_done() -> None:
    done = wants(60, "server", days=3, next_day=3)
    assert of(skills_wanted([ClientWork("Harbor Dental", asked=[done])], []), "server").usual == 180


def test_what_is_promised_counts_beyond_what_stands_and_is_asked_for_as_a_rule() -> None:
    """Four visits are promised, one stands and one came by itself: two more, each like the mean of those two."""
    work = ClientWork("Harbor Dental", [wants(60, "server")], [wants(120, "server", "voip")], promised=4)
    found = skills_wanted([work], [])
    server, voip = of(found, "server"), of(found, "voip")
    assert (server.standing, server.agreed, server.usual) == (60, 180, 120)
    assert (voip.standing, voip.agreed, voip.usual) == (0, 120, 120)
    assert of(skills_wanted([work._replace(promised=2)], []), "server").agreed == 0


def test_what_is_agreed_with_clients_of_whom_nothing_is_known_is_in_no_sum() -> None:
    found = skills_wanted([ClientWork("", promised=3)], [holds("Ana", 10, "server")])
    assert found.unknown == 3
    assert of(found, ALL_WORK).wanted == 0


SKILLS = st.sets(st.sampled_from(["server", "voip", "network:2", "network"]), max_size=3)


@given(
    st.lists(st.tuples(st.sampled_from(["A", "B"]), st.integers(1, 600), SKILLS, st.booleans()), max_size=8),
    st.lists(st.tuples(SKILLS, st.integers(0, 100)), max_size=4),
)
def test_every_minute_is_counted_once_for_each_skill_and_every_holder_is_named(
    asked: list[tuple[str, int, set[str], bool]], people: list[tuple[set[str], int]]
) -> None:
    work = [
        ClientWork(
            client,
            [wants(minutes, *skills) for name, minutes, skills, stands in asked if name == client and stands],
            [wants(minutes, *skills) for name, minutes, skills, stands in asked if name == client and not stands],
        )
        for client in ("A", "B")
    ]
    holders = [holds(str(place), hours, *skills) for place, (skills, hours) in enumerate(people)]
    found = skills_wanted(work, holders)
    assert of(found, ALL_WORK).wanted == sum(minutes for _, minutes, _, _ in asked)
    for one in found.demands[1:]:
        assert one.wanted == sum(minutes for _, minutes, skills, _ in asked if one.skill in skills)
        assert {holder.name for holder in one.holders} == {each.name for each in holders if one.skill in each.able}
        assert set(one.clients) == {client for client, _, skills, _ in asked if one.skill in skills}
    states = [[*SkillState].index(one.state) for one in found.demands[1:]]
    assert states == sorted(states)
