"""`winrm user@host`: one command of the lead's list by PowerShell, and what it says (C5).

Only under TLS and with a certificate that is believed: nobody else hears who signs in, and messages need no wrapping of their own.
The library makes the messages of WS-Management and reads them; they go over the connection that was opened for the test.
"""

from __future__ import annotations

import base64
import contextlib
import logging
from typing import Any

from dispatch.closeout.probes import tls
from dispatch.closeout.probes.answers import decoded, of_output
from dispatch.closeout.probes.connection import Connection
from dispatch.closeout.probes.deadline import Deadline, NotRun, ProbeFault, Seen, received
from dispatch.closeout.probes.secret import Secrets, asked_of
from dispatch.closeout.probes.vantage import Dialer
from dispatch.closeout.probes.web import BODY, read_response
from dispatch.model.probes import Probe, host_and_port

POLL_SECONDS = 20
"""For so long a machine may hold a question back before it says that there is nothing yet."""
_WORDS = ("-NoProfile", "-NonInteractive", "-OutputFormat", "Text", "-EncodedCommand")
_QUIET = "$ProgressPreference='SilentlyContinue';"


def run(probe: Probe, dialer: Dialer, deadline: Deadline, now: int, secrets: Secrets) -> Seen:
    """What was seen. Raises ProbeFault, OSError."""
    try:
        import spnego
        from pypsrp import exceptions, shell, wsman
    except ImportError:
        raise NotRun("it needs the extra winrm: install dispatch-board[winrm]") from None
    logging.getLogger("pypsrp").setLevel(logging.CRITICAL + 1)  # what a server sends is told in the result alone
    with dialer.open(probe.host, probe.port, deadline, local=probe.local) as connection:
        certificate = _certificate(connection, probe, dialer, deadline, now)
        signing = spnego.client(
            probe.user,
            secrets.find(*asked_of(probe)),
            hostname=probe.host,
            service="HTTP",
            protocol="ntlm",
            options=spnego.NegotiateOptions.use_ntlm,
            channel_bindings=spnego.channel_bindings.GssChannelBindings(application_data=bound_to(certificate)),
        )
        manager: Any = wsman.WSMan(probe.host, port=probe.port, operation_timeout=POLL_SECONDS)
        manager.transport = _Transport(connection, probe, deadline, signing, exceptions.WinRMTransportError)
        try:
            with shell.WinRS(manager, codepage=65001, idle_time_out=60) as opened:
                process = shell.Process(opened, "powershell.exe", [*_WORDS, _encoded(probe.command)])
                process.invoke()
        except _Refused:
            secrets.refused(probe)
            raise NotRun(f"{probe.user}@{probe.host} was not let in: what was signed in with is refused") from None
        except exceptions.WinRMError as fault:
            raise ProbeFault(f"it answers: {received(secrets.hidden(str(fault)))}") from fault
    output, complaints = (secrets.hidden(decoded(said)) for said in (process.stdout, process.stderr))
    return of_output(process.rc, output, complaints, probe)


def bound_to(certificate: bytes) -> bytes:
    """What binds a sign-in to the channel of a certificate in DER: with another one it is worth nothing (RFC 5929)."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    algorithm = x509.load_der_x509_certificate(certificate).signature_hash_algorithm
    if algorithm is None or algorithm.name in ("md5", "sha1"):
        algorithm = hashes.SHA256()
    digest = hashes.Hash(algorithm)
    digest.update(certificate)
    return b"tls-server-end-point:" + digest.finalize()


def _certificate(connection: Connection, probe: Probe, dialer: Dialer, deadline: Deadline, now: int) -> bytes:
    """The certificate in DER, of whom the probe believes; nobody signs in with anybody else."""
    try:
        tls.shown(connection, probe, dialer, deadline, now)
    except ProbeFault as fault:
        if fault.final:
            raise NotRun(f"{fault.text}; nobody signed in") from fault
        raise
    return connection.certificate


def _encoded(command: str) -> str:
    return base64.b64encode((_QUIET + command).encode("utf-16-le")).decode("ascii")


class _Refused(Exception):
    pass


class _Transport:
    """What carries the library's messages: one connection, which is signed in with the first of them.

    Args:
        fault: what the library expects to be raised for a message that says what is wrong.
    """

    def __init__(self, connection: Connection, probe: Probe, deadline: Deadline, signing: Any, fault: Any) -> None:
        self.endpoint = f"https://{host_and_port(probe.host, probe.port)}/wsman"
        self._connection, self._deadline, self._signing, self._fault = connection, deadline, signing, fault
        self._host = host_and_port(probe.host, probe.port)
        self._doing = f"waiting for what {probe.ask} says"
        self._let_in = False
        self._over: Exception | None = None

    def send(self, message: bytes, **_timeouts: Any) -> bytes:
        """Send a message; returns the answer. Raises as `run`."""
        if self._over is not None:
            # the library goes on to close its shell: why that is not to be is said, not what comes of it
            raise self._over
        try:
            status, body = self._exchanged(message)
        except Exception as fault:
            self._over = fault
            raise
        if status != 200:
            raise self._fault("http", status, decoded(body))
        return body

    def _exchanged(self, message: bytes) -> tuple[int, bytes]:
        if self._let_in:
            status, _, body = self._posted(message)
        else:
            status, body = self._signed_in(message)
        if len(body) >= BODY:
            raise ProbeFault("it sent a message of more than 64 KB", final=True)
        return status, body

    def _signed_in(self, message: bytes) -> tuple[int, bytes]:
        self._doing, doing = "signing in", self._doing
        status, challenge, _ = self._posted(b"", self._signing.step())
        if status != 401 or not challenge:
            raise ProbeFault(f"it does not let people sign in as WinRM does: status {status}", final=True)
        status, _, body = self._posted(message, self._signing.step(challenge))
        if status == 401:
            raise _Refused
        self._let_in, self._doing = True, doing
        return status, body

    def _posted(self, message: bytes, token: bytes | None = None) -> tuple[int, bytes, bytes]:
        """The status, what it asks to be signed, and the message."""
        signed = f"Authorization: Negotiate {base64.b64encode(token).decode('ascii')}\r\n" if token else ""
        self._deadline.doing = self._doing
        self._connection.send(
            f"POST /wsman HTTP/1.1\r\nHost: {self._host}\r\nUser-Agent: dispatch-board\r\nAccept-Encoding: identity\r\n"
            f"Connection: Keep-Alive\r\nContent-Type: application/soap+xml;charset=UTF-8\r\n{signed}"
            f"Content-Length: {len(message)}\r\n\r\n".encode()
            + message
        )
        response, body = read_response(self._connection, self._deadline)
        words = (response.getheader("WWW-Authenticate") or "").split()
        challenge = b""
        with contextlib.suppress(ValueError):
            challenge = base64.b64decode(words[1]) if len(words) == 2 and words[0].casefold() == "negotiate" else b""
        return response.status, challenge, body
