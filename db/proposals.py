"""Proposals in the store: a row each, and what became of them, of which rows are only ever added and withdrawn."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from db.rows import Query, Select, Stored, day, rows, value
from db.unit import Unit
from dispatch.model.proposals import ClientProposal, OfferedPlan, OfferedWork, ProposalState
from dispatch.model.service_plans import ServicePlan

PROPOSAL, MARK = "proposal", "proposal_mark"
"""Their tables."""
_LAST = "(SELECT max(l.id) FROM proposal_mark l WHERE l.proposal_id = p.id AND l.withdrawn_at IS NULL)"
_WORKS = (
    "(SELECT json_group_array(json_array(w.rule, w.occasion, w.what, w.advice, w.risk, w.minutes, w.price)) "
    "FROM (SELECT * FROM proposal_work WHERE proposal_id = p.id ORDER BY id) w)"
)


def _offered(id: int, name: str, fee: int | None, terms: Mapping[str, Any] | None = None) -> OfferedPlan:
    """A plan of a proposal as it is kept."""
    plan = None if terms is None else ServicePlan(**{**terms, "waive_bands": tuple(terms["waive_bands"])})
    return OfferedPlan(id, name, fee, plan)


PROPOSALS = Select(
    ClientProposal,
    "proposal p JOIN client c ON c.id = p.client_id JOIN staff s ON s.id = p.staff_id LEFT JOIN visit v ON v.id = p.visit_id "
    f"LEFT JOIN proposal_mark m ON m.id = {_LAST} LEFT JOIN staff n ON n.id = m.staff_id",
    "p",
    of={
        "client": "c.name",
        "visit": "coalesce(v.reference, '')",
        "by": "s.name",
        "said": "m.state",
        "said_by": "coalesce(n.name, '')",
        "said_at": "m.at",
        "who": "coalesce(m.who, '')",
        "note": "coalesce(m.note, '')",
        "plan_id": "m.plan_id",
    },
    stored={
        "plans": Stored(
            ("plans",),
            lambda plans: (json.dumps(plans, default=asdict),),
            lambda text: tuple(_offered(*one) for one in json.loads(text)),
        ),
        "works": Stored((_WORKS,), tuple, lambda text: tuple(OfferedWork(*one) for one in json.loads(text))),
        "findings": Stored(("findings",), lambda ids: (json.dumps(ids),), lambda text: tuple(json.loads(text))),
        "follow_up": day("m.follow_up"),
        "until": day("m.until"),
    },
)
"""Proposals with the last word on each."""
_STANDS = "p.withdrawn_at IS NULL"
proposal: Query[ClientProposal | None, int] = PROPOSALS.single(f"WHERE p.id = ? AND {_STANDS}")
"""A proposal by its number."""
proposals: Query[list[ClientProposal]] = PROPOSALS.listing(f"WHERE {_STANDS} ORDER BY p.id DESC")
"""All of them, the newest first."""
of_clients: Query[dict[int, tuple[ClientProposal, ...]]] = PROPOSALS.grouped(
    "p.client_id", f"WHERE {_STANDS} ORDER BY p.id"
)
"""Those of each client that has any, the oldest first."""

paper_sent: Query[str, int] = value(
    "SELECT coalesce((SELECT paper FROM proposal_mark WHERE proposal_id = ? AND paper <> '' AND withdrawn_at IS NULL "
    "ORDER BY id DESC LIMIT 1), '')"
)
"""The paper of a proposal as it was sent; empty: it was not, or it was not kept then."""

words_said: Query[list[tuple[str, str, int, str]], int] = rows(
    "SELECT m.state, m.note, m.at, s.name FROM proposal_mark m JOIN staff s ON s.id = m.staff_id "
    "WHERE m.proposal_id = ? AND m.withdrawn_at IS NULL ORDER BY m.id"
)
"""All that was said of a proposal, the first first: the state, the note, when, and by whom of us."""


def add_proposal(unit: Unit, new: ClientProposal) -> int:
    """Write down a proposal; returns its number."""
    columns = PROPOSALS.columns(new)
    columns.pop("at")
    key = unit.insert_signed(PROPOSAL, **columns)
    for work in new.works:
        unit.insert("proposal_work", proposal_id=key, **work._asdict())
    works = [f"{work.rule} {work.occasion}" for work in new.works]
    unit.audit(PROPOSAL, key, **columns, **({"works": works} if works else {}))
    return key


def add_mark(unit: Unit, proposal_id: int, state: ProposalState, *, paper: str = "", **said: Any) -> int:
    """Write down what became of a proposal, with its `paper` where it was sent by that; returns the id of it."""
    key = unit.insert_signed(MARK, proposal_id=proposal_id, state=state, paper=paper, **said)
    unit.audit(PROPOSAL, proposal_id, state=state, **{name: value for name, value in said.items() if value})
    return key
