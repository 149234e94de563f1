"""What one office keeps for all: price lists, templates, holidays and staff are taken over from it. What differs is shown first;
what was changed here is written over only where that is named, and confirmed as it was shown."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from db import agreements, people, settings
from db.names import folded
from db.store import Store
from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.branches.looking import BranchLook
from dispatch.desk.files.verdicts import Difference, differences
from dispatch.desk.prices.rate_cards import envelope, save_card
from dispatch.desk.session.refusals import Faulty, NotAllowed, Refusal, confirm
from dispatch.desk.session.user import User
from dispatch.model.states import Role
from dispatch.model.text import show


class Offered(NamedTuple):
    """A record that another office has, beside the one of that name here.

    `differs` are the fields in which they do not agree (ours: here); `before` is the record here (None: there is none), `texts`
    what would be written, `against` why it cannot be.
    """

    kind: str
    title: str
    texts: Mapping[str, Any]
    before: Any | None = None
    differs: tuple[Difference, ...] = ()
    against: str = ""

    @property
    def state(self) -> str:
        """How it stands: new, the same, different, or it cannot be taken."""
        if self.against:
            return "refused"
        return "new" if self.before is None else "differs" if self.differs else "same"

    @property
    def sentence(self) -> str:
        """What is written over, in words that are confirmed."""
        parts = ", ".join(f"{one.field} {one.ours or 'nothing'} → {one.theirs or 'nothing'}" for one in self.differs)
        return f"{show(self.title, 80)} is written over: {parts}."


def offered(look: BranchLook, store: Store, kind: str) -> list[Offered]:
    """Every record of a kind that an office has, beside those of `store`, by name.

    Raises:
        Faulty: there is no such kind.
        Refusal: the office cannot be reached.
    """
    if kind not in KINDS:
        raise Faulty([f"kind: {show(kind, 40)} is not one of {', '.join(KINDS)}"])
    if look.user is None:
        raise Refusal(f"{show(look.name)} cannot be reached: {look.why}")
    found = list(KINDS[kind](look.user.store, store))
    return sorted(found, key=lambda one: one.title.casefold())


def take_over(
    user: User, look: BranchLook, kind: str, names: Collection[str] = (), confirmed: Sequence[str] = ()
) -> list[Offered]:
    """Take over from an office what is not here yet; of what is, only what is named. Holidays, templates and staff are one change,
    which undo takes back; returns what was written.

    Args:
        user: a lead.
        names: which; none: all that are new.
        confirmed: the marks of what is written over, as it was shown.

    Raises:
        NotAllowed: only a lead does.
        Faulty: one that is named is not there, or cannot be taken.
        NeedsConfirm: with what would be written over, field by field. Nothing was written.
    """
    if Role.LEAD not in user.roles_now:
        raise NotAllowed(f"Only a lead may take over from a branch; {show(user.staff.name)} is not one.")
    there = offered(look, user.store, kind)
    known = {folded(one.title): one for one in there}
    if faults := [f"{show(name, 60)}: {show(look.name)} has none" for name in names if folded(name) not in known]:
        raise Faulty(faults)
    wanted = [known[folded(name)] for name in dict.fromkeys(names)] or [one for one in there if one.state == "new"]
    if faults := [f"{show(one.title, 60)}: {one.against}" for one in wanted if one.against]:
        raise Faulty(faults)
    chosen = [one for one in wanted if one.state in ("new", "differs")]
    confirm([one.sentence for one in chosen if one.state == "differs"], confirmed)
    if not chosen:
        return []
    if kind == CARDS:
        for one in chosen:
            card = dict(one.texts)
            name, day = card.pop("name"), datetime.date.fromisoformat(card.pop("valid_from"))
            save_card(user, name, day, card, one.before)
    else:
        label = f"take over {kind} from {look.name}"
        editing.put(user, _RECORDS[kind], label, [(one.before, one.texts) for one in chosen])
    return chosen


CARDS = "rate-cards"
_RECORDS = {"holidays": "holiday", "templates": "template", "staff": "staff"}


def _records(kind: str, source: Store, here: Store) -> Iterator[Offered]:
    """Records of the book, which are known by what they are called."""
    records = RECORD_STORES[_RECORDS[kind]]
    own = {folded(_title(kind, records.texts(here, one))): one for one in records.all(here)}
    for one in records.all(source):
        if kind == "staff" and people.technician(source, one.id) is not None and not one.roles - {Role.TECHNICIAN}:
            continue  # who only drives is lent, not handed out
        texts = {name: text for name, text in records.texts(source, one).items() if text}
        title = _title(kind, texts)
        before = own.get(folded(title))
        stands = {} if before is None else records.texts(here, before)
        differ = () if before is None else differences(stands, {**stands, **_all(records, texts)}, _spelt)
        yield Offered(kind, title, texts if before is None else _all(records, texts), before, differ)


def _all(records: Any, texts: Mapping[str, str]) -> dict[str, str]:
    """What is typed for every field, also where it is empty."""
    return {**{field.name: "" for field in records.record.typed}, **texts}


def _title(kind: str, texts: Mapping[str, str]) -> str:
    return texts.get({"holidays": "day", "staff": "login"}.get(kind, "name"), "")


def _cards(source: Store, here: Store) -> Iterator[Offered]:
    """Rate cards, which are known by their first day; one of another currency is none for here."""
    own = {card.valid_from: card for card in agreements.rate_cards(here)}
    currency = settings.firm(here).currency
    for card in agreements.rate_cards(source):
        form = envelope(card)
        before = own.get(card.valid_from)
        differ = () if before is None else differences(_flat(envelope(before)), _flat(form), _spelt)
        money = str(form.get("currency", ""))
        against = f"it is in {money}, and charges here are in {currency}" if money != currency else ""
        yield Offered(CARDS, card.valid_from.isoformat(), form, before, differ, against)


def _flat(form: Any, path: str = "") -> dict[str, Any]:
    """Every figure of a form by its path."""
    if not isinstance(form, Mapping):
        return {path: form}
    return {
        name: value
        for key, part in form.items()
        for name, value in _flat(part, f"{path}.{key}" if path else key).items()
    }


def _spelt(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _book(kind: str) -> Callable[[Store, Store], Iterator[Offered]]:
    return lambda source, here: _records(kind, source, here)


KINDS: Mapping[str, Callable[[Store, Store], Iterator[Offered]]] = {
    CARDS: _cards,
    **{kind: _book(kind) for kind in _RECORDS},
}
"""What can be taken over, by the word that is typed."""
