"""What was read at a site is held against the visits before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from db import probes
from db.templates import all_templates
from dispatch.closeout.readings import compared, outlook, worth_naming
from dispatch.closeout.recording import Recording
from dispatch.closeout.template_form import item_texts
from dispatch.desk.book import editing
from dispatch.desk.closeout import arriving, leaving, onsite, probing
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.plan import schedule
from dispatch.desk.requests import intake
from dispatch.desk.session.refusals import Faulty
from dispatch.desk.templates.template_draft import TemplateDraft
from dispatch.desk.texts.record_words import record_lines
from dispatch.model.checklists import Checklist, Item, Result, SiteReading
from tests.closeout.probes.servers import HERE, answering, page, serving
from tests.desk.conftest import ZONE, Office, at
from tests.desk.test_probing import item, register

BACKUP = {"name": "backup", "kind": "value"}


def begun(office: Office, days: int) -> str:
    """A visit at the office, so many days after the first, at which Ana is."""
    asked = {"client": "Harbor Dental", "site": "Main office", "work": "server care", "minutes": "60", "tags": "server"}
    reference = intake.add(office.dana, asked).reference
    schedule.assign(office.dana, reference, ["Ana Ruiz"], at("09:00", days), reason="test", confirmed=True)
    office.go("09:00", days)
    arriving.arrive(office.ana, reference)
    office.finish(reference, but=frozenset(one.ref for one in _items(office, reference) if one.ref[0] in "TL"))
    return reference


def _items(office: Office, reference: str) -> tuple[Item, ...]:
    return visit_page(office.store, reference).checklist.items


def ended(office: Office, reference: str) -> None:
    """The rest of a visit whose value was read."""
    office.finish(reference, but=frozenset(one.ref for one in _items(office, reference) if one.latest is not None))
    leaving.close(office.ana, reference)


def read(office: Office, value: str, days: int) -> Item:
    """T6 of a whole visit on which that value was read."""
    reference = begun(office, days)
    office.say(reference, "T6", Recording(Result.PASS, value=value))
    shown = item(office, "T6", reference)
    ended(office, reference)
    return shown


def test_a_figure_stands_beside_those_of_the_visits_before(office: Office) -> None:
    register(office, **BACKUP, options="unit=%; least=15")
    first = read(office, "60", 0)
    assert (first.before, compared(first, ZONE, "60 %")) == ((), "")
    second = read(office, "41 %", 1)
    assert [one.value for one in second.before] == ["60 %"]
    assert compared(second, ZONE, "41 %").startswith("was 60 % on Tue 24 Nov 2026")
    third = begun(office, 2)
    waits = item(office, "T6", third)
    assert compared(waits, ZONE) == "was 41 % on Wed 25 Nov 2026"
    office.say(third, "T6", Recording(Result.PASS, value="25 %"))
    now = item(office, "T6", third)
    assert compared(now, ZONE, "25 %") == "was 41 % on Wed 25 Nov 2026 █▆▄, below 15 % next time if it goes on so"
    assert any("was 41 % on Wed 25 Nov 2026" in line.text for line in record_lines(visit_page(office.store, third)))


def test_a_figure_stands_beside_those_of_its_own_unit_only(office: Office) -> None:
    target = register(office, **BACKUP, options="unit=h; most=24")
    read(office, "20", 0)
    editing.edit(office.dana, "target", target, {"options": "unit=%; least=15"})
    assert read(office, "60", 1).before == ()
    assert [one.value for one in item(office, "T6", begun(office, 2)).before] == ["60 %"]


def test_a_value_is_kept_with_its_unit_and_one_that_fails_says_why(office: Office) -> None:
    register(office, **BACKUP, options="unit=%; least=15")
    assert read(office, "30", 0).latest.value == "30 %"  # type: ignore[union-attr]
    reference = begun(office, 1)
    recorded = onsite.record(office.ana, reference, "T6", Recording(Result.PASS, value="10"))
    assert (recorded.result, recorded.notes) == (Result.FAIL, ("backup: 10 % is below 15 %",))
    assert onsite.record(office.ana, reference, "T6", Recording(Result.PASS, value="22")).notes == ()
    told = compared(item(office, "T6", reference), ZONE, "22 %")
    assert told == "was 30 % on Tue 24 Nov 2026, below 15 % next time if it goes on so"


def test_what_worsens_is_offered_until_it_is_named(office: Office) -> None:
    register(office, **BACKUP, options="unit=%; least=15")
    read(office, "41 %", 0)
    reference = begun(office, 1)

    def checklist() -> Checklist:
        return visit_page(office.store, reference).checklist

    assert worth_naming(checklist()) == ""
    office.say(reference, "T6", Recording(Result.PASS, value="18 %"))
    offered = worth_naming(checklist())
    assert offered == "backup 18 %, was 41 %: below 15 % next time if it goes on so"
    office.say(reference, "L1", Recording(Result.ANSWERED, offered))
    assert worth_naming(checklist()) == ""


@pytest.mark.parametrize(
    ("before", "now", "bounds", "broken"),
    [
        ("41 %", "28 %", "unit=%; least=15", ""),
        ("41 %", "27.9 %", "unit=%; least=15", "below 15 % next time if it goes on so"),
        ("41 %", "14 %", "unit=%; least=15", ""),
        ("20 %", "41 %", "unit=%; least=15", ""),
        ("20 h", "23 h", "unit=h; most=24", "above 24 h next time if it goes on so"),
        ("23 h", "20 h", "unit=h; most=24", ""),
        ("20 min", "23 h", "unit=h; most=24", ""),
    ],
)
def test_a_bound_that_breaks_next_time(office: Office, before: str, now: str, bounds: str, broken: str) -> None:
    register(office, **BACKUP, options=bounds)
    shown = replace(item(office, "T6"), before=(SiteReading(before, at("09:00")),))
    assert outlook(shown, now) == broken


@pytest.mark.parametrize(
    ("options", "value", "result", "text"),
    [
        ("unit=%; fall=10", "31", Result.PASS, "backup: 31 % is within bounds"),
        (
            "unit=%; fall=10",
            "30.9",
            Result.FAIL,
            "backup: 30.9 % is 10.1 below the last visit's 41 %, 10 at most is asked for",
        ),
        (
            "unit=%; rise=10",
            "52",
            Result.FAIL,
            "backup: 52 % is 11 above the last visit's 41 %, 10 at most is asked for",
        ),
        ("unit=%; rise=10; most=50", "52", Result.FAIL, "backup: 52 % is above 50 %"),
    ],
)
def test_a_value_that_moved_further_than_it_may_fails(
    office: Office, options: str, value: str, result: Result, text: str
) -> None:
    register(office, **BACKUP, options=options)
    read(office, "41 %", 0)
    reference = begun(office, 1)
    onsite.record(office.ana, reference, "T6", Recording(Result.PASS, value=value))
    found = item(office, "T6", reference).latest
    assert found is not None
    assert (found.result, found.text) == (result, text)


def test_a_value_on_a_page_that_moved_further_than_it_may_fails_too(office: Office) -> None:
    for days, free, passes in ((0, b"41", True), (1, b"39", True), (2, b"20", False)):
        with serving(answering(page(b'{"free": ' + free + b"}"))) as port:
            if not days:
                register(
                    office,
                    name="backup",
                    kind="http",
                    address=f"http://{HERE}:{port}/",
                    options="json=free; unit=%; fall=10",
                )
            else:
                (target,) = probes.all_targets(office.store)
                editing.edit(office.dana, "target", target, {"address": f"http://{HERE}:{port}/"})
            reference = begun(office, days)
            (ran,) = probing.run(office.ana, reference, ["T6"], pace=probing.Pace(0.05))
        assert ran.passed is passes, ran.text
        if passes:
            ended(office, reference)
    assert "20 % is 19 below the last visit's 39 %" in ran.text


def test_how_long_an_answer_took_is_no_reading(office: Office) -> None:
    with serving(answering(page())) as port:
        register(office, name="backup", kind="http", address=f"http://{HERE}:{port}/")
        reference = begun(office, 0)
        list(probing.run(office.ana, reference, ["T6"], pace=probing.Pace(0.05)))
        ended(office, reference)
    assert item(office, "T6", begun(office, 1)).before == ()


def test_a_fall_that_would_be_held_against_nothing_is_not_saved(office: Office) -> None:
    """C5: two targets test one item, and of neither a figure is kept for the next visit."""
    register(office, **BACKUP, options="unit=%; least=15; fall=10")
    with pytest.raises(Faulty, match="“backup” and “backup nightly” test one item together"):
        register(office, name="backup nightly", kind="tcp", address="10.0.0.5:22")
    register(office, name="snapshots", kind="tcp", address="10.0.0.5:22")
    template = next(one for one in all_templates(office.store) if one.for_all)
    draft = TemplateDraft.of(office.store, template)
    draft.put({**item_texts(next(one for one in draft.items if one.ref == "T6")), "targets": "backup, snapshots"}, "T6")
    with pytest.raises(Faulty, match="T6 targets: at Harbor Dental / Main office “backup” and “snapshots” test one"):
        draft.save(office.lee)
    draft.put({**item_texts(next(one for one in draft.items if one.ref == "T6")), "targets": "backup"}, "T6")
    register(office, name="mail", kind="smtp", address="10.0.0.5:25")
    register(office, name="mail relay", kind="smtp", address="10.0.0.6:25")
