"""Clients, their contacts and their sites."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from dispatch.model.messages import About
from dispatch.model.people import Hours
from dispatch.model.travel import Place


@dataclass(frozen=True, slots=True)
class Contact:
    """A person at a client's, to be met or called. `told_by` is how they are told of our visits: `mail`, `sms`, `none` (they are
    sent nothing), empty: as the client is. `told` are the subjects that they are told besides (`About`, between spaces)."""

    name: str
    phone: str = ""
    email: str = ""
    role: str = ""
    told_by: str = ""
    told: str = ""


@dataclass(frozen=True, slots=True)
class Client:
    """Who pays; a prospect may come to. `unhappy_since` is since when a prospect is unhappy with the present provider, and
    `unhappy_noted_on` the day on which we wrote that down. `not_with` are the ids of technicians whom the client does not
    want to see. `told` is what they want to be told by a message, at the address or telephone `told_at`, else at the mail address
    of the first contact who has one.
    `billing_address` (lines between `|`), `billing_mail`, `tax_id`, `country` (ISO 3166, two letters) and what they want to read
    there, `buyer_reference`, stand on their invoices, which are due after `payment_days`, None: after the firm's.
    `debtor` is their number at the bookkeeper, and `language` what they read in, empty: as the firm's (`Firm.language_of`).
    After every `survey_visits` closed visits they are asked how satisfied they are: 0 after none, None as the firm has it."""

    id: int
    name: str
    contacts: tuple[Contact, ...] = ()
    computers: int | None = None
    servers: int | None = None
    users: int | None = None
    tax_exempt: bool = False
    tax_ref: str = ""
    kind: str = "client"
    version: int = 1
    notes: str = ""
    unhappy_since: datetime.date | None = None
    unhappy_noted_on: datetime.date | None = None
    not_with: tuple[int, ...] = ()
    told: tuple[About, ...] = ()
    told_at: str = ""
    billing_address: str = ""
    billing_mail: str = ""
    tax_id: str = ""
    country: str = ""
    buyer_reference: str = ""
    payment_days: int | None = None
    private: bool = False
    price_group: str = ""
    debtor: str = ""
    language: str = ""
    survey_visits: int | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """Where the work is done. One-way figures are from the firm's depot, in the rate card's unit (design/charges.md B17).

    `zone` is its own, None where it follows the firm (`Firm.zone_at`). `place_source` says who placed it (`typed`, a file, the
    host of a geocoder), `place_precision` how near to the door (`house`, `street`, …), where somebody said so.
    `travel_price` is what travel to it costs a visit, whatever is driven; `town` is how the rate card's prices of towns call where
    it lies (design/charges.md B6.7). `arrival_minutes` go by from the end of the drive to where work begins.
    """

    id: int
    client_id: int
    name: str
    address: str
    zone: str | None = None
    place: Place | None = None
    access: tuple[Hours, ...] = ()
    access_notes: str = ""
    services: tuple[str, ...] = ()
    one_way_distance: str | None = None
    one_way_minutes: int | None = None
    one_way_provenance: str = "unknown"
    version: int = 1
    place_source: str = ""
    place_precision: str = ""
    arrival_minutes: int = 0
    travel_price: str | None = None
    town: str = ""
