"""`dispatch day --take`, `--done` and `--hand-in`: a day where there is no line."""

from __future__ import annotations

from dispatch.commands import exits
from dispatch.commands.opening import user_of
from dispatch.commands.options import CONFIRM, Args, one_of, option
from dispatch.commands.printing import Answer, Result, write_private
from dispatch.commands.standard_input import file_named
from dispatch.commands.typed import day_typed
from dispatch.lazily import lazily
from dispatch.model.paths import typed_path

with lazily(__name__):
    from dispatch.desk.takings import handing_in, taking, told

CARRYING = (
    one_of(
        option(
            "--take",
            "FILE",
            "take your visits of the day along: make FILE, a database of them, for a laptop without a line",
        ),
        option(
            "--done",
            "FILE",
            "with --db of what was taken along: write what was done there, to be handed in; - prints it",
        ),
        option(
            "--hand-in",
            "FILE",
            "do at the office what was done there: what --done wrote, or what was taken along; - reads it",
        ),
    ),
    option(
        "--clock", None, "with --hand-in: whether the laptop's clock is right", choices=["right", "wrong"], default=""
    ),
    CONFIRM,
)
"""The options of whoever works where there is no line."""


def wanted(args: Args) -> bool:
    """Whether one of them was given."""
    return any(one is not None for one in (args.take, args.done, args.hand_in))


def carry(args: Args) -> Result:
    """Do what was asked for."""
    if args.take is not None:
        return _take(args)
    return _write(args) if args.done is not None else _hand_in(args)


def _take(args: Args) -> Answer:
    user = user_of(args)
    taken = taking.take(user, day_typed(user.store, args.date), typed_path(args.take))
    return Answer(taken, lambda taken: told.taken_form(taken, user.firm.zone), told.taken_lines)


def _write(args: Args) -> str | None:
    document = b"".join(taking.written(user_of(args)))
    return write_private(
        document, args.done, f"{args.done} is what was done: dispatch day --hand-in {args.done}", replace=False
    )


def _hand_in(args: Args) -> Answer:
    user = user_of(args)
    with file_named(args.hand_in, of_any_size=True) as path:
        handed = handing_in.hand_in_file(user, path, args.confirm, args.clock)
    left = any(one.not_in for one in handed.visits)
    code = exits.PARTLY if left else exits.GATES if any(one.unmet for one in handed.visits) else exits.DONE
    return Answer(handed, told.handed_in_form, told.handed_in_lines, code)
