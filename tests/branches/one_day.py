"""An office on a busy day, as a program of its own that may be killed at any moment:

    python tests/branches/one_day.py DATABASE SEED STEPS

Requests go to other offices and come back, technicians are lent, and what was begun is exchanged.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from db import branches, parcels, people, visits
from db.faults import StoreFault
from db.store import Store
from dispatch.desk.branches import sending
from dispatch.desk.branches.exchanging import exchange
from dispatch.desk.session.refusals import Refusal
from dispatch.desk.session.user import User, log_in
from dispatch.model.branches import Parcel

HOUR = 3600


def step(lead: User, dispatcher: User, chance: random.Random) -> None:
    """Do one thing."""
    store, deed = lead.store, chance.random()
    other = chance.choice(branches.branches(store)).name
    known = parcels.all_parcels(store)
    waiting = [visit for visit in visits.queued(store) if visit.work.startswith("Job ")]
    if deed < 0.35 and waiting:
        sending.move(dispatcher, chance.choice(waiting).reference, other)
    elif deed < 0.45:
        sending.recall(lead, _name(store, [one for one in known if not one.incoming], chance))
    elif deed < 0.55:
        sending.give_back(dispatcher, _name(store, [one for one in known if one.incoming], chance), "no time today")
    elif deed < 0.65:
        technician = chance.choice(people.technicians(store))
        begins = lead.now + chance.randrange(24, 200) * HOUR
        sending.lend(lead, technician, other, begins, begins + chance.randrange(1, 8) * HOUR)
    else:
        exchange(dispatcher)


def _name(store: Store, found: list[Parcel], chance: random.Random) -> str:
    """What one of those that are not back is called."""
    open_ = [one for one in found if one.state != "given_back"]
    return sending.called(store, chance.choice(open_))[0] if open_ else "nothing"


def main(database: str, seed: str, steps: str) -> None:
    """The day."""
    chance = random.Random(seed)
    with Store.open(database) as store:
        lead, dispatcher = log_in(store, "lee"), log_in(store, "dana")
        for _ in range(int(steps)):
            try:
                step(lead, dispatcher, chance)
            except (Refusal, StoreFault) as refused:
                print(refused)


if __name__ == "__main__":
    main(*sys.argv[1:])
