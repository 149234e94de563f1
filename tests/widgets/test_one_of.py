"""The words of a choice: stepped through, found by a letter, and alone where there is no room."""

from __future__ import annotations

from textual.app import App, ComposeResult

from widgets.choices import OneOf


class Asking(App[None]):
    def __init__(self, width: int) -> None:
        super().__init__()
        self._width = width
        self.told: list[str] = []

    def compose(self) -> ComposeResult:
        asked = OneOf(("", "tcp", "http", "tls"), "HTTP", "asked")
        asked.styles.width = self._width
        yield asked

    def on_one_of_changed(self) -> None:
        self.told.append(self.query_one(OneOf).value)


async def test_keys_and_letters() -> None:
    app = Asking(40)
    async with app.run_test() as pilot:
        asked = app.query_one(OneOf)
        assert asked.value == "http"
        await pilot.press("right")
        assert asked.value == "tls"
        await pilot.press("space", "t", "t", "left", "x")
        assert asked.value == "http"
        assert app.told == ["tls", "", "tcp", "tls", "http"]
        assert str(asked.render()) == " –  tcp [http] tls "


async def test_one_that_is_not_known_stands_beside_the_others() -> None:
    app = Asking(12)
    async with app.run_test():
        asked = app.query_one(OneOf)
        asked.value = "udp"
        assert str(asked.render()) == "‹ udp ›"
