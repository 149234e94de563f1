"""The rate card on one page: standard prices beside those of each plan, and the benefits of each (design/account-care.md E15)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from db import clients, service_plans, settings
from db.store import Store
from dispatch.desk.charges.charge_input import ENVELOPE, charged_client, charged_drive
from dispatch.desk.charges.charging import priced_from
from dispatch.desk.charges.comparing import plan_fee, plan_terms
from dispatch.desk.prices import rate_cards
from dispatch.desk.reports.benefits import benefits
from dispatch.desk.reports.data import DataTable, Datum
from dispatch.desk.reports.document import (
    Amount,
    Cell,
    Point,
    Report,
    ReportTable,
    Section,
    Whose,
    foot_of,
    letterhead_of,
    words,
)
from dispatch.desk.reports.naming import client_slug, firm_slug
from dispatch.desk.session.refusals import Faulty, Refusal
from dispatch.desk.session.user import User
from dispatch.fields.reading import FormFault
from dispatch.model.clients import Client, Site
from dispatch.model.firm import Firm
from dispatch.model.instants import Unclear, at_local, day_of, day_text, iso
from dispatch.model.languages import figure_text, joined, phrase, say, speaking
from dispatch.model.money import format_minor, parse_minor
from dispatch.model.service_plans import UNITS, ServicePlan
from dispatch.model.text import show

MOST = 4
"""So many plans stand on a page at most."""
WIDTH = 96
_DAYS = 14
"""Days in which an hour of each band is looked for, beside the next holiday."""
_ASIDE = ("minimum", "rounding", "travel", "day_price", "percentages", "short_notice")
_OF_CLASS = ("rounding", "minimum_minutes", "half_day", "day")
"""What of a card and of a class is no price of an hour."""
_BY_DAY = (("half_day", phrase("{who}, half a day")), ("day", phrase("{who}, a day")))
_BANDS = (phrase("after hours"), phrase("weekend"), phrase("holiday"), phrase("night"))
"""Bands of hours that rate cards usually have, as they are told."""
_EACH = {
    "computer": phrase("{price} a computer"),
    "server": phrase("{price} a server"),
    "user": phrase("{price} a user"),
}
"""What is added to a fee for each, by the words of `UNITS`."""
_CATEGORIES = (phrase("labour"), phrase("travel"), phrase("fee"), phrase("item"))


class _Hour(NamedTuple):
    """An hour that is all in one band: what it is called, when it begins, and what it costs without an agreement."""

    band: str
    at: int
    standard: int


def rates_report(user: User, plans: Sequence[ServicePlan] = (), client: Client | None = None) -> Report:
    """The rate card for somebody: a client, with the fees for their computers, servers and users, or anybody.

    Args:
        plans: those that are offered; none: all of the catalogue.

    Raises:
        NotAllowed: the person neither dispatches nor leads.
        Refusal: there is no rate card, or no plan.
        Faulty: more plans than a page holds.
    """
    user.ask_to_read("prices", "the rate card")
    with speaking(user.firm.language_of(client)):
        return _report(user, plans, client)


def _report(user: User, plans: Sequence[ServicePlan], client: Client | None) -> Report:
    store = user.store
    with store.read():
        offered = list(plans) or service_plans.service_plans(store)
        if not offered:
            raise Refusal("There is no service plan yet: dispatch service-plan add --preset small --fee …")
        if len(offered) > MOST:
            named = ", ".join(show(plan.name, 40) for plan in offered)
            raise Faulty([f"plan: a page holds {MOST} plans at most; say which: {named}"])
        firm = settings.firm(store)
        today = day_of(store.clock.now(), firm.zone)
        prices = _Prices(store, firm, rate_cards.card_called(store).card, client, today)
        rows = [
            (say("Fee a month"), None, *(prices.fee(plan) for plan in offered)),
            *prices.rows([None, *map(plan_terms, offered)]),
        ]
        table = ReportTable(("", say("Without an agreement"), *(plan.name for plan in offered)), tuple(rows))
        tax, within = prices.card.get("tax") or {}, included_radius(prices.card)
        known = (
            f"{tax.get('name') or say('tax')}, {figure_text(str(tax['rate_pct']))} %"
            if tax.get("rate_pct")
            else say("tax")
        )
        whom = "" if client is None else client.name
        return Report(
            kind="rates",
            title=say("Prices and service plans for {client}", client=whom)
            if whom
            else say("Our prices and service plans"),
            subtitle=f"{firm.name}, {day_text(today)}",
            sections=(
                Section(
                    say("Prices"),
                    tables=(table,),
                    paragraphs=(
                        f"{prices.beside_tax(known)}{prices.on_top()}{say('Times of response are counted in our opening hours.')}",
                    ),
                ),
                *(plan_section(plan, within) for plan in offered),
            ),
            foot=foot_of(store, user.staff.name, firm.times(), to_client=True),
            width=WIDTH,
            name=f"{firm_slug(firm) if client is None else client_slug(store, client)}-rates-{today.isoformat()}",
            data=(_data(table),),
            letterhead=letterhead_of(store),
            to=() if client is None else (client.name,),
            whose=None if client is None else Whose(client.id),
        )


def included_radius(card: Mapping[str, Any]) -> str:
    """What a rate card has within its radius, in words; empty where it has none."""
    radius = (card.get("travel") or {}).get("included_radius")
    return f"{radius} {card.get('distance_unit', 'mi')}" if radius not in (None, "", "0", 0) else ""


def plan_section(plan: ServicePlan, radius: str) -> Section:
    """What a plan has, how long it runs and what is not in it."""
    term = "" if plan.term_months is None else say("For {n} months.", n=plan.term_months) + " "
    excludes = say("Not in it: {what}.", what=say(plan.excludes).rstrip(".")) if plan.excludes else ""
    points = tuple(Point(benefit) for benefit in benefits(plan, radius))
    rest = tuple(filter(None, (f"{term}{excludes}".strip(),)))
    return Section(plan.name, points=points, paragraphs=rest, kept_together=True)


def _data(table: ReportTable) -> DataTable:
    """Every figure of the page, a row each; what is said in words is no amount."""
    rows: list[tuple[Datum, ...]] = [
        (
            title,
            words(row[0]),
            cell.decimal if isinstance(cell, Amount) else None,
            "" if isinstance(cell, Amount) else words(cell),
        )
        for row in table.rows
        for title, cell in zip(table.columns[1:], row[1:], strict=True)
        if cell is not None
    ]
    return DataTable("rates", ("plan", "price", "amount", "words"), tuple(rows))


class _Prices:
    """The figures of the page, each by the function that charges."""

    def __init__(
        self, store: Store, firm: Firm, card: Mapping[str, Any], client: Client | None, today: datetime.date
    ) -> None:
        self.card = {key: value for key, value in card.items() if key not in ENVELOPE}
        self.client, self.today, self.zone = client, today, str(card["timezone"])
        self.currency, self.exponent = str(card["currency"]), int(card.get("minor_units", 2))
        self.classes = list(card["classes"])
        self._who = {} if client is None else charged_client(client)
        sites = [] if client is None else clients.sites_of(store, client.id)
        self._site: Site | None = next(iter(sites), None)
        bare = {
            name: {key: value for key, value in prices.items() if key not in _OF_CLASS}
            for name, prices in card["classes"].items()
        }
        self._hourly = {key: value for key, value in self.card.items() if key not in _ASIDE} | {
            "classes": bare,
            "minimum": {"minutes": 0},
            "rounding": {"mode": "exact"},
        }

    def beside_tax(self, tax: str) -> str:
        """The currency, and whether the prices are without tax, or with it: a sentence with the tax as it is known."""
        included = (self.card.get("tax") or {}).get("included")
        private = included == "private" and self.client is not None and self.client.private
        exempt = self.client is not None and self.client.tax_exempt
        if (included == "always" or private) and not exempt:
            return say("In {currency}, with {tax}. ", currency=self.currency, tax=tax)
        return say("In {currency}, before {tax}. ", currency=self.currency, tax=tax)

    def fee(self, plan: ServicePlan) -> Cell:
        """The fee of a plan for the client; for nobody its base, and what is added for each."""
        if self.client is not None:
            fee = plan_fee(plan, self.client)
            return say("not known") if fee.amount is None else self._amount(fee.amount)
        each = ((getattr(plan, name), word) for name, word in UNITS)
        more = [say(_EACH[word], price=self._figure(price)) for price, word in each if price is not None]
        base = None if plan.fee is None else self._amount(plan.fee)
        if not more:
            return say("on request") if base is None else base
        return " + ".join([*([] if base is None else [self._figure(base.minor)]), *more])

    def on_top(self) -> str:
        """What comes on top of the prices by the hundred (design/charges.md B8.5), a sentence; empty where nothing does."""
        named = [
            say(
                "{name}, {pct} % of {what}",
                name=one["name"],
                pct=figure_text(str(one["pct"])),
                what=joined([say(str(of)) for of in one["of"]]),
            )
            for one in self.card.get("percentages") or ()
        ]
        return say("On top come {what}.", what="; ".join(named)) + " " if named else ""

    def rows(self, terms: Sequence[Mapping[str, Any] | None]) -> Iterator[tuple[Cell, ...]]:
        """The prices without an agreement (None) and under each of the terms."""
        hours = self._hours()
        first = self.classes[0]
        for labour_class in self.classes:
            prices = self.card["classes"][labour_class]
            for hour in hours if labour_class == first or prices.get("bands") else hours[:1]:
                when = "" if hour.band == "business" else f", {say(hour.band.replace('_', ' '))}"
                priced = [self._labour(labour_class, hour.at, one) for one in terms]
                yield (say("{who}, an hour{when}", who=labour_class, when=when), *priced)
            for listed, word in _BY_DAY:
                if hours and prices.get(listed):
                    begun = self._visit(labour_class, hours[0].at, 1)
                    yield (say(word, who=labour_class), *(self._net(begun, one, self._by_day(listed)) for one in terms))
        if hours:
            at = hours[0].at
            yield (say("An emergency, an hour"), *(self._labour(first, at, one, emergency=True) for one in terms))
            yield (
                say("The least for a visit"),
                *(self._net(self._visit(first, at, 1), one, self._least()) for one in terms),
            )
            if self.card.get("remote"):
                yield (
                    say("The least from a distance"),
                    *(self._net(self._visit(first, at, 1, way="remote"), one, self._least()) for one in terms),
                )
            travel = self.card.get("travel") or {}
            if self._site is not None and (travel.get("components") or travel.get("towns") or self._site.travel_price):
                yield (say("Coming to you"), *(self._travel(first, at, one) for one in terms))

    def _hours(self) -> list[_Hour]:
        """An hour of each band that the card knows, the cheapest first."""
        days = [self.today + datetime.timedelta(days=ahead) for ahead in range(_DAYS)]
        holidays = sorted(day for day in map(str, self.card.get("holidays") or ()) if day > self.today.isoformat())
        days += [datetime.date.fromisoformat(day) for day in holidays[:1]]
        found: dict[str, _Hour] = {}
        for day in days:
            for clock in range(24):
                at = at_local(day, f"{clock:02}:00", self.zone, Unclear.FIRST)
                sheet = self._sheet(self._visit(self.classes[0], at, 60), None, self._hourly)
                worked = [] if sheet is None else [line for line in sheet["lines"] if line["rule"] == "LAB"]
                if sheet is not None and len(worked) == 1 and worked[0]["qty"] == "60":
                    band = str(worked[0]["note"])
                    found.setdefault(band, _Hour(band, at, parse_minor(sheet["net"], self.exponent)))
        return sorted(found.values(), key=lambda hour: (hour.band != "business", hour.standard, hour.band))

    def _by_day(self, listed: str) -> dict[str, Any]:
        """The card with one of the two prices of a day, asked for as soon as it is begun."""
        classes = {name: {key: prices.get(key) for key in ("standard", "agreement", listed)}
                   for name, prices in self.card["classes"].items()}  # fmt: skip
        return self._hourly | {"classes": classes, "day_price": {"mode": "step"}}

    def _least(self) -> dict[str, Any]:
        return {key: value for key, value in self.card.items() if key != "travel"}

    def _visit(self, labour_class: str, at: int, minutes: int, **more: Any) -> dict[str, Any]:
        start, end = iso(at, self.zone), iso(at + minutes * 60, self.zone)
        who = {"technician": "technician", "class": labour_class, "check_in": start, "check_out": end}
        return {"scheduled_start": start, "assignments": [who], **more}

    def _labour(self, labour_class: str, at: int, terms: Mapping[str, Any] | None, *, emergency: bool = False) -> Cell:
        return self._net(self._visit(labour_class, at, 60, emergency=emergency), terms, self._hourly)

    def _net(self, visit: Mapping[str, Any], terms: Mapping[str, Any] | None, card: Mapping[str, Any]) -> Cell:
        sheet = self._sheet(visit, terms, card)
        if sheet is None:
            return None
        # prices with tax stand here as they are paid (design/charges.md B9.1)
        paid = parse_minor(sheet["total" if sheet.get("tax_included") else "net"], self.exponent)
        if any(line["rule"] == "LAB-COV" for line in sheet["lines"]) and not paid:
            return say("in the fee")
        return self._amount(paid)

    def _travel(self, labour_class: str, at: int, terms: Mapping[str, Any] | None) -> Cell:
        """What it costs to come to the client's first site, beside an hour of work."""
        sheet = self._sheet(self._visit(labour_class, at, 60), terms, self.card)
        if sheet is None:
            return None
        travel = [line for line in sheet["lines"] if line["category"] == "travel"]
        return self._amount(sum(parse_minor(line["amount"], self.exponent) for line in travel))

    def _sheet(
        self, visit: Mapping[str, Any], terms: Mapping[str, Any] | None, card: Mapping[str, Any]
    ) -> Mapping[str, Any] | None:
        """The sheet of a visit; None where it has none. What is in an allowance is told apart: here it is what lies beyond it."""
        agreement = None if terms is None else {key: value for key, value in terms.items() if key != "allowance_min"}
        site = {} if self._site is None else charged_drive(self._site)
        if card is not self.card:
            # an hour, or the least for a visit, is without the way
            site = {name: value for name, value in site.items() if name not in ("travel_price", "town")}
        given = {"card": card, "client": self._who, "site": site, "agreement": agreement, "visit": visit}
        try:
            form = priced_from(given, estimate=True).form
        except FormFault:
            return None
        return None if form["net"] is None else form

    def _figure(self, minor: int) -> str:
        return figure_text(format_minor(minor, self.exponent))

    def _amount(self, minor: int) -> Amount:
        return Amount(minor, self.exponent, self.currency)
