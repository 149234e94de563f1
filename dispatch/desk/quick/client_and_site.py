"""The client of a line, by some letters of its name, and the site."""

from __future__ import annotations

import re
from collections.abc import Sequence

from db.names import folded
from dispatch.desk.quick.times import is_time
from dispatch.desk.quick.words import LineWords, best_names, listed
from dispatch.model.text import show

_NAME_WORDS = 12
"""So many words of a name are looked at."""


def take_client(line: LineWords) -> str:
    """The client: by the words at the start of the line, else by a name that begins further on; empty where none is clear."""
    _divide_site(line)
    starts = line.free()
    # a name that is written out is a name, whatever its words would be otherwise
    if match := _written_out(line, 0):
        return _take(line, 0, *match)
    if starts and (match := _by_letters(line, starts[0], anywhere=True)):
        return _take(line, starts[0], *match)
    for at in starts[1:]:
        match = _written_out(line, at)
        if not match and len(line.words[at]) >= 3:
            match = _by_letters(line, at, anywhere=False)
        if match:
            if line.words[at - 1] in ("at", "for") and not line.to[at - 1]:
                line.give("client", at - 1)
            return _take(line, at, *match)
    if not line.known.clients:
        line.problems.append("client: there is none in the book yet")
    else:
        typed = show(line.raw[starts[0]], 40) if starts else ""
        line.problems.append(f"client: no name has {typed!r}" if typed else "client: some letters of its name")
    return ""


def _written_out(line: LineWords, at: int) -> tuple[int, list[str]] | None:
    """How many words from here are the whole name of a client, and which."""
    for count in range(min(_NAME_WORDS, len(line.raw) - at), 0, -1):
        whole = " ".join(line.words[at : at + count])
        exact = [name for name in line.known.clients if folded(name) == whole]
        if exact and (at == 0 or not any(line.to[at : at + count])):
            return count, exact
    return None


def _divide_site(line: LineWords) -> None:
    """`harbor/ware` is a client and a site where the words up to there fit a client."""
    for at, word in enumerate(line.words[:_NAME_WORDS]):
        if line.to[at]:
            return
        if not re.search(r".[/@].", word) or _written_out(line, 0):
            continue
        head = re.split(r"[/@]", line.raw[at], maxsplit=1)[0]
        if best_names(line.known.clients, (*line.words[:at], folded(head)), anywhere=True):
            line.divide(at, head, "site")
        return


def _by_letters(line: LineWords, at: int, *, anywhere: bool) -> tuple[int, list[str]] | None:
    """How many words from here name clients, and which: as many words as go on fitting a name."""
    if _special(line.words[at]):
        return None
    matches = best_names(line.known.clients, (line.words[at],), anywhere=anywhere)
    count = 1
    while matches and line.is_free(at + count) and count < _NAME_WORDS:
        word = line.words[at + count]
        if _special(word):
            break
        more = best_names(matches, line.words[at : at + count + 1], anywhere=False)
        # where one client is found already, the next word is the work's unless it is clearly the name's
        clear = len(word) >= 3 or any(word in folded(name).split() for name in more)
        if not more or (len(matches) == 1 and not clear):
            break
        matches, count = more, count + 1
    return (count, matches) if matches else None


def _special(word: str) -> bool:
    """Whether a word is clearly something other than a name."""
    return is_time(word) or word in ("emergency", "p1", "p2", "p3", "p4")


def _take(line: LineWords, at: int, count: int, matches: Sequence[str]) -> str:
    line.span = (at, count)
    line.give("client", *range(at, at + count))
    line.candidates = tuple(matches)
    if len(matches) == 1:
        return matches[0]
    line.problems.append(f"client: which of {listed(matches)}?")
    return ""


def take_site(line: LineWords, client: str) -> str:
    """The site of the client: the one that is marked with / or @, else its only one; empty where none is clear."""
    marked = [at for at, to in enumerate(line.to) if to == "site"]
    sites = line.known.clients.get(client, ())
    if not marked:
        if len(sites) == 1:
            return sites[0]
        if sites:
            line.problems.append(f"site: which of {listed(sites)}? for example /{sites[0].split()[0]}")
        elif client:
            line.problems.append(f"site: {show(client, 40)} has none yet: add one in the book, or import sites")
        return ""
    first = marked[0]
    if len(marked) > 1:
        line.problems.append("site: a visit is at one")
    letters = line.words[first][1:]
    words = [letters] if letters else []
    ahead = first + 1
    if not words and line.is_free(ahead):
        words.append(line.words[ahead])
        line.give("site", ahead)
        ahead += 1
    if not client:
        return ""
    if not words:
        line.problems.append(f"site: some letters of {listed(sites)}")
        return ""
    names = best_names(sites, words, anywhere=True)
    while names and line.is_free(ahead):
        word = line.words[ahead]
        more = best_names(names, (*words, word), anywhere=False)
        if not more or (len(names) == 1 and word not in folded(names[0]).split()):
            break
        names = more
        words.append(word)
        line.give("site", ahead)
        ahead += 1
    if len(names) == 1:
        return names[0]
    typed = show(" ".join(words), 40)
    line.problems.append(
        f"site: which of {listed(names)}?"
        if names
        else f"site: {show(client, 40)} has no {typed!r} but {listed(sites) or 'none yet'}"
    )
    return ""
