"""A target as people type it, as a probe of the items that it tests; and a probe as JSON, as items and specifications have it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from dispatch.closeout.probes.certificate import LONGEST, typed_fingerprint
from dispatch.closeout.probes.deadline import ProbeFault
from dispatch.closeout.probes.safety import address_of, ascii_name, forbidden, refusal
from dispatch.closeout.probes.values import impossible, number_of
from dispatch.fields.reading import FormFault, line, record
from dispatch.model.checklists import ItemKind, NewItem
from dispatch.model.forms import unusual
from dispatch.model.probes import ASKING, BOUNDS, EXPIRY, Probe, ProbeKind, ProbeTarget, Tested, Vantage, has_role
from dispatch.model.text import show

_OPTION = re.compile(r'\s*([a-z]+)\s*(?:=\s*("[^"]*"|[^;]*))?\s*(?:;|$)', re.IGNORECASE)
_REPLIES = re.compile(r"(\d{1,2}) of (\d{1,2})")
_ANY = frozenset({"seconds", "tries"})
_TLS = frozenset({"trust", "pin"})
_BOUNDS = frozenset(BOUNDS)
_TAKEN: Mapping[ProbeKind, frozenset[str]] = {
    ProbeKind.TCP: _ANY | {"expect"},
    ProbeKind.HTTP: _ANY | _TLS | _BOUNDS | {"expect", "status", "json", "pattern"},
    ProbeKind.TLS: _ANY | _TLS | {"days"},
    ProbeKind.DNS: _ANY | {"type", "resolver", "expect"},
    ProbeKind.PING: _ANY | {"replies"},
    ProbeKind.SMTP: _ANY | _TLS | {"expect", "starttls", "tls"},
    ProbeKind.IMAP: _ANY | _TLS | {"expect", "starttls", "tls"},
    ProbeKind.LDAP: _ANY | _TLS | {"tls"},
    ProbeKind.RDP: _ANY,
    ProbeKind.SMB: _ANY,
    ProbeKind.NTP: _ANY | {"most"},
    ProbeKind.MAIL_DNS: _ANY | {"resolver", "dkim"},
    ProbeKind.SSH: _ANY | _BOUNDS | {"ask", "pin", "expect"},
    ProbeKind.WINRM: _ANY | _BOUNDS | {"ask", "pin", "expect"},
    ProbeKind.SNMP: _ANY | _BOUNDS | {"oid", "auth", "priv", "pattern", "expect"},
    ProbeKind.REBOOT: frozenset({"seconds", "expect"}),
    ProbeKind.VALUE: _BOUNDS,
}
_WRITTEN = {"trust": f"trust={EXPIRY}", "pin": "pin=SHA256"}
"""Options whose names do not say what is written there."""
_BELIEVED = frozenset(kind for kind, taken in _TAKEN.items() if "trust" in taken) | {ProbeKind.WINRM}
"""Kinds whose certificate is looked at."""
_PORTS = {
    ProbeKind.TLS: 443, ProbeKind.SMTP: 25, ProbeKind.DNS: 53, ProbeKind.IMAP: 993, ProbeKind.LDAP: 389, ProbeKind.RDP: 3389,
    ProbeKind.SMB: 445, ProbeKind.NTP: 123, ProbeKind.MAIL_DNS: 53, ProbeKind.SSH: 22, ProbeKind.WINRM: 5986,
    ProbeKind.SNMP: 161,
}  # fmt: skip
_SECURE = frozenset({465, 636, 993})
"""Ports on which TLS is spoken from the start (RFC 8314, RFC 4513)."""
_UDP = {
    ProbeKind.PING: "a ping cannot go through the proxy of the client's network; test a port by tcp",
    ProbeKind.NTP: "a time server cannot be asked through the proxy of the client's network",
    ProbeKind.SNMP: "a device cannot be asked by SNMP through the proxy of the client's network",
}
_RECORDS = frozenset({"A", "AAAA", "CAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT"})
REBOOT_SECONDS = 900
"""How long a restart is watched by default."""


def read_target(target: ProbeTarget, faults: list[str]) -> Probe:
    """The probe of a target as it was typed; what cannot be taken is said in `faults`, each with its field."""
    given = _options(target.kind, target.options, faults)
    probe = Probe(target.kind, target.name, target.vantage, local=bool(target.reason))
    probe = _with_address(probe, target.address.strip(), given.pop("resolver", ""), faults)
    probe = _with_options(probe, given, faults)
    if target.authority:
        probe = dataclasses.replace(probe, authority=target.authority)
        if target.kind not in _BELIEVED:
            faults.append(f"authority: {target.kind} shows no certificate")
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
    if probe.trust not in ("", EXPIRY):
        faults.append(f"trust: nothing or {EXPIRY} is expected")
    if sum(map(bool, (probe.trust, probe.pin, probe.authority))) > 1:
        faults.append("trust, pin, authority: one of them says whose certificate is believed")
    if probe.pin and not re.fullmatch("[0-9a-f]{64}", probe.pin):
        faults.append("pin: is no SHA-256 of 64 hexadecimal digits")
    if probe.kind in ASKING and not (probe.user and probe.ask):
        faults.append("who signs in is to stand before the host, root@server.example.com, and in ask what is asked for")
    if probe.kind is ProbeKind.SNMP:
        faults += _of_snmp(probe)
    faults += _of_page(probe)
    bounds = [number_of(bound) for bound in (probe.least, probe.most) if bound is not None]
    moves = [number_of(bound) for bound in (probe.fall, probe.rise) if bound is not None]
    if None in bounds or any(move is None or move < 0 for move in moves):
        faults.append("least, most, fall, rise: numbers such as 24 or 0.5 are expected")
    elif len(bounds) == 2 and bounds[0] > bounds[1]:  # type: ignore[operator]
        faults.append(f"least: {probe.least} is above most, {probe.most}")
    else:
        faults += [f"least, most: {why}" for bound in bounds if bound is not None and (why := impossible(probe, bound))]
    return faults


def _of_snmp(probe: Probe) -> Iterator[str]:
    """What is wrong with what a device is asked by SNMP."""
    from dispatch.closeout.probes.snmp import AUTH, PRIV

    if not re.fullmatch(r"\.?[0-2](?:\.\d{1,10}){1,60}", probe.oid):
        yield "oid: numbers between dots are expected, such as 1.3.6.1.2.1.1.3.0"
    for name, value, known in ("auth", probe.auth, AUTH), ("priv", probe.priv, PRIV):
        if value not in known:
            yield f"{name}: one of {', '.join(known)} is expected"


def _of_page(probe: Probe) -> Iterator[str]:
    """What is wrong with the value that a page is to say."""
    if probe.json and probe.pattern:
        yield "json, pattern: one of them says where the value is"
    if probe.pattern and (probe.pattern.count("#") != 1 or not probe.pattern.replace("#", "").strip()):
        yield "pattern: words and one # where the number stands are expected, such as load: #"
    bounded = any(bound is not None for bound in (probe.least, probe.most, probe.fall, probe.rise))
    if probe.kind is ProbeKind.HTTP and bounded and not (probe.json or probe.pattern):
        yield "least, most, fall, rise: bounds of what? json or pattern says where the value is"


def probe_form(probe: Probe) -> dict[str, Any]:
    """A probe as JSON has it: kind, name, vantage, and what is not as usual."""
    always = {"kind": str(probe.kind), "name": probe.name, "vantage": str(probe.vantage)}
    return always | unusual(probe, Probe(probe.kind, probe.name, probe.vantage))


def read_probe(form: Any, path: str = "a probe") -> Probe:
    """The probe of such a form.

    Raises:
        FormFault: it is none, or is out of bounds, or may not be tested; the message says what is wrong with it.
    """
    own: list[str] = []
    probe = _of_form(form, path, own)
    if own := own or faults_of(probe):
        raise FormFault("; ".join(own))
    return probe


_of_form = record(Probe, own={str: line(LONGEST, empty=True)})


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
            taken = ", ".join(_WRITTEN.get(one, one) for one in sorted(_TAKEN[kind]))
            faults.append(f"options: {kind} takes {taken}, not {show(name, 40)}")
        elif name in given:
            faults.append(f"options: {name} stands there twice")
        else:
            given[name] = value
    return given


def _with_options(probe: Probe, given: Mapping[str, str], faults: list[str]) -> Probe:
    values: dict[str, Any] = {"seconds": REBOOT_SECONDS} if probe.kind is ProbeKind.REBOOT else {}
    for name, value in given.items():
        try:
            read = _READERS.get(name, str)(value)
        except ValueError as fault:
            faults.append(f"options: {name} {fault}")
        else:
            values |= read if isinstance(read, dict) else {_HELD_AS.get(name, name): read}
    return dataclasses.replace(probe, **values)


def _whole(value: str) -> int:
    if not (value.isascii() and value.isdecimal() and len(value) < 6):
        raise ValueError(f"is a whole number, not “{show(value, 40)}”")
    return int(value)


def _replies(value: str) -> dict[str, int]:
    match = _REPLIES.fullmatch(value)
    if match is None:
        raise ValueError(f"is of the form 3 of 4, not “{show(value, 40)}”")
    return {"replies": int(match[1]), "echoes": int(match[2])}


_READERS: Mapping[str, Callable[[str], Any]] = {
    "seconds": _whole,
    "tries": _whole,
    "days": _whole,
    "replies": _replies,
    "starttls": lambda value: value.casefold() or "verified",
    "tls": lambda value: value.casefold() not in ("no", "off"),
    "pin": typed_fingerprint,
    "type": str.upper,
    "status": str.casefold,
    "trust": str.casefold,
    "auth": str.casefold,
    "priv": str.casefold,
}
"""How an option is read that is no text as it stands."""
_HELD_AS = {"type": "record", "tls": "secure"}


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
    if kind in (ProbeKind.DNS, ProbeKind.MAIL_DNS):
        _name(address, faults)
        host, port = _host_and_port(resolver, kind, faults) if resolver else ("", 53)
        if not resolver and probe.vantage is Vantage.SITE:
            faults.append("options: from the client's network a DNS test needs its resolver named: resolver=10.0.0.1")
        probe = dataclasses.replace(probe, query=address, host=host, port=port)
        return _allowed(probe, host, faults) if host else probe
    if kind in _UDP and probe.vantage is Vantage.SITE:
        faults.append(f"vantage: {_UDP[kind]}")
    if kind is ProbeKind.PING:
        _name(address, faults)
        return _allowed(dataclasses.replace(probe, host=address.strip("[]")), address, faults)
    if kind in ASKING or kind is ProbeKind.SNMP:
        user, _, address = address.rpartition("@")
        if ":" in user:
            faults.append("address: no password may stand there; it is asked for when the test runs")
        probe = dataclasses.replace(probe, user=user.strip())
    host, port = _host_and_port(address, kind, faults)
    if not port:
        faults.append("address: its port is missing: server.example.com:3389")
    secure = port in _SECURE and "tls" in _TAKEN[kind]
    return _allowed(dataclasses.replace(probe, host=host, port=port, secure=secure), host, faults)


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


def not_held(tested: Iterable[Tested], targets: Iterable[ProbeTarget]) -> str:
    """Why a fall or rise would be held against nothing: what several targets of a site read on one item is not kept apart
    (design/close-out.md C5). "" where each that has one tests its items alone."""
    probes = [probe for target in targets if not target.archived and (probe := probe_of(target)) is not None]
    for one in tested:
        own = [probe for probe in probes if has_role(probe.name, one.roles) and one.kind in (None, probe.kind)]
        if len(own) > 1 and any(probe.fall is not None or probe.rise is not None for probe in own):
            names = " and ".join(f"“{show(probe.name, 40)}”" for probe in own[:MOST])
            kept = "which keeps no figure of each for the next visit"
            return f"{names} test one item together, {kept}: name one otherwise, or leave out fall and rise"
    return ""


def bounds_of(text: str) -> tuple[str | None, ...]:
    """The bounds of a value in the order of `BOUNDS`, as the options of a target write them: `unit=%; least=15`.

    Raises:
        ValueError: it is not so, or nothing bounds the value.
    """
    faults: list[str] = []
    probe = _with_options(Probe(ProbeKind.VALUE, ""), _options(ProbeKind.VALUE, text, faults), faults)
    bounds = tuple(getattr(probe, name) for name in BOUNDS)
    if text.strip() and not any(bounds[1:]):
        faults.append("least or most is missing")
    if faults := faults or faults_of(probe):
        raise ValueError("; ".join(fault.removeprefix("options: ") for fault in faults))
    return bounds


def bounds_text(bounds: Sequence[str | None]) -> str:
    """The same as it is typed."""
    named = zip(BOUNDS, bounds, strict=True)
    return "; ".join(
        f'{name}="{value}"' if re.search("[; ]", value) else f"{name}={value}" for name, value in named if value
    )


def probe_of(target: ProbeTarget) -> Probe | None:
    """The probe of a registered target; None where the program no longer takes it."""
    faults: list[str] = []
    probe = read_target(target, faults)
    return None if faults else probe
