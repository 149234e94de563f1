"""Tests that a laptop at the client's runs: the specification that is carried there, and the result that comes back (C5).

A specification is sealed with a key that stays in the database, so what comes back tests what was asked for. Whether
the laptop tells the truth nobody can seal: such a result is *measured*, never *executed*.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dispatch.closeout.probes.reading import probe_form, probe_from
from dispatch.model.forms import form
from dispatch.model.instants import parse_iso
from dispatch.model.probes import Probe, ProbeKind, ProbeOutcome, Try
from dispatch.model.text import LINE, REFERENCE, TextRefused, clean, show

LONGEST = 512 * 1024
"""Characters of a document that are read."""
ITEMS = 60
PROBES = 10
TRIES = 5

_SPECIFICATION, _RESULT = "probe specification 1", "probe result 1"


class NotTaken(ValueError):
    """A document cannot be taken; `faults` names everything that is wrong with it."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(faults))


@dataclass(frozen=True, slots=True)
class ProbedItem:
    """An item that is to be tested, with its probes."""

    item: str
    label: str
    probes: tuple[Probe, ...]


@dataclass(frozen=True, slots=True)
class Specification:
    """What a laptop is to test for a visit. `as_of` is how far the visit had come: work recorded later asks for it again."""

    visit: str
    nonce: str
    expires_at: int
    as_of: int
    items: tuple[ProbedItem, ...]
    seal: str = ""


@dataclass(frozen=True, slots=True)
class LaptopReport:
    """What a laptop found: the specification as it was carried, and the outcomes of each item in its order."""

    specification: Specification
    outcomes: tuple[tuple[ProbeOutcome, ...], ...]


def sealed(specification: Specification, key: bytes) -> str:
    """The seal of a specification under `key`."""
    form = specification_form(specification)
    del form["seal"]
    text = json.dumps(form, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hmac.new(key, text.encode("ascii"), hashlib.sha256).hexdigest()


def specification_form(specification: Specification) -> dict[str, Any]:
    """A specification as JSON."""
    items = [
        form(item, "item label probes", probes=[probe_form(probe) for probe in item.probes])
        for item in specification.items
    ]
    keys = "dispatch visit nonce expires=expires_at@ as_of items seal"
    return form(specification, keys, dispatch=_SPECIFICATION, items=items)


def report_form(report: LaptopReport) -> dict[str, Any]:
    """A result as JSON."""
    return {
        "dispatch": _RESULT,
        "specification": specification_form(report.specification),
        "results": [
            {"item": item.item, "outcomes": [outcome_form(outcome) for outcome in outcomes]}
            for item, outcomes in zip(report.specification.items, report.outcomes, strict=True)
        ],
    }


def outcome_form(outcome: ProbeOutcome) -> dict[str, Any]:
    """One outcome as JSON."""
    tries = [try_form(attempt) for attempt in outcome.tries]
    return form(outcome, "name=probe.name passed ran text value tries", tries=tries)


def try_form(attempt: Try) -> dict[str, Any]:
    """One try as JSON."""
    return form(attempt, "probe number at@ milliseconds passed text")


def read_specification(text: str) -> Specification:
    """The specification that `text` holds.

    Raises:
        NotTaken: it is none, with everything that is wrong.
    """
    return _specification(_document(text, _SPECIFICATION))


def read_report(text: str) -> LaptopReport:
    """The result that `text` holds; nothing is said yet about its seal.

    Raises:
        NotTaken: it is none, with everything that is wrong.
    """
    form = _document(text, _RESULT)
    inner = form.get("specification")
    specification = _specification(inner if isinstance(inner, dict) else {})
    results = form.get("results")
    if not isinstance(results, list) or len(results) != len(specification.items):
        raise NotTaken(["results: one for each item of the specification is expected"])
    faults: list[str] = []
    outcomes = tuple(_outcomes(item, result, faults) for item, result in zip(specification.items, results, strict=True))
    if faults:
        raise NotTaken(faults)
    return LaptopReport(specification, outcomes)


def _document(text: str, kind: str) -> dict[str, Any]:
    if len(text) > LONGEST:
        raise NotTaken([f"it is longer than {LONGEST:,} characters"])
    try:
        form = json.loads(text)
    except (ValueError, RecursionError):
        raise NotTaken([f"it is no JSON; a {kind[:-2]} is expected"]) from None
    if not isinstance(form, dict) or form.get("dispatch") != kind:
        raise NotTaken([f"it is no {kind[:-2]} of this version"])
    return form


def _specification(form: dict[str, Any]) -> Specification:
    faults: list[str] = []
    if form.get("dispatch") != _SPECIFICATION:
        faults.append("dispatch: a probe specification of this version is expected")
    visit = _line(form, "visit", REFERENCE, faults)
    nonce = _line(form, "nonce", 64, faults)
    seal = _line(form, "seal", 64, faults)
    for name, value in (("nonce", nonce), ("seal", seal)):
        if value and not re.fullmatch(r"[0-9a-f]{32,64}", value):
            faults.append(f"{name}: hexadecimal digits are expected")
    as_of = form.get("as_of")
    if type(as_of) is not int or not 0 <= as_of < 2**53:
        faults.append("as_of: a whole number is expected")
        as_of = 0
    expires_at = _moment(form, "expires", faults, "expires: a time such as 2026-11-24T15:00:00+00:00 is expected")
    items = tuple(_probed_item(item, faults) for item in _several(form, "items", ITEMS, faults))
    if faults:
        raise NotTaken(faults)
    return Specification(visit, nonce, expires_at, as_of, items, seal)


def _probed_item(form: Any, faults: list[str]) -> ProbedItem:
    if not isinstance(form, dict):
        faults.append("items: each is an object")
        return ProbedItem("", "", ())
    item = _line(form, "item", 90, faults)
    label = _line(form, "label", LINE, faults)
    probes = form.get("probes")
    if not isinstance(probes, list) or not 1 <= len(probes) <= PROBES:
        faults.append(f"{show(item)}: from 1 to {PROBES} probes are expected")
        return ProbedItem(item, label, ())
    read: list[Probe] = []
    for probe_json in probes:
        try:
            probe = probe_from(probe_json)
        except ValueError as fault:
            faults.append(f"{show(item)}: {show(str(fault), 300)}")
            continue
        if probe.kind is ProbeKind.VALUE:
            faults.append(f"{show(item)}: a value is typed in, not run")
        read.append(probe)
    return ProbedItem(item, label, tuple(read))


def _outcomes(item: ProbedItem, form: Any, faults: list[str]) -> tuple[ProbeOutcome, ...]:
    outcomes = form.get("outcomes") if isinstance(form, dict) else None
    if not isinstance(form, dict) or form.get("item") != item.item or not isinstance(outcomes, list):
        faults.append(f"{show(item.item)}: its outcomes are missing")
        return ()
    if len(outcomes) != len(item.probes):
        faults.append(f"{show(item.item)}: one outcome for each of its {len(item.probes)} probes is expected")
        return ()
    return tuple(_outcome(item, probe, outcome, faults) for probe, outcome in zip(item.probes, outcomes, strict=True))


def _outcome(item: ProbedItem, probe: Probe, form: Any, faults: list[str]) -> ProbeOutcome:
    own: list[str] = []
    form = form if isinstance(form, dict) else {}
    if form.get("name") != probe.name:
        own.append("name: it is of another probe")
    passed = form.get("passed")
    if type(passed) is not bool:
        own.append("passed: true or false is expected")
    ran = form.get("ran", True)
    if type(ran) is not bool or (passed and not ran):
        own.append("ran: true or false is expected, and true of what passed")
    read = tuple(_try(probe, attempt, own) for attempt in _several(form, "tries", TRIES, own))
    text, value = _line(form, "text", LINE, own), _line(form, "value", 80, own, empty=True)
    if not own and bool(passed) is not read[-1].passed:
        own.append("passed: it differs from the last try")
    faults += [f"{show(item.item)} {show(probe.name)}: {fault}" for fault in own]
    return ProbeOutcome(probe, bool(passed), text, read, value, bool(ran))


def _try(probe: Probe, form: Any, faults: list[str]) -> Try:
    form = form if isinstance(form, dict) else {}
    number, took, passed = form.get("number"), form.get("milliseconds"), form.get("passed")
    if type(number) is not int or not 1 <= number <= TRIES or type(took) is not int or not 0 <= took < 10**8:
        faults.append("tries: number and milliseconds are whole numbers")
        number = took = 0
    if type(passed) is not bool:
        faults.append("tries: passed is true or false")
    at = _moment(form, "at", faults, "tries: at is a time such as 2026-11-24T15:00:00+00:00")
    return Try(probe.name, number, at, took, bool(passed), _line(form, "text", LINE, faults))


def _several(form: dict[str, Any], name: str, most: int, faults: list[str]) -> list[Any]:
    values = form.get(name)
    if isinstance(values, list) and 1 <= len(values) <= most:
        return values
    faults.append(f"{name}: from 1 to {most} are expected")
    return []


def _moment(form: dict[str, Any], name: str, faults: list[str], fault: str) -> int:
    try:
        return parse_iso(_line(form, name, 40, faults))
    except ValueError:
        faults.append(fault)
        return 0


def _line(form: dict[str, Any], name: str, limit: int, faults: list[str], *, empty: bool = False) -> str:
    text = form.get(name)
    if not isinstance(text, str) or (not text.strip() and not empty):
        faults.append(f"{name}: is missing")
        return ""
    try:
        return clean(text, limit=limit)
    except TextRefused as refused:
        faults.append(f"{name}: {refused}")
        return ""
