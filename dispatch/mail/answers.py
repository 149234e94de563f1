"""The answer to a survey that was sent by mail: its score, and the token by which it is known."""

from __future__ import annotations

import re

from dispatch.model.languages import say

SCORES = tuple(range(10, -1, -1))
# the words are those of the client's language
_SUBJECT = re.compile(r"\b([0-9]{1,2})\s+[^\W\d]+\s+10\s+\[\s*[^\W\d]+\s+([0-9a-f]{16})\s*\]")
_FORM = re.compile(r"\[\s*survey\b|\b[0-9]+\s+[^\W\d]+\s+10\s*\[", re.IGNORECASE)
_NUMBER = re.compile(r"\W*(10|[0-9])(?![0-9]|[.,][0-9]|\s*%)")


def subject_of(score: int, token: str) -> str:
    """The subject of a mail that answers, in the language that is spoken: "9 of 10 [survey 0123456789abcdef]"."""
    return f"{say('{some} of {all}', some=score, all=10)} [{say('survey')} {token}]"


def answer_in(subject: str) -> tuple[str, int] | None:
    """Token and score that a subject has; None where it has none."""
    found = _SUBJECT.search(subject)
    return (found[2], int(found[1])) if found is not None and int(found[1]) <= 10 else None


def looks_like_one(subject: str) -> bool:
    """Whether a subject has the form of an answer, whatever its number and its token are."""
    return _FORM.search(subject) is not None


def score_in(text: str) -> int | None:
    """The number from 0 to 10 that a reply begins with; None where it does not."""
    found = _NUMBER.match(text)
    return None if found is None else int(found[1])
