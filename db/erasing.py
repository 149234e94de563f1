"""Erasing the words of a client, or of one of their contacts (design/records.md, Erasing): rows stay where figures are counted from
them, their text goes, in one transaction; then the file itself is written anew, so that no page of it holds what went.

The database forbids that what was recorded is rewritten, and so its triggers are taken out and put back within the transaction: no
other session ever sees it without them. The chain of the audit goes on from the hashes that stand (`db.chain`).
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from db import chain, copies, search
from db.among import AMONG, keys_param
from db.erased_columns import ERASED, GONE, NAMED, NAMED_WITHIN, OTHERWISE, WORDS
from db.faults import translated
from db.rows import Query, Select, values
from db.store import Store
from db.unit import Unit
from dispatch.model.checklists import Grade, Result
from dispatch.model.messages import number_of
from dispatch.model.person_names import named_by, single_words
from dispatch.model.states import State

_BESIDE = frozenset(
    {
        ("visit", "after_id"),
        ("visit", "parent_id"),
        ("visit", "again_of"),
        ("visit", "job_id"),
        ("visit", "recurrence_id"),
    }
    | {("attempt", "follow_up_id"), ("invoice", "corrects_id"), ("target", "equipment_id")}
)
"""Columns that refer to a record without belonging to it."""
_MORE = {"client": ("notes", "told_at", "billing_mail", "billing_address"), "item": ("label",)}
"""Columns in which a person may be named beside those."""
_SPOKEN = frozenset(
    {"name", "reason", "why", "note", "label", "text", "about", "site", "client", "given", "tax_ref", "work"}
)
"""The keys of JSON under which words stand."""
_PUT_AWAY = ("client", "site", "recurrence", "equipment", "target")
_DAY = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?([+-]\d\d:\d\d|Z)?)?")
_PLAIN = frozenset(word.value for words in (State, Result, Grade) for word in words)
"""Words of the program that stay in the audit of a client; every other text there goes, days apart."""


class Erasure(NamedTuple):
    """What was erased, and when nothing of it was left in the file; `files` are the hashes of the files that go with it."""

    id: int
    kind: str
    client_id: int
    files: str
    at: int
    cleaned_at: int | None
    version: int


ERASURES = Select(Erasure, "erasure r")
unfinished: Query[list[Erasure]] = ERASURES.listing("WHERE r.cleaned_at IS NULL ORDER BY r.id")
"""Erasures whose text may still be in free pages, in the log or in the folder of files."""


class NamedText(NamedTuple):
    """A text of a client, in which table it stands, and how it reads without somebody."""

    table: str
    text: str
    without: str


class Owned(NamedTuple):
    """The rows of a client by table: of each the condition that finds them, and how many there are."""

    where: Mapping[str, tuple[str, list[Any]]]
    counts: Mapping[str, int]
    ids: Mapping[str, frozenset[int]]


not_erased: Query[list[int]] = values(
    "SELECT id FROM client WHERE id NOT IN (SELECT client_id FROM erasure WHERE kind = 'client')"
)
"""The clients that are not erased."""


def own_rows(store: Store, own: Owned, table: str, columns: str = "*") -> list[tuple[Any, ...]]:
    """What of a client stands in a table."""
    condition, params = own.where[table]
    return store.all(f"SELECT {columns} FROM {table} WHERE {condition}", params)


def takers(store: Store, own: Owned) -> list[str]:
    """Who took visits of a client along, by name."""
    condition, params = own.where["taken_visit"]
    found = store.all(
        "SELECT DISTINCT s.name FROM taken_visit v JOIN taking t ON t.id = v.taking_id JOIN staff s ON s.id = t.staff_id "
        f"WHERE {condition}",
        params,
    )
    return [name for (name,) in found]


def columns_of(store: Store, table: str) -> list[str]:
    """The columns of a table, in their order."""
    return [name for _, name, *_ in store.all(f"PRAGMA table_info({table})")]


def owned(store: Store, client_id: int) -> Owned:
    """Everything that belongs to a client, and to those that were merged into it."""
    seeds = store.all(
        "WITH RECURSIVE own(id) AS (SELECT ?1 UNION SELECT m.gone_id FROM merge m JOIN own ON m.kept_id = own.id "
        "WHERE m.kind = 'client' AND m.undone_at IS NULL) SELECT id FROM own",
        (client_id,),
    )
    ids: dict[str, frozenset[int]] = {"client": frozenset(key for (key,) in seeds)}
    links = _links(store)
    where: dict[str, tuple[str, list[Any]]] = {"client": (f"id {AMONG}", [*keys_param(ids["client"])])}
    while True:
        grown = False
        for table, columns in links.items():
            own = [(column, parent) for column, parent in columns if parent in ids]
            if not own or table == "client":
                continue
            condition = " OR ".join(f"{column} {AMONG}" for column, _ in own)
            params = [param for _, parent in own for param in keys_param(sorted(ids[parent]))]
            where[table] = condition, params
            if "id" in store.catalogue[table].columns:
                found = frozenset(key for (key,) in store.all(f"SELECT id FROM {table} WHERE {condition}", params))
                grown |= found != ids.get(table)
                ids[table] = found
        if not grown:
            break
    sites, mine = keys_param(sorted(ids.get("site", ()))), keys_param(sorted(ids["client"]))
    ends = f"(origin_kind = 'site' AND origin_id {AMONG}) OR (destination_kind = 'site' AND destination_id {AMONG})"
    where["pin"] = ends, [*sites, *sites]
    merged = f"(kind = 'client' AND (kept_id {AMONG} OR gone_id {AMONG})) OR (kind = 'site' AND kept_id {AMONG})"
    where["merge"] = merged, [*mine, *mine, *sites]
    people = f"SELECT lower(email) FROM contact WHERE email <> '' AND client_id {AMONG}"
    mails = store.all(
        f"SELECT id FROM mail WHERE ({where['mail'][0]}) OR lower(sender) IN ({people})", [*where["mail"][1], *mine]
    )
    ids["mail"] = frozenset(key for (key,) in mails)
    where["mail"] = f"id {AMONG}", [*keys_param(sorted(ids["mail"]))]
    where["mail_file"] = f"mail_id {AMONG}", [*keys_param(sorted(ids["mail"]))]
    uids = f"uid IN (SELECT uid FROM visit WHERE id {AMONG})"
    where["calendar_event"] = uids, [*keys_param(sorted(ids.get("visit", ())))]
    for table in ("pin", "merge"):
        beside = store.all(f"SELECT id FROM {table} WHERE {where[table][0]}", where[table][1])
        ids[table] = frozenset(key for (key,) in beside)
    counts = {
        table: int(store.value(f"SELECT count(*) FROM {table} WHERE {condition}", params))
        for table, (condition, params) in where.items()
    }
    return Owned(where, counts, ids)


def _links(store: Store) -> dict[str, list[tuple[str, str]]]:
    """By table, which of its columns says whose a row is, and of which table that is."""
    tables = store.all("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    return {
        table: [
            (row[3], row[2]) for row in store.all(f"PRAGMA foreign_key_list({table})") if (table, row[3]) not in _BESIDE
        ]
        for (table,) in tables
        if not table.startswith("visit_search")
    }


def spoken_of(texts: Iterable[str], people: Iterable[str] = ()) -> re.Pattern[str] | None:
    """What finds texts that tell who somebody is, as whole words; None: there are none.

    Args:
        texts: names, numbers and addresses, which count in any case; telephone numbers as one dials them too.
        people: the names of persons, which count as `named_by` has it.
    """
    texts = list(texts)
    words = {" ".join(text.split()) for text in texts} | set(map(number_of, texts))
    known = sorted((re.escape(word) for word in words if len(word) > 2), key=len, reverse=True)
    ways = [way for name in people for way in named_by(name)] + ([f"(?i:{'|'.join(known)})"] if known else [])
    return _whole_words(ways)


def perhaps(people: Iterable[str]) -> re.Pattern[str] | None:
    """What finds single words of the names of persons, which may mean them or not; None: there are none."""
    return _whole_words([word for name in people for word in single_words(name)])


def _whole_words(ways: Sequence[str]) -> re.Pattern[str] | None:
    return re.compile(rf"(?<!\w)(?:{'|'.join(ways)})(?!\w)") if ways else None


def without(told: re.Pattern[str] | None, text: Any) -> Any:
    """A text without what tells who it is about."""
    return told.sub(ERASED, text) if told is not None and isinstance(text, str) else text


def begin(store: Store) -> None:
    """Let everything that goes from here on be written over with zeros in the file."""
    with translated():
        store.conn.execute("PRAGMA secure_delete=ON").fetchall()


def erase_client(unit: Unit, rows: Owned, told: re.Pattern[str] | None, books: str) -> None:
    """Take the words of a client out of the database; `books` is the day since which invoices are kept as they are."""
    store = unit.store
    gone = _files(store, rows)
    with _rewriting(unit, told):
        for table, (condition, params) in rows.where.items():
            if table in GONE:
                unit.execute(f"DELETE FROM {table} WHERE {condition}", params)
                continue
            changes = {
                name: f"CASE WHEN coalesce({name}, '') = '' THEN {name} ELSE '{ERASED}' END"
                for name in WORDS.get(table, "").split()
            }
            changes |= {name: f"without({name})" for name in NAMED.get(table, "").split()}
            changes |= {name: f"without_json({name})" for name in NAMED_WITHIN.get(table, "").split()}
            changes |= OTHERWISE.get(table, {})
            if table in _PUT_AWAY:
                changes["archived_at"] = f"coalesce(archived_at, {unit.at})"
            if changes:
                sets = ", ".join(f"{name} = {text}" for name, text in changes.items())
                unit.execute(f"UPDATE {table} SET {sets} WHERE {condition}", params)
        _leave_lists(unit, rows)
        _age_invoices(unit, rows, books)
        _finish(unit, rows, gone, "client", _erased_texts)


def erase_contact(unit: Unit, rows: Owned, told: re.Pattern[str], contact: tuple[int, str]) -> None:
    """Take one person of a client out of it: their row, and what names them in everything that is the client's."""
    client_id, name = contact
    with _rewriting(unit, told):
        unit.execute("DELETE FROM contact WHERE client_id = ? AND name = ?", (client_id, name))
        for table, (condition, params) in rows.where.items():
            if named := _named_in(table):
                sets = ", ".join(f"{column} = without({column})" for column in named)
                within = NAMED_WITHIN.get(table, "").split()
                sets += "".join(f", {column} = without_json({column})" for column in within)
                unit.execute(f"UPDATE {table} SET {sets} WHERE {condition}", params)
        condition, params = rows.where["paper"]
        unit.execute(f"UPDATE paper SET content = CAST(without_bytes(content) AS BLOB) WHERE {condition}", params)
        _finish(unit, rows, (), "contact", _not_naming(told))


def texts_naming(store: Store, rows: Owned, told: re.Pattern[str]) -> list[NamedText]:
    """The texts of a client that name somebody, each once a table."""
    found: list[NamedText] = []
    for table, (condition, params) in sorted(rows.where.items()):
        within = NAMED_WITHIN.get(table, "").split()
        for column in (*_named_in(table), *within):
            read = f"SELECT DISTINCT {column} FROM {table} WHERE ({condition}) AND {column} <> '' ORDER BY {column}"
            texts = [text for (text,) in store.all(read, params) if isinstance(text, str)]
            after = [str(_of_json(told, text) if column in within else without(told, text)) for text in texts]
            found += [NamedText(table, text, read) for text, read in zip(texts, after, strict=True) if read != text]
    return list(dict.fromkeys(found))


def papers_naming(store: Store, rows: Owned, told: re.Pattern[str]) -> int:
    """How many kept papers of a client name somebody."""
    return sum(_of_bytes(told, content) != content for (content,) in own_rows(store, rows, "paper", "content"))


def audit_naming(store: Store, rows: Owned, told: re.Pattern[str]) -> int:
    """How many rows of the audit about a client name somebody."""
    return len(_audited(store, rows, _not_naming(told)))


def _named_in(table: str) -> list[str]:
    """The columns of a table in which a person of a client may be named."""
    return [*WORDS.get(table, "").split(), *NAMED.get(table, "").split(), *_MORE.get(table, ())]


def _not_naming(told: re.Pattern[str]) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
    return lambda detail: _details(detail, lambda text: str(without(told, text)))


@contextlib.contextmanager
def _rewriting(unit: Unit, told: re.Pattern[str] | None) -> Iterator[None]:
    """The database without its triggers, inside the transaction."""
    conn = unit.store.conn
    triggers = unit.store.all("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY rowid")
    conn.create_function("without", 1, lambda text: without(told, text), deterministic=True)
    conn.create_function("without_json", 1, lambda text: _of_json(told, text), deterministic=True)
    conn.create_function("without_bytes", 1, lambda content: _of_bytes(told, content), deterministic=True)
    for name, _ in triggers:
        unit.execute(f'DROP TRIGGER "{name}"')
    yield
    for _, sql in triggers:
        unit.execute(sql)


def _of_json(told: re.Pattern[str] | None, text: str | None) -> str | None:
    """JSON without what tells who it is about, written as it was."""
    if told is None or not text or told.search(text) is None:
        return text

    def read(value: Any, spoken: bool) -> Any:
        if isinstance(value, dict):
            return {name: read(one, name in _SPOKEN) for name, one in value.items()}
        if isinstance(value, list):
            return [read(one, spoken) for one in value]
        return without(told, value) if spoken else value

    return json.dumps(read(json.loads(text), False), ensure_ascii=False, separators=(",", ":"))


def _of_bytes(told: re.Pattern[str] | None, content: Any) -> Any:
    """A kept page without somebody; what cannot be read as text goes as a whole, if it may name them."""
    try:
        return without(told, bytes(content).decode()).encode()
    except UnicodeDecodeError:
        return ERASED.encode()


def _files(store: Store, rows: Owned) -> tuple[str, ...]:
    """The hashes of the files that only this client has, handed in or come by mail."""
    theirs: set[str] = set()
    others: set[str] = set()
    for table in ("file", "mail_file"):
        condition, params = rows.where[table]
        for sha256, own in store.all(
            f"SELECT sha256, coalesce(({condition}), 0) FROM {table} WHERE sha256 <> ''", params
        ):
            (theirs if own else others).add(sha256)
    return tuple(sorted(theirs - others))


def _leave_lists(unit: Unit, rows: Owned) -> None:
    """Nobody has to look at anything of the client any more: proposals without an answer are withdrawn, mails pass."""
    condition, params = rows.where["proposal"]
    answered = "SELECT proposal_id FROM proposal_mark WHERE withdrawn_at IS NULL AND state IN ('accepted', 'declined')"
    unit.execute(
        f"UPDATE proposal SET withdrawn_at = {unit.at} WHERE ({condition}) AND withdrawn_at IS NULL AND id NOT IN ({answered})",
        params,
    )
    withdrawn = f"SELECT id FROM proposal WHERE ({condition}) AND withdrawn_at = {unit.at}"
    unit.execute(
        f"UPDATE proposal_mark SET withdrawn_at = {unit.at} WHERE withdrawn_at IS NULL AND proposal_id IN ({withdrawn})",
        params,
    )
    condition, params = rows.where["mail"]
    unit.execute(f"UPDATE mail SET state = 'passed' WHERE ({condition}) AND state IN ('waiting', 'call')", params)


def _age_invoices(unit: Unit, rows: Owned, books: str) -> None:
    """Invoices older than the books: who bought and the words go, every figure stays."""
    condition, params = rows.where["invoice"]
    old = unit.store.all(f"SELECT id, form FROM invoice WHERE ({condition}) AND issued_on < ?", [*params, books])
    for key, text in old:
        form = json.loads(text)
        form["buyer"] = {**dict.fromkeys(form["buyer"], ""), "name": ERASED, "address": []}
        form["reason"] = form.get("reason") and ERASED
        for line in form["lines"]:
            line |= {name: ERASED for name in ("about", "site", "given") if line.get(name)}
        kept = json.dumps(form, ensure_ascii=False, separators=(",", ":"))
        unit.execute("UPDATE invoice SET form = ? WHERE id = ?", (kept, key))


def _finish(
    unit: Unit, rows: Owned, files: Iterable[str], kind: str, scrubbed: Callable[[Mapping[str, Any]], Mapping[str, Any]]
) -> None:
    """What stands beside the rows: what can be taken back, the search, the audit; and the word that it was done."""
    _forget_changes(unit, rows)
    visits = keys_param(sorted(rows.ids.get("visit", ())))
    unit.execute(f"INSERT OR IGNORE INTO search_stale (visit_id) SELECT id FROM visit WHERE id {AMONG}", visits)
    search.freshen(unit.store.conn, None)
    if unit.store.one("SELECT 1 FROM sqlite_schema WHERE name = 'visit_search'") is not None:
        unit.execute("INSERT INTO visit_search (visit_search) VALUES ('optimize')")
    client_id = min(rows.ids["client"])
    key = unit.insert_signed("erasure", kind=kind, client_id=client_id, files=" ".join(files))
    with translated():
        detail = chain.erased(unit.store.conn, _audited(unit.store, rows, scrubbed))
    unit.audit(chain.ERASURE, key, kind=kind, client=client_id, **detail)


def _forget_changes(unit: Unit, rows: Owned) -> None:
    for key, pictures in unit.store.all("SELECT id, pictures FROM change WHERE pictures <> '[]'"):
        if any(record in rows.ids.get(_table(entity), ()) for entity, record, *_ in json.loads(pictures)):
            unit.execute("UPDATE change SET state = 'dropped', label = ?, pictures = '[]' WHERE id = ?", (ERASED, key))


def _audited(store: Store, rows: Owned, scrubbed: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> dict[int, str]:
    """The rows of the audit that are rewritten, and how their detail reads then."""
    entities = [entity for (entity,) in store.all("SELECT DISTINCT entity FROM audit")]
    new: dict[int, str] = {}
    for entity in entities:
        ids = rows.ids.get(_table(entity))
        if not ids or entity == chain.ERASURE:
            continue
        scope = f"entity = ? AND entity_id {AMONG}"
        for seq, text in store.all(f"SELECT seq, detail FROM audit WHERE {scope}", (entity, *keys_param(sorted(ids)))):
            after = chain.canonical(scrubbed(json.loads(text)))
            if after != text:
                new[seq] = after
    return new


def _table(entity: str) -> str:
    return entity.replace("-", "_")


def _erased_texts(detail: Mapping[str, Any]) -> Mapping[str, Any]:
    """A detail with its keys, figures, days and the program's own words; every other text is gone."""
    return _details(detail, lambda text: text if not text or text in _PLAIN or _DAY.fullmatch(text) else ERASED)


def _details(detail: Mapping[str, Any], of: Callable[[str], str]) -> Mapping[str, Any]:
    mapped: Mapping[str, Any] = _mapped(detail, of)
    return mapped


def _mapped(value: Any, of: Callable[[str], str]) -> Any:
    match value:
        case str():
            return of(value)
        case list():
            return [_mapped(one, of) for one in value]
        case dict():
            # a key may be what somebody typed as well
            return {
                (name if re.fullmatch(r"[a-z_]+", name) else of(name)): _mapped(one, of) for name, one in value.items()
            }
    return value


def clean(store: Store) -> None:
    """Write the file anew, so that no free page and no log holds what was erased.

    Raises:
        Busy: somebody else reads or writes all the time.
    """
    store.write_anew()


def cleaned(unit: Unit, one: Erasure) -> None:
    """Note that nothing of an erasure is left in the file."""
    unit.update("erasure", one.id, one.version, cleaned_at=unit.at)
    unit.audit(chain.ERASURE, one.id, cleaned=True)


def old_copies(store: Store) -> list[str]:
    """The names of the backups and older copies beside the database, oldest first: they still hold what was erased since."""
    mine, sides = store.path.name, {store.path.name + side for side in copies.SIDE_FILES}
    pattern = re.compile(re.escape(mine) + r"\.(backup-|v\d+-)\d{8}T\d{6}Z.*")
    return sorted(
        file.name for file in store.path.parent.iterdir() if pattern.fullmatch(file.name) and file.name not in sides
    )
