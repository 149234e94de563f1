"""clients.csv: clients with their first contact and the agreement in force."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from db import agreements, clients
from db.names import folded
from db.unit import Unit
from dispatch.desk.imports.row_entry import RowEntry
from dispatch.desk.imports.table_rows import RecordRows, RowDraft, Values, present
from dispatch.desk.session.user import User
from dispatch.fields.kinds import iso_day
from dispatch.model.agreements import Agreement, PrepaidBlock
from dispatch.model.clients import Client, Contact
from dispatch.model.states import Role
from dispatch.model.text import show
from dispatch.records.clients import CLIENT

NAMES = {
    "tm": "Time and materials",
    "fixed_price": "Fixed price",
    "retainer": "Retainer",
    "block_hours": "Prepaid hours",
}
"""The kinds of agreement that a file can bring, with the name that each is given."""

OPENING = "opening"
"""The prepaid block that a client comes with."""

_NONE = "none"
_KINDS = {_NONE: _NONE} | {kind: kind for kind in NAMES}
_ABOUT_THE_CONTACT = ("contact", "phone", "email")
_ABOUT_THE_AGREEMENT = {
    "agreement": f"{', '.join(_KINDS)}; empty: none",
    "agreement_starts": "its first day: 2026-11-24",
    "agreement_ends": "its last day; empty: no end",
    "prepaid_minutes": "block_hours: the minutes that were bought",
    "allowance_minutes": "retainer: the minutes of a month",
    "labour_discount_pct": "0 to 100",
    "onsite_target_minutes": "of P1 and P2",
}
_TARGETED = ("P1", "P2")
_MINUTES = 10_000_000


class ClientRows(RecordRows[Client]):
    """Clients. What a file says about an agreement is compared with the one that starts on the same day."""

    record_store = "client"
    record = CLIENT
    columns = {
        "client": CLIENT.field("name"),
        "contact": "whom to ring: the first contact",
        "phone": "the first contact's",
        "email": "the first contact's",
        **{field.name: field for field in CLIENT.typed if field.name not in ("name", "contacts")},
        **_ABOUT_THE_AGREEMENT,
    }
    named = ("client",)
    required = ("client",)
    key = "client"
    roles = (Role.DISPATCHER, Role.LEAD)

    def __init__(self, user: User) -> None:
        super().__init__(user)
        self._clients = {folded(client.name): client for client in clients.all_clients(self.store)}
        self._agreements: dict[int, list[Agreement]] = {}
        for agreement in agreements.all_agreements(self.store):
            self._agreements.setdefault(agreement.client_id, []).append(agreement)

    def draft(self, entry: RowEntry) -> RowDraft:
        """The client of a row, and the agreement beside it."""
        name = entry.raw("client")
        client = self._clients.get(folded(name))
        values: Values = {column: entry.name(column) for column in _ABOUT_THE_CONTACT} | self._agreement_of(entry)
        if not values["contact"] and (values["phone"] or values["email"]):
            # somebody answers there, and the file does not say who
            values["contact"] = client.contacts[0].name if client and client.contacts else name
        theirs = present(entry, values)
        if values["contact"] and not entry.raw("contact"):
            theirs["contact"] = values["contact"]
        known = self._matching(client, values["agreement_starts"]) if client else None
        opening = _opening(agreements.blocks_of(self.store, known.id)) if known else None
        ours = None if client is None else self._as_row(client, known, opening)
        merged = values | (ours or {}) | theirs
        given: Values = {"contacts": _contacts(client.contacts if client else (), merged)}
        if client is not None:
            # the name is how the client is found: it stays as it is written there
            given["name"] = client.name
        after = self.judged(entry, client, self.filled(entry, client, **given))
        reference = name if client is None else client.name

        def write(unit: Unit) -> None:
            key = after.id if after == client else self.book.save(self.user, unit, client, after)
            if ours is None or any(merged[column] != ours[column] for column in _ABOUT_THE_AGREEMENT):
                _write_agreement(unit, key, known, ours, merged)

        return RowDraft(
            reference=reference,
            keys=(reference,) if reference else (),
            theirs=theirs | self.spelt(entry, after),
            ours=None if client is None or ours is None else ours | self.spelt(entry, client),
            write=write,
            obstacles=lambda entry, columns: _refuse(entry, known, opening, columns, merged),
        )

    def _agreement_of(self, entry: RowEntry) -> Values:
        """What the row says about the agreement, with every fault of it."""
        kind = entry.choice("agreement", _KINDS, empty=_NONE) or _NONE
        starts, ends = (entry.parsed(column, iso_day) for column in ("agreement_starts", "agreement_ends"))
        values: Values = {
            "agreement": kind,
            "agreement_starts": starts,
            "agreement_ends": ends,
            "prepaid_minutes": entry.whole("prepaid_minutes", 1, _MINUTES),
            "allowance_minutes": entry.whole("allowance_minutes", 0, _MINUTES) or None,
            "labour_discount_pct": entry.decimal("labour_discount_pct", 0, 100),
            "onsite_target_minutes": entry.whole("onsite_target_minutes", 1, _MINUTES),
        }
        if kind == _NONE:
            # a kind that was refused has said so; one that is missing makes the other columns meaningless
            if not entry.raw("agreement") or entry.raw("agreement").casefold() == _NONE:
                for column in list(_ABOUT_THE_AGREEMENT)[1:]:
                    if entry.raw(column):
                        entry.fault(column, "stands here without an agreement")
            return values
        if not entry.raw("agreement_starts"):
            entry.fault("agreement_starts", "is missing")
        if starts and ends and ends < starts:
            entry.fault("agreement_ends", f"is before agreement_starts {starts.isoformat()}")
        for column, own in (("prepaid_minutes", "block_hours"), ("allowance_minutes", "retainer")):
            if entry.raw(column) and kind != own:
                entry.fault(column, f"belongs to an agreement of kind {own}, and this is {kind}")
        if not entry.faults:
            from dispatch.charges import validate_agreement

            term = {"kind": kind, "starts": starts and starts.isoformat(), "ends": ends and ends.isoformat()}
            for fault in validate_agreement(_terms(values) | term):
                entry.fault("agreement", fault)
        return values

    def _matching(self, client: Client, starts: datetime.date | None) -> Agreement | None:
        """The agreement that a row speaks of: the one from that day, without a day the last to start."""
        own = self._agreements.get(client.id, [])
        if starts is None:
            return own[-1] if own else None
        return next((agreement for agreement in own if agreement.starts == starts), None)

    def _as_row(self, client: Client, agreement: Agreement | None, opening: PrepaidBlock | None) -> Values:
        """What the file would say if it had been written from the records."""
        contact = client.contacts[0] if client.contacts else Contact("")
        values: Values = {"contact": contact.name, "phone": contact.phone, "email": contact.email}
        if agreement is None:
            return values | dict.fromkeys(_ABOUT_THE_AGREEMENT) | {"agreement": _NONE}
        discount = agreement.terms.get("labour_discount_pct")
        targets = agreement.service.targets
        return values | {
            "agreement": agreement.kind,
            "agreement_starts": agreement.starts,
            "agreement_ends": agreement.ends,
            "prepaid_minutes": int(opening.size) if opening else None,
            "allowance_minutes": agreement.terms.get("allowance_min") or None,
            "labour_discount_pct": None if discount is None else str(discount),
            "onsite_target_minutes": targets.get(_TARGETED[0], {}).get("onsite"),
        }

    def spell(self, column: str, value: Any) -> str:
        """Dates as ISO 8601."""
        return value.isoformat() if isinstance(value, datetime.date) else super().spell(column, value)


def _contacts(now: Sequence[Contact], values: Values) -> tuple[Contact, ...]:
    """The contacts with what the row says about the first of them."""
    first = now[0] if now else Contact("")
    first = replace(first, name=values["contact"], phone=values["phone"], email=values["email"])
    return (first, *now[1:]) if first.name else tuple(now[1:])


def _terms(values: Values) -> dict[str, Any]:
    terms: dict[str, Any] = {"price_list": "agreement"}
    if values["allowance_minutes"]:
        terms["allowance_min"] = values["allowance_minutes"]
    if values["labour_discount_pct"] is not None:
        terms["labour_discount_pct"] = values["labour_discount_pct"]
    return terms


def _block_of(values: Values) -> PrepaidBlock:
    size = str(values["prepaid_minutes"])
    return PrepaidBlock(OPENING, size, size, purchased_on=values["agreement_starts"])


def _opening(blocks: Sequence[PrepaidBlock]) -> PrepaidBlock | None:
    return next((block for block in blocks if block.name == OPENING and block.size.isdecimal()), None)


def _write_agreement(unit: Unit, client_id: int, known: Agreement | None, ours: Values | None, values: Values) -> None:
    """Write what a row says of the agreement, as a new one or into the one that is known."""
    kind, target = values["agreement"], values["onsite_target_minutes"]
    if kind == _NONE and known is None:
        return
    before = known or Agreement(0, client_id, "", "", values["agreement_starts"], None, {})
    terms = {key: value for key, value in before.terms.items() if key not in ("allowance_min", "labour_discount_pct")}
    levels = before.service.targets
    if ours is None or target != ours["onsite_target_minutes"]:
        levels = _with_target(levels, target)
    after = replace(
        before,
        name=before.name if kind == before.kind else NAMES[kind],
        kind=kind,
        ends=values["agreement_ends"],
        terms=_terms(values) | terms,
        service=replace(before.service, targets=levels),
    )
    if known is None:
        agreements.add_agreement(unit, after, [_block_of(values)] if values["prepaid_minutes"] else [])
        return
    agreements.update_agreement(unit, known, after)
    if ours is not None and values["prepaid_minutes"] != ours["prepaid_minutes"]:
        opening = _opening(agreements.blocks_of(unit.store, known.id))
        if opening is None:
            agreements.add_block(unit, known.id, _block_of(values))
        else:
            size = str(values["prepaid_minutes"])
            agreements.update_block(unit, opening, replace(opening, size=size, remaining=size))


def _with_target(
    levels: Mapping[str, Mapping[str, int | None]], target: int | None
) -> dict[str, dict[str, int | None]]:
    after = {priority: dict(targets) for priority, targets in levels.items()}
    for priority in _TARGETED:
        targets = after.setdefault(priority, {})
        targets.pop("onsite", None)
        if target is not None:
            targets["onsite"] = target
    return {priority: targets for priority, targets in after.items() if targets}


def _refuse(
    entry: RowEntry, known: Agreement | None, opening: PrepaidBlock | None, columns: Sequence[str], values: Values
) -> None:
    """What an import does not change: it ends no agreement, and rewrites no minutes that were drawn from."""
    if known is None:
        return
    if "agreement" in columns and values["agreement"] == _NONE:
        name = show(known.name, 40)
        entry.fault("agreement", f"the client has {name} from {known.starts}; an import ends no agreement")
    elif "prepaid_minutes" in columns and opening is not None:
        if values["prepaid_minutes"] is None:
            entry.fault("prepaid_minutes", f"an import takes no minutes away; there are {opening.size}")
        elif opening.remaining != opening.size:
            entry.fault("prepaid_minutes", f"minutes of this block were drawn already: {opening.remaining} remain")
