"""A quote on paper: what would be done, what the minutes hold, what it would cost and until when, with a place to sign."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from typing import NamedTuple

from db import settings
from dispatch.charges.explain import MEANS, needs
from dispatch.desk.charges import quoting
from dispatch.desk.charges.charging import Priced
from dispatch.desk.reports.charge_words import capital, charge_table
from dispatch.desk.reports.data import DataTable, Datum, line_table
from dispatch.desk.reports.document import Amount, Cell, ChartBar, Point, Report, Section, Whose, foot_of, letterhead_of
from dispatch.desk.reports.naming import client_slug
from dispatch.desk.session.refusals import Faulty, Refusal, mark_of, worded
from dispatch.desk.session.user import User
from dispatch.model.clients import Client, Site
from dispatch.model.firm import Firm
from dispatch.model.instants import Times, day_of, day_text, iso, span_text
from dispatch.model.languages import say, speaking
from dispatch.model.money import parse_minor

WIDTH = 76
"""Cells of a quote as text: it is read in a mail, and printed."""
_MINE = frozenset({"TAX_EXEMPT", "EARLY_ARRIVAL_CLIPPED", "LONG_VISIT"})
"""Flags of a charge that say nothing to a client before the visit."""


class QuoteAsked(NamedTuple):
    """A visit that would begin at an instant, with so many minutes of work, the time for tests apart. `work` is what would be
    done, in a line; `until` the last day on which the quote holds, None: as many days on as the firm's quotes hold."""

    client: str
    site: str
    minutes: int
    at: int
    work: str = ""
    until: datetime.date | None = None
    labour_class: str = ""
    technicians: int = 1
    emergency: bool = False


def quote_report(user: User, asked: QuoteAsked) -> Report:
    """What a visit would cost, for the client.

    Raises:
        NotAllowed: the person neither dispatches nor leads.
        NotFound, Faulty, Refusal: as `quoting.quote`; it has no total, or holds until a day that is over.
    """
    user.ask_to_read("prices", "a quote")
    store = user.store
    with store.read():
        client, site = quoting.where(store, asked.client, asked.site)
        with speaking(settings.firm(store).language_of(client)):
            return _report(user, asked, client, site)


def _report(user: User, asked: QuoteAsked, client: Client, site: Site) -> Report:
    store = user.store
    what, at, minutes, technicians = worded("work", asked.work), asked.at, asked.minutes, asked.technicians
    with store.read():
        firm, now = settings.firm(store), store.clock.now()
        priced = quoting.quote(
            store, asked.client, asked.site, minutes, at,
            labour_class=asked.labour_class, technicians=technicians, emergency=asked.emergency,
        )  # fmt: skip
        if priced.total is None:
            raise Refusal(f"It cannot be quoted: {'; '.join(needs(priced.form))}.")
        today = day_of(now, firm.zone)
        last = asked.until or today + datetime.timedelta(days=firm.quote_days)
        if last < today:
            raise Faulty([f"valid until: {last.isoformat()} is over"])
        times = firm.times(firm.zone_at(site))
        sections = (
            _at_a_glance(priced, firm, minutes, last),
            _wanted(asked, what, site, times),
            _minutes(firm, minutes, technicians),
            _cost(priced),
            Section(say("What to know"), points=tuple(map(Point, _terms(priced, last)))),
            Section(
                say("Agreed"),
                paragraphs=(say("We agree to this quote and ask for the work."),),
                kept_together=True,
                to_sign=(say("Name"), say("Date"), say("Signature")),
            ),
        )
        day = day_of(at, times.zone)
        number = mark_of(json.dumps([priced.given, what, last.isoformat()], sort_keys=True)).upper()
        quoted: dict[str, Datum] = {
            "quote": number, "client": client.name, "site": site.name, "work": what, "minutes": minutes,
            "stay_minutes": firm.stay_minutes(minutes), "technicians": technicians, "emergency": asked.emergency,
            "at": iso(at, times.zone), "valid_until": last.isoformat(),
        }  # fmt: skip
        return Report(
            kind="quote",
            title=say("Quote {number} for {client}", number=number, client=client.name),
            subtitle=f"{what or say('A visit')}, {day_text(day)}",
            sections=sections,
            foot=foot_of(store, user.staff.name, times, to_client=True),
            width=WIDTH,
            name=f"{client_slug(store, client)}-quote-{day.isoformat()}-{number.lower()}",
            data=(
                DataTable("quote", (*quoted,), ((*quoted.values(),),)),
                line_table([(number, priced.form, priced.currency)]),
            ),
            letterhead=letterhead_of(store),
            to=_to(client, site),
            whose=Whose(client.id, good_until=last),
        )


def _wanted(asked: QuoteAsked, what: str, site: Site, times: Times) -> Section:
    facts: list[tuple[str, Cell]] = [
        (say("Work"), what or say("a visit on site")),
        (say("Where"), ", ".join(filter(None, (site.name, site.address)))),
        (say("When"), times.moment(asked.at)),
    ]
    facts += [(say("Technicians"), asked.technicians)] if asked.technicians > 1 else []
    facts += [(say("Emergency"), say("yes: outside of what is planned"))] if asked.emergency else []
    return Section(say("What we would do"), tuple(facts))


def _to(client: Client, site: Site) -> tuple[str, ...]:
    first = next(iter(client.contacts), None)
    return tuple(filter(None, (client.name, first.name if first else "", site.address)))


def _money(priced: Priced, word: str) -> Amount:
    minor = parse_minor(str(priced.form[word]), priced.exponent)
    return Amount(minor, priced.exponent, priced.currency)


def _at_a_glance(priced: Priced, firm: Firm, minutes: int, last: datetime.date) -> Section:
    return Section(
        say("At a glance"),
        facts=(
            (say("Total with tax"), _money(priced, "total")),
            (say("Before tax"), _money(priced, "net")),
            (say("On site"), span_text(firm.stay_minutes(minutes))),
            (say("Valid until"), day_text(last)),
        ),
        at_a_glance=True,
    )


def _minutes(firm: Firm, minutes: int, technicians: int) -> Section:
    """What the time on site is made of: tests are part of every visit."""
    stay = firm.stay_minutes(minutes)
    parts = [(say("Work"), minutes)] + ([(say("Tests before we leave"), stay - minutes)] if stay > minutes else [])
    bars = tuple(ChartBar(label, round(100 * part / stay), span_text(part)) for label, part in parts)
    told = say("{span} on site for each of {n} technicians.", span=span_text(stay), n=technicians)
    each = (told,) if technicians > 1 else ()
    return Section(say("What the time holds"), paragraphs=each, bars=bars, kept_together=True)


def _cost(priced: Priced) -> Section:
    table = charge_table(priced.form, priced.exponent, priced.currency, priced.tax)
    return Section(say("What it would cost"), tables=(table,))


def _terms(priced: Priced, last: datetime.date) -> Iterator[str]:
    yield say("This quote holds until {day}.", day=day_text(last))
    yield say("What is charged in the end is the time that it takes, by the clock and by these prices.")
    yield say("We do not leave before the tests have passed; that time is in the quote.")
    for flag in priced.form["flags"]:
        if flag not in _MINE:
            yield f"{capital(say(MEANS[flag]))}."
