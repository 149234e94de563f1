"""The JSON form of reviews (docs/json.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dispatch.commands.forms import leg_form, moment, visit_page_form
from dispatch.model.instants import iso

if TYPE_CHECKING:
    from dispatch.desk.story import Story
    from dispatch.model.boards import Log, LogLine
    from dispatch.model.reviews import Batch, Comment


def story_form(story: Story) -> dict[str, Any]:
    """`dispatch visit story --json`."""
    page, zone = story.page, story.page.visit.zone
    approval = page.approval
    return visit_page_form(page) | {
        "exceptions": [
            {"exception": one.mark.value, "item": one.item or None, "text": one.text} for one in story.remarks
        ],
        "leg_planned": leg_form(page.leg, page.unit),
        "drives": [
            {
                "technician": one.technician,
                "departed": moment(one.depart_at, zone),
                "checked_in": moment(one.arrive_at, zone),
                "minutes": one.minutes,
                "checked_out": moment(one.leave_at, zone),
                "home": moment(one.home_at, zone),
                "minutes_home": one.home_minutes,
            }
            for one in story.drives
        ],
        "word_corrections": [
            {
                "sequence": one.sequence,
                "item": one.item,
                "was": one.before,
                "is": one.after,
                "reason": one.reason,
                "by": one.by,
                "at": iso(one.at, zone),
            }
            for one in page.words
        ],
        "revisions": [
            {
                "revision": one.revision,
                "made_at": iso(one.made_at, zone),
                "status": one.status,
                "accepted": one.accepted,
                "total": one.sheet["total"],
                "currency": one.currency,
                "reason": one.reason,
            }
            for one in story.revisions
        ],
        "comments": [comment_form(one, zone) for one in page.comments],
        "approval": None
        if approval is None
        else {
            "by": approval.by,
            "at": iso(approval.at, zone),
            "revision": approval.revision,
            "reason": approval.reason,
        },
        "batch": page.batch,
    }


def comment_form(one: Comment, zone: str) -> dict[str, Any]:
    """A comment with its answer."""
    return {
        "reference": one.reference,
        "client": one.client,
        "by": one.by,
        "at": iso(one.at, zone),
        "comment": one.text,
        "seen_at": moment(one.seen_at, zone),
        "answered_at": moment(one.answered_at, zone),
        "answered_by": one.answered_by or None,
        "answer": one.answer or None,
    }


def review_form(exceptions: list[LogLine], clean: list[LogLine], log: Log) -> dict[str, Any]:
    """`dispatch review list --json`."""
    return {
        "exceptions": [
            {"reference": line.visit.reference, "client": line.visit.client}
            | {"why": [one.text for one in line.remarks]}
            | {"start": moment(line.visit.start, log.zone)}
            for line in exceptions
        ],
        "clean": [line.visit.reference for line in clean],
    }


def batch_form(batch: Batch, zone: str) -> dict[str, Any]:
    """One batch of `dispatch invoice list --json`."""
    return {"batch": batch.id, "exported_at": iso(batch.at, zone), "exported_by": batch.by, "visits": batch.visits}
