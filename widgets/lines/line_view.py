"""Widgets that draw lines of ink by Textual's Line API: nothing is parsed as markup, little is drawn twice."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Offset, Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from widgets.lines.ink import Line
from widgets.lines.palette import style_of


class LineView(ScrollView, can_focus=False):
    """The base of everything that is drawn line by line.

    A subclass answers `line_at`. With NO_COLOR the cursor is underlined, because its hue is gone.
    """

    DEFAULT_CSS = """
    LineView {
        background: $surface;
        color: $foreground;
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 0;
    }
    """

    def __init__(self, *, ascii: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self.ascii = ascii
        self._ink_styles: dict[str, Style] = {}
        self._fitted: Size | None = None

    def line_at(self, y: int, width: int) -> Line | None:
        """The line `y` of the view (not of the widget: scrolling is counted in) in exactly `width` cells.

        None where the view has no such line, as it is past the end. The base view has none at all.
        """
        return None

    @property
    def view_size(self) -> Size:
        """Cells that lines can be drawn in: the content without a scrollbar."""
        return self.scrollable_content_region.size

    def set_extent(self, extent: Size) -> None:
        """Say how much there is to scroll through. The screen is laid out again only where a scrollbar comes or goes, or where this
        is as high as what it shows."""
        if self.styles.is_auto_height:
            self.virtual_size = extent
        elif extent != self.virtual_size:
            self.set_reactive(LineView.virtual_size, extent)
            self._scroll_update(extent)

    def fit(self) -> None:
        """Build what depends on the size of the view, which has changed. The base view has nothing to build."""
        self.refresh()

    def on_resize(self) -> None:
        """Fit the new size, if no drawing has come first."""
        self._fit_once()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw. The first drawing comes before the event that tells the size, and would be empty."""
        self._fit_once()
        return super().render_lines(crop)

    def _fit_once(self) -> None:
        if self.size != self._fitted:
            self._fitted = self.size
            self.fit()

    def watch_show_vertical_scrollbar(self) -> None:
        """A scrollbar takes a column, which no resize event tells."""
        self.call_after_refresh(self.fit)

    def watch_scroll_x(self, old_value: float, new_value: float) -> None:
        """Keep the terminal's cursor on what is selected."""
        super().watch_scroll_x(old_value, new_value)
        self.place_cursor()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Keep the terminal's cursor on what is selected."""
        super().watch_scroll_y(old_value, new_value)
        self.place_cursor()

    def notify_style_update(self) -> None:
        """Forget what was drawn in the colours of the former theme."""
        super().notify_style_update()
        self._ink_styles.clear()
        self.forget_drawn()

    def forget_drawn(self) -> None:
        """Forget drawn lines. For views that keep any."""

    @property
    def colourless(self) -> bool:
        """Whether the terminal shows no colours (NO_COLOR)."""
        return self.app.no_color

    def style_of(self, name: str) -> Style:
        """The style of an ink."""
        style = self._ink_styles.get(name)
        if style is None:
            base, _, over = name.partition("+")
            style = style_of(base, self.app.theme_variables, self.background_colors[1])
            if over:
                style += Style(color=self.style_of(over).color, bold=True)
            if self.colourless and base == "cursor":
                style += Style(underline=True)
            self._ink_styles[name] = style
        return style

    def strip_of(self, line: Line, width: int) -> Strip:
        """A drawn line of `width` cells."""
        styled = self.style_of
        return Strip([Segment(text, styled(name)) for text, name in line if text], width)

    def render_line(self, y: int) -> Strip:
        """Draw one line of the widget."""
        width = self.view_size.width
        line = self.line_at(y + self.scroll_offset.y, width)
        return Strip.blank(width, self.style_of("plain")) if line is None else self.strip_of(line, width)

    @property
    def cursor_place(self) -> Offset | None:
        """Where the terminal's cursor belongs inside the widget, None where nothing is selected."""
        return None

    def place_cursor(self) -> None:
        """Put the terminal's cursor on what is selected, for braille displays and screen readers."""
        if self.has_focus and (place := self.cursor_place) is not None:
            self.app.cursor_position = self.content_region.offset + place

    def watch_has_focus(self, has_focus: bool) -> None:
        """Show the cursor as the keyboard's, or as what stays selected while another pane has the keyboard."""
        super().watch_has_focus(has_focus)
        self.forget_drawn()
        self.refresh()
        self.place_cursor()

    def refresh_view_lines(self, first: int, count: int = 1) -> None:
        """Draw again `count` lines of the view from `first`, where they are visible."""
        top = first - self.scroll_offset.y
        bottom = min(top + count, self.view_size.height)
        top = max(top, 0)
        if bottom > top:
            self.refresh(Region(0, top, self.view_size.width, bottom - top))
