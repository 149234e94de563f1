"""Staff and technicians in the store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from db import audit, people
from db.faults import Refused, Stale
from db.store import Store
from db.unit import Actor, unit_of_work
from dispatch.model.people import Absence, AbsenceRecord, Hours, Lunch, Staff, Technician
from dispatch.model.states import Role
from dispatch.model.travel import Place
from tests.prepared import prepared

LEE = Actor(None, "lee", "session", "local")
WEEK = tuple(Hours(weekday, 480, 1020) for weekday in range(5))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Ana and Zoë drive, Dana dispatches."""
    with prepared(tmp_path / "firm.db") as store:
        with unit_of_work(store, "add staff", LEE) as unit:
            people.add_staff(
                unit,
                Staff(0, "dana", "Dana Wells", frozenset({Role.DISPATCHER, Role.LEAD}), email="dana@example.com"),
            )
            for login, name in (("zoe", "Zoë Élan"), ("ana", "ana Ruiz")):
                staff_id = people.add_staff(unit, Staff(0, login, name, frozenset({Role.TECHNICIAN})))
                people.add_technician(
                    unit, Technician(staff_id, "", "", frozenset({"Server", "network"}), "tech", tuple(WEEK))
                )
        yield store


def find(store: Store, name: str) -> Technician:
    technician = people.technician_by_name(store, name)
    assert technician is not None
    return technician


def test_staff_are_found_by_login_whatever_its_case(store: Store) -> None:
    dana = people.staff_by_login(store, " DANA ")

    assert dana is not None
    assert (dana.name, dana.roles, dana.email) == (
        "Dana Wells",
        frozenset({Role.DISPATCHER, Role.LEAD}),
        "dana@example.com",
    )
    assert people.staff_by_id(store, dana.id) == dana
    assert people.staff_by_login(store, "nobody") is None
    assert people.staff_by_id(store, 99) is None


def test_all_staff_are_those_who_are_active_by_name(store: Store) -> None:
    dana = people.staff_by_login(store, "dana")
    assert dana is not None
    assert [person.login for person in people.all_staff(store)] == ["ana", "dana", "zoe"]

    with unit_of_work(store, "edit staff", LEE) as unit:
        people.update_staff(unit, dana, replace(dana, active=False))

    assert [person.login for person in people.all_staff(store)] == ["ana", "zoe"]
    gone = people.staff_by_login(store, "dana")
    assert gone is not None
    assert not gone.active


@pytest.mark.parametrize(("login", "name"), [("ANA", "Other"), ("other", "DANA WELLS")])
def test_login_and_name_are_taken_once(store: Store, login: str, name: str) -> None:
    with pytest.raises(Refused), unit_of_work(store, "add staff", LEE) as unit:
        people.add_staff(unit, Staff(0, login, name, frozenset({Role.LEAD})))

    assert len(people.all_staff(store)) == 3


def test_edit_of_staff_is_audited_with_old_and_new(store: Store) -> None:
    dana = people.staff_by_login(store, "dana")
    assert dana is not None
    with unit_of_work(store, "edit staff", LEE) as unit:
        version = people.update_staff(unit, dana, replace(dana, name="Dana West", roles=frozenset({Role.LEAD})))

    after = people.staff_by_id(store, dana.id)
    last = audit.last_of(store, "staff", dana.id)
    assert after == Staff(dana.id, "dana", "Dana West", frozenset({Role.LEAD}), True, "dana@example.com", version)
    assert last is not None
    assert last.detail == {
        "changed": {"name": ["Dana Wells", "Dana West"], "roles": [["dispatcher", "lead"], ["lead"]]}
    }


def test_stale_edits_are_refused(store: Store) -> None:
    dana, ana = people.staff_by_login(store, "dana"), find(store, "ana")
    assert dana is not None
    with unit_of_work(store, "edit", LEE) as unit:
        people.update_staff(unit, dana, replace(dana, name="Dana West"))
        people.update_technician(unit, ana, replace(ana, vehicle="van 1"))

    with pytest.raises(Stale), unit_of_work(store, "edit", LEE) as unit:
        people.update_staff(unit, dana, replace(dana, name="Dana East"))
    with pytest.raises(Stale), unit_of_work(store, "edit", LEE) as unit:
        people.update_technician(unit, ana, replace(ana, vehicle="van 2"))
    assert find(store, "ana").vehicle == "van 1"


@pytest.mark.parametrize("wanted", ["Zoë Élan", "zoë  élan", "ZOE\u0308 E\u0301LAN", "Zoe", " zoe "])
def test_technician_is_found_by_name_or_login(store: Store, wanted: str) -> None:
    assert find(store, wanted).login == "zoe"


def test_name_comes_before_login(store: Store) -> None:
    with unit_of_work(store, "add staff", LEE) as unit:
        staff_id = people.add_staff(unit, Staff(0, "someone", "Zoe", frozenset()))
        people.add_technician(unit, Technician(staff_id, "", "", frozenset(), "tech", ()))

    assert find(store, "zoe").login == "someone"


def test_who_does_not_drive_is_no_technician(store: Store) -> None:
    assert people.technician_by_name(store, "Dana Wells") is None
    assert people.technician(store, 99) is None


def test_technician_has_everything(store: Store) -> None:
    ana = find(store, "ana")
    after = replace(
        ana, skills=frozenset({"voip"}), labour_class="senior", shifts=(Hours(0, 480, 720), Hours(0, 780, 1020)),
        lunch=Lunch(690, 810, 30), home=Place(39.9, -83.0), home_address="1 Oak Street", vehicle="van",
    )  # fmt: skip
    with unit_of_work(store, "edit technician", LEE) as unit:
        people.update_technician(unit, ana, after)
        people.add_absence(unit, AbsenceRecord(0, ana.id, 100, 200, "dentist"))

    assert people.technician(store, ana.id) == replace(after, absences=(Absence(100, 200, "dentist"),), version=2)
    last = audit.last_of(store, "technician", ana.id)
    assert last is not None
    assert last.detail["changed"]["labour_class"] == ["tech", "senior"]
    assert last.detail["changed"]["skills"] == [["network", "server"], ["voip"]]
    assert "name" not in last.detail["changed"]


def test_skills_are_known_in_lower_case_and_stay_known(store: Store) -> None:
    assert people.skills(store) == frozenset({"server", "network"})
    ana = find(store, "ana")
    with unit_of_work(store, "edit technician", LEE) as unit:
        people.update_technician(unit, ana, replace(ana, skills=frozenset({"voip"})))

    assert people.skills(store) == frozenset({"server", "network", "voip"})


def test_making_a_technician_gives_the_role(store: Store) -> None:
    dana = people.staff_by_login(store, "dana")
    assert dana is not None
    with unit_of_work(store, "add technician", LEE) as unit:
        assert people.add_technician(unit, Technician(dana.id, "", "", frozenset(), "senior", ())) == dana.id

    again = people.staff_by_id(store, dana.id)
    assert again is not None
    assert again.roles == frozenset(Role)


def test_all_technicians_are_those_on_the_board_by_name(store: Store) -> None:
    ana = find(store, "ana")
    assert [technician.name for technician in people.technicians(store)] == ["ana Ruiz", "Zoë Élan"]
    assert people.technicians(store)[0] == ana

    with unit_of_work(store, "archive", LEE) as unit:
        people.put_technician_away(unit, ana, unit.at)
        unit.audit("technician", ana.id)

    assert [technician.name for technician in people.technicians(store)] == ["Zoë Élan"]
    assert people.technician_by_name(store, "ana") is None
    assert people.technician(store, ana.id) is not None


def test_reading_all_costs_the_same_number_of_queries_for_many(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    plain = Store.all

    def counted(self: Store, sql: str, params: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        asked.append(sql)
        return plain(self, sql, params)

    monkeypatch.setattr(Store, "all", counted)
    people.technicians(store)

    assert len(asked) == 3
