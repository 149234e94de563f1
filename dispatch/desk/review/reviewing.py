"""The lead's review of ended visits: approve, send back with a comment, answer, put words right (design/states.md, Review)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from db import checklists, log_rows, promises, reviews, settings, sheets, visits
from db.sheets import StoredSheet
from db.store import Store
from db.unit import Unit
from dispatch.charges.explain import MEANS, needs
from dispatch.closeout.answers import WHY, says_enough, tells
from dispatch.closeout.gates import ENOUGH, trimmed
from dispatch.desk.log.exceptions import remarks_of
from dispatch.desk.log.visit_page import VisitPage, visit_page
from dispatch.desk.session.refusals import Faulty, NotFound, Refusal, WrongState, refuse, worded
from dispatch.desk.session.shown import Shown, changed_since
from dispatch.desk.session.user import User
from dispatch.desk.visits.steps import find, on_visit, own_parts
from dispatch.model.checklists import ItemKind, Result, called
from dispatch.model.money import amount_text
from dispatch.model.reviews import Comment, Remark, divided
from dispatch.model.states import ENDED, Review, Role, State
from dispatch.model.text import LINE, NOTE, show
from dispatch.model.visits import Visit


@dataclass(frozen=True, slots=True)
class JudgedApproval:
    """What stands against an approval: `refusals` forbid it, `doubts` want a reason, `remarks` are worth looking at.

    `sheet` is the charge that is approved with it; None where nothing is charged.
    """

    visit: Visit
    refusals: tuple[str, ...]
    doubts: tuple[str, ...]
    remarks: tuple[Remark, ...]
    sheet: StoredSheet | None

    @property
    def shown(self) -> Shown:
        """What an approval carries, so that it is of this and nothing else."""
        return Shown(self.visit.version, 0 if self.sheet is None else self.sheet.revision)

    @property
    def exceptions(self) -> tuple[Remark, ...]:
        """What a lead must look at."""
        return divided(self.remarks)[0]

    @property
    def clean(self) -> bool:
        """Whether it may be approved with others in one go."""
        return not self.refusals and not self.doubts and not self.exceptions

    @property
    def consequences(self) -> list[str]:
        """What approving does, before it is done."""
        charge = "nothing is charged"
        if self.sheet is not None and self.sheet.total is not None:
            total = amount_text(self.sheet.total, self.sheet.exponent, self.sheet.currency)
            charge = f"{total} (revision {self.sheet.revision}) is ready to invoice"
        return [
            *(f"{'to look at' if remark.exception else 'to know'}: {remark.text}" for remark in self.remarks),
            f"{self.visit.reference} {self.visit.client} is approved: {charge}.",
            "It leaves the technician's hands, and undo does not bring it back.",
        ]


class BatchApproved(NamedTuple):
    """What an approval of many came to: the references approved, and each left out with why."""

    approved: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]


class WrittenWords(NamedTuple):
    """Words on a visit, at a place of its sequence, and how what they answer is called."""

    sequence: int
    called: str
    text: str


def judge(store: Store, reference: str) -> JudgedApproval:
    """What stands against approving a visit now."""
    visit = find(store, reference)
    last = sheets.latest_sheet(store, visit.id)
    why = f": {visit.reason}" if visit.reason else ""
    doubts = [f"it was left open{why}"] if visit.state is State.LEFT_OPEN else []
    doubts += [
        f"{item.called} fails"
        for item in checklists.checklist(store, visit.id).items
        if item.kind is ItemKind.TEST and (standing := item.standing) is not None and standing.result is Result.FAIL
    ]
    refusals = _refusals(visit, last, unanswered=bool(_open(store, visit)))
    return JudgedApproval(visit, tuple(refusals), tuple(doubts), _remarks(store, visit), last)


def approve(user: User, reference: str, reason: str, shown: Shown) -> Visit:
    """Approve a visit: its charge is ready to invoice.

    Args:
        reason: needed where there are doubts (it was left open, a test fails), kept with the approval.
        shown: what the lead saw; anything else is not approved, and nothing unseen.

    Raises:
        Faulty: it cannot be approved, with every reason at once.
    """
    with user.write("approve", Role.LEAD) as unit:
        judged = judge(user.store, reference)
        why = worded("reason", reason, LINE)
        against = [*judged.refusals]
        if (change := changed_since(user.store, judged.visit, shown)) is not None:
            against.append(f"{change}; look at it first")
        if judged.doubts and not tells(why):
            against += [f"{doubt}; approving it all the same needs a reason" for doubt in judged.doubts]
        if against:
            raise Faulty([f"{show(judged.visit.reference)} cannot be approved: {reason}" for reason in against])
        return _approve(user, unit, judged, why)


def approve_clean(user: User, shown: Mapping[str, Shown]) -> BatchApproved:
    """Approve those of some visits that are clean, and say of each other one why it is not (dispatch.desk.log.visit_log).

    They are judged again now; `shown` is what the list that they were chosen from showed of each.
    """
    with user.write("approve", Role.LEAD) as unit:
        approved, left_out = [], []
        for reference, saw in shown.items():
            judged = judge(user.store, reference)
            change = changed_since(user.store, judged.visit, saw)
            if judged.clean and change is None:
                approved.append(_approve(user, unit, judged, "").reference)
                continue
            against = [*judged.refusals, *judged.doubts, *(remark.text for remark in judged.exceptions), change]
            left_out.append((judged.visit.reference, "; ".join(dict.fromkeys(filter(None, against)))))
        if not approved:
            unit.leave_unchanged()
        return BatchApproved(tuple(approved), tuple(left_out))


def send_back(user: User, reference: str, comment: str) -> Comment:
    """Send a visit back to its technician, in whose day the comment stands until it is answered.

    Raises:
        Refusal: it does not wait for review, or nobody was on it.
    """
    with on_visit(user, reference, "send back", Role.LEAD) as (unit, visit):
        if visit.review is not Review.TO_REVIEW:
            raise Refusal(f"{show(visit.reference)} {_stands(visit)}: only what waits for review is sent back.")
        if not visit.assignments:
            raise Refusal(f"{show(visit.reference)} had no technician: there is nobody to send it back to.")
        text = worded("comment", comment, NOTE, least=WHY, multiline=True)
        visits.change(unit, visit, review=Review.SENT_BACK.value)
        reviews.send_back(unit, visit.id, text)
        unit.audit("visit", visit.id, comment=text, technician=visit.crew)
        return reviews.comments_of(user.store, visit.id)[-1]


def see_comment(user: User, reference: str) -> None:
    """Note that the technician has seen the lead's comment; the visit stays sent back until it is answered."""
    with on_visit(user, reference, "see a comment", Role.TECHNICIAN) as (unit, visit):
        unseen = [comment for comment in _open(user.store, visit) if comment.seen_at is None]
        if not unseen or visit.assignment_of(user.staff.id) is None:
            unit.leave_unchanged()
            return
        for comment in unseen:
            reviews.see(unit, comment)
        unit.audit("visit", visit.id, comment="seen")


def answer(user: User, reference: str, words: str = "") -> Visit:
    """Answer the lead's comment: the visit waits for review again. One that was opened again meanwhile is answered too.

    Args:
        words: may be left out where times or words were put right since the comment.

    Raises:
        Refusal: the visit was not sent back.
    """
    with on_visit(user, reference, "answer a comment", Role.TECHNICIAN, Role.LEAD) as (unit, visit):
        own_parts(user, visit, None)
        waiting = _open(user.store, visit)
        if not waiting:
            raise Refusal(f"{show(visit.reference)} {_stands(visit)}: there is no comment to answer.")
        text = worded("answer", words, NOTE, multiline=True)
        corrected = any(reviews.corrected_since(user.store, visit.id, comment.at) for comment in waiting)
        if not tells(text) and not corrected:
            raise Faulty(["answer: say something, in at least 3 characters, or put right what the comment is about"])
        review = Review.TO_REVIEW if visit.review is Review.SENT_BACK else visit.review
        visits.change(unit, visit, review=review.value)
        for comment in waiting:
            reviews.answer(unit, comment, text)
        unit.audit("visit", visit.id, answer=text or "corrected")
        return find(user.store, reference)


def correct_words(user: User, reference: str, of: str, words: str, reason: str) -> Visit:
    """Put right what was written on an ended visit: evidence, an answer, a note. The original stays beside it.

    Args:
        user: a lead; a technician while their visit is sent back.
        of: a checklist item (its latest result) or the number of an entry in the visit's sequence.
        words: the right ones.
        reason: kept with the correction.

    Raises:
        Refusal: there are no such words, the client signed them, or the visit is open or exported.
    """
    with on_visit(user, reference, "correct words", Role.TECHNICIAN, Role.LEAD) as (unit, visit):
        if Role.LEAD not in user.roles_now:
            own_parts(user, visit, None)
            if visit.review is not Review.SENT_BACK:
                raise Refusal(f"{show(visit.reference)} was not sent back: only a lead puts its words right.")
        if visit.state not in ENDED:
            raise WrongState(visit, "record what is right as a new result")
        if visit.review is Review.EXPORTED:
            raise Refusal(f"{show(visit.reference)} has been exported to be invoiced: its words stand.")
        sequence, evidence = _sequence_of(user.store, visit, of)
        written = reviews.words_at(user.store, visit.id, sequence)
        if written is None:
            raise NotFound(f"{show(visit.reference)} has no entry {sequence}.")
        table, key, item, before = written
        faults = []
        after = worded("words", words, NOTE, multiline=True)
        if evidence and not says_enough(trimmed(after)):
            faults.append(f"words: {ENOUGH} are expected")
        elif not trimmed(after):
            faults.append("words: are missing")
        why = worded("reason", reason, LINE)
        if not tells(why):
            faults.append(f"reason: at least {WHY} characters that say why are expected")
        refuse(faults)
        if after == before:
            raise Refusal("The words stand so already.")
        visits.change(unit, visit)
        reviews.correct_words(unit, visit.id, (table, key), before, after, why)
        unit.audit("visit", visit.id, item=item, sequence=sequence, was=before, words=after, reason=why)
        return find(user.store, reference)


def words_of(store: Store, reference: str) -> list[WrittenWords]:
    """What was written on a visit and may be put right, in its order, as it stands now."""
    visit = find(store, reference)
    checklist = checklists.checklist(store, visit.id)
    attempts = [tried for item in checklist.items for tried in item.attempts]
    sequences = {tried.sequence for tried in attempts if tried.text}
    sequences |= {entry.sequence for entry in checklist.entries if entry.text}
    sequences -= {tried.sequence for tried in attempts if tried.result is Result.SIGNED}
    written = ((sequence, reviews.words_at(store, visit.id, sequence)) for sequence in sorted(sequences))
    names = {"W2": called("What was changed")} | {item.ref: item.called for item in checklist.items}
    return [WrittenWords(sequence, names[words[2]], words[3]) for sequence, words in written if words is not None]


def approved_words(store: Store, visit: Visit) -> str:
    """What an approval came to."""
    approval = reviews.approval_of(store, visit.id)
    charged = approval is not None and approval.revision
    return f"{show(visit.reference)} is approved: {'ready to invoice' if charged else 'nothing is charged'}."


def _approve(user: User, unit: Unit, judged: JudgedApproval, reason: str) -> Visit:
    visit, sheet = judged.visit, judged.sheet
    revision = sheet.revision if sheet is not None and sheet.total is not None else 0
    visits.change(unit, visit, review=Review.APPROVED.value)
    reviews.approve(unit, visit.id, revision, reason)
    total = sheet.sheet["total"] if sheet is not None and revision else None
    approved = {"review": Review.APPROVED.value, "charge_revision": revision or None, "total": total}
    exceptions = [remark.text for remark in judged.exceptions] or None
    unit.audit("visit", visit.id, **approved, reason=reason or None, exceptions=exceptions)
    return find(user.store, visit.reference)


def _refusals(visit: Visit, last: StoredSheet | None, *, unanswered: bool) -> list[str]:
    if visit.state not in ENDED:
        return [f"it is {visit.state.label} and has not ended"]
    reasons = []
    if unanswered:
        reasons.append("it was sent back, and its technician has not answered yet")
    elif visit.review is not Review.TO_REVIEW:
        reasons.append(f"it {_stands(visit)} already")
    if not visit.assignments:
        # it ended before anybody was assigned: there is nothing to charge, and nothing is missing
        return reasons
    if last is None:
        reasons.append("there is no charge: a lead adds a rate card for that day and corrects the charge")
    elif last.total is None:
        reasons += [f"its charge is blocked: {need}" for need in needs(last.sheet)]
    elif not last.accepted:
        flags = "; ".join(MEANS.get(flag, flag) for flag in last.sheet["flags"])
        reasons.append(f"its charge is flagged ({flags}) and not accepted yet; accept it first (`charge --accept`)")
    return reasons


def _remarks(store: Store, visit: Visit) -> tuple[Remark, ...]:
    ids, firm = [visit.id], settings.firm(store)
    promised = promises.of_visits(store, ids, firm.zone, store.clock.now(), firm.late_minutes)
    rows = [row._replace(crew=visit.crew) for row in log_rows.rows(store, None, ids=ids)]
    remarks = remarks_of(store, rows, log_rows.sums(store, ids), {visit.id: promised}, firm.times())
    return remarks.get(visit.id, ())


def _open(store: Store, visit: Visit) -> list[Comment]:
    return [comment for comment in reviews.comments_of(store, visit.id) if comment.answered_at is None]


def _sequence_of(store: Store, visit: Visit, of: str) -> tuple[int, bool]:
    """The place in the visit's sequence that is meant, and whether it is the evidence of a test that passed."""
    checklist = checklists.checklist(store, visit.id)
    typed = of.strip().removeprefix("#")
    if typed.isdecimal():
        sequence = int(typed)
    else:
        named = checklist.item(typed)
        if named is None or named.latest is None:
            raise NotFound(f"{show(visit.reference)} has no result on {show(of, 40)}.")
        sequence = named.latest.sequence
    found = ((item, tried) for item in checklist.items for tried in item.attempts if tried.sequence == sequence)
    item, tried = next(found, (None, None))
    if item is None or tried is None:
        return sequence, False
    if tried.result is Result.SIGNED:
        raise Refusal("What the client signed is nobody's to change.")
    return sequence, item.kind is ItemKind.TEST and tried.result is Result.PASS and not trimmed(tried.value)


def _stands(visit: Visit) -> str:
    return {
        Review.NONE: f"is {visit.state.label}",
        Review.TO_REVIEW: "waits for review",
        Review.APPROVED: "is approved",
        Review.EXPORTED: "has been exported to be invoiced",
        Review.SENT_BACK: "is sent back",
    }[visit.review]


@dataclass(frozen=True, slots=True)
class VisitHistory:
    """A visit's page with what only its review asks for. `revisions` of the charge, the oldest first."""

    page: VisitPage
    remarks: tuple[Remark, ...]
    revisions: tuple[StoredSheet, ...]


def visit_history(store: Store, reference: str) -> VisitHistory:
    """The history of a visit, read in one snapshot.

    Raises:
        NotFound: there is no visit of that reference.
    """
    with store.read():
        page = visit_page(store, reference)
        revisions = tuple(reversed(sheets.revisions(store, page.visit.id)))
        return VisitHistory(page, judge(store, reference).remarks, revisions)
