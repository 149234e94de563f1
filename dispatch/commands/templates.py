"""`dispatch template …`: the checklists that visits get, as the lead keeps them."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from dispatch.commands.opening import common_options, deeds_on, open_seat, open_store
from dispatch.commands.standard_input import file_named

if TYPE_CHECKING:
    from db.store import Store
    from dispatch.desk.template_draft import TemplateDraft
    from dispatch.model.templates import Template


_SET = (
    "a field of an item: T7.text=…, T7.kind=confirm|ask|test, .required=yes|no, .na=yes|no (n/a with a reason), "
    ".override=yes|no, .when='tag server, service mail, target backup' (any of them), .each=service, "
    ".targets='backup, monitoring', .probe=reboot, .vantage=host|site, .evidence=executed|measured|any; "
    "an id that is not there is a new item; repeat for several"
)
_SCOPE = {
    "kinds": "only visits of these kinds, between commas; '' for any",
    "tags": "only visits with all of these tags; '' for any",
    "clients": "only visits of these clients, between |; '' for any",
}


def add_parsers(groups: Any) -> None:
    """Register the group."""
    deeds = groups.add_parser("template", help="the checklists that visits get").add_subparsers(
        metavar="DEED", required=True, title="deeds"
    )
    options = common_options()

    deed = deeds_on(deeds, options)

    listing = deed("list", _list, "every template, and which visits it serves")
    listing.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")
    show = deed("show", _show, "one template, item by item")
    _named(show)
    show.add_argument("--version", type=int, metavar="N", help="as it was in this version (default: the newest)")
    show.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")
    add = deed("add", _add, "a new template, begun with the items of another one")
    add.add_argument("--name", required=True)
    add.add_argument("--like", metavar="TEMPLATE", help="default: the one that serves every other visit")
    _changes(add)
    edit = deed("edit", _edit, "change a template: saved as its next version; visits keep what they were made with")
    _named(edit)
    edit.add_argument("--name", help="another name")
    _changes(edit)
    back = deed("restore", _restore, "take an earlier version up again, as the next one")
    _named(back)
    back.add_argument("--version", type=int, required=True, metavar="N")
    history = deed("history", _history, "every version of a template, who saved it and when")
    _named(history)
    history.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")
    archive = deed("archive", _archive, "no visit gets it any more; its history stays, and undo brings it back")
    _named(archive)
    preview = deed("preview", _preview, "what a visit would get, and why")
    preview.add_argument("--client", default="", metavar="NAME")
    preview.add_argument("--site", default="", metavar="NAME", help="default: the client's first")
    preview.add_argument("--kind", default="visit", help="default: visit")
    preview.add_argument("--tag", action="append", default=[], metavar="TAG", help="repeat for several")
    preview.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")
    exporting = deed("export", _export, "a template as JSON, or all of them, to keep or to import elsewhere")
    exporting.add_argument("template", nargs="?", metavar="TEMPLATE", help="default: all of them")
    exporting.add_argument("--file", metavar="FILE", help="default: printed")
    importing = deed("import", _import, "templates from a JSON file as `export` writes it")
    importing.add_argument("file", metavar="FILE", help="- reads standard input")
    importing.add_argument("--update", action="store_true", help="take over what differs, as the next version")
    importing.add_argument("--check", action="store_true", help="only say what would become of each")
    importing.add_argument("--json", action="store_true", help="the verdicts as JSON")


def _named(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("template", metavar="TEMPLATE", help="its name, or a part that only it has")


def _changes(parser: argparse.ArgumentParser) -> None:
    for name, text in _SCOPE.items():
        parser.add_argument(f"--{name}", metavar="NAMES", help=text)
    parser.add_argument("--set", action="append", default=[], metavar="ITEM.FIELD=VALUE", help=_SET)
    parser.add_argument("--take-out", action="append", default=[], metavar="ITEM", help="repeat for several")
    parser.add_argument(
        "--move", action="append", default=[], metavar="ITEM:OTHER", help="put an item before another of its phase"
    )


def _find(store: Store, name: str) -> Template:
    from dispatch.desk.book.shelves import SHELVES

    found: Template = SHELVES["template"].find(store, name)
    return found


def _list(args: argparse.Namespace) -> int:
    from db import templates
    from dispatch.commands.printing import print_json
    from dispatch.desk.book.template_shelf import serving_text
    from dispatch.model.text import pad, show

    store = open_store(args)
    found = templates.all_templates(store)
    if args.json:
        print_json([_summary(store, one) for one in found])
        return 0
    for one in found:
        count = f"{len(one.items)} items, version {one.number}"
        print(f"{pad(one.name, 32)} {pad(count, 22)} {show(serving_text(store, one), 200)}")
    return 0


def _summary(store: Store, one: Template) -> dict[str, Any]:
    from dispatch.desk.book.template_shelf import client_names

    return {
        "name": one.name,
        "version": one.number,
        "kinds": list(one.kinds),
        "tags": list(one.tags),
        "clients": client_names(store, one),
        "items": len(one.items),
    }


def _show(args: argparse.Namespace) -> int:
    from dispatch.commands.printing import print_json
    from dispatch.desk.book.template_shelf import serving_text
    from dispatch.desk.templates import exported, wording
    from dispatch.model.text import show

    store = open_store(args)
    one = wording(store, _find(store, args.template), args.version).template
    if args.json:
        print_json(exported(store, one) | {"version": one.number})
        return 0
    print(f"{show(one.name)}, version {one.number}, for {show(serving_text(store, one), 300)}")
    _print_items(one)
    return 0


def _print_items(one: Template) -> None:
    from dispatch.desk.book.template_shelf import rules_text
    from dispatch.model.text import pad, show

    phase = None
    for item in one.items:
        if item.phase is not phase:
            phase = item.phase
            print(phase.value.upper())
        print(f"  {pad(item.ref, 4)} {show(item.label)}")
        print(f"       {show(rules_text(item), 300)}")


def _add(args: argparse.Namespace) -> int:
    from db import templates
    from dispatch.desk.template_draft import begun
    from dispatch.model.text import show

    seat = open_seat(args)
    like = (
        _find(seat.store, args.like)
        if args.like
        else next(one for one in templates.all_templates(seat.store) if one.for_all)
    )
    draft = begun(args.name, like)
    _change(seat.store, draft, args)
    saved = draft.save(seat)
    print(f"Added template {show(saved.name)} with {len(saved.items)} items.")
    return 0


def _edit(args: argparse.Namespace) -> int:
    from dispatch.desk.template_draft import TemplateDraft
    from dispatch.model.text import show

    seat = open_seat(args)
    before = _find(seat.store, args.template)
    draft = TemplateDraft.of(seat.store, before)
    _change(seat.store, draft, args)
    saved = draft.save(seat)
    if saved.number == before.number:
        print(f"{show(saved.name)} is as it was: version {saved.number}.")
    else:
        print(f"{show(saved.name)} is saved as version {saved.number}. Visits keep what they were made with.")
    return 0


def _change(store: Store, draft: TemplateDraft, args: argparse.Namespace) -> None:
    """What the options say, on a draft; every fault of theirs at once."""
    from dispatch.closeout.template_form import FIELDS, item_texts
    from dispatch.desk.refusals import Faulty
    from dispatch.model.templates import PHASE_LETTERS

    for name in ("name", *_SCOPE):
        if (text := getattr(args, name)) is not None:
            draft.texts[name] = text
    faults: list[str] = []
    fields: dict[str, dict[str, str]] = {}
    for text in args.set:
        path, is_set, value = text.partition("=")
        ref, has_field, field = path.strip().partition(".")
        ref = ref.upper()
        if not is_set or not has_field or field not in FIELDS:
            faults.append(f"--set: {text!r} is not of the form ITEM.FIELD=VALUE with one of {', '.join(FIELDS)}")
            continue
        fields.setdefault(ref, {})[field] = value
    for ref, texts in fields.items():
        item = draft.item(ref)
        phase = PHASE_LETTERS.get(ref[:1])
        start = item_texts(item) if item is not None else {} if phase is None else draft.blank(phase) | {"id": ref}
        try:
            draft.put({"id": ref, **start, **texts}, None if item is None else item.ref)
        except Faulty as fault:
            faults += fault.faults
    for ref in args.take_out:
        try:
            draft.take_out(ref)
        except Faulty as fault:
            faults += fault.faults
    for text in args.move:
        ref, _, other = text.partition(":")
        try:
            draft.move_before(ref.strip(), other.strip())
        except Faulty as fault:
            faults += fault.faults
    if faults:
        raise Faulty(list(dict.fromkeys([*faults, *draft.faults(store)])))


def _restore(args: argparse.Namespace) -> int:
    from dispatch.desk.template_draft import TemplateDraft
    from dispatch.desk.templates import wording
    from dispatch.model.text import show

    seat = open_seat(args)
    before = _find(seat.store, args.template)
    draft = TemplateDraft.of(seat.store, before)
    draft.take_up(seat.store, wording(seat.store, before, args.version).template)
    saved = draft.save(seat)
    print(f"{show(saved.name)} is as in version {args.version} again, saved as version {saved.number}.")
    return 0


def _history(args: argparse.Namespace) -> int:
    from db import settings, templates
    from dispatch.commands.printing import print_json
    from dispatch.model.instants import clock_text, day_of, day_text, iso
    from dispatch.model.text import pad, show

    store = open_store(args)
    firm = settings.firm(store)
    found = templates.wordings(store, _find(store, args.template).id)
    if args.json:
        print_json(
            [
                {
                    "version": one.template.number,
                    "name": one.template.name,
                    "items": len(one.template.items),
                    "saved_at": None if one.saved_at is None else iso(one.saved_at, firm.zone),
                    "by": one.by,
                }
                for one in found
            ]
        )
        return 0
    for one in found:
        when = "as the program brings it"
        if one.saved_at is not None:
            day = day_text(day_of(one.saved_at, firm.zone))
            when = f"{day} {clock_text(one.saved_at, firm.zone, firm.clock_hours == 24)}, {show(one.by or '')}"
        count = f"{len(one.template.items)} items"
        print(f"version {one.template.number:<4} {pad(one.template.name, 32)} {count:<10} {when}")
    return 0


def _archive(args: argparse.Namespace) -> int:
    from dispatch.desk.book import keeping
    from dispatch.model.text import show

    seat = open_seat(args)
    record = _find(seat.store, args.template)
    keeping.archive(seat, "template", record)
    print(f"{show(record.name)} is archived; undo brings it back. Visits keep what they were made with.")
    return 0


def _preview(args: argparse.Namespace) -> int:
    from dispatch.commands.printing import print_json
    from dispatch.desk.templates import preview
    from dispatch.model.text import pad, show

    found = preview(open_store(args), args.client, args.site, args.kind, args.tag)
    chosen = found.chosen
    if args.json:
        print_json(
            {
                "template": chosen.template.name,
                "version": chosen.template.number,
                "why": chosen.why,
                "others": [one.name for one in chosen.others],
                "items": [
                    {
                        "id": item.ref,
                        "phase": item.phase.value,
                        "kind": item.kind.value,
                        "text": item.label,
                        "required": item.required,
                        "na": item.na_allowed,
                        "override": item.override_allowed,
                        "evidence": None if item.evidence is None else item.evidence.value,
                    }
                    for item in found.items
                ],
            }
        )
        return 0
    print(f"{show(chosen.template.name)}, version {chosen.template.number}: {show(chosen.why, 300)}")
    if chosen.others:
        print(f"would serve too: {show(', '.join(one.name for one in chosen.others), 300)}")
    room = max(len(item.ref) for item in found.items)
    for item in found.items:
        print(f"  {pad(item.ref, room)} {show(item.label)}" + ("" if item.required else "  (not required)"))
    return 0


def _export(args: argparse.Namespace) -> int:
    from db import templates
    from dispatch.commands.printing import said, write_json
    from dispatch.desk.templates import exported

    store = open_store(args)
    if args.template is not None:
        return said(write_json(exported(store, _find(store, args.template)), args.file))
    return said(write_json([exported(store, one) for one in templates.all_templates(store)], args.file))


def _import(args: argparse.Namespace) -> int:
    from dispatch.commands.printing import print_json
    from dispatch.desk.imports.verdicts import Verdict
    from dispatch.desk.templates import import_templates
    from dispatch.model.text import show

    with file_named(args.file) as file:
        report = import_templates(open_seat(args), file, update=args.update, check=args.check)
    if args.json:
        print_json(report.as_json())
        return 1 if report.refused else 0
    for row in report.rows:
        stream = sys.stderr if row.verdict is Verdict.REFUSED else sys.stdout
        print(f"{row.reference}: {row.verdict.value}", file=stream)
        for fault in row.faults:
            print(f"  {show(fault.field, 80)}: {show(fault.expected, 400)}", file=stream)
        for one in row.differences:
            print(f"  {one.field}: here {one.ours or '–'}, in the file {one.theirs or '–'}", file=stream)
    if report.refused:
        print("Nothing was imported.", file=sys.stderr)
        return 1
    if any(row.verdict is Verdict.DIFFERS for row in report.rows):
        print("--update takes the file over what differs.")
    elif args.check:
        print("This was a check: nothing was changed.")
    return 0
