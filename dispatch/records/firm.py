"""The firm's settings as a table of fields."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from typing import Any

from dispatch.fields.kinds import Choice, FieldKind, Number, Parsed, Text, Whole, YesNo, Zone, clock, iso_day
from dispatch.fields.record import Check, Field, RecordType
from dispatch.fields.trade import COUNTRY, CURRENCY, EMAIL, HOST, PLACE, SERVICE, hours_of, lunch_of, worded
from dispatch.levels.targets import read_targets, targets_text
from dispatch.model.firm import Firm
from dispatch.model.instants import parse_clock
from dispatch.model.languages import LANGUAGES
from dispatch.model.ledger import codes_of, sold_key, tax_key
from dispatch.model.messages import (
    PAPER_PLACE_HOLDERS,
    PLACE_HOLDERS,
    RECEIVED_PLACE_HOLDERS,
    SURVEY_PLACE_HOLDERS,
    About,
)
from dispatch.model.notices import WORDS
from dispatch.model.solver_hosts import hosts_of
from dispatch.model.states import Role
from dispatch.model.text import ADDRESS, LINE, clean
from dispatch.travel.sources import ENGINES

MOST_WEIGHT = 100_000
_USUAL = {field.name: field.default for field in fields(Firm)}
_MESSAGE = "with {firm} {reference} {client} {site} {work} {technician} {when}"
_COLOUR = Text(form=("#[0-9a-fA-F]{6}", "a colour such as #1f4e79"))
_FOLDER = Text(100, form=(r"[^*%\x00-\x1f\"\\]+", "the name of a folder"))
_TARGETS = (
    "minutes for phone, remote, on site, resolution, and on site without an agreement, - for none: 30 60 240 480 480"
)
_WEIGHTS = (
    ("late_promise", "a minute late for the promise"),
    ("late_target", "a minute late for a service level"),
    ("travel", "a minute of driving"),
    ("overtime", "a minute of overtime"),
    ("waiting", "a minute of waiting"),
    ("buffer_eaten", "a minute of buffer eaten"),
    ("confirmed_moved", "moving what the client confirmed"),
    ("confirmed_moved_minute", "each minute of such a move"),
    ("not_preferred", "not the preferred technician"),
    ("over_qualified", "a technician who knows more than is needed"),
    ("no_lunch", "no room for lunch"),
)
"""The weights of the checker's rules: the field of `Rules`, and in words."""


_LIMITS = (
    ("on_time", "on time, at least"),
    ("late", "late, at most"),
    ("missed_promises", "missed promises, at most"),
    ("first_time_fix", "first-time fix, at least"),
    ("utilisation", "utilisation, at least"),
    ("billable_share", "billable share, at least"),
    ("overtime", "overtime, at most"),
    ("on_site_against_plan", "on site against plan, at most"),
    ("travel_ratio", "travel ratio, at most"),
    ("executed_share", "tests executed, at least"),
    ("tests_waived", "tests waived, at most"),
    ("retests", "tests repeated, at most"),
)
"""The figures that can have a limit, and in words."""


def _limit(text: str) -> str:
    if text.strip() == "-":
        return "-"
    if not re.fullmatch("[0-9]{1,3}", text.strip()):
        raise ValueError("is not a whole number up to 999, or - for none")
    return str(int(text))


def _span(text: str) -> str:
    text = "".join(text.replace("–", "-").split())
    if text == "-":
        return text
    if not (span := re.fullmatch("([0-9]{1,6})-([0-9]{1,6})", text)) or int(span[1]) > int(span[2]):
        raise ValueError("is not a span of counts such as 10-35, or - for any")
    return f"{int(span[1])}-{int(span[2])}"


def _quiet(text: str) -> str:
    begins, dash, ends = text.replace("–", "-").partition("-")
    if not dash or parse_clock(begins) == parse_clock(ends):
        raise ValueError("is not of the form 21:00-07:00")
    return f"{clock(parse_clock(begins))}-{clock(parse_clock(ends))}"


_LIMIT = Parsed("a percentage, or - for none", _limit)


def _number(name: str, label: str, kind: FieldKind) -> Field:
    """A number that always stands; as usual it is what the firm has that has set nothing."""
    return Field(name, label, kind, f"{_USUAL[name]:g}", required=True)


def _one_of(name: str, label: str, hint: str, kind: Choice) -> Field:
    return Field(name, label, kind, hint, otherwise=_USUAL[name])


def _as_typed(description: str, parse: Callable[[str], Any]) -> FieldKind:
    """What is kept as it was typed, once it can be read."""

    def read(text: str) -> str:
        text = clean(text, limit=LINE)
        parse(text)
        return text

    return Parsed(description, read, empty="")


def _digits(least: int, most: int) -> Text:
    return Text(most, form=(f"[1-9][0-9]{{{least - 1},{most - 1}}}", f"a number of {least} to {most} digits"))


def _codes(name: str, label: str, key_of: Callable[[str], str], hint: str) -> Field:
    """What a bookkeeper's program calls what is sold, or a tax."""
    return Field(name, f"Bookkeeper: {label}", _as_typed("codes by key", lambda text: codes_of(text, key_of)), hint)


def _risk(firm: Firm) -> str:
    return "is below the share from which a target is at risk" if firm.at_risk_pct > firm.critical_pct else ""


def _nowhere(firm: Firm) -> str:
    return "is missing: where is the road engine?" if firm.travel_engine != "none" and not firm.travel_url else ""


def _since_ever(firm: Firm) -> str:
    return "is missing: from which day on is mail read?" if firm.inbox_host and not firm.inbox_from else ""


def _moved_nowhere(firm: Firm) -> str:
    same = firm.inbox_moved_to.casefold() == firm.inbox_folder.casefold()
    return "is the folder that mail is read from" if same else ""


SETTINGS = RecordType(
    "settings",
    "settings",
    Firm,
    (Role.LEAD,),
    (
        Field("name", "Name of the firm", Text(), required=True),
        Field("zone", "Time zone", Zone(), "America/New_York", required=True),
        _one_of("distance_unit", "Distances in", "mi or km", Choice(("mi", "km"))),
        _one_of("clock_hours", "Clock", "24 or 12", Choice({"24": 24, "12": 12})),
        _one_of("first_weekday", "The week begins on", "mon or sun", Choice({"mon": 0, "sun": 6})),
        Field("currency", "Currency", CURRENCY, "USD", required=True),
        Field("depot", "Depot", PLACE, "39.9612, -82.9988, or the link of a map"),
        Field("depot_address", "Address of the depot", Text(ADDRESS)),
        _number("buffer_minutes", "Buffer, minutes", Whole(0, 240)),
        _number("test_minutes", "Time for tests, minutes", Whole(0, 240)),
        _number("plan_raster_minutes", "Plans start visits every, minutes", Whole(1, 30)),
        _one_of(
            "plan_balance",
            "Even work in plans",
            "off, some or much: how much driving a plan gives for it",
            Choice({"off": 0.0, "some": 2.0, "much": 10.0}),
        ),
        _number("plan_overtime_minutes", "Overtime in plans, minutes at most", Whole(0, 240)),
        Field(
            "solver_hosts",
            "Machines that plan",
            _as_typed("machines", hosts_of),
            "plan@10.0.0.7 plan@solver:/opt/dispatch/bin/dispatch; empty: this one",
        ),
        _one_of("overlap", "Overlapping visits", "block, warn or allow", Choice(("block", "warn", "allow"))),
        _number("late_minutes", "Late beyond, minutes", Whole(0, 240)),
        _number("running_over_minutes", "Running over beyond, minutes", Whole(0, 240)),
        _number("repeat_days", "Asked again within, days, was no fix", Whole(0, 365)),
        *(
            Field(f"limit_{name}", f"Limit: {label}, %", _LIMIT, "90; -: none", required=True)
            for name, label in _LIMITS
        ),
        *(_number(f"weight_{name}", f"Weight: {label}", Number(MOST_WEIGHT)) for name, label in _WEIGHTS),
        Field(
            "default_shifts",
            "Hours of a new technician",
            _as_typed("hours by weekday", hours_of),
            "mon-fri 08:00-17:00",
        ),
        Field(
            "default_lunch", "Lunch of a new technician", _as_typed("a window and minutes", lunch_of), "11:30-13:30 30"
        ),
        *(
            Field(
                f"targets_p{priority}",
                f"Service-level targets of P{priority}",
                Parsed("five numbers", lambda text: targets_text(read_targets(text)), empty=""),
                _TARGETS,
                required=True,
            )
            for priority in (1, 2, 3, 4)
        ),
        _number("at_risk_pct", "A target is at risk from, %", Whole(1, 100)),
        _number("critical_pct", "A target is critical from, %", Whole(1, 100)),
        Field(
            "geocoder_url",
            "Address look-up, endpoint",
            Text(),
            "nominatim.example.com; empty: addresses are not looked up",
        ),
        Field("geocoder_agent", "Address look-up, agent", Text(), "who asks, as the endpoint's terms want it"),
        *(
            Field(f"notice_{name}", f"Notice: {label}", worded(WORDS), hint, required=True)
            for name, label, hint in (
                ("dispatched", "dispatched", "with {reference} {client} {site} {work} {when}"),
                ("moved", "moved", "and {instead}, the client who comes first"),
                ("new_time", "new time", "and {by}, who gave it, with {why} behind it"),
                ("taken_off", "taken off", "and {by}, who took it off, with {why} behind it"),
            )
        ),
        _one_of("messages_by", "Clients are told by", "none, smtp or apprise", Choice(("none", "smtp", "apprise"))),
        _one_of("sms_by", "Clients are told by SMS", "none or apprise", Choice(("none", "apprise"))),
        Field(
            "quiet_hours",
            "Quiet hours",
            Parsed("a span of clock times", _quiet, empty=""),
            "21:00-07:00 by the clocks of the site: what can wait goes then; empty: none",
        ),
        Field(
            "reminder_at",
            "Reminder, on the day before, at",
            Parsed("a time of day", lambda text: clock(parse_clock(text)), empty=""),
            "16:00",
            required=True,
        ),
        Field("mail_host", "Mail server", HOST, "mail.example.com"),
        _number("mail_port", "Mail server, port", Whole(1, 65535)),
        _one_of("mail_security", "Mail server, security", "starttls, tls or none", Choice(("starttls", "tls", "none"))),
        Field(
            "mail_user", "Mail server, login", Text(), "its password: DISPATCH_SMTP_PASSWORD or the file smtp.password"
        ),
        Field("mail_from", "Mail from", EMAIL, "dispatch@example.com"),
        *(
            Field(f"message_{about.value}", f"Message: {about.label}", worded(PLACE_HOLDERS), _MESSAGE, required=True)
            for about in About
            if about not in (About.PAPER, About.SURVEY, About.RECEIVED)
        ),
        Field(
            "message_paper",
            "Message: paper",
            worded(PAPER_PLACE_HOLDERS),
            "with {firm} {client} {paper}: what goes with a paper that is mailed",
            required=True,
        ),
        Field(
            "message_received",
            "Message: received",
            worded(RECEIVED_PLACE_HOLDERS),
            "with {firm} {reference} {client} {site} {work}: the answer to a mail that became a request",
            required=True,
        ),
        Field(
            "message_survey",
            "Message: survey",
            worded(SURVEY_PLACE_HOLDERS),
            "with {firm} {client}: the question, above its lines from 0 to 10",
            required=True,
        ),
        Field(
            "message_survey_anonymous",
            "Message: anonymous survey",
            worded(SURVEY_PLACE_HOLDERS),
            "with {firm} {client}: that the number only is kept, above its lines from 0 to 10",
            required=True,
        ),
        Field("survey_dates", "Surveys at their dates", YesNo(), "yes: they go by themselves when care has them open"),
        Field(
            "survey_visits",
            "Surveys after visits",
            Whole(0, 100),
            "by themselves: 1 after each, 3 after every third, 0 after none",
            required=True,
        ),
        Field(
            "survey_days",
            "Surveys, days between",
            Whole(1, 3650),
            "30: at most one after visits in 30 days",
            required=True,
        ),
        Field("surveys_anonymous", "Surveys are anonymous", YesNo(), "yes: of an answer the number only is kept"),
        Field("inbox_host", "Mail in: server", HOST, "imap.example.com; empty: no mail is read"),
        _number("inbox_port", "Mail in: port", Whole(1, 65535)),
        _one_of("inbox_security", "Mail in: security", "tls, starttls or none", Choice(("tls", "starttls", "none"))),
        Field("inbox_user", "Mail in: login", Text(), "its password: DISPATCH_IMAP_PASSWORD or the file imap.password"),
        Field("inbox_folder", "Mail in: folder", _FOLDER, "INBOX", required=True),
        Field("inbox_moved_to", "Mail in: moved to", _FOLDER, "Dispatch: a folder for what was read", required=True),
        Field(
            "inbox_from",
            "Mail in: what came since",
            Parsed("a day", lambda text: iso_day(text).isoformat(), empty=""),
            "2026-12-01; what came before stays as it is",
        ),
        Field(
            "inbox_trusts",
            "Mail in: who vouches for senders",
            HOST,
            "mx.example.com: the name that your mail server gives itself in Authentication-Results; empty: nobody",
        ),
        _number("inbox_minutes", "Mail in: minutes of a request", Whole(1, 1440)),
        _number("inbox_answers", "Mail in: answers a day to a sender", Whole(0, 100)),
        _one_of("language", "Clients read", "en, de, fr or es, where a client has no other", Choice(tuple(LANGUAGES))),
        Field(
            "alone_minutes",
            "Without the copy elsewhere, minutes",
            Whole(0, 1440),
            "0: saving goes on however long it is not reached; 5: after five minutes nothing is saved until it is",
            required=True,
        ),
        Field("paper_address", "Papers: address", Text(ADDRESS), "1 Front Street | Columbus, OH 43215: a line each"),
        Field("paper_phone", "Papers: telephone", Text(), "+1 614 555 0100"),
        Field("paper_mail", "Papers: e-mail", EMAIL, "office@example.com"),
        Field("paper_web", "Papers: web", Text(), "www.example.com"),
        Field("paper_colour", "Papers: lines and bars", _COLOUR, "#1f4e79", otherwise=_USUAL["paper_colour"]),
        Field("paper_tint", "Papers: behind heads of tables", _COLOUR, "#eef3f8", otherwise=_USUAL["paper_tint"]),
        Field(
            "paper_to",
            "Papers go to",
            Text(),
            "roles of contacts, such as billing, owner; else where the client is told",
        ),
        Field(
            "suited_computers",
            "Well suited: computers",
            Parsed("a span of counts, or - for any", _span),
            "10-35; -: any",
            required=True,
        ),
        Field(
            "suited_servers",
            "Well suited: servers",
            Parsed("a span of counts, or - for any", _span),
            "1-2; -: any",
            required=True,
        ),
        _number("quote_days", "Quotes hold, days", Whole(1, 365)),
        _number("words_months", "A client's words are kept, months", Whole(0, 600)),
        _number("books_years", "Invoices are kept, years", Whole(1, 50)),
        _number("ends_days", "Ends of equipment, days ahead", Whole(0, 365)),
        Field("tax_id", "Invoices: our tax id", Text(), "DE123456789"),
        Field("country", "Invoices: our country", COUNTRY, "US, DE, GB: two letters"),
        Field("bank_name", "Invoices: bank", Text(), "First Bank of Columbus"),
        Field("bank_account", "Invoices: account", Text(), "an IBAN, or the number of an account"),
        Field("bank_code", "Invoices: bank code", Text(), "a BIC, or a routing number"),
        _number("payment_days", "Invoices: due after, days", Whole(0, 365)),
        Field(
            "invoice_prefix",
            "Invoices: before the number",
            Text(8, form=("[A-Za-z0-9/-]*", "letters, digits, - and /")),
            "D-: numbers are D-2026-0001; empty: 2026-0001",
        ),
        _number("invoice_start", "Invoices: first number", Whole(1, 999_999)),
        Field("invoice_note", "Invoices: below", Text(LINE), "what has to stand on each of them"),
        Field(
            "invoices_from",
            "Invoices: fees and blocks from",
            Parsed("a day", lambda text: iso_day(text).isoformat(), empty=""),
            "2026-12-01; empty: they are invoiced elsewhere",
        ),
        _codes(
            "quickbooks_items", "QuickBooks, products", sold_key, "labour: Hours | travel: Travel | other: Services"
        ),
        _codes(
            "quickbooks_taxes", "QuickBooks, taxes", tax_key, "S20: 20.0% S | Z0: No VAT; empty: QuickBooks reckons it"
        ),
        _codes("xero_accounts", "Xero, accounts", sold_key, "labour: 200 | travel: 201 | other: 200"),
        _codes("xero_taxes", "Xero, taxes", tax_key, "S20: 20% (VAT on Income) | Z0: Zero Rated Income"),
        _codes("datev_accounts", "DATEV, accounts", sold_key, "labour: 8400 | other: 8410"),
        _codes("datev_taxes", "DATEV, tax keys", tax_key, "S19: 3 | E0: -; -: none, the account knows its tax"),
        Field("datev_consultant", "Bookkeeper: DATEV, consultant", _digits(4, 7), "1001"),
        Field("datev_client", "Bookkeeper: DATEV, client", _digits(1, 5), "456"),
        _number("datev_digits", "Bookkeeper: DATEV, digits of an account", Whole(4, 8)),
        _number("books_month", "Bookkeeper: a year begins in month", Whole(1, 12)),
        _one_of("paper_size", "Papers: sheet of a PDF", "a4 or letter", Choice(("a4", "letter"))),
        _one_of(
            "travel_engine", "Remote road engine", "none, osrm, valhalla or openrouteservice", Choice(tuple(ENGINES))
        ),
        Field("travel_url", "Remote road engine, address", SERVICE, "https://osrm.example.com"),
        Field(
            "travel_cache_minutes",
            "Its answers count for, minutes",
            Whole(0, 525_600),
            "1440; 0: they are not kept",
            required=True,
        ),
    ),
    (
        Check("critical_pct", ("at_risk_pct",), _risk),
        Check("travel_url", ("travel_engine",), _nowhere),
        Check("inbox_from", ("inbox_host",), _since_ever),
        Check("inbox_moved_to", ("inbox_folder",), _moved_nowhere),
    ),
)
