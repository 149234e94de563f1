"""Keys over SSH: as OpenSSH writes them, as we keep them, and the sessions that were begun with them."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

from dispatch.model.text import count_text


@dataclass(frozen=True, slots=True)
class Key:
    """A public key of one person. `public_key` is algorithm and body; instants are epoch seconds."""

    id: int
    staff_id: int
    login: str
    name: str
    fingerprint: str
    public_key: str
    added_at: int
    revoked_at: int | None = None
    mouse: bool = False
    technician: bool = False
    """Whether the person has the role: a technician's connection may lend its way into a client's network."""

    @property
    def live(self) -> bool:
        """Whether it still opens a session."""
        return self.revoked_at is None

    @property
    def label(self) -> str:
        """How it is called in the key file and in the audit."""
        return f"K{self.id}"


@dataclass(frozen=True, slots=True)
class SshLogin:
    """One session over SSH, from login to logout. `seen_at` is its last save."""

    id: str
    staff_id: int
    login: str
    name: str
    key_id: int | None
    started_at: int
    seen_at: int
    ended_at: int | None = None
    ended_as: str = ""


LEAST_RSA_BITS = 3072
KINDS = {
    "ssh-ed25519": "ed25519",
    "sk-ssh-ed25519@openssh.com": "sk-ed25519",
    "ecdsa-sha2-nistp256": "ecdsa",
    "ecdsa-sha2-nistp384": "ecdsa",
    "ecdsa-sha2-nistp521": "ecdsa",
    "ssh-rsa": "rsa",
}
"""The algorithms that are taken, and what they are called in a list."""
LONGEST = 10_000
"""Characters of a key file that are looked at."""
_EXPECTED = "ed25519, sk-ed25519, ecdsa or RSA of 3072 bits or more"


class KeyRefused(ValueError):
    """A text is no public key that is taken. The message is a sentence fragment that follows the name of the field."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """One public key. `text` is its algorithm and body, without a comment."""

    algorithm: str
    text: str
    fingerprint: str

    @property
    def kind(self) -> str:
        """What the algorithm is called in a list."""
        return KINDS[self.algorithm]


def read_public_key(text: str) -> PublicKey:
    """The key in a `.pub` file: algorithm, body, and a comment that is dropped.

    Options before the key are refused: what a key may do is said by us alone.

    Raises:
        KeyRefused: it is something else, more than one key, a private key, or an algorithm or size that is not taken.
    """
    if "PRIVATE KEY" in text:
        raise KeyRefused("is a private key: keep it to yourself, and give the file that ends in .pub")
    lines = [line for line in text[:LONGEST].splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if len(lines) != 1 or len(text) > LONGEST:
        raise KeyRefused(f"{count_text(len(lines), 'key')} where one was expected")
    words = lines[0].split()
    if len(words) < 2 or words[0] not in KINDS:
        raise KeyRefused(f"begins with {words[0][:40]!r}, where {_EXPECTED} was expected")
    algorithm, body = words[0], words[1]
    try:
        blob = base64.b64decode(body, validate=True)
        fields = _fields(blob)
    except (binascii.Error, ValueError):
        raise KeyRefused("is cut off or damaged") from None
    if fields[0] != algorithm.encode() or len(fields) < (3 if algorithm != "ssh-ed25519" else 2):
        raise KeyRefused("is cut off or damaged")
    if algorithm == "ssh-rsa":
        bits = int.from_bytes(fields[2], "big").bit_length()
        if bits < LEAST_RSA_BITS:
            raise KeyRefused(f"is RSA of {bits} bits, where {_EXPECTED} was expected")
    elif algorithm == "ssh-ed25519" and len(fields[1]) != 32:
        raise KeyRefused("is cut off or damaged")
    return PublicKey(algorithm, f"{algorithm} {base64.b64encode(blob).decode()}", fingerprint(blob))


def fingerprint(blob: bytes) -> str:
    """The SHA-256 fingerprint of a key's body, as `ssh-keygen -l` prints it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def _fields(blob: bytes) -> list[bytes]:
    """The length-prefixed fields of a key's body (RFC 4251, string). Raises ValueError where they do not fit."""
    fields = []
    while blob:
        length = int.from_bytes(blob[:4], "big")
        if len(blob) < 4 + length:
            raise ValueError("cut off")
        fields.append(blob[4 : 4 + length])
        blob = blob[4 + length :]
    if not fields:
        raise ValueError("empty")
    return fields
