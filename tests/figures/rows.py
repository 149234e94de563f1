"""Made-up days as raw rows, written past every deed, and the figures worked out from the same rows by hand."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from db.library import sqlite3

Row = dict[str, Any]
ENDED = ("closed", "left_open", "no_access", "aborted", "cancelled")


@dataclass
class Days:
    """Rows by table. A visit has its client, its crew's ids and a list of segments within the assignment."""

    zone: str
    visits: list[Row] = field(default_factory=list)
    promises: list[Row] = field(default_factory=list)
    waits: list[Row] = field(default_factory=list)
    assignments: list[Row] = field(default_factory=list)
    segments: list[Row] = field(default_factory=list)
    items: list[Row] = field(default_factory=list)
    attempts: list[Row] = field(default_factory=list)
    sheets: list[Row] = field(default_factory=list)
    said: list[Row] = field(default_factory=list)
    skills: list[Row] = field(default_factory=list)
    called: str = "Technician {}"

    def say(self, at: int, what: str, key: int, value: str | None) -> None:
        """Hours of a technician, an absence or a holiday, as they stand from an instant on."""
        self.said.append({"id": len(self.said) + 1, "at": at, "what": what, "key": key, "value": value})


def hours(*shifts: tuple[int, int, int], lunch: int = 0) -> str:
    """Shifts (weekday, opens, closes) and minutes of lunch."""
    return json.dumps({"lunch": lunch, "shifts": shifts})


def connect(path: Any) -> sqlite3.Connection:
    """The database as somebody sees it who has the file: without its triggers and foreign keys."""
    conn = sqlite3.connect(path, isolation_level=None)
    conn.execute("PRAGMA foreign_keys = OFF")
    for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        conn.execute(f'DROP TRIGGER "{name}"')
    return conn


def write(conn: sqlite3.Connection, days: Days) -> None:
    """Put the days in place of what is there."""
    conn.execute("BEGIN IMMEDIATE")
    for table in ("promise", "waiting", "charge_sheet", "attempt", "item", "visit_skill", "segment", "assignment", "visit", "job",
                  "working_time", "figure_day", "figure_sum"):  # fmt: skip
        conn.execute(f"DELETE FROM {table}")
    for job in {one["job_id"] for one in days.visits}:
        insert(conn, "job", {"id": job, "client_id": 1, "title": "a job", "created_at": 0})
    for table, rows in (
        ("visit", days.visits), ("promise", days.promises), ("waiting", days.waits), ("assignment", days.assignments),
        ("segment", days.segments), ("item", days.items),
        ("attempt", days.attempts), ("charge_sheet", days.sheets), ("working_time", days.said), ("visit_skill", days.skills),
    ):  # fmt: skip
        for row in rows:
            insert(conn, table, {key: value for key, value in row.items() if not key.startswith("_")})
    conn.execute("COMMIT")


def insert(conn: sqlite3.Connection, table: str, row: Row) -> None:
    """One row."""
    names = ", ".join(row)
    conn.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(row))})", tuple(row.values()))


def midnight(day: datetime.date, zone: str) -> int:
    """The first instant of a day, where midnight exists once."""
    return int(datetime.datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).timestamp())


def by_hand(  # noqa: C901, PLR0912, PLR0915  figure after figure, as somebody counts them
    days: Days, start: int, end: int, now: int, *, who: int | None = None, of: Callable[[Row], bool] | None = None
) -> dict[str, tuple[int, int, int]]:
    """Every figure between two instants that bound days, of one technician or of some visits where given: top, below, lacking."""
    visits = {one["id"]: one for one in days.visits}
    crews, clocked = by(days.assignments, "visit_id"), by(days.segments, "assignment_id")
    listed, tried, kept = by(days.items, "visit_id"), by(days.attempts, "item_id"), by(days.sheets, "visit_id")
    jobs = by(days.visits, "job_id")

    def crew(visit_id: int) -> list[Row]:
        return crews.get(visit_id, [])

    def mine(visit: Row) -> bool:
        if of is not None and not of(visit):
            return False
        return who is None or any(one["staff_id"] == who for one in crew(visit["id"]))

    def stands(visit: Row) -> bool:
        return start <= anchor(visit, crew(visit["id"])) < end and mine(visit)

    ended = [v for v in days.visits if v["ended_at"] is not None and stands(v)]
    found: dict[str, tuple[int, int, int]] = {}

    fate = [judge(days, visit, start, end, now) for visit in days.visits if mine(visit)]
    judged = [one for each in fate for one in each]
    for key, outcomes in PROMISES.items():
        found[key] = sum(one in outcomes for one in judged), len(judged), 0

    fixed = []
    for all_of_job in jobs.values():
        own = [one for one in all_of_job if one["state"] != "cancelled"]
        went = [one for one in own if one["ended_at"] is not None]
        if not went:
            continue
        first = min(went, key=lambda one: (anchor(one, crew(one["id"])), one["id"]))
        if planned(first) or not stands(first):
            continue
        fixed.append(first["state"] == "closed" and len(own) == 1 and not calls_again(days, first))
    found["first_time_fix"] = sum(fixed), len(fixed), 0

    gone = midnight(datetime.datetime.fromtimestamp(now, ZoneInfo(days.zone)).date(), days.zone)
    stretches: list[tuple[int, str, int, int]] = []
    spent = planned_for = 0
    for part in days.assignments:
        visit = visits[part["visit_id"]]
        if (who is not None and part["staff_id"] != who) or (of is not None and not of(visit)):
            continue
        stretches += [
            (part["staff_id"], one["kind"], one["starts_at"],
             max(one["starts_at"], now) if one["ends_at"] is None else one["ends_at"])
            for one in clocked.get(part["id"], [])
        ]  # fmt: skip
        if part["check_out_at"] is not None and part["return_at"] is not None:
            stretches.append((part["staff_id"], "travel", part["check_out_at"], part["return_at"]))
        came, left = part["check_in_at"], part["check_out_at"]
        if visit["ended_at"] is not None and visit["starts_at"] is not None and came is not None and left is not None:
            spent += max(0, min(left, end) - max(came, start))
            planned_for += max(0, min(came + visit["ends_at"] - visit["starts_at"], end) - max(came, start))
    found["on_site_against_plan"] = spent, planned_for, 0

    def seconds(kinds: Iterable[str], until: int) -> int:
        return sum(max(0, min(last, until) - max(first, start)) for _, kind, first, last in stretches if kind in kinds)

    work, travel = seconds(("work", "test"), end), seconds(("travel",), end)
    found["travel_ratio"] = travel, travel + work, 0
    minutes, at_work = given(days, start, end, now)
    available = sum(count for staff_id, count in minutes.items() if who in (None, staff_id)) * 60 if of is None else 0
    found["utilisation"] = seconds(("work", "test"), min(end, gone)), available, 0
    inside = 0
    for staff_id, kind, begun, until in stretches:
        begins, over = max(begun, start), min(until, end, gone)
        if kind != "break":
            for minute in range(begins // 60 * 60, over, 60):
                if (staff_id, minute) in at_work:
                    inside += min(over, minute + 60) - max(begins, minute)
    all_kinds = seconds(("work", "test", "travel", "wait"), min(end, gone))
    found["overtime"] = all_kinds - inside, all_kinds, 0

    charged_seconds = 0
    for visit in days.visits:
        sheet = max(kept.get(visit["id"], []), key=lambda one: int(one["revision"]), default=None)
        if visit["ended_at"] is None or sheet is None or not stands(visit) or anchor(visit, crew(visit["id"])) >= gone:
            continue
        names = {days.called.format(one["staff_id"]): one["staff_id"] for one in crew(visit["id"])}
        for line in json.loads(sheet["sheet"])["lines"]:
            if line["rule"] in ("LAB", "LAB-COV", "LAB-POOL") and (
                who is None or names.get(line.get("tech"), who) == who
            ):
                charged_seconds += 60 * int(line.get("qty", 0))
    found["billable_share"] = charged_seconds, available, 0

    executed = graded = waived = retests = tested = overrides = 0
    for visit in ended:
        for item in listed.get(visit["id"], []):
            tries = sorted(tried.get(item["id"], []), key=lambda one: int(one["sequence"]))
            if not tries:
                continue
            overrides += tries[-1]["result"] == "overridden"
            if item["kind"] == "test":
                tested, retests = tested + 1, retests + (len(tries) > 1)
                graded += tries[-1]["grade"] is not None
                executed += tries[-1]["grade"] == "executed"
                waived += tries[-1]["grade"] == "waived"
    found["executed_share"] = executed, graded, 0
    found["tests_waived"] = waived, graded, 0
    found["retests"] = retests, tested, 0
    found["overrides"] = overrides, 0, 0

    net, gifts, lacking = 0, Fraction(0), 0
    for visit in ended:
        sheet = max(kept.get(visit["id"], []), key=lambda one: int(one["revision"]), default=None)
        if sheet is None or sheet["total_minor"] is None or sheet["currency"] != "USD":
            lacking += 1
            continue
        net += sheet["net_minor"]
        for line in json.loads(sheet["sheet"])["lines"]:
            if line["rule"] == "GOODWILL":
                gifts -= Fraction(line["amount"])
            elif line.get("zero_reason") not in (None, "covered", "drawn"):
                gifts += Fraction(line["value"])
    found["charged"] = net, 0, lacking
    found["given_away"] = int(gifts * 100), 0, lacking
    return found


GRACE = 10
PROMISES = {"on_time": ("kept", "early"), "early": ("early",), "late": ("late",), "missed_promises": ("missed",)}


def judge(days: Days, visit: Row, start: int, end: int, now: int) -> list[str]:
    """What became of each promise of a visit for the days between two instants, as its client would tell it: day by day, with the
    promise that they woke up with, or else the first that they heard on the day."""
    ins = [
        one["check_in_at"]
        for one in days.assignments
        if one["visit_id"] == visit["id"] and one["check_in_at"] is not None
    ]
    came = min(ins) if ins else visit["ended_at"] if visit["state"] == "no_access" else None
    told = sorted((one for one in days.promises if one["visit_id"] == visit["id"]), key=lambda one: int(one["id"]))
    heard: list[tuple[int, float, int, int]] = []
    for place, one in enumerate(told):
        lasted = told[place + 1]["at"] if place + 1 < len(told) else float("inf")
        if one["promised_from"] is not None:
            heard.append((one["at"], lasted, one["promised_from"], one["promised_to"]))
    zone, fates = ZoneInfo(days.zone), []
    day = datetime.datetime.fromtimestamp(start, zone).date()
    while midnight(day, days.zone) < end:
        wakes, sleeps = (midnight(day + datetime.timedelta(days=more), days.zone) for more in (0, 1))
        day += datetime.timedelta(days=1)
        for at, lasted, opens, closes in heard:
            if not wakes <= opens < sleeps or lasted <= wakes or lasted - at < 300:
                continue
            patience = closes + GRACE * 60 + 59
            if came is None:
                if now <= patience or (visit["state"] == "cancelled" and visit["cancelled_at"] <= closes + GRACE * 60):
                    break
                if any(
                    one["visit_id"] == visit["id"] and one["kind"] == "client"
                    and one["starts_at"] <= closes < (float("inf") if one["ends_at"] is None else one["ends_at"])
                    for one in days.waits
                ):  # fmt: skip
                    break
                fates.append("missed")
            elif came > patience:
                fates.append("late" if came < sleeps else "missed")
            else:
                fates.append("early" if came < opens else "kept")
            break
    return fates


TROUBLE = {
    "Printer jams": "printer", "printer jam again, tray 2": "printer", "Server down": "down", "Server patch": "patch",
    "w": "w", "work": "work", "Server patch!": "patch",
}  # fmt: skip
"""What each work that is made up is about, as somebody says who reads them."""


def planned(visit: Row) -> bool:
    """Whether a visit was not asked for because something is amiss."""
    return visit.get("kind", "visit") in ("maintenance", "audit", "review")


def day_in(zone: str, instant: int) -> datetime.date:
    return datetime.datetime.fromtimestamp(instant, ZoneInfo(zone)).date()


def calls_again(days: Days, visit: Row) -> bool:
    """Whether its client asks for the same at the same site within thirty days."""
    return any(
        one["job_id"] != visit["job_id"]
        and one["site_id"] == visit["site_id"]
        and not planned(one)
        and one["state"] != "cancelled"
        and one["requested_at"] > visit["ended_at"]
        and (day_in(days.zone, one["requested_at"]) - day_in(days.zone, visit["ended_at"])).days <= 30
        and TROUBLE[one["work"]] == TROUBLE[visit["work"]]
        for one in days.visits
    )


def anchor(visit: Row, crew: Iterable[Row]) -> int:
    """The instant whose day an ended visit belongs to: the first arrival, else the planned start, else the end."""
    first = min((one["check_in_at"] for one in crew if one["check_in_at"] is not None), default=visit["starts_at"])
    return int(visit["ended_at"] if first is None else first)


def given(days: Days, start: int, end: int, now: int) -> tuple[dict[int, int], set[tuple[int, int]]]:
    """The minutes that each technician had to give on the days that are over, and each minute of their shifts: minute by minute on
    the wall clock, by what stood in the last minute of each day."""
    zone = ZoneInfo(days.zone)
    minutes: dict[int, int] = {}
    there: set[tuple[int, int]] = set()
    day = datetime.datetime.fromtimestamp(start, zone).date()
    while midnight(day, days.zone) < end:
        wakes, sleeps = (midnight(day + datetime.timedelta(days=more), days.zone) for more in (0, 1))
        today, day = day, day + datetime.timedelta(days=1)
        if sleeps > now:
            break
        stood: dict[tuple[str, int], str | None] = {}
        for one in sorted(days.said, key=lambda one: (one["at"], one["id"])):
            if one["at"] < sleeps:
                stood[one["what"], one["key"]] = one["value"]
        if today.isoformat() in [value for (what, _), value in stood.items() if what == "holiday"]:
            continue
        away = [[*map(int, value.split())] for (what, _), value in stood.items() if what == "absence" and value]
        for (what, staff_id), value in stood.items():
            if what != "hours" or value is None:
                continue
            own, count = json.loads(value), 0
            for minute in range(wakes, sleeps, 60):
                at = datetime.datetime.fromtimestamp(minute, zone)
                open_ = any(
                    weekday == at.weekday() and opens <= at.hour * 60 + at.minute < closes
                    for weekday, opens, closes in own["shifts"]
                )
                if open_ and not any(gone == staff_id and begins <= minute < ends for gone, begins, ends in away):
                    count += 1
                    there.add((staff_id, minute))
            minutes[staff_id] = minutes.get(staff_id, 0) + max(0, count - own["lunch"])
    return minutes, there


def by(rows: Iterable[Row], column: str) -> dict[int, list[Row]]:
    """Rows by the value of a column."""
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row[column], []).append(row)
    return found
