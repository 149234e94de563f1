"""Alerts: what a dispatcher or lead is told of without looking, and by which ways."""

from __future__ import annotations

from typing import NamedTuple

from dispatch.model.instants import Times
from dispatch.model.text import LabelledEnum, show


class AlertKind(LabelledEnum):
    """What an alert is about; what matters most first."""

    EMERGENCY = "emergency"
    """An emergency waits for somebody."""
    LATE = "late"
    BREACH = "breach"
    """A service level is about to break, or has."""
    REFUSED = "refused"
    """Nobody let us in, or a technician does not take a job over."""
    REOPENED = "reopened"
    MAIL = "mail"
    """A message to a client was given up."""
    INBOX = "inbox"
    """A mail waits for somebody, or asks for a call."""
    STOPPED = "stopped"
    """Messages are not sent, or mail is not read."""


ALL_ALERTS = tuple(AlertKind)
SIGNALS = ("auto", "osc9", "osc777", "osc99")
"""How a terminal is asked for a notification of the desktop; `auto` is by what the terminal calls itself."""


class AlertKey(NamedTuple):
    """What makes an alert the same as another, so that it is told once: its visit, its kind and what it speaks of there: the
    promise, the clock and its state, the moment of a deed, the state of a message. What is about no visit has 0 for it."""

    kind: AlertKind
    visit_id: int
    speaks_of: str


class Alert(NamedTuple):
    """Something that stands now and is worth telling. `by` is the member of staff whose deed it is, where it is one's."""

    key: AlertKey
    reference: str
    client: str
    words: str
    by: int | None = None

    @property
    def text(self) -> str:
        """The alert in one line, for a terminal or a message."""
        return show(f"{self.reference} {self.client}: {self.words}" if self.reference else self.words, 160)


class Happening(NamedTuple):
    """A deed on a visit that is worth telling: when, by whom."""

    kind: AlertKind
    visit_id: int
    reference: str
    client: str
    at: int
    by: int | None
    words: str


class ToldAlert(NamedTuple):
    """What was told of an alert to somebody. `shown_at` is when their terminal told it, `seen` whether they were at it. `fate` is
    what became of the message to them (a `dispatch.model.messages.Fate`); empty: none was to go. Instants."""

    id: int
    staff_id: int
    kind: AlertKind
    visit_id: int
    speaks_of: str
    reference: str
    text: str
    made_at: int
    shown_at: int | None = None
    seen: bool = False
    fate: str = ""
    due_at: int | None = None
    tries: int = 0
    why: str = ""

    @property
    def key(self) -> AlertKey:
        """Of which alert."""
        return AlertKey(self.kind, self.visit_id, self.speaks_of)

    def line(self, times: Times) -> str:
        """What was told, when, and by which ways."""
        shown = "" if self.shown_at is None else "seen" if self.seen else "shown"
        ways = ", ".join(filter(None, (shown, f"message {self.fate}" if self.fate else "")))
        why = f" ({self.why})" if self.why else ""
        return show(f"{times.moment(self.made_at)}  {self.text}  {ways}{why}".rstrip())
