"""The evidence of a visit's tests in words, the same everywhere: executed 5 of 7, and what the others rest on."""

from __future__ import annotations

from dispatch.model.boards import Tally


def executed_text(ran: int, tested: int) -> str:
    """How many tests the program ran."""
    return f"executed {ran} of {tested}"


def evidence_words(counted: Tally) -> list[str]:
    """Its parts; none where no test has a result."""
    parts = [executed_text(counted.ran, counted.tested)] if counted.tested else []
    how = [f"{counted.permitted} by permission"] if counted.permitted else []
    how += [f"{counted.no_way_in} no way in"] if counted.no_way_in else []
    attested = f"{counted.attested} attested" + (f" ({', '.join(how)})" if how else "")
    parts += [
        text
        for count, text in (
            (counted.measured, f"{counted.measured} measured"),
            (counted.attested, attested),
            (counted.waived, f"{counted.waived} waived"),
            (counted.retests, f"{counted.retests} {'retests' if counted.retests > 1 else 'retest'}"),
        )
        if count
    ]
    return parts
