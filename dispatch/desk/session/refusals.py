"""Why a deed was not done. Every refusal leaves the record exactly as it was."""

from __future__ import annotations

from collections.abc import Sequence

from dispatch.model.text import show
from dispatch.model.visits import Visit


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
        super().__init__(f"{show(visit.reference)} is {visit.state.label}: {why}.")


class GatesUnmet(Refusal):
    """A close-out that its gates refuse; `reasons` holds every one of them, in words."""

    def __init__(self, headline: str, reasons: Sequence[str]) -> None:
        self.headline = headline
        self.reasons = tuple(reasons)
        super().__init__("\n".join([headline, *(f"  {reason}" for reason in reasons)]))


class NeedsConfirm(Refusal):
    """A change that the rules allow once somebody has said that they mean it.

    `said` is what is to be confirmed; who answers it hands `marks` back, and nothing else is done with that.
    """

    def __init__(self, sentence: str, marks: Sequence[str]) -> None:
        self.said, self.marks = sentence, tuple(marks)
        super().__init__(f"{sentence} Say --confirm {','.join(marks)} if you mean it.")


class Blocked(Refusal):
    """A placement that the rules refuse; `findings` says why. A reason may override it, except for an unknown place.

    What of them wants to be confirmed besides is answered with `marks`, as by `NeedsConfirm`.
    """

    def __init__(self, message: str, findings: Sequence[str], marks: Sequence[str] = ()) -> None:
        self.findings, self.marks = tuple(findings), tuple(marks)
        super().__init__(message)
