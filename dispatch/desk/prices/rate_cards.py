"""Rate cards as a lead keeps them: begun from a preset, dated, checked as a whole when saved."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from db import agreements, settings
from db.store import Store
from dispatch.charges import presets, validate_card
from dispatch.charges.fields import FormFigure, card_figures
from dispatch.charges.paths import value_at
from dispatch.desk.charges.charge_input import ENVELOPE
from dispatch.desk.session.refusals import Faulty, NotFound, confirm, refuse, taken
from dispatch.desk.session.user import User
from dispatch.fields.reading import merged
from dispatch.model.agreements import RateCard
from dispatch.model.countries import usual_tax
from dispatch.model.instants import day_of
from dispatch.model.states import Role
from dispatch.model.text import NAME, show
from dispatch.model.typed_times import YEARS

TAX = "tax.rate_pct"
"""Where a card says its tax rate."""


def begun(store: Store, preset: str = "") -> dict[str, Any]:
    """A card to begin with: the firm's currency with its decimals, zone and unit, and a preset. It has no prices; the lead enters
    those. Where there is a card, its decimals stay: what is kept in minor units is read by them.

    Raises:
        Faulty: there is no such preset.
    """
    known = presets()
    if preset and preset not in known:
        raise Faulty([f"preset: {show(preset, 40)!r} is not one of {', '.join(known)}"])
    firm, decimals = settings.firm(store), agreements.minor_units(store)
    card: dict[str, Any] = {"currency": firm.currency, "timezone": firm.zone, "distance_unit": firm.distance_unit}
    card |= {"classes": {}} if decimals == 2 else {"minor_units": decimals, "classes": {}}
    return merged(card, known[preset]) if preset else card


def card_called(store: Store, name: str = "") -> RateCard:
    """The card of that name or first day; with no name the one in force today.

    Raises:
        NotFound: there is none.
    """
    known = agreements.rate_cards(store)
    typed = name.strip().casefold()
    if not typed:
        newest = agreements.rate_card_on(store, day_of(store.clock.now(), settings.firm(store).zone))
        if newest is None:
            raise NotFound("No rate card is in force today. A lead adds one: dispatch rate-card add.")
        return newest
    for card in known:
        if typed in (card.valid_from.isoformat(), card.name.casefold(), str(card.id)):
            return card
    raise NotFound(f"There is no rate card {show(name, 60)}. `dispatch rate-card list` shows them all.")


def blanks(card: Mapping[str, Any]) -> dict[str, FormFigure]:
    """The figures that a card has begun and not said, as of a preset: by a name that a form can have."""
    open_ = [figure for figure in card_figures(card) if figure.whole and _is_blank(card, figure.path)]
    return {f"figure{number}": figure for number, figure in enumerate(open_)}


def _is_blank(card: Mapping[str, Any], path: str) -> bool:
    """Whether a card has a place for a figure, and nothing in it."""
    of, _, name = path.rpartition(".")
    part = value_at(card, of)
    return isinstance(part, Mapping) and name in part and part[name] is None


def questions(card: Mapping[str, Any], before: RateCard | None, usual: str = "") -> Iterator[str]:
    """What is asked before a sound card is saved: that it has no tax rate, where the card before it had one or there is none
    (design/charges.md B9). A rate of 0 is an answer."""
    if value_at(card, TAX) is None and (before is None or value_at(before.card, TAX) is not None):
        told = f"{usual} is usual in your country, " if usual else ""
        yield f"This card has no tax rate: nothing is taxed. Say {TAX}: {told}0 where you charge no tax."


def save_card(
    user: User,
    name: str,
    valid_from: datetime.date,
    card: Mapping[str, Any],
    before: RateCard | None = None,
    confirmed: Sequence[str] | None = None,
) -> RateCard:
    """Save a card: a new one, or (with `before`) another wording of the one that is there.

    Sheets that stand keep their copy; what has not ended is priced by the new wording from now on. `confirmed` are the marks of
    what was asked and is meant; None: nothing is asked.

    Raises:
        NeedsConfirm: with the `questions` that are not confirmed.
        NotAllowed: only a lead does.
        Faulty: with every fault of the card.
        Stale: somebody else changed the card since `before` was read.
    """
    form = {key: value for key, value in card.items() if key not in ENVELOPE}
    with user.write("save a rate card", Role.LEAD) as unit:
        faults = validate_card(form)
        cleaned = taken("name", name, NAME, faults, needed=True)
        if valid_from.year not in YEARS:
            faults.append(f"valid_from: {valid_from} lies outside the years that are kept")
        others = [other for other in agreements.rate_cards(user.store) if before is None or other.id != before.id]
        if any(other.valid_from == valid_from for other in others):
            faults.append(
                f"valid_from: another card begins on {valid_from.isoformat()}; change that one, or choose another day"
            )
        refuse(faults)
        if confirmed is not None:
            confirm(questions(form, before, usual_tax(user.firm.country)), confirmed)
        if before is None:
            card_id = agreements.add_rate_card(unit, cleaned, valid_from, form)
        else:
            card_id = before.id
            agreements.update_rate_card(unit, before, replace(before, name=cleaned, valid_from=valid_from, card=form))
        return next(other for other in agreements.rate_cards(user.store) if other.id == card_id)


def envelope(card: RateCard) -> dict[str, Any]:
    """A card as it is exported, and imported again: with its name and first day."""
    return {"name": card.name, "valid_from": card.valid_from.isoformat(), **card.card}
