"""A checklist half way through a visit: one test failed and then passed, one passed before the last work."""

from dispatch.model.checklists import Attempt, Checklist, EntryKind, Grade, Item, ItemKind, Phase, Result, WorkEntry
from dispatch.model.probes import Probe, ProbeKind
from tests.widgets.boards import clock


def attempt(sequence: int, at: str, result: Result, text: str = "", **more: object) -> Attempt:
    """An attempt of the sample visit."""
    return Attempt(sequence, clock(at), "ana", result, text, **more)  # type: ignore[arg-type]


def item(number: int, ref: str, phase: Phase, kind: ItemKind, label: str, *attempts: Attempt, **more: object) -> Item:
    """An item of the sample visit."""
    flags = {"required": True, "na_allowed": kind is ItemKind.TEST, "override_allowed": True, **more}
    return Item(number, ref, phase, kind, label, position=number, attempts=attempts, **flags)  # type: ignore[arg-type]


def sample_checklist() -> Checklist:
    """Fourteen items; the last work has sequence 7."""
    executed = {"grade": Grade.EXECUTED, "vantage": "site"}
    refused = attempt(9, "14:04", Result.FAIL, "tcp 443 refused", **executed)
    reached = attempt(10, "14:05", Result.PASS, "tcp 443 open", **executed)
    items = (
        item(
            1,
            "A1",
            Phase.ARRIVE,
            ItemKind.CONFIRM,
            "expectations agreed with the client",
            attempt(1, "13:02", Result.DONE),
        ),
        item(
            2,
            "A2",
            Phase.ARRIVE,
            ItemKind.ASK,
            "what is wrong, in their words",
            attempt(2, "13:03", Result.ANSWERED, "slow"),
        ),
        item(3, "A3", Phase.ARRIVE, ItemKind.CONFIRM, "price basis shown: agreement", attempt(3, "13:03", Result.DONE)),
        item(4, "W1.1", Phase.WORK, ItemKind.CONFIRM, "printers: firmware on three", attempt(5, "13:31", Result.DONE)),
        item(5, "W1.2", Phase.WORK, ItemKind.CONFIRM, "server patched", attempt(7, "13:52", Result.DONE)),
        item(
            6,
            "T2",
            Phase.TEST,
            ItemKind.TEST,
            "server came back",
            attempt(8, "13:56", Result.PASS, "up, down 13:53, up 13:56", grade=Grade.EXECUTED),
        ),
        item(7, "T3", Phase.TEST, ItemKind.TEST, "remote access", refused, reached),
        item(8, "T4.signin", Phase.TEST, ItemKind.TEST, "sign-in", probes=(Probe(ProbeKind.TCP, "sign-in"),)),
        item(
            9,
            "T4.mail",
            Phase.TEST,
            ItemKind.TEST,
            "mail banner, delivery",
            attempt(4, "13:20", Result.PASS, "250 ok", grade=Grade.MEASURED),
        ),
        item(
            10,
            "T6",
            Phase.TEST,
            ItemKind.TEST,
            "backup newer than 3 days",
            attempt(11, "14:06", Result.PASS, value="14 h", grade=Grade.MEASURED),
        ),
        item(11, "L1", Phase.LEAVE, ItemKind.ASK, "anything else before I leave?"),
        item(
            12,
            "L2",
            Phase.LEAVE,
            ItemKind.NAMED,
            "scanner at reception is slow",
            attempt(12, "14:06", Result.FOLLOW_UP, "R4130"),
        ),
        item(13, "L3", Phase.LEAVE, ItemKind.CONFIRM, "nothing left for the client to finish"),
        item(14, "L5", Phase.LEAVE, ItemKind.SIGN_OFF, "sign-off"),
    )
    return Checklist(items, (WorkEntry(7, clock("13:52"), "ana", EntryKind.REQUESTED_ITEM),))
