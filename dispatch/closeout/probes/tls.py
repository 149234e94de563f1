"""`tls host:port`: chain and name verify, and the certificate is valid for some days more. Also the TLS of other kinds."""

from __future__ import annotations

import datetime
import ssl
from collections.abc import Iterator

from dispatch.closeout.probes.connection import Connection
from dispatch.closeout.probes.deadline import Deadline, ProbeFault, received
from dispatch.closeout.probes.safety import ascii_name
from dispatch.closeout.probes.vantage import Dialer
from dispatch.model.probes import Probe
from dispatch.model.text import count_text

_NOT_YET, _EXPIRED = 9, 10
_SELF_SIGNED = (18, 19)
_NO_ISSUER = (2, 20, 21)
_OTHER_NAME = (62, 63, 64)


def run(probe: Probe, dialer: Dialer, deadline: Deadline, now: int) -> str:
    """What was seen, at `now`. Raises ProbeFault, OSError."""
    ends = secured_until(probe, dialer, deadline)
    days = datetime.timedelta(seconds=ends - now).days
    if days < probe.days:
        left, wanted = count_text(days, "day"), count_text(probe.days, "day")
        raise ProbeFault(f"the certificate ends on {_day(ends)}, in {left}; {wanted} are asked for", final=True)
    return f"the certificate is valid until {_day(ends)}, {count_text(days, 'day')} more"


def secured_until(probe: Probe, dialer: Dialer, deadline: Deadline) -> int:
    """The instant at which the certificate of a server ends, once chain and name have verified."""
    with dialer.open(probe.host, probe.port, deadline, local=probe.local) as connection:
        try:
            certificate = verified(connection, probe.host, deadline).getpeercert()
        except ssl.SSLCertVerificationError as error:
            raise ProbeFault(_why_not(error, probe, dialer, deadline), final=True) from error
    if not certificate or "notAfter" not in certificate:
        raise ProbeFault("it showed no certificate", final=True)
    return int(ssl.cert_time_to_seconds(str(certificate["notAfter"])))


def verified(connection: Connection, host: str, deadline: Deadline) -> ssl.SSLSocket:
    """Go on under TLS, with chain and name verified.

    Raises:
        ssl.SSLCertVerificationError: they do not verify.
        ProbeFault: it is no TLS.
    """
    return _secured(connection, ssl.create_default_context(), host, deadline)


def unverified(connection: Connection, host: str, deadline: Deadline) -> ssl.SSLSocket:
    """Go on under TLS with whoever it is. Raises ProbeFault."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return _secured(connection, context, host, deadline)


def words_of(error: ssl.SSLCertVerificationError, host: str) -> str:
    """Why a certificate does not verify."""
    code = error.verify_code
    if code == _EXPIRED:
        return "the certificate has expired"
    if code == _NOT_YET:
        return "the certificate is not valid yet"
    if code in _SELF_SIGNED:
        return "the certificate is signed by nobody that is trusted here"
    if code in _NO_ISSUER:
        return "the chain of the certificate is incomplete, or its issuer is not trusted here"
    if code in _OTHER_NAME:
        return f"the certificate is for another name than {host}"
    return f"the certificate does not verify: {received(error.verify_message)}"


def _secured(connection: Connection, context: ssl.SSLContext, host: str, deadline: Deadline) -> ssl.SSLSocket:
    deadline.doing = "greeting over TLS"
    try:
        return connection.secure(context, ascii_name(host))
    except ssl.SSLCertVerificationError:
        raise
    except ssl.SSLEOFError as error:
        raise ProbeFault("hung up during the TLS greeting") from error
    except ssl.SSLError as error:
        reason = (error.reason or "no TLS").replace("_", " ").lower()
        raise ProbeFault(f"it does not speak TLS as we do: {received(reason)}", final=True) from error


def _why_not(error: ssl.SSLCertVerificationError, probe: Probe, dialer: Dialer, deadline: Deadline) -> str:
    """The reason, with the date where the date is the reason: for it the certificate is fetched once more."""
    reason = words_of(error, probe.host)
    if error.verify_code not in (_EXPIRED, _NOT_YET):
        return reason
    with dialer.open(probe.host, probe.port, deadline, local=probe.local) as connection:
        certificate = unverified(connection, probe.host, deadline).getpeercert(binary_form=True)
    begins, ends = _validity(certificate or b"")
    if error.verify_code == _EXPIRED:
        return f"the certificate expired on {_day(ends)}" if ends else reason
    return f"the certificate is valid only from {_day(begins)}" if begins else reason


def _validity(certificate: bytes) -> tuple[int | None, int | None]:
    """From when until when a certificate in DER is valid (RFC 5280); None what cannot be read.

    The standard library reads these only from certificates that verify.
    """
    try:
        (_, body), *_ = _parts(certificate)
        (_, signed), *_ = _parts(body)
        # version and serial number, algorithm, issuer, validity: the version is left out of old ones
        fields = [part for part in _parts(signed) if part[0] != 0xA0]
        begins, ends = (_instant(tag, text) for tag, text in _parts(fields[3][1]))
    except (ValueError, IndexError):
        return None, None
    return begins, ends


def _parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of each DER value in `data`."""
    while data:
        tag, length, start = data[0], data[1], 2
        if length & 0x80:
            start += length & 0x7F
            length = int.from_bytes(data[2:start], "big")
        if start + length > len(data):
            raise ValueError("cut short")
        yield tag, data[start : start + length]
        data = data[start + length :]


def _instant(tag: int, text: bytes) -> int:
    """UTCTime or GeneralizedTime as an instant."""
    digits = text.decode("ascii").rstrip("Z")
    if tag == 0x17:
        digits = ("19" if digits >= "5" else "20") + digits
    moment = datetime.datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=datetime.UTC)
    return int(moment.timestamp())


def _day(instant: int) -> str:
    return datetime.datetime.fromtimestamp(instant, datetime.UTC).date().isoformat()
