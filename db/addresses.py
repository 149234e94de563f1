"""Addresses to be found by their first letters, without a network: a file of their own for each extract, beside the database
of nobody. It holds what anybody may know, so it is kept in the open and made anew from the extract at any time."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterable
from pathlib import Path

from db.library import sqlite3
from dispatch.travel.extract_addresses import Address

SUFFIX = ".addresses"
_COLUMNS = "kind, street, number, town, postcode, lat, lon"
_FOUND = f"SELECT {_COLUMNS} FROM address WHERE address MATCH ? ORDER BY rowid LIMIT ?"


def write(target: Path, addresses: Iterable[Address]) -> int:
    """Write a file of addresses, in their order; one that is there is replaced as a whole. Returns how many there are.

    Raises:
        OSError: the folder does not take it.
    """
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = target.with_name(f".{target.name}-{os.getpid()}")
    try:
        with contextlib.closing(sqlite3.connect(fresh, isolation_level=None)) as conn:
            conn.executescript(
                "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; BEGIN;"
                "CREATE VIRTUAL TABLE address USING fts5 ("
                " words, kind UNINDEXED, street UNINDEXED, number UNINDEXED, town UNINDEXED, postcode UNINDEXED,"
                " lat UNINDEXED, lon UNINDEXED, prefix='1 2 3', tokenize='unicode61 remove_diacritics 2');"
            )
            conn.executemany(
                f"INSERT INTO address (words, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                ((address.words, *address) for address in addresses),
            )
            (count,) = conn.execute("SELECT count(*) FROM address").fetchone()
            conn.execute("COMMIT")
        fresh.replace(target)
        return int(count)
    except sqlite3.Error as error:
        raise OSError(f"{target} cannot be written: {error}") from error
    finally:
        fresh.unlink(missing_ok=True)


def find(path: Path, typed: str, limit: int) -> list[Address]:
    """At most so many addresses of a file that hold every typed word, the last one perhaps only begun.

    Whole words come before begun ones: number 12 before number 120. A file that cannot be read has none.
    """
    words = re.findall(r"\w+", typed)
    if not words:
        return []
    whole = " ".join([*(f'"{word}"' for word in words[:-1]), f'"{words[-1]}"*'])
    begun = " ".join(f'"{word}"*' for word in words)
    addresses: dict[Address, None] = {}
    try:
        with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as conn:
            for query in dict.fromkeys((" ".join(f'"{word}"' for word in words), whole, begun)):
                addresses |= dict.fromkeys(Address(*row) for row in conn.execute(_FOUND, (query, limit)))
                if len(addresses) >= limit:
                    break
    except sqlite3.Error:
        return []
    return list(addresses)[:limit]
