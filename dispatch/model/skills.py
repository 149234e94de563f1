"""What a visit needs and a technician has: skills, some with a level, and what the vehicle carries.

A skill with a level is written `network:2`. Who has a level has those below it, and who has a skill at all may do what needs no
level of it. What a vehicle carries stands among the skills of its technician as `ladder aboard`.
"""

from __future__ import annotations

from collections.abc import Iterable

from dispatch.model.text import show

_LEVELS = tuple("123456789")
_ABOARD = " aboard"


def abilities(skills: Iterable[str], carried: Iterable[str] = ()) -> frozenset[str]:
    """All that is had, or needed, with some skills and things: one set of them is enough for another that it holds."""
    found = {f"{thing}{_ABOARD}" for thing in carried}
    for skill in skills:
        found.add(skill)
        name, level = _level(skill)
        if level:
            found.add(name)
            found |= {f"{name}:{lower}" for lower in range(1, level)}
    return frozenset(found)


def spoken(able: Iterable[str]) -> list[str]:
    """Abilities without what others of them imply, by name."""
    every = set(able)
    implied = {other for one in every for other in abilities([one]) if other != one}
    return sorted(every - implied)


def skill_word(typed: str) -> str:
    """A skill as somebody writes it, alone or with its level.

    Raises:
        ValueError: what follows its colon is no level.
    """
    if ":" in typed and not _level(typed)[1]:
        raise ValueError(f"{show(typed)!r} has no level from 1 to 9 after its colon; write for example network:2")
    return typed


def _level(skill: str) -> tuple[str, int]:
    """The name and the level of a skill; 0 for one without, and for what older records have in the place of one."""
    name, _, level = skill.rpartition(":")
    return (name, int(level)) if name and level in _LEVELS else (skill, 0)
