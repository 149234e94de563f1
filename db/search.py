"""Searching everything said on visits: by the index where there is one, else by reading every visit."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from db import search_index
from db.among import AMONG, keys_param
from db.faults import StoreFault
from db.library import sqlite3
from db.search_index import COLUMNS
from db.store import Store

WORDS = 12
"""So many words of a query count."""


class Index(NamedTuple):
    """How the index stands: whether this SQLite can have one, how many visits are in it, how many wait to be."""

    possible: bool
    indexed: int
    waiting: int


def matching(store: Store, typed: str) -> frozenset[int] | None:
    """The visits in whose words every typed word begins one, whatever its case and accents; None: nothing was typed.

    What is typed never reaches SQLite as a query: letters and digits of it do, between quotes, each as a beginning. A word
    with signs in it (`10.0.0.5`, `R4001-b`) is looked for in one piece.
    """
    words = words_of(typed)
    if not words:
        return frozenset() if typed.strip() else None
    with store.read():
        indexed = _indexed(store, words)
        if indexed is None:
            return frozenset(_read(store, words))
        stale = [row[0] for row in store.all("SELECT visit_id FROM search_stale")]
        return frozenset(indexed.difference(stale) | set(_read(store, words, stale)) if stale else indexed)


def words_of(typed: str) -> list[str]:
    """What is looked for: plain words, or several that follow each other where signs stood between them."""
    plain = (_plain(word) for word in typed.split())
    return list(dict.fromkeys(word for word in plain if word))[:WORDS]


def state(store: Store) -> Index:
    """How the index stands."""
    indexed = store.value("SELECT count(*) FROM visit_search_docsize") if _there(store) else 0
    return Index(search_index.possible(), int(indexed), int(store.value("SELECT count(*) FROM search_stale")))


def _there(store: Store) -> bool:
    made = "SELECT 1 FROM sqlite_master WHERE name = 'visit_search' AND sql LIKE 'CREATE VIRTUAL TABLE%'"
    return search_index.possible() and store.one(made) is not None


def _indexed(store: Store, words: Iterable[str]) -> set[int] | None:
    """The visits that the index has for these words; None: there is no index, or it is damaged."""
    if not _there(store):
        return None
    query = " ".join(f'"{word}"*' for word in words)
    try:
        return {row[0] for row in store.all("SELECT rowid FROM visit_search WHERE visit_search MATCH ?", (query,))}
    except (StoreFault, sqlite3.Error):
        return None


def _read(store: Store, words: Iterable[str], ids: Iterable[int] | None = None) -> list[int]:
    """The visits, among `ids` where they are given, whose words are those looked for: the slow way."""
    where, params = ("", ()) if ids is None else (f" WHERE visit_id {AMONG}", keys_param(ids))
    rows = store.all(f"SELECT visit_id, {COLUMNS} FROM visit_text{where}", params)
    beginnings = [f" {word}" for word in words]
    visits = []
    for visit_id, *columns in rows:
        text = "|".join(f" {_plain(column)}" for column in columns)
        if all(word in text for word in beginnings):
            visits.append(visit_id)
    return visits


def _plain(text: str) -> str:
    """Text as the index has it: small letters and digits without accents, all else a space."""
    text = unicodedata.normalize("NFD", text.lower()) if not text.isascii() else text.lower()
    letters = "".join(
        letter
        if letter.isalnum() or unicodedata.category(letter) == "Co"
        else ""
        if unicodedata.category(letter) == "Mn"
        else " "
        for letter in text
    )
    return " ".join(letters.split())
