"""What concerns clients as text and as JSON: a client's page, the care list, messages to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from dispatch.care.item import CareItem, CareState
from dispatch.care.rules import TITLES, by_client
from dispatch.desk.book.equipment_records import piece_words
from dispatch.desk.care.client_page import ClientPage
from dispatch.desk.messages.outbox import moment
from dispatch.desk.texts.comparison_words import comparison_form, comparison_lines
from dispatch.desk.texts.finding_words import line
from dispatch.desk.texts.proposal_words import proposal_sum_form, sum_text
from dispatch.fields.trade import told_text
from dispatch.model.agreements import KIND_WORDS
from dispatch.model.alerts import ToldAlert
from dispatch.model.clients import Site
from dispatch.model.forms import form, forms
from dispatch.model.instants import Times, day_of, day_text
from dispatch.model.languages import LANGUAGES
from dispatch.model.messages import Message, MessagePreview
from dispatch.model.text import count_text, pad, show
from dispatch.model.visits import Visit
from dispatch.model.ways import state_words, way_and_work


def page_lines(page: ClientPage) -> list[str]:
    """The page as text."""
    client = page.client
    lines = [client.name if client.kind == "client" else f"{client.name} ({client.kind})"]
    there = ((client.computers, "computer"), (client.servers, "server"), (client.users, "user"))
    counts = [count_text(count, word) for count, word in there if count]
    if page.well_suited:
        counts.append("well suited to an agreement by its size")
    if client.unhappy_since is not None:
        counts.append(f"unhappy with the present provider since {client.unhappy_since.isoformat()}")
    if client.tax_exempt:
        counts.append(f"tax exempt: {client.tax_ref or 'by what is not said yet'}")
    counts += ["buys privately"] if client.private else []
    counts += [f"price list {client.price_group}"] if client.price_group else []
    lines += [f"  {' · '.join(counts)}"] if counts else []
    lines += [f"  {client.notes}"] if client.notes else []
    contacts = [
        "  ".join(filter(None, (contact.name, contact.phone, contact.email, contact.role, told_text(contact))))
        for contact in client.contacts
    ]
    sections: Sequence[tuple[str, Sequence[str], str]] = (
        ("Due", page.due, ""),
        ("Contacts", contacts, "none yet"),
        ("Sites", [_site(site) for site in page.sites], "none yet"),
        (
            "Agreements",
            [
                line
                for agreement, left in page.agreements
                for line in (
                    f"{agreement.name} ({KIND_WORDS[agreement.kind]}), {agreement.starts} – {agreement.ends or 'no end'}",
                    *(f"  {text}" for text in left),
                )
            ],
            "none",
        ),
        ("Proposals", [*proposal_lines(page)], ""),
        ("Under a plan", [*comparison_lines(page.compared)] if page.compared.plans else [], ""),
        ("Equipment", [*_equipment(page)], ""),
        ("Recurring", page.recurring, ""),
        ("Open requests", [_visit(visit, page.times) for visit in page.queued], ""),
        ("Ahead", [_visit(visit, page.times) for visit in page.ahead], "nothing planned"),
        ("Past", [_visit(visit, page.times) for visit in page.past], "no visits yet"),
        (
            "Open findings",
            ["  ".join(filter(None, (one.reference, line(one), one.effort))) for one in page.findings],
            "",
        ),
        ("Papers by mail", [_paper(message, page.times) for message in page.papers], ""),
    )
    for title, entries, otherwise in sections:
        if entries or otherwise:
            lines += ["", title, *(f"  {entry}" for entry in entries or [otherwise])]
    return lines


def proposal_lines(page: ClientPage) -> Iterator[str]:
    """The proposals to them: how each stands since when, and what it comes to."""
    for one, total in page.proposals:
        since = day_text(day_of(one.said_at or one.at, page.times.zone))
        money = sum_text(total, page.compared.exponent, page.compared.currency)
        yield f"{one.id}  {one.state_on(page.day).label}  {since}  {money}"


def _equipment(page: ClientPage) -> Iterator[str]:
    """What stands at each site; which site it is, only where there are several."""
    sites = {site.id: f"{site.name}: " if len(page.sites) > 1 else "" for site in page.sites}
    yield from (f"{sites[piece.site_id]}{piece.name}  {piece_words(piece)}" for piece in page.equipment)


def _paper(message: Message, times: Times) -> str:
    """A paper that went, or is to go, when and to whom."""
    when = times.moment(message.ended_at or message.due_at)
    why = f": {message.why}" if message.why else ""
    return f"{message.paper}  {message.fate.value} {when}  {message.address}{why}"


def page_form(page: ClientPage) -> dict[str, Any]:
    """The page for `dispatch client show --json`, beside the client's own texts."""
    return form(
        page,
        "sites equipment well_suited agreements compared recurring ahead queued past due papers proposals",
        sites=[form(site, "name address located", located=site.place is not None) for site in page.sites],
        equipment=forms(page.equipment, "name kind role maker serial address warranty_ends certificate_ends"),
        agreements=[
            form(agreement, "name kind starts balances ends", balances=left) for agreement, left in page.agreements
        ],
        compared=comparison_form(page.compared),
        proposals=[
            {
                "proposal": one.id,
                "state": one.state_on(page.day).value,
                **proposal_sum_form(total, page.compared.exponent),
            }
            for one, total in page.proposals
        ],
        papers=[message_form(message, page.times.zone) for message in page.papers],
        **{name: [visit.reference for visit in getattr(page, name)] for name in ("ahead", "queued", "past")},
    )


def _site(site: Site) -> str:
    drive = "not placed yet" if site.place is None else ""
    if site.one_way_minutes is not None:
        drive = f"{site.one_way_minutes} min from the depot"
    return "  ".join(filter(None, (site.name, site.address, drive)))


def _visit(visit: Visit, times: Times) -> str:
    when = wanted_text(visit) if visit.starts_at is None else times.moment(visit.starts_at, visit.zone)
    return "  ".join(
        filter(None, (visit.reference, when, ", ".join(visit.crew), way_and_work(visit), f"({state_words(visit)})"))
    )


def wanted_text(visit: Visit) -> str:
    """For when a visit is asked, that has no place yet."""
    return "undated" if visit.wanted_on is None else f"wanted {day_text(visit.wanted_on)}"


_STANDING = {
    CareState.OVERDUE: "overdue since {}",
    CareState.EXPIRED: "ended {}",
    CareState.DUE: "due {}",
    CareState.BELOW_TARGET: "due {}",
    CareState.OPEN: "by {}",
    CareState.PLANNED: "planned",
    CareState.OK: "in order",
    CareState.HELD: "held back",
}


def standing(item: CareItem) -> str:
    """How an item stands, in a word or two with its day."""
    if item.snoozed_until is not None:
        return f"put off until {day_text(item.snoozed_until)}"
    return _STANDING[item.state].format("no day yet" if item.due is None else day_text(item.due))


def care_lines(items: Sequence[CareItem]) -> list[str]:
    """The care list by client: what is due and why, and below it how it is named on the command line."""
    lines: list[str] = []
    for client, due in by_client(items).items():
        lines += [*([""] if lines else []), show(client, 120)]
        for item in due:
            lines.append(f"  {pad(show(item.what, 40), 28)}  {pad(standing(item), 29)}  {show(item.why, 200)}")
            held = f"  held back: {'; '.join(show(reason, 120) for reason in item.held)}" if item.held else ""
            lines.append(f"    {show(item.key, 120)}{held}")
    return lines or ["Nothing is due."]


def care_form(item: CareItem) -> dict[str, Any]:
    """An item of the care list in JSON."""
    keys = "key rule title client what why opens due state held snoozed_until snoozes needs_note visit?"
    return form(item, keys, title=TITLES[item.rule])


def message_lines(found: Sequence[Message], zone: str, hours24: bool = True) -> Iterator[str]:
    """The outbox as text, a message a line."""
    if not found:
        yield "Nothing waits, and nothing went wrong."
    for message in found:
        yield " ".join(
            (
                f"{message.id:>5}",
                pad(show(message.reference or "–"), 7),
                pad(message.about.label, 10),
                pad(message.fate.value, 8),
                moment(message, zone, hours24),
                show(message.address),
                show(message.paper),
                f"({show(message.why)})" if message.why else "",
            )
        ).rstrip()


def message_form(message: Message, zone: str) -> dict[str, Any]:
    """A message as JSON (docs/json.md)."""
    keys = "message=id reference? client about paper? address text state=fate made_at@ due_at@ tries ended_at@ why?"
    return form(message, keys, zone)


def preview_form(preview: MessagePreview) -> dict[str, Any]:
    """A message as it would go, as JSON (docs/json.md)."""
    return form(preview, "about setting words language to subject text sms?")


def preview_lines(preview: MessagePreview) -> list[str]:
    """A message as it would go, as text; what it says stands behind a margin."""
    lines = [
        f"{preview.about.label.capitalize()}, in {LANGUAGES[preview.language]}",
        f"To       {', '.join(map(show, preview.to)) or 'nobody'}",
        f"Subject  {preview.subject}",
        *(f"  | {line}".rstrip() for line in preview.text.rstrip().split("\n")),
    ]
    return [*lines, f"SMS      {preview.sms}", ""] if preview.sms else [*lines, ""]


def alert_form(told: ToldAlert, zone: str) -> dict[str, Any]:
    """What somebody was told of, as JSON (docs/json.md)."""
    return form(told, "kind reference text made_at@ shown_at@ seen state=fate? tries why?", zone)
