"""Erasing a client, or one of their people, by a lead: looked at first, typed once more, never taken back (design/records.md,
Erasing)."""

from __future__ import annotations

import contextlib
import datetime
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from db import agreements, clients, erasing, settings, visits
from db.faults import Busy
from db.names import folded
from db.store import Store, existing
from db.unit import Actor, Unit, unit_of_work
from dispatch.desk.book.records import near
from dispatch.desk.session.refusals import Faulty, NotAllowed, Refusal, confirm
from dispatch.desk.session.unsent import folder_of as unsent_folder
from dispatch.desk.session.unsent import pairs_of
from dispatch.desk.session.user import User
from dispatch.desk.visits.kept_files import path_of
from dispatch.model.agreements import months_later
from dispatch.model.clients import Client, Contact
from dispatch.model.forms import form
from dispatch.model.instants import day_of
from dispatch.model.states import ENDED, Role
from dispatch.model.text import count_text, show

_USUAL_SITE = "main office"
_MOST, _SHOWN = 20, 70
"""How many texts an outlook shows, and how much of each."""


@dataclass(frozen=True, slots=True)
class ErasureOutlook:
    """What erasing a client would do. `last` is the day of the last dealing with them, `due` the day from which their time is
    over, `counts` the rows by table, `kept` the invoices that stay whole, with the day until which, `copies` where it all still
    stands."""

    client: Client
    last: datetime.date | None
    due: datetime.date | None
    counts: Mapping[str, int]
    files: int
    kept: int
    kept_until: datetime.date | None
    open_visits: tuple[str, ...]
    agreements: tuple[str, ...]
    copies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ContactOutlook:
    """What erasing one person of a client would do: `changed` the texts that name them, each with how it reads then, `papers` and
    `audit` how many kept papers and rows of the audit name them. `stays` are texts that have a single word of the name, which may
    mean somebody or something else, and are left as they are."""

    contact: Contact
    changed: tuple[erasing.NamedText, ...]
    papers: int
    audit: int
    stays: tuple[str, ...]


def client_called(store: Store, name: str) -> Client:
    """A client by name, archived ones too.

    Raises:
        NotFound: there is none, or several.
    """
    names: dict[str, int] = {}
    for key, called, archived in clients.client_names(store):
        names.setdefault(f"{called} (archived)" if archived and called in names else called, key)
    return _again(store, near("client", name, names))


def outlook(store: Store, client: Client) -> ErasureOutlook:
    """What erasing a client would do today."""
    with store.read():
        firm, rows = settings.firm(store), erasing.owned(store, client.id)
        today = day_of(store.clock.now(), firm.zone)
        own = visits.of_client(store, client.id)
        open_ = tuple(visit.reference for visit in own if visit.state not in ENDED)
        terms = [one for one in agreements.agreements_of(store, client.id) if one.starts <= today]
        open_terms = agreements.not_over(store, client.id, today)
        days = [day_of(visit.ended_at, firm.zone) for visit in own if visit.ended_at is not None]
        days += [min(one.ends, today) for one in terms if one.ends is not None]
        issued = [datetime.date.fromisoformat(day) for (day,) in erasing.own_rows(store, rows, "invoice", "issued_on")]
        since = _books(today, firm.books_years)
        young = [day for day in issued if day >= since]
        last = max([*days, *issued], default=None)
        return ErasureOutlook(
            client,
            last,
            None if last is None else months_later(last, firm.words_months),
            {table: count for table, count in sorted(rows.counts.items()) if count},
            rows.counts.get("file", 0),
            len(young),
            None if not young else months_later(max(young), 12 * firm.books_years),
            open_,
            tuple(one.name for one in open_terms),
            (
                *erasing.old_copies(store),
                *(f"a copy that {show(name)} took along" for name in erasing.takers(store, rows)),
            ),
        )


def due(store: Store) -> list[ErasureOutlook]:
    """The clients whose time is over by the settings: nothing with them since, nothing open, and not erased yet."""
    today = day_of(store.clock.now(), settings.firm(store).zone)
    found = [outlook(store, _again(store, key)) for key in erasing.not_erased(store)]
    over = [
        one for one in found if one.due is not None and one.due <= today and not one.open_visits and not one.agreements
    ]
    return sorted(over, key=lambda one: one.due or today)


def erase_client(user: User, client: Client, typed: str, confirmed: Sequence[str] = ()) -> str:
    """Erase a client's words for good: names, numbers, mails, addresses, photographs, what was said. Charges stay, and
    invoices as long as the books are kept.

    Args:
        user: a lead.
        typed: the client's name, typed once more.
        confirmed: the marks of what was asked and is meant.

    Returns:
        What is still owed, because somebody else was at the database; empty: nothing.

    Raises:
        NotAllowed: the person is no lead.
        Faulty: the name is another one.
        Refusal: something is open with them, or somebody's unsaved text names them.
        NeedsConfirm: their time is not over yet.
    """
    with _erasing(user) as unit:
        found = outlook(user.store, _again(user.store, client.id))
        _typed_once_more(typed, found.client.name)
        if found.open_visits:
            raise Refusal(
                f"{show(client.name)} has open visits: {', '.join(found.open_visits[:6])}. Cancel or end them first."
            )
        if found.agreements:
            raise Refusal(
                f"{show(client.name)} has an agreement: {', '.join(map(show, found.agreements))}. End it first."
            )
        confirm(_asked(found, day_of(unit.at, user.firm.zone)), confirmed)
        rows = erasing.owned(user.store, client.id)
        told, people = _told(user.store, rows), erasing.own_rows(user.store, rows, "contact", "name")
        _refuse_unsaved(user.store, (told, erasing.perhaps(name for (name,) in people)), typed)
        erasing.erase_client(
            unit, rows, told, _books(day_of(unit.at, user.firm.zone), user.firm.books_years).isoformat()
        )
    return _finished(user)


def contact_outlook(store: Store, client: Client, contact: Contact, also: str = "") -> ContactOutlook:
    """What erasing one person of a client would do today. As `erase_contact`."""
    with store.read():
        told, rows = _naming(contact, also), erasing.owned(store, client.id)
        single = erasing.perhaps((contact.name,))
        stays = [] if single is None else erasing.texts_naming(store, rows, single)
        # of a text that changes, what is left of it
        left = dict.fromkeys(erasing.without(told, one.text) for one in stays)
        return ContactOutlook(
            contact,
            tuple(erasing.texts_naming(store, rows, told)),
            erasing.papers_naming(store, rows, told),
            erasing.audit_naming(store, rows, told),
            tuple(text for text in left if single is not None and single.search(text)),
        )


def _naming(contact: Contact, also: str) -> re.Pattern[str]:
    told = erasing.spoken_of((contact.phone, contact.email, *also.split(",")), (contact.name,))
    if told is None:
        raise Refusal(f"{show(contact.name)} is too short to be found. Take the contact out of the client's form.")
    return told


def erase_contact(user: User, client: Client, contact: Contact, typed: str, also: str = "") -> str:
    """Erase one person of a client: the contact, and what names them in all that is the client's. As `erase_client`.

    Args:
        also: more words that mean them there, with commas between: a nickname, the surname alone.
    """
    with _erasing(user) as unit:
        _typed_once_more(typed, contact.name)
        told = _naming(contact, also)
        _refuse_unsaved(user.store, (told, erasing.perhaps((contact.name,))), typed)
        erasing.erase_contact(unit, erasing.owned(user.store, client.id), told, (client.id, contact.name))
    return _finished(user)


def _finished(user: User) -> str:
    try:
        finish(user)
    except Busy:
        return "Somebody else is at the database: dispatch client erase --finish takes it out of the file's free pages as well."
    return ""


def contact_called(store: Store, client: Client, name: str) -> Contact:
    """A contact of a client by name.

    Raises:
        NotFound: there is none, or several.
    """
    return near("contact", name, {contact.name: contact for contact in client.contacts})


def finish(user: User) -> int:
    """Take what was erased out of free pages, the log and the folder of files; returns how many erasures that was still owed to.

    Raises:
        Busy: somebody else is at the database all the time; it is owed until this is done once more.
    """
    return _finish(user.store, lambda: user.write("erase", Role.LEAD))


def finish_what_is_owed(store: Store, actor: Actor) -> int:
    """As `finish`, by the one process that is at the database all the time, once it has let go for a moment. Raises as that."""
    return _finish(store, lambda: unit_of_work(store, "erase", actor))


def _finish(store: Store, writing: Callable[[], AbstractContextManager[Unit]]) -> int:
    owed = erasing.unfinished(store)
    if not owed:
        return 0
    for one in owed:
        for sha256 in one.files.split():
            with contextlib.suppress(FileNotFoundError):
                path_of(store, sha256).unlink()
    erasing.clean(store)
    with writing() as unit:
        for one in owed:
            erasing.cleaned(unit, one)
    return len(owed)


@contextlib.contextmanager
def _erasing(user: User) -> Iterator[Unit]:
    store = user.store
    if store.taken_along is not None:
        raise Refusal("This is a copy that was taken along: what is erased is erased at the office.")
    if Role.LEAD not in user.roles_now:
        raise NotAllowed("Only a lead erases what is kept of a client.")
    erasing.begin(store)
    with user.write("erase", Role.LEAD) as unit:
        yield unit


def _asked(found: ErasureOutlook, today: datetime.date) -> Iterator[str]:
    if found.due is not None and found.due > today:
        yield f"The last dealing with {show(found.client.name)} was on {found.last}; what they said is kept until {found.due}."


def _typed_once_more(typed: str, name: str) -> None:
    if folded(typed) != folded(name):
        raise Faulty([f"name: {show(name)} has to be typed once more; nothing can bring back what is erased"])


def _told(store: Store, rows: erasing.Owned) -> re.Pattern[str] | None:
    """What tells who a client is, in all that is theirs."""
    texts: list[str] = []
    people: list[str] = []
    for table, columns in (
        ("client", "name, tax_ref, told_at, billing_address, billing_mail, tax_id, debtor, buyer_reference"),
        ("contact", "name, phone, email"),
        ("site", "name, address"),
    ):
        for row in erasing.own_rows(store, rows, table, columns):
            name, *more = row
            texts += [text for text in more if text]
            if table == "contact":
                people.append(name)
            elif folded(name) != _USUAL_SITE:
                texts.append(name)
    return erasing.spoken_of([*texts, *(line for text in texts if "|" in text for line in text.split("|"))], people)


def _refuse_unsaved(store: Store, told: Sequence[re.Pattern[str] | None], typed: str) -> None:
    """Refuse while somebody's unsaved text names them, other than the form in which the name was just typed."""

    def own(text: str) -> bool:
        blanks = [now for _, now in pairs_of(text).values()]
        return bool(blanks) and all(folded(now) in folded(typed) for now in blanks)

    known = [one for one in told if one is not None]
    if any(one.search(text) and not own(text) for text in _unsaved(store) for one in known):
        raise Refusal(
            "Somebody has typed a text about them that is not saved yet. It has to be saved or dropped first."
        )


def _unsaved(store: Store) -> Iterable[str]:
    with contextlib.suppress(OSError):
        for file in unsent_folder(store).iterdir():
            with contextlib.suppress(OSError, UnicodeDecodeError):
                yield file.read_text(encoding="utf-8")


def _books(today: datetime.date, years: int) -> datetime.date:
    """The day since which invoices are kept as they are."""
    return months_later(today, -12 * years)


def _again(store: Store, key: int) -> Client:
    return existing(clients.client(store, key))


def outlook_lines(found: ErasureOutlook) -> list[str]:
    """The outlook as text."""
    lines = [show(found.client.name)]
    if found.last is not None:
        lines.append(f"  last dealing {found.last}; what they said is kept until {found.due}")
    lines += (
        [f"  open: {', '.join(map(show, (*found.open_visits, *found.agreements)))}"]
        if found.open_visits or found.agreements
        else []
    )
    lines.append(
        "  erased: " + (", ".join(f"{table.replace('_', ' ')} {count:,}" for table, count in found.counts.items()))
    )
    if found.kept:
        lines.append(
            f"  kept: {count_text(found.kept, 'invoice')} with name and address, the last until {found.kept_until}; charges without"
        )
    lines += [f"  still in: {show(name, 200)}" for name in found.copies]
    return lines


def contact_lines(found: ContactOutlook) -> list[str]:
    """The outlook of one person as text."""
    lines = [show(found.contact.name)]
    lines += [
        f"  {one.table.replace('_', ' ')}: “{show(one.text, _SHOWN)}” becomes “{show(one.without, _SHOWN)}”"
        for one in found.changed[:_MOST]
    ]
    lines += _and_more(found.changed)
    if found.papers or found.audit:
        lines.append(
            f"  named in {count_text(found.papers, 'paper')} and {count_text(found.audit, 'row')} of the audit"
        )
    if found.stays:
        lines.append("  left as it is, though a word of the name stands in it (say the word where it is meant too):")
        lines += [f"    “{show(text, _SHOWN)}”" for text in found.stays[:_MOST]]
        lines += _and_more(found.stays)
    return lines if len(lines) > 1 else [*lines, "  no text names them"]


def _and_more(found: Sequence[Any]) -> list[str]:
    return [f"  and {len(found) - _MOST:,} more"] if len(found) > _MOST else []


def contact_form(found: ContactOutlook) -> dict[str, Any]:
    """The outlook of one person as JSON."""
    changed = [{"table": one.table, "text": one.text, "without": one.without} for one in found.changed]
    return form(found, "contact=contact.name changed papers audit stays", changed=changed)


def outlook_form(found: ErasureOutlook) -> dict[str, Any]:
    """The outlook as JSON."""
    keys = "client=client.name last due counts files kept kept_until open_visits agreements copies"
    return form(found, keys)
