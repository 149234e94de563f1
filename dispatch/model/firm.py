"""What the firm has set for itself. Kept in the database, audited, in force at once in every session (design/records.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dispatch.model.instants import Times
from dispatch.model.languages import phrase
from dispatch.model.messages import is_number
from dispatch.model.travel import DistanceUnit, Place

if TYPE_CHECKING:
    from dispatch.model.clients import Client, Site


@dataclass(frozen=True, slots=True)
class Firm:
    """The firm's settings, with the defaults of a firm that has set nothing. They are one record, whose `version` rises with
    every change of any of them.

    `distance_unit` is `mi` or `km`, `clock_hours` 24 or 12, `first_weekday` 0 for Monday. `buffer_minutes` is the room
    between two visits, `test_minutes` the time for tests that every planned visit gets (design/close-out.md R1, R2).
    `plan_raster_minutes` is the raster of the starts that a plan proposes, `plan_overtime_minutes` how far past a shift it may
    go, `plan_balance` the price of uneven work: so many minutes of driving for the square of each one's hours.
    `solver_hosts` are other machines that plan (dispatch.model.solver_hosts).
    `overlap` is `block`, `warn` or `allow`. `clock_offset` moves the clock of the whole database by so many seconds:
    the sample firm lives on a day of its own. A visit is late when it runs more than `late_minutes` behind its promise,
    and runs over when it will end more than `running_over_minutes` after its plan. Who asks again for the same trouble within
    `repeat_days` was not helped by the first visit. `limit_…` is from which percentage on a figure is worse than it should be
    (`-`: it has none). `default_shifts` and `default_lunch`
    stand in the form of a new technician, as they are typed. Addresses are looked up at `geocoder_url`, by
    `geocoder_agent`; without both they are not. `notice_…` is how technicians are told (see dispatch.model.notices), `message_…`
    how clients are (dispatch.model.messages), by a mail server or by Apprise as `messages_by` says. `surveys_anonymous`: of what
    answers a survey the number only is kept, where the lead who sends it does not say otherwise. `survey_dates`: they go
    by themselves at their dates, `survey_visits`: after every so many closed visits (0: none), at most once in `survey_days`.
    Text messages go as `sms_by` says, a reminder at `reminder_at` on the day before, and what can wait goes after `quiet_hours`
    (dispatch.model.quiet_hours), by the clocks of the site.
    `weight_…` are the weights of the checker's rules (design/planning.md, Feasibility in words), named as the fields
    of `Rules`. `targets_p1` to `targets_p4` are the service-level
    targets of each priority as they are typed (design/service-levels.md D1): minutes for phone, remote, on site, resolution, and
    on site without an agreement. A clock is at risk from `at_risk_pct` of its target, and critical from `critical_pct`.
    `paper_…` stand at the head of the papers that leave the firm: the lines of its address between `|`, how it is reached, the
    colour of lines and bars and that behind the heads of tables, and the sheet that a PDF is set on (`a4` or `letter`).
    `ends_days` is how many days ahead the end of a warranty or a certificate is told.
    `words_months` is how long after the last dealing the words of a client are kept, `books_years` how long invoices are.
    `suited_computers` and `suited_servers` are the sizes of client that service plans are made for: 10-35, or `-` for any.
    A quote holds for `quote_days`. `tax_id`, `country` (ISO 3166, two letters) and `bank_…` stand on invoices, which are due after
    `payment_days`; `invoice_prefix` stands before their numbers, of which `invoice_start` is the first, `invoice_note` below
    them, and `invoices_from` is the day from which fees and sold blocks are invoiced (ISO 8601, empty: they are invoiced
    elsewhere). `quickbooks_…`, `xero_…` and `datev_…` are the codes of the bookkeeper's program (dispatch.model.ledger),
    `datev_digits` the digits of an account there, and `books_month` the month with which a year of the books begins.
    Mail is read from `inbox_host` (design/records.md, Mail in), what came since the day `inbox_from` (ISO 8601), and moved to
    `inbox_moved_to`; `inbox_trusts` names the server whose word counts on who sent a mail, a request by mail is planned with
    `inbox_minutes`, and a sender is answered `inbox_answers` times a day at most.
    Where a copy elsewhere is not reached for `alone_minutes`, nothing is saved any more (0: it is, design/more-machines.md).
    `language` is what clients read in who have none of their own (dispatch.model.languages).
    Papers that are mailed go to contacts with one of the roles in `paper_to`, where a client has one.
    `roads` is the id of the road graph that drives are reckoned on, empty for none; `travel_engine` (`none`, `osrm`,
    `valhalla`, `openrouteservice`) at `travel_url` is a remote one, whose answers count for `travel_cache_minutes` (0: they
    are not kept).
    """

    name: str = "My firm"
    zone: str = "UTC"
    distance_unit: DistanceUnit = "mi"
    clock_hours: int = 24
    first_weekday: int = 0
    currency: str = "USD"
    depot_address: str = ""
    depot: Place | None = None
    buffer_minutes: int = 30
    test_minutes: int = 15
    plan_raster_minutes: int = 5
    plan_overtime_minutes: int = 60
    plan_balance: float = 0.0
    solver_hosts: str = ""
    overlap: str = "block"
    late_minutes: int = 10
    running_over_minutes: int = 10
    repeat_days: int = 30
    limit_on_time: str = "90"
    limit_late: str = "8"
    limit_missed_promises: str = "2"
    limit_first_time_fix: str = "80"
    limit_utilisation: str = "60"
    limit_billable_share: str = "50"
    limit_overtime: str = "10"
    limit_on_site_against_plan: str = "110"
    limit_travel_ratio: str = "35"
    limit_executed_share: str = "-"
    limit_tests_waived: str = "5"
    limit_retests: str = "-"
    weight_late_promise: float = 10.0
    weight_late_target: float = 30.0
    weight_travel: float = 1.0
    weight_overtime: float = 3.0
    weight_waiting: float = 0.3
    weight_buffer_eaten: float = 2.0
    weight_confirmed_moved: float = 60.0
    weight_confirmed_moved_minute: float = 1.0
    weight_not_preferred: float = 20.0
    weight_over_qualified: float = 5.0
    weight_no_lunch: float = 60.0
    default_shifts: str = "mon-fri 08:00-17:00"
    default_lunch: str = ""
    geocoder_url: str = ""
    geocoder_agent: str = ""
    notice_dispatched: str = "{reference} {client}, {when}: {work}"
    notice_moved: str = "{reference} {client} moves to {when}: {instead} first"
    notice_new_time: str = "{reference} {client}: new time {when} ({by}{why})"
    notice_taken_off: str = "{reference} {client} is taken off you ({by}{why})"
    messages_by: str = "none"
    mail_host: str = ""
    mail_port: int = 587
    mail_security: str = "starttls"
    mail_user: str = ""
    mail_from: str = ""
    sms_by: str = "none"
    reminder_at: str = "16:00"
    quiet_hours: str = "21:00-07:00"
    message_confirmed: str = phrase("{technician} comes to {site} on {when}: {work} ({reference}).")
    message_reminder: str = phrase("A reminder: {technician} comes to {site} on {when}: {work} ({reference}).")
    message_on_the_way: str = phrase("{technician} is on the way to {site} and will be there {when} ({reference}).")
    message_late: str = phrase(
        "We are later than planned, and sorry for it: {technician} will be at {site} {when} ({reference})."
    )
    message_report: str = phrase("What was done and tested at {site}, {reference}:")
    message_moved: str = phrase(
        "Our visit has another time: {technician} comes to {site} on {when}: {work} ({reference})."
    )
    message_cancelled: str = phrase("Our visit to {site} on {when} does not take place: {work} ({reference}).")
    message_paper: str = phrase("We send you {paper}, attached to this mail.")
    message_received: str = phrase("We have your request and will come back to you: {work}. Its number is {reference}.")
    message_survey: str = phrase(
        "How satisfied are you with our work, from 0 (not at all) to 10 (fully)? Open one of these lines and send the mail that it "
        "begins; you may add words to it."
    )
    message_survey_anonymous: str = phrase(
        "How satisfied are you with our work, from 0 (not at all) to 10 (fully)? Open one of these lines and send the mail that it "
        "begins. Your answer is anonymous: we keep the number, not who you are, nor what else stands in the mail."
    )
    surveys_anonymous: bool = False
    survey_dates: bool = False
    survey_visits: int = 0
    survey_days: int = 30
    inbox_host: str = ""
    inbox_port: int = 993
    inbox_security: str = "tls"
    inbox_user: str = ""
    inbox_folder: str = "INBOX"
    inbox_moved_to: str = "Dispatch"
    inbox_from: str = ""
    inbox_trusts: str = ""
    inbox_minutes: int = 60
    inbox_answers: int = 5
    targets_p1: str = "30 60 240 480 480"
    targets_p2: str = "60 120 480 960 960"
    targets_p3: str = "240 480 960 1440 2400"
    targets_p4: str = "480 - - 2400 -"
    at_risk_pct: int = 75
    critical_pct: int = 90
    alone_minutes: int = 0
    roads: str = ""
    travel_engine: str = "none"
    travel_url: str = ""
    travel_cache_minutes: int = 1440
    paper_address: str = ""
    paper_phone: str = ""
    paper_mail: str = ""
    paper_web: str = ""
    paper_colour: str = "#1f4e79"
    paper_tint: str = "#eef3f8"
    paper_size: str = "a4"
    language: str = "en"
    paper_to: str = ""
    quote_days: int = 30
    ends_days: int = 60
    words_months: int = 36
    books_years: int = 10
    suited_computers: str = "10-35"
    suited_servers: str = "1-2"
    tax_id: str = ""
    country: str = ""
    bank_name: str = ""
    bank_account: str = ""
    bank_code: str = ""
    payment_days: int = 30
    invoice_prefix: str = ""
    invoice_start: int = 1
    invoice_note: str = ""
    invoices_from: str = ""
    quickbooks_items: str = ""
    quickbooks_taxes: str = ""
    xero_accounts: str = ""
    xero_taxes: str = ""
    datev_accounts: str = ""
    datev_taxes: str = ""
    datev_consultant: str = ""
    datev_client: str = ""
    datev_digits: int = 4
    books_month: int = 1
    clock_offset: int = 0
    id: int = 0
    version: int = 0

    def stay_minutes(self, minutes: int) -> int:
        """The planned length of a stay: the work and the time for tests (design/close-out.md R1)."""
        return minutes + self.test_minutes

    def zone_at(self, site: Site | None) -> str:
        """The zone by whose clocks a site lives: its own, or the firm's."""
        return (site and site.zone) or self.zone

    def language_of(self, client: Client | None) -> str:
        """The language in which a client reads: their own, or the firm's."""
        return (client and client.language) or self.language

    def tells(self, address: str) -> bool:
        """Whether messages are sent to such an address."""
        return (self.sms_by if is_number(address) else self.messages_by) != "none"

    def times(self, zone: str = "") -> Times:
        """Times as the firm writes them, in its own zone or in another."""
        return Times(zone or self.zone, self.clock_hours == 24)
