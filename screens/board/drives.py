"""The drives of a day: each leg with its provenance and band, what is pinned, and the road engine."""

from __future__ import annotations

import threading

from db.faults import StoreFault
from dispatch.desk.roads import driving, maps, road_engines
from dispatch.desk.roads.driving import KnownDrive
from dispatch.desk.session.refusals import Refusal
from dispatch.model.instants import day_text
from dispatch.model.paths import typed_path
from dispatch.model.states import LEADS
from dispatch.model.text import count_text
from dispatch.model.travel import DistanceUnit, Leg, distance_text, leg_text, minutes_of
from dispatch.travel.executables import DOWNLOAD_MB
from screens.binding import command
from screens.dialogs.asked import YES_NO, AskedField
from screens.listed import ListScreen
from screens.reading import aside
from widgets.listed import FigureLine

ROADS = "roads"


class DrivesScreen(ListScreen[KnownDrive]):
    """The legs of every route of the day; one is pinned on the spot."""

    SHOWS = "day"

    TITLE_WORD = "the drives of the day"
    ENTER = "pin"
    FOOTER = "drive.pin drive.unpin drive.learn drive.roads change.undo screen.leave screen.keys"

    def __init__(self) -> None:
        super().__init__()
        self._stop: threading.Event | None = None

    def reload(self) -> None:
        store, day = self.user.store, self.program.day
        drives, doubted = self.look(driving.drives_of, store, day), self.look(driving.doubted, store)
        status = self.look(road_engines.status, store)
        if drives is None or doubted is None or status is None:
            return
        # a key that tells each from the others, whatever is read meanwhile
        self.things = {
            "\0".join((drive.technician, drive.origin, drive.destination)): drive for drive in (*drives, *doubted)
        }
        lines = [self._line(key, drive) for key, drive in self.things.items()]
        if not drives:
            lines.insert(0, FigureLine("Drives", "none", "nobody drives on this day", "", False))
        roads_known = f"{status.graph}, {sum(status.drives.values()):,} drives known" if status.graph else status.note
        lines.append(FigureLine("By road", ROADS, "road graph", roads_known, bool(status.graph) and not status.note))
        if status.remote:
            lines.append(FigureLine("By road", "remote", "remote engine", status.remote))
        self.listed.set_figures(lines)
        unknown = sum(not drive.leg.known for drive in drives)
        counts = count_text(len(drives), "drive") + (f" · {unknown} unknown" if unknown else "")
        counts += f" · {len(doubted)} learned and not believed" if doubted else ""
        self.show_head(f"Drives  {day_text(day)}", counts)

    def _line(self, key: str, drive: KnownDrive) -> FigureLine:
        """Somebody's leg of the day, or a learned drive that is not believed."""
        firm, doubt = self.user.firm, drive.doubt
        if doubt is not None and not drive.technician:
            name = f"{drive.origin} → {drive.destination}"
            return FigureLine("Learned, not believed", key, name, doubt.doubt(firm.zone), False)
        said = figures(drive.leg, firm.distance_unit, drive.pin.reason if drive.pin is not None else "")
        said += "" if doubt is None else "  learned, not believed: see below"
        return FigureLine(drive.technician, key, f"→ {drive.destination}", said, drive.leg.known)

    @command("enter", "drive.pin", "Pin")
    async def action_pin(self) -> None:
        """Say how long the drive under the cursor takes."""
        if self.listed.selected == ROADS:
            self.action_roads()
            return
        drive = self.here
        if drive is None:
            return
        ends = (self.user, drive.origin, drive.destination)

        def save(typed: dict[str, str]) -> object:
            return driving.pin(*ends, typed["minutes"], both=typed["both"] == "yes", reason=typed["reason"])

        minutes = "" if drive.leg.seconds is None else str(minutes_of(drive.leg.seconds))
        reason = drive.pin.reason if drive.pin is not None else ""
        fields = [
            AskedField("minutes", "Minutes", minutes),
            AskedField("reason", "Why", reason, "ferry every half hour"),
            AskedField("both", "The way back too", "no", options=YES_NO),
        ]
        await self.fill_in(f"{drive.origin} → {drive.destination}", fields, save)

    @command("X delete", "drive.unpin", "Let go")
    async def action_unpin(self) -> None:
        """Let the pinned drive go; leave out a learned one that is not believed; or the road graph."""
        if self.listed.selected == ROADS:
            lines = ["Its files are removed; n builds it again."]
            await self.confirm("Reckon drives without the road graph?", lines)
            await self.do(road_engines.remove)
            return
        drive = self.here
        if drive is not None and drive.doubt is not None:
            await self.do(driving.drop, drive.origin, drive.destination)
            return
        if drive is None or drive.pin is None:
            self.say("This drive is not pinned.")
            return
        await self.do(driving.unpin, drive.origin, drive.destination)

    @command("l", "drive.learn", "Learn")
    async def action_learn(self) -> None:
        """Learn from all logged drives."""
        learned = await self.do(driving.learn)
        if learned is not None:
            paces = [f"{pace.multiplier:.2f} × {source.split()[0]}" for source, pace in learned.scales.items()]
            sentence = f"{learned.legs} logged drives, {learned.pairs} pairs learned"
            sentence += f", {learned.doubted} not believed" if learned.doubted else ""
            self.say("; ".join([sentence, *(paces or ["too few for a pace of the firm's own"])]))

    @command("n", "drive.roads", "Roads", LEADS)
    async def action_roads(self) -> None:
        """Reckon drives on the roads of an extract."""
        if self._stop is not None:
            self.say("A road graph is being built; esc stops it.")
            return
        if not self.at_this_machine():
            return
        typed = await self.ask(
            "Roads of which extract?",
            "OpenStreetMap data, *.osm.pbf, or drives of roads export, *.json",
            check=lambda text: None if typed_path(text.strip()).is_file() else "there is no such file",
        )
        extract = typed_path(typed.strip())
        if road_engines.to_be_fetched(extract):
            await self.confirm("The road engine is not installed.", [f"It is fetched once, {DOWNLOAD_MB} MB."])
        self._stop = threading.Event()
        self.program.ask_no_more()  # esc stops it
        try:
            name = await self.do(road_engines.add, extract, self._tell, self._stop)
            if name is None:
                return
            undrawn = await aside(self.app, maps.try_draw, extract, self._tell, self._stop)
            self._show_step("asking for the drives of the day")
            fetched = await aside(self.app, road_engines.prefetch, self.user, self.program.day)
            self.say(
                "\n".join(
                    [f"Drives are reckoned on the roads of {name}.", *fetched.notes, *([undrawn] if undrawn else [])]
                )
            )
        except (StoreFault, Refusal) as fault:
            self.say(str(fault), "warning")
        finally:
            self._stop = None
            self.reload()

    def _tell(self, step: str) -> None:
        """A step of the building, from its thread."""
        self.app.call_from_thread(self._show_step, step)

    def _show_step(self, step: str) -> None:
        self.show_head("Roads", f"{step} …  esc stops")

    @command("escape", "screen.back", "Back", show=False)
    def action_leave(self) -> None:
        """Stop the building, or go back."""
        if self._stop is not None:
            self._stop.set()
        else:
            super().action_leave()


def figures(leg: Leg, unit: DistanceUnit, reason: str = "") -> str:
    """A drive in figures: minutes with where they come from, the band, the distance, and why it is pinned."""
    parts = [leg_text(leg.seconds, leg.provenance)]
    if leg.low is not None and leg.high is not None and leg.low != leg.high:
        parts.append(f"{minutes_of(leg.low)}–{minutes_of(leg.high)} min")
    if leg.metres is not None:
        parts.append(distance_text(leg.metres, unit))
    return "  ".join([*parts, *([reason] if reason else [])])
