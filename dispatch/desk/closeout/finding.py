"""What an audit found: written down, put right and taken out while the visit is open; what became of it later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from db import changes, findings
from db.store import Store
from db.unit import Unit
from dispatch.desk.charges.charge_input import card_of
from dispatch.desk.closeout.onsite import open_visit
from dispatch.desk.session.carrying import carried
from dispatch.desk.session.refusals import Faulty, NotFound, Refusal, reason_of, refuse, worded
from dispatch.desk.session.user import User
from dispatch.desk.visits.handed_in import file_named, standing_files
from dispatch.desk.visits.steps import find, on_visit
from dispatch.fields.context import NO_RECORDS
from dispatch.model.findings import AuditFinding, FindingState
from dispatch.model.money import parse_minor
from dispatch.model.states import Role
from dispatch.model.text import LINE, show
from dispatch.model.visits import Visit
from dispatch.records.findings import FIELDS


@carried("finding")
def add(user: User, reference: str, texts: Mapping[str, str]) -> AuditFinding:
    """Write down a finding on an open visit.

    Args:
        user: a technician of the visit, or a lead.
        reference: the visit.
        texts: the fields of `dispatch.records.findings` as they are typed.

    Raises:
        Faulty: with everything that cannot be taken.
        Refusal: the visit is not open, or somebody else's.
    """
    with user.write("add a finding", Role.TECHNICIAN, Role.LEAD) as unit:
        visit = open_visit(user, reference)
        number = findings.last_number(user.store, visit.id) + 1
        finding = _read(user, visit, number, texts)
        change = _written(unit, finding)
        unit.noted |= {"number": number, "texts": {**texts, "photo": finding.photo or ""}}
        changes.remember(unit, f"finding {number} of {visit.reference}", [change])
        return finding_of(user.store, visit, number)


@carried("edit_finding")
def edit(user: User, reference: str, number: int, texts: Mapping[str, str]) -> AuditFinding:
    """Put a finding of an open visit right: what is not named stays. What stood there is kept."""
    with user.write("edit a finding", Role.TECHNICIAN, Role.LEAD) as unit:
        visit = open_visit(user, reference)
        before = finding_of(user.store, visit, number)
        after = _read(user, visit, number, {**texts_of(before), **texts})
        if texts_of(after) == texts_of(before):
            unit.leave_unchanged()
            return before
        unit.noted["texts"] = {**texts, "photo": after.photo or ""}
        # the new one first: undo takes it back before the other stands again
        pictures = [_written(unit, after), changes.withdrawn(unit, findings.FINDING, before.id)]
        changes.remember(unit, f"edit finding {number} of {visit.reference}", pictures)
        return finding_of(user.store, visit, number)


@carried("remove_finding")
def remove(user: User, reference: str, number: int, reason: str) -> AuditFinding:
    """Take a finding of an open visit out, with the reason."""
    with user.write("remove a finding", Role.TECHNICIAN, Role.LEAD) as unit:
        visit = open_visit(user, reference)
        why = reason_of(reason)
        finding = finding_of(user.store, visit, number)
        gone = changes.withdrawn(unit, findings.FINDING, finding.id)
        unit.audit("visit", visit.id, removed_finding=number, what=finding.what, reason=why)
        changes.remember(unit, f"take out finding {number} of {visit.reference}", [gone])
    return finding


def mark(user: User, reference: str, number: int, state: str, note: str = "") -> AuditFinding:
    """Say what became of a finding, on whatever day: done, declined by the client, or open again.

    Args:
        state: one of `FindingState`; `declined` only with the client's words as the note.

    Raises:
        Faulty: it is no such state, or the words are missing.
    """
    with on_visit(user, reference, "mark a finding", Role.DISPATCHER, Role.LEAD) as (unit, visit):
        finding = finding_of(user.store, visit, number)
        try:
            after = FindingState(state)
        except ValueError:
            raise Faulty([f"state: {show(state, 20)!r} is not one of {', '.join(FindingState)}"]) from None
        words = worded("note", note, LINE)
        if after is FindingState.DECLINED and not words:
            raise Faulty(["note: say how the client declined, in their words"])
        if after is finding.state and words == finding.note:
            raise Refusal(f"Finding {number} of {show(visit.reference)} is {after.label} already.")
        key = findings.add_mark(unit, finding, after, words)
        unit.audit("visit", visit.id, finding=number, state=after, note=words or None)
        label = f"finding {number} of {visit.reference}: {after.label}"
        changes.remember(unit, label, [changes.added(findings.MARK, key)])
        return finding_of(user.store, visit, number)


def finding_of(store: Store, visit: Visit, number: int) -> AuditFinding:
    """The finding of a visit by its number.

    Raises:
        NotFound: there is none.
    """
    own = findings.findings_of(store, visit.id)
    found = next((finding for finding in own if finding.number == number), None)
    if found is None:
        known = ", ".join(str(finding.number) for finding in own) or "none"
        raise NotFound(f"{show(visit.reference)} has no finding {number}; it has {known}.")
    return found


def of_visit(user: User, reference: str) -> list[AuditFinding]:
    """The findings of a visit, for who may read it."""
    user.ask_to_read_visit(reference)
    return findings.findings_of(user.store, find(user.store, reference).id)


def of_client(user: User, client_id: int | None, *, every: bool = False) -> list[AuditFinding]:
    """The findings of a client, or of all, that are still open; `every`: also those that are not."""
    user.ask_to_read("clients")
    own = findings.all_findings(user.store) if client_id is None else findings.findings_of_client(user.store, client_id)
    return [finding for finding in own if every or finding.open]


def texts_of(finding: AuditFinding) -> dict[str, str]:
    """A finding as it is typed."""
    return {
        "what": finding.what,
        "severity": finding.severity,
        "risk": finding.risk,
        "advice": finding.advice,
        "minutes": "" if finding.minutes is None else str(finding.minutes),
        "price": finding.price_text,
        "photo": "" if finding.photo is None else str(finding.file_id),
    }


def _read(user: User, visit: Visit, number: int, texts: Mapping[str, str]) -> AuditFinding:
    """The finding that was typed.

    Raises:
        Faulty: with everything that cannot be taken.
    """
    faults: list[str] = []
    values: dict[str, Any] = {}
    for field in FIELDS:
        try:
            values[field.name] = field.read(texts.get(field.name, ""), NO_RECORDS)
        except ValueError as fault:
            faults.append(f"{field.name}: {fault}")
    exponent, currency = _money(user.store, visit)
    price, photo = values.pop("price", None), values.pop("photo", "")
    try:
        values["price"] = parse_minor(price, exponent) if price else None
    except ValueError as fault:
        faults.append(f"price: {fault}")
    if photo:
        try:
            file = file_named(standing_files(user.store, visit.id), visit, photo)
            values |= {"file_id": file.id, "photo": file.name}
        except NotFound as fault:
            faults.append(f"photo: {fault}")
    refuse(faults)
    return AuditFinding(0, visit.id, number, currency=currency, exponent=exponent, **values)


def _money(store: Store, visit: Visit) -> tuple[int, str]:
    """Decimals and name of the money of the rate card on the day of a visit."""
    card = card_of(store, visit, store.clock.now())
    return (2, "") if card is None else (int(card.card.get("minor_units", 2)), str(card.card.get("currency", "")))


def _written(unit: Unit, finding: AuditFinding) -> changes.RecordChange:
    """Write a finding down, with its audit."""
    key = findings.add_finding(unit, finding)
    unit.audit("visit", finding.visit_id, finding=finding.number, **{k: v for k, v in texts_of(finding).items() if v})
    return changes.added(findings.FINDING, key)
