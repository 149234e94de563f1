"""A mail server of the tests' own: Dovecot on loopback, run by nobody in a folder of its own."""

from __future__ import annotations

import contextlib
import grp
import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import trustme

PASSWORD = "secret"

_CONF = """
protocols = imap
listen = 127.0.0.1
base_dir = {root}/run
state_dir = {root}/state
log_path = {root}/log
ssl = yes
ssl_cert = <{root}/cert.pem
ssl_key = <{root}/key.pem
disable_plaintext_auth = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
mail_location = maildir:{root}/mail/%n
mail_uid = {uid}
mail_gid = {gid}
first_valid_uid = 1
first_valid_gid = 1
mail_plugins = quota
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={root}/home/%n
}}
protocol imap {{
  mail_plugins = quota imap_quota
  mail_max_userip_connections = 100
}}
plugin {{
  quota = maildir:all
  quota_rule = *:storage={storage}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


class Dovecot:
    """The server: it can be stopped and begun again, and given room for so much mail."""

    def __init__(self, root: Path, port: int, tls_port: int) -> None:
        self.root, self.port, self.tls_port = root, port, tls_port
        authority = trustme.CA()
        made = authority.issue_cert("127.0.0.1", "localhost")
        authority.cert_pem.write_to_path(root / "authority.pem")
        made.private_key_pem.write_to_path(root / "key.pem")
        for pem in made.cert_chain_pems:
            pem.write_to_path(root / "cert.pem", append=True)
        who = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        self._who = who
        self._process: subprocess.Popen[bytes] | None = None
        for name in ("run", "state", "mail", "home"):
            (root / name).mkdir()
        self.login = "office0"
        self.allow("500M")

    def begin_another(self) -> None:
        """Go on with a mailbox in which nothing lies: everybody who signs in has one."""
        self.login = f"office{int(self.login.removeprefix('office')) + 1}"

    def allow(self, storage: str) -> None:
        """Give the mailbox so much room; counts from the next start on."""
        names = {"user": self._who.pw_name, "group": grp.getgrgid(self._who.pw_gid).gr_name}
        text = _CONF.format(
            root=self.root,
            port=self.port,
            tls_port=self.tls_port,
            uid=self._who.pw_uid,
            gid=self._who.pw_gid,
            password=PASSWORD,
            storage=storage,
            **names,
        )
        (self.root / "dovecot.conf").write_text(text)
        if os.getuid() == 0:
            for path in (self.root, *self.root.rglob("*")):
                with contextlib.suppress(FileNotFoundError):
                    os.chown(path, self._who.pw_uid, self._who.pw_gid, follow_symlinks=False)

    def start(self) -> None:
        """Begin, and wait until it answers."""
        as_nobody = (
            {"user": self._who.pw_uid, "group": self._who.pw_gid, "extra_groups": []} if os.getuid() == 0 else {}
        )
        command = ["dovecot", "-F", "-c", str(self.root / "dovecot.conf")]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **as_nobody)  # type: ignore[call-overload]
        end = time.monotonic() + 30
        while True:
            try:
                imaplib.IMAP4("127.0.0.1", self.port).shutdown()
                return
            except OSError:
                assert time.monotonic() < end, (self.root / "log").read_text()[-2000:]
                time.sleep(0.02)

    def stop(self) -> None:
        """End it, with all connections."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)
            self._process = None

    @contextlib.contextmanager
    def open(self, folder: str = "INBOX") -> Iterator[imaplib.IMAP4]:
        """A connection of a mail program, in a folder."""
        box = imaplib.IMAP4("127.0.0.1", self.port, timeout=20)
        try:
            box.login(self.login, PASSWORD)
            box.select(folder)
            yield box
        finally:
            box.logout()

    def deliver(self, *mails: bytes, at: str = "24-Nov-2026 07:00:00 -0500") -> None:
        """Put mails into the mailbox, as if they came at that time."""
        with self.open() as box:
            for mail in mails:
                status, said = box.append("INBOX", "", f'"{at}"', mail)
                assert status == "OK", said

    def count(self, folder: str = "INBOX") -> int:
        """How many mails lie in a folder; 0 where there is none."""
        with self.open() as box:
            status, said = box.select(folder)
            return int(said[0] or 0) if status == "OK" else 0


@contextlib.contextmanager
def dovecot() -> Iterator[Dovecot]:
    """A server that runs, gone with all its mail at the end."""
    # not below pytest's own folder: nobody may not go there
    root = Path(tempfile.mkdtemp(prefix="dovecot-", dir="/tmp"))
    with socket.socket() as free, socket.socket() as other:
        free.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        ports = free.getsockname()[1], other.getsockname()[1]
    server = Dovecot(root, *ports)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(root, ignore_errors=True)
