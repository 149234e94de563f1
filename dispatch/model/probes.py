"""Tests that the program runs itself: what is tested, from where, and what came of it (design/close-out.md C5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class ProbeKind(StrEnum):
    """What is tried. `VALUE` is no probe but a number with bounds that somebody types in."""

    TCP = "tcp"
    HTTP = "http"
    TLS = "tls"
    DNS = "dns"
    PING = "ping"
    SMTP = "smtp"
    IMAP = "imap"
    LDAP = "ldap"
    RDP = "rdp"
    SMB = "smb"
    NTP = "ntp"
    MAIL_DNS = "mail_dns"
    SSH = "ssh"
    WINRM = "winrm"
    SNMP = "snmp"
    REBOOT = "reboot"
    VALUE = "value"


ASKING = (ProbeKind.SSH, ProbeKind.WINRM)
"""Kinds that ask a machine something of the lead's list."""
UNREADABLE = "what it tests was kept by another program and cannot be read here"
EXPIRY = "expiry"
"""A certificate of which only the dates count, whoever signed it."""


class Vantage(StrEnum):
    """Where a test runs from: the office machine, or inside the client's network."""

    HOST = "host"
    SITE = "site"


@dataclass(frozen=True, slots=True)
class Probe:
    """A test as an item carries it: copied from a target of the site, never referring to it.

    Which fields matter depends on the kind; the others stay as they are here.
    """

    kind: ProbeKind
    name: str
    """The target's name."""
    vantage: Vantage = Vantage.HOST
    """Where it must run from."""
    host: str = ""
    """Name or address; of a DNS test, the resolver that is asked (empty: the machine's own)."""
    port: int = 0
    url: str = ""
    """Of a web page."""
    query: str = ""
    """Of a DNS test, the name that is asked for."""
    record: str = "A"
    """Of a DNS test, the type of record."""
    expect: str = ""
    """The banner, a text on the page, or an answer of the resolver; empty: anything will do."""
    status: str = "2xx"
    """Of a web page: codes between commas, or classes such as 2xx."""
    days: int = 14
    """Days for which a certificate must still be valid."""
    starttls: str = ""
    """Of a mail server: empty, `verified`, or `any` where its certificate is not looked at."""
    secure: bool = False
    """Of a mail server or a directory: under TLS from the start."""
    trust: str = ""
    """Whose certificate is believed where it is no pinned one: empty, whom the machine or the authority trusts; or `EXPIRY`."""
    pin: str = ""
    """The SHA-256 of the only certificate, or by SSH the only host key, that is believed, in hexadecimal."""
    authority: str = ""
    """The certificate of the only authority that is believed, in base64."""
    json: str = ""
    """Of an answer in JSON, the place of a value: `disks.0.free`."""
    pattern: str = ""
    """Of an answer, the words around a number, which # stands for: `load: #`."""
    user: str = ""
    """Who signs in."""
    ask: str = ""
    """What is asked for, by its name on the lead's list."""
    command: str = ""
    """What that list has under the name: filled in when it runs, and never kept with a visit."""
    oid: str = ""
    """Of SNMP, what is read: `1.3.6.1.2.1.1.3.0`."""
    auth: str = "sha"
    priv: str = "aes"
    """Of SNMP version 3, by what messages are signed and hidden; the second may be `none`."""
    dkim: str = ""
    """Of the DNS of a mail domain, the selectors of its signing keys, between commas."""
    replies: int = 3
    echoes: int = 4
    """A ping passes with so many replies to so many echoes."""
    unit: str = ""
    least: str | None = None
    most: str | None = None
    """Bounds of a value, as decimals: of one that is typed, that a page says, or of the seconds by which a clock is off."""
    fall: str | None = None
    rise: str | None = None
    """By how much a value may be lower, or higher, than at the last visit, as decimals."""
    seconds: int = 10
    """What one try may take at most; a reboot watch as a whole."""
    tries: int = 3
    local: bool = False
    """Registered with a reason although it is on this machine, on loopback or link-local."""

    @property
    def readable(self) -> bool:
        """Whether it says what is tested: what another program kept, and this one cannot read, does not."""
        return self.kind is not ProbeKind.TCP or bool(self.host)

    @property
    def where(self) -> str:
        """What is tested, in words of few characters."""
        if not self.readable:
            return UNREADABLE
        if self.kind is ProbeKind.HTTP:
            return self.url
        if self.kind is ProbeKind.DNS:
            return f"{self.query} {self.record}"
        if self.kind is ProbeKind.VALUE:
            return self.name
        if self.kind is ProbeKind.PING:
            return self.host
        if self.kind is ProbeKind.MAIL_DNS:
            return self.query
        if self.kind is ProbeKind.SNMP:
            return f"{self.oid}, {f'{self.user}@' if self.user else ''}{host_and_port(self.host, self.port)}"
        if self.kind in ASKING:
            return f"{self.ask}, {self.user}@{host_and_port(self.host, self.port)}"
        return host_and_port(self.host, self.port)


BOUNDS = ("unit", "least", "most", "fall", "rise")
"""What says of a value within which bounds it is good."""


@dataclass(frozen=True, slots=True)
class Tested:
    """Which targets of a site test an item: those that are called so, of that kind where one is named, run from there."""

    roles: tuple[str, ...] = ()
    """What the targets are called; a name may go on: `reboot file server`."""
    kind: ProbeKind | None = None
    vantage: Vantage = Vantage.HOST
    """With `SITE` they all run inside the client's network, with `HOST` each from where it was registered for."""
    unit: str = ""
    least: str | None = None
    most: str | None = None
    fall: str | None = None
    rise: str | None = None
    """Bounds of the value that is typed where no target of the site tests it, as those of a probe."""

    @property
    def reading(self) -> Probe | None:
        """The value that is typed where no target of the site tests it, called as the first role; None: none is asked for."""
        if not self.roles or not self.bounded:
            return None
        bounds = {name: getattr(self, name) for name in BOUNDS}
        return Probe(ProbeKind.VALUE, self.roles[0], self.vantage, **bounds)

    @property
    def bounded(self) -> bool:
        """Whether something bounds its value."""
        return any(getattr(self, name) is not None for name in BOUNDS[1:])


UNTESTED = Tested()
"""No target tests it."""


def has_role(name: str, roles: Iterable[str]) -> bool:
    """Whether a target of that name has one of the roles."""
    plain = " ".join(name.casefold().split())
    return any(plain == role.casefold() or plain.startswith(f"{role.casefold()} ") for role in roles)


@dataclass(frozen=True, slots=True)
class ProbeTarget:
    """Something at a site that can be tested, as the dispatcher or the lead registered it.

    `address` (host and port, a URL, or the name that a resolver is asked for) and `options` (`expect="Welcome"; seconds=20`)
    are as they were typed; `reason` says why an address on this machine, on loopback or link-local is meant; `authority` is the
    certificate of whom is believed there, in base64; `equipment_id` is the piece of equipment that it tests.
    """

    id: int
    site_id: int
    name: str
    kind: ProbeKind
    address: str
    options: str = ""
    vantage: Vantage = Vantage.HOST
    reason: str = ""
    note: str = ""
    authority: str = ""
    equipment_id: int | None = None
    archived: bool = False
    version: int = 1


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What a machine may be asked: one command, of the list that the lead keeps. Nobody else types one (design/close-out.md C5)."""

    id: int
    by: ProbeKind
    """How it is asked, one of `ASKING`."""
    name: str
    command: str
    json: str = ""
    pattern: str = ""
    """Where in the answer a value stands, as of a probe; neither: all of it is the value."""
    unit: str = ""
    note: str = ""
    archived: bool = False
    version: int = 1


@dataclass(frozen=True, slots=True)
class Try:
    """One try of a probe. `milliseconds` is how long it took, on the monotonic clock."""

    probe: str
    number: int
    at: int
    milliseconds: int
    passed: bool
    text: str


@dataclass(frozen=True, slots=True)
class ProbeOutcome:
    """What came of a probe, with every try; `text` is one sentence, `value` the figure that was measured.

    One that could not run (`ran` False) has neither passed nor failed.
    """

    probe: Probe
    passed: bool
    text: str
    tries: tuple[Try, ...] = ()
    value: str = ""
    ran: bool = True


def host_and_port(host: str, port: int) -> str:
    """Both as people write them."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@dataclass(frozen=True, slots=True)
class Watch:
    """When a service was seen up, then down, then up again; instants, None what was not seen yet."""

    up_at: int | None = None
    down_at: int | None = None
    back_at: int | None = None

    @property
    def sentence(self) -> str:
        """What was seen, with how long it took."""
        if self.up_at is None or self.down_at is None or self.back_at is None:
            return "up→down" if self.down_at is not None else "up" if self.up_at is not None else "not seen up"
        return f"up→down→up, down for {length_text(self.back_at - self.down_at)}"


def length_text(seconds: int) -> str:
    """A length of time as short as it is read: 42 s, 3m12."""
    return f"{seconds // 60}m{seconds % 60:02}" if seconds >= 60 else f"{seconds} s"
