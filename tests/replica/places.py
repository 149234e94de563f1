"""Places to keep a copy at, for tests: a folder, a server by SFTP, a bucket."""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch.desk.backup.by_s3 import S3
from dispatch.desk.backup.by_sftp import HOSTS, KEY
from tests.ssh.server import SSHD, free_port, listening, why_not

NO_SSHD = why_not() or ""
BY_S3 = pytest.param(
    "s3",
    marks=pytest.mark.skipif(shutil.which("moto_server") is None, reason="needs moto: pip install 'moto[s3,server]'"),
)
BY_SFTP = pytest.param("sftp", marks=pytest.mark.skipif(why_not() is not None, reason=NO_SSHD))
KINDS = ["folder", BY_SFTP, BY_S3]


@contextlib.contextmanager
def at_work(kind: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A place of a kind; gives what it is called."""
    if kind == "folder":
        yield str(folder / "elsewhere")
    elif kind == "sftp":
        with _sftp(folder, monkeypatch) as target:
            yield target
    else:
        with _bucket(monkeypatch) as target:
            yield target


@contextlib.contextmanager
def _sftp(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    port = free_port()
    for name in ("host", "client"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    public = (folder / "host.pub").read_text(encoding="ascii").split()[:2]
    (folder / "known").write_text(f"[127.0.0.1]:{port} {' '.join(public)}\n", encoding="ascii")
    monkeypatch.setenv(KEY, str(folder / "client"))
    monkeypatch.setenv(HOSTS, str(folder / "known"))
    Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    config = folder / "sftp_config"
    config.write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nPidFile {folder}/sftp.pid\nStrictModes no\n"
        f"AuthorizedKeysFile {folder}/client.pub\nPermitRootLogin prohibit-password\nUsePAM no\nLogLevel ERROR\n"
        "Subsystem sftp internal-sftp\n",
        encoding="utf-8",
    )
    words = [SSHD, "-D", "-e", "-f", str(config)]
    process = subprocess.Popen(words, stderr=subprocess.DEVNULL)
    try:
        listening(port)
        yield f"sftp://{getpass.getuser()}@127.0.0.1:{port}{folder}/elsewhere"
    finally:
        process.terminate()
        process.wait(10)


@contextlib.contextmanager
def _bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    port = free_port()
    monkeypatch.setenv(S3, "id:secret")
    words = ["moto_server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ))
    try:
        listening(port, 30)
        ask = urllib.request.Request(f"http://127.0.0.1:{port}/bucket", method="PUT")
        urllib.request.urlopen(ask, timeout=20).close()
        yield f"s3://bucket/firm?endpoint=http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)
