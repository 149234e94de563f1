"""Why a deed was not done, and the words that somebody gives with one: cleaned, or refused by the name of their field.

Every refusal leaves the record exactly as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from types import MappingProxyType

from dispatch.lazily import lazily
from dispatch.model.requests import Scope
from dispatch.model.text import LINE, NOTE, TextRefused, clean, show
from dispatch.model.visits import Visit
from dispatch.model.ways import state_words

with lazily(__name__):
    from dispatch.closeout import answers


class Refusal(Exception):
    """A deed that the rules do not allow. The message is one sentence that says what to do instead."""


class NotAllowed(Refusal):
    """The person has not the role for it, or the visit is another technician's."""


class NotFound(Refusal):
    """There is no record of that name."""


class Faulty(Refusal):
    """What was entered cannot be taken; `faults` names each field with what was expected."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(self.faults))


def refuse(faults: Sequence[str]) -> None:
    """Raise `Faulty` with all of them, where there is any."""
    if faults:
        raise Faulty(faults)


class WrongState(Refusal):
    """A deed for which the visit is in no state for it; `why` says what it is for, or what is done instead."""

    def __init__(self, visit: Visit, why: str) -> None:
        super().__init__(f"{show(visit.reference)} is {state_words(visit)}: {why}.")


class GatesUnmet(Refusal):
    """A close-out that its gates refuse; `reasons` holds every one of them, in words."""

    def __init__(self, headline: str, reasons: Sequence[str]) -> None:
        self.headline = headline
        self.reasons = tuple(reasons)
        super().__init__("\n".join([headline, *(f"  {reason}" for reason in reasons)]))


def mark_of(shown: str) -> str:
    """The mark of something that was shown, short enough to be typed."""
    return sha256(shown.encode()).hexdigest()[:6]


class NeedsConfirm(Refusal):
    """A change that the rules allow once somebody has said that they mean it.

    `said` is what is to be confirmed; who answers it hands `marks` back, and nothing else is done with that. `instead` are the
    texts, by field, that may be meant.
    """

    def __init__(self, sentence: str, marks: Sequence[str], instead: Mapping[str, str] = MappingProxyType({})) -> None:
        self.said, self.marks, self.instead = sentence, tuple(marks), instead
        super().__init__(f"{sentence} Say --confirm {','.join(marks)} if you mean it.")


def confirm(sentences: Iterable[str], confirmed: Sequence[str]) -> None:
    """Raise `NeedsConfirm` with those of the sentences that are not `confirmed`, where there is any."""
    if open_still := [sentence for sentence in sentences if mark_of(sentence) not in confirmed]:
        raise NeedsConfirm(" ".join(open_still), [*confirmed, *map(mark_of, open_still)])


class NeedsChoice(Refusal):
    """A change that can be meant in more than one way.

    `said` is what has to be known for it; `choices` are the marks, one of which is handed back as what is confirmed, each with
    what it means.
    """

    def __init__(self, sentence: str, option: str, choices: Mapping[str, str]) -> None:
        self.said, self.choices = sentence, choices
        ways = " or ".join(f"{option} {mark} ({means})" for mark, means in choices.items())
        super().__init__(f"{sentence} Say {ways}. Nothing was changed.")


class NeedsScope(NeedsChoice):
    """A change of a visit of a series, or of the series, that may be meant for one visit, for some or for all: the choice is
    handed back as the scope."""

    def __init__(self, said: str, choices: Mapping[Scope, str]) -> None:
        super().__init__(said, "--scope", {scope.value: means for scope, means in choices.items()})


class Blocked(Refusal):
    """A placement that the rules refuse; `findings` says why. A reason may override it, except for an unknown place.

    What of them wants to be confirmed besides is answered with `marks`, as by `NeedsConfirm`.
    """

    def __init__(self, message: str, findings: Sequence[str], marks: Sequence[str] = ()) -> None:
        self.findings, self.marks = tuple(findings), tuple(marks)
        super().__init__(message)


def worded(name: str, text: str, limit: int = LINE, *, least: int = 0, multiline: bool = False) -> str:
    """A text as it is kept.

    Args:
        name: of the field, for the message.
        text: as it was typed; it may be empty unless `least` says otherwise.
        limit: its longest, in characters.
        least: where it has to tell something (`answers.tells`): its letters or digits.
        multiline: whether it may have more than one line.

    Raises:
        Faulty: it cannot be taken.
    """
    try:
        cleaned = clean(text, limit=limit, multiline=multiline)
    except TextRefused as fault:
        raise Faulty([f"{name}: {fault}"]) from None
    if least and not cleaned:
        raise Faulty([f"{name}: is missing"])
    if len(cleaned) < least:
        raise Faulty([f"{name}: at least {least} characters are expected"])
    if least and not answers.tells(cleaned, least):
        raise Faulty(
            [f"{name}: “{show(cleaned, 40)}” says nothing; at least {least} letters or digits that do are expected"]
        )
    return cleaned


def taken(name: str, text: str, limit: int, faults: list[str], *, needed: bool = False) -> str:
    """A text as it is kept, beside others: what keeps it from being taken, or that it is missing where it is `needed`, is added
    to `faults`."""
    try:
        cleaned = clean(text, limit=limit, multiline=limit == NOTE)
    except TextRefused as fault:
        faults.append(f"{name}: {fault}")
        return ""
    if needed and not cleaned:
        faults.append(f"{name}: is missing")
    return cleaned


def reason_of(text: str) -> str:
    """A reason as it is kept.

    Raises:
        Faulty: there is none, it tells nothing, or it cannot be taken.
    """
    return worded("reason", text, least=answers.WHY)
