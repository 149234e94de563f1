"""Clients, sites and their equipment as tables of fields."""

from __future__ import annotations

from dispatch.fields.kinds import Choice, Day, Link, Links, Many, Number, Text, Whole, Words, YesNo, Zone
from dispatch.fields.record import Check, Field, RecordType
from dispatch.fields.trade import CONTACTS, COUNTRY, EMAIL, HOURS, PLACE, REACHED
from dispatch.model.clients import Client, Site
from dispatch.model.equipment import Equipment, EquipmentKind
from dispatch.model.languages import LANGUAGES
from dispatch.model.messages import BY_SMS, WISHES, is_number
from dispatch.model.states import Role
from dispatch.model.text import ADDRESS, LINE, NOTE

WRITERS = (Role.LEAD, Role.DISPATCHER)
_ONLY_A_LEAD = "only a lead types the drive that clients are charged for"


def _no_address(client: Client) -> str:
    reached = client.told_at or any(contact.email and contact.told_by != "none" for contact in client.contacts)
    if client.told and not reached:
        return "is missing: no contact has an e-mail address either"
    by_mail = [about.label for about in client.told if about not in BY_SMS]
    texted = client.told_at and is_number(client.told_at)
    return f"is a telephone number, and {', '.join(by_mail)} goes by mail only" if texted and by_mail else ""


def _unhappy_with_us(client: Client) -> str:
    if client.unhappy_since is None or client.kind == "prospect":
        return ""
    return "belongs to a prospect: a client who is unhappy with us is noted by the visit"


def _exempt_by_nothing(client: Client) -> str:
    return "is missing: what exempts the client?" if client.tax_exempt and not client.tax_ref else ""


CLIENT = RecordType(
    "client",
    "clients",
    Client,
    WRITERS,
    (
        Field("name", "Name", Text(), required=True),
        Field("kind", "Kind", Choice(("client", "prospect")), "client or prospect", otherwise="client"),
        Field(
            "unhappy_since",
            "Unhappy with the present provider since",
            Day(),
            "a prospect: 2026-11-24; empty: not that we know",
        ),
        Field(
            "contacts",
            "Contacts",
            CONTACTS,
            "Jane Lowe; +1 614 555 0100; jane@example.com; owner; sms: reminder | Bob …",
        ),
        Field("computers", "Computers", Whole(0, 100_000), "12"),
        Field("servers", "Servers", Whole(0, 100_000), "1"),
        Field("users", "Users", Whole(0, 100_000), "15"),
        Field("not_with", "Not with", Links("technician"), "technicians whom they do not want: Ana Ruiz, Ben Okafor"),
        Field(
            "told",
            "Wants to be told",
            Many({subject.label: subject for subject in WISHES}),
            "confirmed, reminder, on the way, late, report; empty: nothing",
        ),
        Field("told_at", "Told at", REACHED, "an e-mail address, or a number for SMS; empty: the first contact's"),
        Field("language", "Language", Choice(tuple(LANGUAGES)), "en, de, fr or es; empty: as the firm's", otherwise=""),
        Field(
            "survey_visits",
            "Survey after visits",
            Whole(0, 100),
            "1 after each, 0 after none; empty: as the firm has it",
        ),
        Field("tax_exempt", "Tax exempt", YesNo(), "yes or no"),
        Field("tax_ref", "Exemption reference", Text()),
        Field(
            "billing_address", "Invoices: address", Text(ADDRESS), "1 Front Street | Columbus, OH 43215: a line each"
        ),
        Field("billing_mail", "Invoices: e-mail", EMAIL, "accounts@example.com"),
        Field("tax_id", "Tax id", Text(), "DE123456789"),
        Field("country", "Country", COUNTRY, "US, DE, GB: two letters"),
        Field("buyer_reference", "Invoices: their reference", Text(), "a purchase order, a cost centre"),
        Field("payment_days", "Invoices: due after, days", Whole(0, 365), "empty: as the firm's"),
        Field("private", "Buys privately", YesNo(), "yes: prices with tax, where the rate card says so"),
        Field("price_group", "Price list", Text(40), "a list of the rate card: nonprofit; empty: the standard one"),
        Field("debtor", "Bookkeeper: number", Text(9, form=("[1-9][0-9]{4,8}", "a number of 5 to 9 digits")), "10001"),
        Field("notes", "Notes", Text(NOTE)),
    ),
    (
        Check("told_at", ("told", "contacts"), _no_address),
        Check("unhappy_since", ("kind",), _unhappy_with_us),
        Check("tax_ref", ("tax_exempt",), _exempt_by_nothing, owed=True),
    ),
)
SITE = RecordType(
    "site",
    "sites",
    Site,
    WRITERS,
    (
        Field("client", "Client", Link("client"), attribute="client_id", required=True),
        Field("name", "Name", Text(), "Main office", otherwise="Main office"),
        Field("address", "Address", Text(ADDRESS)),
        Field("place", "Place", PLACE, "39.9612, -82.9988, or the link of a map; empty: not placed yet"),
        Field("zone", "Time zone", Zone(), "empty: the firm's", otherwise=None),
        Field("access", "Access hours", HOURS, "mon-fri 08:00-18:00; empty: always"),
        Field("access_notes", "Access notes", Text(LINE), "keys at the desk"),
        Field(
            "arrival_minutes",
            "Minutes of arrival",
            Whole(0, 120),
            "10: parking, signing in, finding the rack; once for visits after one another",
            otherwise=0,
        ),
        Field("services", "Services", Words(80), "mail, files, print"),
        Field(
            "one_way_distance",
            "One way, distance",
            Number(1_000_000, places=1),
            "empty: from the depot, when it is placed",
            roles=(Role.LEAD,),
            refused=_ONLY_A_LEAD,
        ),
        Field(
            "one_way_minutes",
            "One way, minutes",
            Whole(0, 10_000),
            "empty: from the depot, when it is placed",
            roles=(Role.LEAD,),
            refused=_ONLY_A_LEAD,
        ),
        Field(
            "travel_price",
            "Travel, fixed price",
            Number(1_000_000, places=2),
            "a visit, whatever is driven; empty: by the rate card",
            roles=(Role.LEAD,),
            refused=_ONLY_A_LEAD,
        ),
        Field("town", "Town", Text(80), "as the rate card's prices of towns call it"),
        Field("place_source", "Placed by", Text(80), inner=True),
        Field("place_precision", "Placed how near", Text(80), inner=True),
    ),
)
EQUIPMENT = RecordType(
    "equipment",
    "equipment",
    Equipment,
    WRITERS,
    (
        Field("site", "Site", Link("site"), "the client, or client / site", attribute="site_id", required=True),
        Field("name", "Name", Text(80), "file server", required=True),
        Field("kind", "Kind", Choice(tuple(EquipmentKind)), ", ".join(EquipmentKind), required=True),
        Field("role", "Role", Text(LINE), "files and print; the line to the branch"),
        Field("maker", "Maker and model", Text()),
        Field("serial", "Serial number", Text(), "of a line, the number of its contract"),
        Field("address", "Address", Text(LINE), "host name, IP address, URL; never a password"),
        Field("warranty_ends", "Warranty ends", Day(), "2027-05-31; of a line, its contract"),
        Field("certificate_ends", "Certificate ends", Day(), "2027-02-28"),
        Field("owner", "Its ends are looked after by", Link("staff"), "empty: a lead", attribute="owner_id"),
        Field("note", "Note", Text(LINE)),
    ),
)
