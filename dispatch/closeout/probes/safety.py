"""Which addresses may be tested: not this machine, not loopback, not link-local, unless registered with a reason (C5).

Looked at when a target is registered, as far as its address says it, and again for every connection on the address that
was resolved. The connection then goes to that address, so a name cannot point elsewhere meanwhile.
"""

from __future__ import annotations

import ipaddress
import socket

from dispatch.closeout.probes.deadline import ProbeFault

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")
_LOCAL_NAMES = ("localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback")


def ascii_name(host: str) -> str:
    """A host name as it goes over the wire.

    Raises:
        ProbeFault: it cannot be a host name.
    """
    try:
        name = host.encode("ascii").decode() if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        name = ""
    if not name or len(name) > 253:
        raise ProbeFault(f"{host[:60]} is no name of a host", final=True)
    return name


def address_of(text: str) -> Address | None:
    """The address that `text` writes down; None where it is a name."""
    try:
        return ipaddress.ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return None


def refusal(host: str) -> str:
    """Why a host may not be tested without a reason, as far as what was typed says it; empty: it may."""
    name = host.casefold().rstrip(".")
    address = address_of(host)
    if address is not None:
        return refusal_of(address)
    if name in _LOCAL_NAMES or name.endswith(".localhost"):
        return "loopback"
    if name == socket.gethostname().casefold():
        return "this machine itself"
    # forms that resolvers read as addresses: 127.1, 2130706433, 0x7f000001
    if all(part and part[0].isdigit() for part in name.split(".")):
        return "a number that is no address in full"
    return ""


def refusal_of(address: Address) -> str:
    """Why an address may not be tested without a reason; empty: it may."""
    address = _inner(address)
    if address.is_loopback:
        return "loopback"
    if address.is_unspecified:
        return "this machine itself"
    if address.is_link_local:
        return "link-local"
    return "this machine itself" if _is_own(address) else ""


def forbidden(address: Address) -> str:
    """Why an address may not be tested for any reason; empty: it may."""
    address = _inner(address)
    if address.is_multicast:
        return "a multicast address"
    if address == ipaddress.IPv4Address("255.255.255.255"):
        return "the broadcast address"
    return ""


def _inner(address: Address) -> Address:
    """The IPv4 address inside of one of IPv6, where there is one."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _TRANSLATED:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def family_of(address: Address) -> socket.AddressFamily:
    """The family of sockets that reach an address."""
    return socket.AF_INET if address.version == 4 else socket.AF_INET6


def _is_own(address: Address) -> bool:
    """Whether this machine has the address: only its own can be bound."""
    try:
        with socket.socket(family_of(address), socket.SOCK_DGRAM) as probe:
            probe.bind((str(address), 0))
    except OSError:
        return False
    return True
