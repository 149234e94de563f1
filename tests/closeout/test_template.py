"""Which items a visit gets (design/states.md, Which items a visit gets) and what each may take (design/close-out.md C1)."""

from __future__ import annotations

import pytest

from dispatch.closeout.template import follow_up_item, named_item, requested_item
from dispatch.model.checklists import ItemKind, NewItem, Phase
from tests.closeout.templates import items_of

ALWAYS = {"A1", "A2", "A3", "W1.1", "W2", "T1", "L1", "L2", "L3", "L5"}


def refs(items: tuple[NewItem, ...]) -> list[str]:
    return [item.ref for item in items]


@pytest.mark.parametrize(
    ("tags", "more"),
    [
        ((), set()),
        (("server",), {"T2", "T3", "T6"}),
        (("restart",), {"T2", "T3"}),
        (("network",), {"T3"}),
        (("many",), {"T5"}),
        (("Server", "NETWORK", "many", "vip"), {"T2", "T3", "T5", "T6"}),
    ],
)
def test_tags_add_tests(tags: tuple[str, ...], more: set[str]) -> None:
    """design/close-out.md A1 to A3, W1, W2, T1 to T3, T5, T6, L1 to L3, L5"""
    items = items_of("visit", "Scanner offline", frozenset(tags), ())

    assert set(refs(items)) == ALWAYS | more
    assert len(items) == len(set(refs(items)))


def test_order_is_that_of_the_stay_and_sign_off_is_last() -> None:
    items = items_of("visit", "Scanner offline", frozenset({"server", "many"}), ("Mail",))

    assert refs(items) == [
        "A1", "A2", "A3", "W1.1", "W2", "T1", "T2", "T3", "T4.mail", "T5", "T6", "L1", "L2", "L3", "L5",
    ]  # fmt: skip
    assert [item.phase for item in items] == sorted((item.phase for item in items), key=list(Phase).index)


def test_each_service_has_a_test_with_an_id_of_its_own() -> None:
    """design/close-out.md T4"""
    services = ("Mail", "mail", "Mail 2", "Line-of-business program", "Büro", "印刷", "!!", "x" * 80)
    items = [item for item in items_of("visit", "w", frozenset(), services) if item.ref.startswith("T4.")]

    assert [item.ref for item in items] == [
        "T4.mail", "T4.mail-2", "T4.mail-2-2", "T4.line-of-business-program", "T4.buro", "T4.service", "T4.service-2",
        "T4." + "x" * 60,
    ]  # fmt: skip
    assert [item.label for item in items] == [f"Works: {service}" for service in services]
    assert all(item.na_allowed and item.kind is ItemKind.TEST for item in items)


def test_ids_of_services_fit_the_store() -> None:
    items = items_of("visit", "w", frozenset(), ("㎯" * 80, "㎯" * 80))

    assert all(2 <= len(item.ref) <= 90 for item in items)


def test_delivery_gets_the_short_template() -> None:
    """C5b"""
    assert refs(items_of("delivery", "Bring the screen", frozenset({"server"}), ("Mail",))) == ["A1", "L1", "L2", "L5"]
    assert set(refs(items_of("maintenance", "Patch", frozenset(), ()))) == ALWAYS


def test_what_may_not_apply_and_what_may_be_overridden() -> None:
    """design/close-out.md A1 to A3, T1 to T6, L1, L2"""
    items = items_of("visit", "w", frozenset({"server", "many"}), ("Mail",))

    assert {item.ref for item in items if item.na_allowed} == {"A3", "T2", "T3", "T4.mail"}
    assert {item.ref for item in items if not item.override_allowed} == {"A1", "L1", "L2"}
    assert all(item.required for item in items)


def test_first_requested_item_is_the_request_itself() -> None:
    item = items_of("visit", "Replace the tape drive", frozenset(), ())[3]

    assert (item.ref, item.kind, item.label) == ("W1.1", ItemKind.CONFIRM, "Replace the tape drive")


def test_items_that_come_later() -> None:
    assert requested_item(3, "Also the printer").ref == "W1.3"
    assert follow_up_item().ref == "L4"
    named = named_item(2, "scanner\nis  slow")
    assert (named.ref, named.label, named.kind) == ("L1.2", "scanner is slow", ItemKind.NAMED)
    assert (named.required, named.na_allowed, named.override_allowed) == (True, False, False)
    assert len(named_item(1, "word " * 400).label) == 500
