"""What a line says, field by field."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from db import clients, people
from db.names import folded
from db.store import Store
from dispatch.desk.quick.client_and_site import take_client, take_site
from dispatch.desk.quick.jobs import take_after, take_people, take_stop
from dispatch.desk.quick.times import take_day, take_days, take_latest, take_length, take_window
from dispatch.desk.quick.words import LineWords, Names, best_names, listed
from dispatch.model.instants import clock_text, day_text, parse_clock
from dispatch.model.skills import abilities, skill_word, spoken
from dispatch.model.text import show
from dispatch.model.visits import CAME_BY, MOST_DAYS, job_words

_WAYS = {
    ("by", "phone"): "phone",
    ("by", "mail"): "mail",
    ("by", "e-mail"): "mail",
    ("by", "email"): "mail",
    ("by", "us"): "ours",
    ("seen", "on", "site"): "site",
}
"""The words of a line that say how the request came in."""
_SIGNS = {
    r"\+[^\W\d_].*": "skill",
    "#.+": "tag",
    r"&[^\W\d_].*": "equipment",
    "~.+": "preferred",
    "[/@].*": "site",
    "!": "emergency",
}
"""How words look that say themselves what they are."""
_REPORTER = 4
"""So many words a reporter's name has at most."""


@dataclass(frozen=True, slots=True)
class Understood:
    """What a line says. `words` has each word of it with the field it went to; `problems` what keeps it from being taken.

    `client` and `site` are names of the book; empty where none was found. `candidates` are the clients that the
    letters fit, the best first.
    """

    words: tuple[tuple[str, str], ...] = ()
    client: str = ""
    site: str = ""
    work: str = ""
    minutes: int | None = None
    days: int = 1
    day: datetime.date | None = None
    latest: datetime.date | None = None
    window: tuple[str, str] | None = None
    priority: int = 3
    emergency: bool = False
    skills: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    equipment: tuple[str, ...] = ()
    people: int = 1
    crew_skills: tuple[str, ...] = ()
    after: str = ""
    after_minutes: int = 0
    after_day: str = "any"
    pickup: str = ""
    pickup_minutes: int = 0
    preferred: str = ""
    reported_by: str = ""
    came_by: str = ""
    candidates: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    def texts(self) -> dict[str, str]:
        """The fields of the request as far as the line filled them; what was typed where nothing was found."""
        return {
            "client": self.client or self.typed("client"),
            "site": self.site or self.typed("site").lstrip("/@ "),
            "work": self.work,
            "minutes": "" if self.minutes is None else str(self.minutes),
            "days": str(self.days),
            "date": self.day.isoformat() if self.day else self.typed("day"),
            "latest": self.latest.isoformat() if self.latest else "",
            "promised": "-".join(self.window) if self.window else self.typed("window"),
            "priority": f"P{self.priority}",
            "skills": ", ".join(self.skills),
            "tags": ", ".join(self.tags),
            "equipment": ", ".join(self.equipment),
            "people": str(self.people),
            "crew_skills": ", ".join(self.crew_skills),
            "after": self.after,
            "after_minutes": str(self.after_minutes),
            "after_day": self.after_day,
            "pickup": self.pickup,
            "pickup_minutes": str(self.pickup_minutes),
            "preferred": self.preferred or self.typed("preferred").lstrip("~"),
            "reported_by": self.reported_by,
            "came_by": self.came_by,
            "emergency": "yes" if self.emergency else "no",
        }

    def typed(self, field: str) -> str:
        """The words that went to a field, as they were typed."""
        return " ".join(word for word, to in self.words if to == field)


def names(store: Store) -> Names:
    """The names in the book."""
    sites: dict[int, list[str]] = {}
    for site in clients.all_sites(store):
        sites.setdefault(site.client_id, []).append(site.name)
    return Names(
        {client.name: tuple(sites.get(client.id, ())) for client in clients.all_clients(store)},
        tuple((technician.name, technician.login) for technician in people.technicians(store)),
        frozenset(people.skills(store)),
    )


def _words(typed: str) -> list[str]:
    """The words of a line; a time and the half of the day behind it are one: 9:00 AM, 2 p.m."""
    return re.sub(r"(?<=\d) +([ap])\.?m\.?(?= |$|[-–])", r"\1m", typed, flags=re.IGNORECASE).split()


def understand(typed: str, known: Names, today: datetime.date) -> Understood:
    """What a line says. Never raises: what cannot be taken is among the problems."""
    return _read(LineWords(_words(typed), known, today))


def complete(typed: str, known: Names, today: datetime.date, turn: int = 0) -> str:
    """The line with the client's name written out; the `turn`th of those that fit, round and round."""
    line = LineWords(_words(typed), known, today)
    _read(line)
    if not line.candidates:
        return typed
    first, count = line.span
    before, after = line.raw[:first], line.raw[first + count :]
    name = line.candidates[turn % len(line.candidates)]
    return " ".join([*before, name, *after]) + ("" if after else " ")


def _read(line: LineWords) -> Understood:
    _quotes(line)
    _signs(line)
    people, crew_skills = take_people(line)
    after, after_minutes, after_day = take_after(line)
    pickup, pickup_minutes = take_stop(line)
    client, latest = take_client(line), take_latest(line)
    days = take_days(line)
    day, minutes = take_day(line), take_length(line)
    window = take_window(line, day)
    priority, emergency = _priority(line)
    request = Understood(
        client=client,
        site=take_site(line, client),
        minutes=minutes,
        days=days,
        day=day,
        latest=latest,
        window=window,
        priority=priority,
        emergency=emergency,
        preferred=_preferred(line),
        came_by=_came_by(line),
        reported_by=_reporter(line),
        work=_rest(line),
        skills=_lone(line, "skill"),
        tags=_lone(line, "tag"),
        equipment=_lone(line, "equipment"),
        people=people,
        crew_skills=crew_skills,
        after=after,
        after_minutes=after_minutes,
        after_day=after_day,
        pickup=pickup,
        pickup_minutes=pickup_minutes,
        words=tuple(zip(line.raw, line.to, strict=True)),
        candidates=line.candidates,
    )
    if not request.work:
        line.problems.append("work: what is asked for?")
    if minutes is None:
        each = f" on each of the {days} days" if days > 1 else ""
        line.problems.append(f"how long{each}? for example 45m or 1h30")
    if days > MOST_DAYS:
        line.problems.append(f"days: {MOST_DAYS} at most are one visit")
    line.problems += _strange_skills((*request.skills, *crew_skills), line.known.skills)
    if window is not None and day is None:
        line.problems.append("day: the promised window is on which? for example tomorrow or tue")
    return replace(request, problems=tuple(line.problems))


def _strange_skills(skills: Sequence[str], known: frozenset[str]) -> Iterator[str]:
    """What stands against each skill that nobody has."""
    for skill in skills:
        try:
            skill_word(skill)
        except ValueError as fault:
            yield f"skill: {fault}"
            continue
        if skill not in abilities(known):
            others = listed(spoken(known)) or "none yet"
            yield f"skill: nobody has {show(skill, 40)!r}; known are {others}"


def _quotes(line: LineWords) -> None:
    """Words between quotation marks are work."""
    marks = [at for at, word in enumerate(line.raw) if word.startswith('"')]
    end = -1
    for start in marks:
        if start <= end:
            continue
        closing = (
            at
            for at in range(start, len(line.raw))
            if line.raw[at].endswith('"') and (at > start or len(line.raw[at]) > 1)
        )
        end = next(closing, -1)
        if end < 0:
            return
        line.give("quoted", *range(start, end + 1))


def _signs(line: LineWords) -> None:
    """Words that say themselves what they are: +skill #tag &equipment ~technician /site !"""
    for at in line.free():
        for pattern, to in _SIGNS.items():
            if re.fullmatch(pattern, line.words[at]):
                line.give(to, at)


def _priority(line: LineWords) -> tuple[int, bool]:
    """The priority, and whether it is an emergency, which is P1 unless it says otherwise."""
    emergency = "emergency" in line.to
    priority = None
    for at in line.free():
        if line.words[at] == "emergency" and not emergency:
            line.give("emergency", at)
            emergency = True
        elif priority is None and line.words[at] in ("p1", "p2", "p3", "p4"):
            line.give("priority", at)
            priority = int(line.words[at][1])
    return priority or (1 if emergency else 3), emergency


def _preferred(line: LineWords) -> str:
    """The technician whose name or login the letters behind ~ begin."""
    marked = [at for at, to in enumerate(line.to) if to == "preferred"]
    if not marked:
        return ""
    if len(marked) > 1:
        line.problems.append("preferred technician: name one")
    letters = line.words[marked[0]][1:]
    exact = [name for name, login in line.known.technicians if letters in (folded(name), folded(login))]
    found = exact or best_names([name for name, _ in line.known.technicians], (letters,), anywhere=True)
    if len(found) == 1:
        return found[0]
    line.problems.append(
        f"preferred technician: which of {listed(found)}?"
        if found
        else f"preferred technician: nobody is called {show(letters, 40)!r}"
    )
    return ""


def _came_by(line: LineWords) -> str:
    """How it came in: by phone, by mail, by us, or seen on site."""
    for at in line.free():
        for words, came_by in _WAYS.items():
            span = range(at, at + len(words))
            if all(line.is_free(one) for one in span) and tuple(line.words[one] for one in span) == words:
                line.give("came_by", *span)
                return came_by
    return ""


def _reporter(line: LineWords) -> str:
    """Who reported it: the names that follow `by`, each with a capital."""
    for at in line.free():
        if line.words[at] != "by":
            continue
        count = 0
        while count < _REPORTER and line.is_free(at + count + 1) and line.raw[at + count + 1][0].isupper():
            count += 1
        if count:
            line.give("reported_by", *range(at, at + count + 1))
            return " ".join(line.raw[at + 1 : at + count + 1])
    return ""


def _rest(line: LineWords) -> str:
    """The work: every word that is left, and what stands between quotation marks, without them."""
    line.give("work", *line.free())
    texts: list[str] = []
    quoting = False
    for at, to in enumerate(line.to):
        word = line.raw[at]
        if to == "quoted":
            line.give("work", at)
            opens = not quoting
            quoting = not (word.endswith('"') and (not opens or len(word) > 1))
            word = (word[1:] if opens else word).removesuffix("" if quoting else '"')
        if line.to[at] == "work" and word:
            texts.append(word)
    return " ".join(texts)


def _lone(line: LineWords, field: str) -> tuple[str, ...]:
    """The words of a field, without their sign, each once."""
    return tuple(dict.fromkeys(word[1:] for word, to in zip(line.words, line.to, strict=True) if to == field))


def told(request: Understood, *, hours24: bool = True) -> Iterator[tuple[str, str]]:
    """What a line says, each sentence with what it is: `good`, or `warn` for what is missing or has two readings."""
    facts = [
        f"{request.client} / {request.site}" if request.site else request.client,
        f"{request.minutes} min" if request.minutes is not None else "",
        f"on each of {request.days} days" if request.days > 1 else "",
        day_text(request.day) if request.day is not None else "",
        f"latest {day_text(request.latest)}" if request.latest is not None else "",
        "–".join(_clock(end, hours24) for end in request.window or ()),
        f"P{request.priority}",
        "emergency" if request.emergency else "",
    ]
    yield " · ".join(show(fact) for fact in facts if fact), "good"
    more = [
        f"work: {request.work}" if request.work else "",
        f"needs {', '.join(request.skills)}" if request.skills else "",
        f"with {', '.join(request.equipment)} aboard" if request.equipment else "",
        *job_words(request),
        " ".join(f"#{tag}" for tag in request.tags),
        f"for {request.preferred}" if request.preferred else "",
        f"reported by {request.reported_by}" if request.reported_by else "",
        CAME_BY.get(request.came_by, ""),
    ]
    if any(more):
        yield " · ".join(show(fact) for fact in more if fact), "good"
    for problem in request.problems:
        yield problem, "warn"


def _clock(clock: str, hours24: bool) -> str:
    return clock if hours24 else clock_text(parse_clock(clock, allow_24=True) * 60, "UTC", hours24=False)
