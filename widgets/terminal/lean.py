"""Screens that send only what changes on the terminal; over a slow line a key press is some hundred bytes.

Textual sends a changed line from its widget's left edge on, and the whole view on a scroll. A lean screen remembers
what the terminal shows and sends the cells that differ. What is shown is cell for cell the same.

This rests on private names of Textual (`REQUIRED`). Where a version lacks one of them, a lean screen is an ordinary
one.
"""

from __future__ import annotations

import inspect
from contextlib import ExitStack
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Generic
from weakref import WeakKeyDictionary

from textual import events, on
from textual.await_complete import AwaitComplete
from textual.binding import Binding
from textual.screen import ModalScreen, Screen, ScreenResultType

from widgets.terminal.notes import STYLE, place_notes

if TYPE_CHECKING:
    from textual.app import App

    from widgets.terminal.lean_compositor import Shadow

HELD = 0.15
"""Seconds for which nothing is drawn, at most, while what was answered is saved."""
SETTLES = 0.04
"""Seconds that the screens take to make another dialog of it."""

REQUIRED: dict[str, tuple[str, ...]] = {
    "CompositorUpdate.render_segments": ("self", "console"),
    "Compositor._render_chops": ("self", "crop", "is_rendered_line"),
    "Compositor._regions_to_spans": ("regions",),
    "Compositor.render_full_update": ("self", "simplify"),
    "Compositor.render_partial_update": ("self",),
    "Compositor.render_update": ("self", "full", "screen_stack", "simplify"),
}
"""Private functions of `textual._compositor` and their parameters."""


@lru_cache(maxsize=1)
def missing_names() -> tuple[str, ...]:
    """What Textual would have to offer for lean screens and does not. Empty: all is there."""
    try:
        from rich.console import Console
        from textual import _compositor
        from textual.strip import Strip
    except ImportError as problem:
        return (str(problem),)
    missing = []
    for name, parameters in REQUIRED.items():
        owner, _, member = name.partition(".")
        function = getattr(getattr(_compositor, owner, None), member, None)
        if function is None or tuple(inspect.signature(function).parameters) != parameters:
            missing.append(name)
    if not missing:
        compositor = _compositor.Compositor()
        missing += [f"Compositor.{name}" for name in ("_dirty_regions", "size") if not hasattr(compositor, name)]
    if not hasattr(Strip, "render_ansi"):
        missing.append("Strip.render_ansi")
    if not hasattr(Console(), "_color_system"):
        missing.append("Console._color_system")
    return tuple(missing)


_HOLDS: WeakKeyDictionary[App[Any], ExitStack] = WeakKeyDictionary()


def hold(app: App[Any]) -> None:
    """Draw nothing for a moment: what a dialog covered changes at once, and is sent as it is then. `release` ends it."""
    if app not in _HOLDS:
        stack = _HOLDS[app] = ExitStack()
        stack.callback(app.set_timer(HELD, lambda: release(app)).stop)
        stack.enter_context(app.batch_update())


def soon_release(app: App[Any]) -> None:
    """Draw again once what was saved is shown, and the dialog that comes of it, if one does, is there."""
    if app in _HOLDS:
        app.set_timer(SETTLES, lambda: release(app))


def release(app: App[Any]) -> None:
    """Draw again, where nothing was drawn for a moment."""
    stack = _HOLDS.pop(app, None)
    if stack is not None:
        stack.close()
        app.screen.refresh()


class _Lean(Screen[ScreenResultType], Generic[ScreenResultType]):
    """What both kinds of lean screens do."""

    BINDINGS = [Binding("ctrl+l", "redraw", "Redraw", show=False, id="screen.redraw")]

    def __init__(self, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._settled = False
        self.lean = False
        """Whether only changed cells are sent."""
        if not missing_names() and hasattr(self, "_compositor"):
            from widgets.terminal.lean_compositor import LeanCompositor

            self._compositor = LeanCompositor(self)
            self.lean = True

    def on_mount(self) -> None:
        """Come back from a suspended program with nothing known of the terminal."""
        self.app.app_resume_signal.subscribe(self, self._app_resumed)
        self.call_after_refresh(self._settle)

    def on_resize(self, event: events.Resize) -> None:
        """A resized terminal may show anything. The first events only tell a new screen how large the terminal is."""
        if self._settled:
            self.forget_terminal()

    @on(events.DescendantFocus)
    def _still_cursor(self, event: events.DescendantFocus) -> None:
        """Where nothing is animated, as over SSH, the cursor of a field stands still: a blinking one is sent twice a second."""
        if self.app.animation_level == "none" and hasattr(event.widget, "cursor_blink"):
            event.widget.cursor_blink = False

    def _settle(self) -> None:
        self._settled = True
        place_notes(self)

    def on_screen_resume(self) -> None:
        """What was said over another screen stands over this one now."""
        place_notes(self)

    def on_screen_suspend(self) -> None:
        """Another screen covers this one. One that is not lean draws behind the shadow's back."""
        self._forget_unless_lean()

    def on_unmount(self) -> None:
        """As when suspended: this screen may be gone before it hears of that."""
        self._forget_unless_lean()

    def forget_terminal(self) -> None:
        """Forget what the terminal shows; the next update sends all that it draws."""
        if self.lean:
            self._shadow.forget()

    def action_scroll(self, by: int) -> None:
        """Scroll a text that is longer than the screen."""
        self.query("VerticalScroll, NotesPane").first().scroll_relative(y=by, animate=False)

    def action_redraw(self) -> None:
        """Send the whole screen again, whatever the terminal shows."""
        self.forget_terminal()
        self.refresh(layout=True)

    @property
    def _shadow(self) -> Shadow:
        from widgets.terminal.lean_compositor import shadow_of

        return shadow_of(self.app)

    def _app_resumed(self, _: Any) -> None:
        # drawn again at once: Textual may have done so before this was called
        self.action_redraw()

    def _forget_unless_lean(self) -> None:
        stack = self.app.screen_stack if self.app.is_running else []
        top = stack[-1] if stack else None
        if top is self or not getattr(top, "lean", False):
            self.forget_terminal()


class LeanScreen(_Lean[ScreenResultType]):
    """A screen that sends only the cells that change."""

    DEFAULT_CSS = f"LeanScreen {{ {STYLE} }}"


class LeanModal(_Lean[ScreenResultType], ModalScreen[ScreenResultType]):
    """A modal screen that sends only the cells that change, and shares what is known of the terminal."""

    DEFAULT_CSS = f"LeanModal {{ {STYLE} }}"

    def on_mount(self) -> None:
        """Be drawn, whatever was answered before, and at once as the first event about its size will have it."""
        release(self.app)
        width, by_width = self.app.size.width, sorted(self.HORIZONTAL_BREAKPOINTS or ())
        if own := [name for least, name in by_width if least <= width]:
            self.add_class(own[-1])

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Go. Over SSH what it covered waits for what the answer makes of it."""
        if result and self.app.has_class("-over-ssh"):
            hold(self.app)
        return super().dismiss(result)
