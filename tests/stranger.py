"""A firm that a stranger begins by commands alone: from `init` to a day with all in it that the founder's material asks for."""

from __future__ import annotations

from pathlib import Path

from dispatch.model.instants import parse_iso
from tests.conftest import Dispatch
from tests.wall import WALL

ITEMS = {
    "ask": ("--answer", "nothing more"),
    "confirm": ("--done",),
    "named": ("--declined", "not this year"),
    "test": ("--pass",),
}


FIGURES = ("classes.tech.standard=120", "classes.tech.agreement=100", "tax.rate_pct=7.5")
CONTACT = "Jane Lowe; +1 614 555 0100; jane@harbor.example; owner"


PLACES = {"Harbor Dental": "39.95, -82.93", "Elm Bakery": "39.95, -82.90", "Fir Freight": "39.95, -82.55"}


class Stranger:
    """Who types, and when."""

    def __init__(self, path: Path) -> None:
        self.dispatch = Dispatch(path)

    def at(self, moment: str) -> None:
        """Put the clock to a moment of the firm's zone in winter time."""
        WALL.set(parse_iso(f"{moment}:00-05:00"))

    def __call__(self, login: str, *words: str) -> str:
        WALL.advance(20)
        return self.dispatch.ok(*words, "--as", login)

    def confirmed(self, login: str, *words: str) -> str:
        """A command that asks first: what it shows is meant."""
        asked = self.dispatch(*words, "--as", login)
        return self(login, *words, "--confirm", asked.marks) if asked.code else asked.out

    def asked(self, client: str, work: str, *more: str) -> str:
        """A request of a client; returns its reference."""
        said = self(
            "dana", "visit", "add", "--client", client, "--work", work, "--minutes", "45", "--date", "today", *more
        )
        return said.split()[0].rstrip(":,.")

    def arrived(self, reference: str, *more: str) -> None:
        """Ana is told, drives there and is there."""
        self("dana", "visit", "assign", reference, "--to", "ana", "--at", "now", *more)
        self("ana", "visit", "depart", reference)
        WALL.advance(600)
        self("ana", "visit", "arrive", reference)

    def worked(self, reference: str, *, but: str = "") -> None:
        """Every item has its result, but those whose reference begins so."""
        self("ana", "visit", "work", reference, "settings put right on the device")
        for item in self.dispatch.json("visit", "show", reference, "--json", "--as", "ana")["checklist"]:
            name, kind = item["item"], item["kind"]
            # what was changed is written down above, the sign-off comes last
            if kind == "sign_off" or name == "W2" or not item["required"] or (but and name.startswith(but)):
                continue
            seen = ("--evidence", f"{name} seen at two desks") if kind == "test" else ()
            self("ana", "visit", "record", reference, name, *ITEMS[kind], *seen)

    def closed(self, reference: str) -> None:
        """Worked on, signed and closed."""
        self.worked(reference)
        self("ana", "visit", "sign-off", reference, "--name", "J. Lowe", "--satisfied", "yes")
        self("ana", "visit", "close", reference)


def begun(path: Path) -> None:
    """The firm, on the morning of the sample's Tuesday."""
    type_ = Stranger(path)
    type_.at("2026-10-05T08:00")
    type_.dispatch.ok(
        "init", "--name", "Nordlicht IT", "--zone", "America/New_York", "--lead", "lee", "--lead-name", "Lee Moreau"
    )
    type_(
        "lee",
        "settings",
        "--depot",
        "39.96, -83.00",
        "--currency",
        "USD",
        "--buffer-minutes",
        "15",
        "--invoices-from",
        "2026-11-01",
    )
    type_(
        "lee",
        "rate-card",
        "add",
        "--name",
        "2026",
        "--from",
        "2026-01-01",
        "--preset",
        "US",
        "--set",
        "classes.tech.standard=120",
        "--set",
        "classes.tech.agreement=100",
        "--set",
        "tax.rate_pct=7.5",
    )
    type_("lee", "staff", "add", "dana", "--name", "Dana Wells", "--role", "dispatcher")
    for login, name, skills in (("ana", "Ana Ruiz", "server, network"), ("ben", "Ben Okafor", "desktop")):
        type_(
            "lee",
            "technician",
            "add",
            "--login",
            login,
            "--name",
            name,
            "--skills",
            skills,
            "--shifts",
            "mon-fri 08:00-17:00",
        )
    for name, more in (
        ("Harbor Dental", ("--computers", "22", "--servers", "1", "--users", "15", "--contacts", CONTACT)),
        ("Elm Bakery", ("--computers", "4", "--servers", "0", "--contacts", "Bob Elm; +1 614 555 0101; bob@elm.example")),
        ("Fir Freight", ("--kind", "prospect", "--computers", "12", "--servers", "1", "--unhappy-since", "2026-09-01")),
    ):  # fmt: skip
        type_("lee", "client", "add", "--name", name, *more)
        type_(
            "lee",
            "site",
            "add",
            "--client",
            name,
            "--name",
            "Main office",
            "--place",
            PLACES[name],
            "--services",
            "mail",
        )
    for preset, fee in (("small", "300"), ("sweet spot", "900"), ("big", "2500")):
        type_("lee", "service-plan", "add", "--preset", preset, "--fee", fee)
    type_.confirmed(
        "lee",
        "agreement",
        "from-plan",
        "Sweet spot",
        "--client",
        "Harbor Dental",
        "--starts",
        "2026-01-01",
        "--ends",
        "2026-12-31",
    )
    type_(
        "dana",
        "equipment",
        "add",
        "--site",
        "Harbor Dental",
        "--name",
        "NAS",
        "--kind",
        "storage",
        "--warranty-ends",
        "2026-12-20",
    )
    first = type_.asked("Harbor Dental", "the printer does not print", "--skills", "network")
    type_.arrived(first)
    type_.closed(first)
    type_.at("2026-11-20T09:00")
    emergency = type_.asked("Elm Bakery", "the till is down", "--emergency", "--priority", "P1")
    type_.arrived(emergency)
    type_.closed(emergency)
    type_.at("2026-11-20T13:00")
    audit = type_.asked("Fir Freight", "go through all of it", "--kind", "audit")
    type_.arrived(audit)
    type_("ana", "finding", "add", audit, "--what", "backups are kept in the same room", "--severity", "high",
          "--risk", "a fire takes both", "--advice", "a second copy off site", "--minutes", "120", "--price", "300")  # fmt: skip
    type_.closed(audit)
    type_("dana", "visit", "handed-over", audit)
    type_.at("2026-11-24T07:30")
    type_(
        "dana",
        "recurrence",
        "add",
        "--site",
        "Harbor Dental",
        "--work",
        "as agreed",
        "--rule",
        "as agreed",
        "--minutes",
        "60",
    )
