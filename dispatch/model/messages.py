"""What clients are told: messages, and calls before we arrive; and what became of each."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

from dispatch.model.text import LabelledEnum, count_text


class About(LabelledEnum):
    """What a message tells. A client is told what they asked to be told, and nothing else."""

    CONFIRMED = "confirmed"
    REMINDER = "reminder"
    """The appointment is tomorrow."""
    ON_THE_WAY = "on_the_way"
    LATE = "late"
    REPORT = "report"
    MOVED = "moved"
    """The appointment that the client was told of is at another time, which nobody has agreed with them yet."""
    CANCELLED = "cancelled"
    """The appointment that the client was told of does not take place."""
    PAPER = "paper"
    """A paper that somebody sends them: a report, a month, a quote."""
    SURVEY = "survey"
    """How satisfied they are, from 0 to 10."""
    RECEIVED = "received"
    """The answer to a mail that became a request."""

    @property
    def wish(self) -> About:
        """What the client asks for to be told of this: whoever is told an appointment is told what becomes of it."""
        return About.CONFIRMED if self in (About.MOVED, About.CANCELLED) else self


WISHES = tuple(
    about for about in About if about.wish is about and about not in (About.PAPER, About.SURVEY, About.RECEIVED)
)
"""What a client may ask to be told."""
APPOINTMENT = (About.CONFIRMED, About.MOVED, About.CANCELLED)
"""What tells the client whether and when we come, the newest as it stands."""
BY_SMS = (*APPOINTMENT, About.REMINDER, About.ON_THE_WAY, About.LATE)
"""What a sentence says: it may go as a text message. The others go by mail only."""
AT_ONCE = (About.ON_THE_WAY, About.LATE, About.RECEIVED)
"""What goes in quiet hours too: the client waits for us now, or has just written to us."""
QUIET_MARGIN = 3600
"""Seconds after the end of the quiet hours: what speaks of a time before that does not wait for their end."""
SMS_LONGEST = 300
"""Characters of a text message: two of those that a telephone joins to one."""


class Fate(StrEnum):
    """What became of a message."""

    WAITING = "waiting"
    TAKEN = "taken"
    """A sender has it and has not begun to hand it over."""
    SENDING = "sending"
    """A sender hands it over: from here on only that sender knows."""
    SENT = "sent"
    FAILED = "failed"
    """Tried as often as is useful; a person decides."""
    UNSURE = "unsure"
    """The sender was lost while handing it over: it may have gone out. A person decides."""
    DROPPED = "dropped"
    """Not true any more before it went out, or a person did not want it sent."""


TROUBLED = (Fate.FAILED, Fate.UNSURE)
"""Those that somebody has to look at."""
OPEN = (Fate.WAITING, Fate.TAKEN, Fate.SENDING)
"""Those that are still to be sent."""
OVERDUE = 600
"""Seconds after which a message that nobody sends is a trouble: no sender runs, or it cannot send."""
PLACE_HOLDERS = ("firm", "reference", "client", "site", "work", "technician", "when")
"""What may stand in braces in the words of a message. `when` is the new time, the arrival or the appointment."""
SURVEY_PLACE_HOLDERS = ("firm", "client")
"""What may stand in braces in the words of a survey, above its lines from 0 to 10."""
RECEIVED_PLACE_HOLDERS = ("firm", "reference", "client", "site", "work")
"""What may stand in braces in the answer to a mail that became a request."""
PAPER_PLACE_HOLDERS = ("firm", "client", "paper")
"""What may stand in braces in the words that go with a paper; `paper` is its title."""


def is_number(address: str) -> bool:
    """Whether a message goes to a telephone, as SMS, and not by mail."""
    return "@" not in address


def number_of(phone: str) -> str:
    """A telephone number as one dials it, without signs between; empty where it is none."""
    dialled = re.sub(r"[\s().\-/\u2013]", "", phone)
    return dialled if re.fullmatch(r"\+?[0-9]{7,15}", dialled) else ""


class Message(NamedTuple):
    """One message. `premise` is the moment that it speaks of: the appointment, the arrival, the end of the visit; `client_id`
    whose it is and `site_id` of which site, which the visit is not any more where it was booked for the wrong one. One that brings
    a paper has its number and title, and a visit only where that is about one alone; one that answers a mail has the mail's."""

    id: int
    visit_id: int | None
    client_id: int
    reference: str
    client: str
    about: About
    premise: int
    address: str
    text: str
    fate: Fate
    made_at: int
    due_at: int
    until: int | None
    tries: int
    ended_at: int | None
    why: str
    version: int
    site_id: int | None = None
    paper_id: int | None = None
    paper: str = ""
    mail_id: int | None = None

    @property
    def subject(self) -> str:
        """What it is about, in a word or a title."""
        return self.paper or self.about.label


class MessagePreview(NamedTuple):
    """A message as it would go about a visit: in which language, to which addresses, its subject and text, and how it reads as SMS,
    where it may go as one. `words` is the firm's wording of it, and `setting` what that is called in the settings."""

    about: About
    setting: str
    words: str
    language: str
    to: tuple[str, ...]
    subject: str
    text: str
    sms: str = ""


class Told(NamedTuple):
    """The newest message of an appointment that may have reached a client: its number, what it says, of which moment and site, and
    when it was made."""

    id: int
    about: About
    premise: int
    site_id: int | None
    made_at: int


class Trouble(NamedTuple):
    """How many messages were given up, and how many nobody sends though they are due."""

    given_up: int = 0
    overdue: int = 0

    @property
    def words(self) -> str:
        """What somebody has to look at; empty where nothing is."""
        counts = ((self.given_up, "not sent"), (self.overdue, "overdue"))
        return ", ".join(f"{count_text(count, 'message')} {what}" for count, what in counts if count)


_NOT_DONE = {
    "inbox": "Mail is not read",
    "outbox": "Messages are not sent",
    "replicate": "The copy elsewhere falls behind",
}
"""What a process does not do that is silent."""


class SilentProcess(NamedTuple):
    """A process that does not do its work: its name, since when, and what keeps it from it, where that is known."""

    name: str
    since: int
    why: str

    @property
    def words(self) -> str:
        """What somebody has to look at."""
        what = _NOT_DONE[self.name]
        return f"{what}: {self.why}" if self.why else f"{what}: does dispatch {self.name} run run?"


class CallOutcome(StrEnum):
    """What came of a call."""

    OWED = "owed"
    """Not made yet: the plan was changed, and the client expects us at the time that stood before."""
    ANSWERED = "answered"
    UNANSWERED = "unanswered"


class Call(NamedTuple):
    """One entry of the call-ahead log. `promised` is the time that the client was told, or still expects (owed)."""

    id: int
    visit_id: int
    by: str
    at: int
    outcome: CallOutcome
    promised: int | None = None
    phone: str = ""
    note: str = ""
