"""What people mean by what they answer: that there is nothing, or that something is left to the client (C2: G6, G7)."""

from __future__ import annotations

import re

_NOTHING = frozenset(
    {
        "nothing",
        "nothing else",
        "nothing more",
        "nothing thanks",
        "nothing else thanks",
        "no",
        "nope",
        "none",
        "no thanks",
        "no thank you",
        "no nothing",
        "no nothing else",
        "no nothing more",
    }
)

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
    return " ".join(re.sub(r"[,.;:!…]", " ", text).casefold().split()) in _NOTHING


def says_something(text: str) -> bool:
    """Whether an answer has a letter or a digit in it at all; "…" and "-" are as empty as nothing typed."""
    return any(character.isalnum() for character in text)


def leaves_to_client(text: str) -> bool:
    """Whether a note speaks of something that the client is still to do: "client will reboot tonight" (G7).

    Only plain English is recognised. What is recognised by mistake keeps a gate shut until the item is recorded again
    in other words; words that are not recognised stand under the technician's statement that nothing is left.
    """
    return _LEFT.search(" ".join(text.split())) is not None
