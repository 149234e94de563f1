"""A year of a firm, day by day: every prompt of account care on its date, none twice, none missed.

What is expected is counted from the page and from what was done, never by the rules under test (tests/desk/care_by_page.py).
"""

from __future__ import annotations

import datetime
import random
from collections import Counter, defaultdict
from collections.abc import Callable
from functools import partial

import pytest

from db import agreements, audit, clients, equipment, service_plans, visits
from db.store import existing
from dispatch.care.item import CareItem
from dispatch.desk.book import editing, recurring
from dispatch.desk.care import care_list
from dispatch.desk.closeout import arriving, finding, leaving
from dispatch.desk.plan import schedule
from dispatch.desk.prices import agreeing, beginning
from dispatch.desk.proposals import accepting, offering, works
from dispatch.desk.proposals.accepting import Acceptance
from dispatch.desk.requests import intake, responding
from dispatch.desk.session.refusals import NeedsConfirm
from dispatch.model.agreements import Agreement
from dispatch.model.clients import Client
from dispatch.model.instants import at_local
from dispatch.model.proposals import AskedWork
from dispatch.model.service_plans import ServicePlan
from dispatch.model.states import State
from tests.desk.care_by_page import (
    DAY,
    Audit,
    Expected,
    Ledger,
    Offered,
    Piece,
    Terms,
    days,
    end_of,
    expected,
    months_on,
)
from tests.desk.conftest import ZONE, Office
from tests.desk.test_findings import BACKUPS

FIRST, LAST = datetime.date(2027, 1, 1), datetime.date(2027, 12, 31)


class Year:
    """The firm, what it does on each day, and what it wrote down of that."""

    def __init__(self, office: Office, seed: int) -> None:
        self.office, self.chance, self.today = office, random.Random(seed), FIRST
        self.ledgers: dict[str, Ledger] = {}
        self.agenda: dict[datetime.date, list[Callable[[], None]]] = defaultdict(list)
        self.seen: set[tuple[str, datetime.date | None]] = set()
        self.asked: set[str] = set()
        self.number = 0
        self.left_out: set[tuple[str, int]] = set()
        self.rules: Counter[str] = Counter()

    def later(self, least: int, most: int, deed: Callable[[], None]) -> datetime.date:
        """Do something so many days on."""
        return self.on(self.today + days(self.chance.randint(least, most)), deed)

    def on(self, day: datetime.date, deed: Callable[[], None]) -> datetime.date:
        """Do something on a day, or on the Monday after it."""
        day = max(day, self.today + DAY)
        day += days(max(0, 7 - day.weekday())) if day.weekday() > 4 else days(0)
        self.agenda[day].append(deed)
        return day

    def go(self, clock: str) -> None:
        self.office.clock.set(at_local(self.today, clock, ZONE))

    def client(self, name: str) -> Client:
        return existing(clients.client_by_name(self.office.store, name))

    # what is there at first

    def begin(self) -> None:
        office, chance = self.office, self.chance
        self.today = FIRST - days(1)
        self.go("08:00")
        plan = {"name": "Sweet spot", "kind": "tm", "fee": "800", "per_computer": "10", "visits": "2", "term": "12"}
        editing.add(office.lee, "service-plan", plan)
        for name in ("Alder", "Birch", "Cedar", "Dogwood", "Elm"):
            self.know(name)
        self.ledgers["Harbor Dental"] = Ledger()
        for name, starts, ends, proactive in (
            ("Birch", datetime.date(2026, 1, 1), months_on(FIRST, chance.randint(4, 8)) - DAY, True),
            (
                "Cedar",
                datetime.date(2026, 12, chance.randint(2, 28)),
                end_of(FIRST) + days(chance.randint(150, 260)),
                False,
            ),
            ("Dogwood", datetime.date(2026, 10, 1), FIRST + days(chance.randint(90, 190)), False),
        ):
            self.agree(name, Terms(starts, ends, proactive))
            if starts.year == 2026 and starts.month < 12:
                # what was before the year: seen in November and December, asked and reviewed lately
                self.before(name, chance.randint(1, 80))
        self.own("Birch", "NAS", "warranty", FIRST + days(chance.randint(70, 250)))
        self.own("Cedar", "Firewall", "certificate", FIRST + days(chance.randint(70, 250)))
        self.on(FIRST + days(chance.randint(3, 20)), partial(self.sell, "Alder"))
        first = FIRST + days(chance.randint(30, 90))
        self.on(first, partial(self.emergency, "Elm"))
        self.on(first + days(chance.randint(20, 30)), partial(self.emergency, "Elm"))
        self.on(FIRST + days(chance.randint(20, 120)), partial(self.meet_prospect, "Fir"))

    def know(self, name: str, **more: str) -> None:
        editing.add(self.office.lee, "client", {"name": name, "computers": "12", **more})
        site = {
            "client": name, "name": "Main", "place": "39.95, -82.99", "access": "mon-sun 00:00-24:00",
        }  # fmt: skip
        editing.add(self.office.lee, "site", site)
        self.ledgers[name] = Ledger()

    def before(self, name: str, ago: int) -> None:
        care_list.note_survey(self.office.lee, self.client(name), 9, on=self.today - days(ago))
        self.ledgers[name].answers.append((self.today - days(ago), 9))

    def agree(self, name: str, terms: Terms) -> None:
        service = {"monthly_fee": "920", "proactive": terms.proactive}
        form = {"kind": "tm", "starts": str(terms.starts), "ends": str(terms.ends), "service": service}
        agreeing.save_agreement(self.office.lee, name, f"Care {terms.starts.year}", form)
        self.ledgers[name].terms.append(terms)
        texts = {
            "site": f"{name} / Main",
            "work": "Visit",
            "rule": "as agreed",
            "starts": str(FIRST),
            "minutes": "20",
            "kind": "maintenance",
        }
        editing.add(self.office.lee, "recurrence", texts)

    def own(self, name: str, piece: str, what: str, ends: datetime.date) -> None:
        texts = {"site": f"{name} / Main", "name": piece, "kind": "storage", f"{what}_ends": str(ends)}
        editing.add(self.office.lee, "equipment", texts)
        self.ledgers[name].pieces.append(Piece(what, ends))

    # deeds

    def sell(self, name: str) -> None:
        """A plan is proposed without a prompt, and accepted."""
        plan = self.plan()
        one = offering.draft(self.office.lee, self.client(name), [plan])
        self.send(name, one.id)
        self.later(3, 12, partial(self.accept, name, one.id))

    def plan(self) -> ServicePlan:
        (plan,) = service_plans.service_plans(self.office.store)
        return plan

    def send(self, name: str, number: int) -> None:
        ledger = self.ledgers[name]
        offering.send(self.office.lee, number)
        ledger.proposals.append(Offered(self.today + days(7), self.today + days(30)))
        ledger.offers_made.append(self.today)
        for one in (*ledger.emergencies, *(found.day for found in ledger.audits)):
            ledger.ended.add(("offer an agreement", one))

    def accept(self, name: str, number: int) -> None:
        starts = self.today + days(self.chance.randint(0, 20))
        asked = Acceptance("J. Lowe", starts=starts, minutes=20)
        try:
            done = accepting.accept(self.office.lee, number, asked)
        except NeedsConfirm as question:
            done = accepting.accept(self.office.lee, number, asked, question.marks)
        ledger = self.ledgers[name]
        review = existing(done.review)
        ledger.reviews_asked[review.reference] = existing(review.wanted_on)
        ledger.proposals[-1].answered = True
        ledger.terms.append(Terms(starts, months_on(starts, 12) - DAY))

    def decline(self, name: str, number: int) -> None:
        offering.decline(self.office.lee, number, "not this year")
        self.ledgers[name].proposals[-1].answered = True
        self.ledgers[name].offers_declined.append(self.today)

    def ask(self, name: str, **more: str) -> str:
        self.number += 1
        texts = {"client": name, "site": "Main", "work": "look at it", "minutes": "20", "reference": f"Y{self.number}"}
        return intake.add(self.office.dana, texts | more).reference

    def at_clients(self, name: str, reference: str) -> None:
        """Ana goes there now, and closes it in good order."""
        office = self.office
        visit = existing(visits.visit_by_reference(office.store, reference))
        if visit.starts_at is None:
            schedule.assign(office.dana, reference, ["Ana Ruiz"], office.clock.now())
        arriving.arrive(office.ana, reference)
        if visit.kind == "audit":
            finding.add(office.ana, reference, BACKUPS)
        office.finish(reference)
        leaving.close(office.ana, reference)
        self.ledgers[name].contacts.append(self.today)
        self.ledgers[name].booked.pop(reference, None)
        if visit.kind == "maintenance":
            self.ledgers[name].maintained.append(self.today)
        if visit.kind == "review":
            self.ledgers[name].reviews.append(self.today)
            self.ledgers[name].reviews_asked.pop(reference, None)

    def emergency(self, name: str) -> None:
        self.at_clients(name, self.ask(name, emergency="yes", priority="P1"))
        self.ledgers[name].emergencies.append(self.today)

    def meet_prospect(self, name: str) -> None:
        self.know(name, kind="prospect", unhappy_since=str(self.today - days(40)))
        self.ledgers[name].unhappy_elsewhere = self.today

    def audit(self, name: str) -> None:
        reference = self.ask(name, kind="audit", date=str(self.today))
        self.at_clients(name, reference)
        self.ledgers[name].audits.append(Audit(self.today))
        self.later(2, 9, partial(self.hand_over, name, reference))

    def hand_over(self, name: str, reference: str) -> None:
        responding.handed_over(self.office.dana, reference)
        self.ledgers[name].audits[-1].handed_over = self.today

    def propose(self, name: str, item: CareItem) -> None:
        """A proposal begins with what is due, and is sent; asked about once, then answered."""
        begun = works.about(self.office.store, item)
        visit = visits.visit_by_reference(self.office.store, begun.visit)
        one = offering.draft(self.office.lee, begun.client, begun.plans, visit)
        self.send(name, one.id)

    def answer(self, name: str, item: CareItem) -> None:
        """What a client says once we ask: first that they think about it, then yes or no."""
        number, ledger = int(item.occasion.partition(".")[0]), self.ledgers[name]
        if not ledger.proposals[-1].answered and name not in self.asked:
            self.asked.add(name)
            again = self.today + days(9)
            offering.follow(self.office.lee, number, "they think about it", again)
            ledger.proposals[-1].ask = again
        elif not ledger.proposals[-1].answered:
            (self.decline if name == "Elm" else self.accept)(name, number)

    def renew(self, name: str) -> None:
        ledger, office = self.ledgers[name], self.office
        client = self.client(name)
        old = self.agreement(name)
        begun = beginning.successor(office.store, old)
        try:
            agreeing.save_agreement(office.lee, name, begun.name, begun.terms)
        except NeedsConfirm as question:
            agreeing.save_agreement(office.lee, name, begun.name, begun.terms, confirmed=question.marks)
        new = existing(self.agreement(name).ends)
        last = ledger.terms[-1]
        ledger.terms.append(Terms(last.ends + DAY, new, last.proactive))
        assert client.id == old.client_id

    def agreement(self, name: str) -> Agreement:
        return max(agreements.agreements_of(self.office.store, self.client(name).id), key=lambda one: one.starts)

    def tick(self, name: str, item: CareItem, what: str, day: datetime.date, outcome: str = "done") -> None:
        care_list.mark(self.office.lee, item.key, outcome, "talked to them")
        self.ledgers[name].ended.add((what, day))

    def survey_answered(self, name: str, score: int) -> None:
        care_list.note_survey(self.office.lee, self.client(name), score)
        self.ledgers[name].answers.append((self.today, score))

    def renewed_piece(self, name: str, piece: Piece) -> None:
        (own,) = equipment.of_clients(self.office.store)[self.client(name).id]
        ends = months_on(piece.ends, 36)
        editing.edit(self.office.lee, "equipment", own, {f"{piece.what}_ends": str(ends)})
        piece.answered = self.today
        self.ledgers[name].pieces.append(Piece(piece.what, ends))

    def offer_piece(self, name: str, piece: Piece, item: CareItem) -> None:
        (work,) = works.about(self.office.store, item).works
        asked = [AskedWork(work.name, "nobody gets in", 30, 9000)]
        one = offering.draft(self.office.lee, self.client(name), works=asked, chosen=[])
        offering.send(self.office.lee, one.id)
        piece.answered = self.today
        accepting.accept(self.office.lee, one.id, Acceptance("J. Lowe"))

    # a day

    def plan_for(self, item: CareItem) -> None:
        """What the lead means to do about a prompt that was not there yesterday."""
        name, least, ledger = item.client, 0, self.ledgers[item.client]
        if item.rule == "E2":
            score = 3 if name == "Dogwood" else self.chance.randint(7, 10)
            self.later(1, 32, partial(self.survey_answered, name, score))
        elif item.rule == "D8":
            self.later(1, 25, partial(self.review_held, name, item))
        elif item.rule == "E8":
            month = item.opens
            self.later(2, 40, partial(self.checked, name, item, month))
        elif item.rule == "E3" and item.state.value == "expired":
            day = existing(item.due) - DAY
            self.later(1, 12, partial(self.tick, name, item, item.what, day, "declined"))
        elif item.rule == "E3" and name in ("Birch", "Cedar"):
            self.later(1, 88, partial(self.renew, name))
        elif item.rule in ("E4", "E5") and item.due is not None and item.asks:
            self.later(0, 6, partial(self.propose, name, item))
        elif item.rule == "E6":
            self.later(2, 16, partial(self.audit, name))
        elif item.rule == "E7":
            least = 0 if item.what == "call them" else 3
            self.later(least, 14, partial(self.tick, name, item, item.what, item.opens))
        elif item.rule == "E17":
            piece = ledger.pieces[-1]
            deed = partial(self.renewed_piece, name, piece)
            self.later(1, 70, deed if name == "Birch" else partial(self.offer_piece, name, piece, item))
        elif item.rule == "E18":
            self.later(0, 4, partial(self.answer, name, item))

    def checked(self, name: str, item: CareItem, month: datetime.date) -> None:
        """The log and the health check, where no visit has served for it meanwhile."""
        if any(one.key == item.key for one in care_list.care_list(self.office.store)):
            self.tick(name, item, item.what, month)

    def review_held(self, name: str, item: CareItem) -> None:
        if self.ledgers[name].in_force(self.today) is not None:
            self.at_clients(name, self.ask(name, kind="review"))

    def kinds(self, name: str) -> set[str]:
        """What is booked for a client: to the first review that was asked for at Alder's nobody comes."""
        return {"visit", "maintenance", "review"} - ({"review"} if name == "Alder" else set())

    def work(self) -> None:
        """Visits of series: booked two days before, made on their day unless nobody could."""
        office = self.office
        for place, name in enumerate(sorted(self.ledgers)):
            ledger = self.ledgers[name]
            for visit in visits.of_client(office.store, self.client(name).id):
                if visit.state is State.REQUESTED and visit.wanted_on is not None and visit.kind in self.kinds(name):
                    if not self.today <= visit.wanted_on <= self.today + days(2):
                        continue
                    if (name, visit.wanted_on.month) in self.left_out:
                        continue
                    moment = at_local(visit.wanted_on, f"{8 + place}:00", ZONE)
                    schedule.assign(office.dana, visit.reference, ["Ana Ruiz"], moment)
                    ledger.booked[visit.reference] = visit.wanted_on

            for reference in [one for one, day in ledger.booked.items() if day == self.today]:
                self.go(f"{8 + place}:00")
                self.at_clients(name, reference)

    def walk(self, last: datetime.date) -> None:
        """Day by day; in the evening what is due is what the page says, each once."""
        office = self.office
        self.begin()
        for name in ("Birch", "Cedar"):
            self.left_out |= {(name, self.chance.randint(2, 11)) for _ in range(2)}
        for place in range((last - FIRST).days + 1):
            self.today = FIRST + days(place)
            self.go("07:30")
            recurring.make_ahead(office.dana)
            self.work()
            self.go("14:00")
            for deed in self.agenda.pop(self.today, ()):
                deed()
                office.clock.advance(1800)
            self.go("23:00")
            items = [
                item
                for item in care_list.care_list(office.store, all_items=True)
                if item.state.value not in ("ok", "planned")
            ]
            keys = Counter(item.key for item in items)
            assert [key for key, count in keys.items() if count > 1] == [], self.today
            there = Counter(Expected(one.client, one.rule, one.what, one.due, one.state.value) for one in items)
            meant = Counter(one for name, ledger in self.ledgers.items() for one in expected(name, ledger, self.today))
            assert (there - meant, meant - there) == (Counter(), Counter()), self.today
            for item in items:
                if (item.key, item.due) not in self.seen:
                    self.seen.add((item.key, item.due))
                    self.rules[item.rule] += 1
                    self.plan_for(item)


def test_a_month_of_a_firm(office: Office) -> None:
    year = Year(office, 1)
    year.walk(datetime.date(2027, 2, 10))
    assert {"E1", "E8", "E18"} <= {*year.rules}


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2))
def test_a_year_of_a_firm(office: Office, seed: int) -> None:
    year = Year(office, seed)
    year.walk(LAST)
    assert {"E1", "E2", "E3", "E4", "E5", "E6", "E7", "E8", "E17", "E18", "D8"} <= {*year.rules}
    sold = {name: len(ledger.terms) for name, ledger in year.ledgers.items() if ledger.terms}
    assert sold == {"Alder": 1, "Birch": 2, "Cedar": 2, "Dogwood": 1, "Fir": 1}, (
        "two are sold, two renewed, one is lost"
    )
    assert year.ledgers["Dogwood"].in_force(LAST) is None
    assert len(year.ledgers["Elm"].emergencies) == 2
    assert audit.verify_chain(office.store) is None
