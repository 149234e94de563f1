"""The charge calculation once more, from the text of design/charges.md alone and in its simplest form: every minute is a row, every
rule a few lines. It shares nothing with the engine but the defaults, so that what one of them gets wrong the other tells."""

from __future__ import annotations

import datetime
import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from dispatch.charges.card import DEFAULT_AGREEMENT, DEFAULT_CARD
from dispatch.fields.reading import merged

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Row = dict[str, Any]


def exact(value: Any) -> Fraction:
    return Fraction(str(value))


def minute(text: str | None) -> int | None:
    return None if text is None else math.floor(datetime.datetime.fromisoformat(text).timestamp() / 60)


def days_of(part: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [part, *part.get("later_days", [])]


VISIT: Row = {
    "outcome": "completed", "cause": "normal", "scheduled_start": None, "emergency": False, "early_start_agreed": False,
    "departed": False, "items": [], "goodwill": [], "prior_today": {}, "trip": {"last_stop": True},
}  # fmt: skip
DAY: Row = dict.fromkeys(["depart", "check_in", "check_out", "return"])
PART: Row = DAY | {"billable": True, "vehicle": None, "marks": []}
SITE: Row = {"one_way_distance": "0", "one_way_minutes": 0}


def filled(form: Mapping[str, Any]) -> Row:
    """A form with what it leaves out, as B14 says."""
    visit, terms = VISIT | form["visit"], form.get("agreement")
    visit["assignments"] = [
        PART | part | {"later_days": [DAY | day for day in part.get("later_days") or []]}
        for part in visit["assignments"]
    ]
    blocks = [{"expires_on": None, "purchased_on": None} | one for one in (terms or {}).get("blocks", [])]
    return {
        "card": merged(DEFAULT_CARD, form["card"]),
        "client": {"tax_exempt": False} | (form.get("client") or {}),
        "site": SITE | form["site"],
        "agreement": terms and {**terms, "blocks": blocks},
        "visit": visit,
    }


class Reckoning:
    """One visit, priced by B11 step by step. Only for inputs that lack nothing."""

    def __init__(self, form: Mapping[str, Any]) -> None:
        self.card = merged(DEFAULT_CARD, form["card"])
        self.visit: Mapping[str, Any] = form["visit"]
        self.site, self.client = form["site"], form["client"]
        self._group()
        wanted = self.card["tax"]["included"]
        self.gross = wanted == "always" or (wanted == "private" and self.client.get("private", False))
        self.zone = ZoneInfo(self.card["timezone"])
        self.unit = 10 ** self.card["minor_units"]
        self.flags: set[str] = set()
        self.rows: list[Row] = []
        self.drawn: dict[str, Fraction] = {}
        self.known: dict[tuple[str, str, str, bool], Any] = {}
        self.planned = minute(self.visit["scheduled_start"])
        self.away = self.visit.get("way", "on_site") in ("remote", "phone")
        crew = [one for one in self.visit["assignments"] if one["billable"]]
        self.crew = sorted(crew, key=lambda one: (self.came(one), one["technician"]))
        self._select(form["agreement"])
        self._lines()
        self._sum()

    def came(self, part: Row) -> int:
        """When a technician came; who never did, the appointment (B2.1)."""
        came = minute(part["check_in"])
        assert came is not None or self.planned is not None
        return came if came is not None else self.planned or 0

    # B2

    def _group(self) -> None:
        for name, own in self.card["price_lists"].items():
            if name.lower() == (self.client.get("price_group") or "").lower():
                for part in ("classes", "items"):
                    listed = dict(self.card[part])
                    for key, price in own.get(part, {}).items():
                        listed[key] = listed[key] if price is None else {**listed[key], "standard": price}
                    self.card = {**self.card, part: listed}

    def _select(self, agreement: Mapping[str, Any] | None) -> None:
        if self.crew:
            anchor = self.came(self.crew[0])
        else:
            anchor = self.planned
            self.flags.add("NO_BILLABLE_TECHNICIAN")
        assert anchor is not None
        day = datetime.datetime.fromtimestamp(anchor * 60, self.zone).date().isoformat()
        self.day = day
        self.terms: Row | None = None if agreement is None else merged(DEFAULT_AGREEMENT, agreement)
        if self.terms is not None and self.terms["ends"] is not None and day > self.terms["ends"]:
            self.flags.add("AGREEMENT_EXPIRED")
            self.terms = None
        elif self.terms is not None and self.terms["starts"] is not None and day < self.terms["starts"]:
            self.flags.add("AGREEMENT_NOT_STARTED")
            self.terms = None
        self.kind = None if self.terms is None else self.terms["kind"]
        self.slip = False
        if self.visit["cause"] == "own_failure":
            first = datetime.date.fromisoformat(self.visit["original_visit_date"])
            self.slip = datetime.date.fromisoformat(day) <= first + datetime.timedelta(days=self.card["guarantee_days"])
            if not self.slip:
                self.flags.add("GUARANTEE_EXPIRED")
        self.urgent = bool(self.visit["emergency"] and self.crew and not self.slip)
        if self.terms is not None and self.terms["waive_emergency"]:
            self.urgent = False
        self.pools = list(self._pools())

    def _pools(self) -> Iterator[list[Any]]:
        if self.terms is None:
            return
        if self.kind == "retainer":
            yield ["allowance", exact(self.terms["allowance_min"])]
        if self.kind in ("block_hours", "block_money"):
            key = "remaining_min" if self.kind == "block_hours" else "remaining_amount"
            usable = [
                one
                for one in self.terms["blocks"]
                if (one["purchased_on"] or "0000") <= self.day <= (one["expires_on"] or "9999")
            ]
            for one in sorted(
                usable, key=lambda one: (one["expires_on"] or "9999", one["purchased_on"] or "", one["id"])
            ):
                yield [one["id"], exact(one[key])]

    def listed(self, prices: Mapping[str, Any]) -> Fraction:
        name = "standard" if self.terms is None else self.terms["price_list"]
        return exact(prices["standard"] if prices.get(name) is None else prices[name])

    def share(self, part: Row) -> Fraction:
        return Fraction(1) if part is self.crew[0] else exact(self.card["extra_technician_pct"]) / 100

    def price(self, part: Row) -> Fraction:
        return self.listed(self.card["classes"][part["class"]]) * self.share(part)

    def beyond(self, part: Row) -> Fraction:
        """The price of what no pool covers."""
        if self.terms is None or self.terms["overage_rate"] is None:
            return self.price(part)
        return exact(self.terms["overage_rate"]) * self.share(part)

    def own(self, band: str) -> Mapping[str, Any] | None:
        return next((one for one in self.card["bands"] if one["name"] == band), None)

    def like(self, band: str) -> str:
        own = self.own(band)
        return band if own is None else str(own["like"])

    def waived(self, band: str) -> bool:
        return self.terms is not None and self.like(band) in self.terms["waive_bands"]

    def counts_as(self, band: str) -> str:
        return "business" if self.waived(band) else self.like(band)

    def band_price(self, part: Row, band: str) -> Fraction | None:
        """B2.6: what an hour in a band costs, before the share of a second technician; None where a multiplier counts."""
        own, prices = self.own(band), self.card["classes"][part["class"]].get("bands", {})
        if self.waived(band):
            return None
        if own is not None and band in prices:
            return self.listed(prices[band])
        if own is not None and own.get("price") is not None:
            return self.listed({"standard": own["price"], "agreement": own.get("agreement")})
        if own is not None and own.get("multiplier") is not None:
            return None
        return self.listed(prices[self.like(band)]) if self.like(band) in prices else None

    def calm(self, part: Row, band: str) -> Fraction:
        """The multiplier of a band, or what its price weighs."""
        price, hour = self.band_price(part, band), self.listed(self.card["classes"][part["class"]])
        if price is not None:
            return price / hour if hour else Fraction(1)
        own = self.own(band)
        if own is not None and not self.waived(band) and own.get("multiplier") is not None:
            return exact(own["multiplier"])
        return exact(self.card["multipliers"][self.counts_as(band)])

    def factor(self, part: Row, band: str, late: bool = False) -> Fraction:
        """B3.5, B3.8: the highest of band, emergency and overtime."""
        calm = self.calm(part, band)
        if self.band_price(part, band) is not None and not self.listed(self.card["classes"][part["class"]]):
            return calm
        pressing = self.card["emergency"]["multiplier"] if self.urgent else None
        overtime = self.card["overtime"]["multiplier"] if late else None
        return max(calm, *(exact(one) for one in (pressing, overtime) if one is not None), calm)

    def of(self, ask: Callable[[Row, str, bool], Any], part: Row, row: Row) -> Any:
        """What is asked of a minute, once for all that are like it."""
        key = (ask.__name__, part["technician"], row["band"], row["late"])
        if key not in self.known:
            self.known[key] = ask(part, row["band"], row["late"])
        return self.known[key]

    def by_price(self, part: Row, band: str, late: bool = False) -> bool:
        """Whether the band's price is what counts for a minute."""
        return self.band_price(part, band) is not None and self.factor(part, band, late) == self.calm(part, band)

    def plain(self, part: Row, band: str, late: bool) -> bool:
        """B4.3: the business rate, and nothing else."""
        own = self.own(band) if not self.waived(band) else None
        special = self.band_price(part, band) is not None or (own is not None and own.get("multiplier") is not None)
        raised = self.factor(part, band, late) != self.calm(part, band)
        return self.counts_as(band) == "business" and not special and not raised

    def band(self, at: int) -> str:
        local = datetime.datetime.fromtimestamp(at * 60, self.zone)
        free = local.date().isoformat() in self.card["holidays"]
        for own in self.card["bands"]:
            begins, ends = own.get("from", "00:00"), own.get("to", "24:00")
            for day in (local.date(), local.date() - datetime.timedelta(days=1)):
                called = "holiday" if day.isoformat() in self.card["holidays"] else DAYS[day.weekday()]
                if called not in own.get("days", DAYS) or (free and "holiday" not in own.get("days", DAYS)):
                    continue
                clock = f"{local:%H:%M}"
                if day == local.date() and (begins <= clock < ends or (ends <= begins <= clock)):
                    return str(own["name"])
                if day != local.date() and ends <= begins and clock < ends:
                    return str(own["name"])
        if local.date().isoformat() in self.card["holidays"]:
            return "holiday"
        weekday = DAYS[local.weekday()]
        if any(opens <= f"{local:%H:%M}" < closes for opens, closes in self.card["hours"][weekday]):
            return "business"
        return "weekend" if weekday in self.card["weekend_days"] else "after_hours"

    def cents(self, amount: Fraction) -> int:
        whole = math.floor(abs(amount) * self.unit + Fraction(1, 2))
        return whole if amount >= 0 else -whole

    def add(
        self, rule: str, category: str, amount: int, tech: str = "", qty: Fraction | None = None, **more: Any
    ) -> None:
        self.rows.append({"rule": rule, "category": category, "amount": amount, "tech": tech, "qty": qty, **more})

    def total_of(self, *categories: str) -> int:
        return sum(int(row["amount"]) for row in self.rows if row["category"] in categories)

    # B8.4, then B11 steps 4 to 13

    def _lines(self) -> None:
        outcome, mode = self.visit["outcome"], self.card["no_access"]["mode"]
        self.wasted = outcome == "no_access" or (outcome == "cancelled" and self.visit["departed"])
        if outcome == "cancelled" and not self.wasted:
            self._cancelled()
        elif outcome != "aborted_by_us" and not (self.wasted and mode == "none"):
            if self.wasted and mode == "flat":
                if self.crew and not self.slip:
                    self.add("FEE-NOACC", "fee", self.cents(exact(self.card["no_access"]["amount"])))
            else:
                self._performed()
        self._after()

    def _cancelled(self) -> None:
        rule, told = self.card["cancellation"], minute(self.visit["cancelled_at"])
        assert self.planned is not None
        assert told is not None
        notice = Fraction(self.planned - told, 60)
        tiers = [rule, *({"mode": "percent_of_minimum", "value": 0, **tier} for tier in rule["tiers"])]
        reached = sorted((exact(tier["notice_hours"]), place) for place, tier in enumerate(tiers))
        for hours, place in reached:
            if notice < hours:
                rule = tiers[place]
                break
        else:
            return
        if self.slip or not self.crew or rule["mode"] == "none":
            return
        fee = exact(rule["value"])
        if rule["mode"] == "percent_of_minimum":
            first, band = self.crew[0], self.band(self.planned)
            fee = self.least(first, band) * self.calm(first, band) * self.price(first) / 60 * fee / 100
        if self.cents(fee):
            self.add("FEE-CANC", "fee", self.cents(fee))

    def least(self, part: Row, band: str) -> Fraction:
        if self.away:
            own: Any = self.card["remote"]["minimum_minutes"]
            return exact(own.get(self.counts_as(band), 0) if isinstance(own, Mapping) else own)
        table: Any = None if self.terms is None else self.terms["minimum_minutes"]
        if table is None:
            table = self.card["classes"][part["class"]].get("minimum_minutes")
        if table is None:
            table = self.card["minimum"]["minutes"]
        return exact(table.get(self.counts_as(band), 0) if isinstance(table, Mapping) else table)

    def _performed(self) -> None:
        stays = [self._stay(part) for part in self.crew]
        for stay in stays:
            self._labour(stay)
        before = len(self.rows)
        self._travel(stays)
        travel, self.rows = self.rows[before:], self.rows[:before]
        self.left = sum(row["amount"] for row in travel)
        for stay in stays[:1] if self.card["minimum"]["technicians"] == "first" else stays:
            self._minimum(stay)
        self.rows += travel
        flat = exact(self.card["emergency"]["flat"])
        if self.urgent and flat:
            self.add("EMG-FLAT", "fee", self.cents(flat))
        self._hurried()
        for item in self.visit["items"]:
            if "code" in item:
                listed = self.card["items"][item["code"]]
                cost = exact(item["qty"]) * self.listed(listed)
                self.add("ITEM", "item", self.cents(cost), qty=exact(item["qty"]), taxable=listed.get("taxable", True))
            else:
                self.add("ITEM", "item", self.cents(exact(item["amount"])), taxable=item.get("taxable", True))

    # B8.5, B8.6

    def _hurried(self) -> None:
        asked = minute(self.visit.get("requested_at"))
        if asked is None or self.urgent or self.slip or self.away or not self.crew:
            return
        if self.terms is not None and self.terms["waive_emergency"]:
            return
        start = min(map(self.came, self.crew)) if self.planned is None else self.planned
        notice = Fraction(start - asked, 60)
        for tier in sorted(self.card["short_notice"], key=lambda one: exact(one["within_hours"])):
            if notice < exact(tier["within_hours"]):
                value = exact(tier.get("value", 0))
                if tier.get("mode") == "percent_of_labour":
                    value = Fraction(self.total_of("labour"), self.unit) * value / 100
                if self.cents(value) > 0:
                    self.add("FEE-SHORT", "fee", self.cents(value))
                return

    def _on_top(self, after: bool) -> None:
        for own in self.card["percentages"]:
            if own.get("after_discount", True) is not after:
                continue
            base = 0
            for row in self.rows:
                if row["rule"] == "PCT":
                    base += row["amount"] if row["named"] in own["of"] else 0
                elif row["category"] in own["of"]:
                    base += row["amount"]
            amount = self.cents(Fraction(base, self.unit) * exact(own["pct"]) / 100)
            if own.get("cap") is not None:
                amount = min(amount, math.floor(exact(own["cap"]) * self.unit))
            if amount > 0:
                category, taxed = own.get("category", "fee"), own.get("taxable", True)
                self.add("PCT", category, amount, named=own["name"], taxable=taxed)

    # B3, B4.1

    def _clocked(self, part: Row) -> range:
        came, left = minute(part["check_in"]), minute(part["check_out"])
        if came is None or left is None:
            return range(0)
        begin, end = came, left
        if self.away:
            pass
        elif self.card["time_basis"] == "door_to_door":
            begin = came - self.site["one_way_minutes"] if part["depart"] is None else minute(part["depart"]) or 0
            if part["depart"] is None:
                self.flags.add("TRAVEL_ESTIMATED")
            if self.visit["trip"]["last_stop"]:
                end = left + came - begin if part["return"] is None else minute(part["return"]) or 0
        elif self.card["clip_early"] and not self.visit["early_start_agreed"] and came < (self.planned or 0):
            self.flags.add("EARLY_ARRIVAL_CLIPPED")
            begin = min(self.planned or 0, left)
        if self.visit["outcome"] == "completed" and begin == end:
            self.flags.add("ZERO_DURATION")
        if left - came > 16 * 60:
            self.flags.add("LONG_VISIT")
        return range(begin, end)

    def _stay(self, part: Row) -> Row:
        marks = [(one["kind"], minute(one["start"]), minute(one["end"])) for one in part["marks"]]

        def marked(kind: str, at: int) -> bool:
            return any(kind == one and first <= at < last for one, first, last in marks)

        rows: list[Row] = []
        done = dict(self.visit["prior_today"].get(part["technician"], {}).get("worked_min", {}))
        for day in days_of(part):
            window = self._clocked(day)
            date = datetime.datetime.fromtimestamp(window.start * 60, self.zone).date().isoformat()
            own: list[Row] = [
                {"at": at, "band": self.band(at), "date": date} for at in window if not marked("break", at)
            ]
            self._grace(own)
            for row in own:
                after = self.card["overtime"]["after_min"]
                row["late"] = after is not None and done.get(date, 0) >= after
                done[date] = done.get(date, 0) + 1
            rows += own
        free = 0
        for row in rows:
            at = row["at"]
            testing = self.card["testing"]
            if marked("own_fault", at) or (self.slip and not marked("new_work", at)):
                row["kind"] = "own"
            elif marked("test", at) and (not testing["billable"] or free < testing["free_min"]):
                row["kind"] = "free"
                free += 1
            elif (
                self.kind == "fixed_price"
                and self.terms is not None
                and self.visit["outcome"] == "completed"
                and self.counts_as(row["band"]) in self.terms["covers_bands"]
                and not marked("excluded", at)
            ):
                row["kind"] = "covered"
            else:
                row["kind"] = "billable"
        billable = [row for row in rows if row["kind"] == "billable"]
        arrival = billable[0]["band"] if billable else self.band(self.came(part))
        counted = [row for row in rows if row["kind"] in ("billable", "covered")]
        unit = self.card["classes"][part["class"]].get("rounding")
        if self.away and self.card["remote"]["increment_min"] is not None:
            unit = {**(unit or self.card["rounding"]), "increment_min": self.card["remote"]["increment_min"]}
        want = int(self.rounded(Fraction(len(counted)), unit))
        kept = list(rows)
        for row in reversed(counted[want:]):
            kept.remove(row)
        kept += [dict(counted[-1]) for _ in range(want - len(counted))]
        return {
            "part": part, "rows": kept, "arrival": arrival, "any": bool(rows), "billable": bool(billable),
            "covered": any(row["kind"] == "covered" for row in kept),
        }  # fmt: skip

    def _grace(self, rows: list[Row]) -> None:
        runs: list[list[Row]] = []
        for row in rows:
            if runs and (self.like(runs[-1][0]["band"]) == "business") == (self.like(row["band"]) == "business"):
                runs[-1].append(row)
            else:
                runs.append([row])
        for before, run in itertools.pairwise(runs):
            if self.like(run[0]["band"]) != "business" and len(run) <= self.card["premium_grace_min"]:
                for row in run:
                    row["band"], row["forgiven"] = before[-1]["band"], True

    def rounded(self, count: Fraction, own: Mapping[str, Any] | None) -> Fraction:
        rule = own or self.card["rounding"]
        every = rule.get("increment_min", 15)
        units = math.floor(count / every)
        low, rest, mode = units * every, count - units * every, rule.get("mode", "up")
        if mode == "exact" or rest == 0:
            return count
        higher = {
            "up": not (low > 0 and rest <= rule.get("grace_min", 0)),
            "down": False,
            "nearest": 2 * rest >= every,
        }
        return Fraction(low + every if higher[mode] else low)

    # B4.2, B7

    def draw(self, weight: Fraction) -> str | None:
        for pool in self.pools if self.kind in ("retainer", "block_hours") else []:
            if pool[1] >= weight:
                pool[1] -= weight
                self.drawn[pool[0]] = self.drawn.get(pool[0], Fraction(0)) + weight
                return str(pool[0])
        return None

    @property
    def hours(self) -> bool:
        return self.kind in ("retainer", "block_hours")

    def _labour(self, stay: Row) -> None:
        part = stay["part"]
        groups: dict[tuple[str, str, Fraction, bool, bool, str | None], int] = {}
        for row in stay["rows"]:
            pool = None
            factor = self.of(self.factor, part, row)
            if row["kind"] == "billable" and self.hours:
                pool = self.draw(factor)
                if pool is None:
                    self.flags.add("POOL_EXHAUSTED")
            priced, plain = (self.of(ask, part, row) for ask in (self.by_price, self.plain))
            key = (row["kind"], row["band"], factor, priced, plain, pool)
            groups[key] = groups.get(key, 0) + 1
        names = {"own": "LAB-OWN", "free": "LAB-TEST", "covered": "LAB-COV", "billable": "LAB"}
        by_hour = 0
        for (kind, band, factor, priced, plain, pool), count in groups.items():
            over = self.hours and kind == "billable" and pool is None
            hour = (self.beyond(part) if over else self.price(part)) * factor
            if priced and not (over and self.terms is not None and self.terms["overage_rate"] is not None):
                hour = (self.band_price(part, band) or Fraction(0)) * self.share(part)
            cost = self.cents(count * hour / 60)
            charged = kind == "billable" and pool is None
            self.add(
                "LAB-POOL" if pool else names[kind], "labour", cost if charged else 0, part["technician"],
                Fraction(count), charged=charged,
            )  # fmt: skip
            by_hour += cost if plain and charged else 0
        self._days(stay, by_hour)

    def _days(self, stay: Row, by_hour: int) -> None:
        """B4.3, minute by minute."""
        part, rule = stay["part"], self.card["day_price"]
        prices = self.card["classes"][part["class"]]
        half, day = (
            None if prices.get(name) is None else self.listed(prices[name]) * self.share(part)
            for name in ("half_day", "day")
        )
        stay["by_day"] = Fraction(0)
        if (half is None and day is None) or self.hours or self.away:
            return
        dates: dict[str, list[Row]] = {}
        for row in stay["rows"]:
            if row["kind"] == "billable" and self.of(self.plain, part, row):
                dates.setdefault(row["date"], []).append(row)
        one = self.price(part) * exact(self.card["multipliers"]["business"]) / 60

        def cost(count: int) -> Fraction:
            paid = min(count, rule["day_min"] if day is not None else rule["half_min"])
            beyond = (count - paid) * one
            if not paid:
                return Fraction(0)
            if rule["mode"] == "step":
                both = [price for price in (half, day) if price is not None]
                return (day if day is not None and paid > rule["half_min"] else min(both)) + beyond
            made = Fraction(0)
            for nth in range(1, paid + 1):
                made += one
                if half is not None and nth <= rule["half_min"]:
                    made = min(made, half)
            return (made if day is None else min(made, day)) + beyond

        whole = Fraction(0)
        for rows in dates.values():
            late = sum("forgiven" in row for row in rows)
            whole += min(cost(len(rows)), cost(len(rows) - late) + late * one)
        more = self.cents(whole) - by_hour
        if more:
            self.add("LAB-DAY", "labour", more, part["technician"])
            stay["by_day"] = Fraction(more, self.unit) * 60 / self.price(part) if self.price(part) else Fraction(0)

    # B5

    def _minimum(self, stay: Row) -> None:  # noqa: C901  written out as the page has it, to be read beside it
        name, band, rule = stay["part"]["technician"], stay["arrival"], self.card["minimum"]
        covered = self.kind == "fixed_price" and self.terms is not None and self.visit["outcome"] == "completed"
        if self.slip or (stay["any"] and not stay["billable"]):
            return
        if covered and not stay["any"] and self.terms and self.counts_as(band) in self.terms["covers_bands"]:
            return
        least = self.least(stay["part"], band)
        if self.urgent and not self.away:
            least = max(least, exact(rule["emergency_minutes"]))
        prior = self.visit["prior_today"].get(name, {}) if rule["per"] == "day" and not self.away else {}
        part = stay["part"]
        presence = sum((self.of(self.factor, part, row) for row in stay["rows"]), stay["by_day"])
        earlier = exact(prior.get("presence_rmin", 0))
        net = max(Fraction(0), least * self.factor(part, band) - earlier - presence) - exact(prior.get("topup_rmin", 0))
        if net < 0:
            billable = sum(
                (self.of(self.factor, part, row) for row in stay["rows"] if row["kind"] == "billable"),
                Fraction(0),
            )
            back, price = min(-net, billable), exact(prior["topup_unit_price"])
            worked = sum(row["amount"] for row in self.rows if row["tech"] == name and row["category"] == "labour")
            amount = self.cents(back * price / 60)
            if amount > worked:
                amount, back = worked, Fraction(worked, self.unit) * 60 / price
            if back > 0:
                self.add("MIN-DAY", "labour", -amount, name, -back)
            return
        price = self.price(stay["part"])
        if net > 0 and self.hours:
            for pool in self.pools:
                portion = min(net, pool[1])
                if portion > 0:
                    pool[1] -= portion
                    net -= portion
                    self.drawn[pool[0]] = self.drawn.get(pool[0], Fraction(0)) + portion
                    self.add("MIN-TIME", "labour", 0, name, portion, charged=False)
            price = self.beyond(stay["part"])
            if net > 0:
                self.flags.add("POOL_EXHAUSTED")
        if net > 0:
            amount = self.cents(net * price / 60)
            self.add("MIN-TIME", "labour", amount, name, net, charged=True)
            if rule["includes_travel"] and min(amount, self.left) > 0:
                taken = min(amount, self.left)
                self.left -= taken
                self.add("MIN-TRV", "labour", -taken, name)

    # B6

    def _travel(self, stays: list[Row]) -> None:  # noqa: C901, PLR0912  written out as the page has it, to be read beside it
        if not self.crew or self.away:
            return
        if self.visit.get("manual_travel"):
            self.add("TRV-MAN", "travel", self.cents(exact(self.visit["manual_travel"]["amount"])))
            return
        rules, lines = self.card["travel"], len(self.rows)
        aboard: dict[str, list[Row]] = {}
        for place, part in enumerate(self.crew):
            aboard.setdefault(part["vehicle"] or f"own {place}", []).append(part)
        drivers = [max(own, key=lambda one: len(days_of(one))) for own in aboard.values()]
        trips, came = sum(len(days_of(part)) for part in drivers), max(len(days_of(part)) for part in self.crew)
        given = self._given_away(any(stay["covered"] for stay in stays))
        fixed = self._fixed()
        if fixed:
            self.add("TRV-FIX", "travel", self.cents(fixed * came), qty=Fraction(came))
        self.road: dict[tuple[str, int], Fraction] = {}
        for name, prior in self.visit["prior_today"].items():
            self.road[name, 0] = exact(prior.get("travel_min", 0))
        for one in rules["components"] if fixed is None else []:
            if one["kind"] == "callout":
                self.add("TRV-CALL", "travel", self.cents(exact(one["amount"]) * came), qty=Fraction(came))
            elif one["kind"] == "vehicle":
                cost = exact(one["amount"]) * trips
                self.add("TRV-VEH", "travel", self.cents(cost), qty=Fraction(trips))
            elif one["kind"] == "distance":
                far, ways = self._figure("distance")
                free = exact(rules["included_radius"])
                if one.get("included") == "last_zone":
                    free = next(
                        exact(each["zones"][-1]["upto"])
                        for each in rules["components"]
                        if each["kind"] == "zone" and each.get("by", "distance") == "distance"
                    )
                    if exact(self.site["one_way_distance"]) <= free:
                        continue
                charged = max(Fraction(0), far - free * ways) * trips
                if charged * exact(one["rate"]):
                    self.add("TRV-DIST", "travel", self.cents(charged * exact(one["rate"])), qty=charged)
            elif one["kind"] == "zone":
                far = exact(self.site["one_way_minutes" if one.get("by") == "time" else "one_way_distance"])
                fits = [zone for zone in one["zones"] if zone["upto"] is None or far <= exact(zone["upto"])]
                if not fits and one.get("beyond") == "none":
                    continue
                zone = fits[0] if fits else one["zones"][-1]
                if exact(zone["amount"]):
                    cost = exact(zone["amount"]) * trips
                    self.add("TRV-ZONE", "travel", self.cents(cost), qty=Fraction(trips))
            elif self.card["time_basis"] == "on_site":
                for stay in stays:
                    if rules["time_per"] == "technician" or stay["part"] in drivers:
                        self._driven(one, stay, drawn=given is False)
        for row in self.rows[lines:] if given else []:
            row["amount"] = 0
        charged_all = sum(row["amount"] for row in self.rows[lines:])
        if rules["cap"] is not None and charged_all > (limit := math.floor(exact(rules["cap"]) * came * self.unit)):
            self.add("TRV-CAP", "travel", limit - charged_all)

    def _given_away(self, covered: bool) -> bool:
        if self.slip:
            return True
        if self.terms is None:
            return False
        radius = exact(self.card["travel"]["included_radius"])
        near = exact(self.site["one_way_distance"]) <= radius
        return bool(
            self.terms["waive_travel"] == "all"
            or (self.terms["waive_travel"] == "in_radius" and near)
            or (self.kind == "fixed_price" and self.terms["covers_travel"] and covered)
        )

    def _fixed(self) -> Fraction | None:
        if self.site.get("travel_price") is not None:
            return exact(self.site["travel_price"])
        for name, price in self.card["travel"]["towns"].items():
            if name.lower() == (self.site.get("town") or "").lower():
                return exact(price)
        return None

    def _figure(self, what: str) -> tuple[Fraction, int]:
        trip, own = self.visit["trip"], exact(self.site[f"one_way_{what}"])
        basis = self.card["travel"]["basis"]
        if basis == "one_way":
            return own, 1
        if basis == "depot_round_trip":
            return 2 * own, 2
        if basis == "legs":
            inward = exact(trip["leg_in"][what])
            return (inward + exact(trip["leg_home"][what]), 2) if trip["last_stop"] else (inward, 1)
        total, alone = exact(trip["total"][what]), exact(trip["solo_sum"][what])
        return (min(total * 2 * own / alone, 2 * own) if alone else total / trip["stops"]), 2

    def _per_hour(self, one: Mapping[str, Any], part: Row) -> Fraction:
        return exact(one["rate"]) if "rate" in one else self.price(part) * exact(one["pct_of_labour"])

    def _driven(self, one: Mapping[str, Any], stay: Row, *, drawn: bool) -> None:
        rules, part = self.card["travel"], stay["part"]
        total = Fraction(0)
        for place, day in enumerate(days_of(part)):
            minutes, ways = self._figure("minutes")
            if rules["time_source"] == "actual" and rules["basis"] != "trip_split":
                if day["depart"] is None:
                    self.flags.add("TRAVEL_ESTIMATED")
                else:
                    out = (minute(day["check_in"]) or 0) - (minute(day["depart"]) or 0)
                    back = out
                    if day["return"] is not None:
                        back = (minute(day["return"]) or 0) - (minute(day["check_out"]) or 0)
                    minutes = Fraction(out + back if ways == 2 else out)
            minutes = max(Fraction(0), minutes - one.get("included_min", 0))
            minutes = self.rounded(minutes, one["rounding"]) if one.get("rounding") else minutes
            if rules["time_cap_min"] is not None and self._per_hour(one, part):
                before = self.road.get((part["technician"], place), Fraction(0))
                minutes = min(minutes, max(Fraction(0), rules["time_cap_min"] - before))
                self.road[part["technician"], place] = before + minutes
            total += minutes
        minutes = total
        share = exact(one["pct_of_labour"]) / 100 if "pct_of_labour" in one else None
        rate = exact(one["rate"]) if share is None else self.price(part) * share
        if minutes <= 0 or not rate:
            return
        factor = self.calm(part, stay["arrival"]) if rules["time_premium"] else Fraction(1)
        name = part["technician"]
        if drawn and share is not None and self.hours and self.terms is not None and self.terms["draws_travel"]:
            taken: dict[str, int] = {}
            while minutes >= 1 and (pool := self.draw(share * factor)) is not None:
                taken[pool] = taken.get(pool, 0) + 1
                minutes -= 1
            for count in taken.values():
                self.add("TRV-TIME", "travel", 0, name, Fraction(count))
            if minutes <= 0:
                return
            self.flags.add("POOL_EXHAUSTED")
            rate = self.beyond(part) * share
        self.add("TRV-TIME", "travel", self.cents(minutes * rate * factor / 60), name, minutes)

    # B5.5, B8, B9

    def _floor(self) -> None:
        rule = self.card["minimum"]
        charged = any(row["rule"] in ("LAB", "MIN-TIME") and row["charged"] for row in self.rows)
        if rule["amount"] is None or self.slip or self.away or not charged:
            return
        had = self.total_of("labour", "travel") if rule["includes_travel"] else self.total_of("labour")
        if self.cents(exact(rule["amount"])) > had:
            self.add("MIN-AMT", "labour", self.cents(exact(rule["amount"])) - had)

    def _after(self) -> None:
        performed = self.visit["outcome"] == "completed" or (
            self.wasted and self.card["no_access"]["mode"] == "minimum_and_travel"
        )
        early = not self.card["minimum"]["amount_after_discount"]
        if performed and early:
            self._floor()
        self._on_top(after=False)
        if self.terms is not None:
            pct = exact(self.terms["labour_discount_pct"]) / 100
            for rule, category in (("DISC-LAB", "labour"), ("DISC-TRV", "travel")):
                sum_ = Fraction(self.total_of(category), self.unit)
                if (category == "labour" or self.terms["discount_travel"]) and self.cents(sum_ * pct) > 0:
                    self.add(rule, category, -self.cents(sum_ * pct))
        if performed and not early:
            self._floor()
        self._on_top(after=True)
        if self.gross and self.client["tax_exempt"]:
            self.gross = False
            for category in ("labour", "travel", "fee", "item"):
                off = self.inside([row for row in self.rows if row["category"] == category])
                if off > 0:
                    self.add("TAX-OUT", category, -off, taxable=True)
        for gift in self.visit["goodwill"]:
            have = max(0, self.total_of(gift["target"]))
            value = exact(gift["value"])
            wish = (
                self.cents(Fraction(have, self.unit) * value / 100) if gift["mode"] == "percent" else self.cents(value)
            )
            if min(have, wish) > 0:
                self.add("GOODWILL", gift["target"], -min(have, wish))
        if self.kind == "block_money":
            self._prepaid()

    def payable(self) -> tuple[str, ...]:
        travels = self.terms is not None and self.terms["draws_travel"]
        return ("labour", "fee", "travel") if travels else ("labour", "fee")

    def _prepaid(self) -> None:
        due = self.total_of(*self.payable())
        if self.gross and self.terms is not None and self.terms["tax_on"] == "use":
            due -= max(0, self.inside([row for row in self.rows if row["category"] in self.payable()]))
        if due <= 0:
            return
        for pool in self.pools:
            paid = min(due, math.floor(pool[1] * self.unit))
            if paid > 0:
                due -= paid
                self.drawn[pool[0]] = Fraction(paid, self.unit)
                self.add("POOL-MONEY", "prepaid", -paid)
        if due > 0:
            self.flags.add("POOL_EXHAUSTED")

    def taxed(self, row: Row) -> bool:
        sold = self.terms is not None and self.terms["tax_on"] == "sale"
        if row["category"] == "item":
            return bool(row["taxable"])
        return bool(self.card["tax"]["services"] and (row["category"] != "prepaid" or sold))

    def inside(self, rows: list[Row]) -> int:
        """The tax in what is paid for them, in minor units."""
        rate = exact(self.card["tax"]["rate_pct"])
        paid = Fraction(sum(row["amount"] for row in rows if self.taxed(row)), self.unit)
        return self.cents(paid - paid * 100 / (100 + rate))

    def _sum(self) -> None:
        rule = self.card["tax"]
        self.net = sum(row["amount"] for row in self.rows)
        rows = [row for row in self.rows if self.taxed(row)]
        rate = exact(rule["rate_pct"]) / 100
        each = [(row["category"], self.cents(Fraction(row["amount"], self.unit) * rate)) for row in rows]
        self.tax, most, drawn = 0, 0, 0
        if self.client["tax_exempt"]:
            self.flags.add("TAX_EXEMPT")
        elif self.gross:
            self.tax = max(0, self.inside(self.rows))
            self.net -= self.tax
        elif sum(row["amount"] for row in rows) > 0 and rule["rounding"] == "document":
            self.tax = self.cents(Fraction(sum(row["amount"] for row in rows), self.unit) * rate)
        elif sum(row["amount"] for row in rows) > 0:
            for name in ("labour", "travel", "fee", "item"):
                of_it = max(0, sum(tax for category, tax in each if category == name))
                drawn = -sum(tax for category, tax in each if category == "prepaid")
                self.tax += of_it
                most = most + of_it if name in self.payable() else most
            self.tax -= min(drawn, most)
