"""Files as evidence: taken in whole, kept by their hash beside the database, never under the name somebody gave."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO

from db import changes, checklists, takings
from db.faults import Refused
from db.store import Store
from db.unit import Unit
from dispatch.desk.closeout.onsite import item_of, open_visit
from dispatch.desk.session.carrying import carried
from dispatch.desk.session.refusals import Faulty, Refusal, reason_of, worded
from dispatch.desk.session.user import User
from dispatch.desk.visits.handed_in import file_named, standing_files
from dispatch.desk.visits.kept_files import path_of, place, taken_in
from dispatch.desk.visits.steps import on_visit
from dispatch.model.checklists import HandedIn, Item
from dispatch.model.states import Role
from dispatch.model.text import NAME, show
from dispatch.model.visits import Visit


def attach(user: User, reference: str, ref: str, name: str, source: IO[bytes]) -> HandedIn:
    """Hand in one file, as `attach_all`."""
    (new,) = attach_all(user, reference, ref, [(name, source)])
    return new


@carried()
def attach_all(user: User, reference: str, ref: str, sources: Sequence[tuple[str, IO[bytes]]]) -> list[HandedIn]:
    """Hand in files for an item of an open visit, all of them or none.

    Whether the person may is looked at before anything is read, and again in the transaction that records them.

    Args:
        user: a technician of the visit, or a lead.
        reference: the visit.
        ref: the item.
        sources: of each what the person calls it (of a path only the last part counts) and its bytes, up to 20 MB.

    Raises:
        Faulty: one is empty or too large, or its name cannot be taken.
        Refusal: the visit is not open or not theirs, or has no such item. Nothing is kept then.
    """
    names = [_called(name) for name, _ in sources]
    item_of(user.store, open_visit(user, reference), ref)
    with contextlib.ExitStack() as stack:
        taken = [stack.enter_context(taken_in(user.store, source)) for _, source in sources]
        unit = stack.enter_context(user.write("attach", Role.TECHNICIAN, Role.LEAD))
        visit = open_visit(user, reference)
        item = item_of(user.store, visit, ref)
        recorded = [_recorded(user, unit, visit, item, name, *one) for name, one in zip(names, taken, strict=True)]
        unit.noted["files"] = [{"name": one.name, "sha256": one.sha256, "size": one.size} for one in recorded]
        return recorded


def _called(name: str) -> str:
    called = worded("name", name.replace("\\", "/").rsplit("/", 1)[-1], NAME)
    if not called.strip(". "):
        raise Faulty(["name: is missing"])
    return called


def _recorded(
    user: User, unit: Unit, visit: Visit, item: Item, name: str, draft: Path, sha256: str, size: int
) -> HandedIn:
    """Put a file in its place and record it."""
    place(user.store, draft, sha256)
    new = HandedIn(0, sha256, size, name, visit.id, item.ref, user.staff.name, unit.at, item.label)
    new = replace(new, id=checklists.add_file(unit, item.id, takings.sequence_at_now(unit, visit), new))
    unit.audit("visit", visit.id, item=item.ref, file=name, sha256=sha256, size=size)
    return new


def remove(user: User, reference: str, name: str, reason: str) -> HandedIn:
    """Take a file out: a lead, with the reason. Its row, its bytes and the audit stay; a test that was shown by it is open again.

    Args:
        name: what it is called, or its number.

    Raises:
        NotFound: there is no such file, or it was taken out already.
        Refusal: a closed visit stands on it.
    """
    with on_visit(user, reference, "remove a file", Role.LEAD) as (unit, visit):
        why = reason_of(reason)
        file = file_named(standing_files(user.store, visit.id), visit, name)
        try:
            removal = checklists.remove_file(unit, file.id, why)
        except Refused as fault:
            raise Refusal(f"{show(file.name)} stays: {fault}.") from None
        unit.audit("visit", visit.id, item=file.item, removed_file=file.name, sha256=file.sha256, reason=why)
        label = f"take {file.name} out of {visit.reference}"
        changes.remember(unit, label, [changes.added(checklists.REMOVAL, removal)])
    return file


def faults(store: Store) -> list[str]:
    """What is recorded and not kept, or kept and not as it was."""
    return [
        f"{path} is not what was handed in" if path.exists() else f"{path} is missing"
        for sha256, size in checklists.file_hashes(store).items()
        if not is_whole(path := path_of(store, sha256), sha256, size)
    ]


def is_whole(path: Path, sha256: str, size: int) -> bool:
    """Whether a file is there and has the bytes that were handed in."""
    try:
        with path.open("rb") as file:
            return path.stat().st_size == size and hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except OSError:
        return False
