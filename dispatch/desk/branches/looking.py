"""Other offices looked at: each by its own database, read only, with how old what is shown is; which of them cannot be reached is
said in the place of what they would show."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from db import branches, fence, settings
from db.faults import StoreFault
from db.store import Store
from dispatch.desk.branches import fetching
from dispatch.desk.session.private_file import at_this_machine
from dispatch.desk.session.refusals import Faulty, NotFound, Refusal, refuse, worded
from dispatch.desk.session.user import User
from dispatch.model.branches import Branch, is_copy_elsewhere, ssh_place
from dispatch.model.clock import SetClock
from dispatch.model.instants import Times
from dispatch.model.paths import typed_path
from dispatch.model.states import Role
from dispatch.model.text import show

ALL = "all"
"""What stands for every office in the place of a name."""
OWN = "here"
"""What this office is called beside the others."""


class BranchLook(NamedTuple):
    """An office that is looked at: its name, and who looks, at its database; `copied_at` is the instant of the copy that is read
    (None: it is read live), `why` what keeps it from being reached. Without a user nothing of it can be shown."""

    name: str
    user: User | None
    copied_at: int | None = None
    why: str = ""
    branch: Branch | None = None

    def age(self, times: Times) -> str:
        """How old what is shown is, in words; why it is not newer, or not there."""
        if self.user is None:
            return f"cannot be reached: {show(self.why, 300)}"
        if self.copied_at is None:
            return "live"
        stale = f"; cannot be reached now: {show(self.why, 300)}" if self.why else ""
        return f"copied {times.moment(self.copied_at)}{stale}"


def add(user: User, name: str, where: str, program: str = "dispatch", identity: str = "") -> BranchLook:
    """Take an office among those that are looked at, once it was reached; returns how it was seen, closed.

    Args:
        user: a lead, at this machine.
        name: what it is called here.
        where: a file, `ssh://user@host/path`, or where its copy elsewhere is kept (a folder, `sftp://…`, `s3://…`).
        program: what our program is called there.
        identity: the file with the private key of that copy, where it is encrypted.

    Raises:
        Faulty: a name is taken, or where it is cannot be read.
        Refusal: it cannot be reached, is this database itself, or a copy of it.
    """
    at_this_machine(user)
    name, where = worded("name", name, 60), worded("where", where, 500)
    faults = []
    if not name or name.casefold() in (ALL, OWN):
        faults.append(f"name: {name or 'nothing'} does not tell it from others")
    try:
        ssh_place(where)
    except ValueError as fault:
        faults.append(f"where: {fault}")
    refuse(faults)
    place = where if "://" in where else str(typed_path(where).absolute())
    key = str(typed_path(identity).absolute()) if identity.strip() else ""
    asked = Branch(0, name, place, worded("program", program, 300) or "dispatch", identity=worded("identity", key, 500))
    with user.write("add a branch", Role.LEAD) as unit:
        # asked before anything is reached: whoever may not add one learns nothing of other machines
        unit.leave_unchanged()
    office = _office_at(user, asked)
    with user.write("add a branch", Role.LEAD) as unit:
        known = branches.branches(user.store)
        if office == branches.own_office(user.store):
            raise Refusal(f"{show(where, 120)} is this office's own database, or a copy of it.")
        if any(one.name.casefold() == name.casefold() for one in known):
            raise Faulty([f"name: there is a branch {show(name)} already"])
        if twin := next((one for one in known if one.office == office), None):
            raise Faulty([f"where: it is the branch {show(twin.name)} already"])
        branches.BRANCHES.add(unit, asked._replace(office=office))
        if (came := _copy_of(user.store, asked)).exists():
            came.replace(_copy_of(user.store, asked._replace(office=office)))
    with looks(user, name) as found:
        return found[0]


def _office_at(user: User, asked: Branch) -> str:
    """Which office is there.

    Raises:
        Refusal: it cannot be read.
    """
    with contextlib.ExitStack() as ending:
        look = _look(user, asked, ending)
        if look.user is None:
            raise Refusal(f"{show(asked.location, 120)} cannot be read: {look.why}")
        return branches.own_office(look.user.store)


def remove(user: User, name: str) -> Branch:
    """Take an office out; what came from it or went there stays. The copy of its database goes.

    Raises:
        NotFound: there is no branch of that name.
    """
    with user.write("remove a branch", Role.LEAD) as unit:
        branch = named(user.store, name)
        branches.BRANCHES.put_away(unit, branch, unit.at)
        unit.audit("branch", branch.id, archived=True, name=branch.name)
    _copy_of(user.store, branch).unlink(missing_ok=True)
    return branch


def named(store: Store, name: str) -> Branch:
    """The branch of a name.

    Raises:
        NotFound: there is none.
    """
    branch = branches.by_name(store, name.strip())
    if branch is None:
        known = ", ".join(show(one.name) for one in branches.branches(store)) or "none yet (dispatch branch add)"
        raise NotFound(f"There is no branch {show(name, 60)}: {known}.")
    return branch


@contextlib.contextmanager
def looks(user: User, name: str = ALL) -> Iterator[list[BranchLook]]:
    """The offices of that name, or all with this one first, looked at; they are closed at the end.

    Raises:
        NotFound: there is none of that name.
    """
    with contextlib.ExitStack() as ending:
        whole = name.strip().casefold() == ALL
        found = [BranchLook(OWN, user)] if whole else []
        for branch in branches.branches(user.store) if whole else [named(user.store, name)]:
            found.append(_look(user, branch, ending))
        yield found


def _look(user: User, branch: Branch, ending: contextlib.ExitStack) -> BranchLook:
    """Look at one, until `ending`."""
    why, copied_at = "", None
    try:
        ssh = ssh_place(branch.location)
        if ssh is None and not is_copy_elsewhere(branch.location):
            store = Store.look_at(branch.location)
        else:
            copy = _copy_of(user.store, branch)
            try:
                if ssh is None:
                    fetching.bring(branch, copy)
                else:
                    fetching.fetch(branch, ssh, copy, user.now)
            except Refusal as refusal:
                why = str(refusal)
                if not copy.exists():
                    return BranchLook(branch.name, None, None, why, branch)
            copied_at = int(copy.stat().st_mtime)
            # a copy is as it was then: by a clock that runs on everybody in it would be late
            store = Store.look_at(copy, clock=SetClock(copied_at))
        ending.callback(store.close)
    except (StoreFault, OSError) as fault:
        return BranchLook(branch.name, None, None, str(fault), branch)
    stands = fence.standing(store.conn)
    if stands is not None and stands.state == fence.LOST:
        return BranchLook(branch.name, None, None, f"{show(branch.location, 120)}: {stands.why}", branch)
    if branch.office and branches.own_office(store) != branch.office:
        return BranchLook(
            branch.name, None, None, f"another office's database is at {show(branch.location, 120)}", branch
        )
    store.shows_damage = user.store.shows_damage
    return BranchLook(
        branch.name, User(store, user.staff, user.via, user.session, guest_of=branch.name), copied_at, why, branch
    )


def _copy_of(store: Store, branch: Branch) -> Path:
    """Where the copy of an office that is elsewhere is kept."""
    name = branch.office or f"new-{branch.name.encode().hex()[:40]}"
    return store.path.with_name(f"{store.path.name}.branches") / f"{name}.db"


def own_day(look: BranchLook) -> str:
    """By whose clocks an office's day is, and in which money it charges."""
    assert look.user is not None
    firm = settings.firm(look.user.store)
    return f"{firm.zone}, {firm.currency}"
