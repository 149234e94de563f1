"""Other offices of the firm, each with a database of its own."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

_HOST = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._:-]*")
_WHO = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")


class Branch(NamedTuple):
    """Another office: what it is called here, where its database is, what our program is called there (over SSH), the id that its
    database has, and the file with the private key of its copy elsewhere, where that is what is read."""

    id: int
    name: str
    location: str
    program: str = "dispatch"
    office: str = ""
    identity: str = ""
    version: int = 1


class SshPlace(NamedTuple):
    """A database on another machine, as `ssh://user@host:port/path` names it; what it does not say, OpenSSH's settings do."""

    host: str
    path: str
    user: str = ""
    port: int | None = None

    @property
    def at(self) -> str:
        """User and host as `ssh` takes them."""
        return f"{self.user}@{self.host}" if self.user else self.host


def is_copy_elsewhere(typed: str) -> bool:
    """Whether a place is one that `dispatch replicate` keeps a copy at."""
    return typed.startswith(("sftp://", "s3://", "file://")) or os.path.isdir(os.path.expanduser(typed))


def ssh_place(typed: str) -> SshPlace | None:
    """The place of a URL; None where it is none of SSH.

    Raises:
        ValueError: it is one of SSH, and not whole.
    """
    if not typed.startswith("ssh://"):
        return None
    parts = urlsplit(typed)
    try:
        port = parts.port
    except ValueError:
        raise ValueError("its port is no number") from None
    user, host, path = parts.username or "", parts.hostname or "", unquote(parts.path)
    if (
        not _HOST.fullmatch(host)
        or (user and not _WHO.fullmatch(user))
        or len(path) < 2
        or parts.query
        or parts.password
    ):
        raise ValueError("ssh://user@host/path/of/the.db is expected")
    return SshPlace(host, path, user, port)


class Parcel(NamedTuple):
    """What goes from one office to another: a `request`, or the `lending` of a technician; the same `id` stands at both.

    `office` is the other one's, `form` what goes with it. It is `sent` (the sender's word), `taken` (the receiver's), `given_back`
    with `why` (the receiver's, then the sender's). `named` is what it is called at the other one, `wanted_back` the sender's wish.
    """

    id: str
    incoming: bool
    office: str
    kind: str
    form: Mapping[str, Any]
    state: str = "sent"
    why: str = ""
    named: str = ""
    wanted_back: bool = False
    visit_id: int | None = None
    technician_id: int | None = None
    at: int = 0
    version: int = 1
