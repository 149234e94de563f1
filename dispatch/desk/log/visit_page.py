"""Everything about one visit, for the visit screen, the log and `dispatch visit show`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from db import (
    agreements,
    checklists,
    clients,
    findings,
    invoices,
    mails,
    people,
    reviews,
    sessions,
    settings,
    stays,
    visits,
)
from db.audit import AuditRow, history_of
from db.legs import legs_of
from db.store import Store, existing
from db.templates import Origin, origin_of
from dispatch.care.rules import TITLES
from dispatch.closeout.gates import Unmet, unmet
from dispatch.desk.charges.charging import Priced, Unpriced, charge_of
from dispatch.desk.levels.clocks import VisitClock, clocks_of
from dispatch.desk.visits.steps import find
from dispatch.lazily import lazily
from dispatch.model.boards import Event
from dispatch.model.checklists import Checklist, HandedIn, Item
from dispatch.model.clients import Client, Site
from dispatch.model.findings import AuditFinding
from dispatch.model.instants import Times, day_of, when_text
from dispatch.model.mail import Mail
from dispatch.model.reviews import Approval, Comment, WordCorrection
from dispatch.model.travel import DistanceUnit, Leg
from dispatch.model.visits import TimeCorrection, UsedItem, Visit, WorkMark

with lazily(__name__):
    from dispatch.desk.prices import agreeing


@dataclass(frozen=True, slots=True)
class VisitPage:
    """A visit with its site, client, checklist, what still keeps it from closing, its charge and its events.

    `priced` is its charge, or why it cannot be worked out yet. `balances` is what is left of the
    prepaid balances that it would draw from, `clocks` are its service levels: for dispatcher and lead only. `same_job` are the
    other visits of its job but its follow-ups. `used` and `marks` are what stands, `files` what was handed in, `removed_files`
    what of it a lead took out, `findings` what an audit found, `corrections` every moment that was put right, the oldest first,
    `words` the words that were, `comments` the lead's with their answers.
    `approval` is the newest one, whether it stands or not; `invoice` the number of the one on which the visit stands, and `batch`
    the one of before in which it was exported. `origin` is the template that the checklist was copied from, `none_wanted` who wants
    no follow-up of a visit that was left open, with their words. `mails` are those that asked for it or speak of it.
    """

    visit: Visit
    site: Site
    client: Client
    checklist: Checklist
    unmet: tuple[Unmet, ...]
    priced: Priced | Unpriced
    leg: Leg | None
    events: tuple[Event, ...]
    follow_ups: tuple[Visit, ...]
    hours24: bool
    unit: DistanceUnit
    balances: tuple[str, ...] = ()
    clocks: tuple[VisitClock, ...] = ()
    same_job: tuple[Visit, ...] = ()
    used: tuple[UsedItem, ...] = ()
    marks: tuple[WorkMark, ...] = ()
    corrections: tuple[TimeCorrection, ...] = ()
    files: tuple[HandedIn, ...] = ()
    removed_files: tuple[HandedIn, ...] = ()
    findings: tuple[AuditFinding, ...] = ()
    words: tuple[WordCorrection, ...] = ()
    comments: tuple[Comment, ...] = ()
    approval: Approval | None = None
    batch: int | None = None
    invoice: str | None = None
    origin: Origin | None = None
    none_wanted: tuple[str, str] | None = None
    office: str = "UTC"
    mails: tuple[Mail, ...] = ()

    @property
    def times(self) -> Times:
        """Times as its page writes them: in the zone of its site."""
        return Times(self.visit.zone, self.hours24, "at the office")

    @property
    def charge(self) -> Priced | None:
        """The charge; None where it cannot be worked out yet."""
        return self.priced if isinstance(self.priced, Priced) else None


def charge_now(store: Store, reference: str) -> Priced | Unpriced:
    """The charge of a visit as on its page, read alone.

    Raises:
        NotFound: there is no visit of that reference.
    """
    with store.read():
        return charge_of(store, find(store, reference), now=store.clock.now())


def visit_page(store: Store, reference: str) -> VisitPage:
    """The page of a visit, read in one snapshot.

    Raises:
        NotFound: there is no visit of that reference.
    """
    with store.read():
        visit = find(store, reference)
        firm = settings.firm(store)
        checklist = checklists.checklist(store, visit.id)
        handed_in = checklists.files_of(store, visit.id)
        leg = None
        if visit.starts_at is not None and visit.assignments:
            day = day_of(visit.starts_at, firm.zone)
            leg = legs_of(store, visit.assignments[0].technician_id, day).get(visit.id)
        return VisitPage(
            visit=visit,
            site=existing(clients.site(store, visit.site_id)),
            client=existing(clients.client(store, visit.client_id)),
            checklist=checklist,
            unmet=unmet(checklist, visit.zone, hours24=firm.clock_hours == 24, remote=visit.remote),
            priced=charge_of(store, visit, now=store.clock.now()),
            leg=leg,
            events=tuple(_events(store, visit, checklist.items)),
            follow_ups=tuple(visits.follow_ups(store, visit.id)),
            hours24=firm.clock_hours == 24,
            unit=firm.distance_unit,
            balances=tuple(_balances(store, visit, firm.zone)),
            clocks=clocks_of(store, [visit]).get(visit.id, ()),
            used=tuple(stays.items_of(store, visit.id)),
            marks=tuple(stays.marks_of(store, visit.id)),
            corrections=tuple(stays.corrections_of(store, visit.id)),
            files=tuple(file for file in handed_in if file.removal is None),
            removed_files=tuple(file for file in handed_in if file.removal is not None),
            findings=tuple(findings.findings_of(store, visit.id)),
            words=tuple(reviews.word_corrections_of(store, visit.id)),
            comments=tuple(reviews.comments_of(store, visit.id)),
            approval=reviews.approval_of(store, visit.id),
            batch=invoices.batch_of(store, visit.id),
            invoice=invoices.number_of_visit(store, visit.id),
            origin=origin_of(store, visit.id),
            none_wanted=visits.none_wanted(store, visit.id),
            office=firm.zone,
            mails=tuple(mails.of_visit(store, visit.id)),
            same_job=tuple(
                other for other in visits.of_job(store, visit.job_id) if visit.id not in (other.id, other.parent_id)
            ),
        )


def _balances(store: Store, visit: Visit, zone: str) -> list[str]:
    day = day_of(store.clock.now() if visit.anchor is None else visit.anchor, zone)
    agreement = agreements.agreement_on(store, visit.client_id, day)
    return agreeing.balances(store, agreement, day) if agreement is not None and agreement.covers(day) else []


def _events(store: Store, visit: Visit, items: Sequence[Item]) -> Iterator[Event]:
    labels = {item.ref: item.called for item in items}
    names = {person.login.casefold(): person.name for person in people.all_staff(store)}
    for row in reversed(history_of(store, "visit", visit.id, limit=1000)):
        named = {"item": labels.get(row.detail["item"], row.detail["item"])} if row.detail.get("item") else {}
        text = detail_words(row.deed, {**row.detail, **named}, visit.zone)
        yield Event(row.at, names.get(row.actor.casefold(), row.actor), row.deed, text, _where(store, row))


def _where(store: Store, row: AuditRow) -> str:
    """From where somebody did something: over SSH the key and the session, else the firm's machine."""
    if row.via == "seat":
        key_id = row.detail.get("key_id")
        key = sessions.key(store, key_id) if isinstance(key_id, int) else None
        named = f"key {key.fingerprint.removeprefix('SHA256:')[:12]}, " if key is not None else ""
        return f"SSH, {named}session {row.session[:8]}"
    if row.via == "system":
        return "the program"
    return f"this machine as {row.actor}" if row.via == "as" else "this machine"


def _change_words(name: str, change: object) -> str:
    """What a field was and is, where both were noted."""
    told = change if isinstance(change, list) and len(change) == 2 else [change]
    return f"{name.replace('_', ' ')} {' → '.join('–' if one in (None, '') else str(one) for one in told)}"


def detail_words(deed: str, detail: Mapping[str, Any], zone: str) -> str:
    """An audit row's detail in words, the instants in it as clock times."""
    parts = []
    for key, value in detail.items():
        if value in (None, "", [], False) or key == "key_id":
            continue
        word = key.replace("_", " ")
        if value is True:
            parts.append(word)
        elif key.endswith("_at") and isinstance(value, int):
            parts.append(f"{word} {when_text(value, zone)}")
        elif isinstance(value, list):
            parts.append(f"{word} {', '.join(map(str, value))}")
        elif isinstance(value, dict):
            parts.append(f"{word} {', '.join(_change_words(name, change) for name, change in value.items())}")
        else:
            parts.append(f"{word} {in_words(key, value)}")
    return " · ".join(parts) or deed


def in_words(key: str, value: object) -> object:
    """A value of an audit row's detail: a prompt of account care by what its rule is called, not by its number."""
    rule, _, occasion = str(value).partition(" ") if key == "care" else ("", "", "")
    return f"{TITLES[rule]} {occasion}" if rule in TITLES else value
