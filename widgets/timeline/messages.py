"""What the messages of the timeline carry."""

from textual.message import Message

from dispatch.model.boards import BoardVisit


class AtVisit(Message):
    """A visit of a row; None where the row has none."""

    def __init__(self, visit: BoardVisit | None, row: int) -> None:
        super().__init__()
        self.visit, self.row = visit, row


class AtGhost(Message):
    """A visit that is being moved, the technician in whose row its ghost is, and the instant at which it would start."""

    def __init__(self, visit: BoardVisit, technician_id: int, start: int) -> None:
        super().__init__()
        self.visit, self.technician_id, self.start = visit, technician_id, start
