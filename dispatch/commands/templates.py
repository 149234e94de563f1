"""`dispatch template …`: the checklists that visits get, as the lead keeps them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial

from dispatch.closeout.template_form import FIELDS, item_texts
from dispatch.commands.declared import CommandGroup, acts, reads
from dispatch.commands.options import JSON, Args, Store, User, flag, option, options_of, typed
from dispatch.commands.printing import Answer, listing, print_json, write_json
from dispatch.commands.standard_input import file_named
from dispatch.desk.session.refusals import Faulty
from dispatch.lazily import lazily
from dispatch.model.forms import form, forms
from dispatch.model.instants import when_text
from dispatch.model.templates import PHASE_LETTERS
from dispatch.model.text import count_text, pad, show

with lazily(__name__):
    from db import settings, templates
    from dispatch.desk.book import editing, record_stores, template_records
    from dispatch.desk.files import verdicts
    from dispatch.desk.templates import template_draft
    from dispatch.desk.templates import templates as checklists
    from dispatch.model.templates import Template
    from dispatch.records import checklists as checklist_records

_SET = (
    "a field of an item: T7.text=…, T7.kind=confirm|ask|test, .required=yes|no, .na=yes|no (n/a with a reason), "
    ".override=yes|no, .when='tag server, service mail, target backup' (any of them), .each=service, "
    ".targets='backup, monitoring', .probe=reboot, .vantage=host|site, .evidence=executed|measured|any; "
    "an id that is not there is a new item; repeat for several"
)
_CHANGES = (
    option("--set", "ITEM.FIELD=VALUE", _SET, action="append", default=[]),
    option("--take-out", "ITEM", "repeat for several", action="append", default=[]),
    option("--move", "ITEM:OTHER", "put an item before another of its phase", action="append", default=[]),
)


def _find(store: Store, name: str | None, _: Args) -> Template | None:
    return record_stores.RECORD_STORES["template"].find(store, name) if name else None


_TEMPLATE = option("template", "TEMPLATE", "its name, or a part that only it has", reads=_find)


@reads("list", "every template, and which visits it serves", JSON)
def _list(store: Store, _: Args) -> Answer:
    def line(template: Template) -> str:
        saved = f"{count_text(len(template.items), 'item')}, version {template.number}"
        return f"{pad(template.name, 32)} {pad(saved, 22)} {template_records.serving_text(store, template)}"

    return listing(
        templates.all_templates(store),
        lambda template: form(
            template,
            "name version=number kinds tags clients items",
            clients=template_records.client_names(store, template),
            items=len(template.items),
        ),
        line,
    )


@reads(
    "show",
    "one template, item by item",
    _TEMPLATE,
    option("--version", "N", "as it was in this version (default: the newest)", type=int),
    JSON,
)
def _show(store: Store, args: Args) -> Answer:
    def lines(template: Template) -> Iterator[str]:
        yield f"{template.name}, version {template.number}, for {template_records.serving_text(store, template)}"
        phase = None
        for item in template.items:
            if item.phase is not phase:
                phase = item.phase
                yield phase.value.upper()
            yield f"  {pad(item.ref, 4)} {item.label}"
            yield f"       {template_records.rules_text(item)}"

    return Answer(
        checklists.wording(store, args.template, args.version).template,
        lambda template: checklists.exported(store, template) | {"version": template.number},
        lines,
    )


@acts(
    "add",
    "a new template, begun with the items of another one",
    lambda: options_of(checklist_records.TEMPLATE.typed, needed=True),
    option("--like", "TEMPLATE", "default: the one that serves every other visit", reads=_find),
    *_CHANGES,
)
def _add(user: User, args: Args) -> str:
    like = args.like or next(template for template in templates.all_templates(user.store) if template.for_all)
    draft = template_draft.begun(typed(args)["name"], like)
    _change(user.store, draft, args)
    saved = draft.save(user)
    return f"Added template {saved.name} with {count_text(len(saved.items), 'item')}."


@acts(
    "edit",
    "change a template: saved as its next version; visits keep what they were made with",
    _TEMPLATE,
    lambda: options_of(checklist_records.TEMPLATE.typed),
    *_CHANGES,
)
def _edit(user: User, args: Args) -> str:
    draft = template_draft.TemplateDraft.of(user.store, args.template)
    _change(user.store, draft, args)
    saved = draft.save(user)
    if saved.number == args.template.number:
        return f"{saved.name} is as it was: version {saved.number}."
    return f"{saved.name} is saved as version {saved.number}. Visits keep what they were made with."


def _change(store: Store, draft: template_draft.TemplateDraft, args: Args) -> None:
    """What the options say, on a draft; every fault of theirs at once."""
    draft.texts.update(typed(args))
    faults: list[str] = []

    def tried(change: Callable[[], object]) -> None:
        try:
            change()
        except Faulty as fault:
            faults.extend(fault.faults)

    fields: dict[str, dict[str, str]] = {}
    for text in args.set:
        path, is_set, value = text.partition("=")
        ref, has_field, field = path.strip().partition(".")
        if is_set and has_field and field in FIELDS:
            fields.setdefault(ref.upper(), {})[field] = value
        else:
            faults.append(f"--set: {text!r} is not of the form ITEM.FIELD=VALUE with one of {', '.join(FIELDS)}")
    for ref, texts in fields.items():
        item = draft.item(ref)
        phase = PHASE_LETTERS.get(ref[:1])
        start = item_texts(item) if item is not None else {} if phase is None else draft.blank(phase) | {"id": ref}
        tried(partial(draft.put, {"id": ref, **start, **texts}, None if item is None else item.ref))
    for ref in args.take_out:
        tried(partial(draft.take_out, ref))
    for text in args.move:
        ref, _, other = text.partition(":")
        tried(partial(draft.move_before, ref.strip(), other.strip()))
    if faults:
        raise Faulty(list(dict.fromkeys([*faults, *draft.faults(store)])))


@acts(
    "restore",
    "take an earlier version up again, as the next one",
    _TEMPLATE,
    option("--version", "N", type=int, required=True),
)
def _restore(user: User, args: Args) -> str:
    draft = template_draft.TemplateDraft.of(user.store, args.template)
    draft.take_up(user.store, checklists.wording(user.store, args.template, args.version).template)
    saved = draft.save(user)
    return f"{saved.name} is as in version {args.version} again, saved as version {saved.number}."


@reads("history", "every version of a template, who saved it and when", _TEMPLATE, JSON)
def _history(store: Store, args: Args) -> Answer:
    firm = settings.firm(store)

    def line(wording: templates.Wording) -> str:
        when = "as the program brings it"
        if wording.saved_at is not None:
            when = f"{when_text(wording.saved_at, firm.zone, firm.clock_hours == 24)}, {wording.by or ''}"
        count = count_text(len(wording.template.items), "item")
        return f"version {wording.template.number:<4} {pad(wording.template.name, 32)} {count:<10} {when}"

    return listing(
        templates.wordings(store, args.template.id),
        lambda wording: form(
            wording,
            "version=template.number name=template.name items saved_at@ by",
            firm.zone,
            items=len(wording.template.items),
        ),
        line,
    )


@acts("archive", "no visit gets it any more; its history stays, and undo brings it back", _TEMPLATE)
def _archive(user: User, args: Args) -> str:
    editing.archive(user, "template", args.template)
    return f"{args.template.name} is archived; undo brings it back. Visits keep what they were made with."


@reads(
    "preview",
    "what a visit would get, and why",
    option("--client", "NAME", default=""),
    option("--site", "NAME", "default: the client's first", default=""),
    option("--kind", None, "default: visit", default="visit"),
    option("--tag", "TAG", "repeat for several", action="append", default=[]),
    JSON,
)
def _preview(store: Store, args: Args) -> Answer:
    def lines(preview: checklists.Preview) -> Iterator[str]:
        chosen = preview.chosen
        yield f"{chosen.template.name}, version {chosen.template.number}: {chosen.why}"
        if chosen.others:
            yield f"would serve too: {', '.join(template.name for template in chosen.others)}"
        room = max(len(item.ref) for item in preview.items)
        for item in preview.items:
            yield f"  {pad(item.ref, room)} {item.label}" + ("" if item.required else "  (not required)")

    items = "id=ref phase kind text=label required na=na_allowed override=override_allowed evidence"
    return Answer(
        checklists.preview(store, args.client, args.site, args.kind, args.tag),
        lambda preview: form(
            preview.chosen,
            "template=template.name version=template.number why beside others items",
            beside=[template.name for template in preview.chosen.beside],
            others=[template.name for template in preview.chosen.others],
            items=forms(preview.items, items),
        ),
        lines,
    )


@reads(
    "export",
    "a template as JSON, or all of them, to keep or to import elsewhere",
    option("template", "TEMPLATE", "default: all of them", reads=_find, nargs="?"),
    option("--file", "FILE", "default: printed"),
)
def _export(store: Store, args: Args) -> str | None:
    if args.template is not None:
        return write_json(checklists.exported(store, args.template), args.file)
    return write_json([checklists.exported(store, template) for template in templates.all_templates(store)], args.file)


@acts(
    "import",
    "templates from a JSON file as `export` writes it",
    option("file", "FILE", "- reads standard input"),
    flag("--update", "take over what differs, as the next version"),
    flag("--check", "only say what would become of each"),
    flag("--json", "the verdicts as JSON"),
)
def _import(user: User, args: Args) -> int:
    with file_named(args.file) as file:
        report = checklists.import_templates(user, file, update=args.update, check=args.check)
    if args.json:
        print_json(report.as_json())
    for line in () if args.json else _verdicts(report):
        print(show(line, 500), file=sys.stderr if report.refused else sys.stdout)
    return 1 if report.refused else 0


def _verdicts(report: verdicts.ImportReport) -> Iterator[str]:
    for row in report.rows:
        yield f"{row.reference}: {row.verdict.value}"
        for fault in row.faults:
            yield f"  {fault.field}: {fault.expected}"
        for difference in row.differences:
            yield f"  {difference.field}: here {difference.ours or '–'}, in the file {difference.theirs or '–'}"
    if report.refused:
        yield "Nothing was imported."
    elif verdicts.RowVerdict.DIFFERS in report.counts:
        yield "--update takes the file over what differs."
    elif report.checked:
        yield "This was a check: nothing was changed."


@reads("shipped", "the templates that the program brings, and which of them the firm has", JSON)
def _shipped(store: Store, _: Args) -> Answer:
    def line(row: verdicts.JudgedRow) -> str:
        has = {"new": "not taken", "unchanged": "here", "differs": "here, with other words"}
        faults = "; ".join(f"{fault.field}: {fault.expected}" for fault in row.faults)
        return f"{pad(row.reference, 32)} {has.get(row.verdict.value, faults)}"

    return listing(
        checklists.shipped_rows(store),
        lambda row: form(
            row,
            "name=reference verdict faults differences",
            faults=forms(row.faults, "field expected"),
            differences=forms(row.differences, "field ours theirs"),
        ),
        line,
    )


@acts(
    "take",
    "take templates that the program brings; `shipped` lists them",
    option("name", "TEMPLATE", "its name; repeat for several (default: all that can be taken)", nargs="*"),
)
def _take(user: User, args: Args) -> str:
    taken = checklists.take_shipped(user, args.name)
    if not taken:
        return "There is nothing to take; dispatch template shipped says why."
    return f"Taken: {', '.join(taken)}. Visits that are made from now on get them; undo takes them back."


_DEEDS = (_list, _show, _add, _edit, _restore, _history, _archive, _preview, _export, _import, _shipped, _take)
COMMANDS = (CommandGroup("template", "the checklists that visits get", _DEEDS),)
