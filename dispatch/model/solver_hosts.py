"""Other machines that plan: USER@HOST as OpenSSH knows it, and a colon and where our program is there, if it is not on the path."""

from __future__ import annotations

import re

_HOST = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9._-]*@)?[A-Za-z0-9_][A-Za-z0-9._-]*(?::/[^\s:]+)?")
MOST = 16
"""So many at the most."""


def host_of(typed: str) -> str:
    """One machine.

    Raises:
        ValueError: it is none.
    """
    if not _HOST.fullmatch(typed):
        raise ValueError(
            "a machine as SSH knows it is expected, such as plan@10.0.0.7 or plan@solver:/opt/dispatch/bin/dispatch"
        )
    return typed


def hosts_of(typed: str) -> tuple[str, ...]:
    """Machines with a space between two.

    Raises:
        ValueError: one of them is none, or there are too many.
    """
    hosts = tuple(map(host_of, typed.split()))
    if len(hosts) > MOST:
        raise ValueError(f"{MOST} machines at the most")
    return hosts
