"""`dispatch visit pause`, `correct`, `did-not-come`, `break`, `use`, `mark` and their like: the clock of a stay and its charge."""

from __future__ import annotations

from collections.abc import Callable

from dispatch.commands.declared import STANDS, Command, Declares, by, on_visit, stands
from dispatch.commands.options import REASON, Args, Option, Store, User, flag, option
from dispatch.commands.printing import Result
from dispatch.commands.typed import moment_there, unless
from dispatch.lazily import lazily
from dispatch.model.stays import MARKS, MOMENTS

with lazily(__name__):
    from dispatch.desk.billing import preview
    from dispatch.model.visits import Visit


def change_lines(user: User, reference: str, deed: Callable[[], object]) -> list[str]:
    """What a deed would make of a visit's charge, line by line."""
    return preview.rehearse(user, reference, deed).lines() or ["The charge would stay as it is."]


def _settles(name: str, text: str, *options: Option) -> Declares:
    """A deed that changes a charge; with --check it is only said what it would change."""

    def declares(deed: Callable[[User, Args], Visit]) -> Command:
        def run(user: User, args: Args) -> Result:
            if args.check:
                return change_lines(user, args.reference, lambda: deed(user, args))
            return stands(deed(user, args))

        return on_visit(name, text, *options, _CHECK)(run)

    return declares


_CHECK = flag("--check", "only say what it would change of the charge, line by line")
_WHOSE = option("--technician", "NAME", "whose, where a lead does it for a crew")


def _span(*, required: bool) -> tuple[Option, ...]:
    return (
        option("--from", "WHEN", reads=moment_there, dest="starts_at", required=required),
        option("--to", "WHEN", reads=moment_there, dest="ends_at", required=required),
    )


def _or_none(store: Store, text: str, args: Args) -> int | None:
    return None if text.strip().casefold() == "none" else moment_there(store, text, args)


DEEDS = (
    on_visit(
        "pause", "begin a break, which is not charged, or a wait, which is", option("kind", choices=["break", "wait"])
    )(by("closeout.clocking.pause", STANDS)),
    on_visit("resume-work", "go on working after a break or a wait")(by("closeout.clocking.resume", STANDS)),
    _settles(
        "home",
        "home, or back at the depot, from the last visit",
        option("--at", "WHEN", "default: now", reads=moment_there),
    )(by("closeout.clocking.home")),
    _settles(
        "correct",
        "put a recorded time right; what the clock had recorded is kept",
        option("what", choices=list(MOMENTS)),
        option("--at", "WHEN", "the right time, or none", reads=_or_none, required=True),
        REASON,
        _WHOSE,
    )(by("closeout.clocking.correct", right="at")),
    _settles(
        "did-not-come",
        "say that somebody of the crew never came; nothing of theirs is charged",
        option("--technician", "NAME", "who did not come", required=True),
        REASON,
    )(by("closeout.clocking.did_not_come")),
    _settles(
        "break",
        "enter a break that was not clocked, or take one out with --off",
        flag("--off", "it was work", reads=lambda _, off, __: "work" if off else "break"),
        *_span(required=True),
        REASON,
        _WHOSE,
    )(by("closeout.clocking.correct_break", kind="off")),
    _settles(
        "mark",
        "mark work that is charged otherwise; default: the span of the last work entry",
        option("kind", None, "; ".join(f"{name}: {text}" for name, text in MARKS.items()), choices=list(MARKS)),
        *_span(required=False),
        REASON,
        _WHOSE,
    )(by("billing.work_marks.mark")),
    _settles("unmark", "take all marks off", REASON, _WHOSE)(by("billing.work_marks.unmark")),
    on_visit(
        "use",
        "enter something that was used; tests must pass again after it",
        option("item", "CODE", "its code on the rate card; with --amount any name"),
        option("--quantity", default="1"),
        option("--amount", None, "lead: the price of one that is not on the rate card"),
        flag("--untaxed", "with --amount: it is not taxed", reads=unless),
    )(by("closeout.onsite.use", STANDS, what="item", taxable="untaxed")),
    _settles(
        "take-back",
        "take back an item that was entered by mistake",
        option("item", "NUMBER", "its number, as `visit show` has it", type=int),
        REASON,
    )(by("closeout.materials.take_back", item_id="item")),
)
