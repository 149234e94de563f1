"""A target as people type it, as a probe of the items that it tests; and a probe as JSON, as items and specifications have it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from dispatch.closeout.probes.deadline import ProbeFault
from dispatch.closeout.probes.safety import address_of, ascii_name, forbidden, refusal
from dispatch.fields.reading import FormFault, line, record
from dispatch.model.checklists import ItemKind, NewItem
from dispatch.model.forms import unusual
from dispatch.model.probes import Probe, ProbeKind, ProbeTarget, Tested, Vantage, has_role
from dispatch.model.text import LINE, show

_OPTION = re.compile(r'\s*([a-z]+)\s*(?:=\s*("[^"]*"|[^;]*))?\s*(?:;|$)', re.IGNORECASE)
_REPLIES = re.compile(r"(\d{1,2}) of (\d{1,2})")
_ANY = frozenset({"seconds", "tries"})
_TAKEN: Mapping[ProbeKind, frozenset[str]] = {
    ProbeKind.TCP: _ANY | {"expect"},
    ProbeKind.HTTP: _ANY | {"expect", "status"},
    ProbeKind.TLS: _ANY | {"days"},
    ProbeKind.DNS: _ANY | {"type", "resolver", "expect"},
    ProbeKind.PING: _ANY | {"replies"},
    ProbeKind.SMTP: _ANY | {"expect", "starttls"},
    ProbeKind.REBOOT: frozenset({"seconds", "expect"}),
    ProbeKind.VALUE: frozenset({"unit", "least", "most"}),
}
_PORTS = {ProbeKind.TLS: 443, ProbeKind.SMTP: 25, ProbeKind.DNS: 53}
_RECORDS = frozenset({"A", "AAAA", "CAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT"})
REBOOT_SECONDS = 900
"""How long a restart is watched by default."""


def read_target(target: ProbeTarget, faults: list[str]) -> Probe:
    """The probe of a target as it was typed; what cannot be taken is said in `faults`, each with its field."""
    given = _options(target.kind, target.options, faults)
    probe = Probe(target.kind, target.name, target.vantage, local=bool(target.reason))
    probe = _with_address(probe, target.address.strip(), given.pop("resolver", ""), faults)
    probe = _with_options(probe, given, faults)
    faults += [f"options: {fault}" for fault in faults_of(probe)]
    return probe


def faults_of(probe: Probe) -> list[str]:
    """What is out of bounds, or may not be tested, in a probe."""
    watched = probe.kind is ProbeKind.REBOOT
    least, most = (30, 3600) if watched else (1, 60)
    faults = [
        f"{name}: {number} is not from {low} to {high}"
        for name, number, low, high in (
            ("seconds", probe.seconds, least, most),
            ("tries", probe.tries, 1, 5),
            ("days", probe.days, 0, 825),
            ("echoes", probe.echoes, 1, 10),
            ("replies", probe.replies, 1, probe.echoes),
            ("port", probe.port, 0, 65_535),
        )
        if not low <= number <= high
    ]
    if not re.fullmatch(r"(?:[1-5](?:\d\d|xx))(?:,\s*[1-5](?:\d\d|xx))*", probe.status):
        faults.append(f"status: {show(probe.status, 40)} is not of the form 200, or 200,204, or 2xx")
    if probe.record not in _RECORDS:
        faults.append(f"type: {show(probe.record, 20)} is not one of {', '.join(sorted(_RECORDS))}")
    if probe.starttls not in ("", "verified", "any"):
        faults.append("starttls: nothing, verified or any is expected")
    bounds = [_number(bound) for bound in (probe.least, probe.most) if bound is not None]
    if None in bounds:
        faults.append("least, most: numbers such as 24 or 0.5 are expected")
    elif len(bounds) == 2 and bounds[0] > bounds[1]:  # type: ignore[operator]
        faults.append(f"least: {probe.least} is above most, {probe.most}")
    return faults


def probe_form(probe: Probe) -> dict[str, Any]:
    """A probe as JSON has it: kind, name, vantage, and what is not as usual."""
    always = {"kind": str(probe.kind), "name": probe.name, "vantage": str(probe.vantage)}
    return always | unusual(probe, Probe(probe.kind, probe.name, probe.vantage))


def read_probe(form: Any, path: str = "", faults: list[str] | None = None) -> Probe:
    """The probe of such a form, as a reader of `dispatch.fields.reading`.

    Raises:
        FormFault: it is none, or is out of bounds, or may not be tested; the message says what is wrong with it.
    """
    own: list[str] = []
    probe = _of_form(form, path or "a probe", own)
    if own := own or faults_of(probe):
        raise FormFault("; ".join(own))
    return probe


_of_form = record(Probe, own={str: line(LINE, empty=True)})


def _options(kind: ProbeKind, options: str, faults: list[str]) -> dict[str, str]:
    given: dict[str, str] = {}
    place = 0
    while options[place:].strip(" ;"):
        match = _OPTION.match(options, place)
        if match is None:
            faults.append(
                f'options: “{show(options[place:].strip(), 60)}” is not of the form expect="Welcome"; seconds=20'
            )
            break
        place = match.end()
        name, value = match[1].casefold(), (match[2] or "").strip().strip('"').strip()
        if name not in _TAKEN[kind]:
            faults.append(f"options: {kind} takes {', '.join(sorted(_TAKEN[kind]))}, not {show(name, 40)}")
        elif name in given:
            faults.append(f"options: {name} stands there twice")
        else:
            given[name] = value
    return given


def _with_options(probe: Probe, given: Mapping[str, str], faults: list[str]) -> Probe:
    values: dict[str, Any] = {"seconds": REBOOT_SECONDS} if probe.kind is ProbeKind.REBOOT else {}
    for name, value in given.items():
        if name in ("seconds", "tries", "days"):
            if value.isascii() and value.isdecimal() and len(value) < 6:
                values[name] = int(value)
            else:
                faults.append(f"options: {name} is a whole number, not “{show(value, 40)}”")
        elif name == "replies":
            match = _REPLIES.fullmatch(value)
            if match is None:
                faults.append(f"options: replies is of the form 3 of 4, not “{show(value, 40)}”")
            else:
                values["replies"], values["echoes"] = int(match[1]), int(match[2])
        elif name == "starttls":
            values[name] = value.casefold() or "verified"
        elif name == "type":
            values["record"] = value.upper()
        elif name == "status":
            values[name] = value.casefold()
        else:
            values[name] = value
    return dataclasses.replace(probe, **values)


def _with_address(probe: Probe, address: str, resolver: str, faults: list[str]) -> Probe:
    """The probe with what is to be tested, looked at as far as it is written down."""
    kind = probe.kind
    if kind is ProbeKind.VALUE:
        return probe
    if not address:
        faults.append("address: is missing")
        return probe
    if kind is ProbeKind.HTTP:
        return _with_url(probe, address, faults)
    if kind is ProbeKind.DNS:
        _name(address, faults)
        host, port = _host_and_port(resolver, kind, faults) if resolver else ("", 53)
        if not resolver and probe.vantage is Vantage.SITE:
            faults.append("options: from the client's network a DNS test needs its resolver named: resolver=10.0.0.1")
        probe = dataclasses.replace(probe, query=address, host=host, port=port)
        return _allowed(probe, host, faults) if host else probe
    if kind is ProbeKind.PING:
        if probe.vantage is Vantage.SITE:
            faults.append("vantage: a ping cannot go through the proxy of the client's network; test a port by tcp")
        _name(address, faults)
        return _allowed(dataclasses.replace(probe, host=address.strip("[]")), address, faults)
    host, port = _host_and_port(address, kind, faults)
    if not port:
        faults.append("address: its port is missing: server.example.com:3389")
    return _allowed(dataclasses.replace(probe, host=host, port=port), host, faults)


def _with_url(probe: Probe, address: str, faults: list[str]) -> Probe:
    from dispatch.closeout.probes.web import parts_of

    try:
        _, host, _, _ = parts_of(address)
    except ValueError as fault:
        faults.append(f"address: {fault}")
        return probe
    _name(host, faults)
    return _allowed(dataclasses.replace(probe, url=address), host, faults)


def _host_and_port(text: str, kind: ProbeKind, faults: list[str]) -> tuple[str, int]:
    """Host and port of `host`, `host:port` or `[address]:port`; the usual port where none is named."""
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":")
    elif text.count(":") > 1:
        host, port = text, ""
    else:
        host, _, port = text.partition(":")
    host = host.strip()
    _name(host, faults)
    if not port:
        return host, _PORTS.get(kind, 0)
    if not (port.isascii() and port.isdecimal() and len(port) <= 5 and 1 <= int(port) <= 65_535):
        faults.append(f"address: “{show(port, 20)}” is not a port from 1 to 65535")
        return host, 1
    return host, int(port)


def _name(host: str, faults: list[str]) -> None:
    """See that a host is an address or can be a name."""
    if address_of(host) is not None:
        return
    try:
        name = ascii_name(host)
    except ProbeFault:
        name = ""
    if not re.fullmatch(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?", name) or ".." in name:
        faults.append(f"address: “{show(host, 60)}” is no name or address of a host")


def _allowed(probe: Probe, host: str, faults: list[str]) -> Probe:
    """Refuse what is on this machine, on loopback or link-local, unless there is a reason for it."""
    address = address_of(host)
    if address is not None and (why := forbidden(address)):
        faults.append(f"address: {show(host, 60)} is {why}, which is not tested")
    elif not probe.local and (why := refusal(host)):
        faults.append(f"address: {show(host, 60)} is {why}; say in reason why it is to be tested")
    return probe


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.replace(",", ".").strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < 10**12 else None


def value_verdict(probe: Probe, typed: str) -> tuple[bool, str]:
    """Whether a typed value such as `14h` is within the bounds, and a sentence that says so.

    Raises:
        ValueError: it is no number, or has another unit; the message says what is expected.
    """
    match = re.fullmatch(r"\s*([-+]?\d+(?:[.,]\d+)?)\s*(.*?)\s*", typed)
    number = _number(match[1]) if match is not None else None
    unit = probe.unit or "no unit"
    example = f"{probe.most or probe.least or '12'} {probe.unit}".strip()
    if match is None or number is None:
        raise ValueError(f"“{show(typed, 40)}” is not a number; {example} is expected")
    if match[2] and match[2].casefold() != probe.unit.casefold():
        raise ValueError(f"“{show(typed, 40)}” has another unit than {unit}; {example} is expected")
    shown = f"{match[1]} {probe.unit}".strip()
    least, most = (None if bound is None else _number(bound) for bound in (probe.least, probe.most))
    if least is not None and number < least:
        return False, f"{probe.name}: {shown} is below {probe.least} {probe.unit}".strip()
    if most is not None and number > most:
        return False, f"{probe.name}: {shown} is above {probe.most} {probe.unit}".strip()
    return True, f"{probe.name}: {shown} is within bounds"


MOST = 10
"""Probes of one item."""


def with_probes(items: Iterable[NewItem], targets: Sequence[ProbeTarget]) -> tuple[NewItem, ...]:
    """The items with a copy of the probes of the site's targets, each item with those that have its role."""
    probes = [(target, probe_of(target)) for target in targets if not target.archived]
    return tuple(
        dataclasses.replace(item, probes=probes_of_item(item.tested, probes)) if item.kind is ItemKind.TEST else item
        for item in items
    )


def probes_of_item(tested: Tested, probes: Iterable[tuple[ProbeTarget, Probe | None]]) -> tuple[Probe, ...]:
    """The probes that belong to an item; all of them run inside the client's network where the item asks for that. Where the site
    has none, the value that the item itself asks for."""
    chosen = [
        dataclasses.replace(probe, vantage=Vantage.SITE) if tested.vantage is Vantage.SITE else probe
        for target, probe in probes
        if probe is not None
        and has_role(target.name, tested.roles)
        and (tested.kind is None or probe.kind is tested.kind)
    ]
    reading = tested.reading
    return (reading,) if reading is not None and not chosen else tuple(chosen[:MOST])


def bounds_of(text: str) -> tuple[str, str | None, str | None]:
    """Unit, least and most of a value, as the options of a target write them: `unit=%; least=15`.

    Raises:
        ValueError: it is not so, or nothing bounds the value.
    """
    faults: list[str] = []
    probe = _with_options(Probe(ProbeKind.VALUE, ""), _options(ProbeKind.VALUE, text, faults), faults)
    if text.strip() and probe.least is None and probe.most is None:
        faults.append("least or most is missing")
    if faults := faults or faults_of(probe):
        raise ValueError("; ".join(fault.removeprefix("options: ") for fault in faults))
    return probe.unit, probe.least, probe.most


def bounds_text(bounds: tuple[str, str | None, str | None]) -> str:
    """The same as it is typed."""
    named = zip(("unit", "least", "most"), bounds, strict=True)
    return "; ".join(
        f'{name}="{value}"' if re.search("[; ]", value) else f"{name}={value}" for name, value in named if value
    )


def probe_of(target: ProbeTarget) -> Probe | None:
    """The probe of a registered target; None where the program no longer takes it."""
    faults: list[str] = []
    probe = read_target(target, faults)
    return None if faults else probe
