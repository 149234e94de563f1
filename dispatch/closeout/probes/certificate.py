"""What a certificate says of itself, read from its bytes (RFC 5280).

The standard library reads that only from certificates that verify; here it is read from those that nobody vouches for too.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import hashlib
import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass

_ALTERNATIVE_NAMES, _COMMON_NAME = bytes.fromhex("551d11"), bytes.fromhex("550403")
_DNS, _IP = 0x82, 0x87
LONGEST = 16_000
"""Characters of a certificate in base64 at most: one with a key of 4096 bits and many names has some 3,000."""
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Certificate:
    """Whom a certificate is for, from when until when it is valid (instants), and its SHA-256 in hexadecimal."""

    names: tuple[str, ...]
    begins: int
    ends: int
    fingerprint: str


def read_certificate(der: bytes) -> Certificate:
    """A certificate in DER.

    Raises:
        ValueError: it is none that can be read.
    """
    try:
        (_, body), *_ = _parts(der)
        (_, signed), *_ = _parts(body)
        # version and serial number, algorithm, issuer, validity, subject: the version is left out of old ones
        fields = [part for part in _parts(signed) if part[0] != 0xA0]
        begins, ends = (_instant(tag, text) for tag, text in _parts(fields[3][1]))
        names = list(_alternative_names(fields)) or list(_common_names(fields[4][1]))
    except (ValueError, IndexError, OverflowError) as error:
        raise ValueError("is no certificate that can be read") from error
    return Certificate(tuple(dict.fromkeys(names)), begins, ends, fingerprint_of(der))


def fingerprint_of(der: bytes) -> str:
    """The SHA-256 of a certificate, in hexadecimal."""
    return hashlib.sha256(der).hexdigest()


def typed_certificate(text: str) -> str:
    """A certificate as it is pasted, with or without its first and last line, as base64 on one line; "" of nothing.

    Raises:
        ValueError: it is not one certificate.
    """
    if not text.strip():
        return ""
    blocks = _PEM.findall(text) or [text]
    if len(blocks) > 1:
        raise ValueError("holds several certificates; the one of the authority is expected")
    try:
        der = base64.b64decode("".join(blocks[0].split()), validate=True)
        read_certificate(der)
    except (ValueError, binascii.Error):
        raise ValueError("is no certificate: paste it from BEGIN CERTIFICATE to END CERTIFICATE") from None
    written = base64.b64encode(der).decode("ascii")
    if len(written) > LONGEST:
        raise ValueError(f"has more than {LONGEST} characters")
    return written


def typed_fingerprint(text: str) -> str:
    """A SHA-256 as it is typed, in hexadecimal with colons or blanks or without, or as OpenSSH writes it, as 64 hexadecimal digits.

    Raises:
        ValueError: it is none.
    """
    if match := re.fullmatch("SHA256:([A-Za-z0-9+/]{43})", text.strip()):
        return base64.b64decode(f"{match[1]}=").hex()
    digits = re.sub("[: ]", "", text.casefold().removeprefix("sha256"))
    if not re.fullmatch("[0-9a-f]{64}", digits):
        raise ValueError("is no SHA-256 of 64 hexadecimal digits")
    return digits


def shown_as_by_ssh(fingerprint: str) -> str:
    """A fingerprint as OpenSSH writes that of a host key."""
    return f"SHA256:{base64.b64encode(bytes.fromhex(fingerprint)).decode('ascii').rstrip('=')}"


def _alternative_names(fields: list[tuple[int, bytes]]) -> Iterator[str]:
    for tag, content in fields[6:]:
        if tag != 0xA3:
            continue
        ((_, extensions),) = _parts(content)
        for _, extension in _parts(extensions):
            oid, *_, (_, value) = _parts(extension)
            if oid[1] == _ALTERNATIVE_NAMES:
                ((_, names),) = _parts(value)
                yield from (_name(kind, name) for kind, name in _parts(names) if kind in (_DNS, _IP))


def _name(kind: int, name: bytes) -> str:
    return str(ipaddress.ip_address(name)) if kind == _IP else name.decode("ascii", "replace")


def _common_names(subject: bytes) -> Iterator[str]:
    for _, group in _parts(subject):
        for _, attribute in _parts(group):
            oid, (_, value) = _parts(attribute)
            if oid[1] == _COMMON_NAME:
                yield value.decode("utf-8", "replace")


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
