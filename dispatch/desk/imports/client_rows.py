"""clients.csv: clients with their first contact and the agreement in force."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from db import agreements, clients, invoices
from db.names import folded
from db.store import Store, existing
from db.unit import Unit
from dispatch.desk.book.context import price_lists
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.files.as_written import NumberText
from dispatch.desk.imports.table_rows import RowDraft, RowEntry, TableRows, decimal
from dispatch.desk.session.user import User
from dispatch.fields.kinds import Choice, Day, Parsed, Whole
from dispatch.fields.record import Field, RecordType
from dispatch.fields.trade import Price
from dispatch.model.agreements import KIND_WORDS, Agreement, PrepaidBlock
from dispatch.model.clients import Client, Contact
from dispatch.model.text import NAME, clean, show
from dispatch.records.clients import CLIENT

NAMES = {kind: words.capitalize() for kind, words in KIND_WORDS.items() if kind != "block_money"}
"""The kinds of agreement that a file can bring, with the name that each is given."""

OPENING = "opening"
"""The prepaid block that a client comes with."""

_NONE = "none"
_TARGETED = ("P1", "P2")
_MINUTES = 10_000_000


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """What a row says of an agreement: what was bought at its beginning too, and the target of P1 and P2."""

    kind: str = _NONE
    starts: datetime.date | None = None
    ends: datetime.date | None = None
    prepaid: int | None = None
    allowance: int | None = None
    discount: str | None = None
    target: int | None = None
    fee: int | None = None
    price: int | None = None

    @classmethod
    def of(cls, agreement: Agreement, opening: PrepaidBlock | None) -> AgreementRow:
        """What a row would say of an agreement that is there."""
        discount = agreement.terms.get("labour_discount_pct")
        return cls(
            agreement.kind,
            agreement.starts,
            agreement.ends,
            int(opening.size) if opening else None,
            agreement.terms.get("allowance_min") or None,
            None if discount is None else str(discount),
            agreement.service.targets.get(_TARGETED[0], {}).get("onsite"),
            agreement.service.monthly_fee,
            None if opening is None or opening.price is None else int(opening.price),
        )

    @property
    def terms(self) -> dict[str, Any]:
        """As design/charges.md B14 has them."""
        terms: dict[str, Any] = {"price_list": "agreement"}
        if self.allowance:
            terms["allowance_min"] = self.allowance
        if self.discount is not None:
            terms["labour_discount_pct"] = self.discount
        return terms

    @property
    def block(self) -> PrepaidBlock:
        """The prepaid block that the agreement begins with."""
        return PrepaidBlock(OPENING, str(self.prepaid), str(self.prepaid), self.starts, price=self.sold_for)

    @property
    def sold_for(self) -> str | None:
        """What that block was sold for, as it is kept."""
        return None if self.price is None else str(self.price)


def _of_first(column: str, about: str, attribute: str) -> Field:
    """A column of the first contact."""
    first = Parsed("text", partial(clean, limit=NAME), lambda contacts: getattr(contacts[0], attribute), ())
    return Field(column, about, first, attribute="contacts")


_AGREEMENT = RecordType(
    "agreement",
    "agreements",
    AgreementRow,
    (),
    (
        Field(
            "agreement",
            f"{', '.join((_NONE, *NAMES))}; empty: none",
            Choice((_NONE, *NAMES)),
            "",
            "kind",
            otherwise=_NONE,
        ),
        Field("agreement_starts", "its first day: 2026-11-24", Day(), attribute="starts"),
        Field("agreement_ends", "its last day; empty: no end", Day(), attribute="ends"),
        Field("prepaid_minutes", "block_hours: the minutes that were bought", Whole(1, _MINUTES), attribute="prepaid"),
        Field("allowance_minutes", "retainer: the minutes of a month", Whole(0, _MINUTES), attribute="allowance"),
        Field(
            "labour_discount_pct",
            "0 to 100",
            NumberText("a number", partial(decimal, least=0, most=100)),
            attribute="discount",
        ),
        Field("onsite_target_minutes", "of P1 and P2", Whole(1, _MINUTES), attribute="target"),
        Field(
            "monthly_fee", "what it costs a month, before tax; 0: nothing, empty: not known", Price(), attribute="fee"
        ),
        Field(
            "prepaid_price",
            "what prepaid_minutes were sold for, before tax; empty: not known",
            Price(),
            attribute="price",
        ),
    ),
)
_CONTACT = {"contact": "name", "phone": "phone", "email": "email"}
_ROW = replace(
    CLIENT,
    fields=(
        replace(CLIENT.field("name"), name="client", attribute="name"),
        _of_first("contact", "whom to ring: the first contact", "name"),
        _of_first("phone", "the first contact's", "phone"),
        _of_first("email", "the first contact's", "email"),
        *(field for field in CLIENT.typed if field.name not in ("name", "contacts")),
    ),
)


class ClientRows(TableRows[Client]):
    """Clients. What a file says about an agreement is compared with the one that starts on the same day."""

    record = _ROW
    columns = {field.name: field for field in (*_ROW.fields, *_AGREEMENT.fields)}
    book = RECORD_STORES["client"]
    named = ("client",)
    key = "client"

    def __init__(self, user: User) -> None:
        super().__init__(user)
        self._clients = {folded(client.name): client for client in clients.all_clients(self.store)}
        self._lists = {folded(name) for name in price_lists(self.store)}
        self._agreements: dict[int, list[Agreement]] = {}
        for agreement in agreements.all_agreements(self.store):
            self._agreements.setdefault(agreement.client_id, []).append(agreement)

    def draft(self, entry: RowEntry) -> RowDraft:
        """The client of a row, and the agreement beside it."""
        client = self._clients.get(folded(entry.raw("client")))
        # the name is how the client is found: it stays as it is written there
        name = {} if client is None else {"name": client.name}
        after = self.filled(entry, client, contacts=self._contacts(entry, client), **name)
        after = self.judged(entry, client, after)
        if entry.raw("price_group") and folded(after.price_group) not in self._lists:
            # the card may come after the clients
            entry.warnings.append(
                f"no rate card has a price list {show(after.price_group, 40)} yet: standard prices count until then"
            )
        said = self._agreement_of(entry)
        known = self._matching(client, said.starts) if client else None
        opening = _opening(agreements.blocks_of(self.store, known.id)) if known else None
        stands = AgreementRow.of(known, opening) if known else AgreementRow()
        given = {field.of: getattr(said, field.of) for field in _AGREEMENT.fields if field.name in entry.texts}
        agreed = replace(stands, **given)

        def write(unit: Unit) -> None:
            key = after.id if after == client else self.book.save(unit, client, after)
            if agreed != stands:
                _write_agreement(unit, key, known, stands, agreed)

        ours = None
        if client is not None:
            ours = self.spelt(entry, client) | self.spelt(entry, stands, _AGREEMENT)
        reference = entry.raw("client") if client is None else client.name
        return RowDraft(
            reference=reference,
            keys=(reference,) if reference else (),
            theirs=self.spelt(entry, after) | self.spelt(entry, agreed, _AGREEMENT),
            ours=ours,
            write=write,
            obstacles=lambda entry, columns: _refuse(self.store, entry, known, opening, columns, agreed),
        )

    def _contacts(self, entry: RowEntry, client: Client | None) -> tuple[Contact, ...]:
        """The contacts with what the row says about the first of them."""
        first, *others = client.contacts if client and client.contacts else (Contact(""),)
        said = {
            attribute: self.value(entry, self.columns[column]) or ""
            for column, attribute in _CONTACT.items()
            if column in entry.texts
        }
        if not said.get("name") and (said.get("phone") or said.get("email")):
            # somebody answers there, and the file does not say who
            said["name"] = first.name or entry.raw("client")
        first = replace(first, **said)
        return (first, *others) if first.name else tuple(others)

    def _agreement_of(self, entry: RowEntry) -> AgreementRow:
        """What the row says about the agreement, with every fault of it."""
        said: AgreementRow = self.read(entry, _AGREEMENT, AgreementRow())
        said = replace(said, allowance=said.allowance or None)
        if said.kind == _NONE:
            # a kind that was refused has said so; one that is missing makes the other columns meaningless
            for field in () if entry.faults_on("agreement") else _AGREEMENT.fields[1:]:
                if entry.raw(field.name):
                    entry.fault(field.name, "stands here without an agreement")
            return said
        if not entry.raw("agreement_starts"):
            entry.fault("agreement_starts", "is missing")
        if said.starts and said.ends and said.ends < said.starts:
            entry.fault("agreement_ends", f"is before agreement_starts {said.starts.isoformat()}")
        if entry.raw("prepaid_price") and not entry.raw("prepaid_minutes"):
            entry.fault("prepaid_price", "stands here without prepaid_minutes")
        for column, own in (("prepaid_minutes", "block_hours"), ("allowance_minutes", "retainer")):
            if entry.raw(column) and said.kind != own:
                entry.fault(column, f"belongs to an agreement of kind {own}, and this is {said.kind}")
        if not entry.faults:
            from dispatch.charges import validate_agreement

            days = {"starts": said.starts, "ends": said.ends}
            term = {"kind": said.kind} | {name: day and day.isoformat() for name, day in days.items()}
            for fault in validate_agreement(said.terms | term):
                entry.fault("agreement", fault)
        return said

    def _matching(self, client: Client, starts: datetime.date | None) -> Agreement | None:
        """The agreement that a row speaks of: the one from that day, without a day the last to start."""
        own = self._agreements.get(client.id, [])
        if starts is None:
            return own[-1] if own else None
        return next((agreement for agreement in own if agreement.starts == starts), None)


def _opening(blocks: Sequence[PrepaidBlock]) -> PrepaidBlock | None:
    return next((block for block in blocks if block.name == OPENING and block.size.isdecimal()), None)


def _write_agreement(
    unit: Unit, client_id: int, known: Agreement | None, stands: AgreementRow, agreed: AgreementRow
) -> None:
    """Write what a row says of the agreement, as a new one or into the one that is known."""
    before = known or Agreement(0, client_id, "", "", existing(agreed.starts), None, {})
    terms = {key: value for key, value in before.terms.items() if key not in ("allowance_min", "labour_discount_pct")}
    levels = before.service.targets
    if agreed.target != stands.target:
        levels = _with_target(levels, agreed.target)
    after = replace(
        before,
        name=before.name if agreed.kind == before.kind else NAMES[agreed.kind],
        kind=agreed.kind,
        ends=agreed.ends,
        terms=agreed.terms | terms,
        service=replace(before.service, targets=levels, monthly_fee=agreed.fee),
    )
    if known is None:
        agreements.add_agreement(unit, after, [agreed.block] if agreed.prepaid else [])
        return
    agreements.update_agreement(unit, known, after)
    if (agreed.prepaid, agreed.price) != (stands.prepaid, stands.price):
        opening = _opening(agreements.blocks_of(unit.store, known.id))
        if opening is None:
            agreements.add_block(unit, known.id, agreed.block)
        else:
            agreements.update_block(
                unit,
                opening,
                replace(opening, price=agreed.sold_for)
                if agreed.prepaid == stands.prepaid
                else replace(opening, size=str(agreed.prepaid), remaining=str(agreed.prepaid), price=agreed.sold_for),
            )


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
    store: Store,
    entry: RowEntry,
    known: Agreement | None,
    opening: PrepaidBlock | None,
    columns: Sequence[str],
    agreed: AgreementRow,
) -> None:
    """What an import does not change: it ends no agreement, and rewrites no minutes that were drawn from."""
    if known is None:
        return
    if "prepaid_price" in columns and opening is not None and opening.id in invoices.invoiced_blocks(store):
        entry.fault("prepaid_price", "this block was invoiced at its price")
    if "agreement" in columns and agreed.kind == _NONE:
        name = show(known.name, 40)
        entry.fault("agreement", f"the client has {name} from {known.starts}; an import ends no agreement")
    elif "prepaid_minutes" in columns and opening is not None:
        if agreed.prepaid is None:
            entry.fault("prepaid_minutes", f"an import takes no minutes away; there are {opening.size}")
        elif opening.remaining != opening.size:
            entry.fault("prepaid_minutes", f"minutes of this block were drawn already: {opening.remaining} remain")
