"""A save from its first statement to its commit: what is refused before it, and what an error at its end means."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import NoReturn

from db import copies, migrations, opening
from db.faults import Moved, StoreFault, Unconfirmed, incomplete, translate
from db.library import sqlite3
from db.open_files import OpenFiles, roll_back


class Saving:
    """The saves of one connection to the database at `path`.

    Args:
        open_files: what the connection has open.
        timeout: seconds to wait for others when a save is looked for.
    """

    def __init__(self, conn: sqlite3.Connection, path: Path, open_files: OpenFiles, timeout: float) -> None:
        self._conn, self._path, self._open_files, self._timeout = conn, path, open_files, timeout

    def begin(self) -> None:
        """Take the write lock.

        Raises:
            TooNew: a newer program has brought the database further.
            UnsafeLog: another program has switched to a log that may not be written here.
        """
        self._conn.execute("BEGIN IMMEDIATE")
        migrations.refuse_newer(self._conn, self._path)
        opening.refuse_unsafe_log(self._conn, self._path)

    def commit(self, save_id: str) -> None:
        """Commit. After an error look for the save in the file: an error does not prove that nothing was saved."""
        self._open_files.look_before_commit()
        try:
            self._conn.execute("COMMIT")
            self._open_files.look()
        except (sqlite3.Error, Moved) as error:
            roll_back(self._conn)
            saved = self._was_saved(save_id)
            if saved is None:
                raise Unconfirmed(
                    f"An error came at the end of saving ({error}), and whether it was saved cannot be found out."
                    " Look before you repeat it.",
                    save_id=save_id,
                ) from error
            if not saved:
                raise_fault(error)

    def _was_saved(self, save_id: str) -> bool | None:
        """Whether a fresh connection finds the save; None when it cannot look."""
        try:
            self._open_files.look()
            with contextlib.closing(copies.connect(self._path, timeout=self._timeout)) as conn:
                return conn.execute("SELECT 1 FROM audit WHERE save_id = ?", (save_id,)).fetchone() is not None
        except (StoreFault, sqlite3.Error):
            return None


def raise_fault(error: sqlite3.Error | Moved) -> NoReturn:
    """Raise the fault that the error means, or the error itself when it is a mistake of ours."""
    if isinstance(error, Moved):
        raise error
    fault = translate(error)
    if fault is error and migrations.makes(str(error).removeprefix("no such table: ").removeprefix("main.")):
        fault = incomplete()
    if fault is error:
        raise error
    raise fault from error
