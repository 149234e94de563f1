"""A busy month of one client as raw rows: 66 visits with the texts that such visits have."""

from __future__ import annotations

from pathlib import Path

from db.store import Store
from tests.figures.month import a_month, firm_of
from tests.figures.rows import connect, write

VISITS = 66
WORK = (
    "Printer at reception jams, replaced the roller", "Wi-Fi dead spots, survey and fix", "New laptop for the front desk",
    "Server patch and restart", "Backup failed twice this week", "Scanner to mail stopped after the password change",
    "Phones drop calls in the meeting room", "Sign-in slow since Monday", "UPS battery replaced", "Quarterly maintenance",
)  # fmt: skip
TESTS = (
    "The problem no longer occurs, tried the client's way", "Server or device restarted and came back by itself",
    "Connected: local network, internet, remote access", "Works: sign-in",
)  # fmt: skip
CREW = ("Ana Ruiz", "Ben Okafor", "Cleo Marchetti", "Dev Patel", "Eva Lindqvist", "Finn O'Sullivan")


def busy_month(path: Path) -> Store:
    """The firm of `a_month`, of which the first client had all visits; a third of them are not reviewed yet."""
    days = a_month(VISITS)
    for number, visit in enumerate(days.visits):
        visit |= {"site_id": 1, "_client": 1, "work": WORK[number % len(WORK)], "job_id": number + 1, "kind": "visit"}
        visit["review"] = "to_review" if number % 3 == 0 else "approved"
        visit["came_by"] = "" if number % 8 == 0 else "phone"
        visit["requested_at"] -= 3600 * (number % 7)
    for item in days.items:
        item["label"] = TESTS[item["position"]]
    for attempt in days.attempts:
        if attempt["visit_id"] % 9:
            attempt["result"] = "pass"
    for part in days.assignments:
        part["staff_id"] = part["visit_id"] % len(CREW) + 1
    store = firm_of(path)
    conn = connect(path)
    write(conn, days)
    for number, name in enumerate(CREW, 1):
        conn.execute("UPDATE staff SET name = ? WHERE id = ?", (name, number))
    conn.execute("UPDATE client SET name = 'Northwind Traders' WHERE id = 1")
    conn.execute("UPDATE site SET address = '41 S High Street, Columbus, OH 43215' WHERE id = 1")
    conn.execute(
        "INSERT INTO agreement (client_id, name, kind, starts, terms) VALUES (1, 'Care', 'tm', '2026-01-01', '{}')"
    )
    conn.close()
    return store
