"""All technicians on a map, where they are or are expected next, with who is free beside it."""

from __future__ import annotations

from collections.abc import Sequence

from dispatch.desk.day import nearby
from dispatch.desk.day.nearby import TeamPlaces, TechnicianPlace
from dispatch.model.maps import DayRoute, RouteStop
from dispatch.model.text import show, wrapped
from screens.binding import BACK, command
from screens.board.jump import to_board
from screens.board.map import OnMap
from screens.reading import ScreenReading
from widgets.lines.ink import ListEntry, fitted, ink
from widgets.lines.marks import Marks, stop_mark


class TeamMapScreen(OnMap):
    """Everybody who works today, numbered by the drive to a visit, or by who is free first; who is free now stands out."""

    SHOWS = "day"
    TITLE_WORD = "everybody on a map"
    ENTER = "there"
    FOOTER = "team.there view.pane map.nearer map.farther map.all screen.leave screen.keys"
    KEYS = OnMap.ZOOM
    BINDINGS = [BACK]

    def __init__(self, reference: str = "") -> None:
        """`reference`: of the visit to which the drives count; empty: of none."""
        super().__init__()
        self._reference = reference
        self._team: TeamPlaces | None = None
        self.reading: ScreenReading[TeamPlaces] = ScreenReading(self, self._read, self._take)

    def begin(self) -> None:
        """Show everybody, with the keyboard on the list where it has room."""
        super().begin()
        (self.map if self.has_class("-narrow") else self.listed).focus()

    def reload(self) -> None:
        """Read again where everybody is."""
        self.reading.begin()

    def _read(self) -> TeamPlaces:
        return nearby.team(self.user.store, self._reference)

    def _take(self, team: TeamPlaces) -> None:
        self._team = team
        self.listed.show_entries(self._entries, " Nobody works today.")
        self.show_selected()
        self.tick()

    def _entries(self, width: int, marks: Marks) -> Sequence[ListEntry[TechnicianPlace]]:
        team = self._team
        entries = []
        for number, one in enumerate(team.members if team is not None else (), start=1):
            assert team is not None
            free = one.is_free(team.now)
            name = ink(f" {stop_mark(marks, number):<3}"), ink(one.name, "strong" if free else "dim")
            words = wrapped(one.words(team.times, team.now), width - 4)
            lines = [(ink(f"    {text}", "plain" if free else "dim"),) for text in words]
            entries.append(ListEntry(one.technician_id, tuple(fitted(line, width) for line in (name, *lines)), one))
        return entries

    def tick(self) -> None:
        """Let the clock go on."""
        if (team := self._team) is None:
            return
        visit = team.visit
        near = f"Near {visit.reference} {show(visit.client)}" if visit is not None else "Everybody"
        free = sum(one.is_free(team.now) for one in team.members)
        self.show_head(near, f"{free} of {len(team.members)} free now", team.times.clock(self.user.now))
        if self.user.now // 60 != team.now // 60:
            self.reload()

    def show_selected(self) -> None:
        """Let the number of the selected technician stand out on the map."""
        team, here = self._team, self.listed.selected
        if team is None:
            return
        stops = tuple(
            RouteStop(number, one.technician_id, one.name, one.place, one.is_free(team.now))
            for number, one in enumerate(team.members, start=1)
        )
        visit = team.visit.place if team.visit is not None else None
        route = DayRoute("", visit, stops, joined=False)
        self.map.set_route(route, self.user.firm.distance_unit, here.technician_id if here else None)

    @command("enter", "team.there", "Go there")
    def action_there(self) -> None:
        """Go to the technician on the board."""
        if (one := self.listed.selected) is not None and self._team is not None:
            there = to_board(self.program, technician_id=one.technician_id, day=self._team.day)
            self.program.run_worker(there)  # this screen goes away meanwhile
