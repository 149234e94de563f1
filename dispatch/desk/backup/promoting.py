"""The second machine becomes the first: the generation is raised at the place, by one machine alone, and in its database."""

from __future__ import annotations

import contextlib

from db import fence
from db.heartbeats import REPLICATE, beat
from db.machine_clock import PLAIN
from dispatch.desk.backup import coming_back, elsewhere
from dispatch.desk.backup.elsewhere import Claim
from dispatch.desk.backup.places import PlaceNotReached
from dispatch.desk.backup.setting_up import NEVER_RAN
from dispatch.desk.backup.targets import place_at
from dispatch.desk.session.refusals import Refusal
from dispatch.desk.session.user import User
from dispatch.model.states import Role
from dispatch.model.text import show

ALIVE = 60
"""A machine whose copy is no older than so many seconds seems to be at work."""


def promote(user: User, *, although_alive: bool = False, without_place: bool = False) -> str:
    """Let the machine of a restored copy be the first one; the one before it saves nothing more as soon as it looks at the place.

    Begun once more after it was broken off, it goes on.

    Args:
        user: a lead.
        although_alive: also where the copy of the first machine is so new that it seems to be at work.
        without_place: only in this database, where the place cannot be reached: nothing keeps the other machine from saving.

    Raises:
        Refusal: it is not a copy, another machine was first, or the place does not do its part.
        NotAllowed: only a lead does.
    """
    store = user.store
    user.allow("promote", [Role.LEAD])  # before anything is claimed at the place
    stands, here = fence.standing(store.conn), elsewhere.kept(store.path)
    if stands is None or here is None:
        raise Refusal("This database was not restored from a copy elsewhere (`dispatch restore --from-replica`).")
    if stands.state == fence.FIRST:
        raise Refusal(f"This machine is first already, of generation {stands.generation}.")
    if stands.state == fence.LOST:
        raise Refusal(
            f"Since generation {stands.by} others work elsewhere, and what they saved is not here: restore from their copy instead."
        )
    if without_place:
        generation, where = stands.generation + 1, ""
    else:
        try:
            generation, where = _claimed(user, here, stands, although_alive)
        except PlaceNotReached as fault:
            raise Refusal(
                f"{fault} So nobody can be kept from being first too. Where it is gone for good: --without-replica."
            ) from fault
    with store.past_fence(), user.write("promote", Role.LEAD) as unit:
        fence.stand(unit, fence.MachineStanding(generation, fence.FIRST, PLAIN.now()), place=where)
    beat(store, REPLICATE, 10, NEVER_RAN)
    fenced = "the machine before it saves nothing more once it looks there"
    if not where:
        fenced = "NOTHING keeps the machine before it from saving"
    return f"This machine is first, of generation {generation}; {fenced}."


def _claimed(
    user: User, here: elsewhere.KeptCopy, stands: fence.MachineStanding, although_alive: bool
) -> tuple[int, str]:
    with contextlib.closing(place_at(here.target)) as place:
        first = elsewhere.newest_claim(place)
        if first is not None and first.machine == here.machine and first.generation > stands.generation:
            return first.generation, place.words  # it was broken off before
        if first is not None and first.generation > stands.generation:
            raise Refusal(
                f"{show(first.host)} was promoted first: it is of generation {first.generation}. Restore from its copy instead."
            )
        state = coming_back.newest_state(place)
        if not although_alive and (age := user.now - state.at) < ALIVE:
            raise Refusal(
                f"{show(state.host)} seems to be at work: its copy is {max(0, age)} s old. Stop it, or say --although-alive."
            )
        mine = Claim(stands.generation + 1, here.machine, elsewhere.host(), user.now)
        if not elsewhere.claim(place, mine):
            held = elsewhere.newest_claim(place)
            raise Refusal(
                f"{show(held.host) if held else 'Another machine'} was promoted first, a moment ago. Restore from its copy instead."
            )
        return mine.generation, place.words
