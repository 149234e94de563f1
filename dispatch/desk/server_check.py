"""What `dispatch doctor` looks at where technicians log in over SSH: the key file, sshd, and what was handed in."""

from __future__ import annotations

import os

from db import files, keys
from db.safekeeping import Finding
from db.store import Store
from dispatch.desk import attaching, key_file, sshd_config


def findings_of_the_server(store: Store) -> list[Finding]:
    """One finding for each subject; none for what this firm does not use."""
    found = []
    if files.hashes(store):
        faults = attaching.faults(store)
        found.append(Finding("files", not faults, "; ".join(faults) or "as they were handed in"))
    if not keys.all_keys(store):
        return found
    drifts = [drift.text for drift in key_file.drift(store)]
    found.append(Finding("key file", not drifts, "; ".join(drifts) or "as the database has it"))
    if sshd_config.sshd() is None:
        found.append(Finding("sshd", False, "there is no sshd on this machine: install openssh-server"))
    elif os.geteuid() != 0:
        found.append(Finding("sshd", True, "only root can ask it: sudo dispatch keys check"))
    else:
        faults = sshd_config.faults(key_file.owner(store), key_file.path_of(store))
        found.append(Finding("sshd", not faults, "; ".join(faults) or "reads the key file, and forwards nothing else"))
    return found
