"""Skills with levels, by every way in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from db import people
from db.store import existing
from dispatch.desk.book import editing
from dispatch.desk.quick.reading import names, understand
from dispatch.desk.requests import intake
from dispatch.desk.session.refusals import Faulty
from dispatch.model.people import Technician
from dispatch.model.skills import abilities
from dispatch.model.states import Role
from tests.desk.conftest import DAY, Office

REQUEST = {"client": "Harbor Dental", "site": "Main office", "work": "printer", "minutes": "60", "people": "2"}
ORDER = {"site": "Harbor Dental / Main office", "rule": "every tue", "work": "look", "minutes": "60"}


def ana(office: Office) -> Technician:
    return existing(people.technician_by_name(office.store, "Ana Ruiz"))


@pytest.mark.parametrize("skill", ["network:²", "network:x", ":3", "network:99", "network:0", "network:-1", "network:"])
def test_what_is_no_level_is_refused_and_in_older_records_a_plain_skill(office: Office, skill: str) -> None:
    with pytest.raises(Faulty, match="has no level from 1 to 9"):
        editing.edit(office.lee, "technician", ana(office), {"skills": skill})
    with pytest.raises(Faulty, match="has no level from 1 to 9"):
        editing.add(office.lee, "recurrence", ORDER | {"skills": skill})
    for field in ("skills", "crew_skills"):
        with pytest.raises(Faulty, match="has no level from 1 to 9"):
            intake.add(office.dana, REQUEST | {field: skill})
    assert abilities([skill]) == {skill}
    with office.lee.write("older", Role.LEAD) as unit:
        people.update_technician(unit, ana(office), replace(ana(office), skills=frozenset({"server", skill})))
    editing.edit(office.lee, "technician", ana(office), {"vehicle": "van 2"})
    assert ana(office).skills == {"server", skill}


def test_a_lower_level_is_had_with_a_higher_one_by_every_way_in(office: Office) -> None:
    editing.edit(office.lee, "technician", ana(office), {"skills": "server, network:2"})
    line = understand("harbor disk 1h +network:1", names(office.store), DAY)
    assert line.skills == ("network:1",)
    assert not [problem for problem in line.problems if problem.startswith("skill")]
    assert "network:1" in editing.add(office.lee, "recurrence", ORDER | {"skills": "network:1"}).skills
    assert intake.add(office.dana, REQUEST | {"skills": "network:1"}).skills == {"network:1"}
