"""Files of a visit as people have them again: found by their name, copied out, and looked at where a viewer is."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from db import checklists, mails
from db.faults import from_os
from db.store import Store
from dispatch.desk.session import private_file, viewer
from dispatch.desk.session.refusals import NotFound, Refusal
from dispatch.desk.session.user import User
from dispatch.desk.visits.kept_files import path_of
from dispatch.desk.visits.steps import find
from dispatch.model.checklists import HandedIn
from dispatch.model.clock import SystemClock
from dispatch.model.media import BEGINS, ENDINGS, media_of
from dispatch.model.text import count_text, show
from dispatch.model.visits import Visit

BY_MAIL = "mail"
"""Stands in place of the item of a file that came with a mail."""
_MAILED = 1_000_000
"""Added to the numbers of such files, so that no two of a visit have the same."""
LOOKED_AT = 12 * 3600
"""Seconds for which a copy that a viewer was given is left to it."""


def standing_files(store: Store, visit_id: int) -> list[HandedIn]:
    """The files of a visit, oldest first, without those that were taken out."""
    return [file for file in checklists.files_of(store, visit_id) if file.removal is None]


def mailed_files(store: Store, visit_id: int) -> list[HandedIn]:
    """The files that came with the mails of a visit, the oldest first. They show nothing that was done: they stand at no item."""
    return [
        HandedIn(_MAILED + file.id, file.sha256, file.size, file.name, visit_id, BY_MAIL, mail.who, mail.came_at)
        for mail in mails.of_visit(store, visit_id)
        for file in mail.files
        if file.sha256
    ]


def file_named(files: Sequence[HandedIn], visit: Visit, name: str) -> HandedIn:
    """The file that is called so, or has that number.

    Raises:
        NotFound: none is, or it is not clear which.
    """
    wanted = name.strip()
    found = [file for file in files if file.name == wanted] or [
        file
        for file in files
        if wanted in (str(file.id), f"no. {file.id}") or file.name.casefold() == wanted.casefold()
    ]
    if len(found) == 1:
        return found[0]
    if found:
        numbers = ", ".join(f"{file.id} ({show(file.item)})" for file in found)
        raise NotFound(
            f"{count_text(len(found), 'file')} of {show(visit.reference)} are called so: name it by its number, {numbers}."
        )
    known = ", ".join(show(file.name, 60) for file in files) or "none"
    raise NotFound(f"{show(visit.reference)} has no file {show(wanted, 60)}; it has {known}.")


def found(user: User, reference: str, name: str) -> tuple[HandedIn, Path]:
    """A file of a visit and where its bytes are kept, for who may read the visit.

    Raises:
        NotFound: there is no such file.
        NotAllowed: it is somebody else's visit.
    """
    user.ask_to_read_visit(reference)
    visit = find(user.store, reference)
    file = file_named([*standing_files(user.store, visit.id), *mailed_files(user.store, visit.id)], visit, name)
    return file, path_of(user.store, file.sha256)


def content(user: User, reference: str, name: str) -> tuple[HandedIn, bytes]:
    """A file of a visit and its bytes, for who may read the visit.

    Raises:
        NotFound: there is no such file.
        NotAllowed: it is somebody else's visit.
    """
    file, path = found(user, reference, name)
    try:
        return file, path.read_bytes()
    except OSError as error:
        raise from_os(error, path) from error


def copy_out(user: User, reference: str, name: str, path: Path, *, replace: bool = False) -> HandedIn:
    """Copy a file of a visit into one that only the person may read.

    Raises:
        NotAllowed: the person sits elsewhere.
        FileThere: there is a file already, and it was not to be replaced.
    """
    private_file.at_this_machine(user)
    file, data = content(user, reference, name)
    private_file.write_private(path, data, replace=replace)
    return file


def look_at(user: User, reference: str, name: str) -> HandedIn:
    """Open a copy of a picture or a PDF in what the platform has for it, in front of the person; waits for it.

    What else it may be is not opened, whatever it is called: by its bytes the ending is chosen, so that nothing runs.

    Raises:
        NotAllowed: the person sits elsewhere: in a session over SSH nothing is opened.
        Refusal: there is no viewer at this terminal, or it is nothing to look at.
    """
    private_file.at_this_machine(user)
    file, data = content(user, reference, name)
    ending = ENDINGS.get(media_of(data[:BEGINS]), "")
    if not ending:
        raise Refusal(f"{show(file.name)} is no picture and no PDF: copy it out to look at it.")
    if not viewer.browser_is_here():
        raise Refusal(f"No viewer opens at this terminal: copy {show(file.name)} out.")
    folder = _given_folder()
    path = folder / f"{file.sha256[:12]}-{os.urandom(2).hex()}{ending}"
    private_file.write_private(path, data)
    if not viewer.open_link(path.as_uri()):
        raise Refusal(f"Nothing opened {show(file.name)}: copy it out.")
    return file


def _given_folder() -> Path:
    """The folder of what viewers were given, without what was given long ago."""
    folder = Path(tempfile.gettempdir()) / f"dispatch-{os.getuid()}-files"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        told = folder.lstat()
        if told.st_uid != os.getuid() or told.st_mode & 0o077 or not folder.is_dir() or folder.is_symlink():
            raise Refusal(f"{folder} is not your own folder: take it away.")
        for path in folder.iterdir():
            with contextlib.suppress(OSError):
                if path.stat().st_mtime < SystemClock().now() - LOOKED_AT:
                    path.unlink()
    except OSError as error:
        raise from_os(error, folder) from error
    return folder
