"""The map of the technician under the board's cursor: in the route pane, on a screen of its own, in a browser."""

from __future__ import annotations

from dispatch.desk.roads.atlas import Atlas
from dispatch.model.boards import BoardRow, BoardVisit
from screens.binding import command
from screens.user_screen import UserScreen
from widgets.route_pane import RoutePane
from widgets.terminal.keyboard import written


class BoardMap(UserScreen):
    """What leads from the board to a map."""

    def _selected(self) -> tuple[BoardVisit | None, BoardRow | None]:
        """The visit and the technician under the cursor."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Let the route pane have a map."""
        atlas = Atlas(self.user.store)
        self.query_one(RoutePane).set_sources(atlas.roads, atlas.ways)

    def on_screen_resume(self) -> None:
        """Roads may have been added on another screen, and keys been set."""
        own = self.program.keymap
        bound = [key for _, key in self._bindings if key.id in ("view.map", "route.open")]
        keys = [(own.get(key.id or "", key.key).split(",")[0], key.description.lower()) for key in bound]
        self.query_one(RoutePane).survey_again([(written(key), word) for key, word in keys])

    @command("M", "view.map", "Map")
    def action_map(self) -> None:
        """The technician's day on a map."""
        visit, row = self._selected()
        if row is None:
            self.say("Select a technician to see the day on a map.")
            return
        self.program.open("map", row.technician_id, visit.id if visit is not None else None)

    @command("o", "route.open", "Browser")
    async def action_browser(self) -> None:
        """The technician's route in a browser, or its link."""
        from screens.board.map import open_route

        _, row = self._selected()
        if row is None:
            self.say("Select a technician to see the route in a browser.")
            return
        await open_route(self, row)
