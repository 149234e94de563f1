"""A visit log of the sample day."""

from dispatch.model.boards import Log, LogLine, Sum, Tally
from dispatch.model.states import Review, State
from tests.widgets.boards import DAY, NOW, ZONE, replace, sample_board


def sample_log() -> Log:
    """Every placed visit of the sample board; the closed ones are charged."""
    lines = []
    for row in sample_board().rows:
        for number, card in enumerate(row.visits):
            ended = card.state is State.CLOSED
            reviews = (Review.TO_REVIEW, Review.APPROVED, Review.SENT_BACK)
            review = reviews[number % 3] if ended else Review.NONE
            lines.append(
                LogLine(
                    visit=replace(card, review=review, tests_passed=5 if ended else 0),
                    technicians=(row.name, "Dana Poe") if card.id == 6 else (row.name,),
                    charge=Sum("accepted", net=18750, total=22312, currency="USD") if ended else Sum(currency="USD"),
                    tally=Tally(
                        executed=3 if ended else 0,
                        ran=3 if ended else 0,
                        tested=11 if ended else 0,
                        measured=1 if ended else 0,
                        attested=7 if ended else 0,
                        waived=1 if card.id == 2 else 0,
                        retests=1 if card.id == 1 else 0,
                        overrides=1 if card.id == 2 else 0,
                    ),
                )
            )
    return Log("Firm", DAY, ZONE, True, NOW, tuple(lines))
