"""What a template may not do, whatever a lead or a file makes of it (design/close-out.md C1, C2)."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.closeout import shipped
from dispatch.closeout.gates import unmet
from dispatch.closeout.recording import Recording, decide
from dispatch.closeout.template import BUILT_IN, ON_SITE, SHORT, SIGN_OFF, Chosen, choose, in_order, items_for
from dispatch.closeout.template_form import ALWAYS, faults_of, item_form, item_texts, items_from, read_item
from dispatch.model import probes
from dispatch.model.checklists import EVIDENCE, Asks, Item, ItemKind, Phase, Result
from dispatch.model.probes import ProbeKind, Vantage
from dispatch.model.templates import Condition, Each, Occasion, On, Template, TemplateItem
from tests.closeout.stay import Stay

REFS = st.builds(lambda letter, number: f"{letter}{number}", st.sampled_from("AWTL"), st.integers(1, 12))
NAMES = st.sampled_from(["server", "mail", "backup", "many"])
ITEMS = st.builds(
    TemplateItem,
    REFS,
    st.sampled_from([ItemKind.CONFIRM, ItemKind.ASK, ItemKind.TEST, ItemKind.SIGN_OFF]),
    st.sampled_from(["Seen", "Works: {service}"]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.lists(st.builds(Condition, st.sampled_from(On), NAMES), max_size=2, unique=True).map(tuple),
    st.sampled_from(Each),
    st.builds(
        probes.Tested,
        st.lists(NAMES, max_size=2, unique=True).map(tuple),
        st.none() | st.sampled_from(ProbeKind),
        st.sampled_from(Vantage),
    ),
    st.none() | st.sampled_from(EVIDENCE),
)


@st.composite
def some_items(draw: st.DrawFn, *, allowed: bool = False) -> tuple[TemplateItem, ...]:
    """What a lead could make of a template that is there: items changed, taken out and added, at random.

    With `allowed` each step that the rules refuse is taken back, as the screen does.
    """
    items = list(draw(st.sampled_from([ON_SITE, SHORT])).items)
    for _ in range(draw(st.integers(0, 15 if allowed else 4))):
        before = list(items)
        place = draw(st.integers(0, len(items) - 1))
        deed = draw(st.sampled_from(["add", "take out", "rule", "exchange"]))
        if deed == "add":
            items.append(draw(ITEMS))
        elif deed == "take out" and len(items) > 1:
            del items[place]
        elif deed == "rule":
            field = draw(st.sampled_from(["required", "na_allowed", "override_allowed"]))
            items[place] = dataclasses.replace(items[place], **{field: draw(st.booleans())})
        else:
            items[place] = dataclasses.replace(draw(ITEMS), ref=items[place].ref)
        if allowed and faults_of(items):
            items = before
    return in_order(items)


@given(items=some_items(allowed=True), tags=st.frozensets(NAMES), left_out=st.sampled_from(ALWAYS))
def test_no_template_closes_a_visit_without_what_every_visit_needs(
    items: tuple[TemplateItem, ...], tags: frozenset[str], left_out: str
) -> None:
    occasion = Occasion(tags=tags, services=("mail",))
    stay = Stay()
    stay.checklist = dataclasses.replace(stay.checklist, items=())
    stay._add(items_for(Template("any", items), "Scanner offline", occasion))

    def good(item: Item) -> Recording:
        return {
            ItemKind.ASK: Recording(Result.ANSWERED, "nothing"),
            ItemKind.CONFIRM: Recording(Result.DONE, "cable replaced"),
            ItemKind.TEST: Recording(Result.PASS, f"{item.ref} seen working at the desk"),
        }[item.kind]

    for item in stay.checklist.items:
        if item.ref != left_out and item.kind is not ItemKind.SIGN_OFF:
            stay.record(item.ref, good(item))
    if left_out != SIGN_OFF.ref:
        assert not stay.sign_off().faults
    assert left_out in {reason.ref for reason in stay.reasons()}
    for result in (Result.NA, Result.OVERRIDDEN):
        if left_out != SIGN_OFF.ref or result is Result.NA:
            decision = decide(stay.checklist, stay.item(left_out), Recording(result, "because the lead says so"))
            assert decision.faults
    if left_out == SIGN_OFF.ref:
        assert not stay.sign_off().faults
    else:
        assert not stay.record(left_out, good(stay.item(left_out))).faults
        assert not stay.sign_off().faults
    assert not unmet(stay.checklist)
    assert stay.checklist.items[-1].kind is ItemKind.SIGN_OFF


@given(items=some_items())
def test_items_come_back_from_a_file_and_from_a_form_as_they_were(items: tuple[TemplateItem, ...]) -> None:
    faults: list[str] = []
    assert items_from(json.loads(json.dumps([item_form(item) for item in items])), faults) == items
    for item in items:
        assert read_item(item_texts(item), 1, faults, typed=True) == item
    assert faults == []


JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(
    given_=st.lists(
        st.dictionaries(st.sampled_from(["id", "kind", "text", "when", "na", "x"]), JSON) | JSON, max_size=4
    )
)
def test_whatever_stands_in_a_file_is_read_or_refused(given_: Any) -> None:
    faults: list[str] = []
    items = items_from(given_, faults)
    assert faults or len(items) == len(given_)


def test_the_templates_that_every_firm_begins_with_hold() -> None:
    assert [faults_of(template.items) for template in BUILT_IN.values()] == [[], []]
    assert all(ref in {item.ref for item in SHORT.items} for ref in ALWAYS)


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ({"id": "A1", "kind": "ask", "text": "x", "override": True}, "A1 override:"),
        ({"id": "L1", "kind": "ask", "text": "x", "na": True}, "L1 na:"),
        ({"id": "L2", "kind": "confirm", "text": "x", "required": False}, "L2 required:"),
        ({"id": "L5", "kind": "sign_off", "text": "x", "when": ["tag vip"]}, "L5 when:"),
        ({"id": "L1", "kind": "confirm", "text": "x"}, "L1 kind:"),
        ({"id": "L6", "kind": "sign_off", "text": "x"}, "L6 kind:"),
        ({"id": "L4", "kind": "confirm", "text": "x"}, "L4 id:"),
        ({"id": "A9", "kind": "test", "text": "x"}, "A9 kind:"),
        ({"id": "T1", "kind": "test", "text": "x", "na": True}, "T1 na:"),
        ({"id": "W1", "kind": "confirm", "text": "x"}, "W1 each:"),
        ({"id": "T9", "kind": "test", "text": "Works: {service}"}, "T9 text:"),
        ({"id": "W9", "kind": "confirm", "text": "x", "targets": ["mail"]}, "W9 targets:"),
        ({"id": "T9", "kind": "test", "text": "x", "vantage": "site"}, "T9 vantage:"),
        ({"id": "T9", "kind": "test", "text": "x", "evidence": "executed"}, "T9 evidence:"),
        ({"id": "W9", "kind": "confirm", "text": "x", "evidence": "any"}, "W9 evidence:"),
    ],
)
def test_each_rule_is_named_with_its_item_and_field(form: dict[str, Any], fault: str) -> None:
    faults: list[str] = []
    item = read_item(form, 1, faults)
    assert item is not None
    assert faults == []
    others = [one for one in ON_SITE.items if one.ref != item.ref]
    assert [one for one in faults_of(in_order([*others, item])) if one.startswith(fault)]


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ({"id": "X1", "kind": "ask", "text": "x"}, "item 1 id:"),
        ({"kind": "ask", "text": "x"}, "item 1 id:"),
        ({"id": "T7", "kind": "named", "text": "x"}, "T7 kind:"),
        ({"id": "T7", "kind": "test", "text": "\x1b[2J"}, "T7 text:"),
        ({"id": "T7", "kind": "test", "text": "x", "na": "perhaps"}, "T7 na:"),
        ({"id": "T7", "kind": "test", "text": "x", "when": ["moon full"]}, "T7 when:"),
        ({"id": "T7", "kind": "test", "text": "x", "when": "tag server"}, "T7 when:"),
        ({"id": "T7", "kind": "test", "text": "x", "after_last_change": False}, "T7 after_last_change:"),
        ({"id": "T7", "kind": "test", "text": "x", "evidence": "no_way_in"}, "T7 evidence:"),
        ({"id": "T7", "kind": "test", "text": "x", "host": "10.0.0.1"}, "T7 “host”:"),
    ],
)
def test_each_field_that_cannot_be_read_is_named(form: dict[str, Any], fault: str) -> None:
    faults: list[str] = []
    read_item(form, 1, faults)
    assert [one for one in faults if one.startswith(fault)], faults


def test_words_of_the_rules_stand_for_tags() -> None:
    item = read_item({"id": "T7", "kind": "test", "text": "x", "when": ["server touched", "more than one user"]}, 1, [])
    assert item is not None
    assert [condition.text for condition in item.when] == ["tag server", "tag many"]


def test_the_most_particular_template_is_taken() -> None:
    def one(name: str, **scope: Any) -> Template:
        return Template(name, SHORT.items, **scope)

    rest, kind = one("rest"), one("kind", kinds=("audit",))
    tag, tags = one("tag", tags=("server",)), one("tags", tags=("server", "vip"))
    client, both = one("client", clients=(7,)), one("client and tag", clients=(7,), tags=("server",))
    known = [rest, kind, tag, tags, client, both]

    def name(kind_: str = "visit", client_id: int = 0, *tags_: str) -> str:
        return choose(known, Occasion(kind_, client_id, frozenset(tags_))).template.name

    assert name() == "rest"
    assert name("audit") == "kind"
    assert name("audit", 0, "Server") == "tag"
    assert name("audit", 0, "server", "vip") == "tags"
    assert name("audit", 7) == "client"
    assert name("visit", 7, "server", "vip") == "client and tag"
    assert name("visit", 8, "vip") == "rest"
    tied = choose(
        [rest, one("b", tags=("vip",)), one("a", tags=("server",))], Occasion(tags=frozenset({"vip", "server"}))
    )
    assert (tied.template.name, [other.name for other in tied.beside], tied.others) == ("a", ["b"], (rest_of(tied),))
    same = choose([rest, one("b", tags=("vip",)), one("a", tags=("VIP",), kinds=("visit", "audit"))], VIP)
    assert (same.template.name, same.beside) == ("a", ())


VIP = Occasion(tags=frozenset({"vip"}))


def rest_of(chosen: Chosen) -> Template:
    """The one that names nothing."""
    (rest,) = (other for other in chosen.others if other.for_all)
    return rest


def test_a_visit_with_two_tags_gets_the_items_of_both_once() -> None:
    """C5b: who leaves, and a server is touched for it."""
    known = [*BUILT_IN.values(), *shipped.templates()]
    chosen = choose(known, Occasion(tags=frozenset({"Leaver", "server"}), services=("mail",)))
    assert (chosen.template.name, [one.name for one in chosen.beside]) == ("Server work", ["Someone leaves"])
    assert chosen.why == (
        "it names kind visit, tag server; with what is asked beside it by Someone leaves, version 1, for more of its tags"
    )
    made = items_for(chosen.whole, "w", Occasion(tags=frozenset({"leaver", "server"}), services=("mail",)))
    labels = [item.label for item in made]
    assert len({item.ref for item in made}) == len(made)
    assert len(set(labels)) == len(labels)
    for template in (chosen.template, *chosen.beside):
        for item in template.items:
            if not item.each and not item.when:
                assert item.label in labels, f"{template.name}: {item.ref}"
    phases = [item.phase for item in made]
    assert phases == sorted(phases, key=list(Phase).index)
    assert made[-1].kind is ItemKind.SIGN_OFF
    by_label = {item.label: item for item in made}
    assert by_label["Signing in as the one who left is refused, tried"].ref == "T9"
    assert by_label["Restarted, and came back by itself"].tested.kind is ProbeKind.REBOOT


def test_of_two_items_that_ask_the_same_the_stricter_stands() -> None:
    when = (Condition(On.TAG, "many"),)
    loose = TemplateItem("T7", ItemKind.TEST, "Backup runs", required=False, na_allowed=True, when=when)
    strict = TemplateItem("T9", ItemKind.TEST, "backup RUNS", tested=probes.Tested(("backup",)), evidence=Asks.EXECUTED)
    both = Chosen(
        Template("a", (loose, SIGN_OFF), tags=("a",)), "", beside=(Template("b", (strict, SIGN_OFF), tags=("b",)),)
    )
    stands, last = both.whole.items
    assert last == SIGN_OFF
    assert stands == dataclasses.replace(strict, ref="T7", label="Backup runs")


def test_a_template_of_the_client_stands_alone() -> None:
    own = Template("client", SHORT.items, clients=(7,))
    server = Template("server", SHORT.items, tags=("server",))
    chosen = choose([own, server, ON_SITE], Occasion(client_id=7, tags=frozenset({"server"})))
    assert (chosen.template, chosen.beside) == (own, ())


def test_conditions_look_at_tags_services_and_targets() -> None:
    def with_(text: str) -> TemplateItem:
        item = read_item({"id": "T7", "kind": "test", "text": "x", "when": [text]}, 1, [])
        assert item is not None
        return item

    occasion = Occasion(tags=frozenset({"VIP"}), services=("Mail",), targets=("backup office server",))

    def gets(text: str) -> bool:
        return bool(items_for(Template("t", (with_(text),)), "w", occasion))

    assert gets("tag vip")
    assert gets("service mail")
    assert gets("target Backup")
    assert not gets("tag server")
    assert not gets("service files")
    assert not gets("target office")
