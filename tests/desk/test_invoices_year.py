"""Twelve months of the sample firm invoiced: nothing twice, nothing left, the sums exact; also by two leads at once, and killed."""

from __future__ import annotations

import calendar
import datetime
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import partial
from pathlib import Path

import pytest

from db import agreements, invoices, people, settings
from db.store import Store
from db.visits import NewVisit
from dispatch.desk.billing import invoicing
from dispatch.desk.charges.charging import keep_sheet
from dispatch.desk.figures import hourly_costs
from dispatch.desk.figures.margin import margins
from dispatch.desk.review import reviewing
from dispatch.desk.session.refusals import Refusal
from dispatch.desk.session.user import User, log_in
from dispatch.desk.visits.steps import find
from dispatch.model.agreements import PrepaidBlock
from dispatch.model.instants import at_local
from dispatch.model.invoices import InvoiceKind
from dispatch.model.periods import Period
from tests.desk.many import ended
from tests.prepared import copied, made_once
from tests.wall import WALL, started

FIRST, ZONE, A_MONTH = datetime.date(2026, 12, 1), "America/New_York", 6
FEES = (25_000, 9_999, 31_001, 0)
"""Fees of a month in minor units, by turns; the second and the third do not divide by days."""


def months() -> list[datetime.date]:
    """The first days of twelve months."""
    return [datetime.date(2026 + (11 + place) // 12, (11 + place) % 12 + 1, 1) for place in range(12)]


def last_of(month: datetime.date) -> datetime.date:
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def set_up(user: User) -> None:
    """Every agreement has a fee, and every other one with blocks sells one every third month."""
    with user.write("a year") as unit:
        settings.set_firm(unit, invoices_from=FIRST.isoformat())
        for place, agreement in enumerate(agreements.all_agreements(user.store)):
            fee = None if agreement.kind in ("block_hours", "block_money") else FEES[place % len(FEES)]
            service = replace(agreement.service, monthly_fee=fee)
            agreements.update_agreement(unit, agreement, replace(agreement, service=service))
            if fee is None and place % 2:
                for month in months()[::3]:
                    block = PrepaidBlock(f"{month}", "600", "600", month.replace(day=17), None, str(90_000 + place))
                    agreements.add_block(unit, agreement.id, block)


def work(user: User, month: datetime.date, chance: random.Random) -> None:
    """Visits of a month, each closed, charged by the engine and approved."""
    store = user.store
    sites = store.all("SELECT id, client_id FROM site WHERE one_way_minutes IS NOT NULL ORDER BY id")
    technicians = people.technicians(store)
    for place in range(A_MONTH):
        site_id, client_id = chance.choice(sites)
        technician = chance.choice(technicians)
        day, clock = (
            month + datetime.timedelta(chance.randrange(28)),
            f"{chance.randrange(7, 19):02}:{chance.randrange(60):02}",
        )
        at = at_local(day, clock, ZONE)
        with user.write("visit") as unit:
            asked_at = at_local(day - datetime.timedelta(1), clock, ZONE)
            new = NewVisit(f"Y{month:%y%m}{place:02}", client_id, site_id, "printer", 60, 3, asked_at)
            ended(unit, new, technician.id, at, place, chance)
            unit.execute(
                "UPDATE assignment SET labour_class = ?, check_out_at = check_in_at + ? WHERE visit_id = "
                "(SELECT max(id) FROM visit)",
                (technician.labour_class, chance.randrange(600, 9000)),
            )
            keep_sheet(user, unit, find(store, new.reference), accept=True)
        reviewing.approve(user, new.reference, "seen", reviewing.judge(store, new.reference).shown)


def invoice(user: User, until: datetime.date) -> None:
    found = invoicing.preview(user, until)
    assert [fault for draft in found for fault in draft.faults] == []
    invoicing.issue(user, until, (), invoicing.shown_mark(found))


def fees_by_hand(store: Store) -> int:
    """The fees that are due by the end, day by day, in another arithmetic."""
    total = 0
    for agreement in agreements.all_agreements(store):
        fee = agreement.service.monthly_fee or 0
        for month in [*months(), datetime.date(2027, 12, 1)]:
            length = last_of(month).day
            days = [month.replace(day=day + 1) for day in range(length)]
            # a fee of a month to come is due on the day before its first day
            covered = [
                day for day in days if agreement.starts <= day and (agreement.ends is None or day <= agreement.ends)
            ]
            if covered and covered[0] <= datetime.date(2027, 12, 1):
                exact = Decimal(fee) * len(covered) / length
                total += int(exact.quantize(Decimal(1), ROUND_HALF_UP))
    return total


def assert_whole(store: Store) -> None:
    """Nothing twice, nothing left, no gap, and the sums are those of what there was."""
    found = invoices.every_invoice(store)
    assert sorted((one.invoice.issued_on.year, one.invoice.number[-4:]) for one in found) == [
        (year, f"{place + 1:04}")
        for year in sorted({one.invoice.issued_on.year for one in found})
        for place in range(sum(one.invoice.issued_on.year == year for one in found))
    ]
    standing = [one.invoice for one in found if one.voided_at is None]
    net = sum(one.net for one in standing if one.kind is InvoiceKind.INVOICE)
    of_visits = store.value(
        "SELECT sum(net_minor) FROM charge_sheet c WHERE revision = (SELECT max(revision) FROM charge_sheet "
        "WHERE visit_id = c.visit_id) AND visit_id IN (SELECT id FROM visit WHERE review = 'exported')"
    )
    blocks = store.value("SELECT sum(CAST(price AS INTEGER)) FROM pool WHERE purchased_on >= ?", (FIRST.isoformat(),))
    assert net == of_visits + fees_by_hand(store) + blocks
    credited = sum(one.net for one in standing if one.kind is InvoiceKind.CREDIT)
    taken = store.value("SELECT sum(net) FROM invoiced WHERE released_at IS NULL")
    assert sum(one.net * (-1 if one.kind is InvoiceKind.CREDIT else 1) for one in standing) == taken - credited
    assert store.value("SELECT count(*) FROM visit WHERE review = 'approved'") == 0
    assert (
        store.all(
            "SELECT visit_id FROM invoiced WHERE released_at IS NULL AND visit_id NOT NULL GROUP BY 1 HAVING count(*) > 1"
        )
        == []
    )
    for one in standing:
        for part in one.taxes:
            base = sum(line.amount for line in one.lines if line.tax == part.key)
            assert part.base == base
            rate = Decimal(part.rate.numerator) / part.rate.denominator
            assert part.tax == int((base * rate / 100).quantize(Decimal(1), ROUND_HALF_UP))
        assert all(
            abs(Fraction(line.quantity) * Fraction(line.unit_price) * 10**one.exponent - line.amount) <= Fraction(1, 2)
            for line in one.lines
        )


def assert_margins_agree(user: User) -> None:
    """design/invoices.md, Margin: what was earned month by month is what stands on invoices less credits, however it is grouped; a
    fee that was invoiced in advance is of the month after the year."""
    after = datetime.date(2027, 12, 1)
    WALL.set(at_local(after, "09:00", ZONE))
    found = [margins(user, Period("month", month)) for month in (*months(), after)]
    standing = [one.invoice for one in invoices.every_invoice(user.store) if one.voided_at is None]
    net = sum(one.net * (-1 if one.kind is InvoiceKind.CREDIT else 1) for one in standing)
    assert sum(one.whole.known for one in found) == net
    for one in found:
        assert not one.unknown
        for groups in one.groups.values():
            assert sum(group.known for group in groups) == one.whole.known
            assert sum(group.cost for group in groups) == one.whole.cost
    year = margins(user, Period("year", datetime.date(2027, 1, 1))).whole
    assert year.known == sum(one.whole.known for one in found[1:])


def begun(sample_week: Path, path: Path) -> tuple[Store, User]:
    """The sample firm before the year."""
    store = Store.open(copied(sample_week, path))
    user = log_in(store, "lee")
    set_up(user)
    hourly_costs.say_cost(user, None, "41.30", FIRST)
    return store, user


def _make_year(sample_week: Path, path: Path) -> None:
    store, user = begun(sample_week, path)
    chance = random.Random(7)
    for month in months():
        WALL.set(at_local(last_of(month), "20:00", ZONE))
        work(user, month, chance)
    store.close()


@pytest.fixture(scope="session")
def kept_year(sample_week: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A year of work that is approved and not invoiced; tests get copies."""
    return made_once(tmp_path_factory, "year.db", partial(_make_year, sample_week))


@pytest.fixture
def year(kept_year: Path, tmp_path: Path) -> Iterator[User]:
    """It, on its last evening, with its lead."""
    WALL.set(at_local(last_of(months()[-1]), "21:00", ZONE))
    with Store.open(copied(kept_year, tmp_path / "firm.db")) as store:
        yield log_in(store, "lee")


def test_month_by_month(sample_week: Path, tmp_path: Path) -> None:
    """design/invoices.md: with a void now and then, which is invoiced again, and credits, which are not."""
    store, user = begun(sample_week, tmp_path / "firm.db")
    chance, credited = random.Random(3), 0
    for month in months():
        WALL.set(at_local(last_of(month), "21:00", ZONE))
        work(user, month, chance)
        invoice(user, last_of(month))
        newest = invoices.every_invoice(store)[0]
        if chance.random() < 0.5:
            invoicing.void(user, newest.invoice.number, "the wrong paper")
            invoice(user, last_of(month))
        elif newest.invoice.net:
            credited += invoicing.credit(user, newest.invoice.number, "charged by mistake").invoice.net
    assert credited
    assert not any(draft.taken for draft in invoicing.preview(user, last_of(months()[-1])))
    assert_whole(store)
    assert_margins_agree(user)
    store.close()


def lead(path: str) -> None:
    """A lead who issues the invoices of one client after the other; the program of a process."""
    with Store.open(Path(path), timeout=60) as store:
        user = log_in(store, "lee")
        until = settings.today(store)
        clients = [client for (client,) in store.all("SELECT id FROM client ORDER BY random()")]
        for client_id in clients:
            found = invoicing.preview(user, until, [client_id])
            try:
                invoicing.issue(user, until, [client_id], invoicing.shown_mark(found))
            except Refusal:
                continue
            print(client_id, flush=True)


def _process(path: Path) -> subprocess.Popen[str]:
    program = "import sys; from tests.desk.test_invoices_year import lead; lead(sys.argv[1])"
    words = started("-c", program, str(path))
    return subprocess.Popen(words, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True)


def test_two_leads_at_once_and_one_is_killed(year: User) -> None:
    """design/invoices.md, Numbers: given in the transaction that issues, so neither a kill nor another lead leaves a gap."""
    path = year.store.path
    killed, other = _process(path), _process(path)
    assert killed.stdout is not None
    for _ in range(3):
        killed.stdout.readline()
    time.sleep(0.01)
    killed.send_signal(signal.SIGKILL)
    out, _ = other.communicate(timeout=100)
    killed.communicate()
    assert other.returncode == 0
    assert out.split(), "it issued while the other did"
    third = _process(path)
    third.communicate(timeout=100)
    assert third.returncode == 0
    assert_whole(year.store)
    assert_margins_agree(year)
