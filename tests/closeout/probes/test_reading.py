"""Targets as they are typed, and probes as they are kept."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.closeout.probes.answers import of_value
from dispatch.closeout.probes.certificate import LONGEST
from dispatch.closeout.probes.laptop import (
    NotTaken,
    Specification,
    read_report,
    read_specification,
    specification_form,
)
from dispatch.closeout.probes.reading import bounds_of, probe_form, read_probe, read_target, with_probes
from dispatch.closeout.probes.values import value_verdict
from dispatch.fields.reading import FormFault
from dispatch.model.probes import Probe, ProbeKind, ProbeTarget, Vantage
from tests.closeout.templates import items_of


def read(kind: ProbeKind, address: str, options: str = "", vantage: Vantage = Vantage.HOST) -> Probe:
    faults: list[str] = []
    probe = read_target(ProbeTarget(0, 0, "it", kind, address, options, vantage), faults)
    assert faults == []
    return probe


def test_addresses_and_options() -> None:
    tcp = read(ProbeKind.TCP, "vpn.example.com:443", 'expect="a; b = c"; seconds=20; tries=1')
    assert (tcp.host, tcp.port, tcp.expect, tcp.seconds, tcp.tries) == ("vpn.example.com", 443, "a; b = c", 20, 1)
    assert read(ProbeKind.TLS, "example.com", "days=30").port == 443
    assert read(ProbeKind.TCP, "[2001:db8::1]:443").where == "[2001:db8::1]:443"
    dns = read(ProbeKind.DNS, "example.com", "type=mx; resolver=192.0.2.53:5353; expect=mail.example.com")
    assert (dns.query, dns.record, dns.host, dns.port) == ("example.com", "MX", "192.0.2.53", 5353)
    ping = read(ProbeKind.PING, "192.0.2.1", "replies=1 of 5")
    assert (ping.replies, ping.echoes) == (1, 5)
    reboot = read(ProbeKind.REBOOT, "server.example.com:3389")
    assert reboot.seconds == 900
    ssh = read(ProbeKind.SSH, "check@10.0.0.5:2222", f"ask=free disk; pin=SHA256:{'A' * 43}; least=15")
    assert (ssh.user, ssh.host, ssh.port, ssh.ask, ssh.pin) == ("check", "10.0.0.5", 2222, "free disk", "0" * 64)
    assert ssh.where == "free disk, check@10.0.0.5:2222"
    value = read(ProbeKind.VALUE, "", "unit=Mbit/s; least=100")
    assert (value.unit, value.least, value.most) == ("Mbit/s", "100", None)


@pytest.mark.parametrize(("typed", "good"), [("100", True), ("99.9 Mbit/s", False), ("1e3", None), ("fast", None)])
def test_value(typed: str, good: bool | None) -> None:
    value = read(ProbeKind.VALUE, "", "unit=Mbit/s; least=100")
    if good is None:
        with pytest.raises(ValueError, match="100 Mbit/s is expected"):
            value_verdict(value, typed)
    else:
        assert value_verdict(value, typed)[0] is good


@pytest.mark.parametrize(
    ("typed", "taken"), [("1,500", False), ("101,500 Mbit/s", False), ("1500", True), ("101,5", True)]
)
def test_a_value_that_may_be_thousands_or_a_decimal_is_not_guessed(typed: str, taken: bool) -> None:
    value = read(ProbeKind.VALUE, "", "unit=Mbit/s; least=100")
    if taken:
        assert value_verdict(value, typed)[0]
    else:
        with pytest.raises(ValueError, match="thousands or a decimal"):
            value_verdict(value, typed)


@pytest.mark.parametrize(
    ("bounds", "typed", "why"),
    [
        ("unit=%; least=15", "4000 %", "a share is from 0 to 100 %"),
        ("unit=%; least=15", "100.1", "a share is from 0 to 100 %"),
        ("unit=%; most=90", "-1", "a share is from 0 to 100 %"),
        ("unit=%; fall=5", "101", "a share is from 0 to 100 %"),
        ("unit=%; least=15", "100", ""),
        ("unit=%; most=400", "380 %", ""),
        ("unit=%; most=400", "401 %", "a share is from 0 to 400 %"),
        ("unit=h; most=24", "-2 h", "h are counted from 0"),
        ("unit=days; most=35", "-1", "days are counted from 0"),
        ("unit=Days; most=35", "0", ""),
        ("unit=GB; most=35", "-1", "GB are counted from 0"),
        ("unit=days; least=14", "-3", ""),
        ("unit=°C; most=30", "-10", ""),
        ("unit=dBm; most=30", "-70", ""),
    ],
)
def test_a_figure_that_its_unit_cannot_have_is_refused(bounds: str, typed: str, why: str) -> None:
    probe = read(ProbeKind.VALUE, "", bounds)
    if why:
        with pytest.raises(ValueError, match=why):
            value_verdict(probe, typed)
    else:
        value_verdict(probe, typed)


@pytest.mark.parametrize(
    ("bounds", "why"),
    [("unit=%; least=150", "a share is from 0 to 100 %"), ("unit=h; most=-1", "h are counted from 0")],
)
def test_bounds_that_no_figure_of_the_unit_can_meet_are_refused(bounds: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        bounds_of(bounds)


@pytest.mark.parametrize(("letters", "taken"), [(600, True), (LONGEST, True), (LONGEST + 1, False)])
def test_an_authority_is_kept_however_long_certificates_are(letters: int, taken: bool) -> None:
    form = probe_form(Probe(ProbeKind.TLS, "it", Vantage.HOST, host="10.0.0.5", port=443, authority="A" * letters))
    if taken:
        assert len(read_probe(form).authority) == letters
    else:
        with pytest.raises(FormFault):
            read_probe(form)


@pytest.mark.parametrize(("found", "kept"), [("41", "41 %"), ("41 %", "41 %"), ("41%", "41 %"), ("41 GB", "41 GB")])
def test_a_value_that_was_read_has_its_unit_once(found: str, kept: str) -> None:
    assert of_value(found, Probe(ProbeKind.HTTP, "it", Vantage.HOST, unit="%")).value == kept


PROBES = st.builds(
    Probe,
    st.sampled_from(ProbeKind),
    st.sampled_from(["mail", "remote access"]),
    st.sampled_from(Vantage),
    host=st.sampled_from(["", "mail.example.com", "2001:db8::1"]),
    port=st.integers(0, 65_535),
    expect=st.sampled_from(["", "Willkommen, Ärzte"]),
    most=st.sampled_from([None, "24", "0.5"]),
    starttls=st.sampled_from(["", "any"]),
    user=st.just("root"),
    oid=st.just("1.3.6.1.2.1.1.3.0"),
    pattern=st.just("load: #"),
    ask=st.sampled_from(["free disk", "Sicherungen"]),
    seconds=st.integers(30, 60),
    local=st.booleans(),
)


@given(PROBES)
def test_probe_is_read_as_it_is_kept(probe: Probe) -> None:
    assert read_probe(json.loads(json.dumps(probe_form(probe)))) == probe


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["kind", "name", "items"]), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@given(JSON, st.sampled_from(["dispatch", "visit", "nonce", "expires", "as_of", "items", "seal", None]))
def test_nothing_that_is_carried_ends_the_program(junk: Any, key: str | None) -> None:
    specification = Specification("R1", "0" * 32, 0, 0, (), "0" * 64)
    form = {**specification_form(specification), key: junk} if key else junk
    for text in (json.dumps(form), json.dumps({"dispatch": "probe result 1", "specification": form, "results": junk})):
        for reader in (read_specification, read_report):
            with pytest.raises(NotTaken) as refused:
                reader(text)
            assert refused.value.faults


def test_targets_of_items_are_found_by_role_and_stay_copies() -> None:
    def target(number: int, name: str, kind: ProbeKind = ProbeKind.TCP, **more: Any) -> ProbeTarget:
        return ProbeTarget(number, 1, name, kind, "server.example.com:443", **more)

    targets = [
        target(1, "Mail"),
        target(2, "mailing list"),
        target(3, "VPN Boston", vantage=Vantage.SITE),
        target(4, "reboot"),
        target(5, "reboot file server", ProbeKind.REBOOT),
        target(6, "old", archived=True),
        target(7, "backup", options="nonsense"),
    ]
    items = with_probes(items_of("visit", "w", frozenset({"server"}), ("mail",)), targets)
    found = {item.ref: [probe.name for probe in item.probes] for item in items if item.probes}
    assert found == {"T2": ["reboot file server"], "T3": ["VPN Boston"], "T4.mail": ["Mail"]}


def test_own_name_is_refused() -> None:
    faults: list[str] = []
    read_target(ProbeTarget(0, 0, "it", ProbeKind.TCP, f"{socket.gethostname()}:22"), faults)
    assert faults
