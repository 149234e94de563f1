"""The place that is meant by what somebody types."""

from __future__ import annotations

from pathlib import Path

from dispatch.desk.backup.places import CopyPlace, FolderPlace
from dispatch.desk.session.refusals import Refusal
from dispatch.model.paths import typed_path
from dispatch.model.text import show


def place_at(target: str) -> CopyPlace:
    """The place that a target names: `/mnt/copy`, `sftp://user@host/folder`, `s3://bucket/folder?endpoint=https://…`.

    Raises:
        Refusal: it names none, or what reaches it is not installed.
    """
    kind, separator, _ = target.partition("://")
    if not separator:
        return FolderPlace(typed_path(target))
    if kind == "file":
        return FolderPlace(Path(target.removeprefix("file://")))
    if kind not in ("sftp", "s3"):
        raise Refusal(f"{show(target, 80)}: a folder, sftp://… or s3://… is expected.")
    try:
        if kind == "sftp":
            from dispatch.desk.backup.by_sftp import SftpPlace

            return SftpPlace(target)
        from dispatch.desk.backup.by_s3 import BucketPlace

        return BucketPlace(target)
    except ImportError:
        raise Refusal(f"{kind}://… needs what the extra `replica` brings: install dispatch-board[replica].") from None
