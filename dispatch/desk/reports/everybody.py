"""The same paper for every client in one go: what was made of each, and who was left out and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from db import clients
from db.store import Store
from dispatch.desk.files.table import Watch
from dispatch.desk.reports.document import Report
from dispatch.desk.session.refusals import Refusal
from dispatch.model.clients import Client
from dispatch.model.text import count_text, show


class ForEach(NamedTuple):
    """What became of a paper for each client: the client and what was done, and those left out with why. `trouble`: somebody was
    left out for another reason than that there was nothing to say."""

    done: tuple[tuple[str, str], ...]
    left_out: tuple[tuple[str, str], ...]
    trouble: bool = False

    def lines(self, word: str) -> list[str]:
        """What became of it, as text, those left out last; `word` is what each is called."""
        said = [f"{show(client)}: {what}" for client, what in self.done]
        by_reason: dict[str, list[str]] = {}
        for client, why in self.left_out:
            by_reason.setdefault(why, []).append(show(client))
        said += [f"left out, {why}: {', '.join(names)}" for why, names in by_reason.items()]
        return [*said, f"{count_text(len(self.done), word)}, {count_text(len(self.left_out), 'client')} left out."]


def for_each(
    store: Store, make: Callable[[Client], Report], then: Callable[[Report], str], watch: Watch, *, doing: str
) -> ForEach:
    """Make a paper for every client by name, and do something with each; a client of whom there is nothing to say, since the first
    table of its data is empty, is left out, and so is one for whom it is refused.

    Args:
        make: makes the paper.
        then: saves or sends it, and returns what is said of that.
        watch: is told how far it is; may raise `Stopped`, and what is done by then stays.
        doing: what is being done, for whoever watches.
    """
    everybody = sorted(clients.all_clients(store), key=lambda client: client.name.casefold())
    done, left_out, trouble = [], [], False
    for number, client in enumerate(everybody):
        watch(doing, number, len(everybody))
        report = make(client)
        if not report.data[0].rows:
            left_out.append((client.name, "no visit ended"))
            continue
        try:
            done.append((client.name, then(report)))
        except Refusal as refusal:
            left_out.append((client.name, str(refusal)))
            trouble = True
    return ForEach(tuple(done), tuple(left_out), trouble)
