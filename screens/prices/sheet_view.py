"""A charge sheet on the screen, each line with the arithmetic that a client can redo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Label, Static

from dispatch.charges.explain import needs, sheet_lines
from dispatch.desk.charges.charging import Priced, Unpriced
from dispatch.desk.log.visit_page import VisitPage
from dispatch.desk.texts import rule_words
from dispatch.model.text import show
from screens.binding import key
from screens.dialogs.dialog import Dialog

_FRAME = 5
"""Columns that border, padding and scrollbar take beside the lines."""


class SheetView(Dialog[None]):
    """A sheet over the screen that it belongs to."""

    DEFAULT_CSS = """
    SheetView > .dialog { width: 110; max-width: 98%; scrollbar-size-vertical: 1; }
    SheetView .dialog--hint { dock: bottom; }
    SheetView .head { dock: top; height: auto; background: $surface; }
    SheetView.-over-ssh .head { background: transparent; }
    """
    HINT = "esc goes back"
    BINDINGS = [
        key("escape q enter v", "dialog.back", "Back", action="dismiss(None)"),
        Binding("j", "scroll(1)", show=False),
        Binding("k", "scroll(-1)", show=False),
    ]

    def __init__(
        self, title: str, form: Mapping[str, Any] | None, currency: str, tax: str = "", notes: Sequence[str] = ()
    ) -> None:
        super().__init__(title, self.HINT)
        self._form, self._currency, self._tax, self._notes = form, currency, tax, notes

    def compose(self) -> ComposeResult:
        width = min(104, int(self.app.size.width * 0.98) - _FRAME)
        lines = (
            [] if self._form is None else sheet_lines(self._form, self._currency, self._tax, width, rule_words.called)
        )
        lines += [show(note) for note in self._notes]
        with VerticalScroll(classes="dialog"):
            # what it comes to stays in sight, however long the arithmetic is
            with Vertical(classes="head"):
                yield Label(Content(show(self.heading)), classes="dialog--title")
                if self._form is not None and self._form["total"] is not None:
                    yield Label(Content(_sums(self._form, self._currency)), classes="dialog--title")
            yield Static(Content("\n".join(lines)))
            yield Label(Content(self.hint), classes="dialog--hint")


class ChargeSheet(SheetView):
    """The charge of a visit."""

    def __init__(self, page: VisitPage) -> None:
        charge = page.charge
        word = (charge.word if charge is not None else "charge").capitalize()
        client = page.visit.client if charge is None else charge.client
        title = f"{word} · {page.visit.reference} {client}"
        if charge is None:
            super().__init__(title, None, "", notes=[page.priced.reason])
            return
        super().__init__(title, charge.form, charge.currency, charge.tax, [*charge.notes, *page.balances])


def price_words(charge: Priced | Unpriced) -> str:
    """What a visit costs, or would cost, or why that is not known."""
    if isinstance(charge, Unpriced):
        return f"no charge: {charge.reason}"
    form = charge.form
    if form["total"] is None:
        return f"charge blocked: {'; '.join(needs(form))}"
    words = _sums(form, charge.currency)
    return words if charge.revision is not None else f"{charge.word.removeprefix('charge ')} {words}"


def _sums(form: Mapping[str, Any], currency: str) -> str:
    return f"{form['total']} {show(currency)} with tax, {form['net']} without"
