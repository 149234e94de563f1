"""`tls host:port`: whose certificate it is, and that it is valid for some days more. Also the TLS of other kinds.

Whom a certificate is believed is said by its target: anybody whom the machine trusts, the firm's own authority, just one
certificate by its fingerprint, or nobody (`trust=expiry`), where only its dates count.
"""

from __future__ import annotations

import base64
import datetime
import ssl

from dispatch.closeout.probes.certificate import Certificate, read_certificate
from dispatch.closeout.probes.connection import Connection
from dispatch.closeout.probes.deadline import Deadline, ProbeFault, Seen, received
from dispatch.closeout.probes.safety import ascii_name
from dispatch.closeout.probes.vantage import Dialer
from dispatch.model.probes import EXPIRY, Probe
from dispatch.model.text import count_text

_NOT_YET, _EXPIRED = 9, 10
_SELF_SIGNED = (18, 19)
_NO_ISSUER = (2, 20, 21)
_OTHER_NAME = (62, 63, 64)
_NAMES = 3
"""Names of a certificate that are told."""


def run(probe: Probe, dialer: Dialer, deadline: Deadline, now: int) -> Seen:
    """What was seen, at `now`. Raises ProbeFault, OSError."""
    with dialer.open(probe.host, probe.port, deadline, local=probe.local) as connection:
        certificate = shown(connection, probe, dialer, deadline, now)
    days = datetime.timedelta(seconds=certificate.ends - now).days
    if days < probe.days:
        left, wanted = count_text(days, "day"), count_text(probe.days, "day")
        raise ProbeFault(
            f"the certificate ends on {_day(certificate.ends)}, in {left}; {wanted} are asked for",
            final=True,
            value=f"{days} days",
        )
    known = "the pinned certificate" if probe.pin else "the certificate"
    left = count_text(days, "day")
    return Seen(f"{known}{_for(certificate)} is valid until {_day(certificate.ends)}, {left} more", f"{days} days")


def shown(connection: Connection, probe: Probe, dialer: Dialer, deadline: Deadline, now: int) -> Certificate:
    """Go on under TLS with whom the probe believes; of others, names and fingerprint are told. Raises ProbeFault, OSError."""
    try:
        return _seen(connection, probe, probe.host, deadline, now)
    except ssl.SSLCertVerificationError as error:
        raise ProbeFault(_why_not(error, probe, dialer, deadline), final=True) from error


def begun(connection: Connection, probe: Probe, deadline: Deadline, now: int, before: str = "") -> None:
    """Go on under TLS with the probe's host, as its `starttls` and `trust` say. Raises as `secured`."""
    if probe.starttls == "any":
        unverified(connection, probe.host, deadline)
    else:
        secured(connection, probe, probe.host, deadline, now, before)


def secured(connection: Connection, probe: Probe, host: str, deadline: Deadline, now: int, before: str = "") -> None:
    """Go on under TLS with whom the probe believes; `before` begins the sentence of a fault. Raises ProbeFault, OSError."""
    try:
        _seen(connection, probe, host, deadline, now)
    except ssl.SSLCertVerificationError as error:
        raise ProbeFault(before + _words_of(error, host), final=True) from error


def unverified(connection: Connection, host: str, deadline: Deadline) -> bytes:
    """Go on under TLS with whoever it is; returns the certificate in DER. Raises ProbeFault."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return _greeted(connection, context, host, deadline).getpeercert(binary_form=True) or b""


def _seen(connection: Connection, probe: Probe, host: str, deadline: Deadline, now: int) -> Certificate:
    """The certificate of whom the probe believes.

    Raises:
        ssl.SSLCertVerificationError: chain or name do not verify.
        ProbeFault: it is no TLS, another certificate than the pinned one, or one that is not valid.
    """
    if not probe.pin and probe.trust != EXPIRY:
        context = ssl.create_default_context()
        if probe.authority:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.load_verify_locations(cadata=base64.b64decode(probe.authority))
        return _read(_greeted(connection, context, host, deadline).getpeercert(binary_form=True) or b"")
    certificate = _read(unverified(connection, host, deadline))
    if probe.pin and certificate.fingerprint != probe.pin:
        raise ProbeFault(
            f"it shows another certificate than the pinned one{_for(certificate)}, sha256 {certificate.fingerprint}",
            final=True,
        )
    if not certificate.begins <= now < certificate.ends:
        raise ProbeFault(_out_of_date(certificate, now), final=True)
    return certificate


def _read(der: bytes) -> Certificate:
    try:
        return read_certificate(der)
    except ValueError:
        raise ProbeFault("its certificate cannot be read" if der else "it showed no certificate", final=True) from None


def _words_of(error: ssl.SSLCertVerificationError, host: str) -> str:
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


def _greeted(connection: Connection, context: ssl.SSLContext, host: str, deadline: Deadline) -> ssl.SSLSocket:
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
    """The reason, with what there is to see of the certificate, which is fetched once more: its date where the date is the
    reason, else its names and the fingerprint by which it could be pinned."""
    reason = _words_of(error, probe.host)
    with dialer.open(probe.host, probe.port, deadline, local=probe.local) as connection:
        der = unverified(connection, probe.host, deadline)
    try:
        certificate = read_certificate(der)
    except ValueError:
        return reason
    if error.verify_code == _EXPIRED:
        return f"the certificate expired on {_day(certificate.ends)}"
    if error.verify_code == _NOT_YET:
        return f"the certificate is valid only from {_day(certificate.begins)}"
    named = "" if error.verify_code in _OTHER_NAME else f", sha256 {certificate.fingerprint}"
    return f"{reason}: it is{_for(certificate) or ' for nobody'}{named}"


def _out_of_date(certificate: Certificate, now: int) -> str:
    if now < certificate.begins:
        return f"the certificate is valid only from {_day(certificate.begins)}"
    return f"the certificate expired on {_day(certificate.ends)}"


def _for(certificate: Certificate) -> str:
    names = ", ".join(received(name, 60) for name in certificate.names[:_NAMES])
    more = ", …" if len(certificate.names) > _NAMES else ""
    return f" for {names}{more}" if names else ""


def _day(instant: int) -> str:
    return datetime.datetime.fromtimestamp(instant, datetime.UTC).date().isoformat()
