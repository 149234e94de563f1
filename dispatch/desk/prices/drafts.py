"""A rate card or an agreement while a lead works on it: figure by figure, checked as a whole, tried on an example visit."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from db import agreements, settings
from db.settings import today
from db.store import Store
from dispatch.charges import FormFault, charge_sheet, validate_agreement, validate_card
from dispatch.charges.fields import (
    COMPONENTS,
    TEXT,
    FormFigure,
    agreement_figures,
    card_figures,
    default_of,
    new_part,
    read,
    written,
)
from dispatch.charges.labour_fields import new_band
from dispatch.charges.paths import value_at, with_value, without
from dispatch.desk.charges.charge_input import ENVELOPE
from dispatch.desk.levels.clocks import default_targets
from dispatch.desk.prices import agreeing, beginning, rate_cards
from dispatch.desk.prices.service_terms import PREFIX, read_service, service_figures, shown
from dispatch.desk.session.drafting import Draft, Whole
from dispatch.desk.session.refusals import Faulty, refuse
from dispatch.desk.session.user import User
from dispatch.fields.kinds import Choice
from dispatch.levels.targets import Targets
from dispatch.model.agreements import Agreement, RateCard
from dispatch.model.firm import Firm
from dispatch.model.instants import Unclear, at_local, iso

_NAMED = {"class": "classes", "band": "bands", "item": "items", "list": "price_lists"}
"""What is added to a card by a name."""
_MINUTES, _DISTANCE, _DRIVE = 75, 18, 30
"""The stay and the drive of an example visit."""


class FigureDraft(Draft):
    """A draft of which every figure stands in one form, each at its path."""

    form: dict[str, Any]

    def shown(self, figure: FormFigure) -> tuple[str, bool]:
        """A figure's value in words, and whether it is its own rather than the default."""
        own = value_at(self.form, figure.path)
        return written(figure, default_of(self.kind, figure.path) if own is None else own), own is not None

    def change(self, figure: FormFigure, text: str) -> None:
        """Take over what was typed.

        Raises:
            ValueError: it is not written as the figure is.
        """
        self.form = with_value(self.form, figure.path, read(figure, text))

    def reset(self, figure: FormFigure) -> None:
        """Remove what the figure is a part of, or go back to the default."""
        self.form = without(self.form, figure.whole or figure.path)


@dataclass(slots=True)
class CardDraft(FigureDraft):
    """A rate card being written; `before` is what it changes, None for a new one."""

    name: str = ""
    valid_from: datetime.date = datetime.date.min
    form: dict[str, Any] = field(default_factory=dict)
    before: RateCard | None = None

    kind: ClassVar[str] = "card"

    @classmethod
    def of(cls, card: RateCard) -> CardDraft:
        """The draft of a card that is there."""
        return cls(card.name, card.valid_from, dict(card.card), card)

    @property
    def title(self) -> str:
        """What is being written."""
        return f"{self.name}, from {self.valid_from.isoformat()}"

    def whole(self) -> Whole:
        return {"name": self.name, "valid_from": self.valid_from.isoformat(), "form": self.form}

    def stood(self) -> Whole:
        return {} if self.before is None else CardDraft.of(self.before).whole()

    def take(self, whole: Whole) -> None:
        self.name, self.form = str(whole["name"]), dict(whole["form"])
        self.valid_from = datetime.date.fromisoformat(whole["valid_from"])

    def read_again(self, store: Store) -> None:
        if self.before is not None:
            self.before = rate_cards.card_called(store, str(self.before.id))

    def figures(self) -> list[FormFigure]:
        """Its figures, section by section."""
        return list(card_figures(self.form))

    def faults(self) -> list[str]:
        """Everything that keeps it from being saved."""
        return validate_card({key: value for key, value in self.form.items() if key not in ENVELOPE})

    def additions(self) -> Sequence[tuple[str, str]]:
        """What can be added: a key, and what it is in words."""
        return [
            ("class", "a labour class"),
            ("band", "a band of hours of your own, such as evening, night, sunday"),
            ("item", "an item"),
            *((kind, f"travel: {text}") for kind, text in COMPONENTS.items()),
            ("list", "a price list for a group of clients"),
            ("percentage", "a percentage on top: fuel, consumables, handling of parts"),
        ]

    def add(self, what: str, name: str = "") -> str:
        """Add a labour class, a band or an item of that name, or a travel charge; returns the path of its first figure.

        Raises:
            ValueError: the name is empty or there already, or it has a sign that a path uses.
        """
        if what not in _NAMED:
            group, part = new_part(what)
            at = f"{group}[{len(value_at(self.form, group) or [])}]"
            self.form = with_value(self.form, at, part)
            return next(figure.path for figure in self.figures() if figure.path.startswith(at))
        group = _NAMED[what]
        cleaned = name.strip()
        if not cleaned or len(cleaned) > 40 or set(cleaned) & set(".[]"):
            raise ValueError("a name of up to 40 characters without dots and brackets is expected")
        if what == "band":
            place = len(self.form.get("bands") or [])
            self.form = with_value(self.form, f"bands[{place}]", new_band(cleaned))
            return f"bands[{place}].days"
        if value_at(self.form, f"{group}.{cleaned}") is not None:
            raise ValueError(f"{cleaned} is there already")
        self.form = with_value(self.form, f"{group}.{cleaned}", {} if what == "list" else {"standard": None})
        at = f"{group}.{cleaned}."
        return next((figure.path for figure in self.figures() if figure.path.startswith(at)), "")

    def example(self) -> tuple[str, Mapping[str, Any]] | None:
        """An example visit priced by it: what it is, and its sheet; None while the card has faults."""
        if self.faults():
            return None
        day = self.valid_from + datetime.timedelta(days=(1 - self.valid_from.weekday()) % 7)
        zone = str(self.form["timezone"])
        start = at_local(day, "10:00", zone, Unclear.FIRST)
        leg, both = ({"distance": str(times * _DISTANCE), "minutes": times * _DRIVE} for times in (1, 2))
        visit = {
            "scheduled_start": iso(start, zone),
            "assignments": [
                {
                    "technician": "technician",
                    "class": next(iter(self.form["classes"])),
                    "check_in": iso(start, zone),
                    "check_out": iso(start + _MINUTES * 60, zone),
                }
            ],
            "trip": {"leg_in": leg, "leg_home": leg, "total": both, "solo_sum": both},
        }
        site = {"one_way_distance": str(_DISTANCE), "one_way_minutes": _DRIVE}
        unit = self.form.get("distance_unit", "mi")
        sentence = f"{_MINUTES} min on a Tuesday at 10:00, {_DISTANCE} {unit} and {_DRIVE} min from the depot"
        try:
            return sentence, charge_sheet(self.form, {}, site, None, visit).as_json()
        except FormFault:
            return None

    def save(self, user: User, confirmed: Sequence[str] = ()) -> str:
        """Save it; returns what was done. `confirmed` are the marks of what was asked and is meant.

        Raises:
            Faulty: with every fault.
            NeedsConfirm: as `rate_cards.save_card`.
        """
        self.before = rate_cards.save_card(user, self.name, self.valid_from, self.form, self.before, confirmed)
        self.take(self.stood())
        return f"{self.name} prices visits from {self.valid_from.isoformat()} on. Charges that stand keep their copy."


@dataclass(slots=True)
class AgreementDraft(FigureDraft):
    """An agreement being written; `before` is what it changes, None for a new one."""

    client: str = ""
    name: str = ""
    form: dict[str, Any] = field(default_factory=dict)
    before: Agreement | None = None
    exponent: int = 2
    defaults: Mapping[int, Targets] = field(default_factory=lambda: default_targets(Firm()))
    stands: dict[str, Any] = field(default_factory=dict)
    today: datetime.date = datetime.date.min

    kind: ClassVar[str] = "agreement"

    @classmethod
    def of(cls, agreement: Agreement, client: str) -> AgreementDraft:
        """The draft of an agreement that is there."""
        return cls(client, agreement.name, before=agreement)

    def at(self, store: Store) -> AgreementDraft:
        """The same draft, in the money and with the usual targets of a firm."""
        self.exponent, self.today = agreements.minor_units(store), today(store)
        self.defaults = default_targets(settings.firm(store))
        self.read_again(store)
        if self.before is not None:
            self.form = self.stands
        return self

    @property
    def title(self) -> str:
        return f"{self.name}, {self.client}"

    @property
    def purpose(self) -> tuple[str, str]:
        """As of any draft; of each agreement that ends one successor can be begun."""
        renews = self.form.get(beginning.RENEWS)
        return (self.kind, f"renews {renews}") if renews is not None else super(AgreementDraft, self).purpose

    def whole(self) -> Whole:
        return {"client": self.client, "name": self.name, "form": self.form}

    def stood(self) -> Whole:
        return {} if self.before is None else {"client": self.client, "name": self.before.name, "form": self.stands}

    def take(self, whole: Whole) -> None:
        self.client, self.name, self.form = str(whole["client"]), str(whole["name"]), dict(whole["form"])

    def read_again(self, store: Store) -> None:
        if self.before is not None:
            self.before = agreements.agreement(store, self.before.id) or self.before
            self.stands = beginning.form_of(self.before, store)

    def figures(self) -> list[FormFigure]:
        kind = str(self.form.get("kind", "tm"))
        found = list(agreement_figures(kind))
        found.insert(1, FormFigure("Agreement", "plan", "made from the plan", TEXT, "empty: none", optional=True))
        if kind == "retainer":
            found.append(FormFigure("Retainer", _ROLLOVER, "unused allowance", Choice(agreeing.ROLLOVERS)))
            if self.form.get(_ROLLOVER) == "capped":
                found.append(FormFigure("Retainer", _CAP, "rolls over at most", hint="minutes at the usual rate"))
        found += service_figures(self.defaults)
        if self.before is not None:
            found.append(FormFigure("From when", _FROM, "allowance and service count from", TEXT, hint=_FROM_HINT))
        return found

    def faults(self) -> list[str]:
        faults = validate_agreement({key: value for key, value in self.form.items() if key not in _BESIDE})
        if self.form.get("starts") is None:
            faults.append("starts: is missing")
        if self.form.get(_ROLLOVER) == "capped" and self.form.get(_CAP) is None:
            faults.append(f"{_CAP}: is missing")
        read_service(self.form.get("service", {}), "UTC", self.exponent, faults)
        with contextlib.suppress(Faulty):
            self._counts_from()
            return faults
        return [*faults, f"{_FROM}: a day is expected, or a month such as 2027-01"]

    def _counts_from(self) -> datetime.date | None:
        return None if self.before is None else agreeing.counts_from(self.before, self.form.get(_FROM, ""), self.today)

    def shown(self, figure: FormFigure) -> tuple[str, bool]:
        if figure.path.startswith(PREFIX):
            return shown(self.form.get("service", {}), figure.path, self.defaults)
        if figure.path in _USUAL and figure.path not in self.form:
            return _USUAL[figure.path], False
        return FigureDraft.shown(self, figure)  # `super` does not find the class that its slots have made anew

    def change(self, figure: FormFigure, text: str) -> None:
        """As of any draft; what is as usual is not kept."""
        value = read(figure, text)
        if figure.path == _CAP and (not isinstance(value, int) or value < 0):
            raise ValueError("a whole number of minutes is expected")
        FigureDraft.change(self, figure, text)
        if figure.path in _USUAL and value in ("none", "", None):
            self.reset(figure)

    def additions(self) -> Sequence[tuple[str, str]]:
        """What can be added: a prepaid block, once the agreement is saved."""
        return [("block", "a prepaid block")] if self.form.get("kind") in ("block_hours", "block_money") else []

    def save(self, user: User, confirmed: Sequence[str] = ()) -> str:
        """Save it; returns what was done. `confirmed` are the marks of what was asked and is meant.

        Raises:
            Faulty: with every fault.
            NeedsConfirm: something is asked.
        """
        refuse(self.faults())
        terms = {key: value for key, value in self.form.items() if key != _FROM}
        since = self._counts_from()
        self.before = agreeing.save_agreement(user, self.client, self.name, terms, self.before, since, confirmed)
        self.read_again(user.store)
        # what counts from a later day on is not what counts today
        self.take(self.stood())
        sentence = f"{self.name} is in force from {self.before.starts.isoformat()} on. {agreeing.KEPT}"
        return "\n".join([sentence, *agreeing.warnings_of(user.store, self.before)])


_ROLLOVER, _CAP, _FROM = "rollover", "rollover_cap", "from"
_BESIDE = (*agreeing.BESIDE, _FROM)
_USUAL = {_ROLLOVER: "none", _FROM: "today"}
"""What stands beside the terms, as it is shown where nothing is said."""
_FROM_HINT = "a day, or a month such as 2027-01; what is shown here counts from then on, and until then what counts now"
