"""`dispatch care skills`: as text and as data the same."""

from __future__ import annotations

import json

from tests.conftest import Dispatch
from tests.desk.conftest import Office, ask_in_p3


def test_skills_are_printed_and_given_as_data(office: Office) -> None:
    ask_in_p3(office, "S1", skills="network", minutes="120")
    dispatch = Dispatch(office.store.path)
    said = dispatch.ok("care", "skills")
    assert "one holder" in said
    assert "Wanted: 2h stands, 2h asked for as a rule." in said
    skills = {one["skill"]: one for one in json.loads(dispatch.ok("care", "skills", "--json"))["skills"]}
    assert skills["network"]["state"] == "one_holder"
    assert skills[None]["wanted_minutes"] >= skills["network"]["wanted_minutes"] == 240
