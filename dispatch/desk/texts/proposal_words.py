"""Proposals as text and as JSON: one, those of a client, and the pipeline with its sums."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from db import agreements, proposals, settings
from db.store import Store
from dispatch.desk.care.pipeline import ProposalStage, ProposalSum, findings_in
from dispatch.model.forms import form
from dispatch.model.instants import day_of, day_text, iso, long_text
from dispatch.model.money import amount_text, format_minor
from dispatch.model.proposals import WAITING, ClientProposal, ProposalState
from dispatch.model.text import count_text, pad, show


def sum_text(total: ProposalSum, exponent: int, currency: str) -> str:
    """What some proposals come to."""
    parts = [f"{amount_text(total.monthly, exponent, currency)} a month"] if total.monthly else []
    parts += [f"{amount_text(total.once, exponent, currency)} once"] if total.once else []
    parts += [f"{total.unknown} not priced in full"] if total.unknown else []
    return ", ".join(parts) or "no price known"


def proposal_sum_form(total: ProposalSum, exponent: int) -> dict[str, Any]:
    """The same in JSON (docs/json.md)."""
    money = {name: format_minor(getattr(total, name), exponent) for name in ("monthly", "once")}
    return {**money, "unknown": total.unknown}


class ProposalWords:
    """How proposals are told as of today, in the firm's money."""

    def __init__(self, store: Store) -> None:
        firm = settings.firm(store)
        self.today, self._times = settings.today(store), firm.times()
        self._currency, self._exponent = firm.currency, agreements.minor_units(store)

    def money(self, minor: int) -> str:
        """An amount with its currency."""
        return amount_text(minor, self._exponent, self._currency)

    def fee(self, fee: int | None) -> str:
        """A monthly fee."""
        return "fee not known" if fee is None else f"{self.money(fee)} a month"

    def sum(self, total: ProposalSum) -> str:
        """What some proposals come to."""
        return sum_text(total, self._exponent, self._currency)

    def short(self, one: ClientProposal) -> str:
        """What a proposal offers, in a few words."""
        plans = [f"{plan.name}, {self.fee(plan.fee)}" for plan in ((one.plan,) if one.plan else ())]
        plans += (
            [f"or {count_text(len(one.plans) - 1, 'other plan')}"] if len(one.plans) > 1 and not one.plan_id else []
        )
        work = [f"work on {count_text(len(one.findings), 'finding')}"] if one.findings else []
        work += [one.works[0].what] if len(one.works) == 1 else [f"{len(one.works)} other works"] if one.works else []
        return "; ".join([*plans, *work])

    def standing(self, one: ClientProposal) -> str:
        """What has to be known next: when it is asked about, when it ended, what they said."""
        state = one.state_on(self.today)
        if state is ProposalState.DRAFT:
            return f"written {self._day(one.at)}"
        if state is ProposalState.EXPIRED:
            return f"held until {_day(one.until)}"
        if state is ProposalState.ACCEPTED:
            return f"by {one.who}, {self._day(one.said_at)}"
        if state is ProposalState.DECLINED:
            return f"{self._day(one.said_at)}: {one.note}"
        return f"ask {_day(one.follow_up)}{f': {one.note}' if one.note else ''}"

    def line(self, one: ClientProposal) -> str:
        """A proposal in a list."""
        return f"{one.id:>4}  {pad(show(one.client), 24)}  {self.short(one)}  ({self.standing(one)})"

    def pipeline(self, stages: Iterable[ProposalStage]) -> Iterator[str]:
        """The proposals by how they stand, with sums."""
        stages = [*stages]
        for stage in stages:
            yield f"{stage.state.label.capitalize()}: {stage.sum.number}, {self.sum(stage.sum)}"
            yield from (f"  {self.line(one)}" for one in stage.proposals)
        if not stages:
            yield "No proposals: dispatch proposal new CLIENT --plan … or --visit …"

    def whole(self, store: Store, one: ClientProposal) -> Iterator[str]:
        """A proposal with all that is said of it."""
        state = one.state_on(self.today)
        yield f"Proposal {one.id} for {one.client}: {state.label}"
        yield f"  written by {one.by}, {self._day(one.at)}{f', after {one.visit}' if one.visit else ''}; holds {one.days} days"
        for plan in one.plans:
            yield f"  plan {plan.name}: {self.fee(plan.fee)}{' (accepted)' if plan.id == one.plan_id else ''}"
        for finding in findings_in(store, one):
            yield f"  finding {finding.reference}/{finding.number}: {finding.what}{f', {finding.effort}' if finding.effort else ''}"
        for work in one.works:
            takes = [] if work.minutes is None else [long_text(work.minutes)]
            takes += [] if work.price is None else [self.money(work.price)]
            yield f"  work: {', '.join([work.what, *takes])}"
        yield from (f"  | {line}" for line in one.letter.split("\n") if line.strip())
        for word, note, at, by in proposals.words_said(store, one.id):
            yield f"  {ProposalState(word).label} {self._day(at)}, noted by {by}{f': {note}' if note else ''}"
        if one.who:
            yield f"  accepted by {one.who}"
        if state in WAITING:
            yield f"  ask again {_day(one.follow_up)}; it holds until {_day(one.until)}"

    def form(self, store: Store, one: ClientProposal) -> dict[str, Any]:
        """A proposal in JSON (docs/json.md)."""
        return form(
            one,
            "proposal=id client visit? state plans findings works letter days written_by=by written_at=at@ "
            "said_by? said_at@ accepted_by=who? plan? note? follow_up until said",
            self._times.zone,
            state=one.state_on(self.today).value,
            plans=[{"name": plan.name, "fee": self._plain(plan.fee)} for plan in one.plans],
            findings=[{**form(work, "reference number what severity risk advice currency"), "price": work.price_text or None}
                      for work in findings_in(store, one)],
            works=[{**form(work, "what advice risk minutes"), "price": self._plain(work.price)} for work in one.works],
            plan=one.plan.name if one.plan_id and one.plan else "",
            said=[{"state": state, "note": note, "at": iso(at, self._times.zone), "by": by}
                  for state, note, at, by in proposals.words_said(store, one.id)],
        )  # fmt: skip

    def pipeline_form(self, store: Store, stages: Sequence[ProposalStage]) -> dict[str, Any]:
        """The pipeline in JSON (docs/json.md)."""
        return {
            "currency": self._currency,
            "stages": [
                {
                    "state": stage.state.value,
                    **proposal_sum_form(stage.sum, self._exponent),
                    "proposals": [self.form(store, one) for one in stage.proposals],
                }
                for stage in stages
            ],
        }

    def _plain(self, minor: int | None) -> str | None:
        return None if minor is None else format_minor(minor, self._exponent)

    def _day(self, at: int | None) -> str:
        return "" if at is None else day_text(day_of(at, self._times.zone))


def _day(day: datetime.date | None) -> str:
    return "on no day yet" if day is None else day_text(day)
