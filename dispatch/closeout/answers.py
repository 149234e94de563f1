"""What people mean by what they answer: that there is nothing, or that something is left to the client (C2: G6, G7)."""

from __future__ import annotations

import re

EVIDENCE = 10
"""Letters or digits that words have at least to be evidence, or the reason of an n/a or of work not done (C5a)."""

WHY, WHO = 3, 2
"""Letters or digits that a reason, and a name, has at least."""

# the trigger attempt_says_something of the database has the same letters
_WORD = re.compile(
    "[0-9A-Za-z\u00c0-\u167f\u1681-\u1fff\u2c00-\u2fff\u3041-\ud7ff\uf900-\ufdff\ufe70-\uffdc"
    "\U00010000-\U0001efff\U00020000-\U0003ffff]+"
)
_ONE_CASE = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}

_NOTHING = frozenset((
    "no", "nope", "none", "no thanks", "no thank you", "no nothing", "no nothing else", "no nothing more",
    "nothing", "nothing else", "nothing more", "nothing thanks", "nothing else thanks",
    "nein", "nein danke", "nein nichts", "nichts", "nichts mehr", "nichts weiter", "nichts weiteres", "sonst nichts",
    "non", "non merci", "non rien", "rien", "rien d autre", "rien de plus",
    "nada", "nada más", "nada mas", "no gracias", "no nada", "no nada más", "no nada mas",
    "niente", "niente altro", "nient altro", "nulla", "no grazie", "nee", "nee bedankt", "nee niets", "niets", "verder niets",
))  # fmt: skip
"""In the languages in which files are read too (`dispatch.desk.imports`), Italian and Dutch."""

_NOBODY = _NOTHING | {
    "nobody", "noone", "no one", "no reason", "na", "n a", "nil", "null", "tbd", "unknown", "not applicable",
    "niemand", "keiner", "kein grund", "unbekannt", "personne", "aucune raison", "inconnu", "nadie", "ninguno", "desconocido",
    "nessuno",
}  # fmt: skip
"""What stands in a field that has to be filled in, and names nobody and gives no reason."""

_CLIENT = (
    r"\b(?:clients?|customers?|users?|they|he|she|somebody|someone|owner|boss|manager|office|reception|receptionist|staff"
    r"|contact)"
)
_MUST = (
    r"(?:will|shall|must|should|(?:has|have|needs?|is|are|going|promised) to"
    r"|agreed to(?! (?:the|an?|it|this|that)\b))"
)
_NOT = r"(?:not|never|no|nothing)\b"
# using what works again is no task: "the client can sign in"
_CAN = r"can(?! (?:again|now|work|use|sign|log|print|scan|send|open|see|reach|access|continue)\b)"
_LEFT = re.compile(
    "|".join(
        (
            rf"{_CLIENT} (?:(?!{_NOT}|we\b|I\b)\w+ ){{0,2}}?(?:{_MUST}|{_CAN})\b(?! {_NOT})",
            rf"{_CLIENT}['’]ll\b",
            rf"{_CLIENT} to \w",
            rf"\b(?:left|leave|leaving|up) (?:\w+ )?(?:to|for|with) (?:the |our )?{_CLIENT}\b",
            rf"\bto be \w+ by (?:the )?{_CLIENT}\b",
            rf"\b(?:asked|told|reminded) (?:the )?{_CLIENT} to\b",
        )
    ),
    re.IGNORECASE,
)


def says_nothing(text: str) -> bool:
    """Whether an answer says that there is nothing, whatever its case and punctuation: "Nothing.", "no, thanks"."""
    return " ".join(re.sub(r"[,.;:!…'’]", " ", text).casefold().split()) in _NOTHING


def says_something(text: str) -> bool:
    """Whether an answer has a letter or a digit in it at all; "…" and "-" are as empty as nothing typed."""
    return any(character.isalnum() for character in text)


def tells(text: str, least: int = WHY) -> bool:
    """Whether a reason or a name tells anything: some letters or digits, not one repeated, not that there is nobody or nothing."""
    words = _words(text)
    letters = "".join(words)
    return len(letters) >= least and len(set(letters)) > 1 and " ".join(words) not in _NOBODY


def tells_or_declines(text: str) -> bool:
    """Whether a client's own words, that something is not wanted, tell anything: a plain "no, thanks" does."""
    return says_nothing(text) or tells(text)


def says_enough(text: str) -> bool:
    """Whether words are evidence (C5a): ten letters or digits, two different words, not one character repeated."""
    words = _words(text)
    letters = "".join(words)
    return len(letters) >= EVIDENCE and len(set(words)) > 1 and len(set(letters)) > 1


def says_the_same(text: str, other: str) -> bool:
    """Whether somebody wrote the same words once more."""
    return _words(text) == _words(other)


def _words(text: str) -> list[str]:
    """The words of a text in small letters."""
    return _WORD.findall(text.translate(_ONE_CASE))


def leaves_to_client(text: str) -> bool:
    """Whether a note speaks of something that the client is still to do: "client will reboot tonight" (G7).

    Only plain English is recognised. What is recognised by mistake keeps a gate shut until the item is recorded again
    in other words; words that are not recognised stand under the technician's statement that nothing is left.
    """
    return _LEFT.search(" ".join(text.split())) is not None
