"""The Textual application: five modes over one session. Everything else is in `screens`."""

from __future__ import annotations

import contextlib
import datetime
import os
import sys
import time
from functools import partial
from typing import Any, ClassVar

from rich.text import Text
from textual import work
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.worker import WorkerFailed

from db import settings
from db.faults import StoreFault, TooNew, damaged_text
from dispatch.desk.session.activity import Activity
from dispatch.desk.session.unsent import keep_unwritten
from dispatch.desk.session.user import User
from dispatch.lazily import lazily
from dispatch.model.states import OFFICE, Role
from dispatch.model.text import show
from dispatch.terminal import TerminalApp
from screens.dialogs.unsent import InHand, KeptDialog
from screens.faults import says
from screens.program.program import Program
from screens.user_screen import UserScreen
from widgets.terminal.garbage import GarbageCollection
from widgets.themes import FEW, THEMES

with lazily(__name__):
    from dispatch.desk.book import recurring
    from dispatch.desk.firm import setup
    from dispatch.desk.session import refusals
    from dispatch.desk.session.preferences import Personal
    from screens.board import (
        board,
        calls,
        drives,
        glance,
        inbox,
        map,
        outbox,
        plan_of_day,
        plan_of_week,
        team_map,
        week,
    )
    from screens.board import jump as jumps
    from screens.book import book, client
    from screens.log import (
        access,
        audit,
        branches,
        care,
        elsewhere,
        figures,
        invoices,
        log,
        margin,
        open_work,
        proposals,
        scores,
        skills,
        timesheets,
        visit_record,
    )
    from screens.prices import prices, quote
    from screens.program import alerting, doubtful_clock, keys, palette
    from screens.program import guide as guides
    from screens.program import keymap as keymaps
    from screens.program import personal as own_settings
    from screens.program import setup as setting_up
    from screens.visit import day, timesheet, visit

CLOCK_SECONDS = 5.0
"""How often the clock on the screen is looked at."""
REREAD_SECONDS = 10.0
"""So long after others logged in or out the screen is read again all the same: another program may have changed something without
a word in the audit meanwhile."""
ALERT_SECONDS = 15.0
"""How often it is looked what somebody of the office is to be told."""
FIRST_ALERTS = 2.0
"""Seconds after which it is looked for the first time: the first screen stands by then."""
RECUR_SECONDS = 3600.0
"""How often a board that stays open looks whether recurring visits are to be made."""
KEPT_SECONDS = 1.0
"""How long a program that ends by itself goes on, so that what is being typed is kept."""
OUTLIVED = (
    "A newer program has brought the database further, so this session has ended. It has changed nothing since."
    " What was typed and not saved is kept. Begin again with the newer program."
)
_FOR_LONG = 12 * 3600.0
"""So many seconds what must be acted on stays in sight."""


SCREENS = {
    "access": (access, "AccessScreen"),
    "elsewhere": (elsewhere, "ElsewhereScreen"),
    "audit": (audit, "AuditScreen"),
    "board": (board, "BoardScreen"),
    "book": (book, "BookScreen"),
    "branches": (branches, "BranchesScreen"),
    "calls": (calls, "CallsScreen"),
    "care": (care, "CareScreen"),
    "client": (client, "ClientScreen"),
    "day": (day, "DayScreen"),
    "drives": (drives, "DrivesScreen"),
    "figures": (figures, "FiguresScreen"),
    "glance": (glance, "GlanceScreen"),
    "inbox": (inbox, "InboxScreen"),
    "invoices": (invoices, "InvoicesScreen"),
    "keys": (keys, "KeysHelp"),
    "log": (log, "LogScreen"),
    "map": (map, "MapScreen"),
    "margin": (margin, "MarginScreen"),
    "messages": (outbox, "OutboxScreen"),
    "open_work": (open_work, "OpenWorkScreen"),
    "plan": (plan_of_day, "DayPlanScreen"),
    "prices": (prices, "PricesScreen"),
    "proposals": (proposals, "ProposalsScreen"),
    "record": (visit_record, "VisitRecord"),
    "setup": (setting_up, "SetupScreen"),
    "team": (team_map, "TeamMapScreen"),
    "scores": (scores, "ScoresScreen"),
    "skills": (skills, "SkillsScreen"),
    "timesheet": (timesheet, "TimesheetScreen"),
    "timesheets": (timesheets, "TimesheetsScreen"),
    "visit": (visit, "VisitScreen"),
    "week": (week, "WeekScreen"),
    "week plan": (plan_of_week, "WeekPlanScreen"),
}
"""What opens by name from another screen: each knows those that it is made of, and none that lie beside or above it."""


def _screen(name: str, *about: Any) -> Screen[Any]:
    """A screen that has a name, imported now."""
    module, of_class = SCREENS[name]
    screen: Screen[Any] = getattr(module, of_class)(*about)
    return screen


MODES = {"board": "day", "day": "own", "log": "log", "book": "clients", "week": "day"}
"""What each mode shows, by its name in the table of what is read."""


class DispatchApp(Program):
    """The board, my day, the visit log and the book, for the person behind `user`."""

    TITLE = "Dispatch"
    WATCH_SECONDS: ClassVar[float] = 0.1
    """How often the program looks whether somebody else changed the store: one PRAGMA of some microseconds."""
    ENABLE_COMMAND_PALETTE = False  # Textual's own offers what is not for everybody; `screens.program.palette` is ours
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "mode('board')", "Board", id="mode.board", tooltip="the dispatcher's day"),
        Binding("2", "mode('day')", "My day", id="mode.day", tooltip="the technician's day"),
        Binding("3", "mode('log')", "Log", id="mode.log", tooltip="the lead's day"),
        Binding("4", "mode('book')", "Book", id="mode.book", tooltip="clients, sites, technicians, absences, staff"),
        Binding("5", "mode('week')", "Week", id="mode.week", tooltip="the dispatcher's week"),
        Binding(
            "J",
            "jump",
            "Jump",
            id="program.jump",
            tooltip="go to a technician, client, site or reference by some letters",
        ),
        Binding("ctrl+p", "palette", "Palette", id="program.palette", tooltip="find what can be done here by words"),
        Binding("ctrl+q", "quit", "Quit", id="program.quit", priority=True, tooltip="leave the program"),
    ]

    def __init__(
        self,
        user: User,
        mode: str = "board",
        *,
        day: datetime.date | None = None,
        technician: str | None = None,
        ascii_only: bool | None = None,
        personal: Personal | None = None,
        restricted: bool = False,
    ) -> None:
        """
        Args:
            ascii_only: None is as the person has set it, and on the Linux console True.
            personal: what the person has set for themselves; None reads and keeps nothing.
            restricted: a session over SSH: no palette, no jumping, nothing of the machine.
        """
        # read by App.__init__: the first screen is this mode's, and no other is drawn before it
        self.DEFAULT_MODE = mode  # type: ignore[misc]
        super().__init__(user.store.path, user.staff.login)
        for name in MODES:
            if name != mode:
                self.add_mode(name, partial(_screen, name))
        for theme in THEMES:
            self.register_theme(theme)
        # set before anybody watches: the stylesheet is worked out once, in these colours
        chosen = personal.theme if personal is not None else ""
        terminal = sys.__stdout__ is not None and sys.__stdout__.isatty()
        usual = FEW if terminal and self.console.color_system == "standard" else THEMES[0]
        self.set_reactive(TerminalApp.theme, chosen if self.get_theme(chosen) is not None else usual.name)
        self.stylesheet.set_variables(self.get_css_variables())
        self.user = user
        # what can be shown is shown
        user.store.shows_damage = True
        self.day = day or settings.today(user.store)
        self.technician = technician
        self.activity = Activity(user)
        self.personal = personal
        self._rereading = False
        self._parted = ""
        self.in_hand = InHand()
        self.garbage = GarbageCollection()
        self.restricted = restricted
        # a dialog leaves what lies around it as it stands: over a poor line that is half of its bytes
        self.set_class(restricted, "-over-ssh")
        self.keymap = {}
        # the fonts of the Linux console have few signs
        wanted = (personal is not None and personal.ascii) or os.environ.get("TERM") == "linux"
        self.ascii_only = wanted if ascii_only is None else ascii_only

    def _set_pointer_shape(self, shape: str) -> None:
        """Over SSH there is no mouse whose pointer could have another shape."""
        if not self.restricted:
            super()._set_pointer_shape(shape)

    def get_default_screen(self) -> Screen[Any]:
        """The first screen. One of a mode that is declared would have the whole stylesheet parsed twice."""
        screen = _screen(self.DEFAULT_MODE)
        if self.personal is not None and self.personal.keys:
            # as far as this screen goes; the others are not imported before there is something to see
            self.keymap, _ = keymaps.judged(self.personal.keys, type(self), all_places=False)
            self.set_keymap(self.keymap)
        return screen

    def on_mount(self) -> None:
        """Begin to watch for the changes of others, and for the clock."""
        self.add_mode(self.DEFAULT_MODE, partial(_screen, self.DEFAULT_MODE))
        self.call_after_refresh(self.garbage.begin)
        self.set_interval(self.WATCH_SECONDS, self._watch)
        if self.user.store.read_only is None and self.user.store.doubt_of_clock():
            self.call_after_refresh(self._ask_about_clock)
        self.set_interval(CLOCK_SECONDS, self._tick)
        if self.guide is not None:
            self.guide.begin(self)
        elif self.personal is not None and self.personal.hints:
            self.call_after_refresh(self._begin_first_steps)
        if self.personal is not None and (self.personal.keys or self.personal.theme or self.personal.faults):
            self.call_after_refresh(self._judge_settings)
        if Role.LEAD in self.user.staff.roles:
            self.call_after_refresh(self._set_up)
        if self.user.staff.roles & OFFICE:
            self.call_after_refresh(self._make_ahead)
            self.set_interval(RECUR_SECONDS, self._make_ahead)
            self.set_timer(FIRST_ALERTS, self._look_for_alerts)
            self.set_interval(ALERT_SECONDS, self._look_for_alerts)

    @work(thread=True, exclusive=True, group="recurring")
    def _make_ahead(self) -> None:
        """Make the recurring visits of the next weeks, where some are missing."""
        # what cannot be made now is tried again in an hour, and by every other board
        with contextlib.suppress(StoreFault, refusals.Refusal):
            recurring.make_ahead(self.user)

    @work(thread=True, exclusive=True, group="alerts")
    def _look_for_alerts(self) -> None:
        alerting.look_for_alerts(self)

    def _begin_first_steps(self) -> None:
        guides.begin_first_steps(self)

    def _set_up(self) -> None:
        """Go on setting up a firm that cannot work yet."""
        if setup.unfinished(self.user.store):
            self.open("setup")

    @work(thread=True, group="settings")
    def _judge_settings(self) -> None:
        """Look at all of a person's settings, now that there is something to see, and say what cannot be taken."""
        own_settings.judge_settings(self)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A session over SSH has neither palette nor jumping, and nothing behind it; a mode is for whoever may read it."""
        if self.restricted and action in ("palette", "jump", "suspend_process"):
            return False
        shown = "day" if action == "jump" else MODES.get(str(parameters[0]), "own") if action == "mode" else "own"
        return self.user.may_read(shown)

    async def push_screen_wait(self, screen: Screen[Any] | str, *, mode: str | None = None) -> Any:
        """Ask. What is typed is kept, and goes only when it was saved or thrown away."""
        if not isinstance(screen, KeptDialog):
            answer = await super().push_screen_wait(screen, mode=mode)
            if answer is None or answer is False:
                self.in_hand.refused()
            return answer
        reference_here = getattr(self.screen, "reference_here", None)
        screen.keep_for(self.user, (reference_here() if reference_here is not None else None) or "")
        answer = await super().push_screen_wait(screen, mode=mode)
        if answer is None:
            self.in_hand.refused()
        elif screen.unsent is not None and not screen.done:
            self.in_hand.take(screen.unsent)
        return answer

    def on_unmount(self) -> None:
        """Whatever the process does from now on, it does as it is used to."""
        self.garbage.end()

    def keep_typed(self) -> None:
        """Keep what stands in every dialog now, because the program ends."""
        for screen in self.screen_stack:
            if isinstance(screen, KeptDialog):
                screen.keep_now()
        keep_unwritten()

    def exit(self, *args: Any, **kwargs: Any) -> None:
        """Leave the program; nothing typed is lost."""
        self.keep_typed()
        super().exit(*args, **kwargs)

    def keys_lost(self) -> None:
        """Say that what was typed while a deed did not end went nowhere."""
        self.notify("This takes long: the keys that you pressed meanwhile did nothing.", severity="warning")

    def open(self, screen: str, *about: Any) -> None:
        """Open a screen by its name in `SCREENS` over the one in front."""
        self._put_in_front(_screen(screen, *about), getattr(self.screen, "guest", None))

    def open_at(self, guest: User, screen: str, *about: Any) -> None:
        """As `open`, at another office's database; what is opened from there is too. Its own office is no other."""
        self._put_in_front(_screen(screen, *about), None if guest is self.user else guest)

    def _put_in_front(self, screen: Screen[Any], guest: User | None) -> None:
        if isinstance(screen, UserScreen):
            screen.guest = guest
        self.push_screen(screen)

    async def ask_quote(self) -> None:
        """Ask on the screen in front what a visit would cost."""
        await quote.ask_quote(self)

    @work
    async def action_jump(self) -> None:
        """Go to something by some letters."""
        await jumps.jump(self)

    @work
    async def action_palette(self) -> None:
        """Find something to do by words."""
        await palette.choose_deed(self)

    def action_theme(self, name: str) -> None:
        """Show other colours, and keep them for the person."""
        self.theme = name
        if fault := own_settings.keep_setting(self, "theme", name):
            self.notify(fault, severity="warning", markup=False)

    def action_mode(self, mode: str) -> None:
        """Go to another mode, on the same day."""
        if mode == "day" and self.technician is None and Role.TECHNICIAN not in self.user.staff.roles:
            self.notify("You are not a technician: choose one on the board, then press 2.", severity="warning")
            return
        self.switch_mode(mode)
        self.call_after_refresh(self.reload)

    def others_changed(self) -> bool:
        """Whether somebody else changed the store; one that is no longer what others see is said, once."""
        try:
            return self.user.store.changed()
        except StoreFault as fault:
            if str(fault) != self._parted:
                self._parted = str(fault)
                self.notify(show(str(fault), 400), severity="error", timeout=_FOR_LONG, markup=False)
                if isinstance(fault, TooNew):
                    self.set_timer(KEPT_SECONDS, self.end_outlived)
            return False

    def end_outlived(self) -> None:
        """End, because a newer program has taken the database over."""
        self.exit(return_code=1, message=Text(OUTLIVED))

    def _handle_exception(self, error: Exception) -> None:
        """What a worker or a timer comes upon is said, as what a key comes upon is; any other error ends the program."""
        fault = error.error if isinstance(error, WorkerFailed) else error
        if not (self.is_running and says(self, fault)):
            super()._handle_exception(error)

    def _watch(self) -> None:
        self.look_at_store()
        if self.others_changed():
            self.hear_others()

    def look_at_store(self) -> None:
        """Ask, once something could not be saved because the machine's clock can hardly be right; say that a text is damaged."""
        if self.user.store.clock_doubted:
            self._ask_about_clock()
        if self.user.store.damage_seen and not self.damage:
            self._say_damage("")
            self._find_damage()

    def _say_damage(self, where: str) -> None:
        self.damage = str(damaged_text(where))
        for screen in self.screen_stack:
            if screen.is_mounted and (show_warning := getattr(screen, "show_warning", None)) is not None:
                show_warning()

    @work(thread=True, group="damage", exit_on_error=False)
    def _find_damage(self) -> None:
        """Say where it is: every text of the database is looked at for that."""
        where = self.user.store.damage()
        if self.is_running:
            self.call_from_thread(self._say_damage, where)

    @work(exclusive=True, group="clock")
    async def _ask_about_clock(self) -> None:
        """Ask whoever can say it whether the machine's clock is right; tell a technician whom to ask."""
        self.user.store.clock_doubted = False
        await doubtful_clock.ask_about_clock(self)

    def hear_others(self) -> None:
        """Show what others changed, and say what of it is changed under the person: by whom, what and why.

        A screen that shows no sessions is not read again at once because others log in or out: where many do so in the morning,
        each of those who are there would read all of it for each who comes.
        """
        heard, changes = True, []
        with contextlib.suppress(StoreFault):
            heard = self.activity.listen()
            changes = self.activity.changes() if heard else []
        if heard or any(getattr(screen, "SEES_SESSIONS", False) for screen in self.screen_stack):
            self.reload()
        else:
            self._tick()
            if not self._rereading:
                self._rereading = True
                self.set_timer(REREAD_SECONDS, self._read_again)
        if changes:
            self.notify("\n".join(changes), severity="warning", timeout=15, markup=False)

    def _read_again(self) -> None:
        self._rereading = False
        self.reload()

    def _tick(self) -> None:
        self.garbage.look(time.monotonic() - self.moved)
        for screen in reversed(self.screen_stack):
            if (tick := getattr(screen, "tick", None)) is not None:
                if screen.is_mounted:
                    screen.look(tick)
                return
