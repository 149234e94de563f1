"""A folder of another machine, by SFTP. The key comes from a file of one's own, and the host key is known before."""

from __future__ import annotations

import asyncio
import contextlib
import os
import uuid
from collections.abc import Coroutine
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

import asyncssh

from dispatch.desk.backup.places import NotAtPlace, PlaceNotReached, private
from dispatch.desk.session.refusals import Refusal
from dispatch.model.text import show
from dispatch.travel.secret_files import path_of

SECONDS = 20.0
"""How long the other machine may take to let in."""
KEY, KEY_FILE = "DISPATCH_REPLICA_KEY", "replica.key"
"""The private key: the path of a file, or the file itself in the config directory."""
HOSTS, HOSTS_FILE = "DISPATCH_REPLICA_HOSTS", "replica.hosts"
"""The host keys that are known, as `ssh-keyscan` prints them."""

T = TypeVar("T")


class SftpPlace:
    """A folder of another machine, by SFTP: the key of `replica.key`, else those of the user's own ssh."""

    exclusive = "by the server's O_EXCL"

    def __init__(self, target: str) -> None:
        url = urlsplit(target)
        if not url.hostname or url.password or not url.path.strip("/"):
            raise Refusal("sftp://user@host/folder is expected, without a password: a key opens it (replica.key).")
        self._host, self._port, self._user = url.hostname, url.port or 22, unquote(url.username or "")
        # //folder after the host is from the root, as /folder is; ~ is where the server begins
        path = unquote(url.path)
        self._root = PurePosixPath(path.removeprefix("/~/") if path.startswith("/~/") else "/" + path.lstrip("/"))
        self.words = show(f"{self._user}@{self._host}:{self._root}")
        self._loop = asyncio.Runner()
        self._connection: Any = None
        self._sftp: Any = None
        self._made: set[PurePosixPath] = set()

    def names(self, under: str) -> dict[str, float]:
        return self._run(self._names(self._root / under))

    async def _names(self, folder: PurePosixPath) -> dict[str, float]:
        found: dict[str, float] = {}
        try:
            entries = await self._sftp.readdir(str(folder))
        except asyncssh.SFTPNoSuchFile:
            return found
        for entry in entries:
            name = str(entry.filename)
            if name.startswith("."):
                continue
            if entry.attrs.type == asyncssh.FILEXFER_TYPE_DIRECTORY:
                found |= await self._names(folder / name)
            else:
                found[(folder / name).relative_to(self._root).as_posix()] = float(entry.attrs.mtime or 0)
        return found

    def fetch(self, name: str, target: Path) -> None:
        async def brought() -> None:
            await self._sftp.get(str(self._root / name), str(target))

        private(target).close()
        self._run(brought())

    def read(self, name: str) -> bytes:
        async def brought() -> bytes:
            async with self._sftp.open(str(self._root / name), "rb") as file:
                return bytes(await file.read())

        return self._run(brought())

    def write(self, name: str, content: Path | bytes) -> None:
        self._run(self._write(self._root / name, content))

    async def _write(self, path: PurePosixPath, content: Path | bytes) -> None:
        await self._make(path.parent)
        draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
        try:
            if isinstance(content, bytes):
                async with self._sftp.open(str(draft), "xb", asyncssh.SFTPAttrs(permissions=0o600)) as file:
                    await file.write(content)
            else:
                await self._sftp.put(str(content), str(draft))
                await self._sftp.chmod(str(draft), 0o600)
            await self._sftp.posix_rename(str(draft), str(path))
        except asyncssh.SFTPError:
            with contextlib.suppress(asyncssh.SFTPError):
                await self._sftp.remove(str(draft))
            raise

    def create(self, name: str, content: bytes) -> bool:
        async def created() -> bool:
            path = self._root / name
            await self._make(path.parent)
            draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
            try:
                async with self._sftp.open(str(draft), "xb", asyncssh.SFTPAttrs(permissions=0o600)) as file:
                    await file.write(content)
                # unlike the one of POSIX it fails where a name is taken; version 3 says no more than "failure"
                await self._sftp.rename(str(draft), str(path))
            except asyncssh.SFTPError:
                there = await self._sftp.exists(str(path))
                with contextlib.suppress(asyncssh.SFTPError):
                    await self._sftp.remove(str(draft))
                if there:
                    return False
                raise
            return True

        return self._run(created())

    def remove(self, name: str) -> None:
        async def removed() -> None:
            with contextlib.suppress(asyncssh.SFTPNoSuchFile):
                await self._sftp.remove(str(self._root / name))

        self._run(removed())

    async def _make(self, folder: PurePosixPath) -> None:
        if folder in self._made:
            return
        for above in (*reversed(folder.parents), folder):
            if above.is_relative_to(self._root) and above not in self._made:
                with contextlib.suppress(asyncssh.SFTPError):  # it is there; if not, what is written into it says why
                    await self._sftp.mkdir(str(above), asyncssh.SFTPAttrs(permissions=0o700))
                self._made.add(above)
        await self._sftp.chmod(str(self._root), 0o700)

    def close(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(Exception):
                self._connection.abort()
                self._loop.run(asyncio.wait_for(self._connection.wait_closed(), 1))
        self._forget()
        self._loop.close()

    def _forget(self) -> None:
        self._connection = self._sftp = None
        self._made.clear()

    def _run(self, call: Coroutine[Any, Any, T]) -> T:
        """Carry out a call, on a connection that is made where there is none."""

        async def done() -> T:
            if self._sftp is None:
                try:
                    await self._connect()
                except BaseException:
                    call.close()
                    raise
            return await call

        try:
            return self._loop.run(done())
        except asyncssh.SFTPNoSuchFile as error:
            raise NotAtPlace(str(error)) from error
        except asyncssh.SFTPConnectionLost as error:
            self._forget()
            raise PlaceNotReached(f"{self.words}: {show(str(error), 200)}.") from error
        except asyncssh.SFTPError as error:
            raise PlaceNotReached(f"{self.words}: {show(error.reason or 'refused', 200)}; is it full?") from error
        except (OSError, asyncssh.Error, ValueError) as error:
            self._forget()
            raise PlaceNotReached(f"{self.words}: {show(str(error), 200) or type(error).__name__}.") from error

    async def _connect(self) -> None:
        named = os.environ.get(KEY, "") or str(path_of(KEY_FILE))
        hosts = os.environ.get(HOSTS, "") or str(path_of(HOSTS_FILE))
        more: dict[str, Any] = {}
        if Path(named).is_file():
            if Path(named).stat().st_mode & 0o077:
                raise PlaceNotReached(f"Others can read {show(named)}: chmod 600 it.")
            more["client_keys"] = [named]
        if Path(hosts).is_file():
            more["known_hosts"] = hosts
        if self._user:
            more["username"] = self._user
        self._connection = await asyncssh.connect(
            self._host, self._port, connect_timeout=SECONDS, keepalive_interval=5, keepalive_count_max=4, **more
        )
        self._sftp = await self._connection.start_sftp_client()
