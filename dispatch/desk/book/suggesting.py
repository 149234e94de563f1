"""Test targets that a site may have, suggested from what the names of its mail domain answer; a dispatcher or lead takes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import NamedTuple

from db import clients, probes
from db.names import folded
from db.store import existing
from dispatch.closeout.probes.deadline import Deadline, ProbeFault
from dispatch.closeout.probes.dns_lookup import records_of
from dispatch.closeout.probes.reading import read_target
from dispatch.closeout.probes.running import Runner
from dispatch.closeout.probes.vantage import FromHost
from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.session.refusals import Faulty, NotAllowed, NotFound
from dispatch.desk.session.user import User
from dispatch.model.clients import Site
from dispatch.model.probes import Probe, ProbeKind, ProbeTarget
from dispatch.model.text import show

SECONDS = 4
"""For each name that is tried."""
_MORE_THAN_ONE_FIRMS = frozenset({
    "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com", "icloud.com", "me.com",
    "aol.com", "gmx.de", "gmx.net", "web.de", "t-online.de", "proton.me", "protonmail.com",
})  # fmt: skip
"""Mail domains that are nobody's own."""


class Suggestion(NamedTuple):
    """A target that a site does not have and that answers, and what it answered."""

    name: str
    kind: ProbeKind
    address: str
    answer: str


def domains_of(user: User, site: Site) -> list[str]:
    """The mail domains of a site's client, as the addresses of its contacts have them, but for those that are nobody's own."""
    client = existing(clients.client(user.store, site.client_id))
    found = (one.email.rpartition("@")[2].strip().casefold() for one in client.contacts if "@" in one.email)
    return [domain for domain in dict.fromkeys(found) if domain not in _MORE_THAN_ONE_FIRMS]


def suggest(
    user: User, site: Site, domain: str = "", *, tell: Callable[[str], None] = lambda _: None
) -> list[Suggestion]:
    """What answers under the names that a mail domain usually has, and is no target of the site yet. It asks the network: not for
    the interface's thread.

    Args:
        user: a dispatcher or lead.
        domain: as typed; empty: those of the client's contacts.
        tell: is told each name that is tried.

    Raises:
        NotAllowed: somebody else.
        Faulty: there is no domain to begin with, or it is none.
    """
    roles = RECORD_STORES["target"].record.roles
    if not user.roles_now & set(roles):
        raise NotAllowed(f"Test targets are kept by a dispatcher or lead; {show(user.staff.name)} is neither.")
    domains = [domain.strip().casefold()] if domain.strip() else domains_of(user, site)
    if not domains:
        raise Faulty(["domain: none of the client's contacts has a mail address of its own; say which domain it is"])
    taken = {(one.kind, folded(one.address)) for one in probes.targets_of(user.store, site.id)}
    dialer = FromHost()
    tried = []
    for one in domains:
        for name, kind, address in _usual(one, dialer):
            faults: list[str] = []
            probe = read_target(ProbeTarget(0, site.id, name, kind, address), faults)
            if faults:
                raise Faulty([f"domain: {show(one, 60)} is no domain"])
            if (kind, folded(address)) not in taken:
                tried.append((address, replace(probe, seconds=SECONDS, tries=1)))

    def answer(address: str, probe: Probe) -> Suggestion | None:
        tell(f"{probe.name}: {address}")
        came = Runner(lambda: user.now).run(probe, dialer)
        return Suggestion(probe.name, probe.kind, address, came.text) if came.passed else None

    with ThreadPoolExecutor(8, "suggest") as threads:
        found = list(threads.map(lambda pair: answer(*pair), tried))
    return [one for one in found if one is not None]


def take(user: User, site: Site, chosen: Sequence[Suggestion]) -> list[ProbeTarget]:
    """Register suggestions as targets of the site, as one change that undo takes back.

    Raises:
        NotFound: none was chosen.
        NotAllowed, Faulty: as for any target.
    """
    if not chosen:
        raise NotFound("None of them was chosen.")
    called = RECORD_STORES["site"].title(user.store, site)
    named = {folded(target.name) for target in probes.targets_of(user.store, site.id)}
    entries = []
    for one in chosen:
        name = next(name for name in _numbered(one.name) if folded(name) not in named)
        named.add(folded(name))
        entries.append((None, {"site": called, "name": name, "kind": one.kind.value, "address": one.address}))
    return editing.put(user, "target", "add suggested targets", entries)


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 1
    while True:
        number += 1
        yield f"{name} {number}"


def _usual(domain: str, dialer: FromHost) -> Iterator[tuple[str, ProbeKind, str]]:
    """Under which names a domain usually has what: what the target would be called, its kind and its address."""
    yield "mail domain", ProbeKind.MAIL_DNS, domain
    for host in _mail_servers(domain, dialer):
        yield "mail", ProbeKind.SMTP, f"{host}:25"
    yield "mail box", ProbeKind.IMAP, f"imap.{domain}:993"
    yield "website", ProbeKind.HTTP, f"https://www.{domain}/"
    yield "certificate website", ProbeKind.TLS, f"www.{domain}:443"
    for host in ("vpn", "remote", "rdp"):
        yield f"remote access {host}", ProbeKind.TCP, f"{host}.{domain}:443"


def _mail_servers(domain: str, dialer: FromHost) -> list[str]:
    asked = Probe(ProbeKind.DNS, "mail", query=domain, port=53)
    try:
        records = records_of(domain, "MX", asked, dialer, Deadline(SECONDS))
    except (ProbeFault, OSError):
        return []
    hosts = [record.split()[-1].rstrip(".") for record in sorted(records, key=lambda record: int(record.split()[0]))]
    return [host for host in hosts if host][:2]
