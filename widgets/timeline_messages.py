"""What the messages of the timeline carry."""

from textual.message import Message
from textual.widget import Widget

from dispatch.model.boards import BoardVisit


class AtVisit(Message):
    """A visit of a row; None where the row has none."""

    def __init__(self, timeline: Widget, visit: BoardVisit | None, row: int) -> None:
        super().__init__()
        self.timeline = timeline
        self.visit = visit
        self.row = row

    @property
    def control(self) -> Widget:
        """The timeline."""
        return self.timeline


class AtGhost(Message):
    """A visit that is being moved, the technician in whose row its ghost is, and the instant at which it would start."""

    def __init__(self, timeline: Widget, visit: BoardVisit, technician_id: int, start: int) -> None:
        super().__init__()
        self.timeline = timeline
        self.visit = visit
        self.technician_id = technician_id
        self.start = start

    @property
    def control(self) -> Widget:
        """The timeline."""
        return self.timeline
