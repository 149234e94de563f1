"""Who sits at the desk, from login to logout: a member of staff at one open database, what they may do and what they may read."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from db import people, settings, visits
from db.store import Store, existing
from dispatch.desk.session.refusals import NotAllowed, NotFound
from dispatch.lazily import lazily
from dispatch.model.firm import Firm
from dispatch.model.instants import clock_text
from dispatch.model.people import Staff
from dispatch.model.states import OFFICE, READS, Role
from dispatch.model.text import show

with lazily(__name__):
    from db import takings
    from dispatch.desk.session import carrying

if TYPE_CHECKING:
    from db.unit import Unit


_SAID = {
    "ask": "add to what is asked for",
    "leave": "leave a visit open",
    "no-access": "note that nobody let them in",
    "use": "note what was used",
    "work": "note work",
}
"""Deeds whose name alone would be read as something else."""

_ASKED_FIRST: ContextVar[Callable[[], None] | None] = ContextVar("asked first", default=None)


@contextlib.contextmanager
def asking_first(question: Callable[[], None]) -> Iterator[None]:
    """Let the next deed inside ask something before anything else, in its own transaction; the question refuses it by raising."""
    token = _ASKED_FIRST.set(question)
    try:
        yield
    finally:
        _ASKED_FIRST.reset(token)


@dataclass(frozen=True, slots=True)
class User:
    """A member of staff at a store. Every deed takes one; its writes carry the person and the session."""

    store: Store
    staff: Staff
    via: str = "local"
    session: str = field(default_factory=lambda: os.urandom(16).hex())
    key_id: int | None = None
    site_port: int | None = None
    """The port on loopback of a SOCKS proxy that leads into the network of the client where the person is (design/remote.md)."""
    guest_of: str = ""
    """The name of another office whose database they look at. They are not on its staff: their own says what they may read."""

    @property
    def now(self) -> int:
        """The moment by the store's clock, in epoch seconds."""
        return self.store.clock.now()

    @property
    def firm(self) -> Firm:
        """The firm's settings as they are now."""
        return settings.firm(self.store)

    @contextlib.contextmanager
    def write(self, deed: str, *roles: Role) -> Iterator[Unit]:
        """One unit of work for a deed, open to whoever has one of `roles` (none given: to all staff).

        The person is read again inside the transaction, so that a right that was taken away is gone at once; and in a
        session over SSH its key and its session.

        Raises:
            NotAllowed: the person is not active or has none of the roles, the key was revoked, the session has ended.
        """
        from db.unit import Actor, unit_of_work

        actor = Actor(self.staff.id, self.staff.login, self.session, self.via, self.key_id)
        with unit_of_work(self.store, deed, actor) as unit:
            unit.roles = tuple(role.value for role in roles)
            if self.key_id is not None and self.store.late is None:
                from db import sessions

                if (why := sessions.why_over(self.store, self.session, self.key_id)) is not None:
                    raise NotAllowed(f"This session is over ({why}). Nothing was saved.")
                sessions.touch(unit, self.session)
            staff = people.staff_by_id(self.store, self.staff.id)
            if staff is None or not staff.active:
                raise NotAllowed(f"{show(self.staff.name)} is no longer active here.")
            self._allow(deed, roles, staff)
            if (question := _ASKED_FIRST.get()) is not None:
                _ASKED_FIRST.set(None)
                question()
            if self.store.taken_along is None:
                yield unit
                return
            carrying.ask(self, deed)
            known = takings.items(self.store)
            yield unit
            carrying.note(unit, known)

    def allow(self, deed: str, roles: Iterable[str]) -> None:
        """Let a deed through for which one of some roles is needed as they stand now, beside those of the unit; none: for all.

        Raises:
            NotAllowed: the person has none of them.
        """
        staff = existing(people.staff_by_id(self.store, self.staff.id))
        self._allow(deed, [Role(role) for role in roles], staff)

    @staticmethod
    def _allow(deed: str, roles: Sequence[Role], staff: Staff) -> None:
        if roles and not staff.roles.intersection(roles):
            allowed = " or ".join(role.value for role in roles)
            raise NotAllowed(f"Only a {allowed} may {_SAID.get(deed, deed)}; {show(staff.name)} is not one.")

    @property
    def roles_now(self) -> frozenset[Role]:
        """The roles as they stand now; inside a unit, as they stand for what it writes."""
        if self.guest_of:
            return self.staff.roles
        staff = people.staff_by_id(self.store, self.staff.id)
        return frozenset() if staff is None or not staff.active else staff.roles

    def has(self, role: Role) -> bool:
        """Whether the person has the role, as of login: for what a screen offers. A deed asks `roles_now`."""
        return role in self.staff.roles

    def may_read(self, what: str) -> bool:
        """Whether the person was, at login, one who may read what `READS` has under that name: for what a screen offers."""
        return bool(READS[what].roles & self.staff.roles)

    def ask_to_read(self, what: str, words: str = "") -> None:
        """Let the person read something, with the roles that they have now.

        Args:
            what: its name in `READS`.
            words: what it is, where that says more.

        Raises:
            NotAllowed: it is not theirs.
        """
        if not READS[what].roles & self.roles_now:
            roles = " or ".join(role.value for role in Role if role in READS[what].roles)
            raise NotAllowed(
                f"Only a {roles} may read {words or READS[what].words}; {show(self.staff.name)} is not one."
            )

    def ask_to_read_visit(self, reference: str) -> None:
        """As `ask_to_read`, of a visit: everybody reads their own."""
        visit = visits.visit_by_reference(self.store, reference)
        if visit is not None and visit.assignment_of(self.staff.id) is None:
            self.ask_to_read("day", f"{show(reference)}, which is somebody else's visit")

    def ask_to_read_of(self, name: str, what: str = "day", words: str = "the day") -> None:
        """As `ask_to_read`, of something of a person, by name or login: everybody reads their own."""
        if name.strip().casefold() not in (self.staff.name.casefold(), self.staff.login.casefold()):
            self.ask_to_read(what, f"{words} of {show(name)}")


def read_only_words(store: Store) -> str:
    """Since when and why nothing can be saved: `read only since 09:12: the disk is full`; empty where it can."""
    if store.read_only is None:
        return ""
    firm = settings.firm(store)
    return f"read only since {clock_text(store.read_only.at + firm.clock_offset, firm.zone)}: {store.read_only.why}"


def log_in(store: Store, login: str | None = None) -> User:
    """The session of `login` (`--as`), else of the operating-system user.

    Raises:
        NotFound: nobody of that login is on the staff.
    """
    if store.taken_along is not None:
        return _carrier(store, store.taken_along, login)
    name = login if login is not None else system_login()
    staff = people.staff_by_login(store, name)
    if staff is None or not staff.active:
        known = ", ".join(sorted(show(person.login) for person in people.all_staff(store)))
        raise NotFound(f"Nobody on the staff has the login {show(name)!r}. Choose one with --as: {known}.")
    return User(store, staff, via="local" if login is None else "as")


def _carrier(store: Store, taking_id: int, login: str | None) -> User:
    """The session of who took along what is open: it is theirs, whatever the laptop calls them."""
    staff = existing(people.staff_by_id(store, existing(takings.by_id(store, taking_id)).staff_id))
    if login is not None and login.strip().casefold() != staff.login.casefold():
        raise NotFound(f"{show(staff.name)} took this along, and nobody else: leave out --as.")
    return User(store, staff)


def system_login() -> str:
    """The operating-system user; empty where it has no name."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def who_knows_the_time(user: User) -> str:
    """Who can say that the machine's clock is right, by their names: whoever plans or leads."""
    return " or ".join(
        show(person.name) for person in people.all_staff(user.store) if person.active and person.roles & OFFICE
    )


def confirm_clock(user: User) -> None:
    """Write down that the machine's clock is right, though it is far from the last change: what is saved from now on is measured
    by it.

    Raises:
        NotAllowed: a technician asks the office.
    """
    from db import migrations

    user.store.clock_is_right = True
    try:
        with user.write("confirm the clock", Role.LEAD, Role.DISPATCHER) as unit:
            unit.audit("store", migrations.LATEST)
    finally:
        user.store.clock_is_right = False
