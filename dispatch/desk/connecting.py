"""What whoever was let in by a key needs to know: which machine this is, and how their own is set up for it."""

from __future__ import annotations

import platform
from collections.abc import Sequence

from db.store import Store
from dispatch.desk import key_file, sshd_config
from dispatch.model.keys import Key
from dispatch.model.text import show


def words_for(store: Store, key: Key, host: str = "", user: str = "") -> list[str]:
    """The fingerprints of this machine, and what goes into `~/.ssh/config` on theirs.

    Args:
        host: this machine as they reach it; empty: its own name.
        user: the service user; empty: the owner of the database.
    """
    lines = []
    if known := sshd_config.host_fingerprints():
        lines += ["At the first connection ssh asks whether it is this machine. It is, if it shows one of:", ""]
        lines += [*(f"    {one}" for one in known), ""]
    lines += ["For ~/.ssh/config on their machine:", ""]
    return [*lines, *stanza(key, host or platform.node(), user or key_file.owner(store))]


def stanza(key: Key, host: str, user: str) -> list[str]:
    """What the person puts into `~/.ssh/config`; with the way into a client's network, for a technician."""
    lines = [
        f"Host dispatch{' dispatch-files' if key.technician else ''}",
        f"    HostName {host}",
        f"    User {user}",
        "    IdentitiesOnly yes",
        "    IdentityFile ~/.ssh/id_ed25519",
        "    ServerAliveInterval 15",
    ]
    if key.technician:
        lines += [
            "",
            "Host dispatch",
            "    # lets tests run from inside the client's network, through this connection",
            f"    RemoteForward localhost:{key_file.site_port(key.staff_id)}",
        ]
    return lines


def words_of_server(store: Store) -> list[str]:
    """What stands against logins: the key file against the database, and what sshd makes of it; then the block for sshd."""
    faults = [drift.text for drift in key_file.drift(store)]
    faults += sshd_config.faults(key_file.owner(store), key_file.path_of(store))
    block = sshd_config.block(key_file.owner(store), key_file.path_of(store), version=sshd_config.version())
    return [*verdict(faults), "", "For a file of /etc/ssh/sshd_config.d:", "", *block.splitlines()]


def verdict(faults: Sequence[str]) -> list[str]:
    """What was found wrong with the key file and sshd, a line each; one that says so where nothing was."""
    bad = [f"BAD   {show(fault, 400)}" for fault in faults]
    return bad or ["good  the key file is as the database has it, and sshd reads it as it should"]
