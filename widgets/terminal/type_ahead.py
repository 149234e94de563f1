"""Keys that come faster than screens open: each is judged where all the keys before it have led.

Textual hands every key at once to whatever has the focus. Over a stalled line many come together, and those behind one that
opens a place to type would act on the screen below it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary, WeakSet

from textual.app import App, ReturnType
from textual.dom import DOMNode
from textual.events import Event, Key, Paste
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.widgets import Input, TextArea
from textual.worker import Worker, get_current_worker

Result = TypeVar("Result")

DEEDS = "default"
"""The group of the workers that carry out what a key asked for. Those that only read or show have a group of their own, and
keys have their effect meanwhile."""
ROUNDS = 2
"""How often the way from a key's widget up to the app is gone: for the key, and for what its widget told because of it."""
LOOK_SECONDS = 0.005
"""How often it is looked whether a deed is done, or a screen stands, while keys wait for it."""
PATIENCE_SECONDS = 10.0
"""So long keys wait; longer than a deed waits for a busy database."""


class TypeAhead(App[ReturnType], Generic[ReturnType]):
    """An app in which a key waits until what the keys before it began is done, or asks for something: then it goes there."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._typed: deque[Key | Paste] = deque()
        self._let_in: deque[Key | Paste] = deque()
        self._letting_in: asyncio.Task[None] | None = None
        self._asked: WeakKeyDictionary[Worker[Any], Screen[Any]] = WeakKeyDictionary()
        self._asking_no_more: WeakSet[Worker[Any]] = WeakSet()

    async def on_event(self, event: Event) -> None:
        """Keep a key until it is its turn; once the program is left, keys are for nobody."""
        if not isinstance(event, (Key, Paste)):
            await super().on_event(event)
            return
        if self._ended:
            return
        if event.is_forwarded or (self._let_in and event is self._let_in[0]):
            if not event.is_forwarded:
                self._let_in.popleft()
            await super().on_event(event)
            return
        self._typed.append(event)
        if self._letting_in is None or self._letting_in.done():
            self._letting_in = asyncio.create_task(self._let_keys_in())

    async def push_screen_wait(self, screen: Screen[Result] | str, *, mode: str | None = None) -> Any:
        """Ask; keys go to the screen that asks, and wait again while the answer is acted on."""
        if isinstance(screen, Screen):
            self._asked[get_current_worker()] = screen
        return await super().push_screen_wait(screen, mode=mode)

    def ask_no_more(self) -> None:
        """Let keys have their effect while the worker that calls this goes on: it takes long, and asks nothing any more."""
        self._asking_no_more.add(get_current_worker())

    def keys_lost(self) -> None:
        """Called when keys were thrown away, because what they waited for did not end."""

    async def _let_keys_in(self) -> None:
        while self._typed and not self._ended:
            if not await self._keys_may_go():
                self._typed.clear()
                self.keys_lost()
                return
            if self._ended:
                return
            before = self.focused or self.screen
            letters = isinstance(before, (Input, TextArea)) and _is_letter(self._typed[0])
            self._pass(self._typed.popleft())
            # letters in a field lead nowhere else: they go in together, and are drawn together
            while letters and self._typed and _is_letter(self._typed[0]):
                self._pass(self._typed.popleft())
            await self._come_to_rest(before)

    def _pass(self, event: Key | Paste) -> None:
        self._let_in.append(event)
        self.post_message(event)

    async def _keys_may_go(self) -> bool:
        """Come back when the screen in front stands and nothing that a key began goes on beneath it. False: it did not end."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + PATIENCE_SECONDS
        while not self._ended and self._busy():
            if loop.time() > ends:
                self._asking_no_more.update(self.workers)
                return False
            await asyncio.sleep(LOOK_SECONDS)
            if not self._ended and not self._busy():
                await self._come_to_rest(self.screen)
        return True

    @property
    def _ended(self) -> bool:
        return self.return_code is not None or not self.screen_stack

    def _busy(self) -> bool:
        return not self.screen.is_mounted or any(
            self._goes_on(worker) for worker in self.workers if worker.group == DEEDS and not worker.is_finished
        )

    def _goes_on(self, worker: Worker[Any]) -> bool:
        """Whether a deed was begun on the screen in front and waits for nobody's answer."""
        if worker in self._asking_no_more or worker.node not in (self, self.screen):
            return False
        return self._asked.get(worker) not in self.screen_stack

    async def _come_to_rest(self, focused: DOMNode) -> None:
        """Come back when what stands in the queues on the way from a widget up to the app was handled, and what came of that."""
        await self._handled(self)
        for _ in range(ROUNDS):
            if self._ended:
                return
            here = self.focused or self.screen
            for node in dict.fromkeys((*focused.ancestors_with_self, *here.ancestors_with_self)):
                if node is not self:
                    await self._handled(node)
            await self._handled(self)

    @staticmethod
    async def _handled(node: MessagePump) -> None:
        handled = asyncio.get_running_loop().create_future()

        def handle() -> None:
            if not handled.done():
                handled.set_result(None)

        if node.call_later(handle):
            while not handled.done() and node.is_running:
                await asyncio.wait({handled}, timeout=1.0)


def _is_letter(event: Key | Paste) -> bool:
    return isinstance(event, Paste) or event.is_printable
