"""Whose keys open a session over SSH: added and revoked by a lead. Who calls these writes the file that sshd reads
(`dispatch.desk.adapters.key_file`) afterwards."""

from __future__ import annotations

from db import people, sessions
from db.store import existing
from dispatch.desk.session.refusals import Faulty, NotFound
from dispatch.desk.session.user import User
from dispatch.model.keys import Key, KeyRefused, read_public_key
from dispatch.model.states import Role
from dispatch.model.text import show


def add_key(user: User, login: str, text: str, *, mouse: bool = False) -> Key:
    """Let a public key open the session of a member of staff.

    Args:
        user: a lead.
        login: whose it is.
        text: what the `.pub` file holds.
        mouse: turn the mouse on in sessions of this key, at some thousand bytes a movement.

    Raises:
        NotAllowed: only a lead does.
        Faulty: with everything that cannot be taken; a fingerprint that is there already, even a revoked one, is refused.
    """
    with user.write("add a key", Role.LEAD) as unit:
        faults = []
        person = people.staff_by_login(user.store, login)
        if person is None or not person.active:
            logins = ", ".join(sorted(show(somebody.login) for somebody in people.all_staff(user.store)))
            faults.append(f"staff: nobody has the login {show(login, 40)!r}; there are {logins}")
        try:
            public = read_public_key(text)
            known = sessions.key_by_fingerprint(user.store, public.fingerprint)
            if known is not None:
                what = "is" if known.live else "was revoked, it was"
                faults.append(f"key: {public.fingerprint} {what} {show(known.name)}'s ({known.label}); make a new one")
        except KeyRefused as refused:
            faults.append(f"key: {show(str(refused))}")
        if faults or person is None:
            raise Faulty(faults)
        key_id = sessions.add_key(unit, person.id, public.fingerprint, public.text, mouse=mouse)
        return existing(sessions.key(user.store, key_id))


def revoke(user: User, *, fingerprint: str = "", login: str = "") -> list[Key]:
    """Let a key, or all keys of a person, open no session any more; what they have open ends. Returns those revoked now.

    Args:
        user: a lead.
        fingerprint: as `keys list` prints it, or the key's short name (`K17`).
        login: whose keys, where no fingerprint is given.

    Raises:
        NotAllowed: only a lead does.
        NotFound: there is no such key that is live.
    """
    with user.write("revoke a key", Role.LEAD) as unit:
        live = [key for key in sessions.all_keys(user.store) if key.live]
        if fingerprint:
            beginning = fingerprint.strip()
            gone = [
                key for key in live if beginning in (key.fingerprint, key.label) or beginning == key.fingerprint[7:]
            ]
        else:
            gone = [key for key in live if key.login.casefold() == login.strip().casefold()]
        if not gone:
            raise NotFound(
                f"There is no live key of {show(fingerprint or login, 80)}; `dispatch keys list` lists them."
            )
        for key in gone:
            sessions.revoke_key(unit, key)
        return gone
