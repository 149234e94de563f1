"""What holds after every deed, whoever did it: read from the database, not from the program."""

from __future__ import annotations

import datetime
import json
from fractions import Fraction
from typing import NamedTuple

from db.store import Store
from dispatch.model.states import Role
from tests.desk.test_permissions import declared

BEGUN = """(EXISTS (SELECT 1 FROM work_entry w WHERE w.visit_id = v.id)
  OR EXISTS (SELECT 1 FROM used_item u WHERE u.visit_id = v.id AND u.withdrawn_at IS NULL)
  OR EXISTS (SELECT 1 FROM attempt a JOIN item i ON i.id = a.item_id WHERE a.visit_id = v.id AND i.ref GLOB 'W1*'))"""
ALWAYS = {
    "closed with an open gate": "SELECT v.reference FROM visit v JOIN open_gate g ON g.visit_id = v.id WHERE v.state = 'closed'",
    "ended without a way out though work was done": "SELECT v.reference FROM visit v "
    f"WHERE v.state IN ('no_access', 'aborted', 'cancelled') AND {BEGUN}",
    "left open without a follow-up": "SELECT v.reference FROM visit v WHERE v.state = 'left_open' "
    "AND NOT EXISTS (SELECT 1 FROM visit c WHERE c.parent_id = v.id)",
    "aborted and gone": "SELECT v.reference FROM visit v WHERE v.state = 'aborted' "
    "AND NOT EXISTS (SELECT 1 FROM visit c WHERE c.again_of = v.id)",
    "one request that goes on as two visits": "WITH RECURSIVE same(id, first) AS (SELECT id, id FROM visit WHERE again_of IS NULL "
    "UNION ALL SELECT c.id, s.first FROM visit c JOIN same s ON c.again_of = s.id) SELECT max(v.reference) FROM same s "
    "JOIN visit v ON v.id = s.id WHERE v.archived_at IS NULL AND v.state NOT IN ('aborted', 'cancelled') "
    "GROUP BY s.first HAVING count(*) > 1",
    "open at an archived client or site, or with a technician who left": "SELECT v.reference FROM visit v "
    "JOIN site s ON s.id = v.site_id JOIN client c ON c.id = s.client_id WHERE v.archived_at IS NULL "
    "AND v.state NOT IN ('closed', 'left_open', 'no_access', 'aborted', 'cancelled') AND (s.archived_at IS NOT NULL "
    "OR c.archived_at IS NOT NULL OR EXISTS (SELECT 1 FROM assignment a JOIN technician t ON t.staff_id = a.staff_id "
    "JOIN staff p ON p.id = a.staff_id WHERE a.visit_id = v.id AND a.day >= v.next_day "
    "AND (t.archived_at IS NOT NULL OR p.active = 0)))",
    "archived though somebody began it": "SELECT reference FROM visit v WHERE archived_at IS NOT NULL AND state <> 'requested'",
    "somebody at two clients at once": "SELECT p.login FROM assignment a JOIN visit v ON v.id = a.visit_id "
    "JOIN staff p ON p.id = a.staff_id WHERE v.state IN ('on_site', 'closing_out') AND a.check_in_at IS NOT NULL "
    "AND a.check_out_at IS NULL GROUP BY p.login HAVING count(*) > 1",
    "under way without anybody who set out": "SELECT reference FROM visit v WHERE state = 'en_route' "
    "AND NOT EXISTS (SELECT 1 FROM assignment a WHERE a.visit_id = v.id AND a.depart_at IS NOT NULL)",
    "exported otherwise than approved": "SELECT v.reference FROM invoiced i JOIN visit v ON v.id = i.visit_id "
    "WHERE i.released_at IS NULL AND i.revision <> (SELECT max(revision) FROM charge_sheet c WHERE c.visit_id = v.id)",
    "exported and on no invoice": "SELECT v.reference FROM visit v WHERE v.review = 'exported' AND NOT EXISTS (SELECT 1 "
    "FROM invoiced i JOIN invoice d ON d.id = i.invoice_id WHERE i.visit_id = v.id AND i.released_at IS NULL "
    "AND d.id NOT IN (SELECT invoice_id FROM invoice_void))",
    "invoiced and waiting to be": "SELECT v.reference FROM visit v JOIN invoiced i ON i.visit_id = v.id "
    "WHERE v.review <> 'exported' AND i.released_at IS NULL",
    "an invoice of another sum than what it took": "SELECT d.number FROM invoice d WHERE d.kind = 'invoice' "
    "AND d.net <> (SELECT sum(i.net) FROM invoiced i WHERE i.invoice_id = d.id)",
    "more credited than invoiced": "SELECT d.number FROM invoice d WHERE d.kind = 'invoice' AND d.net + d.tax < (SELECT "
    "coalesce(sum(c.net + c.tax), 0) FROM invoice c WHERE c.corrects_id = d.id "
    "AND c.id NOT IN (SELECT invoice_id FROM invoice_void))",
    "a clock that runs though they left": "SELECT v.reference FROM segment g JOIN assignment a ON a.id = g.assignment_id "
    "JOIN visit v ON v.id = a.visit_id WHERE g.ends_at IS NULL AND a.check_out_at IS NOT NULL",
    "clocks that overlap": "SELECT v.reference FROM segment g JOIN segment h ON h.assignment_id = g.assignment_id "
    "AND h.id > g.id AND max(g.starts_at, h.starts_at) < min(g.ends_at, h.ends_at) "
    "JOIN assignment a ON a.id = g.assignment_id JOIN visit v ON v.id = a.visit_id "
    "WHERE g.kind IN ('work', 'wait', 'break') AND h.kind IN ('work', 'wait', 'break')",
    "on the clock between leaving and going back": "SELECT v.reference FROM time_correction t "
    "JOIN segment g ON g.assignment_id = t.assignment_id JOIN assignment a ON a.id = t.assignment_id "
    "JOIN visit v ON v.id = a.visit_id WHERE t.what = 'leaving' AND t.reason = 'went back' AND g.kind IN ('work', 'wait') "
    "AND g.starts_at < t.made_at AND coalesce(g.ends_at, t.made_at) > t.before AND NOT EXISTS (SELECT 1 "
    "FROM time_correction o WHERE o.assignment_id = t.assignment_id AND o.reason <> 'went back')",
}
"""Queries that find nothing."""

COPIES = ("card", "client", "site", "source")
"""What the input of a sheet keeps of the book. The balances of an agreement are those of now."""

OFF = frozenset({"break", "off"})
"""Marks of time that is not charged because nobody worked."""


def _seconds(begins: str, ends: str) -> int:
    return round((datetime.datetime.fromisoformat(ends) - datetime.datetime.fromisoformat(begins)).total_seconds())


class Standing(NamedTuple):
    """How things stand before a deed: the last audit row; of each visit its review, and revision and total of its charge; which
    visits are left open; who has which roles; and of each change that can be taken back whether it is done."""

    audit: int
    charges: dict[str, tuple[str, int, int | None]]
    left: frozenset[int]
    roles: dict[str, frozenset[Role]]
    changes: dict[int, str]


class Rules:
    """The rules, on one store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._open_to: dict[str, frozenset[Role]] = {}
        for one in declared():
            if one.deed and one.roles:
                self._open_to[one.deed] = self._open_to.get(one.deed, frozenset()) | one.roles
        self._pools = self._purchased()

    def before(self) -> Standing:
        """How things stand now."""
        charges = {
            reference: (review, revision or 0, total)
            for reference, review, revision, total in self._store.all(
                "SELECT v.reference, v.review, c.revision, c.total_minor FROM visit v LEFT JOIN charge_sheet c "
                "ON c.visit_id = v.id AND c.revision = (SELECT max(revision) FROM charge_sheet x WHERE x.visit_id = v.id)"
            )
        }
        roles: dict[str, frozenset[Role]] = {}
        for login, role in self._store.all(
            "SELECT s.login, r.role FROM staff s JOIN staff_role r ON r.staff_id = s.id"
        ):
            roles[login] = roles.get(login, frozenset()) | {Role(role)}
        last = self._store.value("SELECT coalesce(max(seq), 0) FROM audit")
        left = frozenset(key for (key,) in self._store.all("SELECT id FROM visit WHERE state = 'left_open'"))
        return Standing(last, charges, left, roles, dict(self._store.all("SELECT id, state FROM change")))

    def broken(self, before: Standing) -> str:
        """What does not hold after a deed; empty where all does."""
        for what, query in ALWAYS.items():
            if found := self._store.all(f"{query} LIMIT 1"):
                return f"{what}: {found[0][0]}"
        rows = self._store.all("SELECT actor, deed FROM audit WHERE seq > ? ORDER BY seq", (before.audit,))
        for actor, deed in rows:
            wanted = self._open_to.get(deed)
            if wanted is not None and not before.roles.get(actor, frozenset()) & wanted:
                return f"{actor} did {deed} without a role for it"
        for key, state, label, wanted, login in self._store.all(
            "SELECT c.id, c.state, c.label, c.roles, s.login FROM change c JOIN staff s ON s.id = c.staff_id"
        ):
            turned = {before.changes.get(key), state} == {"done", "undone"}
            if turned and wanted and not before.roles.get(login, frozenset()) & {Role(one) for one in wanted.split()}:
                return f"{login} turned “{label}” without a role for it"
        actors = {actor for actor, _ in rows}
        return (
            self._charge_broken(before, actors)
            or self._copies_broken(before)
            or self._left_broken(before)
            or self._pool_broken()
            or self._clocks_broken()
        )

    def _charge_broken(self, before: Standing, actors: set[str]) -> str:
        after = self.before().charges
        for reference, (review, revision, total) in before.charges.items():
            now = after[reference]
            let_go = now[0] in ("approved", "to_review") and Role.LEAD in {
                role for actor in actors for role in before.roles.get(actor, frozenset())
            }
            if review == "exported" and (now[1:] != (revision, total) or not (now[0] == review or let_go)):
                return f"{reference} was exported, and is otherwise now: {now}"
            if review != "approved" or now[1:] == (revision, total):
                continue
            if not all(Role.LEAD in before.roles.get(actor, frozenset()) for actor in actors):
                return f"{reference} was approved, and somebody else than a lead changed its charge"
            if now[0] == "approved":
                return f"{reference} was approved, and its charge is another one now"
        return ""

    def _copies_broken(self, before: Standing) -> str:
        """Once somebody has come, the charge is reckoned from what it was reckoned from first, whatever the book says now."""
        for reference, revision, given, was, errors in self._store.all(
            "SELECT v.reference, c.revision, c.input, p.input, json_extract(p.sheet, '$.errors') FROM charge_sheet c "
            "JOIN visit v ON v.id = c.visit_id JOIN charge_sheet p ON p.visit_id = c.visit_id AND p.revision = c.revision - 1"
        ):
            if revision <= before.charges.get(reference, ("", 0, None))[1] or errors is not None:
                continue
            now, then = json.loads(given), json.loads(was)
            came = any(part["check_in"] for part in then["visit"]["assignments"])
            # somebody who comes on a later day is named besides
            known = then["source"].get("technicians", {})
            now["source"]["technicians"] = {key: now["source"]["technicians"].get(key) for key in known}
            then["source"]["technicians"] = known
            if came and any(now[name] != then[name] for name in COPIES):
                return f"{reference}: revision {revision} is reckoned from something else than the one before"
        return ""

    def _left_broken(self, before: Standing) -> str:
        """A visit is left open with somebody coming back for it, not for what the client named, or with the client's word."""
        for key, reference in self._store.all(
            "SELECT v.id, v.reference FROM visit v WHERE v.state = 'left_open' AND NOT EXISTS (SELECT 1 FROM no_follow_up n "
            "WHERE n.visit_id = v.id) AND NOT EXISTS (SELECT 1 FROM visit c WHERE c.parent_id = v.id AND c.archived_at IS NULL "
            "AND c.state NOT IN ('closed', 'left_open', 'no_access', 'aborted', 'cancelled') AND c.id NOT IN (SELECT "
            "a.follow_up_id FROM attempt a WHERE a.result = 'follow_up' AND a.follow_up_id IS NOT NULL))"
        ):
            if key not in before.left:
                return f"{reference} is left open, and nobody comes back for what was left"
        return ""

    def _clocks_broken(self) -> str:
        """What was worked and waited by the clocks is what stands on the newest sheet of an ended visit, but for roundings to
        the minute."""
        clocks = {
            (reference, name): (worked, parts)
            for reference, name, worked, parts in self._store.all(
                "SELECT v.reference, p.name, sum(g.ends_at - g.starts_at), count(*) FROM segment g "
                "JOIN assignment a ON a.id = g.assignment_id JOIN visit v ON v.id = a.visit_id "
                "JOIN staff p ON p.id = a.staff_id WHERE g.kind IN ('work', 'wait') GROUP BY v.reference, p.name"
            )
        }
        for reference, given in self._store.all(
            "SELECT v.reference, c.input FROM visit v JOIN charge_sheet c ON c.visit_id = v.id "
            "WHERE v.state IN ('closed', 'left_open') "
            "AND c.revision = (SELECT max(revision) FROM charge_sheet x WHERE x.visit_id = v.id)"
        ):
            on_sheet: dict[str, int] = {}
            for part in json.loads(given)["visit"]["assignments"]:
                for day in (part, *part.get("later_days", ())):
                    if day["check_in"] is not None and day["check_out"] is not None:
                        off = sum(
                            _seconds(one["start"], one["end"]) for one in day.get("marks", ()) if one["kind"] in OFF
                        )
                        stayed = _seconds(day["check_in"], day["check_out"]) - off
                        on_sheet[part["technician"]] = on_sheet.get(part["technician"], 0) + stayed
            for name, counted in on_sheet.items():
                worked, parts = clocks.get((reference, name), (0, 0))
                if abs(counted - worked) > 60 * (parts + 2):
                    return f"{reference} {name}: {counted // 60} min on the sheet, {worked // 60} by the clocks"
        return ""

    def _purchased(self) -> dict[int, Fraction]:
        drawn = self._drawn()
        return {
            key: Fraction(remaining) + drawn.get(key, Fraction(0))
            for key, remaining in self._store.all("SELECT id, remaining FROM pool")
        }

    def _drawn(self) -> dict[int, Fraction]:
        found: dict[int, Fraction] = {}
        for key, amount in self._store.all(
            "SELECT pool_id, amount FROM draw WHERE returned_at IS NULL AND pool_id IS NOT NULL"
        ):
            found[key] = found.get(key, Fraction(0)) + Fraction(amount)
        return found

    def _pool_broken(self) -> str:
        for key, purchased in self._purchased().items():
            if purchased != self._pools.setdefault(key, purchased):
                return f"pool {key}: what is left and what was drawn are {purchased}, purchased were {self._pools[key]}"
        return ""
