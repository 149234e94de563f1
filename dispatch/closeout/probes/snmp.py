"""`snmp host` and `snmp user@host`: one value that a device tells, by version 2c (RFC 3416) or 3 (RFC 3414).

By 2c the community goes over the network readable, as that version has it; by 3 nothing secret goes over it.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from dispatch.closeout.probes.answers import decoded, of_answer, of_value, valued
from dispatch.closeout.probes.asynchronous import kept_to
from dispatch.closeout.probes.deadline import Deadline, NotRun, ProbeFault, Seen, received
from dispatch.closeout.probes.safety import Address
from dispatch.closeout.probes.secret import Secrets, asked_of
from dispatch.closeout.probes.vantage import Dialer, FromHost
from dispatch.model.probes import Probe, host_and_port

AUTH = {
    "md5": "usmHMACMD5AuthProtocol",
    "sha": "usmHMACSHAAuthProtocol",
    "sha256": "usmHMAC192SHA256AuthProtocol",
    "sha512": "usmHMAC384SHA512AuthProtocol",
}
"""By what messages are signed, as devices call it, and as the library does."""
PRIV = {
    "none": "usmNoPrivProtocol",
    "des": "usmDESPrivProtocol",
    "aes": "usmAesCfb128Protocol",
    "aes256": "usmAesCfb256Protocol",
}
"""By what they are hidden."""
AGAIN_SECONDS = 1.0
"""After so long a device is asked once more, and then after twice as long each time: a datagram may get lost."""
_REFUSED = ("wrongDigest", "authenticationFailure", "decryptionError", "unknownUserName", "unsupportedSecurityLevel")
"""What devices and the library call it when somebody is not let in."""


def run(probe: Probe, dialer: Dialer, deadline: Deadline, now: int, secrets: Secrets) -> Seen:
    """What was seen. Raises ProbeFault, OSError."""
    if not isinstance(dialer, FromHost):
        raise NotRun("a device cannot be asked by SNMP through the proxy of the client's network; a laptop there can")
    try:
        import pysnmp.hlapi.v3arch.asyncio as library
    except ImportError:
        raise NotRun("it needs the extra snmp: install dispatch-board[snmp]") from None
    held = [secrets.find(words) for words in asked_of(probe)]
    address = dialer.addresses(probe.host, deadline, local=probe.local)[0]
    deadline.doing = f"waiting for the answer of {host_and_port(probe.host, probe.port)}"
    try:
        found = asyncio.run(_asked(library, probe, held, address, deadline))
    except _NotLetIn as refused:
        secrets.refused(probe)
        raise NotRun(f"{probe.host} does not let {probe.user} in: {refused}") from None
    except ProbeFault:
        # a device that does not know the community says nothing at all
        if not probe.user:
            secrets.refused(probe)
        raise
    said = secrets.hidden(found)
    if valued(probe):
        return of_value(said.strip(), probe)
    return of_answer(said, probe, f"it said “{received(said)}”", "in what it said")


class _NotLetIn(Exception):
    pass


async def _asked(library: Any, probe: Probe, held: list[str], address: Address, deadline: Deadline) -> str:
    engine = library.SnmpEngine()
    try:
        kind = library.UdpTransportTarget if address.version == 4 else library.Udp6TransportTarget
        return await kept_to(deadline, _answer(library, engine, probe, _who(library, probe, held), kind, address))
    finally:
        engine.close_dispatcher()


def _who(library: Any, probe: Probe, held: list[str]) -> Any:
    if not probe.user:
        return library.CommunityData(held[0], mpModel=1)
    auth, priv = getattr(library, AUTH[probe.auth]), getattr(library, PRIV[probe.priv])
    return library.UsmUserData(probe.user, *held, authProtocol=auth, privProtocol=priv)


async def _answer(library: Any, engine: Any, probe: Probe, who: Any, kind: Any, address: Address) -> str:
    """What the device says; it is asked until the deadline, which is kept from outside."""
    variable = library.ObjectType(library.ObjectIdentity(probe.oid))
    seconds, answer = AGAIN_SECONDS, None
    while answer is None:
        target = await kind.create((str(address), probe.port), timeout=probe.seconds, retries=0)
        asking = library.get_cmd(engine, who, target, library.ContextData(), variable, lookupMib=False)
        with contextlib.suppress(TimeoutError):
            answer = await asyncio.wait_for(asking, seconds)
        seconds *= 2
    trouble, status, _, found = answer
    name = type(trouble).__name__ if trouble else ""
    if name[:1].lower() + name[1:] in _REFUSED:
        raise _NotLetIn(received(str(trouble)))
    if trouble or status:
        raise ProbeFault(f"it answers: {received(str(trouble or status.prettyPrint()))}")
    return _value(found[0][1], probe)


def _value(value: Any, probe: Probe) -> str:
    if type(value).__name__ in ("NoSuchObject", "NoSuchInstance", "EndOfMibView", "Null"):
        raise ProbeFault(f"it has no {probe.oid}")
    return decoded(bytes(value)) if type(value).__name__ == "OctetString" else str(value.prettyPrint())
