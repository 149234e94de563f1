"""docs/remote.md takes a newcomer from a bare host to a technician who logs in: each of its commands is run."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.ssh.server import Server, free_port, listening, on_the_tests_clock, warm_parent
from tests.wall import started

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "remote.md"


def commands() -> list[str]:
    """Every command of the page, in its order."""
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


@pytest.mark.again
def test_every_command_of_the_page(needs_sshd: None, tmp_path: Path) -> None:  # noqa: C901, PLR0912, PLR0915  the page from top to bottom
    """On this machine, with its own folders in place of the system's and root in place of the service user.

    What would change the machine or ask a registry is done in small: users in a copy of the system's files, the
    environment without the package, whose place this tree takes.
    """
    for folder in ("etc/ssh/sshd_config.d", "srv/dispatch", "opt", "home/.ssh", "run", "etc/systemd/system"):
        (tmp_path / folder).mkdir(parents=True)
    for name in ("passwd", "shadow", "group", "gshadow", "login.defs"):
        if Path("/etc", name).exists():
            shutil.copy(Path("/etc", name), tmp_path / "etc" / name)
    port = free_port()
    (tmp_path / "etc" / "ssh" / "sshd_config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {tmp_path}/etc/ssh/host\nPidFile {tmp_path}/run/sshd.pid\n"
        f"StrictModes no\nUsePAM no\nPermitRootLogin prohibit-password\nInclude {tmp_path}/etc/ssh/sshd_config.d/*.conf\n",
        encoding="utf-8",
    )
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "etc/ssh/host")], check=True)
    server: subprocess.Popen[bytes] | None = None
    seen = 0
    try:
        for line in commands():
            words = shlex.split(line)
            seen += 1
            if words[0] == "apt-get":
                assert {"openssh-server", "python3-venv"} <= set(words)
            elif words[1:3] == ["-m", "venv"]:
                run(shlex.join(started("-m", "venv", "--without-pip", f"{tmp_path}/opt/dispatch")), tmp_path)
            elif words[1:2] == ["install"]:
                assert words[2] == "dispatch-board"
                assert 'name = "dispatch-board"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
                program = tmp_path / "opt/dispatch/bin/dispatch"
                program.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {shlex.join(started("-m", "dispatch"))} "$@"\n')
                program.chmod(0o755)
            elif words[0] in ("useradd", "usermod"):
                run(f"{words[0]} --prefix {tmp_path} {' '.join(map(shlex.quote, words[1:]))}", tmp_path)
            elif words[:2] == ["systemctl", "enable"]:
                warm_login(tmp_path, port)
            elif words[0] == "systemctl":
                config = str(tmp_path / "etc/ssh/sshd_config")
                server = subprocess.Popen(["/usr/sbin/sshd", "-D", "-f", config], stderr=subprocess.DEVNULL)
                listening(port)
            elif words[0] == "ssh-keygen":
                run(line.replace("~", f"{tmp_path}/home") + " -q -N ''", tmp_path)
                shutil.copy(tmp_path / "home/.ssh/id_ed25519.pub", tmp_path / "ana.pub")
            elif words == ["ssh", "dispatch"]:
                connect(tmp_path, port)
            else:
                local = line.replace("runuser -u dispatch -- ", "").replace("--user dispatch", "--user root")
                local = local.replace("sshd -t", f"/usr/sbin/sshd -t -f {tmp_path}/etc/ssh/sshd_config")
                for folder in ("/opt/", "/srv/", "/etc/ssh/", "/etc/systemd/"):
                    local = re.sub(rf"(?<![\w/]){folder}", f"{tmp_path}{folder}", local)
                if "keys check" in local:
                    local += f" --user root --sshd-config {tmp_path}/etc/ssh/sshd_config"
                said = run(local, tmp_path, may_fail="keys check" in local)
                if "keys add" in local:
                    (tmp_path / "home/.ssh/config").write_text(said.partition("machine:\n")[2], encoding="utf-8")
                if "keys check" in local:
                    faults = [fault for fault in said.splitlines() if "may be written by others" not in fault]
                    assert not [fault for fault in faults if fault.startswith("BAD")], said
    finally:
        if server is not None:
            server.terminate()
            server.wait(10)
    assert seen >= 12
    assert "dispatch:*:" in (tmp_path / "etc" / "shadow").read_text(encoding="utf-8")


def run(line: str, folder: Path, *, may_fail: bool = False) -> str:
    """Run a command of the page; returns what it printed."""
    done = subprocess.run(
        ["sh", "-c", line], cwd=folder, capture_output=True, text=True, check=False, timeout=60, env=dict(os.environ)
    )
    assert may_fail or done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
    return done.stdout


def warm_login(folder: Path, port: int) -> None:
    """Begin what the unit says, as systemd would, and log in by it."""
    unit = (folder / "etc/systemd/system/dispatch-seats.service").read_text(encoding="utf-8")
    (command,) = re.findall(r"(?m)^ExecStart=(.*)$", unit)
    words = shlex.split(command)
    assert words[1:] == ["seat-parent", "--db", str(folder / "srv/dispatch/firm.db")]
    assert Path(words[0]).name == "dispatch"
    for setting in ("User=root", "KillMode=process", "Restart=always"):
        assert setting in unit.splitlines()
    with warm_parent(folder / "srv/dispatch/firm.db", folder / "parent.log") as process:
        connect(folder, port)
        assert process.poll() is None
    log = folder / "srv/dispatch/firm.db.crashes.log"
    assert not log.exists() or "warm parent" not in log.read_text(encoding="utf-8")


def connect(folder: Path, port: int) -> None:
    """Log in by the printed stanza; only where the server is has another name here."""
    stanza = (folder / "home/.ssh/config").read_text(encoding="utf-8")
    assert "HostName board.example.com" in stanza
    server = Server(folder, folder / "srv/dispatch/firm.db", port)
    on_the_tests_clock(server.db.with_name("firm.db.keys"))
    config = folder / "config"
    own = f"HostName 127.0.0.1\n    Port {port}\n    StrictHostKeyChecking no\n    UserKnownHostsFile /dev/null"
    config.write_text(
        stanza.replace("HostName board.example.com", own).replace("~", f"{folder}/home"),
        encoding="utf-8",
    )
    with server.connected("ana", words=["ssh", "-F", str(config), "dispatch"]) as ana:
        ana.wait_for("Ana Ruiz")
        ana.wait_for("site tests")
