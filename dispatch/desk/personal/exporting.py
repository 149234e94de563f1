"""Everything that is kept of a client, as one archive for them (design/records.md, Erasing)."""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import Any

from db import audit, erasing
from db.among import AMONG, keys_param
from dispatch.desk.session.refusals import NotAllowed
from dispatch.desk.session.user import User
from dispatch.desk.visits.kept_files import path_of
from dispatch.model.clients import Client
from dispatch.model.states import Role


def exported(user: User, client: Client) -> tuple[bytes, dict[str, int]]:
    """A ZIP of everything that is kept of a client, and how much of each is in it.

    `client.json` has the rows of every table that are theirs, by column, and what the audit says of them; `files/` what was
    handed in at their visits, `papers/` what was sent to them. Instants are seconds since 1970.

    Raises:
        NotAllowed: the person is no lead.
    """
    if Role.LEAD not in user.roles_now:
        raise NotAllowed("Only a lead hands out everything that is kept of a client.")
    store, content = user.store, io.BytesIO()
    with store.read(), zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        rows = erasing.owned(store, client.id)
        told: dict[str, Any] = {}
        papers: dict[int, bytes] = {}
        for table in sorted(rows.where):
            names = erasing.columns_of(store, table)
            found = [dict(zip(names, row, strict=True)) for row in erasing.own_rows(store, rows, table)]
            if table == "paper":
                papers = {one["id"]: one["content"] for one in found}
            if found:
                told[table] = [
                    {name: cell for name, cell in one.items() if not isinstance(cell, bytes)} for one in found
                ]
        told["audit"] = [
            {
                "at": row.at,
                "actor": row.actor,
                "deed": row.deed,
                "entity": row.entity,
                "entity_id": row.entity_id,
                "detail": row.detail,
            }
            for entity, ids in sorted(rows.ids.items())
            for row in audit.ROWS.select(
                store, f"WHERE u.entity = ? AND u.entity_id {AMONG} ORDER BY u.seq", (entity, *keys_param(sorted(ids)))
            )
        ]
        archive.writestr("client.json", json.dumps(told, ensure_ascii=False, indent=1))
        missing = [
            _put(archive, path_of(store, one["sha256"]), f"files/{one['id']}-{one['name']}")
            for one in (*told.get("file", ()), *told.get("mail_file", ()))
        ]
        for one in told.get("paper", ()):
            archive.writestr(_plain(f"papers/{one['id']}-{one['name']}"), papers[one["id"]])
        counts = {table: len(found) for table, found in told.items()}
        return _closed(archive, content), counts | {"files not there": sum(missing)} if any(missing) else counts


def _closed(archive: zipfile.ZipFile, content: io.BytesIO) -> bytes:
    archive.close()
    return content.getvalue()


def _put(archive: zipfile.ZipFile, path: Any, name: str) -> bool:
    """Put a file in; returns whether it is not there."""
    try:
        archive.writestr(_plain(name), path.read_bytes())
    except OSError:
        return True
    return False


def _plain(name: str) -> str:
    """A name that no program reads as a way out of the archive."""
    folder, _, last = name.partition("/")
    plain = re.sub(r"[^\w.,() -]", "_", last)[:120]
    return f"{folder}/{plain}"
