"""Handing a started job to another technician."""

from __future__ import annotations

from typing import NamedTuple


class Handover(NamedTuple):
    """A lead's request that somebody takes over a visit of a job that others started.

    `accepted` is None until the technician has answered; `answer` is what they said.
    """

    id: int
    visit_id: int
    reference: str
    client: str
    work: str
    to_id: int
    to: str
    asked_by: str
    reason: str
    asked_at: int
    answered_at: int | None = None
    accepted: bool | None = None
    answer: str = ""
