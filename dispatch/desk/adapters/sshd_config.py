"""The block of sshd's configuration that lets technicians in, and what sshd makes of it."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import socket
import subprocess
from pathlib import Path

from db.faults import from_os
from dispatch.desk.session import private_file
from dispatch.model.keys import KeyRefused, read_public_key

_GLOBAL = """\
# for every user of this machine: an sshd that answers the world
LoginGraceTime 20
# so many may be logging in at once: an office of fifty behind one address, and room for others beside it
MaxStartups 100:30:200
PerSourceMaxStartups 75
"""
_PENALTIES = """\
# one wrong key does not lock an office out: an address is refused after sixty failures that come faster than one a second
PerSourcePenalties authfail:1s noauth:1s grace-exceeded:5s min:60s max:5m
"""
PENALTIES_SINCE = (9, 8)
"""The version of OpenSSH that first knows penalties, and the kinds that are named here. `invaliduser` is not among them: 10.0,
which Debian 13 has, refuses to start with it."""
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


def block(user: str, key_file: Path, *, site_tests: bool = True, version: tuple[int, int] | None = None) -> str:
    """What goes into a file of `/etc/ssh/sshd_config.d`.

    Args:
        user: the service user.
        key_file: the generated file of public keys.
        site_tests: let a technician's connection lend its way into the client's network; else nothing is forwarded.
        version: of the sshd that reads it: what it does not know is left out. None: it is not known.
    """
    forwarding = _SITE_TESTS if site_tests else _NO_FORWARDING
    penalties = _PENALTIES if version is not None and version >= PENALTIES_SINCE else ""
    return _GLOBAL + penalties + _BLOCK.format(user=user, key_file=key_file, forwarding=forwarding)


_UNIT = """\
[Unit]
Description=Sessions of technicians over SSH, begun quickly
After=local-fs.target

[Service]
User={user}
ExecStart={command}
UMask=0077
Restart=always
RestartSec=1
# a session is nobody's but the person's who sits there: only the parent is stopped
KillMode=process
NoNewPrivileges=yes

[Install]
WantedBy=multi-user.target
"""


def unit(user: str, program: Path, database: Path) -> str:
    """A unit of systemd that keeps the warm parent of the sessions at a database running.

    Args:
        user: the service user.
        program: where `dispatch` is.
        database: the database.
    """
    return _UNIT.format(user=user, command=quoted(str(program), "seat-parent", "--db", str(database)))


def quoted(*words: str) -> str:
    """Words as a unit of systemd has them: there % begins a specifier and $ a variable."""
    return " ".join(json.dumps(word, ensure_ascii=False).replace("%", "%%").replace("$", "$$") for word in words)


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


def version() -> tuple[int, int] | None:
    """The version of this machine's sshd; None: there is none, or it does not say."""
    program = sshd()
    if program is None:
        return None
    # older ones do not know the option, and say their version with their usage
    output = subprocess.run([program, "-V"], capture_output=True, text=True, check=False, timeout=20)
    match = re.search(r"OpenSSH_(\d+)\.(\d+)", output.stderr + output.stdout)
    return None if match is None else (int(match[1]), int(match[2]))


def host_fingerprints(folder: Path = Path("/etc/ssh")) -> list[str]:
    """The keys of this machine, as ssh shows them at the first connection: kind and fingerprint."""
    fingerprints = []
    for path in sorted(folder.glob("ssh_host_*_key.pub")):
        with contextlib.suppress(OSError, UnicodeDecodeError, KeyRefused):
            key = read_public_key(path.read_text(encoding="utf-8"))
            fingerprints.append(f"{key.kind.upper()} {key.fingerprint}")
    return fingerprints


def put(text: str, path: Path) -> None:
    """Write the block in one step, readable for all; whatever fails, what was there is there.

    Raises:
        StoreFault: the folder does not take it.
    """
    try:
        private_file.put(path, text, mode=0o644)
    except OSError as error:
        raise from_os(error, path) from error


def _unanswered(lines: list[str]) -> str | None:
    """What keeps people out where nobody answers at what sshd's settings say it listens on; None: an sshd answers."""
    places = [line.partition(" ")[2] for line in lines if line.startswith("listenaddress ")]
    for place in places:
        host, _, port = place.rpartition(":")
        host = {"0.0.0.0": "127.0.0.1", "[::]": "::1"}.get(host, host.strip("[]"))
        with contextlib.suppress(OSError, ValueError), socket.create_connection((host, int(port)), 2) as line:
            if line.recv(4) == b"SSH-":
                return None
    return f"no sshd answers at {' or '.join(places) or 'any address'}: nobody can log in. systemctl start ssh"


def faults(user: str, key_file: Path, config: Path | None = None) -> list[str]:
    """What sshd itself says about its settings for the service user (`sshd -T`) that is not as it should be.

    Needs root, as sshd reads its host keys for it. Empty: all is well.
    """
    program = sshd()
    if program is None:
        return ["there is no sshd on this machine"]
    words = [program, "-T", "-C", f"user={user},host=localhost,addr=127.0.0.1"]
    words += [] if config is None else ["-f", str(config)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=20)
    if done.returncode:
        return [f"sshd -T cannot be asked: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}"]
    lines = done.stdout.splitlines()
    settings = {name: value for name, _, value in (line.partition(" ") for line in lines)}
    found = [
        f"{name} is {settings.get(name, '')!r} for {user}, {values[-1]!r} was expected"
        for name, values in _WANTED.items()
        if settings.get(name, "") not in values
    ]
    if settings.get("authorizedkeysfile") != str(key_file):
        found.append(
            f"authorizedkeysfile is {settings.get('authorizedkeysfile')!r} for {user}, {str(key_file)!r} was expected"
        )
    if settings.get("disableforwarding") != "yes" and settings.get("allowtcpforwarding") != "remote":
        found.append("allowtcpforwarding is more than remote: sessions could open connections from this machine")
    interval, count = int(settings.get("clientaliveinterval", "0")), int(settings.get("clientalivecountmax", "0"))
    if (unanswered := _unanswered(lines)) is not None:
        found.append(unanswered)
    if not 0 < interval * count <= 60:
        found.append(
            "clientaliveinterval and clientalivecountmax keep a silent connection longer than 60 s, or for ever"
        )
    return found
