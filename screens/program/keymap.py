"""Which keys there are: every binding with an id, where it works, and what a person's own keys make of it.

Made from the bindings themselves. A screen that is new stands in `PLACES`, and nothing else is to be done for it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from textual.binding import Binding

from widgets.terminal.keyboard import PRINTING, key_named, written, written_all

if TYPE_CHECKING:
    from textual.app import App


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """Where keys work together. `owners` have the keys, with what they are made of; `widgets` are what the keyboard can be on.

    Both name classes as `module:Class`, so that knowing of a place does not import it. In a place that is `alone` (a
    dialog) the keys of the program and of the screen behind it do not work; `typed` says that text is typed there.
    """

    title: str
    owners: tuple[str, ...]
    widgets: tuple[str, ...] = ()
    alone: bool = False
    typed: bool = False


RENAMED = {"template.save": "draft.save", "terms.save": "draft.save"}
"""Ids of earlier versions, which people's files may have, and what they are called now."""
_LIST = ("widgets.lines.line_list:LineList",)
EVERYWHERE = KeyPlace("Everywhere", ("screens.user_screen:UserScreen", "widgets.terminal.lean:_Lean"))
"""The keys of the program itself come to these; its class is told by whoever asks."""
PLACES = (
    EVERYWHERE,
    KeyPlace("The board", ("screens.board.board:BoardScreen",), ("widgets.timeline.view:Timeline", *_LIST)),
    KeyPlace("The week", ("screens.board.week:WeekScreen",), ("widgets.week_grid:WeekGrid", *_LIST)),
    KeyPlace("The day at a glance", ("screens.board.glance:GlanceScreen",), _LIST),
    KeyPlace("Calling ahead", ("screens.board.calls:CallsScreen",), _LIST),
    KeyPlace("Messages to clients", ("screens.board.outbox:OutboxScreen",), _LIST),
    KeyPlace("Words to clients", ("screens.board.message_words:MessageWordsScreen",), _LIST),
    KeyPlace("Mails from clients", ("screens.board.inbox:InboxScreen",), _LIST),
    KeyPlace("The timeline, and a visit in hand", ("widgets.timeline.view:Timeline",), alone=True),
    KeyPlace("Lists: the queue, my day, a checklist, the log", _LIST, alone=True),
    KeyPlace(
        "A plan of the day or the week",
        ("screens.board.plan:PlanScreen",),
        ("widgets.timeline.view:Timeline", "widgets.week_grid:WeekGrid", *_LIST),
    ),
    KeyPlace("My day", ("screens.visit.day:DayScreen",), _LIST),
    KeyPlace("The map", ("screens.board.map:MapScreen",), ("widgets.map.view:MapView", *_LIST)),
    KeyPlace("Everybody on a map", ("screens.board.team_map:TeamMapScreen",), ("widgets.map.view:MapView", *_LIST)),
    KeyPlace("The map, when the keyboard is on it", ("widgets.map.view:MapView",), alone=True),
    KeyPlace("A link to copy", ("screens.files.browser:LinkDialog",), alone=True),
    KeyPlace("A visit", ("screens.visit.visit:VisitScreen",), _LIST),
    KeyPlace("Tests while they run", ("screens.visit.running_tests:RunTests",), alone=True),
    KeyPlace("The visit log", ("screens.log.log:LogScreen",), _LIST),
    KeyPlace("Figures", ("screens.log.figures:FiguresScreen",), _LIST),
    KeyPlace("The visits behind a figure", ("screens.log.figures:BehindScreen",), _LIST),
    KeyPlace("All branches", ("screens.log.branches:BranchesScreen",), _LIST),
    KeyPlace("What is still open", ("screens.log.open_work:OpenWorkScreen",), _LIST),
    KeyPlace("Invoices", ("screens.log.invoices:InvoicesScreen",), _LIST),
    KeyPlace("Revenue and margin", ("screens.log.margin:MarginScreen",), _LIST),
    KeyPlace(
        "Time sheets", ("screens.log.timesheets:TimesheetsScreen", "screens.visit.timesheet:TimesheetScreen"), _LIST
    ),
    KeyPlace("The audit", ("screens.log.audit:AuditScreen",), _LIST),
    KeyPlace("Skills against demand", ("screens.log.skills:SkillsScreen",), _LIST),
    KeyPlace("Satisfaction", ("screens.log.scores:ScoresScreen",), _LIST),
    KeyPlace("Proposals", ("screens.log.proposals:ProposalsScreen",), _LIST),
    KeyPlace("Account care", ("screens.log.care:CareScreen",), _LIST),
    KeyPlace(
        "Rate cards and agreements", ("screens.prices.prices:PricesScreen", "screens.prices.terms:TermsScreen"), _LIST
    ),
    KeyPlace(
        "The book, and a client's page", ("screens.book.book:BookScreen", "screens.book.client:ClientScreen"), _LIST
    ),
    KeyPlace("A checklist template", ("screens.book.template:TemplateScreen",), _LIST),
    KeyPlace("What checklist a visit would get", ("screens.book.template_preview:TemplatePreview",), _LIST),
    KeyPlace("The copy elsewhere", ("screens.log.elsewhere:ElsewhereScreen",), _LIST),
    KeyPlace("Keys and sessions over SSH", ("screens.log.access:AccessScreen",), _LIST),
    KeyPlace("The drives of the day", ("screens.board.drives:DrivesScreen",), _LIST),
    KeyPlace("All that happened to a visit", ("screens.log.visit_record:VisitRecord",)),
    KeyPlace("Setting up a firm", ("screens.program.setup:SetupScreen",), _LIST),
    KeyPlace("Finding something by its letters", ("screens.dialogs.finder:FindScreen",), alone=True, typed=True),
    KeyPlace("The list of keys", ("screens.program.keys:KeysHelp",), _LIST, alone=True),
    KeyPlace("A charge sheet", ("screens.prices.sheet_view:SheetView",), alone=True),
    KeyPlace("A service report", ("screens.visit.service_report:ReportView",), alone=True),
    KeyPlace("A quote", ("screens.prices.quote:QuoteView",), alone=True),
    KeyPlace(
        "Questions",
        (
            "screens.dialogs.questions:AskConfirm",
            "screens.dialogs.questions:Choose",
            "screens.dialogs.questions:ChooseDay",
            "screens.files.import_preview:Working",
        ),
        alone=True,
    ),
    KeyPlace("The columns of a file", ("screens.files.import_columns:ImportColumns",), alone=True),
    KeyPlace("What would become of a file", ("screens.files.import_preview:ImportPreview",), alone=True),
    KeyPlace(
        "Where text is typed",
        (
            "screens.dialogs.unsent:KeptDialog",
            "screens.dialogs.questions:AskText",
            "screens.visit.signing_in:AskSecret",
            "screens.dialogs.questions:Form",
            "screens.dialogs.note:AskNote",
            "screens.board.quick_line:QuickLine",
            "screens.files.import_preview:AskFile",
        ),
        alone=True,
        typed=True,
    ),
)


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A binding in a place: its keys as they are, and as they are by default."""

    place: str
    id: str
    keys: tuple[str, ...]
    default: tuple[str, ...]
    does: str


def key_rows(program: type[App[Any]], own: Mapping[str, str] | None = None) -> list[KeyRow]:
    """Every binding that can be rebound, place by place. `own` are keys by id, as `judged` returns them."""
    rows: dict[KeyRow, None] = {}
    common = _owners(EVERYWHERE, program, all_of_them=True)
    for place in PLACES:
        for owner in _owners(place, program, all_of_them=True):
            parts = [owner] if place is EVERYWHERE else [part for part in owner.__mro__ if part not in common]
            for binding in (binding for part in parts for binding in own_bindings(part)):
                default = tuple(binding.key.split(","))
                keys = tuple((own or {}).get(binding.id or "", binding.key).split(","))
                rows[KeyRow(place.title, binding.id or "", keys, default, sentence_of(binding))] = None
    return list(rows)


def sentence_of(binding: Binding) -> str:
    """What a key does, in words."""
    return binding.tooltip or binding.description


def own_bindings(owner: type) -> Iterator[Binding]:
    """The bindings with an id that a class itself has; what has none is not rebound."""
    for binding in vars(owner).get("BINDINGS", ()):
        if isinstance(binding, Binding) and binding.id:
            yield binding


def judged(
    personal: Mapping[str, Sequence[str]], program: type[App[Any]], *, all_places: bool = True
) -> tuple[dict[str, str], list[str]]:
    """What of a person's keys can be taken, as a keymap of Textual, and a sentence for each that cannot.

    Args:
        personal: keys by binding id, as people write them.
        all_places: look at all screens, which imports them. Else only those that are there already: what is said then
            is not complete, but what is returned holds for them.
    """
    scopes = list(_scopes(program, all_places))
    known = {binding.id: binding for scope in scopes for binding in scope.bindings if binding.id}
    typed = {binding.id for scope in scopes for binding in scope.bindings if scope.typed or binding.priority}
    faults: list[str] = []
    taken: dict[str, tuple[str, ...]] = {}
    earlier = {RENAMED[name]: keys for name, keys in personal.items() if name in RENAMED}
    for binding_id, keys in (earlier | {name: keys for name, keys in personal.items() if name not in RENAMED}).items():
        if binding_id not in known:
            if all_places:
                faults.append(f"{binding_id}: there is no such id{_meant(binding_id, known)}")
            continue
        named = [key_named(key) for key in keys]
        known_keys = tuple(dict.fromkeys(key for key in named if key is not None))
        for key, name in zip(keys, named, strict=True):
            if name is None:
                faults.append(f"{binding_id}: terminals do not send {key!r}")
        printing = [key for key in known_keys if key in PRINTING] if binding_id in typed else []
        if printing:
            faults.append(
                f"{binding_id}: {written_all(printing)} is typed where this works; ctrl and a letter, or f1 to f12, is not"
            )
        if len(known_keys) == len(keys) and not printing:
            taken[binding_id] = known_keys
    while clashes := _clashes(scopes, taken):
        for ids, text in clashes.items():
            faults.append(text)
            for binding_id in ids:
                taken.pop(binding_id, None)
    return {binding_id: ",".join(keys) for binding_id, keys in taken.items()}, list(dict.fromkeys(faults))


@dataclass(frozen=True, slots=True)
class _Scope:
    """Bindings that work at the same time."""

    title: str
    bindings: tuple[Binding, ...]
    typed: bool


def _scopes(program: type[App[Any]], all_places: bool) -> Iterator[_Scope]:
    everywhere = [binding for owner in _owners(EVERYWHERE, program, all_places) for binding in own_bindings(owner)]
    for place in PLACES:
        if place is EVERYWHERE:
            yield _Scope(place.title, tuple(everywhere), False)
            continue
        beside = [
            binding for name in place.widgets if (owner := _class(name, all_places)) for binding in own_bindings(owner)
        ]
        for owner in _owners(place, program, all_places):
            own = [binding for base in owner.__mro__ for binding in own_bindings(base)] if not place.alone else []
            own = own or list(own_bindings(owner))
            yield _Scope(place.title, (*own, *beside, *(() if place.alone else everywhere)), place.typed)


def _owners(place: KeyPlace, program: type[App[Any]], all_of_them: bool) -> list[type]:
    named = [owner for name in place.owners if (owner := _class(name, all_of_them)) is not None]
    return [program, *named] if place is EVERYWHERE else named


def _class(name: str, load: bool) -> type | None:
    module, _, member = name.partition(":")
    loaded = import_module(module) if load else sys.modules.get(module)
    return getattr(loaded, member, None)


def _clashes(scopes: Iterable[_Scope], taken: Mapping[str, tuple[str, ...]]) -> dict[tuple[str, ...], str]:
    """Which of the taken ids share a key with another id that does not share it by default."""
    clashes: dict[tuple[str, ...], str] = {}
    for scope in scopes:
        names: dict[str, str] = {}
        default: dict[str, set[str]] = {}
        by_key: dict[str, list[str]] = {}
        for binding in scope.bindings:
            assert binding.id is not None
            names.setdefault(binding.id, binding.description)
            default.setdefault(binding.id, set()).update(binding.key.split(","))
        for binding_id in names:
            for key in taken.get(binding_id, default[binding_id]):
                by_key.setdefault(key, []).append(binding_id)
        for key, ids in by_key.items():
            for number, first in enumerate(ids):
                for second in ids[number + 1 :]:
                    guilty = tuple(binding_id for binding_id in (first, second) if binding_id in taken)
                    if not guilty or default[first] & default[second]:
                        continue
                    both = " and ".join(f"{binding_id} ({names[binding_id]})" for binding_id in (first, second))
                    clashes.setdefault(guilty, f"{written(key)} is both {both}: {scope.title.lower()}")
    return clashes


def _meant(binding_id: str, known: Iterable[str | None]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(binding_id, [binding_id for binding_id in known if binding_id], 1)
    return f"; {near[0]} is meant?" if near else ""
