"""Agreements as a lead keeps them: terms checked as a whole, prepaid blocks, an early end."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, NamedTuple

from db import agreements, changes, clients, people, prepaid_use, settings, visits
from db.agreements import MONEY_KIND
from db.changes import RecordChange
from db.store import Store, existing
from db.unit import Unit
from dispatch.charges.explain import AT_USUAL
from dispatch.desk.session.refusals import Faulty, NotFound, Refusal, confirm, refuse, taken
from dispatch.desk.session.user import User
from dispatch.lazily import lazily
from dispatch.model.agreements import KIND_WORDS, Agreement, ServiceTerms
from dispatch.model.instants import day_bounds, day_of, plain_day_text
from dispatch.model.languages import reckon, say
from dispatch.model.money import format_minor, shortest
from dispatch.model.states import OCCUPYING, Role
from dispatch.model.text import NAME, show
from dispatch.model.typed_times import parse_day

with lazily(__name__):
    from dispatch import charges
    from dispatch.desk.book import context
    from dispatch.desk.firm import shifts, skills_ahead
    from dispatch.desk.levels import clocks
    from dispatch.desk.prices import beginning, service_terms
    from dispatch.fields import record, trade
    from dispatch.levels import targets
    from dispatch.records import agreements as records


class DatedWord(NamedTuple):
    """What an agreement said from a day on, of its allowance or its service."""

    since: datetime.date
    what: str
    terms: Mapping[str, Any]

    @property
    def line(self) -> str:
        """The word as it is told."""
        return f"{self.what} from {self.since}: {json.dumps(self.terms, ensure_ascii=False)}"


BESIDE = ("rollover", "rollover_cap", "service", "plan", "renews")
"""What an agreement says beside its terms."""
ROLLOVERS = ("none", "next_month", "capped")
KEPT = "Charges that stand keep their copy, and requests and months of before what was promised then."
"""What is said of a change of an agreement."""


def save_agreement(
    user: User,
    client_name: str,
    name: str,
    terms: Mapping[str, Any],
    before: Agreement | None = None,
    since: datetime.date | None = None,
    confirmed: Sequence[str] | None = None,
) -> Agreement:
    """Save an agreement in the form of design/charges.md B14: a new one, or (with `before`) other terms of the one that is there.

    Beside B14 the terms may have `rollover` and `rollover_cap`, and as `service` the form of what it promises beside its
    prices (`dispatch.desk.prices.service_terms`), without which that stays as it is; blocks are entered by `add_block`, not here.
    `plan` is the service plan that it was made from, `renews` the number of the agreement that it goes on from. `warnings_of` says
    what speaks against it; what is asked (`beginning.questions`) and not `confirmed` keeps it from being saved, None: nothing is.
    The allowance, what rolls over and the service count from `since` on (None: today), an allowance from its agreement month.
    Other terms have no such day: what has not ended is priced by them.

    Raises:
        NotAllowed: only a lead does.
        NotFound: there is no such client, or plan.
        Faulty: with every fault.
        NeedsConfirm: something is asked.
        Stale: somebody else changed the agreement since `before` was read.
    """
    with user.write("begin an agreement" if before is None else "save an agreement", Role.LEAD) as unit:
        agreement = saved(user, unit, client_name, name, terms, before, since, confirmed)
        if before is None:
            changes.remember(unit, f"add agreement {agreement.name} of {client_name}", [begun(unit, agreement)])
        return agreement


def saved(
    user: User,
    unit: Unit,
    client_name: str,
    name: str,
    terms: Mapping[str, Any],
    before: Agreement | None = None,
    since: datetime.date | None = None,
    confirmed: Sequence[str] | None = None,
) -> Agreement:
    """Save an agreement within another deed, as `save_agreement`."""
    form = {key: value for key, value in terms.items() if key not in ("blocks", *BESIDE)}
    client = clients.client_by_name(user.store, client_name)
    if client is None:
        raise NotFound(f"There is no client {show(client_name, 60)}.")
    faults = charges.validate_agreement(form)
    if form.get("kind") is None:
        faults.append("kind: is missing: tm, fixed_price, retainer, block_hours or block_money")
    if form.get("starts") is None:
        faults.append("starts: is missing: the first day, written as 2026-11-24")
    rollover, cap, service = terms.get("rollover", "none"), terms.get("rollover_cap"), terms.get("service")
    if rollover not in ROLLOVERS:
        faults.append(f"rollover: {rollover!r} is not one of {', '.join(ROLLOVERS)}")
    if rollover == "capped" and (not isinstance(cap, int) or cap < 0):
        faults.append("rollover_cap: how many minutes at the usual rate roll over at most?")
    cleaned = taken("name", name, NAME, faults, needed=True)
    promises = before.service if before is not None else ServiceTerms()
    if service is not None:
        promises = service_terms.read_service(service, user.firm.zone, agreements.minor_units(user.store), faults)
    refuse(faults)
    starts = datetime.date.fromisoformat(str(form["starts"]))
    ends = None if form.get("ends") is None else datetime.date.fromisoformat(str(form["ends"]))
    plan_id = _plan_id(user.store, terms, before)
    kept = (form, 1, rollover, cap, promises, plan_id)
    new = Agreement(0, client.id, cleaned, str(form["kind"]), starts, ends, *kept)
    if before is not None and since is not None:
        now = existing(agreements.agreement(user.store, before.id, since))
        refuse(_faults_of_day(now, new, since, day_of(user.now, user.firm.zone)))
    _alone(new, user.store, before)
    if confirmed is not None:
        confirm(beginning.questions(user.store, new, terms, client, before), confirmed)
    if before is None:
        _past_stays(user, client.id, ("starts", starts, _behind(ends)))
        return existing(agreements.agreement(user.store, agreements.add_agreement(unit, new)))
    _past_stays(user, client.id, ("starts", before.starts, starts), ("ends", _behind(before.ends), _behind(ends)))
    after = replace(new, id=before.id, client_id=before.client_id, version=before.version, promised=before.promised)
    agreements.update_agreement(unit, before, after, since)
    return existing(agreements.agreement(user.store, before.id))


ENTITY = "agreement"


def begun(unit: Unit, agreement: Agreement) -> RecordChange:
    """The picture of an agreement that was just made within another deed."""
    return RecordChange(
        ENTITY, agreement.id, {"archived": True}, {"archived": False, "at": unit.at}, 0, agreement.version
    )


def turn(unit: Unit, picture: RecordChange, *, back: bool) -> tuple[int, int] | None:
    """Take an agreement back that was begun with other things (or let it stand again); returns the version that it looked so at,
    and the one of now.

    None: it is another one by now.

    Raises:
        Refusal: something was charged by it since, or another covers its days by now.
    """
    expected, target, look = picture.turned(back)
    store, known = unit.store, agreements.agreement(unit.store, picture.id)
    if known is None or (expected and known.version != expected):
        return None
    if look["archived"]:
        since = int(picture.after["at"])
        ended = [one.reference for one in visits.of_client(store, known.client_id) if (one.ended_at or 0) > since]
        if ended or agreements.fee_invoiced(store, known.id):
            what = f"{show(ended[0])} has ended" if ended else "its fee was invoiced"
            raise Refusal(f"“{show(known.name)}” cannot be taken back: {what} since. End it instead.")
    else:
        _alone(known, store, None)
    return target, agreements.put_away(unit, known, unit.at if look["archived"] else None)


def _plan_id(store: Store, terms: Mapping[str, Any], before: Agreement | None) -> int | None:
    """The plan that an agreement was made from: as its form says, else as it stood."""
    if "plan" not in terms:
        return None if before is None else before.service_plan_id
    plan = beginning.plan_of(store, terms)
    return None if plan is None else plan.id


def counts_from(agreement: Agreement, text: str, today: datetime.date) -> datetime.date | None:
    """The day from which on dated terms are to count, as typed: a day, or 2027-01 for its agreement month; empty: None.

    Raises:
        Faulty: it is neither.
    """
    if not text.strip():
        return None
    if month := re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", text.strip()):
        return agreement.month_in(int(month[1]), int(month[2]))
    try:
        return parse_day(text, today=today)
    except ValueError as fault:
        raise Faulty([f"from: {fault}, or a month such as 2027-01"]) from None


def dated_words(agreement: Agreement, store: Store) -> list[DatedWord]:
    """Every word on the allowance and the service of an agreement of which something was changed, by day."""
    dated = []
    granted = agreements.allowances_of(store, agreement.id)
    if len(granted) > 1:
        for grant in granted:
            cap = {} if grant.cap is None else {"rollover_cap": grant.cap}
            allowance = {"allowance_min": shortest(grant.minutes), "rollover": grant.rollover, **cap}
            dated.append(DatedWord(grant.since, "allowance", allowance))
    exponent = agreements.minor_units(store)
    for since, service in agreement.promised:
        dated.append(DatedWord(max(since, agreement.starts), "service", service_terms.service_form(service, exponent)))
    return sorted(dated, key=lambda word: word.since)


def add_block(user: User, agreement: Agreement, texts: Mapping[str, str]) -> Agreement:
    """Add a prepaid block, the fields of `BLOCK` as typed: its size in rate-minutes, for prepaid money in money.

    Raises:
        Faulty: with every fault.
    """
    with user.write("add a prepaid block", Role.LEAD) as unit:
        if agreement.kind not in ("block_hours", MONEY_KIND):
            raise Refusal(f"“{show(agreement.name)}” is {KIND_WORDS[agreement.kind]}: it has no prepaid blocks.")
        desk, faults = context.Desk.for_user(user), list[record.FieldFault]()
        block = records.BLOCK.filled(texts, desk, None, faults, remaining="")
        records.BLOCK.judge(block, desk, None, faults)
        if any(other.name == block.name for other in agreements.blocks_of(user.store, agreement.id)):
            faults.append(record.FieldFault("name", "", f"the agreement has a block {show(block.name)} already"))
        refuse(record.sentences(faults))
        exponent = agreements.minor_units(user.store)
        size = shortest(Fraction(block.size) * (10**exponent if agreement.kind == MONEY_KIND else 1))
        # as it is typed it is a number of minor units
        price = None if block.price is None else str(block.price)
        agreements.add_block(unit, agreement.id, replace(block, size=size, remaining=size, price=price))
        return existing(agreements.agreement(user.store, agreement.id))


def price_block(user: User, agreement: Agreement, name: str, price: str) -> Agreement:
    """Say what a prepaid block was sold for, an amount as typed; one that stands on an invoice keeps its price.

    Raises:
        Faulty: it is no amount, or the agreement has no block of that name.
    """
    with user.write("price a prepaid block", Role.LEAD) as unit:
        block = next((one for one in agreements.blocks_of(user.store, agreement.id) if one.name == name), None)
        if block is None:
            raise Faulty([f"block: “{show(agreement.name)}” has no block {show(name)}"])
        try:
            minor = trade.price_of(price, agreements.minor_units(user.store))
        except ValueError as fault:
            raise Faulty([f"price: {fault}"]) from None
        agreements.update_block(unit, block, replace(block, price=str(minor)))
        return existing(agreements.agreement(user.store, agreement.id))


def end_agreement(user: User, agreement: Agreement, on: datetime.date) -> Agreement:
    """End an agreement early; `on` is its last day. One that has not begun is put away where that is before its first day.

    Raises:
        Faulty: it has begun, and `on` is before that.
        Refusal: a fee of one that has not begun stands on an invoice.
    """
    with user.write("end an agreement", Role.LEAD) as unit:
        if on < agreement.starts and agreement.starts > day_of(user.now, user.firm.zone):
            if agreements.fee_invoiced(user.store, agreement.id):
                raise Refusal(f"“{show(agreement.name)}” cannot be put away: its fee was invoiced.")
            agreements.put_away(unit, agreement, unit.at)
            return existing(agreements.agreement(user.store, agreement.id))
        if on < agreement.starts:
            raise Faulty([f"on: {on} is before it starts, on {agreement.starts}"])
        _past_stays(user, agreement.client_id, ("ends", _behind(agreement.ends), _behind(on)))
        agreements.end_agreement(unit, agreement, on)
        return existing(agreements.agreement(user.store, agreement.id))


def balances(store: Store, agreement: Agreement, day: datetime.date) -> list[str]:
    """What is prepaid by an agreement and left on a day, a line each; nothing for kinds without."""
    if agreement.kind == "retainer":
        left, granted = (
            prepaid_use.allowance_left(store, agreement, day),
            prepaid_use.allowance_granted(store, agreement, day),
        )
        month = agreement.month_of(day)
        return [
            reckon(
                "allowance: {left} of {granted} min at the usual rate left since {month}",
                left=shortest(left),
                granted=shortest(granted),
                month=plain_day_text(month),
            )
        ]
    lines = []
    for block in agreements.blocks_of(store, agreement.id):
        balance, size = block.remaining, f"{block.size} {say(AT_USUAL)}"
        if agreement.kind == MONEY_KIND:
            exponent = agreements.minor_units(store)
            balance, size = (format_minor(int(Fraction(text)), exponent) for text in (block.remaining, block.size))
        until = say(", to {day}", day=plain_day_text(block.expires_on)) if block.expires_on else ""
        if block.price is not None:
            until += reckon(", sold for {price}", price=format_minor(int(block.price), agreements.minor_units(store)))
        over = say(" (expired)") if block.expires_on is not None and block.expires_on < day else ""
        lines.append(reckon("{name}: {left} of {size} left", name=block.name, left=balance, size=size) + until + over)
    return lines


def warnings_of(store: Store, agreement: Agreement) -> list[str]:
    """What speaks against the promises of an agreement, a sentence each (design/service-levels.md D7,
    design/account-care.md E16)."""
    with store.read():
        firm = settings.firm(store)
        today = day_of(store.clock.now(), firm.zone)
        calendar = clocks.calendar_for(agreements.hours_by_day(store), firm, agreement)
        newest = max((since for since, _ in agreement.promised), default=today)
        terms = clocks.terms_of(calendar, clocks.default_targets(firm), agreement, max(today, newest))
        days = [today - datetime.timedelta(days=back) for back in range(1, targets.WEEKS * 7 + 1)]
        first, last = day_bounds(days[-1], firm.zone)[0], day_bounds(today, firm.zone)[0]
        available = 0
        for technician in people.technicians(store):
            for day in days:
                shift = shifts.shift_of(technician, day, firm.zone)
                if shift is None:
                    continue
                away = sum(
                    terms.calendar.counted(max(shift[0], absence.starts_at), min(shift[1], absence.ends_at))
                    for absence in technician.absences
                )
                available += max(0, terms.calendar.counted(*shift) - away)
        booked = sum(
            (span[1] - span[0]) // 60 * len(visit.assignments)
            for visit in visits.placed_between(store, first, last)
            if visit.state in OCCUPYING and (span := visit.span) is not None
        )
        drives = [
            targets.SiteDrive(site.name, site.one_way_minutes) for site in clients.sites_of(store, agreement.client_id)
        ]
        onsite = {f"P{priority}": promised.onsite for priority, promised in terms.targets.items()}
        about_time = targets.warnings(onsite, drives, firm.buffer_minutes, booked, available)
        return [*about_time, *skills_ahead.short_for(store, agreement)]


def _faults_of_day(now: Agreement, agreement: Agreement, since: datetime.date, today: datetime.date) -> list[str]:
    """What keeps terms from counting from a day on: `now` is the agreement as it stands on that day."""
    faults = []
    if since < today.replace(day=1):
        faults.append(f"from: {since} lies before this month; what counted in months that are over stays as it was")
    if now.ends is not None and since > now.ends:
        faults.append(f"from: the agreement ends on {now.ends}, before {since}")
    fixed = [key for key in {**now.terms, **agreement.terms} if key not in ("blocks", "allowance_min")]
    others = [key for key in fixed if now.terms.get(key) != agreement.terms.get(key)]
    if now.name != agreement.name:
        others.append("name")
    if others:
        faults.append(
            f"from: {', '.join(sorted(others))} cannot be changed from a day on, only the allowance, what rolls over and the "
            "service; save the others without a day"
        )
    month, running = now.month_of(max(since, now.starts)), now.month_of(max(today, now.starts))
    if agreements.granted(now) != agreements.granted(agreement) and since > month > running:
        within = month.replace(day=1) + datetime.timedelta(days=31)
        following = now.month_in(within.year, within.month)
        faults.append(
            f"from: an allowance is granted by agreement months, which begin on {month} and {following}: say one of these"
        )
    return faults


def together(one: Agreement, other: Agreement) -> bool:
    """Whether two agreements of one client would cover the same days."""
    return (other.ends is None or other.ends >= one.starts) and (one.ends is None or one.ends >= other.starts)


def _alone(new: Agreement, store: Store, before: Agreement | None) -> None:
    """Refuse a second agreement over the same days: a visit could not tell which one covers it."""
    for other in agreements.agreements_of(store, new.client_id):
        if before is not None and other.id == before.id:
            continue
        if together(new, other):
            last = other.ends.isoformat() if other.ends else "no end"
            covered = f"“{show(other.name)}” covers {other.starts.isoformat()} to {last}"
            raise Faulty([f"starts: {covered}; end it first, or choose other days"])


def _past_stays(user: User, client_id: int, *moved: tuple[str, datetime.date, datetime.date]) -> None:
    """Refuse other days where a month that is over has visits that would be inside, or outside, of an agreement then.

    Args:
        user: the lead.
        client_id: whose agreement it is.
        moved: the fields that change, each with the two days of which those between are covered otherwise than before.
    """
    zone = user.firm.zone
    this_month = day_of(user.now, zone).replace(day=1)
    for name, *days in moved:
        first, until = sorted(days)
        since, before = (day_bounds(min(day, this_month), zone)[0] for day in (first, until))
        other = visits.first_of_client(user.store, client_id, since, before) if since < before else None
        if other is not None:
            visit = f"{show(other.reference)} of {day_of(other.requested_at, zone)}"
            over = f"{visit} lies in a month that is over, and what counted for it stays"
            raise Faulty([f"{name}: {over}; days from {this_month} on can be changed"])


def _behind(last: datetime.date | None) -> datetime.date:
    """The first day that is not covered any more."""
    return datetime.date.max if last is None else last + datetime.timedelta(days=1)
