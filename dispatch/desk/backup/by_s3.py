"""A folder in a bucket of a server that speaks S3. The key comes from a file of one's own or the environment."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import obstore
from obstore.store import S3Store

from dispatch.desk.backup.places import NotAtPlace, PlaceNotReached, private
from dispatch.desk.session.refusals import Refusal
from dispatch.model.text import show
from dispatch.travel.chain import Unavailable
from dispatch.travel.secret_files import secret

S3, S3_FILE = "DISPATCH_REPLICA_S3", "replica.s3"
"""The key of a bucket: ID:SECRET."""


class BucketPlace:
    """A folder in a bucket of a server that speaks S3: the key of `replica.s3`, else that of the environment of AWS."""

    exclusive = "by If-None-Match, where the server knows it"

    def __init__(self, target: str) -> None:
        url = urlsplit(target)
        asked = {name: values[-1] for name, values in parse_qs(url.query).items()}
        if not url.hostname or url.username or asked.keys() - {"endpoint", "region"}:
            raise Refusal("s3://bucket/folder?endpoint=https://…&region=… is expected, without a key (replica.s3).")
        endpoint = asked.get("endpoint", "")
        if urlsplit(endpoint).username is not None:
            raise Refusal("endpoint=https://… is expected without a key: that stands in replica.s3.")
        self.words = show(f"s3://{url.hostname}{url.path}") + (f" at {show(endpoint)}" if endpoint else "")
        try:
            key_id, _, key = secret(S3, S3_FILE).partition(":")
        except Unavailable as fault:
            raise Refusal(str(fault)) from fault
        more: dict[str, Any] = {"region": asked.get("region", "us-east-1")}
        if endpoint:
            more |= {"endpoint": endpoint, "virtual_hosted_style_request": False}
        if key_id:
            more |= {"access_key_id": key_id, "secret_access_key": key.strip()}
        options: Any = {"timeout": "60s", "connect_timeout": "10s"}
        if endpoint.startswith("http://"):
            options["allow_http"] = True
        self._store = S3Store(
            url.hostname,
            prefix=url.path.strip("/") or None,
            client_options=options,
            retry_config={"max_retries": 2},
            **more,
        )

    def names(self, under: str) -> dict[str, float]:
        with self._told():
            return {
                str(entry["path"]): entry["last_modified"].timestamp()
                for page in obstore.list(self._store, under.rstrip("/") or None)
                for entry in page
            }

    def fetch(self, name: str, target: Path) -> None:
        with self._told(), private(target) as out:
            for piece in obstore.get(self._store, name):
                out.write(piece)

    def read(self, name: str) -> bytes:
        with self._told():
            return bytes(obstore.get(self._store, name).bytes())

    def write(self, name: str, content: Path | bytes) -> None:
        with self._told():
            obstore.put(self._store, name, content)

    def create(self, name: str, content: bytes) -> bool:
        with self._told():
            try:
                obstore.put(self._store, name, content, mode="create")
            except obstore.exceptions.AlreadyExistsError:
                return False
            return True

    def remove(self, name: str) -> None:
        with contextlib.suppress(NotAtPlace), self._told():
            obstore.delete(self._store, name)

    def close(self) -> None:
        pass

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (obstore.exceptions.NotFoundError, FileNotFoundError) as error:
            raise NotAtPlace(str(error)) from error
        except (obstore.exceptions.BaseError, OSError) as error:
            first = " ".join(str(error).split())
            raise PlaceNotReached(f"{self.words}: {show(first, 200)}") from error
