"""What whoever was let in by a key needs to know: which machine this is, and how their own is set up for it."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from db import checklists, sessions
from db.backups import CheckResult
from db.store import Store
from dispatch.desk.adapters import key_file, sshd_config
from dispatch.desk.closeout import evidence
from dispatch.model.keys import Key
from dispatch.model.text import show


@dataclass(frozen=True, slots=True)
class Reached:
    """How this machine is reached. `host` is its name for them, `user` the service user, `config` a configuration of sshd."""

    host: str
    user: str
    site_tests: bool = True
    config: Path | None = None
    """None: the system's."""

    @classmethod
    def usually(cls, store: Store) -> Reached:
        """By its own name, as the owner of the database."""
        return cls(platform.node(), key_file.owner(store))


def words_for(key: Key, reached: Reached) -> list[str]:
    """The fingerprints of this machine, and what goes into `~/.ssh/config` on theirs: for a technician with the way into a
    client's network."""
    lines = []
    if known := sshd_config.host_fingerprints():
        lines += ["At the first connection ssh asks whether it is this machine. It is, if it shows one of:", ""]
        lines += [*(f"    {name}" for name in known), ""]
    lines += [
        "For ~/.ssh/config on their machine:",
        "",
        f"Host dispatch{' dispatch-files' if key.technician else ''}",
        f"    HostName {reached.host}",
        f"    User {reached.user}",
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


def words_of_server(store: Store, reached: Reached) -> list[str]:
    """What stands against logins: the key file against the database, and what sshd makes of it; then the block for sshd."""
    path = key_file.path_of(store)
    faults = [drift.text for drift in key_file.drift(store)]
    faults += sshd_config.faults(reached.user, path, reached.config)
    block = sshd_block(store, reached)
    return [*verdict(faults), "", "For a file of /etc/ssh/sshd_config.d:", "", *block.splitlines()]


def sshd_block(store: Store, reached: Reached) -> str:
    """The block for the configuration of this machine's sshd."""
    path = key_file.path_of(store)
    return sshd_config.block(reached.user, path, site_tests=reached.site_tests, version=sshd_config.version())


def verdict(faults: Sequence[str]) -> list[str]:
    """What was found wrong with the key file and sshd, a line each; one that says so where nothing was."""
    bad = [f"BAD   {show(fault, 400)}" for fault in faults]
    return bad or ["good  the key file is as the database has it, and sshd reads it as it should"]


def findings_of_the_server(store: Store) -> list[CheckResult]:
    """What the doctor looks at where technicians log in over SSH: one finding for each subject, none for what is not used."""
    findings = []
    if checklists.file_hashes(store):
        faults = evidence.faults(store)
        findings.append(CheckResult("files", not faults, "; ".join(faults) or "as they were handed in"))
    if not sessions.all_keys(store):
        return findings
    drifts = [drift.text for drift in key_file.drift(store)]
    findings.append(CheckResult("key file", not drifts, "; ".join(drifts) or "as the database has it"))
    if sshd_config.sshd() is None:
        findings.append(CheckResult("sshd", False, "there is no sshd on this machine: install openssh-server"))
    elif os.geteuid() != 0:
        findings.append(CheckResult("sshd", True, "only root can ask it: sudo dispatch keys check"))
    else:
        faults = sshd_config.faults(key_file.owner(store), key_file.path_of(store))
        findings.append(
            CheckResult("sshd", not faults, "; ".join(faults) or "reads the key file, and forwards nothing else")
        )
    return findings
