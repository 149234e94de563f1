"""What stands below a checklist: what its selected item asks for, and what still keeps the visit open."""

from __future__ import annotations

from textual.content import Content

from dispatch.closeout.gates import progress
from dispatch.desk.log.visit_page import VisitPage
from dispatch.model.checklists import Item
from dispatch.model.states import ENDED, OPEN_ON_SITE, State
from dispatch.model.text import count_text, show
from dispatch.model.ways import state_words
from screens.prices.sheet_view import price_words


def foot_text(page: VisitPage, item: Item | None) -> Content:
    """The lines below the checklist of a visit, with the cursor on `item`."""
    # what stands on every item's foot keeps its line, so that a cursor movement is few bytes over a poor connection
    lines: list[Content] = []
    if item is not None:
        lines.append(Content.assemble((show(item.label), "bold")))
    if page.visit.state in ENDED:
        lines.append(Content.assemble((state_words(page.visit), "bold"), f"  {show(price_words(page.priced))}"))
        if page.visit.state is not State.CANCELLED:
            lines.append(Content.assemble(("p  ", "bold $text-accent"), "the service report for the client"))
    elif page.visit.state in OPEN_ON_SITE:
        lines.append(_readiness(page))
    else:
        lines.append(Content(f"{state_words(page.visit)}: the checklist opens on arrival (space on my day)."))
    if item is not None:
        own = [unmet for unmet in page.unmet if unmet.ref == item.ref]
        if own and item.latest is not None:
            lines.append(Content.assemble((show(own[0].text), "$text-warning")))
        elif item.ref == "A3":
            price = Content.assemble(("price  ", "$text-muted"), show(price_words(page.priced)))
            lines.append(Content.assemble(price, ("  v line by line", "$text-muted")))
        if own_files := [file.name for file in page.files if file.item == item.ref]:
            more = f", {len(own_files) - 2} more" if len(own_files) > 2 else ""
            named = ", ".join(show(name, 30) for name in own_files[:2])
            lines.append(Content.assemble(("P  ", "bold $text-accent"), f"{named}{more}"))
    return Content("\n").join(lines)


def _readiness(page: VisitPage) -> Content:
    if not page.unmet:
        return Content.assemble(("ready to close  ", "bold $text-success"), "x closes the visit")
    done = progress(page.checklist)
    tests = done.tests_required - done.tests_passed
    others = done.items_required - done.items_settled - tests
    still = [f"{count_text(tests, 'test')} open"] if tests else []
    still += [f"{count_text(others, 'other item' if tests else 'item')} open"] if others else []
    return Content.assemble(
        ("not ready to leave: ", "bold"),
        (" · ".join(still) or count_text(len(page.unmet), "reason"), "$text-warning"),
        ("   x shows them", "$text-muted"),
    )
