"""Forty mails against a real server: each becomes what it should, none is lost, none is there twice."""

from __future__ import annotations

import pytest

from db import mails, messages, visits
from db.store import existing
from dispatch.desk.inbox import deciding, judging, running
from dispatch.desk.visits.kept_files import path_of
from dispatch.model.mail import Mail
from dispatch.model.messages import Fate
from tests.desk.conftest import Office
from tests.inbox.dovecot import Dovecot
from tests.inbox.mails import PNG, forty

SMALL = [one.mail for name, one in forty().items() if name not in ("20 MB", "40 MB")]


def everything(office: Office) -> list[Mail]:
    return sorted(deciding.inbox(office.store, everything=True), key=lambda mail: mail.id)


@pytest.fixture
def no_flood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "FLOOD", 1000)


def test_forty_mails_become_what_they_are(reading: Office, server: Dovecot, no_flood: None) -> None:
    """All of them at once, read twice, and delivered once more."""
    assert len(forty()) == 40
    server.deliver(*(one.mail for one in forty().values()))
    assert len(list(running.read_all(reading.dana))) == 40
    assert list(running.read_all(reading.dana)) == []
    server.deliver(*SMALL)
    assert set(running.read_all(reading.dana)) == {"a mail that had come before"}
    found = everything(reading)
    assert (server.count(), server.count("Dispatch"), len(found)) == (0, 40 + len(SMALL), 40)
    said = "".join(
        "".join((mail.sender, mail.sender_name, mail.subject, mail.text, mail.why, *(file.name for file in mail.files)))
        for mail in found
    )
    steering = [
        letter
        for letter in said
        if (letter < " " and letter != "\n") or "\x7f" <= letter <= "\x9f" or "\u202a" <= letter <= "\u202e"
    ]
    assert not steering
    wrong = {}
    for (name, expected), mail in zip(forty().items(), found, strict=True):
        visit = None if mail.visit_id is None else existing(visits.visit_by_id(reading.store, mail.visit_id))
        files = tuple(f"{file.name} {file.why}".strip() for file in mail.files)
        holds = (
            (mail.state.value, mail.kind.value) == (expected.state, expected.kind)
            and expected.why in mail.why
            and expected.work in ("" if visit is None else visit.work)
            and (visit is not None) == bool(expected.work)
            and expected.text in mail.text
            and len(files) == len(expected.files)
            and all(
                there.startswith(want.split(" has ")[0].split(" left")[0]) and want.split(" ")[-1] in there
                for there, want in zip(files, expected.files, strict=True)
            )
        )
        if not holds:
            wrong[name] = (mail, None if visit is None else visit.work, files)
    assert not wrong


def test_files_are_kept_as_they_came_and_nothing_else_of_them_is_done(reading: Office, server: Dovecot) -> None:
    server.deliver(forty()["a photograph"].mail, forty()["20 MB"].mail)
    list(running.read_all(reading.dana))
    photo, large = everything(reading)
    (file,) = photo.files
    assert path_of(reading.store, file.sha256).read_bytes() == PNG
    assert path_of(reading.store, file.sha256).stat().st_mode & 0o777 == 0o600
    (refused,) = large.files
    assert (refused.sha256, refused.size) == ("", 20_000_001)
    assert refused.why == "has 20.0 MB, and 20.0 MB are taken: it was left on the server"


def test_a_machine_is_never_answered_and_a_person_so_many_times_a_day(
    reading: Office, server: Dovecot, no_flood: None
) -> None:
    server.deliver(*SMALL)
    list(running.read_all(reading.dana))
    waiting = messages.newest(reading.store, (Fate.WAITING,), 100)
    assert {message.about.value for message in waiting} == {"received"}
    assert len([one for one in waiting if one.address == "pia@pine.example"]) == 5
    assert {one.address for one in waiting} == {"pia@pine.example", "desk@harbor.example"}
    answered = [existing(mails.mail(reading.store, message.mail_id or 0)) for message in waiting]
    assert {mail.kind.value for mail in answered} == {"written"}
