"""The templates of papers that are in force: the program's, and the firm's own in their place; and a copy of ours to begin with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from db.faults import from_os
from db.store import Store
from dispatch.desk.reports.document import Amount, ChartBar, Point, Report, ReportTable, Section, letterhead_of
from dispatch.desk.reports.pages import SHIPPED, as_html
from dispatch.desk.session.private_file import FileThere, at_this_machine, put
from dispatch.desk.session.refusals import Faulty, NotAllowed, Refusal
from dispatch.desk.session.user import User
from dispatch.desk.visits.kept_files import templates_of
from dispatch.model.states import Role

KINDS = ("visit", "month", "quarter", "year", "quote", "rates", "day", "firm", "margin", "sheet")
"""The kinds of papers; a template `KIND.html` is that of one of them alone."""
REPLACED = ("paper.html", "parts.html", "paper.css")
"""The templates of the program that a firm can have its own of."""
_TRIED = (
    Section("At a glance", (("visits", 3),), bars=(ChartBar("1–7 Nov", 100, "3 visits"),), at_a_glance=True),
    Section("Points", paragraphs=("A paragraph.",), points=(Point("A point", "done", ("a note",)),)),
    Section(
        "A table", tables=(ReportTable(("What", "Worth"), (("Work", Amount(100, 2, "USD")), ("All", None)), sums=1),)
    ),
)


class TemplateInForce(NamedTuple):
    """A template by its name: whether it is the firm's own, and why a paper cannot be made with it; empty where it can."""

    name: str
    own: bool
    fault: str = ""


def in_force(store: Store) -> list[TemplateInForce]:
    """Every template that is used, each tried on a paper that has something of everything."""
    folder = templates_of(store)
    there = [f"{kind}.html" for kind in KINDS if (folder / f"{kind}.html").is_file()]
    return [TemplateInForce(name, (folder / name).is_file(), _fault(store, name)) for name in (*REPLACED, *there)]


def _fault(store: Store, name: str) -> str:
    kind = Path(name).stem if Path(name).stem in KINDS else "paper"
    report = Report(
        kind, "A paper", "tried", _TRIED, ("at the foot",), letterhead=letterhead_of(store), to=("A client",)
    )
    try:
        as_html(replace(report, kind=kind))
    except Refusal as refusal:
        return str(refusal).removesuffix(" Nothing was written.")
    return ""


def copy(user: User, name: str) -> Path:
    """Put a template of ours into the firm's folder, where it counts from then on; returns the file.

    Raises:
        NotAllowed: the person is no lead, or sits elsewhere.
        Faulty: there is no such template.
        FileThere: the firm has its own already.
    """
    if Role.LEAD not in user.staff.roles:
        raise NotAllowed("Only a lead puts templates of papers into the firm's folder.")
    at_this_machine(user)
    if name not in REPLACED:
        raise Faulty([f"copy: {name!r} is not one of {', '.join(REPLACED)}"])
    target = templates_of(user.store) / name
    try:
        target.parent.mkdir(mode=0o700, exist_ok=True)
        put(target, (SHIPPED / name).read_text(encoding="utf-8"), replace=False)
    except FileExistsError:
        raise FileThere(f"{target} is there already.") from None
    except OSError as error:
        raise from_os(error, target) from error
    return target


def lines(templates: list[TemplateInForce]) -> Iterator[str]:
    """Each as text."""
    for one in templates:
        whose = "your own" if one.own else "ours"
        yield f"{one.name:<12} {whose}" + (f": {one.fault}" if one.fault else "")
