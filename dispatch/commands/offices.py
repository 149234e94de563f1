"""`--branch`: what a command reads, read at another office, or at all of them one after the other."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from dispatch.commands import exits
from dispatch.commands.opening import user_of
from dispatch.commands.options import Args
from dispatch.commands.printing import Answer, Result, page, print_json, print_result
from dispatch.desk.session.refusals import Faulty
from dispatch.lazily import lazily
from dispatch.model.text import pad, show

with lazily(__name__):
    from dispatch.desk.branches import looking, told

_WIDEST = 16
"""Columns that the name of a branch takes at most before a line."""


def looked_at(run: Callable[[Args], Result], args: Args) -> int:
    """Carry a command out at each office that is meant, and print it: each line, or each answer, names its office."""
    own = user_of(args)
    as_json, many = getattr(args, "json", False), args.at_branch.strip().casefold() == looking.ALL
    if many and "json" not in args:
        raise Faulty(["--branch: of one branch at a time"])
    answers: list[dict[str, Any]] = []
    lines: list[str] = []
    code = exits.DONE
    with looking.looks(own, args.at_branch) as looks:
        width = min(_WIDEST, max(len(look.name) for look in looks))
        for look in looks:
            lines.append(f"{show(look.name)}: {told.seen(look, own.firm.times())}")
            answer: Any = None
            if look.user is None:
                code = exits.PARTLY
            else:
                there = argparse.Namespace(**{**vars(args), "looking": look.user, "plain": True})
                if "json" not in args:
                    page(lines.pop() + "\n")
                    return print_result(run(there))
                result = run(there)
                if not isinstance(result, Answer):
                    return print_result(result)
                answer = result.form(result.value) if as_json else None
                said = [] if as_json else result.lines(result.value)
                before = f"{pad(show(look.name), width)}  "
                lines += [before + line for line in ([said] if isinstance(said, str) else said)]
            answers.append(told.look_form(look, own.firm.times()) | {"answer": answer})
    if as_json:
        print_json({"branches": answers})
    else:
        page("\n".join(map(show, lines)) + "\n")
    return code
