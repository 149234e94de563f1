"""Some rows to choose from."""

from textual.binding import Binding
from textual.widgets import OptionList


class Choices(OptionList):
    """Goes up and down by letters as well."""

    BINDINGS = [Binding("j", "cursor_down", show=False), Binding("k", "cursor_up", show=False)]
