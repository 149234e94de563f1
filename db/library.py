"""The SQLite library of this process, chosen once.

Two SQLite libraries in one process do not see each other's POSIX locks, and both can hold the write lock of one file.
So there is one choice, the one sqlite_utils makes by itself (pysqlite3 where it is installed, else Python's own), made
here without the 125 ms that importing sqlite_utils costs. Nothing else may import `sqlite3` or `pysqlite3`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
else:
    try:
        sqlite3 = import_module("pysqlite3")
        import_module("pysqlite3.dbapi2")
    except ImportError:
        import sqlite3

__all__ = ["VERSION", "sqlite3", "wal_is_safe"]

VERSION: str = sqlite3.sqlite_version
"""The version of the SQLite library in use, such as `3.53.4`."""


def wal_is_safe(version_info: tuple[int, int, int] = sqlite3.sqlite_version_info) -> bool:
    """Whether this release may write-ahead log under several writers.

    3.7.0 to 3.51.2 have a race between a writer and a checkpoint that resets the log, which can corrupt the file. It
    is fixed in 3.51.3 and in the back-ports 3.50.7 and 3.44.6.
    """
    return (
        version_info >= (3, 51, 3) or (3, 50, 7) <= version_info < (3, 51, 0) or (3, 44, 6) <= version_info < (3, 45, 0)
    )
