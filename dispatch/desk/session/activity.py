"""What others have just done: for whoever looks at the same day and sees it change."""

from __future__ import annotations

from collections import deque
from itertools import groupby
from typing import NamedTuple

from db import audit, notices, reviews, sessions
from dispatch.desk.session.user import User
from dispatch.model.text import show

LAST = 10
"""So many deeds of the office are remembered."""
_MOST = 200
"""So many rows are taken in at a time; of more, only the newest."""


class Doing(NamedTuple):
    """One deed of somebody else's session: when, and who did what; to which visit, empty where to none or to several."""

    at: int
    text: str
    reference: str = ""


class Activity:
    """Hears what is done in other sessions while this one runs."""

    def __init__(self, user: User) -> None:
        self._user = user
        self.heard = audit.newest(user.store)
        """The number of the last row of the audit that was taken in."""
        self.news: deque[Doing] = deque(maxlen=LAST)
        """The last deeds of the office, the newest at the end: what technicians record on their visits is on the board anyway."""
        self.by_visit: dict[int, Doing] = {}
        """The last that others did to each visit."""
        self._read = max((notice.id for notice in notices.unread(user.store, user.staff.id)), default=0)
        self._asked = max((comment.id for comment in reviews.waiting_for(user.store, user.staff.id)), default=0)

    def listen(self) -> bool:
        """Take in what was done since; returns whether it may show anywhere but where sessions are listed. A change without a
        word in the audit may."""
        store = self._user.store
        with store.read():
            store.changed()  # of the state that is read here all is heard: what comes later is another change
            rows = audit.after(store, self.heard, limit=_MOST)
        others = [one for one in rows if one[0].session != self._user.session]
        for row, name, _, reference, client in others:
            if row.entity == "visit":
                self.by_visit[row.entity_id] = _doing(row, name, reference, client)
        said = [one for one in others if one[2] and not sessions.says_no_more(one[0])]
        for _, saved in groupby(said, key=lambda one: one[0].save_id):
            deeds = list(saved)
            row, name, _, reference, client = deeds[0]
            many = len({one[3] for one in deeds if one[3]})
            if many < 2:
                self.news.append(_doing(row, name, reference, client))
            else:
                self.news.append(Doing(row.at, show(f"{name}: {row.deed}, {many} visits")))
        if rows:
            self.heard = rows[-1][0].seq
        return not others or len(rows) == _MOST or not all(sessions.says_no_more(row) for row, *_ in others)

    def changes(self) -> list[str]:
        """What was changed under the person since this was last asked, as they are told it."""
        store, own = self._user.store, self._user.staff.id
        fresh = [notice for notice in notices.unread(store, own) if notice.id > self._read]
        self._read = max((notice.id for notice in fresh), default=self._read)
        comments = [comment for comment in reviews.waiting_for(store, own) if comment.id > self._asked]
        self._asked = max((comment.id for comment in comments), default=self._asked)
        sentences = [show(notice.text) for notice in reversed(fresh)]
        return sentences + [
            show(f"{comment.reference} {comment.client} is sent back ({comment.by}): {comment.text}", 300)
            for comment in comments
        ]


def _doing(row: audit.AuditRow, name: str, reference: str, client: str) -> Doing:
    about = f" {reference} {client}" if reference else ""
    return Doing(row.at, show(f"{name}: {row.deed}{about}"), reference)
