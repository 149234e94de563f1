"""Garbage is looked for while nobody presses a key."""

from __future__ import annotations

import gc

from widgets.terminal.garbage import OFTEN, QUIET, SELDOM, GarbageCollection


def test_all_of_it_is_looked_through_only_while_nobody_presses_a_key() -> None:
    usual, whole = gc.get_threshold(), list[str]()

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start" and info["generation"] == 2:
            whole.append(phase)

    collection = GarbageCollection()
    gc.callbacks.append(note)
    try:
        collection.begin()
        assert gc.get_threshold() == (*usual[:2], SELDOM)
        gc.collect()
        whole.clear()
        for _ in range(OFTEN + 1):
            gc.collect(1)
        collection.look(QUIET / 2)
        assert not whole
        collection.look(QUIET * 2)
        assert len(whole) == 1
        collection.look(QUIET * 2)
        assert len(whole) == 1, "nothing is due"
    finally:
        gc.callbacks.remove(note)
        collection.end()
        gc.unfreeze()
    assert gc.get_threshold() == usual
