"""The block of sshd's configuration that lets technicians in, and what sshd makes of it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

SERVICE_USER = "dispatch"
"""The one user that all seats run as."""

_GLOBAL = """\
# for every user of this machine: an sshd that answers the world
LoginGraceTime 20
MaxStartups 20:30:60
PerSourceMaxStartups 5
"""
_BLOCK = """\
Match User {user}
    AuthorizedKeysFile {key_file}
    AuthenticationMethods publickey
    PubkeyAuthentication yes
    PasswordAuthentication no
    KbdInteractiveAuthentication no
    PermitUserRC no
    AcceptEnv none
    ExposeAuthInfo yes
    MaxSessions 1
{forwarding}
    ClientAliveInterval 15
    ClientAliveCountMax 2
Match all
"""
_SITE_TESTS = """\
    # tests from inside the client's network come back through the technician's own connection: one port on loopback
    # a person, which its line in the key file names; nothing else is forwarded
    AllowTcpForwarding remote
    GatewayPorts no
    AllowStreamLocalForwarding no
    AllowAgentForwarding no
    X11Forwarding no
    PermitTunnel no"""
_NO_FORWARDING = "    DisableForwarding yes"


def block(user: str, key_file: Path, *, site_tests: bool = True) -> str:
    """What goes into a file of `/etc/ssh/sshd_config.d`.

    Args:
        user: the service user.
        key_file: the generated file of public keys.
        site_tests: let a technician's connection lend its way into the client's network; else nothing is forwarded.
    """
    forwarding = _SITE_TESTS if site_tests else _NO_FORWARDING
    return _GLOBAL + _BLOCK.format(user=user, key_file=key_file, forwarding=forwarding)


_UNIT = """\
[Unit]
Description=Seats of technicians over SSH, begun quickly
After=local-fs.target

[Service]
User={user}
ExecStart={command}
UMask=0077
Restart=always
RestartSec=1
# a seat is nobody's but the person's who sits there: only the parent is stopped
KillMode=process
NoNewPrivileges=yes

[Install]
WantedBy=multi-user.target
"""


def unit(user: str, program: Path, database: Path) -> str:
    """A unit of systemd that keeps the warm parent of the seats at a database running.

    Args:
        user: the service user.
        program: where `dispatch` is.
        database: the database.
    """
    words = [str(program), "seat-parent", "--db", str(database)]
    # in a unit % begins a specifier and $ a variable
    quoted = [json.dumps(word, ensure_ascii=False).replace("%", "%%").replace("$", "$$") for word in words]
    return _UNIT.format(user=user, command=" ".join(quoted))


_WANTED = {
    "permituserrc": ("no",),
    "acceptenv": ("", "none"),
    "exposeauthinfo": ("yes",),
    "passwordauthentication": ("no",),
    "kbdinteractiveauthentication": ("no",),
    "maxsessions": ("1",),
    "gatewayports": ("no",),
    "permituserenvironment": ("no",),
}


def sshd() -> str | None:
    """The sshd of this machine; None: there is none."""
    return shutil.which("sshd") or next((path for path in ("/usr/sbin/sshd",) if Path(path).exists()), None)


def faults(user: str, key_file: Path, config: Path | None = None) -> list[str]:
    """What sshd itself says about its settings for the service user (`sshd -T`) that is not as it should be.

    Needs root, as sshd reads its host keys for it. Empty: all is well.
    """
    program = sshd()
    if program is None:
        return ["there is no sshd on this machine"]
    words = [program, "-T", "-C", f"user={user},host=localhost,addr=127.0.0.1"]
    done = subprocess.run(
        words + (["-f", str(config)] if config is not None else []),
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
    if done.returncode:
        return [f"sshd -T cannot be asked: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}"]
    said: dict[str, str] = {}
    for line in done.stdout.splitlines():
        name, _, value = line.partition(" ")
        said[name] = value
    found = [
        f"{name} is {said.get(name, '')!r} for {user}, {values[-1]!r} was expected"
        for name, values in _WANTED.items()
        if said.get(name, "") not in values
    ]
    if said.get("authorizedkeysfile") != str(key_file):
        found.append(
            f"authorizedkeysfile is {said.get('authorizedkeysfile')!r} for {user}, {str(key_file)!r} was expected"
        )
    if said.get("disableforwarding") != "yes" and said.get("allowtcpforwarding") != "remote":
        found.append("allowtcpforwarding is more than remote: seats could open connections from this machine")
    interval, count = int(said.get("clientaliveinterval", "0")), int(said.get("clientalivecountmax", "0"))
    if not 0 < interval * count <= 60:
        found.append(
            "clientaliveinterval and clientalivecountmax keep a silent connection longer than 60 s, or for ever"
        )
    return found
