"""Two records of one client, or of one site, become one (design/records.md, Doubles).

What hangs on the other goes over to the one that is kept: sites, visits with their charges, agreements, recurring visits, checklist
templates, equipment, test targets, pinned drives, surveys and what is due; the other is archived. What only one of them says, the
kept one says from then on; where both say something else, whoever merges chooses.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from db import agreements, changes, clients, merges, templates
from db.changes import RecordChange
from db.faults import Stale
from db.merges import HANGS_ON, Merge
from db.names import folded
from db.store import Store, existing
from db.unit import Unit
from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.day import routing
from dispatch.desk.prices.agreeing import together
from dispatch.desk.session.refusals import Refusal, refuse
from dispatch.desk.session.user import User
from dispatch.model.clients import Client, Site
from dispatch.model.states import Role
from dispatch.model.text import NAME, show

KINDS = tuple(HANGS_ON)
"""The kinds of records that can be there twice."""
ENTITY = "merge"
"""What a merge is named in what can be taken back."""
SITES = "sites"
"""The question what becomes of sites of one name."""
KEEP, TAKE, MERGE, RENAME = "keep", "take", "merge", "rename"
_JOINED = {"contacts": " | ", "not_with": ", ", "notes": "\n", "services": ", "}
"""Fields that say more together, and the sign between."""
_BY_ITSELF = frozenset(
    {"name", "client", "one_way_distance", "one_way_minutes", "place_source", "place_precision", *_JOINED}
)
"""Fields that nobody is asked about: those of the kept record stand, and charges with them."""


class Conflict(NamedTuple):
    """What both records say, and differently: how it is named in an answer, what it is called, and both texts."""

    name: str
    label: str
    kept: str
    other: str

    @property
    def choices(self) -> dict[str, str]:
        """The answers, each with what it means."""
        if self.name == SITES:
            return {MERGE: "they are the same", RENAME: f"they are not: {show(self.other)}"}
        return {KEEP: show(self.kept), TAKE: show(self.other)}

    def option(self, answer: str) -> str:
        """What is typed for an answer."""
        return f"--{SITES} {answer}" if self.name == SITES else f"--{answer} {shlex.quote(show(self.name))}"


class Conflicting(Refusal):
    """A merge for which something has to be chosen; `conflicts` are all that are open."""

    def __init__(self, conflicts: Sequence[Conflict]) -> None:
        self.conflicts = tuple(conflicts)
        said = "; ".join(
            f"{one.label}: {' or '.join(f'{one.option(answer)} ({means})' for answer, means in one.choices.items())}"
            for one in conflicts
        )
        super().__init__(f"Both say something. Choose {said}. Nothing was changed.")


class Merged(NamedTuple):
    """A record as it is kept, what the other was called, and how much went over by table."""

    kept: Any
    gone: str
    counts: Mapping[str, int]


def merge(user: User, kind: str, kept: Any, gone: Any, answers: Mapping[str, str] | None = None) -> Merged:
    """Make one record of two, as one change that is taken back as one.

    Args:
        user: a dispatcher or a lead.
        kind: `client` or `site`.
        kept: the record that stays.
        gone: the one that is archived.
        answers: what was chosen, by the names of the conflicts.

    Raises:
        Conflicting: something has to be chosen.
        Refusal: they are no two records of one thing, or their agreements cover the same days.
        Stale: somebody changed one of them since it was read.
    """
    record_store = RECORD_STORES[kind]
    with user.write(f"merge {record_store.record.plural}", Role.DISPATCHER, Role.LEAD) as unit:
        if kept.id == gone.id:
            raise Refusal(f"Both are the same {kind}, {show(record_store.title(user.store, kept))}: name two.")
        for one in (kept, gone):
            now = record_store.get(user.store, one.id)
            if now is None or now.version != one.version:
                name = show(record_store.title(user.store, one))
                raise Stale(f"{name} was changed meanwhile. Nothing was changed.", table=kind, key=one.id)
        chosen, work = dict(answers or {}), _Merging(user, unit)
        clashes = _clashes(user.store, kept, gone) if kind == "client" else []
        conflicts = work.conflicts(kind, kept, gone)
        if clashes:
            both = ", ".join(one.name for one, _ in clashes)
            label = f"Sites of both are called {show(both)}"
            conflicts.append(Conflict(SITES, label, both, _renamed(gone, clashes[0][1])))
        merged_sites = clashes if chosen.get(SITES) == MERGE else []
        for ours, theirs in merged_sites:
            conflicts += work.conflicts("site", ours, theirs, f"{ours.name}: ")
        refuse(
            [f"{name}: there is nothing to choose" for name in sorted(chosen.keys() - {one.name for one in conflicts})]
        )
        if open_still := [one for one in conflicts if one.name not in chosen]:
            raise Conflicting(open_still)
        _judge(user.store, kind, kept, gone)
        for ours, theirs in merged_sites:
            work.carry_out("site", ours, theirs, chosen, {}, f"{ours.name}: ")
        names = {theirs.id: _renamed(gone, theirs) for _, theirs in clashes} if not merged_sites else {}
        done = work.carry_out(kind, kept, gone, chosen, names)
        routing.reroute_ahead(unit)
        title, other = (record_store.title(user.store, one) for one in (kept, gone))
        changes.remember(unit, f"merge {other} into {title}", work.pictures)
        return Merged(existing(record_store.get(user.store, kept.id)), other, done.counts)


def turn(user: User, unit: Unit, picture: RecordChange, *, back: bool) -> tuple[int, int] | None:
    """Take a merge back, or carry it out again; returns the version that it looked so at, and the one of now.

    None: it was taken back already.
    """
    one = merges.merge(user.store, picture.id)
    expected, target, _ = picture.turned(back)
    if one is None or (expected and one.version != expected):
        return None
    names = {int(site): name for site, name in picture.after["names"].items()}
    done = merges.take_back(unit, one) if back else merges.carry_over(unit, one, names)
    if not back and one.kind == "client":
        _serve(unit, one.kept_id, one.gone_id)
    for template_id, served in picture.after["templates"].items() if back else ():
        template = existing(templates.template(user.store, int(template_id)))
        templates.save_wording(unit, template, replace(template, clients=tuple(served)))
    _audit(unit, done, undone=back, redone=not back)
    routing.reroute_ahead(unit)
    return target, done.version


class _Merging:
    """The merges of one deed, with the pictures that undo puts back."""

    def __init__(self, user: User, unit: Unit) -> None:
        self._user, self._unit = user, unit
        self.pictures: list[RecordChange] = []

    def conflicts(self, kind: str, kept: Any, gone: Any, whose: str = "") -> list[Conflict]:
        """What both say differently; `whose` stands before the labels and names."""
        record_store, store = RECORD_STORES[kind], self._user.store
        ours, theirs = record_store.texts(store, kept), record_store.texts(store, gone)
        return [
            Conflict(f"{whose}{field.name}", f"{whose}{field.label}", ours[field.name], theirs[field.name])
            for field in record_store.record.fields
            if field.name not in _BY_ITSELF
            if ours[field.name] and theirs[field.name] and ours[field.name] != theirs[field.name]
        ]

    def carry_out(
        self, kind: str, kept: Any, gone: Any, chosen: Mapping[str, str], names: Mapping[int, str], whose: str = ""
    ) -> Merge:
        """Merge two records: what hangs on the other, then what it says."""
        record_store, store = RECORD_STORES[kind], self._user.store
        said = self._said(kind, kept, gone, chosen, whose)
        titles = [record_store.title(store, one) for one in (kept, gone)]
        done = merges.carry_over(self._unit, merges.add(self._unit, kind, kept.id, gone.id), names)
        served = _serve(self._unit, kept.id, gone.id) if kind == "client" else {}
        look = {"names": {str(site): name for site, name in names.items()}, "templates": served}
        self.pictures.append(RecordChange(ENTITY, done.id, {}, look, 0, done.version))
        if said:
            self.pictures.append(editing.write(self._user, self._unit, kind, kept, said)[1])
        _audit(self._unit, done, kept=titles[0], gone=titles[1], took=sorted(said) or None)
        return done

    def _said(self, kind: str, kept: Any, gone: Any, chosen: Mapping[str, str], whose: str) -> dict[str, str]:
        """What the kept record says otherwise from then on."""
        record_store, store = RECORD_STORES[kind], self._user.store
        ours, theirs = record_store.texts(store, kept), record_store.texts(store, gone)
        said: dict[str, str] = {}
        for name, text in theirs.items():
            if name in _BY_ITSELF and name not in _JOINED:
                continue
            between = _JOINED.get(name)
            if between is not None and text and ours[name]:
                own = ours[name].split(between)
                more = [part for part in text.split(between) if part not in own]
                said |= {name: between.join([*own, *more])} if more else {}
            elif text and (not ours[name] or chosen.get(f"{whose}{name}") == TAKE):
                said[name] = text
        if "place" in said:
            said |= {name: theirs[name] for name in ("place_source", "place_precision")}
        return {name: text for name, text in said.items() if text != ours[name]}


def _serve(unit: Unit, kept_id: int, gone_id: int) -> dict[str, list[int]]:
    """Let the checklist templates for one client serve the other; returns whom each served before."""
    before = {}
    for template in templates.all_templates(unit.store):
        if gone_id in template.clients:
            before[str(template.id)] = [*template.clients]
            served = dict.fromkeys(kept_id if client_id == gone_id else client_id for client_id in template.clients)
            templates.save_wording(unit, template, replace(template, clients=tuple(served)))
    return before


def _clashes(store: Store, kept: Client, gone: Client) -> list[tuple[Site, Site]]:
    """The sites of two clients that are called the same."""
    ours = {folded(site.name): site for site in clients.sites_of(store, kept.id)}
    theirs = clients.sites_of(store, gone.id)
    return [(ours[folded(site.name)], site) for site in theirs if folded(site.name) in ours]


def _renamed(gone: Client, site: Site) -> str:
    """What a site is called once its client is another's double."""
    return f"{site.name} ({gone.name})"[:NAME]


def _judge(store: Store, kind: str, kept: Any, gone: Any) -> None:
    """Refuse what can be no one record."""
    if kind == "site" and kept.client_id != gone.client_id:
        raise Refusal("The sites belong to two clients: merge these, or move the visits.")
    if kind == "client":
        for one in agreements.agreements_of(store, kept.id):
            for other in agreements.agreements_of(store, gone.id):
                if together(one, other):
                    raise Refusal(
                        f"Both have an agreement on the same days, “{show(one.name)}” and “{show(other.name)}”: a visit could "
                        "not tell which one covers it. End one first. Nothing was changed."
                    )


def _audit(unit: Unit, one: Merge, **said: Any) -> None:
    """Say it of both records."""
    unit.audit(one.kind, one.kept_id, merged=one.gone_id, merge=one.id, **said, moved=one.counts)
    unit.audit(one.kind, one.gone_id, merged_into=one.kept_id, merge=one.id, **said)
