"""What may be said of a proposal, and when it is asked about (design/account-care.md E18)."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.care.account import PromptMark
from dispatch.model.proposals import FOLLOWS, WAITING, ClientProposal, ProposalState
from tests.care.test_rules import account, day, found

SENT = day("2026-11-02")
ONE = ClientProposal(
    4, 7, "Harbor Dental", said=ProposalState.SENT, follow_up=day("2026-11-09"), until=day("2026-12-02")
)


@pytest.mark.parametrize(
    ("state", "may"),
    [
        ("draft", "declined sent"),
        ("sent", "accepted declined question sent"),
        ("question", "accepted declined question sent"),
        ("expired", "accepted declined question"),
        ("accepted", ""),
        ("declined", ""),
    ],
)
def test_what_may_follow(state: str, may: str) -> None:
    assert sorted(FOLLOWS[ProposalState(state)]) == may.split()


@given(
    st.lists(st.tuples(st.sampled_from([*FOLLOWS]), st.integers(0, 60), st.integers(-5, 60)), min_size=1, max_size=12)
)
def test_whatever_is_said_an_answer_is_the_last_word_and_only_what_waits_asks(
    steps: list[tuple[ProposalState, int, int]],
) -> None:
    one, today = ClientProposal(4, 7, "Harbor Dental"), SENT
    answered = False
    for after, later, holds in steps:
        today += datetime.timedelta(later)
        state = one.state_on(today)
        items = found(account(proposals=(one,)), str(today), "E18")
        assert len(items) <= 1
        assert not items or state in WAITING
        assert answered == (state in (ProposalState.ACCEPTED, ProposalState.DECLINED))
        if after in FOLLOWS[state]:
            answered = after in (ProposalState.ACCEPTED, ProposalState.DECLINED)
            one = replace(one, said=after, follow_up=today, until=one.until or today + datetime.timedelta(holds))


@pytest.mark.parametrize(
    ("today", "occasion", "state"),
    [
        ("2026-11-08", None, None),
        ("2026-11-09", "4.2026-11-09", "due"),
        ("2026-11-10", "4.2026-11-09", "overdue"),
        ("2026-12-02", "4.2026-11-09", "overdue"),
        ("2026-12-03", "4.ended", "overdue"),
    ],
)
def test_when_it_is_asked_about(today: str, occasion: str | None, state: str | None) -> None:
    items = found(account(proposals=(ONE,)), today, "E18")
    assert [(item.occasion, item.state.value) for item in items] == ([] if occasion is None else [(occasion, state)])


def test_each_day_asks_once() -> None:
    asked = PromptMark("E18", "4.2026-11-09", "done", day("2026-11-09"))
    assert not found(account(proposals=(ONE,), marks=(asked,)), "2026-11-20", "E18")
    again = replace(ONE, follow_up=day("2026-11-18"), said=ProposalState.QUESTION, note="what of the server?")
    (item,) = found(account(proposals=(again,), marks=(asked,)), "2026-11-20", "E18")
    assert "what of the server?" in item.why
