"""`dns name type`: an answer from the named resolver, and the expected one where one is named. UDP, then TCP."""

from __future__ import annotations

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver
from dns.message import Message

from dispatch.closeout.probes.deadline import Deadline, NotRun, ProbeFault, Seen, received
from dispatch.closeout.probes.safety import ascii_name
from dispatch.closeout.probes.vantage import Dialer, FromHost
from dispatch.model.probes import Probe

_SHOWN = 4
"""Answers that are told."""


def run(probe: Probe, dialer: Dialer, deadline: Deadline, now: int) -> Seen:
    """What was seen. Raises ProbeFault, OSError."""
    records = records_of(probe.query, probe.record, probe, dialer, deadline)
    if not records:
        raise ProbeFault(f"{probe.query} has no record of type {probe.record}")
    shown = ", ".join(received(record) for record in records[:_SHOWN]) + (", …" if len(records) > _SHOWN else "")
    if probe.expect and not any(_is(record, probe.expect) for record in records):
        raise ProbeFault(f"the answer is {shown} and not {probe.expect}")
    return Seen(f"the answer is {shown}")


def records_of(name: str, record: str, probe: Probe, dialer: Dialer, deadline: Deadline) -> list[str]:
    """The records of a name, none where it has none of that type. Raises ProbeFault, OSError."""
    try:
        query = dns.message.make_query(ascii_name(name), record, use_edns=True)
    except dns.exception.DNSException as error:
        raise ProbeFault(f"{name} {record} cannot be asked for", final=True) from error
    answer = _answer_of(query, probe, dialer, deadline)
    code = answer.rcode()
    if code == dns.rcode.NXDOMAIN:
        if name == probe.query:
            raise ProbeFault(f"there is no name {name}")
        return []
    if code != dns.rcode.NOERROR:
        raise ProbeFault(f"the resolver answered {dns.rcode.to_text(code)}")
    kind = dns.rdatatype.from_text(record)
    return [data.to_text() for found in answer.answer if found.rdtype == kind for data in found]


def _answer_of(query: Message, probe: Probe, dialer: Dialer, deadline: Deadline) -> Message:
    if not isinstance(dialer, FromHost):
        if not probe.host:
            raise NotRun("a DNS test from the client's network needs its resolver named")
        return _over_tcp(query, probe.host, probe, dialer, deadline)
    resolvers = [(probe.host, probe.local)] if probe.host else [(host, True) for host in _own_resolvers()]
    last: ProbeFault | None = None
    for number, (host, local) in enumerate(resolvers):
        try:
            part = deadline.part(deadline.left() / (len(resolvers) - number))
            answer = _over_udp(query, host, probe, dialer, part, local=local)
            return _over_tcp(query, host, probe, dialer, deadline) if answer is None else answer
        except (ProbeFault, OSError) as fault:
            last = (
                fault if isinstance(fault, ProbeFault) else ProbeFault(f"{host} could not be asked: {fault.strerror}")
            )
    raise last or NotRun("no resolver is configured on this machine")


def _over_udp(
    query: Message, host: str, probe: Probe, dialer: FromHost, deadline: Deadline, *, local: bool
) -> Message | None:
    """The answer; None: it was cut short and must be asked for over TCP. Raises ProbeFault, OSError."""
    for data in dialer.datagrams(host, probe.port, query.to_wire(), deadline, local=local):
        try:
            answer = dns.message.from_wire(data, ignore_trailing=True, raise_on_truncation=False)
        except (dns.exception.DNSException, ValueError):
            deadline.doing = f"waiting for the answer of {host}, which sends something that is none"
            continue
        if query.is_response(answer):
            return None if answer.flags & dns.flags.TC else answer
    return None


def _over_tcp(query: Message, host: str, probe: Probe, dialer: Dialer, deadline: Deadline) -> Message:
    local = probe.local or not probe.host
    with dialer.open(host, probe.port, deadline, local=local) as connection:
        deadline.doing = f"waiting for the answer of {host}"
        sent = query.to_wire()
        connection.send(len(sent).to_bytes(2, "big") + sent)
        data = connection.exactly(int.from_bytes(connection.exactly(2), "big"))
    try:
        answer = dns.message.from_wire(data)
    except (dns.exception.DNSException, ValueError) as error:
        raise ProbeFault("the resolver answered with something that is no answer") from error
    if not query.is_response(answer):
        raise ProbeFault("the resolver answered another question")
    return answer


def _is(answer: str, expected: str) -> bool:
    """Whether an answer is the expected one: whole, without the preference of an MX, or within a text record."""
    plain, plain_expected = (
        " ".join(text.casefold().replace('"', "").split()).rstrip(".") for text in (answer, expected)
    )
    return (
        plain == plain_expected
        or plain.partition(" ")[2] == plain_expected
        or ('"' in answer and plain_expected in plain)
    )


def _own_resolvers() -> list[str]:
    try:
        return [str(server) for server in dns.resolver.Resolver().nameservers][:3]
    except dns.exception.DNSException:
        return []
