"""The audit: who did what and when, and whether the chain of it holds."""

from __future__ import annotations

from db import audit, chain
from db.audit import NamedAuditRow
from dispatch.desk.log.audit_trail import ChainVerdict, read_head, trail, verify
from dispatch.desk.log.visit_page import detail_words
from dispatch.desk.texts.audit_words import record_of, row_lines, verdict_lines, who_of
from dispatch.model.instants import clock_text, day_of, day_text
from dispatch.model.text import count_text
from screens.binding import command
from screens.dialogs.asked import ENTER_SHOWS, AskedField
from screens.listed import ListScreen
from screens.prices.sheet_view import SheetView
from widgets.listed import FigureLine

_PAGE = 200
_FILTERS = (
    ("visit", "Visit", "R4001"),
    ("who", "Login", "dana"),
    ("since", "From the day", "yesterday"),
    ("until", "To the day", "today"),
    ("deed", "Deed holds", "override"),
)


class AuditScreen(ListScreen[NamedAuditRow]):
    """Rows of the audit by day, the newest first; each opens to all that it says."""

    SHOWS = "audit"
    SEES_SESSIONS = True

    TITLE_WORD = "the audit"
    ENTER = "open"
    FOOTER = "audit.open view.filter audit.more audit.verify screen.leave screen.keys"

    def __init__(self, visit: str = "") -> None:
        super().__init__()
        self._filters = {"visit": visit} if visit else {}
        self._limit = _PAGE

    def reload(self) -> None:
        rows = self.look(trail, self.user.store, **self._filters, limit=self._limit)
        if rows is None:
            return
        zone, hours24 = self.user.firm.zone, self.user.firm.clock_hours == 24
        self.things = {str(named.row.seq): named for named in rows}
        lines = [
            FigureLine(
                day_text(day_of(named.row.at, zone)),
                key,
                f"{clock_text(named.row.at, zone, hours24)} {who_of(named)}",
                f"{named.row.deed} · {record_of(named)} · {detail_words('', named.row.detail, zone)}".rstrip(" ·"),
            )
            for key, named in self.things.items()
        ] or [FigureLine("Nothing", "none", "no rows", "esc shows all again", own=False)]
        self.listed.set_figures(lines)
        filtered = " · ".join(f"{name} {text}" for name, text in self._filters.items())
        count = count_text(len(rows), "row") + (" and more: m" if len(rows) == self._limit else "")
        self.show_head("Audit", " · ".join(filter(None, (filtered, count))))

    @command("enter", "audit.open", "Open", about="here")
    def action_open(self, named: NamedAuditRow) -> None:
        """All that the row says, and what it is bound to."""
        seq = named.row.seq
        own = self.look(audit.hash_at, self.user.store, seq)
        prev = chain.ORIGIN.hex() if seq == 1 else self.look(audit.hash_at, self.user.store, seq - 1)
        if own is not None:
            lines = row_lines(named, self.user.firm, own, prev or "a row that is gone")
            self.app.push_screen(SheetView(f"Row {seq}", None, "", notes=lines))

    @command("/", "view.filter", "Filter")
    async def action_filter(self) -> None:
        """By visit, login, days, deed."""

        def check(typed: dict[str, str]) -> list[str]:
            filters = {name: text.strip() for name, text in typed.items() if text.strip()}
            return self.faults_of(lambda: trail(self.user.store, **filters, limit=1))

        fields = [AskedField(name, label, self._filters.get(name, ""), example) for name, label, example in _FILTERS]
        typed = await self.fill("Rows of the audit", fields, check, ENTER_SHOWS)
        self._filters = {name: text.strip() for name, text in typed.items() if text.strip()}
        self._limit = _PAGE
        self.reload()

    @command("m", "audit.more", "More")
    def action_more(self) -> None:
        """Older rows too."""
        self._limit += _PAGE
        self.reload()

    @command("V", "audit.verify", "Verify")
    async def action_verify(self) -> None:
        """Compute the chain again, and compare a noted head."""

        def check(typed: str) -> str | None:
            faults = self.faults_of(lambda: read_head(typed)) if typed.strip() else []
            return faults[0] if faults else None

        hint = "The head from a report or a backup, to compare; empty only computes the chain."
        head = await self.ask("Verify the chain", hint, check=check, does="verifies")
        self.program.ask_no_more()
        verdict = await self.look_aside(self._verified, head)
        if verdict is None:
            return
        title = "The chain holds" if verdict.good else "The chain does NOT hold"
        self.app.push_screen(SheetView(title, None, "", notes=verdict_lines(verdict)))

    def _verified(self, head: str) -> ChainVerdict:
        with self.user.store.reopened() as own:
            return verify(own, head)

    @command("escape", "screen.back", "Back", show=False)
    def action_back(self) -> None:
        """Show all rows again, else leave."""
        if self._filters:
            self._filters = {}
            self.reload()
        else:
            self.action_leave()
